"""Scanning and attaching over the API: what it answers, and to whom."""

import pytest

from inventory.actions.barcodes import attach_barcode
from inventory.labels import SHEETS
from inventory.models import Barcode
from inventory.tests.factories import BinFactory, PartFactory, PartNumberFactory, received
from inventory.tests.test_barcodes import EAN, KINDS, UPC, actor_of, photo
from inventory.tests.test_labels import read_back
from shops.tests.api.people import OUTSIDE, client, people
from shops.tests.factories import MemberFactory

pytestmark = pytest.mark.django_db
SCAN = "/api/v1/inventory/barcode/scan"
ALL = {"owner": 200, "manager": 200, "cashier": 200, "storekeeper": 200, "accountant": 200, **OUTSIDE}
STOCK = {**ALL, "cashier": 403, "accountant": 403}


@pytest.fixture
def part():
    return PartFactory(number="GDB 1330", on_hand=2)


@pytest.fixture
def everyone(part):
    return people(part.shop)


def code_of(part, code=EAN, **kwargs):
    return attach_barcode(part.pk, shop_id=part.shop_id, code=code, actor=actor_of(part.shop), **kwargs)


def test_scan_answers_what_the_counter_needs(part, everyone):
    shelf = BinFactory(shop=part.shop, code="A-01")
    received(part, 3, part.cost_price, bin_id=shelf.pk)
    code_of(part, units=10)
    answer = client(everyone["cashier"]).post(SCAN, {"code": EAN})
    assert answer.status_code == 200
    body = answer.json()
    [found] = body.pop("candidates")
    assert body == {
        "kind": "part", "code": EAN, "symbology": "ean13", "isAttached": True, "mayAttach": False,
        "currency": "EGP", "suggestions": [], "bin": None, "alsoRead": [],
    }  # fmt: skip
    shown = {"id": str(shelf.pk), "code": "A-01", "name": ""}
    assert found == {
        "partId": str(part.pk), "version": 1, "number": "GDB 1330", "name": "Front brake pads",
        "brand": "Hankook Frixa", "partType": "aftermarket", "status": "active", "matchedBy": "barcode",
        "units": 10, "unitPrice": "850.00", "coreCharge": None, "taxClass": "standard", "onHand": 5,
        "reserved": 0, "available": 5, "forCounter": 5, "defaultBin": None, "supersededBy": None,
        "bins": [{"bin": shown, "quantity": 3}, {"bin": None, "quantity": 2}],
    }  # fmt: skip


def test_scan_by_photo_takes_the_code_that_the_shop_knows(part, everyone):
    code_of(part)
    picture = photo(("SERIAL-00931", KINDS.Code128), (EAN, KINDS.EAN13))
    body = client(everyone["cashier"]).post(SCAN, {"photo": picture}, format="multipart").json()
    assert (body["kind"], body["code"], body["alsoRead"]) == ("part", EAN, ["SERIAL-00931"])
    empty = client(everyone["cashier"]).post(SCAN, {"photo": photo()}, format="multipart").json()
    assert (empty["kind"], empty["candidates"]) == ("nothing", [])
    assert empty.keys() == body.keys()


def test_unknown_code_offers_to_attach_by_role(part, everyone):
    for who, may in (("storekeeper", True), ("cashier", False)):
        body = client(everyone[who]).post(SCAN, {"code": "P/N:GDB1330;QTY:2"}).json()
        assert (body["kind"], body["mayAttach"]) == ("unknown", may)
        assert [found["partId"] for found in body["suggestions"]] == [str(part.pk)]


def test_number_on_the_box_finds_the_part(part, everyone):
    PartNumberFactory(part=part, number="58101-1RA00")
    body = client(everyone["cashier"]).post(SCAN, {"code": "581011ra00"}).json()
    assert [(found["partId"], found["matchedBy"]) for found in body["candidates"]] == [
        (str(part.pk), "other_number")
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "code"),
        ({"code": ""}, "code"),
        ({"code": "  "}, "code"),
        ({"code": "x" * 121}, "code"),
        ({"code": "a\u0000b"}, "code"),
        ({"code": EAN, "shopId": "x"}, "shopId"),
        ({"code": EAN, "what": 1}, "what"),
    ],
)
def test_wrong_scan_is_named_at_the_field(body, field, everyone):
    answer = client(everyone["owner"]).post(SCAN, body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(("who", "status"), ALL.items())
def test_who_may_scan(who, status, part, everyone):
    body = {"code": EAN, "shopId": str(part.shop_id)}
    assert client(everyone[who]).post(SCAN, body).status_code == status


def test_who_works_in_two_shops_names_one(part):
    owner = MemberFactory(shop=part.shop)
    MemberFactory(user=owner.user)
    code_of(part)
    api = client(owner.user)
    refused = api.post(SCAN, {"code": EAN})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "shopId")
    assert api.post(SCAN, {"code": EAN, "shopId": str(part.shop_id)}).json()["kind"] == "part"
    assert api.post(f"{SCAN}?shopId={part.shop_id}", {"code": EAN}).json()["kind"] == "part"
    assert api.post(f"{SCAN}?shopId=x", {"code": EAN}).status_code == 404


def test_attach_detach_and_list(part, everyone):
    api, url = client(everyone["storekeeper"]), f"/api/v1/inventory/parts/{part.pk}/barcodes"
    made = api.post(url, {"code": UPC, "symbology": "upca", "units": 6}, headers={"Idempotency-Key": "1"})
    assert made.status_code == 201
    assert made.json() == {
        **made.json(), "partId": str(part.pk), "code": UPC, "symbology": "upca", "units": 6,
    }  # fmt: skip
    again = api.post(url, {"code": UPC, "symbology": "upca", "units": 6}, headers={"Idempotency-Key": "1"})
    assert (again.json(), again["Idempotency-Replayed"]) == (made.json(), "true")
    assert [row["id"] for row in api.get(url).json()["results"]] == [made.json()["id"]]
    assert api.delete(f"/api/v1/inventory/barcodes/{made.json()['id']}").status_code == 204
    assert api.delete(f"/api/v1/inventory/barcodes/{made.json()['id']}").status_code == 404
    assert api.get(url).json()["count"] == 0


def test_taken_code_names_the_part_that_has_it(part, everyone):
    code_of(part)
    other = PartFactory(shop=part.shop)
    answer = client(everyone["owner"]).post(f"/api/v1/inventory/parts/{other.pk}/barcodes", {"code": EAN})
    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["partId"]) == ("barcode_taken", str(part.pk))


def test_wrong_check_digit_is_named_at_the_code(part, everyone):
    url = f"/api/v1/inventory/parts/{part.pk}/barcodes"
    answer = client(everyone["owner"]).post(url, {"code": "5901234123458", "symbology": "ean13"})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["code"]
    assert not Barcode.objects.exists()


@pytest.mark.parametrize("who", ALL)
@pytest.mark.parametrize(
    "call",
    [("get", "list", 200, ALL), ("post", "list", 201, STOCK), ("delete", "one", 204, STOCK)],
)
def test_who_may_see_and_change_codes(call, who, part, everyone):
    method, place, success, allowed = call
    row = code_of(part)
    url = {
        "list": f"/api/v1/inventory/parts/{part.pk}/barcodes",
        "one": f"/api/v1/inventory/barcodes/{row.pk}",
    }[place]
    before = list(Barcode.objects.values_list("pk", "version"))
    answer = getattr(client(everyone[who]), method)(url, {"code": "NEW-1"})
    assert answer.status_code == (success if allowed[who] == 200 else allowed[who]), answer.content
    if answer.status_code >= 400 or method == "get":
        assert list(Barcode.objects.values_list("pk", "version")) == before


def test_list_costs_the_same_for_one_and_three(part, everyone, django_assert_num_queries):
    url, api = f"/api/v1/inventory/parts/{part.pk}/barcodes", client(everyone["owner"])
    for n, more in enumerate(("A-1", "A-2 A-3")):
        for code in more.split():
            code_of(part, code)
        with django_assert_num_queries(5):
            assert api.get(url).json()["count"] == 1 + 2 * n


LABELS = "/api/v1/inventory/labels"


def test_labels_are_a_pdf_and_read_back(part, everyone):
    shelf = BinFactory(shop=part.shop)
    items = [{"partId": str(part.pk), "copies": 2}, {"binId": str(shelf.pk)}]
    body = {"sheet": "roll-50x30", "items": items, "withPrices": False}
    answer = client(everyone["storekeeper"]).post(LABELS, body)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    shelf.refresh_from_db()
    codes = [
        next(iter(codes)) for codes, _kinds in read_back(answer.content, SHEETS["roll-50x30"], range(3))[0]
    ]
    assert codes == [Barcode.objects.get().code] * 2 + [shelf.label_code]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sheet": "a5"}, "sheet"),
        ({"items": []}, "items"),
        ({"items": [{"copies": 1}]}, "items.0.partId"),
        ({"items": [{"partId": "x"}]}, "items.0.partId"),
        ({"skip": -1}, "skip"),
    ],
)
def test_wrong_labels_are_named_at_the_field(change, field, part, everyone):
    body = {"sheet": "a4-3x8", "items": [{"partId": str(part.pk)}], **change}
    answer = client(everyone["owner"]).post(LABELS, body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Barcode.objects.exists()


@pytest.mark.parametrize(("who", "status"), STOCK.items())
def test_who_may_print_labels(who, status, part, everyone):
    body = {"sheet": "a4-3x8", "items": [{"partId": str(part.pk)}], "shopId": str(part.shop_id)}
    assert client(everyone[who]).post(LABELS, body).status_code == status
    assert Barcode.objects.exists() is (status == 200)
