"""The page of labels: what fills its list, what it prints, and for whom."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.labels import SHEETS
from inventory.models import Barcode
from inventory.tests.factories import BinFactory, PartFactory
from inventory.tests.portal.test_scan_pages import ALL, STOCK, signed_in, text_of
from inventory.tests.test_labels import read_back
from shops.tests.api.people import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def part():
    return PartFactory(number="GDB 1330", name="Front brake pads")


@pytest.fixture
def everyone(part):
    return people(part.shop)


def test_list_is_filled_by_address_and_by_scan(part, everyone):
    shelf = BinFactory(shop=part.shop, code="A-01")
    foreign = PartFactory(name="Not ours")
    browser = signed_in(everyone["storekeeper"])
    url = f"/portal/labels?part={part.pk}&part={foreign.pk}&part=x&copies=4&bins=all"
    shown = text_of(browser.get(url))
    assert f'name="part-{part.pk}" min="1" max="1000" value="4"' in shown
    assert f'name="bin-{shelf.pk}"' in shown
    assert "Not ours" not in shown
    rows = {code: text_of(browser.get("/portal/labels/rows", {"code": code})) for code in ("gdb1330", "a01")}
    assert f"part-{part.pk}" in rows["gdb1330"]
    assert f"bin-{shelf.pk}" in rows["a01"]
    assert "Nothing has the code" in text_of(browser.get("/portal/labels/rows", {"code": "zzz"}))
    assert "This is not a code" in text_of(browser.get("/portal/labels/rows"))


def test_labels_are_printed_and_the_paper_remembered(part, everyone):
    shelf = BinFactory(shop=part.shop)
    browser = signed_in(everyone["storekeeper"])
    sent = {f"part-{part.pk}": "2", f"bin-{shelf.pk}": "1", "part-x": "1", "sheet": "a4-2x7", "skip": "3"}
    answer = browser.post("/portal/labels", sent)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    found, pages = read_back(answer.content, SHEETS["a4-2x7"], range(7))
    shelf.refresh_from_db()
    own = Barcode.objects.get().code
    assert [codes for codes, _kinds in found] == [set()] * 3 + [{own}] * 2 + [{shelf.label_code}, set()]
    assert pages == 1
    assert '<option value="a4-2x7" selected' in text_of(browser.get("/portal/labels"))
    refused = browser.post("/portal/labels", {"sheet": "a4-2x7"}, follow=True)
    assert "between 1 and 1000 labels" in text_of(refused)


@pytest.mark.parametrize("who", [*ALL, "other shop"])
def test_who_may_open_and_print(who, part, everyone):
    browser, may = signed_in(everyone[who]), STOCK.get(who, 200)
    page = browser.get(f"/portal/labels?part={part.pk}")
    assert page.status_code == may
    assert ("Front brake pads" in text_of(page)) is (may == 200 and who != "other shop")
    assert browser.get("/portal/labels/rows", {"code": "gdb1330"}).status_code == may
    sent = {f"part-{part.pk}": "1", "sheet": "a4-3x8", "shop": str(part.shop_id)}
    answer = browser.post("/portal/labels", sent)
    expected = 404 if who in ("other shop", "left", "customer") else may
    assert answer.status_code == expected
    assert Barcode.objects.exists() is (expected == 200)


def test_list_costs_the_same_for_one_and_three(part, everyone):
    browser, costs = signed_in(everyone["owner"]), []
    parts = [part, PartFactory(shop=part.shop), PartFactory(shop=part.shop)]
    for count in (1, 3):
        query = "&".join(f"part={row.pk}" for row in parts[:count])
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(f"/portal/labels?{query}").status_code == 200
        costs.append(len(captured))
    assert costs[0] == costs[1]
