"""Examples of the counter's calls for the API's own description."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

PART = "0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"
REGISTER_ID = "0193a1c0-4444-7e4f-8a5b-6c7d8e9f0a1b"
SALE_ID = "0193a1c1-5555-7e4f-8a5b-6c7d8e9f0a1b"
SESSION_ID = "0193a1c2-6666-7e4f-8a5b-6c7d8e9f0a1b"
LINE_ID = "0193a1c3-8888-7e4f-8a5b-6c7d8e9f0a1b"
CUSTOMER_ID = "0193a1c4-9999-7e4f-8a5b-6c7d8e9f0a1b"
MEMBER_ID = "0193a1b5-7777-7e4f-8a5b-6c7d8e9f0a1b"

LINE = {"partId": PART, "quantity": 2}
CART = OpenApiExample(
    "A cart", {"registerId": REGISTER_ID, "lines": [LINE], "label": "the white Accent"}, request_only=True
)
SALE = OpenApiExample(
    "A whole sale in one call",
    {
        "registerId": REGISTER_ID,
        "lines": [LINE],
        "payments": [
            {"method": "card", "amount": "1000.00", "reference": "044121"},
            {"method": "cash", "tendered": "1000.00"},
        ],
    },
    request_only=True,
)
CART_CHANGE = OpenApiExample(
    "Three, and something off",
    {"registerId": REGISTER_ID, "lines": [{"partId": PART, "quantity": 3, "discount": "50.00"}]},
    request_only=True,
)
PAID = OpenApiExample("Cash", {"payments": [{"method": "cash", "tendered": "2000.00"}]}, request_only=True)
PARK = OpenApiExample("Put aside", {"label": "the white Accent"}, request_only=True)
REGISTER = OpenApiExample("A second till", {"code": "R2", "name": "Back counter"}, request_only=True)
OPEN_SESSION = OpenApiExample(
    "Open", {"registerId": REGISTER_ID, "openingFloat": "200.00"}, request_only=True
)
CASH_OUT = OpenApiExample(
    "To the bank", {"direction": "out", "amount": "500.00", "reason": "To the bank"}, request_only=True
)
CLOSE_SESSION = OpenApiExample(
    "A count", {"denominations": {"200": 8, "50": 3, "0.50": 4}, "note": ""}, request_only=True
)
POLICY = OpenApiExample(
    "Quarter pounds, two weeks to return", {"cashRounding": "0.25", "returnDays": 14}, request_only=True
)
PIN = OpenApiExample("One's own", {"pin": "4071"}, request_only=True)
SWITCH = OpenApiExample("Mona takes over", {"memberId": MEMBER_ID, "pin": "4071"}, request_only=True)
APPROVE = OpenApiExample(
    "A discount", {"memberId": MEMBER_ID, "pin": "4071", "act": "exceed_discount"}, request_only=True
)
VOID = OpenApiExample("Rung up twice", {"reason": "Rung up twice"}, request_only=True)
MAIL = OpenApiExample("To Mona", {"email": "mona@example.org", "language": "ar"}, request_only=True)
BACK = {"lineId": LINE_ID, "quantity": 1, "condition": "resaleable", "reason": "does_not_fit"}
RETURN = OpenApiExample(
    "One of two does not fit",
    {
        "lines": [BACK],
        "refund": "original",
        "registerId": REGISTER_ID,
        "vehicle": {"makeName": "Hyundai", "modelName": "Accent", "year": 2018},
    },
    request_only=True,
)
EXCHANGE = OpenApiExample(
    "Another instead",
    {
        "lines": [BACK],
        "registerId": REGISTER_ID,
        "exchange": {"lines": [LINE], "payments": [{"method": "cash", "tendered": "1000.00"}]},
    },
    request_only=True,
)
LOOSE_RETURN = OpenApiExample(
    "Without a receipt",
    {
        "lines": [{"partId": PART, "quantity": 1, "condition": "resaleable", "reason": "not_needed"}],
        "phone": "01001234567",
        "registerId": REGISTER_ID,
    },
    request_only=True,
)
CORE_RETURN = OpenApiExample("One old part", {"quantity": 1, "registerId": REGISTER_ID}, request_only=True)
LOST = OpenApiExample(
    "Not there", {"askedFor": "58101-1RA00", "quantity": 1, "reason": "out_of_stock"}, request_only=True
)
SPECIAL_ORDER = OpenApiExample(
    "Half ahead",
    {
        "customerId": CUSTOMER_ID,
        "description": "Front bumper, Accent 2018",
        "unitPrice": "4000.00",
        "deposit": "2000.00",
        "payments": [{"method": "cash", "tendered": "2000.00"}],
        "registerId": REGISTER_ID,
    },
    request_only=True,
)
CANCEL_SPECIAL = OpenApiExample(
    "Not wanted any more", {"reason": "Sold the car", "registerId": REGISTER_ID}, request_only=True
)
COLLECT = OpenApiExample(
    "The rest in cash", {"payments": [{"method": "cash"}], "registerId": REGISTER_ID}, request_only=True
)
ACCOUNT_PAYMENT = OpenApiExample(
    "A transfer",
    {
        "customerId": CUSTOMER_ID,
        "amount": "5000.00",
        "payments": [{"method": "transfer", "amount": "5000.00", "reference": "TT-1"}],
    },
    request_only=True,
)

# For clutch.core.examples: one sale of two pairs of brake pads.
VALUES: dict[str, Any] = {
    "saleId": SALE_ID,
    "registerId": REGISTER_ID,
    "register": "R1",
    "sessionId": SESSION_ID,
    "Sale.number": "R1-2026-000001",
    "SaleRow.number": "R1-2026-000001",
    "Sale.status": "completed",
    "SaleRow.status": "completed",
    "Sale.customer": None,
    "SaleRow.customer": None,
    "clerk": "Mona",
    "goodsTotal": "1491.23",
    "taxTotal": "208.77",
    "discountTotal": "0.00",
    "coreTotal": "0.00",
    "Sale.total": "1700.00",
    "SaleRow.total": "1700.00",
    "Sale.rounding": "0.00",
    "Sale.change": "300.00",
    "Sale.deliveryFee": "0.00",
    "Sale.orderId": None,
    "receiptUrl": "/receipt/0XXo9gmZ",
    "voidReason": "",
    "voidedAt": None,
    "label": "",
    "SaleLine.name": "Front brake pads",
    "SaleLine.quantity": 2,
    "SaleLine.listPrice": "850.00",
    "SaleLine.discount": "0.00",
    "SaleLine.taxRate": "14.00",
    "SaleLine.net": "1491.23",
    "SaleLine.tax": "208.77",
    "SaleLine.total": "1700.00",
    "SaleLine.coreCharge": "0.00",
    "SaleLine.bin": "A-01",
    "SalePayment.amount": "1700.00",
    "tendered": "2000.00",
    "SalePayment.method": "cash",
    "reference": "",
    "lineCount": 1,
    "Register.name": "Front counter",
    "RegisterChange.name": "Front counter",
    "Register.code": "R1",
    "CashSession.register": "R1",
    "openingFloat": "200.00",
    "denominations": {"200": 8, "50": 3, "0.50": 4},
    "expectedCash": "1750.00",
    "countedCash": "1752.00",
    "difference": "2.00",
    "closedBy": "Mona",
    "openedBy": "Mona",
    "zNumber": 1,
    "memberId": MEMBER_ID,
    "ClerkRow.name": "Mona",
    "Clerk.name": "Mona",
    "Approval.name": "Mona",
    "token": "eyJtZW1iZXIiOi…",
    "approval": "eyJtZW1iZXIiOi…",
    "expiresIn": 120,
    "act": "exceed_discount",
    "CashMoved.amount": "-500.00",
    "reason": "To the bank",
    "rate": "14.00",
    "first": "R1-2026-000001",
    "last": "R1-2026-000017",
    "returned": 0,
    "ReturnShown.number": "CR-R1-2026-000001",
    "ReturnRow.number": "CR-R1-2026-000001",
    "saleNumber": "R1-2026-000001",
    "ReturnShown.goodsTotal": "745.61",
    "ReturnShown.taxTotal": "104.39",
    "refundTotal": "850.00",
    "ReturnShown.rounding": "0.00",
    "restockingFee": "0.00",
    "ReturnShown.customer": None,
    "ReturnRow.customer": None,
    "ReturnShown.phone": "",
    "exchange": None,
    "ReturnLine.name": "Front brake pads",
    "ReturnLine.net": "745.61",
    "ReturnLine.tax": "104.39",
    "ReturnLine.coreCharge": "0.00",
    "ReturnLine.reason": "does_not_fit",
    "ReturnLine.coreId": None,
    "Core.name": "Alternator",
    "unitCharge": "300.00",
    "Core.left": 1,
    "Core.quantity": 1,
    "askedFor": "58101-1RA00",
    "LostSale.reason": "out_of_stock",
    "makeName": "Hyundai",
    "modelName": "Accent",
    "SpecialOrder.number": "SO-2026-000001",
    "SpecialOrder.customer": "Mona",
    "SpecialOrder.saleId": None,
    "SpecialOrder.unitPrice": "4000.00",
    "deposit": "2000.00",
    "description": "Front bumper, Accent 2018",
    "AccountEntry.amount": "-5000.00",
    "AccountEntry.documentNumber": "PA-2026-000001",
    "AccountEntry.documentKind": "account_payment",
    "balanceAfter": "1200.00",
    "dueOn": None,
    "deposits": "0.00",
    "paidOnAccount": "0.00",
    "standardRate": "14.00",
    "reducedRate": "5.00",
    "cashierDiscountPercent": "5.00",
    "restockingPercent": "0.00",
    "receiptFooter": "",
}
