"""The scan page: what it shows, how a code is attached there, and to whom."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.actions.barcodes import attach_barcode
from inventory.enums import PartStatus
from inventory.models import Barcode, Part
from inventory.tests.factories import BinFactory, PartFactory, PartNumberFactory
from inventory.tests.test_barcodes import EAN, actor_of
from shops.tests.api.people import people
from shops.tests.factories import ShopFactory

pytestmark = pytest.mark.django_db
ROLES = ("owner", "manager", "cashier", "storekeeper", "accountant")
OUTSIDE = {"left": 302, "customer": 302, "anonymous": 302}
ALL = {**dict.fromkeys(ROLES, 200), **OUTSIDE}
STOCK = {**ALL, "cashier": 403, "accountant": 403}
HTMX = {"HX-Request": "true"}


def signed_in(user):
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


@pytest.fixture
def part():
    return PartFactory(number="GDB 1330", name="Front brake pads", on_hand=3)


@pytest.fixture
def everyone(part):
    return people(part.shop)


def text_of(answer):
    return answer.content.decode()


def test_code_shows_the_part_with_its_price_stock_and_bin(part, everyone):
    shelf = BinFactory(shop=part.shop, code="A-01")
    Part.objects.filter(pk=part.pk).update(default_bin=shelf)
    attach_barcode(part.pk, shop_id=part.shop_id, code=EAN, units=4, actor=actor_of(part.shop))
    answer = signed_in(everyone["cashier"]).get("/portal/scan", {"code": EAN})
    assert answer.status_code == 200
    shown = text_of(answer)
    for piece in ("Front brake pads", "GDB 1330", "850.00", "4 units", "<dd>3</dd>", "without a bin"):
        assert piece in shown, piece
    fragment = signed_in(everyone["cashier"]).get("/portal/scan", {"code": EAN}, headers=HTMX)
    assert "<html" not in text_of(fragment)
    assert "Front brake pads" in text_of(fragment)


def test_two_brands_of_one_number_are_both_offered(part, everyone):
    PartFactory(shop=part.shop, number="GDB1330", brand="Lucas", brand_key="lucas", name="Other pads")
    shown = text_of(signed_in(everyone["cashier"]).get("/portal/scan", {"code": "gdb-1330"}))
    assert "2 parts have this number" in shown
    assert "Front brake pads" in shown
    assert "Other pads" in shown


def test_unknown_code_is_attached_from_its_suggestion(part, everyone):
    browser = signed_in(everyone["storekeeper"])
    code = "P/N:GDB1330;QTY:2"
    shown = text_of(browser.get("/portal/scan", {"code": code}))
    assert "Nobody knows this code yet" in shown
    assert str(part.pk) in shown
    sent = {"code": code, "part": part.pk, "units": "2", "symbology": "qr"}
    answer = browser.post("/portal/scan/attach", sent, headers=HTMX)
    assert (answer.status_code, "The code is attached" in text_of(answer)) == (200, True)
    row = Barcode.objects.get()
    assert (row.part, row.code, row.units, row.symbology) == (part, code, 2, "qr")
    shown = text_of(browser.post(f"/portal/scan/barcodes/{row.pk}/detach", {"code": code}, headers=HTMX))
    assert "Nobody knows this code yet" in shown
    assert not Barcode.objects.exists()


def test_parts_to_attach_to_are_found_by_name_and_number(part, everyone):
    PartNumberFactory(part=part, number="58101-1RA00")
    browser = signed_in(everyone["storekeeper"])
    for typed in ("581011ra00", "brake pads", "gdb13"):
        assert str(part.pk) in text_of(browser.get("/portal/scan/parts", {"q": typed})), typed
    assert "No part matches" in text_of(browser.get("/portal/scan/parts", {"q": "zzzz"}))
    assert text_of(browser.get("/portal/scan/parts", {"q": "z"})).strip() != str(part.pk)


def test_refused_attachment_says_why(part, everyone):
    browser = signed_in(everyone["owner"])
    other = PartFactory(shop=part.shop, name="Clutch kit")
    attach_barcode(other.pk, shop_id=part.shop_id, code=EAN, actor=actor_of(part.shop))
    sent = {"code": EAN, "part": part.pk, "units": "1"}
    answer = browser.post("/portal/scan/attach", sent, headers=HTMX)
    assert (answer.status_code, "belongs to Clutch kit" in text_of(answer)) == (422, True)
    answer = browser.post("/portal/scan/attach", {**sent, "code": "NEW-1", "units": "0"}, headers=HTMX)
    assert (answer.status_code, "between 1 and" in text_of(answer)) == (422, True)
    assert browser.post("/portal/scan/attach", {**sent, "part": "x"}).status_code == 404
    assert browser.post("/portal/scan/attach", {**sent, "symbology": "x"}).status_code == 404
    assert browser.post("/portal/scan/attach", {**sent, "part": PartFactory().pk}).status_code == 404
    assert Barcode.objects.count() == 1


def test_bins_replacements_and_retired_parts_are_told(part, everyone):
    BinFactory(shop=part.shop, code="A-01", name="Left wall")
    new = PartFactory(shop=part.shop, number="GDB 1331")
    Part.objects.filter(pk=part.pk).update(superseded_by=new, status=PartStatus.DISCONTINUED)
    browser = signed_in(everyone["cashier"])
    assert "Left wall" in text_of(browser.get("/portal/scan", {"code": "A-01"}))
    shown = text_of(browser.get("/portal/scan", {"code": "GDB1330"}))
    assert "Replaced by GDB 1331" in shown
    assert "discontinued" in shown
    assert "This is not a code" in text_of(browser.get("/portal/scan", {"code": "a\x01b"}))


def urls(part):
    row = attach_barcode(part.pk, shop_id=part.shop_id, code="OLD-1", actor=actor_of(part.shop))
    return {
        "page": ("get", "/portal/scan", {"code": EAN}, ALL, 200),
        "parts": ("get", "/portal/scan/parts", {"q": "brake"}, STOCK, 200),
        "attach": ("post", "/portal/scan/attach", {"code": EAN, "part": part.pk, "units": "1"}, STOCK, 200),
        "detach": ("post", f"/portal/scan/barcodes/{row.pk}/detach", {"code": "OLD-1"}, STOCK, 302),
    }


@pytest.mark.parametrize("who", [*ALL, "other shop"])
@pytest.mark.parametrize("name", ["page", "parts", "attach", "detach"])
def test_who_may_open_and_act(name, who, part, everyone):
    method, url, body, allowed, success = urls(part)[name]
    before = list(Barcode.objects.order_by("pk").values_list("pk", "version"))
    if method == "post":
        body = {**body, "shop": str(part.shop_id)}
    answer = getattr(signed_in(everyone[who]), method)(url, body)
    if who == "other shop":
        # Their own shop's page, which knows nothing of this one; and no act in a shop that is not theirs.
        expected = 404 if method == "post" else 200
        assert "Front brake pads" not in text_of(answer)
    else:
        expected = success if allowed[who] == 200 else allowed[who]
        if method == "post" and who in ("left", "customer"):
            expected = 404
    assert answer.status_code == expected
    changed = list(Barcode.objects.order_by("pk").values_list("pk", "version")) != before
    assert changed is (method == "post" and expected == success and allowed.get(who) == 200)


def test_page_costs_the_same_for_one_and_three():
    shop = ShopFactory()
    for n in range(3):
        PartFactory(shop=shop, number="GDB 1330", brand_key=f"brand{n}", on_hand=1)
    PartFactory(shop=shop, number="GDB 1", on_hand=1)
    browser, costs = signed_in(people(shop)["cashier"]), []
    for code in ("GDB1", "GDB1330"):
        with CaptureQueriesContext(connection) as captured:
            assert browser.get("/portal/scan", {"code": code}).status_code == 200
        costs.append(len(captured))
    # The one that was found alone is shown with its codes.
    assert costs[0] == costs[1] + 1
