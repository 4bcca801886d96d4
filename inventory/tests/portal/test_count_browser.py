"""Counting on a phone in a real browser: scans, corrections, unknown codes, and a network that is gone."""

from collections.abc import Iterator
from typing import Any

import pytest

from clutch.live.tests.browser import axe_check, in_both_languages, look_at, scan_code, until
from inventory.actions.barcodes import attach_barcode
from inventory.actions.count_approval import approve_count, explain_variances
from inventory.actions.counting import submit_count
from inventory.models import Bin, CountEntry, CountLine, CountUnknown, Part
from inventory.tests.factories import BinFactory, PartFactory
from inventory.tests.test_barcodes import EAN, actor_of
from inventory.tests.test_counting import begun, count, finish, on_hand, sell, stocked
from shops.enums import Role
from shops.tests.factories import MemberFactory

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.fixture
def shelf(transactional_db: Any) -> Bin:
    return BinFactory(code="A-01", label_code="90000001")


@pytest.fixture
def part(shelf: Bin) -> Part:
    made = stocked(shelf, 7, number="GDB-1330")
    attach_barcode(made.pk, shop_id=shelf.shop_id, code=EAN, actor=actor_of(shelf.shop))
    return made


@pytest.fixture
def phone(live_site: str, shelf: Bin, part: Part, new_page: Any) -> Any:
    sheet = begun(shelf, actor_of(shelf.shop))
    page = new_page(phone=True, user=MemberFactory(shop=shelf.shop, role=Role.CASHIER).user)
    page.goto(f"/portal/counts/{sheet.pk}/counting")
    page.sheet = sheet
    return page


def counted(page: Any, name: str, units: int) -> None:
    """Wait until the list has a row of that name with so many units, and nothing of it waits."""
    until(
        page,
        "[...document.querySelectorAll('[data-list] li')].some((row) => row.innerText.includes("
        f"'{name}') && row.querySelector('[data-slot=count]').textContent === '{units}'"
        " && !row.querySelector('[data-slot=state]').textContent.includes('waits'))",
    )


def waits(page: Any, entries: int) -> None:
    if entries:
        until(page, f"document.querySelector('[data-waiting]').textContent.includes(': {entries}.')")
    else:
        until(page, "document.querySelector('[data-waiting]').hidden")


def test_bin_first_then_scans_corrections_and_unknown_codes(phone: Any, shelf: Bin, part: Part) -> None:
    scan_code(phone, EAN)
    phone.get_by_text("First the bin").wait_for()
    scan_code(phone, shelf.label_code)
    phone.get_by_role("heading", name="Bin A-01").wait_for()
    for _time in range(3):
        scan_code(phone, EAN)
    counted(phone, "Front brake pads", 3)
    phone.get_by_role("button", name="Take the last back").click()
    counted(phone, "Front brake pads", 2)
    phone.get_by_label("How many in all").fill("٧")
    phone.keyboard.press("Enter")
    counted(phone, "Front brake pads", 7)
    phone.get_by_role("button", name="One less").click()
    counted(phone, "Front brake pads", 6)
    scan_code(phone, "NEW-1")
    counted(phone, "NEW-1", 1)
    phone.get_by_label("What is it?").fill("Blue box, no print")
    phone.get_by_role("button", name="Keep").click()
    phone.locator("[data-list]").get_by_text("Blue box").wait_for()
    waits(phone, 0)
    phone.reload()
    counted(phone, "Front brake pads", 6)
    unknown = CountUnknown.objects.get()
    assert (unknown.code, unknown.quantity, unknown.note) == ("NEW-1", 1, "Blue box, no print")
    assert CountLine.objects.get().counted == 6


def test_number_of_two_brands_asks_which(phone: Any, shelf: Bin, part: Part) -> None:
    other = PartFactory(
        shop=shelf.shop, number="GDB1330", brand="Lucas", brand_key="lucas", name="Other pads"
    )
    scan_code(phone, shelf.label_code)
    scan_code(phone, "gdb1330")
    phone.get_by_role("button", name="Lucas").click()
    counted(phone, "Other pads", 1)
    phone.get_by_text("No code on it?").click()
    phone.get_by_label("Number or name", exact=True).fill("brake pads")
    phone.locator("[data-count-part]").first.click()
    counted(phone, "Front brake pads", 1)
    waits(phone, 0)
    assert {(line.part, line.counted) for line in CountLine.objects.all()} == {(other, 1), (part, 1)}
    assert not CountUnknown.objects.exists()


def test_counted_without_network_is_sent_once_and_compared_with_its_own_moment(
    phone: Any, shelf: Bin, part: Part
) -> None:
    scan_code(phone, shelf.label_code)
    scan_code(phone, EAN)
    counted(phone, "Front brake pads", 1)
    sent = []
    phone.on("request", lambda request: sent.append(request) if "/entries" in request.url else None)

    # The server takes it and the answer is lost; then the network is gone.
    def lose(route: Any) -> None:
        route.fetch()
        route.abort()

    phone.context.route("**/entries", lose, times=1)
    scan_code(phone, EAN)
    waits(phone, 1)
    phone.context.set_offline(True)
    for code in (EAN, EAN, "NEW-1"):
        scan_code(phone, code)
    waits(phone, 4)
    assert "4" in phone.locator("[data-list]").inner_text()
    # Two are sold while the phone cannot be reached, after it counted.
    owner = actor_of(shelf.shop)
    sell(part, 2, owner, shelf.pk)
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        phone.reload()
    phone.context.set_offline(False)
    phone.goto(f"/portal/counts/{phone.sheet.pk}/counting")
    waits(phone, 0)
    counted(phone, "Front brake pads", 4)
    counted(phone, "NEW-1", 1)
    assert len(sent) > CountEntry.objects.count() == 5
    line = CountLine.objects.get()
    assert (line.counted, line.expected, CountUnknown.objects.get().quantity) == (4, 7, 1)
    # What was counted was 4 of 7; two are gone since: 2 are left, whatever is sold before the approval.
    sell(part, 1, owner, shelf.pk)
    finish(phone.sheet, owner)
    assert on_hand(part) == 1


def test_what_a_closed_count_refuses_is_said_and_kept(phone: Any, shelf: Bin, part: Part) -> None:
    owner = actor_of(shelf.shop)
    scan_code(phone, shelf.label_code)
    count(phone.sheet, part, 1, owner, bin_id=shelf.pk)
    submit_count(phone.sheet.pk, shop_id=shelf.shop_id, actor=owner)
    scan_code(phone, EAN)
    phone.get_by_text("is not being counted any more").wait_for()
    axe_check(phone)
    phone.get_by_role("button", name="Throw these away").click()
    until(phone, "document.querySelector('[data-refused]').hidden")
    assert CountLine.objects.get().counted == 1


def test_handing_in_waits_for_what_is_still_to_be_sent(phone: Any, shelf: Bin, part: Part) -> None:
    scan_code(phone, shelf.label_code)
    scan_code(phone, EAN)
    counted(phone, "Front brake pads", 1)
    phone.context.route("**/entries", lambda route: route.abort())
    scan_code(phone, EAN)
    waits(phone, 1)
    phone.goto(f"/portal/counts/{phone.sheet.pk}")
    waits(phone, 1)
    phone.get_by_role("link", name="Hand it in").click()
    phone.locator("[data-toasts]").get_by_text("wait to be sent").wait_for()
    assert not phone.locator("#ask").is_visible()
    phone.context.unroute("**/entries")
    waits(phone, 0)
    assert CountLine.objects.get().counted == 2
    phone.get_by_role("link", name="Hand it in").click()
    phone.locator("#ask-body button.btn-primary").click()
    phone.get_by_text("to be approved").wait_for()
    phone.sheet.refresh_from_db()
    assert phone.sheet.status == "review"


def the_count(page: Any, shelf: Bin) -> Iterator[str]:
    """From the empty list over a count, its review and its approval to the accuracy."""
    for n in range(2, 9):
        BinFactory(shop=shelf.shop, code=f"A-0{n}")
    page.goto("/portal/counts")
    yield "counts-none"
    page.goto("/portal/counts/new")
    yield "count-new"
    page.locator("form.count-start button.btn-primary").click()
    page.locator("#bins-error").wait_for()
    yield "count-new-refused"
    ids = {"shop_id": shelf.shop_id, "actor": actor_of(shelf.shop)}
    sheet = begun(shelf, ids["actor"], note="Front shelves")
    page.goto("/portal/counts")
    yield "counts"
    page.goto(f"/portal/counts/{sheet.pk}")
    yield "count"
    page.goto(f"/portal/counts/{sheet.pk}/counting")
    page.locator("[data-bins] button").first.wait_for()
    yield "counting-bins"
    scan_code(page, shelf.label_code)
    scan_code(page, EAN)
    counted(page, "Front brake pads", 1)
    scan_code(page, "NEW-1")
    counted(page, "NEW-1", 1)
    yield "counting"
    page.context.set_offline(True)
    scan_code(page, EAN)
    waits(page, 1)
    yield "counting-offline"
    page.context.set_offline(False)
    waits(page, 0)
    stocked(shelf, 4)
    submit_count(sheet.pk, **ids)
    page.goto(f"/portal/counts/{sheet.pk}")
    page.locator("#approve-count").wait_for()
    yield "count-review"
    page.locator("#approve-count").click()
    page.locator("#ask-body form").wait_for()
    yield "count-approve"
    page.goto(f"/portal/counts/{sheet.pk}/unknown/{CountUnknown.objects.get().pk}/resolve")
    yield "count-resolve"
    explain_variances(sheet.pk, reasons={sheet.lines.get().pk: "lost"}, **ids)
    approve_count(sheet.pk, zero_uncounted=False, **ids)
    page.goto(f"/portal/counts/{sheet.pk}")
    yield "count-approved"
    page.goto("/portal/counts/accuracy")
    yield "count-accuracy"


@in_both_languages
def test_stock_taking_is_fit_to_be_seen(shelf: Bin, part: Part, new_page: Any, language: str) -> None:
    page = new_page(user=MemberFactory(shop=shelf.shop).user, language=language)
    look_at(page, the_count(page, shelf))
