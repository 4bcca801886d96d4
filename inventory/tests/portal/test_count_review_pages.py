"""Looking a count over: variances by role, reasons, unknown codes, counting again, the booking, its paper."""

from decimal import Decimal

import pypdfium2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.actions.counting import start_count, submit_count
from inventory.enums import CountKind, CountStatus
from inventory.models import Barcode, CountLine, CountSheet, CountUnknown, Movement
from inventory.tests.factories import BinFactory, PartFactory
from inventory.tests.portal.test_count_pages import BASE, COUNTING, LEADING
from inventory.tests.portal.test_scan_pages import ALL, STOCK, signed_in, text_of
from inventory.tests.test_barcodes import actor_of
from inventory.tests.test_counting import begun, count, finish, on_hand, sell, stocked
from shops.tests.api.people import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf():
    return BinFactory(code="A-01")


@pytest.fixture
def everyone(shelf):
    return people(shelf.shop)


@pytest.fixture
def owner(shelf):
    return actor_of(shelf.shop)


@pytest.fixture
def handed_in(shelf, owner):
    """Two of five are missing, one of one is right, a code is unknown, and one place nobody counted."""
    short, right = stocked(shelf, 5, number="SHORT-1"), stocked(shelf, 1, number="RIGHT-1")
    left = stocked(shelf, 4, number="LEFT-1")
    sheet = begun(shelf, owner)
    count(sheet, short, 3, owner, bin_id=shelf.pk)
    count(sheet, right, 1, owner, bin_id=shelf.pk)
    count(sheet, None, 2, owner, code="X-77", bin_id=shelf.pk, kind=CountKind.ADD, note="blue box")
    submit_count(sheet.pk, shop_id=shelf.shop_id, actor=owner)
    sheet.short, sheet.left = short, left
    return sheet


def url_of(sheet, path=""):
    return f"{BASE}/{sheet.pk}{path}"


def test_variances_are_seen_by_role_and_their_worth_by_who_sees_cost(handed_in, everyone):
    shown = {
        who: text_of(signed_in(everyone[who]).get(url_of(handed_in)))
        for who in ("owner", "manager", "storekeeper", "cashier", "accountant")
    }
    for who in ("owner", "manager", "storekeeper"):
        assert "3 counted, 5 in the books" in shown[who], who
        assert "SHORT-1" in shown[who]
        assert "RIGHT-1" not in shown[who]
        assert "LEFT-1" in shown[who]
        assert ("80.00" in shown[who]) is (who != "storekeeper"), who
        assert ('id="approve-count"' in shown[who]) is (who != "storekeeper"), who
    for who in ("cashier", "accountant"):
        assert "5 in the books" not in shown[who]
        assert "LEFT-1" not in shown[who]
    assert "blue box" in shown["cashier"]


def test_reasons_then_approval_book_onto_what_is_left_by_then(handed_in, everyone, owner):
    browser, line = signed_in(everyone["manager"]), handed_in.lines.get(part=handed_in.short)
    sell(handed_in.short, 1, owner, handed_in.bins.get().pk)
    question = text_of(browser.get(url_of(handed_in, "/approve")))
    for words in ("1 line differs and is booked.", "1 unknown code is left out.", "Take it for gone"):
        assert words in question, words
    unsaid = browser.post(url_of(handed_in, "/approve"))
    assert (unsaid.status_code, "This field is required" in text_of(unsaid)) == (422, True)
    bare = browser.post(url_of(handed_in, "/approve"), {"uncounted": "leave"})
    assert (bare.status_code, "1 variance has no reason yet." in text_of(bare)) == (422, True)
    assert on_hand(handed_in.short) == 4
    said = {f"reason-{line.pk}": "", "reason-rest": "theft"}
    assert browser.post(url_of(handed_in, "/reasons"), said)["Location"] == url_of(handed_in)
    line.refresh_from_db()
    assert line.reason == "theft"
    assert browser.post(url_of(handed_in, "/approve"), {"uncounted": "leave"}).status_code == 302
    handed_in.refresh_from_db()
    assert (handed_in.status, on_hand(handed_in.short), on_hand(handed_in.left)) == ("approved", 2, 4)
    shown = text_of(browser.get(url_of(handed_in)))
    assert "1 of 2 lines right" in shown
    assert "theft" in shown
    accuracy = text_of(browser.get(f"{BASE}/accuracy"))
    assert "50.0%" in accuracy
    assert "<rect" in accuracy


def test_what_nobody_counted_may_be_taken_for_gone(handed_in, everyone):
    browser = signed_in(everyone["owner"])
    line = handed_in.lines.get(part=handed_in.short)
    browser.post(url_of(handed_in, "/reasons"), {f"reason-{line.pk}": "lost"})
    browser.post(url_of(handed_in, "/approve"), {"uncounted": "gone"})
    assert on_hand(handed_in.left) == 0
    assert "nobody counted it" in text_of(browser.get(url_of(handed_in)))


def test_ticked_lines_are_counted_again(handed_in, everyone):
    browser, line = signed_in(everyone["cashier"]), handed_in.lines.get(part=handed_in.short)
    nothing = browser.post(url_of(handed_in, "/recount"), follow=True)
    assert "Tick the lines to count again." in text_of(nothing)
    assert browser.post(url_of(handed_in, "/recount"), {"line": "x"}).status_code == 404
    assert handed_in.lines.count() == 2
    browser.post(url_of(handed_in, "/recount"), {"line": str(line.pk)})
    handed_in.refresh_from_db()
    assert (handed_in.status, handed_in.lines.count()) == ("counting", 1)


def test_unknown_code_becomes_a_part_or_is_left_out(handed_in, everyone, owner, shelf):
    unknown, browser = CountUnknown.objects.get(), signed_in(everyone["storekeeper"])
    url = url_of(handed_in, f"/unknown/{unknown.pk}")
    for number, words in (("", "Name the part."), ("nobody", "No part has this number.")):
        answer = browser.post(f"{url}/resolve", {"number": number})
        assert (answer.status_code, words in text_of(answer)) == (422, True)
    for brand in ("trw", "lucas"):
        PartFactory(shop=shelf.shop, number="TWO-1", brand_key=brand)
    several = browser.post(f"{url}/resolve", {"number": "two-1"})
    assert "Several parts have this number." in text_of(several)
    assert browser.post(f"{url}/resolve", {"number": "left-1", "attach": "on"}).status_code == 302
    assert handed_in.lines.get(part=handed_in.left).counted == 2
    assert Barcode.objects.get(code="X-77").part == handed_in.left
    assert browser.post(f"{url}/drop").status_code == 404
    other = begun(shelf, owner)
    said = {"bin_id": shelf.pk, "kind": CountKind.ADD}
    two = count(other, None, 1, owner, code="two-1", **said).unknown
    asked = text_of(browser.get(url_of(other, f"/unknown/{two.pk}/resolve")))
    assert asked.count("Front brake pads TWO-1</option>") == 2
    assert 'name="attach"' not in asked
    browser.post(url_of(other, f"/unknown/{two.pk}/drop"))
    assert not CountUnknown.objects.filter(sheet=other).exists()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_paper_has_every_part_by_bin_and_no_number_when_blind(language, shelf, everyone, owner):
    stocked(shelf, 4711, number="GDB-1330", name="فحمات فرامل" if language == "ar" else "Front brake pads")
    empty = BinFactory(shop=shelf.shop, code="B-07")
    browser = signed_in(everyone["cashier"])
    for blind in (True, False):
        sheet = start_count(shelf.shop_id, bin_ids=[shelf.pk, empty.pk], is_blind=blind, actor=owner)
        answer = browser.get(url_of(sheet, "/sheet"), headers={"Accept-Language": language})
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        words = "".join(
            page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(answer.content)
        )
        for word in (sheet.number[3:], "A-01", "B-07", "GDB-1330"):
            assert word in words, word
        assert ("4711" in words) is not blind


# name: method, path after the sheet's, body, who may
CALLS = {
    "reasons": ("post", "/reasons", {"reason-{line}": "lost"}, STOCK),
    "recount": ("post", "/recount", {"line": "{line}"}, COUNTING),
    "approve form": ("get", "/approve", {}, LEADING),
    "approve": ("post", "/approve", {"uncounted": "leave"}, LEADING),
    "resolve form": ("get", "/unknown/{unknown}/resolve", {}, COUNTING),
    "resolve": ("post", "/unknown/{unknown}/resolve", {"number": "left-1"}, COUNTING),
    "drop": ("post", "/unknown/{unknown}/drop", {}, COUNTING),
    "sheet": ("get", "/sheet", {}, COUNTING),
    "accuracy": ("get", "/../accuracy", {}, ALL),
}


@pytest.mark.parametrize("who", [*ALL, "other shop"])
@pytest.mark.parametrize("name", CALLS)
def test_who_may_look_over_and_approve(name, who, handed_in, everyone):
    method, path, body, allowed = CALLS[name]
    line, unknown = handed_in.lines.get(part=handed_in.short), CountUnknown.objects.get()
    if name == "approve":
        CountLine.objects.filter(pk=line.pk).update(reason="lost")
    named = {"line": line.pk, "unknown": unknown.pk}
    url = f"{BASE}/accuracy" if path.startswith("/..") else url_of(handed_in, path.format(**named))
    sent = {key.format(**named): value.format(**named) for key, value in body.items()}

    def state():
        models = (CountSheet, CountLine, CountUnknown, Movement)
        return [list(model.objects.order_by("pk").values()) for model in models]

    before = state()
    answer = getattr(signed_in(everyone[who]), method)(url, sent)
    if who == "other shop":
        expected = 200 if name == "accuracy" else 404
    else:
        expected = 302 if (allowed[who], method) == (200, "post") else allowed[who]
    assert answer.status_code == expected
    assert (state() != before) is (method == "post" and who != "other shop" and allowed[who] == 200)


def test_review_costs_the_same_for_one_and_three(shelf, everyone, owner):
    browser, costs = signed_in(everyone["owner"]), []
    for rows in (1, 3):
        sheet = begun(shelf, owner)
        for n in range(rows):
            count(sheet, stocked(shelf, 5), 3, owner, bin_id=shelf.pk)
            count(sheet, None, 1, owner, code=f"X-{n}", bin_id=shelf.pk)
        submit_count(sheet.pk, shop_id=shelf.shop_id, actor=owner)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(url_of(sheet)).status_code == 200
        costs.append(len(captured))
    assert costs[0] == costs[1]


def test_nothing_differs_and_no_figures_yet_are_said(shelf, everyone, owner):
    browser, part = signed_in(everyone["owner"]), stocked(shelf, 5)
    assert "No figures yet" in text_of(browser.get(f"{BASE}/accuracy"))
    sheet = begun(shelf, owner)
    count(sheet, part, 5, owner, bin_id=shelf.pk)
    finish(sheet, owner)
    assert CountSheet.objects.get().status == CountStatus.APPROVED
    assert "Everything was as in the books" in text_of(browser.get(url_of(sheet)))
    assert part.movements.latest("seq").value == Decimal(0)
