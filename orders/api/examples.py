"""Examples of the main calls for the API's own description."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

from clutch.core.problem import CONTENT_TYPE, problem

PART_ID = "0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"
ORDER_ID = "0193a1b2-0000-7e4f-8a5b-6c7d8e9f0a1b"
QUOTE_ID = "0193a1b3-1111-7e4f-8a5b-6c7d8e9f0a1b"

CREATE = OpenApiExample(
    "Brake pads for an Accent",
    {
        "vehicle": {"make": "Hyundai", "model": "Accent", "year": 2018, "vin": None},
        "deliveryLocation": {"latitude": 30.05, "longitude": 31.24, "address": "12 Example Street, Cairo"},
        "parts": [{"name": "Front brake pads", "partNumber": "58101-1RA00", "quantity": 1, "notes": ""}],
        "draft": False,
        "paymentMethod": "cash",
    },
    request_only=True,
)
AMEND = OpenApiExample(
    "Two instead of one",
    {"parts": [{"partId": PART_ID, "name": "Front brake pads", "partNumber": "58101-1RA00", "quantity": 2}]},
    request_only=True,
)
CANCEL = OpenApiExample("Cancel", {"status": "cancelled", "reason": "Found them"}, request_only=True)
SHIP = OpenApiExample("Ship", {"status": "shipped", "courierName": "Example courier"}, request_only=True)
ACCEPT = OpenApiExample("Cash", {"quoteId": QUOTE_ID, "paymentMethod": "cash"}, request_only=True)
QUOTE = OpenApiExample(
    "One part",
    {
        "orderId": ORDER_ID,
        "lines": [
            {
                "partId": PART_ID,
                "available": True,
                "unitPrice": "850.00",
                "partType": "aftermarket",
                "brand": "Example",
            }
        ],
        "deliveryFee": "50.00",
        "estimatedDeliveryMinutes": 90,
        "notes": "",
    },
    request_only=True,
)
REVISE = OpenApiExample(
    "Another price",
    {"lines": [{"partId": PART_ID, "available": True, "unitPrice": "820.00"}]},
    request_only=True,
)
DECLINE = OpenApiExample("Not in stock", {"reason": "not_in_stock"}, request_only=True)

NOTHING_PRICED = OpenApiExample(
    "Nothing is priced",
    problem(
        422,
        "nothing_priced",
        "No part of the draft has a price yet. Fill in the quote.",
        instance=f"/api/v1/shop-requests/{ORDER_ID}/draft/send",
    ),
    response_only=True,
    status_codes=["422"],
    media_type=CONTENT_TYPE,
)

SHOP_ID = "0193a1b0-2222-7e4f-8a5b-6c7d8e9f0a1b"
CUSTOMER_ID = "0193a1a0-3333-7e4f-8a5b-6c7d8e9f0a1b"

# For clutch.core.examples: one order, from its request to its delivery.
VALUES: dict[str, Any] = {
    "orderId": ORDER_ID,
    "orderNumber": "CL-2026-000001",
    "partId": PART_ID,
    "quoteId": QUOTE_ID,
    "selectedQuote": QUOTE_ID,
    "shopId": SHOP_ID,
    "shopName": "Nile Parts",
    "customerId": CUSTOMER_ID,
    "currency": "EGP",
    "paymentUrl": None,
    "payBefore": None,
    "cancelReason": "",
    "make": "Hyundai",
    "model": "Accent",
    "year": 2018,
    "vin": None,
    "warnings": [],
    "latitude": 30.05,
    "longitude": 31.24,
    "address": "12 Example Street, Cairo",
    "district": "Downtown",
    "partNumber": "58101-1RA00",
    "partType": "aftermarket",
    "brand": "Example",
    "unitPrice": "850.00",
    "coreCharge": None,
    "coreCharges": "0.00",
    "partsTotal": "850.00",
    "totalPrice": "900.00",
    "photoUrl": None,
    "missingParts": 0,
    "leadTimeMinutes": 60,
    "warranty": "6 months",
    "distanceMeters": 2400,
    "estimatedDeliveryMinutes": 90,
    "searchRadiusKm": 5,
    "radiusKm": 20,
    "minutes": 60,
    "withdrawReason": "",
    "declineReason": "",
    "customerPhone": "+201001234567",
    "customerName": "Mona",
    "shopPhone": "+201001234567",
    "shopAddress": "3 Example Square, Cairo",
    "Order.status": "accepted",
    "Order.isOpen": False,
    "Order.total": "900.00",
    "urgency": "standard",
    "Quote.status": "accepted",
    "Quote.shopRating": 4.5,
    "Part.name": "Front brake pads",
    "PartInput.name": "Front brake pads",
    "LinePhoto.url": f"/api/v1/auto-parts-orders/{ORDER_ID}/photos/0193a1b2-4444-7e4f-8a5b-6c7d8e9f0a1b",
    "LinePhoto.width": 1280,
    "LinePhoto.height": 960,
    "ShopRequest.status": "invited",
    "ShopRequest.quote": None,
    "ShopRequest.priority": 0,
    "Source.kind": "quote",
    "Source.number": "CL-2026-000001",
    "Source.matchedBy": "part_number",
    "PaymentEntry.kind": "cash_collected",
    "PaymentEntry.amount": "900.00",
    "PaymentPage.total": "900.00",
    "PaymentPage.paymentUrl": "https://clutch.example/pay/1",
    "Tracking.proof": None,
    "unsentReason": "",
    "stockPartId": "0193a1b0-5555-7e4f-8a5b-6c7d8e9f0a1b",
    "sentByRule": False,
    "DraftStock.onHand": 5,
    "DraftStock.available": 4,
    "Pick.number": "58101-1RA00",
    "Pick.name": "Front brake pads",
    "Pick.quantity": 1,
    "Pick.picked": 0,
    "Pick.onHand": 5,
    "Pick.held": 1,
    "Pick.missing": 0,
    "PickPlace.code": "A-01",
    "PickPlace.quantity": 5,
    "PickedInput.picked": 1,
    "ScanPickInput.code": "5901234123457",
    "TakeInput.quantity": 1,
}
