"""Parts over the API: every endpoint for every person, what it answers, and what a refusal leaves."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clutch.feed.models import StreamEntry, Transition
from inventory.models import Barcode, Fitment, Hold, Movement, Part, PartNumber, PriceTier, Stock
from inventory.tests.factories import (
    BinFactory,
    CategoryFactory,
    PartFactory,
    PartNumberFactory,
    received,
)
from shops.tests.api.people import OUTSIDE, client, people
from shops.tests.factories import MakeFactory, MemberFactory, ShopFactory, VehicleModelFactory

pytestmark = pytest.mark.django_db

PARTS = "/api/v1/inventory/parts"
LOW = "/api/v1/inventory/low-stock"


@pytest.fixture
def part() -> Part:
    return PartFactory(number="GDB 1330", on_hand=5, unit_cost="400", reorder_point=9)


@pytest.fixture
def everyone(part: Part) -> dict[str, Any]:
    return people(part.shop)


def roles(status: int, **others: int) -> dict[str, int]:
    """The expected status per person: all members, and nobody else."""
    names = ("owner", "manager", "cashier", "storekeeper", "accountant")
    return {**dict.fromkeys(names, status), **OUTSIDE, **others}


ALL = roles(200)
STOCK = roles(403, owner=200, manager=200, storekeeper=200)
NEW = {**STOCK, "owner": 201, "manager": 201, "storekeeper": 201}
PRICES = roles(403, owner=200, manager=200)

# One row a way of calling: method, address, body, and who gets what.
TABLE: dict[str, tuple[str, str, Any, dict[str, int]]] = {
    "find": ("get", f"{PARTS}?q=gdb1330", None, ALL),
    "list": ("get", PARTS, None, ALL),
    "enter": ("post", PARTS, {"name": "Oil filter"}, NEW),
    "enter with a price": (
        "post", PARTS, {"name": "Oil filter", "sellingPrice": "5.00"}, {**NEW, "storekeeper": 403},
    ),
    "read": ("get", f"{PARTS}/{{part}}", None, ALL),
    "rename": ("put", f"{PARTS}/{{part}}", {"name": "Pads"}, STOCK),
    "set a price": ("put", f"{PARTS}/{{part}}", {"sellingPrice": "5.00"}, PRICES),
    "discontinue": ("put", f"{PARTS}/{{part}}", {"status": "discontinued"}, STOCK),
    "delete": ("delete", f"{PARTS}/{{fresh}}", None, STOCK),
    "delete with a history": (
        "delete", f"{PARTS}/{{part}}", None, {**STOCK, "owner": 409, "manager": 409, "storekeeper": 409},
    ),
    "receive": ("post", f"{PARTS}/{{part}}/stock", {"kind": "receive", "quantity": 2}, STOCK),
    "adjust": (
        "post", f"{PARTS}/{{part}}/stock", {"kind": "adjust", "quantity": -1, "reason": "lost"}, STOCK,
    ),
    "transfer": (
        "post", f"{PARTS}/{{part}}/stock",
        lambda w: {"kind": "transfer", "quantity": 1, "toBinId": str(BinFactory(shop=w.shop).pk)}, STOCK,
    ),
    "movements": ("get", f"{PARTS}/{{part}}/movements", None, ALL),
    "low stock": ("get", LOW, None, ALL),
}  # fmt: skip
CASES = [(name, person) for name in TABLE for person in TABLE[name][3]]


def state() -> list[Any]:
    """What a refused call must not have changed."""
    tables = (Part, PartNumber, PriceTier, Movement, Stock, Hold, Transition, Fitment)
    rows = [list(table.objects.order_by("pk").values_list()) for table in tables]
    return [rows, StreamEntry.objects.count()]


@pytest.mark.parametrize(("name", "person"), CASES)
def test_endpoint_for_person(part: Part, everyone: dict[str, Any], name: str, person: str) -> None:
    """The table says the status; a refusal leaves every row and every stream as it was."""
    method, path, body, expected = TABLE[name]
    fresh = PartFactory(shop=part.shop)
    sent = body(part) if callable(body) else body
    before = state()
    address = path.format(part=part.pk, fresh=fresh.pk)
    if person in OUTSIDE and "{" not in path:
        address += ("&" if "?" in address else "?") + f"shopId={part.shop_id}"
        sent = {**sent, "shopId": str(part.shop_id)} if sent else None
        address = address if method == "get" else PARTS
    answer = getattr(client(everyone[person]), method)(address, *([sent] if sent else []))
    assert answer.status_code == expected[person], answer.content[:500]
    if answer.status_code >= 400:
        assert state() == before
        assert answer["Content-Type"] == "application/problem+json"


def test_part_is_shown_whole(part: Part, everyone: dict[str, Any]) -> None:
    shop = part.shop
    category, shelf = CategoryFactory(shop=shop, name="Pads"), BinFactory(shop=shop, code="A-01")
    newer = PartFactory(shop=shop, number="NEW", name="New pads")
    Part.objects.filter(pk=part.pk).update(
        category=category, default_bin=shelf, markup_percent=10, superseded_by=newer, core_charge=50,
        discount_price=800, weight_g=1400,
    )  # fmt: skip
    number = PartNumberFactory(part=part, number="58101-1RA00", kind="oem")
    PriceTier.objects.create(part=part, min_quantity=10, unit_price=700)
    code = Barcode.objects.create(shop=shop, part=part, code="X-1", key="X-1")
    Hold.objects.create(
        shop=shop, part=part, kind="soft", quantity=2, document_kind="quote", document_id=uuid4()
    )
    shown = client(everyone["owner"]).get(f"{PARTS}/{part.pk}")
    part.refresh_from_db()
    body = shown.json()
    times = {name: body.pop(name) for name in ("createdAt", "updatedAt")}
    stock = body.pop("stock")
    assert shown["ETag"] == f'"{part.version}"'
    assert all(times.values())
    assert body == {
        "partId": str(part.pk), "shopId": str(shop.pk), "number": "GDB 1330", "name": "Front brake pads",
        "brand": "Hankook Frixa", "partType": "aftermarket", "status": "active",
        "category": {"categoryId": str(category.pk), "name": "Pads", "parent": None},
        "defaultBin": {"binId": str(shelf.pk), "code": "A-01", "name": ""},
        "currency": "EGP", "sellingPrice": "850.00", "price": "800.00", "coreCharge": "50.00",
        "isUniversal": False, "photoUrl": None, "minLevel": 0, "maxLevel": None, "reorderPoint": 9,
        "supersededBy": {"partId": str(newer.pk), "number": "NEW", "name": "New pads"},
        "reorderQuantity": 0, "version": part.version, "numberGenerated": False, "description": "",
        "origin": "", "lengthMm": None, "widthMm": None, "heightMm": None, "weightG": 1400,
        "costPrice": "500.00", "markupPercent": "10.00", "proposedPrice": "550.00", "discountPrice": "800.00",
        "discountFrom": None, "discountUntil": None, "taxClass": "standard", "warranty": "",
        "interchangeId": None, "tiers": [{"minQuantity": 10, "unitPrice": "700.00"}],
        "numbers": [{"numberId": str(number.pk), "kind": "oem", "number": "58101-1RA00", "brand": ""}],
        "barcodes": [{"barcodeId": str(code.pk), "code": "X-1", "symbology": "other", "units": 1}],
        "photos": [], "documents": [],
    }  # fmt: skip
    for name in ("lowSince", "provenAt", "lastSoldAt", "lastRestockedAt"):
        stock.pop(name)
    assert stock == {
        "onHand": 5, "reserved": 2, "available": 3, "forCounter": 5, "value": "2000.00",
        "averageCost": "400.00",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("person", "sees"),
    [("owner", True), ("manager", True), ("accountant", True), ("cashier", False), ("storekeeper", False)],
)
def test_cost_is_for_those_who_may_see_it(
    part: Part, everyone: dict[str, Any], person: str, sees: bool
) -> None:
    Part.objects.filter(pk=part.pk).update(markup_percent=10)
    caller = client(everyone[person])
    whole = caller.get(f"{PARTS}/{part.pk}").json()
    rows = caller.get(PARTS).json()["results"]
    low = caller.get(LOW).json()["results"]
    moved = caller.get(f"{PARTS}/{part.pk}/movements").json()["results"]
    values = [whole["costPrice"], whole["markupPercent"], whole["proposedPrice"]]
    stocks = [whole["stock"], rows[0]["stock"], *[row["stock"] for row in low]]
    values += [stock[name] for stock in stocks for name in ("value", "averageCost")] + [moved[0]["value"]]
    assert all((value is not None) == sees for value in values)
    if person == "storekeeper":
        renamed = caller.put(f"{PARTS}/{part.pk}", {"name": "Pads"}).json()
        booked = caller.post(f"{PARTS}/{part.pk}/stock", {"kind": "receive", "quantity": 1}).json()
        assert renamed["costPrice"] is None
        assert (booked["stock"]["value"], booked["movements"][0]["value"]) == (None, None)


def test_part_is_entered_changed_and_deleted(everyone: dict[str, Any], part: Part) -> None:
    owner = client(everyone["owner"])
    body = {
        "number": "GDB3549", "name": "Rear pads", "costPrice": "100.00", "markupPercent": "50.00",
        "numbers": [{"number": "58302-1RA30", "kind": "oem"}],
        "tiers": [{"minQuantity": 4, "unitPrice": "140.00"}],
    }  # fmt: skip
    made = owner.post(PARTS, body, headers={"Idempotency-Key": "one"})
    assert (made.status_code, made.json()["sellingPrice"], made["ETag"]) == (201, "150.00", '"1"')
    again = owner.post(PARTS, body, headers={"Idempotency-Key": "one"})
    assert (again.status_code, again.json()) == (201, made.json())
    assert again["Idempotency-Replayed"] == "true"
    taken = owner.post(PARTS, {**body, "number": "gdb-3549"})
    assert (taken.status_code, taken.json()["code"]) == (409, "part_exists")
    assert taken.json()["partId"] == made.json()["partId"]
    assert taken.json()["errors"][0]["field"] == "number"
    address = f"{PARTS}/{made.json()['partId']}"
    changed = owner.put(address, {"numbers": [], "brand": "TRW"}, headers={"If-Match": made["ETag"]})
    assert (changed.status_code, changed.json()["numbers"], changed.json()["brand"]) == (200, [], "TRW")
    assert len(changed.json()["tiers"]) == 1
    for method in ("put", "delete"):
        late = getattr(owner, method)(address, {"name": "x"}, headers={"If-Match": made["ETag"]})
        assert (late.status_code, late.json()["code"]) == (412, "stale_version")
    gone = owner.delete(address, headers={"If-Match": changed["ETag"]})
    assert (gone.status_code, gone.json()["number"]) == (200, "GDB3549")
    assert owner.get(address).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "x", "sellingPrice": "-1"}, "sellingPrice"),
        ({"name": "x", "sellingPrice": "1.001"}, "sellingPrice"),
        ({"name": "x", "partType": "stolen"}, "partType"),
        ({"name": "x", "weightG": 1.5}, "weightG"),
        ({"name": "x", "categoryId": str(uuid4())}, "categoryId"),
        ({"name": "x", "numbers": [{"number": "-"}]}, "numbers.0.number"),
        ({"name": "x", "tiers": [{"minQuantity": 1, "unitPrice": "1.00"}]}, "tiers.0.minQuantity"),
        ({"name": "x", "maxLevel": 1, "minLevel": 2}, "maxLevel"),
        ({"name": "x", "colour": "red"}, "colour"),
        ({"name": "x", "on_hand": 1}, "on_hand"),
    ],
)
def test_wrong_input_is_named_at_its_field(
    everyone: dict[str, Any], body: dict[str, Any], field: str
) -> None:
    answer = client(everyone["owner"]).post(PARTS, body)
    assert answer.status_code == 400, answer.json()
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert Part.objects.count() == 1


def test_found_parts_say_why_and_come_page_by_page(part: Part, everyone: dict[str, Any]) -> None:
    newer = PartFactory(shop=part.shop, number="NEW")
    Part.objects.filter(pk=part.pk).update(superseded_by=newer)
    prefixed = PartFactory(shop=part.shop, number="GDB1330-A")
    cashier = client(everyone["cashier"])
    first = cashier.get(f"{PARTS}?q=gdb-1330&pageSize=2").json()
    told = ("partId", "matchedBy", "matched", "replaces")
    assert [tuple(row[name] for name in told) for row in first["results"]] == [
        (str(part.pk), "number", "GDB 1330", None),
        (str(newer.pk), "supersession", "GDB 1330", str(part.pk)),
    ]  # fmt: skip
    second = cashier.get(f"{PARTS}?q=gdb-1330&pageSize=2&cursor={first['nextCursor']}").json()
    assert [row["partId"] for row in second["results"]] == [str(prefixed.pk)]
    assert second["nextCursor"] == ""
    wrong = cashier.get(f"{PARTS}?cursor=x")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "cursor")


def test_list_is_narrowed_by_the_query(part: Part, everyone: dict[str, Any]) -> None:
    shop = part.shop
    category, shelf = CategoryFactory(shop=shop), BinFactory(shop=shop)
    other = PartFactory(
        shop=shop, name="Oil filter", brand="Mann", category=category, default_bin=shelf, status="inactive"
    )
    Stock.objects.filter(part=part).update(low_since=timezone.now())
    owner = client(everyone["owner"])

    def found(query: str) -> set[str]:
        answer = owner.get(f"{PARTS}?{query}")
        assert answer.status_code == 200, answer.json()
        return {row["partId"] for row in answer.json()["results"]}

    mine, others = {str(part.pk)}, {str(other.pk)}
    assert found("") == mine | others
    assert found("brand=MANN") == others
    assert found(f"category={category.pk}") == found(f"bin={shelf.pk}") == others
    assert found("inStock=true") == found("low=true") == found("status=active") == mine
    assert found("inStock=false") == found("low=false") == others
    assert found("status=active&status=inactive") == mine | others
    assert found("q=filtr&status=active") == set()
    for query, field in (
        ("status=x", "status"),
        ("pageSize=101", "pageSize"),
        ("bin=x", "bin"),
        ("z=1", "z"),
    ):
        answer = owner.get(f"{PARTS}?{query}")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_what_fits_a_vehicle_by_lists_or_by_vin(part: Part, everyone: dict[str, Any]) -> None:
    make = MakeFactory(name="Honda")
    model = VehicleModelFactory(make=make, name="Accord")
    Fitment.objects.create(shop=part.shop, part=part, make=make, model=model, year_from=2003, year_to=2003)
    PartFactory(shop=part.shop)
    owner = client(everyone["owner"])
    # The sample VIN of 49 CFR 565's explanations: a Honda Accord of 2003.
    for query in (f"makeId={make.pk}&modelId={model.pk}&year=2003", "vin=1HGCM82633A004352"):
        shown = owner.get(f"{PARTS}?{query}").json()
        assert [row["partId"] for row in shown["results"]] == [str(part.pk)], query
        vehicle = shown["vehicle"]
        assert (vehicle["make"], vehicle["model"], vehicle["year"]) == ("Honda", "Accord", 2003)
    assert owner.get(f"{PARTS}?makeId={make.pk}&modelId={model.pk}&year=2004").json()["results"] == []
    for query, field in (
        ("modelId=1", "modelId"), ("makeId=999999", "makeId"),
        (f"makeId={make.pk}&modelId=999999", "modelId"),
        ("vin=123", "vin"), (f"vin=1HGCM82633A004352&makeId={make.pk}", "vin"),
    ):  # fmt: skip
        answer = owner.get(f"{PARTS}?{query}")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field), query


def test_stock_is_received_adjusted_and_transferred(part: Part, everyone: dict[str, Any]) -> None:
    owner, address = client(everyone["owner"]), f"{PARTS}/{part.pk}/stock"
    shelf = BinFactory(shop=part.shop)
    got = owner.post(
        address, {"kind": "receive", "quantity": 5, "unitCost": "600.00", "binId": str(shelf.pk)}
    )
    assert got.status_code == 200, got.json()
    assert (got.json()["stock"]["onHand"], got.json()["stock"]["averageCost"]) == (10, "500.00")
    [movement] = got.json()["movements"]
    assert (movement["kind"], movement["quantity"], movement["value"]) == ("receipt", 5, "3000.00")
    sent = {"kind": "adjust", "quantity": -2, "reason": "damaged"}
    lost = [owner.post(address, sent, headers={"Idempotency-Key": "a"}) for _ in range(2)]
    assert [answer.json()["stock"]["onHand"] for answer in lost] == [8, 8]
    moved = owner.post(address, {"kind": "transfer", "quantity": 5, "binId": str(shelf.pk)})
    assert [row["quantity"] for row in moved.json()["movements"]] == [-5, 5]
    assert [row["bin"] is None for row in moved.json()["movements"]] == [False, True]
    listed = owner.get(f"{PARTS}/{part.pk}/movements?kind=adjustment").json()["results"]
    assert [(row["quantity"], row["reason"]) for row in listed] == [(-2, "damaged")]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"quantity": 1}, 400, "kind"),
        ({"kind": "steal", "quantity": 1}, 400, "kind"),
        ({"kind": "receive"}, 400, "quantity"),
        ({"kind": "receive", "quantity": 0}, 400, "units.0.quantity"),
        ({"kind": "receive", "quantity": 1, "toBinId": str(uuid4())}, 400, "toBinId"),
        ({"kind": "adjust", "quantity": 1}, 400, "reason"),
        ({"kind": "adjust", "quantity": 0, "reason": "lost"}, 400, "quantity"),
        ({"kind": "transfer", "quantity": 1}, 400, "toBinId"),
        ({"kind": "transfer", "quantity": 1, "reason": "lost"}, 400, "reason"),
        ({"kind": "transfer", "quantity": 9, "toBinId": "{bin}"}, 409, ""),
        ({"kind": "adjust", "quantity": -6, "reason": "lost"}, 409, ""),
        ({"kind": "receive", "quantity": 1, "binId": str(uuid4())}, 404, ""),
    ],
)
def test_wrong_change_of_stock_is_refused(
    part: Part, everyone: dict[str, Any], body: dict[str, Any], status: int, field: str
) -> None:
    shelf = BinFactory(shop=part.shop)
    sent = {name: str(shelf.pk) if value == "{bin}" else value for name, value in body.items()}
    answer = client(everyone["owner"]).post(f"{PARTS}/{part.pk}/stock", sent)
    assert answer.status_code == status, answer.json()
    if field:
        assert answer.json()["errors"][0]["field"] == field
    assert (Movement.objects.count(), Stock.objects.get(part=part).on_hand) == (1, 5)


def test_low_stock_lists_what_to_reorder(part: Part, everyone: dict[str, Any]) -> None:
    owner = client(everyone["owner"])
    now = timezone.now()
    Stock.objects.filter(part=part).update(low_since=now)
    enough = PartFactory(shop=part.shop, reorder_point=3, max_level=12, on_hand=2)
    Stock.objects.filter(part=enough).update(low_since=now - timedelta(days=1))
    for status, shop in (("discontinued", part.shop), ("active", ShopFactory())):
        old = PartFactory(shop=shop, status=status)
        Stock.objects.filter(part=old).update(low_since=now)
    shown = owner.get(LOW).json()
    assert shown["count"] == 2
    assert [(row["partId"], row["suggested"]) for row in shown["results"]] == [
        (str(part.pk), 4), (str(enough.pk), 10)
    ]  # fmt: skip


def test_lists_cost_the_same_for_one_row_and_for_many(part: Part, everyone: dict[str, Any]) -> None:
    owner = client(everyone["owner"])
    addresses = (PARTS, f"{PARTS}?q=pads", f"{PARTS}?q=gdb", LOW, f"{PARTS}/{part.pk}/movements")
    Stock.objects.update(low_since=timezone.now())
    costs = []
    for more in (0, 2, 12):
        for n in range(more):
            row = PartFactory(
                shop=part.shop, number=f"GDB {more} {n}", category=CategoryFactory(shop=part.shop)
            )
            received(part, 1, Decimal(1), bin_id=BinFactory(shop=part.shop).pk)
            PriceTier.objects.create(part=row, min_quantity=2, unit_price=1)
        Stock.objects.update(low_since=timezone.now())
        cost = []
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                answer = owner.get(f"{address}{'&' if '?' in address else '?'}pageSize=100")
            assert len(answer.json()["results"]) >= more
            cost.append(len(queries))
        costs.append(cost)
    assert costs[1] == costs[2], costs
    assert all(first <= many for first, many in zip(costs[0], costs[1], strict=True))


def test_who_belongs_to_two_shops_names_one(part: Part, everyone: dict[str, Any]) -> None:
    second = MemberFactory(user=everyone["owner"]).shop
    owner = client(everyone["owner"])
    unnamed = owner.get(PARTS)
    assert (unnamed.status_code, unnamed.json()["errors"][0]["field"]) == (400, "shopId")
    assert owner.get(f"{PARTS}?shopId={second.pk}").json()["results"] == []
    assert len(owner.get(f"{PARTS}?shopId={part.shop_id}").json()["results"]) == 1
    made = owner.post(PARTS, {"name": "Horn", "shopId": str(second.pk)}).json()
    assert made["shopId"] == str(second.pk)
    assert owner.get(f"{LOW}?shopId={uuid4()}").status_code == 404
    assert owner.get(f"{PARTS}/{part.pk}").status_code == 200
