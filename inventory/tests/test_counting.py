"""Stock-taking: what is written down, what it is compared with, and what the booking leaves."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from clutch.core.errors import Conflict, Incomplete, Invalid, NotAllowed, NotFound
from clutch.feed.models import StreamEntry, Transition
from inventory import checks, counting, queries
from inventory.actions.barcodes import attach_barcode
from inventory.actions.count_approval import approve_count, explain_variances
from inventory.actions.counting import (
    Said,
    cancel_count,
    drop_unknown,
    record_count,
    reopen_count,
    resolve_unknown,
    start_count,
    submit_count,
)
from inventory.actions.stock import adjust_stock, move_stock, transfer_stock
from inventory.enums import COUNT_TRANSITIONS, CountKind, CountStatus, MovementKind, Reason
from inventory.ledger import Document, Entry
from inventory.models import (
    Barcode,
    CountEntry,
    CountLine,
    CountSheet,
    CountUnknown,
    Movement,
    Stock,
    StockPolicy,
)
from inventory.tests.factories import BinFactory, CategoryFactory, PartFactory, received
from inventory.tests.test_barcodes import EAN, actor_of
from shops.enums import Role
from shops.tests.factories import ShopFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf():
    return BinFactory(code="A-01")


@pytest.fixture
def owner(shelf):
    return actor_of(shelf.shop)


def stocked(shelf, quantity, **kwargs):
    part = PartFactory(shop=shelf.shop, **kwargs)
    received(part, quantity, Decimal(40), bin_id=shelf.pk)
    return part


def begun(shelf, actor, **kwargs):
    return start_count(shelf.shop_id, bin_ids=[shelf.pk], actor=actor, **kwargs)


def count(sheet, part, quantity, actor, **kwargs):
    """Say how many units there are in all; `shelf` is where, `key` and `at` as the phone says."""
    kwargs.setdefault("kind", CountKind.TOTAL)
    kwargs.setdefault("key", uuid4())
    if part is not None:
        kwargs["part_id"] = part.pk
    said = Said(quantity=quantity, **kwargs)
    return record_count(sheet.pk, shop_id=sheet.shop_id, said=said, actor=actor)


def sell(part, quantity, actor, bin_id=None):
    entry = Entry(part.pk, -quantity, MovementKind.SALE, bin_id)
    move_stock(part.shop_id, [entry], document=Document("sale", uuid4(), "S-1"), actor=actor)


def finish(sheet, actor, reason=Reason.LOST, **kwargs):
    """Submit, explain everything the same way, approve."""
    ids = {"shop_id": sheet.shop_id, "actor": actor}
    submit_count(sheet.pk, **ids)
    reasons = {line.pk: reason for line in sheet.lines.all() if line.variance}
    explain_variances(sheet.pk, reasons=reasons, **ids)
    return approve_count(sheet.pk, **kwargs, **ids)


def on_hand(part):
    return Stock.objects.get(part=part).on_hand


def test_variance_is_added_to_what_is_there_and_not_put_in_its_place(shelf, owner):
    part = stocked(shelf, 10)
    sheet = begun(shelf, owner)
    sell(part, 1, owner, shelf.pk)
    line = count(sheet, part, 7, owner, bin_id=shelf.pk).line
    assert (line.expected, line.variance, line.moved) == (9, -2, False)
    sell(part, 3, owner, shelf.pk)
    approved = finish(sheet, owner)
    assert (on_hand(part), queries.in_bin(part.pk, shelf.pk)) == (4, 4)
    assert (approved.status, approved.lines_counted, approved.lines_right) == ("approved", 1, 0)
    last = Movement.objects.filter(part=part).latest("seq")
    assert (last.kind, last.quantity, last.value, last.reason) == ("count", -2, Decimal(-80), "lost")
    assert (last.document_kind, last.document_number) == ("count", sheet.number)
    assert checks.differences() == []


def test_line_that_was_right_proves_the_stock_and_moves_nothing(shelf, owner):
    right, more = stocked(shelf, 3), stocked(shelf, 2)
    Stock.objects.update(proven_at=None)
    sheet = begun(shelf, owner)
    count(sheet, right, 3, owner, bin_id=shelf.pk)
    count(sheet, more, 5, owner, bin_id=shelf.pk)
    approved = finish(sheet, owner, reason=Reason.FOUND)
    assert (approved.lines_counted, approved.lines_right) == (2, 1)
    assert (on_hand(right), on_hand(more)) == (3, 5)
    assert Stock.objects.filter(proven_at=None).count() == 0
    assert checks.differences() == []


def test_what_a_phone_sends_twice_counts_once(shelf, owner):
    part = stocked(shelf, 3)
    sheet, key = begun(shelf, owner), uuid4()
    for _time in range(3):
        tally = count(sheet, part, 2, owner, key=key, bin_id=shelf.pk, kind=CountKind.ADD)
        assert tally.line.counted == 2
    assert CountEntry.objects.count() == 1
    submit_count(sheet.pk, shop_id=sheet.shop_id, actor=owner)
    # Sent again when the sheet is closed already: it had been taken.
    assert count(sheet, part, 2, owner, key=key, bin_id=shelf.pk, kind=CountKind.ADD).line.counted == 2
    with pytest.raises(Conflict) as refused:
        count(sheet, part, 2, owner, bin_id=shelf.pk)
    assert refused.value.code == "wrong_status"


def test_counted_without_network_is_compared_with_the_books_of_that_moment(shelf, owner):
    part = stocked(shelf, 5)
    sheet = begun(shelf, owner)
    CountSheet.objects.filter(pk=sheet.pk).update(created_at=timezone.now() - timedelta(hours=2))
    then = timezone.now()
    sell(part, 2, owner, shelf.pk)
    line = count(sheet, part, 5, owner, bin_id=shelf.pk, at=then).line
    assert (line.expected, line.variance) == (5, 0)
    # A clock that is ahead or behind all bounds is put right.
    assert count(sheet, part, 3, owner, bin_id=shelf.pk, at=then + timedelta(days=9)).line.expected == 3
    early = count(sheet, None, 1, owner, code="X-1", at=then - timedelta(days=9)).entry
    sheet.refresh_from_db()
    assert early.counted_at == sheet.created_at


def test_late_entries_fall_into_their_own_order(shelf, owner):
    part = stocked(shelf, 9)
    sheet = begun(shelf, owner)
    CountSheet.objects.update(created_at=timezone.now() - timedelta(hours=2))
    start = timezone.now() - timedelta(hours=1)

    def say(quantity, minute, kind):
        at = start + timedelta(minutes=minute)
        return count(sheet, part, quantity, owner, bin_id=shelf.pk, kind=kind, at=at).line

    assert say(4, 1, CountKind.ADD).counted == 4
    assert say(7, 10, CountKind.TOTAL).counted == 7
    assert say(3, 5, CountKind.ADD).counted == 7  # said before the total, sent after it
    assert say(2, 12, CountKind.ADD).counted == 9
    assert say(-20, 13, CountKind.ADD).counted == 0
    assert say(0, 14, CountKind.RESET) is None
    assert not sheet.lines.exists()
    assert say(1, 15, CountKind.ADD).counted == 1


def test_line_that_moved_while_it_was_counted_says_so(shelf, owner):
    part = stocked(shelf, 5)
    sheet = begun(shelf, owner)
    assert count(sheet, part, 2, owner, bin_id=shelf.pk, kind=CountKind.ADD).line.moved is False
    sell(part, 1, owner, shelf.pk)
    line = count(sheet, part, 2, owner, bin_id=shelf.pk, kind=CountKind.ADD).line
    assert (line.counted, line.expected, line.moved) == (4, 4, True)


def test_scan_counts_the_units_of_its_box_and_unknown_codes_are_kept(shelf, owner):
    part = stocked(shelf, 24)
    attach_barcode(part.pk, shop_id=part.shop_id, code=EAN, units=12, actor=owner)
    sheet = begun(shelf, owner)
    for _time in range(2):
        tally = count(sheet, None, 1, owner, code=EAN, bin_id=shelf.pk, kind=CountKind.ADD)
    assert (tally.line.part, tally.line.counted) == (part, 24)
    for quantity in (2, 3):
        tally = count(sheet, None, quantity, owner, code="NEW-1", bin_id=shelf.pk, kind=CountKind.ADD)
    assert (tally.line, tally.unknown.quantity, tally.candidates) == (None, 5, [])
    other = stocked(shelf, 1)
    line = resolve_unknown(
        tally.unknown.pk, shop_id=shelf.shop_id, part_id=other.pk, attach=True, actor=owner
    )
    assert (line.part, line.bin, line.counted) == (other, shelf, 5)
    assert Barcode.objects.get(code="NEW-1").part == other
    assert CountUnknown.objects.get().resolved_part == other
    with pytest.raises(Conflict) as refused:
        resolve_unknown(tally.unknown.pk, shop_id=shelf.shop_id, part_id=part.pk, actor=owner)
    assert refused.value.code == "already_resolved"
    assert count(sheet, None, 1, owner, code="NEW-1", bin_id=shelf.pk, kind=CountKind.ADD).line.counted == 6


def test_number_of_two_brands_waits_for_somebody_to_say_which(shelf, owner):
    one = stocked(shelf, 1, number="GDB 1330", brand_key="trw")
    two = stocked(shelf, 1, number="GDB1330", brand_key="lucas")
    tally = count(begun(shelf, owner), None, 1, owner, code="gdb-1330", bin_id=shelf.pk)
    assert tally.unknown.quantity == 1
    assert set(tally.candidates) == {one, two}


def test_what_was_not_counted_is_asked_about_and_left_or_taken_for_gone(shelf, owner):
    counted, left = stocked(shelf, 1), stocked(shelf, 4)
    elsewhere = BinFactory(shop=shelf.shop)
    received(counted, 2, Decimal(40), bin_id=elsewhere.pk)
    for zero, units, lines in ((False, 4, 1), (True, 0, 2)):
        sheet = begun(shelf, owner)
        count(sheet, counted, 1, owner, bin_id=shelf.pk)
        assert [(row.part, row.quantity) for row in counting.uncounted(sheet)] == [(left, 4)]
        with pytest.raises(Incomplete) as asked:
            finish(sheet, owner)
        assert (asked.value.code, asked.value.extra) == ("uncounted", {"uncounted": 1})
        approve_count(sheet.pk, shop_id=shelf.shop_id, zero_uncounted=zero, actor=owner)
        assert (on_hand(left), on_hand(counted), sheet.lines.count()) == (units, 3, lines)
    assert CountLine.objects.get(part=left).assumed is True
    assert checks.differences() == []


def test_scope_is_bins_or_a_category_with_what_is_below_or_everything(shelf, owner):
    top = CategoryFactory(shop=shelf.shop)
    below = CategoryFactory(shop=shelf.shop, parent=top)
    in_top, in_below = stocked(shelf, 1, category=top), stocked(shelf, 1, category=below)
    plain = PartFactory(shop=shelf.shop, on_hand=2)
    stocked(BinFactory(), 1)

    def covered(**kwargs):
        sheet = start_count(shelf.shop_id, actor=owner, **kwargs)
        return {(row.part, row.bin) for row in counting.scope(sheet)}

    assert covered(bin_ids=[shelf.pk]) == {(in_top, shelf), (in_below, shelf)}
    assert covered(category_id=top.pk) == {(in_top, shelf), (in_below, shelf)}
    assert covered(category_id=below.pk) == {(in_below, shelf)}
    assert covered() == {(in_top, shelf), (in_below, shelf), (plain, None)}
    sheet = start_count(shelf.shop_id, actor=owner)
    count(sheet, plain, 2, owner)
    assert {row.part for row in counting.uncounted(sheet)} == {in_top, in_below}


def test_every_variance_needs_its_reason(shelf, owner):
    part = stocked(shelf, 2)
    sheet = begun(shelf, owner)
    line = count(sheet, part, 1, owner, bin_id=shelf.pk).line
    ids = {"shop_id": shelf.shop_id, "actor": owner}
    with pytest.raises(Conflict):
        explain_variances(sheet.pk, reasons={line.pk: Reason.LOST}, **ids)
    submit_count(sheet.pk, **ids)
    with pytest.raises(Incomplete) as refused:
        approve_count(sheet.pk, **ids)
    assert (refused.value.code, refused.value.extra["lines"]) == ("reasons_missing", [str(line.pk)])
    with pytest.raises(Invalid):
        explain_variances(sheet.pk, reasons={line.pk: "because"}, **ids)
    with pytest.raises(NotFound):
        explain_variances(sheet.pk, reasons={uuid4(): Reason.LOST}, **ids)
    assert on_hand(part) == 2


def test_counted_again_forgets_the_line_and_its_reason(shelf, owner):
    part, other = stocked(shelf, 5), stocked(shelf, 1)
    sheet = begun(shelf, owner)
    line = count(sheet, part, 2, owner, bin_id=shelf.pk).line
    count(sheet, other, 1, owner, bin_id=shelf.pk)
    ids = {"shop_id": shelf.shop_id, "actor": owner}
    submit_count(sheet.pk, **ids)
    explain_variances(sheet.pk, reasons={line.pk: Reason.THEFT}, **ids)
    reopen_count(sheet.pk, recount=[line.pk], **ids)
    assert [row.part for row in counting.uncounted(sheet)] == [part]
    assert count(sheet, part, 5, owner, bin_id=shelf.pk).line.reason == ""
    assert finish(sheet, owner).lines_right == 2
    assert on_hand(part) == 5


def test_two_counts_of_one_bin_do_not_correct_it_twice(shelf, owner):
    part = stocked(shelf, 5)
    one, two = begun(shelf, owner), begun(shelf, owner)
    for sheet in (one, two):
        count(sheet, part, 4, owner, bin_id=shelf.pk)
    finish(one, owner)
    with pytest.raises(Conflict) as refused:
        finish(two, owner)
    assert refused.value.code == "corrected_since"
    assert on_hand(part) == 4
    reopen_count(two.pk, shop_id=shelf.shop_id, recount=[two.lines.get().pk], actor=owner)
    count(two, part, 4, owner, bin_id=shelf.pk)
    assert finish(two, owner).lines_right == 1
    assert on_hand(part) == 4


def test_correction_by_hand_after_the_count_asks_to_count_again(shelf, owner):
    part = stocked(shelf, 5)
    sheet = begun(shelf, owner)
    count(sheet, part, 4, owner, bin_id=shelf.pk)
    adjust_stock(
        part.pk, shop_id=shelf.shop_id, quantity=-1, reason=Reason.LOST, bin_id=shelf.pk, actor=owner
    )
    with pytest.raises(Conflict):
        finish(sheet, owner)
    assert on_hand(part) == 4


def test_transfer_during_the_count_is_seen_in_both_bins(shelf, owner):
    part, other = stocked(shelf, 5), BinFactory(shop=shelf.shop)
    sheet = start_count(shelf.shop_id, actor=owner)
    count(sheet, part, 5, owner, bin_id=shelf.pk)
    transfer_stock(
        part.pk, shop_id=shelf.shop_id, quantity=2, from_bin_id=shelf.pk, to_bin_id=other.pk, actor=owner
    )
    count(sheet, part, 2, owner, bin_id=other.pk)
    assert finish(sheet, owner).lines_right == 2
    assert (queries.in_bin(part.pk, shelf.pk), queries.in_bin(part.pk, other.pk)) == (3, 2)


def test_booking_below_zero_asks_to_count_again(shelf, owner):
    part = stocked(shelf, 5)
    sheet = begun(shelf, owner)
    count(sheet, part, 3, owner, bin_id=shelf.pk)
    sell(part, 4, owner, shelf.pk)
    with pytest.raises(Conflict) as refused:
        finish(sheet, owner)
    assert refused.value.code == "below_zero"
    StockPolicy.objects.create(shop=shelf.shop, allows_negative=True)
    approve_count(sheet.pk, shop_id=shelf.shop_id, actor=owner)
    assert on_hand(part) == -1


def test_nothing_counted_cannot_be_submitted(shelf, owner):
    with pytest.raises(Incomplete):
        submit_count(begun(shelf, owner).pk, shop_id=shelf.shop_id, actor=owner)


ACTS = {
    CountStatus.REVIEW: submit_count,
    CountStatus.COUNTING: reopen_count,
    CountStatus.APPROVED: approve_count,
    CountStatus.CANCELLED: cancel_count,
}


@pytest.mark.parametrize("to", ACTS)
@pytest.mark.parametrize("status", CountStatus)
def test_every_transition(status, to, shelf, owner):
    part = stocked(shelf, 1)
    sheet = begun(shelf, owner)
    count(sheet, part, 1, owner, bin_id=shelf.pk)
    CountSheet.objects.update(status=status)
    act = ACTS[to]
    if to in COUNT_TRANSITIONS[status]:
        assert act(sheet.pk, shop_id=shelf.shop_id, actor=owner).status == to
        assert Transition.objects.get(object_id=sheet.pk).to_status == to
        said = StreamEntry.objects.filter(type="count-changed").latest("seq")
        assert (said.data["countId"], said.data["status"]) == (str(sheet.pk), to)
    else:
        with pytest.raises(Conflict) as refused:
            act(sheet.pk, shop_id=shelf.shop_id, actor=owner)
        assert refused.value.code == "wrong_status"
        sheet.refresh_from_db()
        assert sheet.status == status


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"quantity": -1}, Invalid),
        ({"quantity": 1_000_001}, Invalid),
        ({"kind": CountKind.ADD, "quantity": -1_000_001}, Invalid),
        ({"part_id": None}, Invalid),
        ({"code": "A-1"}, Invalid),
        ({"part_id": None, "code": "x" * 121}, Invalid),
        ({"bin_id": uuid4()}, NotFound),
        ({"part_id": uuid4()}, NotFound),
    ],
)
def test_wrong_entry_is_refused_and_leaves_nothing(change, error, shelf, owner):
    part, sheet = stocked(shelf, 1), begun(shelf, owner)
    given = {"key": uuid4(), "quantity": 1, "part_id": part.pk, "kind": CountKind.TOTAL, **change}
    with pytest.raises(error):
        record_count(sheet.pk, shop_id=shelf.shop_id, said=Said(**given), actor=owner)
    assert not CountEntry.objects.exists()


def test_start_refuses_what_is_not_the_shops(shelf, owner):
    top = CategoryFactory(shop=shelf.shop)
    wrong = [
        {"bin_ids": [BinFactory().pk]},
        {"category_id": CategoryFactory().pk},
        {"bin_ids": [shelf.pk], "category_id": top.pk},
    ]
    for given in wrong:
        with pytest.raises(Invalid):
            start_count(shelf.shop_id, actor=owner, **given)
    assert not CountSheet.objects.exists()
    numbers = [start_count(shelf.shop_id, actor=owner).number[-4:] for _time in range(2)]
    assert numbers == ["0001", "0002"]


def test_roles_decide_who_counts_explains_approves_and_cancels(shelf, owner):
    part = stocked(shelf, 2)
    cashier, keeper, accountant, stranger = (
        actor_of(shelf.shop, Role.CASHIER),
        actor_of(shelf.shop, Role.STOREKEEPER),
        actor_of(shelf.shop, Role.ACCOUNTANT),
        actor_of(ShopFactory()),
    )
    sheet = begun(shelf, owner)
    line = count(sheet, part, 1, cashier, bin_id=shelf.pk).line
    for actor, error in ((accountant, NotAllowed), (stranger, NotFound)):
        with pytest.raises(error):
            count(sheet, part, 1, actor, bin_id=shelf.pk)
        with pytest.raises(error):
            submit_count(sheet.pk, shop_id=shelf.shop_id, actor=actor)
        with pytest.raises(error):
            start_count(shelf.shop_id, actor=actor)
    with pytest.raises(NotAllowed):
        cancel_count(sheet.pk, shop_id=shelf.shop_id, actor=cashier)
    submit_count(sheet.pk, shop_id=shelf.shop_id, actor=cashier)
    with pytest.raises(NotAllowed):
        explain_variances(sheet.pk, shop_id=shelf.shop_id, reasons={line.pk: "lost"}, actor=cashier)
    explain_variances(sheet.pk, shop_id=shelf.shop_id, reasons={line.pk: "lost"}, actor=keeper)
    for actor in (cashier, keeper):
        with pytest.raises(NotAllowed):
            approve_count(sheet.pk, shop_id=shelf.shop_id, actor=actor)
    assert on_hand(part) == 2
    own = begun(shelf, cashier)
    assert cancel_count(own.pk, shop_id=shelf.shop_id, actor=cashier).status == "cancelled"


def test_accuracy_is_kept_by_month(shelf, owner):
    right, wrong = stocked(shelf, 1), stocked(shelf, 2)
    for month, counted in ((9, 2), (10, 1), (10, 2)):
        sheet = begun(shelf, owner)
        count(sheet, right, on_hand(right), owner, bin_id=shelf.pk)
        count(sheet, wrong, counted, owner, bin_id=shelf.pk)
        finish(sheet, owner)
        CountSheet.objects.filter(pk=sheet.pk).update(approved_at=f"2026-{month:02d}-28T12:00Z")
    # An evening in London is the next month in Cairo.
    CountSheet.objects.filter(pk=sheet.pk).update(approved_at="2026-10-31T22:30Z")
    months = counting.accuracy(shelf.shop)
    assert [(row.month.month, row.counted, row.right) for row in months] == [
        (9, 2, 2),
        (10, 2, 1),
        (11, 2, 1),
    ]
    assert [row.share for row in months] == [1.0, 0.5, 0.5]
    assert [row.month.month for row in counting.accuracy(shelf.shop, months=2)] == [10, 11]
    assert counting.accuracy(ShopFactory()) == []


def test_chosen_parts_are_counted_and_their_places_kept_for_the_progress(shelf, owner):
    one, _other = stocked(shelf, 1), stocked(shelf, 2)
    received(one, 1, Decimal(40))
    sheet = start_count(shelf.shop_id, part_ids=[one.pk], actor=owner)
    assert {(row.part, row.bin) for row in counting.scope(sheet)} == {(one, shelf), (one, None)}
    assert sheet.places == 2
    for part_ids, bin_ids in (([PartFactory().pk], []), ([one.pk], [shelf.pk])):
        with pytest.raises(Invalid):
            start_count(shelf.shop_id, part_ids=part_ids, bin_ids=bin_ids, actor=owner)
    assert CountSheet.objects.count() == 1


def test_what_was_said_of_a_code_holds_for_what_comes_later(shelf, owner):
    part, sheet = stocked(shelf, 5), begun(shelf, owner)
    unknown = count(
        sheet, None, 2, owner, code="X-1", bin_id=shelf.pk, kind=CountKind.ADD, note="box"
    ).unknown
    assert (unknown.quantity, unknown.note) == (2, "box")
    note = count(sheet, None, 0, owner, code="X-1", bin_id=shelf.pk, kind=CountKind.ADD, note="blue box")
    assert (note.unknown.quantity, note.unknown.note) == (2, "blue box")
    resolve_unknown(unknown.pk, shop_id=shelf.shop_id, part_id=part.pk, actor=owner)
    late, key = {"code": "X-1", "bin_id": shelf.pk, "kind": CountKind.ADD}, uuid4()
    assert [count(sheet, None, 1, owner, key=key, **late).line.counted for _time in range(2)] == [3, 3]
    assert not CountUnknown.objects.filter(resolved_part=None).exists()


def test_number_of_two_brands_is_asked_about_each_time(shelf, owner):
    one = stocked(shelf, 1, number="GDB 1330", brand_key="trw")
    two = stocked(shelf, 1, number="GDB1330", brand_key="lucas")
    sheet, key = begun(shelf, owner), uuid4()
    said = {"code": "gdb1330", "bin_id": shelf.pk, "kind": CountKind.ADD}
    tallies = [count(sheet, None, 2, owner, key=key, **said) for _time in range(2)]
    assert [set(tally.candidates) for tally in tallies] == [{one, two}, {one, two}]
    resolve_unknown(tallies[0].unknown.pk, shop_id=shelf.shop_id, part_id=one.pk, actor=owner)
    again = count(sheet, None, 1, owner, **said)
    assert (again.unknown.quantity, again.line) == (1, None)
    # Taken back by whoever scanned it.
    assert count(sheet, None, -1, owner, **said).unknown is None
    assert [(line.part, line.counted) for line in sheet.lines.all()] == [(one, 2)]


def test_dropped_code_is_not_counted_and_may_come_again(shelf, owner):
    part, sheet = stocked(shelf, 5), begun(shelf, owner)
    count(sheet, part, 5, owner, bin_id=shelf.pk)
    said = {"code": "X-1", "bin_id": shelf.pk, "kind": CountKind.ADD}
    unknown = count(sheet, None, 3, owner, **said).unknown
    attach_barcode(part.pk, shop_id=shelf.shop_id, code="X-1", actor=owner)
    drop_unknown(unknown.pk, shop_id=shelf.shop_id, actor=owner)
    assert not CountUnknown.objects.exists()
    assert sheet.lines.get().counted == 5
    with pytest.raises(NotFound):
        drop_unknown(unknown.pk, shop_id=shelf.shop_id, actor=owner)
    with pytest.raises(NotFound):
        resolve_unknown(unknown.pk, shop_id=shelf.shop_id, part_id=part.pk, actor=owner)
    said["code"] = "X-2"
    unknown = count(sheet, None, 3, owner, **said).unknown
    drop_unknown(unknown.pk, shop_id=shelf.shop_id, actor=owner)
    assert count(sheet, None, 1, owner, **said).unknown.quantity == 1
    assert CountEntry.objects.filter(kind=CountKind.RESET).count() == 2
