"""The pages of stock-taking: what they show, what they begin and end, and to whom."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.actions.counting import start_count, submit_count
from inventory.enums import CountKind, CountStatus
from inventory.models import CountSheet
from inventory.tests.factories import BinFactory, CategoryFactory
from inventory.tests.portal.test_scan_pages import ALL, signed_in, text_of
from inventory.tests.test_barcodes import actor_of
from inventory.tests.test_counting import begun, count, stocked
from shops.tests.api.people import people

pytestmark = pytest.mark.django_db
COUNTING = {**ALL, "accountant": 403}
LEADING = {**COUNTING, "cashier": 403, "storekeeper": 403}
BASE = "/portal/counts"


@pytest.fixture
def shelf():
    return BinFactory(code="A-01")


@pytest.fixture
def everyone(shelf):
    return people(shelf.shop)


@pytest.fixture
def owner(shelf):
    return actor_of(shelf.shop)


def start(browser, **said):
    return browser.post(f"{BASE}/new", {"what": "everything", "note": "", **said})


def test_count_of_bins_category_list_and_everything_begins(shelf, everyone):
    part = stocked(shelf, 5, number="GDB 1330")
    brakes = CategoryFactory(shop=shelf.shop, name="Brakes")
    browser = signed_in(everyone["cashier"])
    assert "A-01" in text_of(browser.get(f"{BASE}/new"))
    begun_ = [
        start(browser, what="bins", bin_ids=[str(shelf.pk)], is_blind="on", note="Front"),
        start(browser, what="category", category_id=str(brakes.pk)),
        start(browser, what="parts", parts="gdb1330\n\n GDB-1330 "),
        start(browser),
    ]
    rows = list(CountSheet.objects.order_by("number"))
    assert [answer["Location"] for answer in begun_] == [f"{BASE}/{row.pk}" for row in rows]
    found = [
        ([b.code for b in row.bins.all()], row.category, list(row.parts.all()), row.is_blind, row.places)
        for row in rows
    ]
    assert found == [
        (["A-01"], None, [], True, 1),
        ([], brakes, [], False, 0),
        ([], None, [part], False, 1),
        ([], None, [], False, 1),
    ]
    shown = text_of(browser.get(BASE))
    for words in ("A-01", "Brakes", "1 chosen part", "The whole shop", "0 of 1 places counted"):
        assert words in shown, words


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"what": "bins"}, "Choose at least one bin."),
        ({"what": "category"}, "Choose a category."),
        ({"what": "parts"}, "Name between 1 and 500 parts."),
        ({"what": "parts", "parts": "nobody-knows"}, "Nobody knows this number: nobody-knows"),
        (
            {"what": "bins", "bin_ids": ["6f3c1d9e-0000-4000-8000-000000000000"]},
            "is not one of the available",
        ),
        ({"what": "x"}, "Select a valid choice"),
    ],
)
def test_wrong_beginning_is_said_at_its_field(said, words, shelf, everyone):
    answer = start(signed_in(everyone["owner"]), **said)
    assert (answer.status_code, words in text_of(answer)) == (422, True)
    assert not CountSheet.objects.exists()


def test_blind_count_shows_no_expected_quantity_to_anybody_who_counts(shelf, everyone, owner):
    part = stocked(shelf, 4711, number="GDB 1330")
    sheet = begun(shelf, owner)
    count(sheet, part, 3, owner, bin_id=shelf.pk)
    pages = ["", "/counting", f"/bin?bin={shelf.pk}", "/find?q=GDB1330"]
    for who in ("owner", "cashier"):
        browser = signed_in(everyone[who])
        for page in pages:
            shown = text_of(browser.get(f"{BASE}/{sheet.pk}{page}"))
            assert "4711" not in shown, (who, page)
            assert "4708" not in shown, (who, page)
    [line] = browser.get(f"{BASE}/{sheet.pk}/bin?bin={shelf.pk}").json()["lines"]
    assert (line["number"], line["counted"], line["expected"]) == ("GDB 1330", 3, None)
    CountSheet.objects.update(is_blind=False)
    [line] = browser.get(f"{BASE}/{sheet.pk}/bin?bin={shelf.pk}").json()["lines"]
    assert line["expected"] == 4711


def test_bin_shows_what_was_counted_in_it_and_its_unknown_codes(shelf, everyone, owner):
    part, sheet = stocked(shelf, 5), start_count(shelf.shop_id, actor=owner)
    count(sheet, part, 2, owner)
    count(sheet, None, 1, owner, code="X-1", kind=CountKind.ADD, note="blue box")
    browser = signed_in(everyone["cashier"])
    nowhere = browser.get(f"{BASE}/{sheet.pk}/bin?bin=").json()
    assert [row["partId"] for row in nowhere["lines"]] == [str(part.pk)]
    assert nowhere["unknown"] == [{"code": "X-1", "counted": 1, "note": "blue box"}]
    assert browser.get(f"{BASE}/{sheet.pk}/bin?bin={shelf.pk}").json() == {"lines": [], "unknown": []}
    assert browser.get(f"{BASE}/{sheet.pk}/bin?bin=x").status_code == 404


def test_counting_ends_goes_on_and_is_given_up(shelf, everyone, owner):
    sheet = begun(shelf, owner)
    browser, url = signed_in(everyone["manager"]), f"{BASE}/{sheet.pk}"

    def status():
        sheet.refresh_from_db()
        return sheet.status

    refused = browser.post(f"{url}/submit")
    assert (refused.status_code, status()) == (422, CountStatus.COUNTING)
    count(sheet, stocked(shelf, 1), 1, owner, bin_id=shelf.pk)
    assert (browser.post(f"{url}/submit")["Location"], status()) == (url, CountStatus.REVIEW)
    assert browser.get(f"{url}/counting")["Location"] == url
    assert (browser.post(f"{url}/reopen").status_code, status()) == (302, CountStatus.COUNTING)
    assert (browser.post(f"{url}/cancel").status_code, status()) == (302, CountStatus.CANCELLED)
    assert browser.post(f"{url}/reopen").status_code == 422
    assert status() == CountStatus.CANCELLED


# name: method, path after the sheet's (None: before it), in which status, who may
CALLS = {
    "list": ("get", None, CountStatus.COUNTING, ALL),
    "form": ("get", "/../new", CountStatus.COUNTING, COUNTING),
    "start": ("post", "/../new", CountStatus.COUNTING, COUNTING),
    "page": ("get", "", CountStatus.COUNTING, ALL),
    "counting": ("get", "/counting", CountStatus.COUNTING, COUNTING),
    "bin": ("get", "/bin?bin=", CountStatus.COUNTING, COUNTING),
    "find": ("get", "/find?q=brake", CountStatus.COUNTING, COUNTING),
    "submit": ("post", "/submit", CountStatus.COUNTING, COUNTING),
    "reopen": ("post", "/reopen", CountStatus.REVIEW, COUNTING),
    "cancel": ("post", "/cancel", CountStatus.REVIEW, LEADING),
}


@pytest.mark.parametrize("who", [*ALL, "other shop"])
@pytest.mark.parametrize("name", CALLS)
def test_who_may_open_and_do_what(name, who, shelf, everyone, owner):
    method, path, status, allowed = CALLS[name]
    sheet = begun(shelf, owner)
    count(sheet, stocked(shelf, 1), 1, owner, bin_id=shelf.pk)
    if status == CountStatus.REVIEW:
        submit_count(sheet.pk, shop_id=shelf.shop_id, actor=owner)
    before = list(CountSheet.objects.values())
    fixed = path is None or path.startswith("/../")
    url = f"{BASE}{path.removeprefix('/..') if path else ''}" if fixed else f"{BASE}/{sheet.pk}{path}"
    answer = getattr(signed_in(everyone[who]), method)(
        url, {"what": "everything"} if method == "post" else {}
    )
    if who == "other shop":
        # Their own list and form; nothing of this shop's.
        expected = {True: 302 if method == "post" else 200, False: 404}[fixed]
    else:
        expected = allowed[who]
        expected = 302 if (expected, method) == (200, "post") else expected
    assert answer.status_code == expected
    rows = list(CountSheet.objects.filter(shop=shelf.shop).values())
    changed = method == "post" and who != "other shop" and allowed[who] == 200
    assert (rows != before) is changed
    if who == "other shop" and method == "get":
        assert sheet.number not in text_of(answer)


def test_whoever_began_a_count_may_give_it_up(shelf, everyone):
    browser = signed_in(everyone["cashier"])
    url = start(browser)["Location"]
    assert "cancel-count" in text_of(browser.get(url))
    assert browser.post(f"{url}/cancel").status_code == 302
    assert CountSheet.objects.get().status == CountStatus.CANCELLED


def test_pages_cost_the_same_for_one_and_three(shelf, everyone, owner):
    browser, costs = signed_in(everyone["owner"]), []
    sheet = begun(shelf, owner)
    urls = [
        BASE,
        f"{BASE}/{sheet.pk}",
        f"{BASE}/{sheet.pk}/counting",
        f"{BASE}/{sheet.pk}/bin?bin={shelf.pk}",
    ]
    urls += [f"{BASE}/{sheet.pk}/find?q=brake"]
    for rows in (1, 3):
        while sheet.lines.count() < rows:
            count(sheet, stocked(shelf, 1), 2, owner, bin_id=shelf.pk)
            count(sheet, None, 1, owner, code=f"X-{sheet.lines.count()}", bin_id=shelf.pk)
        while CountSheet.objects.count() < rows:
            start_count(shelf.shop_id, bin_ids=[BinFactory(shop=shelf.shop).pk], actor=owner)
        cost = []
        for url in urls:
            with CaptureQueriesContext(connection) as captured:
                assert browser.get(url).status_code == 200
            cost.append(len(captured))
        costs.append(cost)
    assert costs[0] == costs[1]
