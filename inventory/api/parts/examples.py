"""Examples of the main calls, and good values for the API's own description."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

PART_ID = "0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"
BIN_ID = "0193a1b2-5555-7e4f-8a5b-6c7d8e9f0a1b"
OTHER_BIN_ID = "0193a1b2-6666-7e4f-8a5b-6c7d8e9f0a1b"

CREATE = OpenApiExample(
    "Brake pads",
    {
        "number": "GDB3549",
        "name": "Front brake pads",
        "brand": "TRW",
        "partType": "aftermarket",
        "costPrice": "500.00",
        "markupPercent": "70.00",
        "reorderPoint": 4,
        "numbers": [{"number": "58101-1RA00", "kind": "oem"}],
        "tiers": [{"minQuantity": 10, "unitPrice": "780.00"}],
    },
    request_only=True,
)
UPDATE = OpenApiExample("Another price", {"sellingPrice": "870.00"}, request_only=True)
RECEIVE = OpenApiExample(
    "Receive",
    {"kind": "receive", "quantity": 10, "unitCost": "500.00", "binId": BIN_ID},
    request_only=True,
)
ADJUST = OpenApiExample(
    "Adjust", {"kind": "adjust", "quantity": -1, "reason": "damaged", "note": "Wet box"}, request_only=True
)
TRANSFER = OpenApiExample(
    "Transfer",
    {"kind": "transfer", "quantity": 2, "binId": BIN_ID, "toBinId": OTHER_BIN_ID},
    request_only=True,
)

_ROW: dict[str, Any] = {
    "number": "GDB3549", "name": "Front brake pads", "brand": "TRW", "partType": "aftermarket",
    "status": "active", "sellingPrice": "850.00", "price": "850.00", "coreCharge": None,
    "isUniversal": False, "supersededBy": None, "minLevel": 2, "maxLevel": 20, "reorderPoint": 4,
    "reorderQuantity": 10,
}  # fmt: skip
VALUES: dict[str, Any] = {
    **{
        f"{component}.{name}": value
        for component in ("StockPart", "FoundPart", "LowPart")
        for name, value in _ROW.items()
    },
    "StockPart.costPrice": "500.00",
    "StockPart.markupPercent": "70.00",
    "StockPart.proposedPrice": "850.00",
    "StockPart.discountPrice": None,
    "StockPart.numberGenerated": False,
    "StockPart.interchangeId": None,
    "FoundPart.matchedBy": "number",
    "FoundPart.matched": "GDB3549",
    "FoundPart.replaces": None,
    "LowPart.suggested": 10,
    "PartNumber.number": "58101-1RA00",
    "PartNumber.kind": "oem",
    "Tier.minQuantity": 10,
    "Tier.unitPrice": "780.00",
    "Code.code": "5901234123457",
    "Shelf.code": "A-01",
    "CategoryName.name": "Brake pads",
    "PartPhoto.url": f"/api/v1/inventory/parts/{PART_ID}/photos/{BIN_ID}",
    "PartPhoto.smallUrl": f"/api/v1/inventory/parts/{PART_ID}/photos/{BIN_ID}/small",
    "PartDocument.url": f"/api/v1/inventory/parts/{PART_ID}/documents/{BIN_ID}",
    "PartDocument.name": "Data sheet",
    "Stock.onHand": 5,
    "Stock.reserved": 1,
    "Stock.available": 4,
    "Stock.forCounter": 4,
    "Stock.value": "2500.00",
    "Stock.averageCost": "500.00",
    "Movement.kind": "receipt",
    "Movement.reason": "",
    "Movement.quantity": 5,
    "Movement.onHandAfter": 5,
    "Movement.value": "2500.00",
    "nextCursor": "",
    "SearchedVehicle.vin": "1HGCM82633A004352",
}
