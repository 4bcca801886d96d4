"""Every operation of stock and counter with the act that it takes, and a body with which it passes.

`{name}` in an address and in a body is a row of `world()`.
"""

from typing import Any
from uuid import uuid4

from django.utils import timezone

from inventory.actions import counting, importing
from inventory.models import Barcode, CountSheet, CountUnknown, Fitment, PartImport
from inventory.tests.factories import (
    BinFactory,
    CategoryFactory,
    PartDocumentFactory,
    PartFactory,
    PartNumberFactory,
    PartPhotoFactory,
)
from inventory.tests.importing.acts import csv
from sales.actions.carts import save_cart
from sales.actions.returns import take_return
from sales.actions.special_orders import take_special_order
from sales.inputs import BackInput, LineInput, ReturnInput
from sales.models import CoreDeposit, CustomerBalance, CustomerVehicle
from sales.tests.acts import Till, as_member
from sales.tests.factories import CustomerFactory, RegisterFactory
from shops.enums import Role
from shops.rules import PERMISSIONS, Act
from shops.tests.factories import MakeFactory

Rows = dict[str, str]
# The act; or several, of which one will do.
Needs = Act | tuple[Act, ...]
CASH = [{"method": "cash"}]
PIN = "4071"

PART = "inventory/parts/{part}"
COUNT = "inventory/counts/{count}"
IMPORT = "inventory/imports/{import}"

# method, address, act, body
TABLE: list[tuple[str, str, Needs, Any]] = [
    ("post", "inventory/barcode/scan", Act.SEE_STOCK, {"code": "X"}),
    ("get", f"{PART}/barcodes", Act.SEE_STOCK, None),
    ("post", f"{PART}/barcodes", Act.EDIT_PARTS, {"code": "NEW-1"}),
    ("delete", "inventory/barcodes/{barcode}", Act.EDIT_PARTS, None),
    ("post", "inventory/labels", Act.EDIT_PARTS, {"sheet": "roll-50x30", "items": [{"partId": "{part}"}]}),
    ("get", "inventory/counts", Act.SEE_STOCK, None),
    ("post", "inventory/counts", Act.COUNT_STOCK, {"partIds": ["{part}"]}),
    ("get", "inventory/counts/accuracy", Act.SEE_STOCK, None),
    ("get", COUNT, Act.SEE_STOCK, None),
    ("get", f"{COUNT}/lines", Act.SEE_STOCK, None),
    ("get", f"{COUNT}/uncounted", Act.SEE_STOCK, None),
    ("post", f"{COUNT}/entries", Act.COUNT_STOCK, {"key": str(uuid4()), "quantity": 1, "partId": "{part}"}),
    ("get", f"{COUNT}/unknown", Act.SEE_STOCK, None),
    ("post", f"{COUNT}/unknown/{{unknown}}/resolve", Act.COUNT_STOCK, {"partId": "{part}"}),
    ("post", f"{COUNT}/unknown/{{unknown}}/drop", Act.COUNT_STOCK, {}),
    ("post", f"{COUNT}/submit", Act.COUNT_STOCK, {}),
    ("post", f"{COUNT}/reopen", Act.COUNT_STOCK, {}),
    # Who began it may as well, whatever their role.
    ("post", f"{COUNT}/cancel", Act.APPROVE_COUNT, {}),
    ("post", f"{COUNT}/reasons", Act.ADJUST_STOCK, {"reasons": [{"lineId": "{line}", "reason": "lost"}]}),
    ("post", f"{COUNT}/approve", Act.APPROVE_COUNT, {}),
    ("get", "inventory/parts", Act.SEE_STOCK, None),
    ("post", "inventory/parts", Act.EDIT_PARTS, {"number": "NEW-1", "name": "New"}),
    ("get", "inventory/parts/export", Act.SEE_STOCK, None),
    ("get", PART, Act.SEE_STOCK, None),
    ("put", PART, Act.EDIT_PARTS, {"name": "Another"}),
    ("put", PART, Act.SET_PRICES, {"sellingPrice": "1.00"}),
    ("delete", "inventory/parts/{spare}", Act.EDIT_PARTS, None),
    ("post", f"{PART}/stock", Act.MOVE_STOCK, {"kind": "receive", "quantity": 1}),
    ("post", f"{PART}/stock", Act.ADJUST_STOCK, {"kind": "adjust", "quantity": -1, "reason": "lost"}),
    ("get", f"{PART}/movements", Act.SEE_STOCK, None),
    ("get", "inventory/low-stock", Act.SEE_STOCK, None),
    ("post", f"{PART}/numbers", Act.EDIT_PARTS, {"number": "GDB 77"}),
    ("put", f"{PART}/numbers/{{number}}", Act.EDIT_PARTS, {"number": "GDB 78"}),
    ("delete", f"{PART}/numbers/{{number}}", Act.EDIT_PARTS, None),
    ("get", f"{PART}/supersession", Act.SEE_STOCK, None),
    ("post", f"{PART}/supersession", Act.EDIT_PARTS, {"newPartId": "{spare}"}),
    ("delete", f"{PART}/supersession", Act.EDIT_PARTS, None),
    ("get", f"{PART}/interchange", Act.SEE_STOCK, None),
    ("post", f"{PART}/interchange", Act.EDIT_PARTS, {"otherId": "{spare}"}),
    ("delete", f"{PART}/interchange", Act.EDIT_PARTS, None),
    ("get", f"{PART}/fitments", Act.SEE_STOCK, None),
    ("post", f"{PART}/fitments", Act.EDIT_PARTS, {"fitments": [{"makeId": "{make}", "yearFrom": 2010}]}),
    ("put", f"{PART}/fitments/{{fitment}}", Act.EDIT_PARTS, {"makeId": "{make}", "yearTo": 2012}),
    ("delete", f"{PART}/fitments/{{fitment}}", Act.EDIT_PARTS, None),
    ("post", f"{PART}/photos", Act.EDIT_PARTS, "photo"),
    ("put", f"{PART}/photos", Act.EDIT_PARTS, {"photoIds": ["{photo}"]}),
    ("get", f"{PART}/photos/{{photo}}", Act.SEE_STOCK, None),
    ("get", f"{PART}/photos/{{photo}}/small", Act.SEE_STOCK, None),
    ("delete", f"{PART}/photos/{{photo}}", Act.EDIT_PARTS, None),
    ("post", f"{PART}/documents", Act.EDIT_PARTS, "pdf"),
    ("get", f"{PART}/documents/{{document}}", Act.SEE_STOCK, None),
    ("delete", f"{PART}/documents/{{document}}", Act.EDIT_PARTS, None),
    ("get", "inventory/categories", Act.SEE_STOCK, None),
    ("post", "inventory/categories", Act.EDIT_PARTS, {"name": "Brakes"}),
    ("put", "inventory/categories/{category}", Act.EDIT_PARTS, {"name": "Brakes"}),
    ("delete", "inventory/categories/{category}", Act.EDIT_PARTS, None),
    ("post", "inventory/categories/{category}/merge", Act.EDIT_PARTS, {"intoId": "{other_category}"}),
    ("get", "inventory/bins", Act.SEE_STOCK, None),
    ("post", "inventory/bins", Act.EDIT_PARTS, {"code": "Z-09"}),
    ("put", "inventory/bins/{bin}", Act.EDIT_PARTS, {"code": "Z-09"}),
    ("get", "inventory/imports", Act.IMPORT_PARTS, None),
    ("post", "inventory/imports", Act.IMPORT_PARTS, "file"),
    ("get", IMPORT, Act.IMPORT_PARTS, None),
    ("put", f"{IMPORT}/mapping", Act.IMPORT_PARTS, {"columns": [{"index": 0, "field": "number"}]}),
    ("put", f"{IMPORT}/layout", Act.IMPORT_PARTS, {"headerRow": 1}),
    ("get", f"{IMPORT}/issues", Act.IMPORT_PARTS, None),
    ("post", f"{IMPORT}/run", Act.IMPORT_PARTS, {}),
    ("post", f"{IMPORT}/cancel", Act.IMPORT_PARTS, {}),
    ("post", f"{IMPORT}/undo", Act.IMPORT_PARTS, {}),
    ("get", "inventory/policy", Act.SEE_STOCK, None),
    ("put", "inventory/policy", Act.SET_STOCK_POLICY, {
        "allowsNegative": False, "quoteHoldsStock": True, "quoteUnattended": False, "quoteMaxTotal": None,
    }),
    ("get", "sales", Act.SEE_SALES, None),
    ("post", "sales", Act.SELL, {"registerId": "{register}", "lines": [{"partId": "{part}", "quantity": 1}]}),
    ("get", "sales/{sale}", Act.SEE_SALES, None),
    ("put", "sales/{cart}", Act.SELL, {"lines": []}),
    ("post", "sales/{cart}/complete", Act.SELL, {"payments": CASH}),
    ("post", "sales/{cart}/park", Act.SELL, {}),
    ("post", "sales/{cart}/resume", Act.SELL, {}),
    ("post", "sales/{sold}/void", Act.VOID_SALE, {"reason": "x", "registerId": "{register}"}),
    ("post", "sales/{sold}/return", Act.TAKE_RETURN, {
        "lines": [{"lineId": "{sold_line}", "quantity": 1, "reason": "defective"}],
        "registerId": "{register}",
    }),
    ("get", "sales/{sale}/receipt", Act.SEE_SALES, None),
    ("post", "sales/{sale}/receipt/mail", Act.SELL, {"email": "a@example.org"}),
    ("get", "sale-returns", Act.SEE_SALES, None),
    ("post", "sale-returns", Act.RETURN_WITHOUT_RECEIPT, {
        "lines": [{"partId": "{part}", "quantity": 1, "reason": "defective"}],
        "phone": "+201220000001", "name": "Walk-in", "registerId": "{register}",
    }),
    ("get", "sale-returns/{return}", Act.SEE_SALES, None),
    ("get", "sale-returns/{return}/receipt", Act.SEE_SALES, None),
    ("get", "core-deposits", Act.SEE_SALES, None),
    ("post", "core-deposits/{core}/return", Act.TAKE_RETURN, {"quantity": 1, "registerId": "{register}"}),
    ("get", "lost-sales", Act.SEE_SALES, None),
    ("post", "lost-sales", Act.SELL, {"askedFor": "Clutch cable"}),
    ("get", "special-orders", Act.SEE_SALES, None),
    ("post", "special-orders", Act.SELL, {
        "customerId": "{customer}", "description": "Bumper", "unitPrice": "10.00",
    }),
    ("get", "special-orders/{special}", Act.SEE_SALES, None),
    ("post", "special-orders/{special}/ordered", (Act.MOVE_STOCK, Act.SELL), {}),
    ("post", "special-orders/{special}/arrived", (Act.MOVE_STOCK, Act.SELL), {}),
    ("post", "special-orders/{special}/collect", Act.SELL, {"payments": CASH, "registerId": "{register}"}),
    ("post", "special-orders/{special}/cancel", Act.SELL, {"reason": "x", "registerId": "{register}"}),
    ("post", "account-payments", Act.SELL, {
        "customerId": "{customer}", "amount": "10.00", "payments": CASH, "registerId": "{register}",
    }),
    ("get", "registers", Act.SEE_SALES, None),
    ("post", "registers", Act.SET_TILL_POLICY, {"code": "R9", "name": "Back"}),
    ("put", "registers/{register}", Act.SET_TILL_POLICY, {"name": "Back"}),
    ("get", "cash-sessions", Act.SEE_SALES, None),
    ("post", "cash-sessions", Act.RUN_REGISTER, {"registerId": "{closed}", "openingFloat": "5.00"}),
    ("get", "cash-sessions/{session}", Act.SEE_SALES, None),
    ("post", "cash-sessions/{session}/cash", Act.RUN_REGISTER, {
        "direction": "in", "amount": "5.00", "reason": "Change",
    }),
    ("post", "cash-sessions/{session}/close", Act.RUN_REGISTER, {"counted": "5.00"}),
    ("get", "cash-sessions/{session}/report", Act.SEE_TAKINGS, None),
    ("get", "till-policy", Act.SEE_SALES, None),
    ("put", "till-policy", Act.SET_TILL_POLICY, {"returnDays": 3}),
    ("get", "clerks", Act.SEE_SALES, None),
    ("put", "clerks/pin", Act.SEE_SHOP, {"pin": PIN}),
    ("post", "clerks/switch", Act.SEE_SHOP, {"memberId": "{member}", "pin": PIN}),
    ("post", "clerks/approve", Act.SELL, {"memberId": "{leader}", "pin": PIN, "act": "void_sale"}),
    ("get", "customers", Act.SEE_CUSTOMERS, None),
    ("post", "customers", Act.EDIT_CUSTOMERS, {"name": "Nadia", "phone": "+201220000002"}),
    ("get", "customers/{customer}", Act.SEE_CUSTOMERS, None),
    ("put", "customers/{customer}", Act.EDIT_CUSTOMERS, {"name": "Nadia"}),
    ("put", "customers/{customer}", Act.SET_CREDIT, {"creditLimit": "500.00"}),
    ("get", "customers/{customer}/history", Act.SEE_CUSTOMERS, None),
    ("post", "customers/{customer}/merge", Act.MERGE_CUSTOMERS, {"customerId": "{twin}"}),
    ("post", "customers/{customer}/erase", Act.ERASE_CUSTOMER, {}),
    ("post", "customers/{customer}/store-credit", Act.SET_CREDIT, {"amount": "5.00", "reason": "Late"}),
    ("post", "customers/{customer}/vehicles", Act.EDIT_CUSTOMERS, {"make": "Kia"}),
    ("put", "customers/{customer}/vehicles/{vehicle}", Act.EDIT_CUSTOMERS, {"plate": "A 1"}),
    ("delete", "customers/{customer}/vehicles/{vehicle}", Act.EDIT_CUSTOMERS, None),
]  # fmt: skip


def allowed(needs: Needs) -> frozenset[Role]:
    """The roles that may, as the one table says."""
    acts = needs if isinstance(needs, tuple) else (needs,)
    return frozenset().union(*(PERMISSIONS[act] for act in acts))


def world(till: Till) -> Rows:
    """A row of the shop for each name in the table."""
    shop, owner = till.shop, as_member(till.shop, Role.OWNER)
    part = PartFactory(shop=shop, on_hand=20, selling_price=100, core_charge=10)
    number = PartNumberFactory(part=part)
    make = MakeFactory()
    sold = till.sell(LineInput(part.pk, 2))
    back = till.sell(LineInput(part.pk, 2))
    given = ReturnInput([BackInput(back.lines.get().pk, 1)], register_id=till.register.pk)
    credit = take_return(back.pk, shop_id=shop.pk, given=given, actor=owner)
    customer = CustomerFactory(shop=shop, number="K-1")
    CustomerBalance.objects.filter(customer=customer).update(owed=50)
    order: dict[str, Any] = {"description": "Bumper", "quantity": 1, "unit_price": sold.total, "actor": owner}
    special = take_special_order(shop.pk, customer_id=customer.pk, **order)
    sheet: CountSheet = counting.start_count(shop.pk, part_ids=[part.pk], is_blind=False, actor=owner)
    counting.record_count(
        sheet.pk, shop_id=shop.pk, said=counting.Said(uuid4(), 3, part_id=part.pk), actor=owner
    )
    unknown = CountUnknown.objects.create(sheet=sheet, code="?", counted_at=timezone.now())
    source: PartImport = importing.upload_import(
        shop.pk, kind="price_list", file=csv("Number,Name", "A1,Filter"), actor=owner
    )
    rows: dict[str, Any] = {
        "part": part, "spare": PartFactory(shop=shop), "number": number, "make": make, "customer": customer,
        "twin": CustomerFactory(shop=shop, number="K-2"),
        "barcode": Barcode.objects.create(part=part, shop=shop, code="C1", key="C1", symbology="code128"),
        "fitment": Fitment.objects.create(part=part, shop=shop, make=make), "count": sheet,
        "category": CategoryFactory(shop=shop), "other_category": CategoryFactory(shop=shop),
        "bin": BinFactory(shop=shop), "photo": PartPhotoFactory(part=part),
        "document": PartDocumentFactory(part=part),
        "line": sheet.lines.get(), "unknown": unknown, "import": source, "register": till.register,
        "closed": RegisterFactory(shop=shop, code="CL"), "session": till.session, "sale": back, "sold": sold,
        "sold_line": sold.lines.get(), "return": credit, "special": special,
        "cart": save_cart(shop.pk, cart=till.cart((part, 1)), actor=till.actor),
        "core": CoreDeposit.objects.get(sale_line__sale=sold),
        "vehicle": CustomerVehicle.objects.create(customer=customer, make_name="Kia"), "member": till.cashier,
    }  # fmt: skip
    return {name: str(row.pk) for name, row in rows.items()}
