"""Acts of a stock-take: begin, count, end the counting, go back to it, cancel."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core.errors import Conflict, Incomplete, Invalid, NotFound
from clutch.core.ids import new_id
from clutch.core.numbers import take_number
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from inventory import counting, events, locks, rules
from inventory.actions.barcodes import attach_barcode
from inventory.actions.stock import MOST_UNITS
from inventory.barcodes import MOST_CHARACTERS
from inventory.enums import COUNT_TRANSITIONS, CountKind, CountStatus
from inventory.lookup import find_by_code
from inventory.models import (
    Bin,
    Category,
    CountEntry,
    CountLine,
    CountSheet,
    CountUnknown,
    Part,
)
from shops.models import Shop
from shops.rules import Act

MOST_CHOSEN = 500
MOST_NOTE = 200


@dataclass(frozen=True)
class Said:
    """What somebody said while counting: so many units of a part or a code, in a bin.

    `key` is the phone's own, `at` when it was said (now, without one). `note` says what an unknown
    code stands on.
    """

    key: UUID
    quantity: int
    bin_id: UUID | None = None
    part_id: UUID | None = None
    code: str = ""
    kind: CountKind = CountKind.ADD
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class Tally:
    """What stands on the sheet after an entry: a line, or a code that means no single part.

    `candidates` are the parts that the code may mean. Both empty: the line was taken away.
    """

    entry: CountEntry
    line: CountLine | None = None
    unknown: CountUnknown | None = None
    candidates: Sequence[Part] = ()


@action
def start_count(
    shop_id: UUID,
    *,
    bin_ids: Collection[UUID] = (),
    category_id: UUID | None = None,
    part_ids: Collection[UUID] = (),
    is_blind: bool = True,
    note: str = "",
    actor: Actor,
) -> CountSheet:
    """Begin a stock-take of some bins, of a category with what is below it, of parts, or of everything.

    Raises Invalid at `bin_ids`, `category_id` or `part_ids` for what is not the shop's, for too many,
    or for several of the three at once.
    """
    rules.require(actor, shop_id, Act.COUNT_STOCK)
    if sum(map(bool, (bin_ids, category_id, part_ids))) > 1:
        message = _("Count bins, a category or chosen parts, not several of them at once.")
        raise Invalid(message, fields={"category_id": [message]})
    bins = _chosen(Bin, shop_id, bin_ids, "bin_ids")
    parts = _chosen(Part, shop_id, part_ids, "part_ids")
    if category_id and not Category.objects.filter(shop=shop_id, pk=category_id).exists():
        message = _("There is no such category.")
        raise Invalid(message, fields={"category_id": [message]})
    shop = Shop.objects.get(pk=shop_id)
    year = timezone.localdate(timezone=shop.zone).year
    sheet = CountSheet.objects.create(
        shop=shop,
        number=f"ST-{year}-{take_number(f'count/{shop_id}/{year}'):04d}",
        is_blind=is_blind,
        category_id=category_id,
        note=note,
        started_by_id=actor.user_id,
    )
    sheet.bins.set(bins)
    sheet.parts.set(parts)
    sheet.places = counting.scope(sheet).count()
    sheet.save(update_fields=["places"])
    events.count_changed(sheet)
    return sheet


def _chosen(model: Any, shop_id: UUID, ids: Collection[UUID], field: str) -> list[Any]:
    """The named bins or parts of a shop; all of them, or Invalid at `field`."""
    wanted = set(ids)
    if len(wanted) > MOST_CHOSEN:
        message = _("Choose at most %(most)s at once.") % {"most": MOST_CHOSEN}
        raise Invalid(message, fields={field: [message]})
    found = list(model.objects.filter(shop=shop_id, pk__in=wanted)) if wanted else []
    if len(found) != len(wanted):
        message = _("There is no such bin.") if model is Bin else _("There is no such part.")
        raise Invalid(message, fields={field: [message]})
    return found


@action
def record_count(sheet_id: UUID, *, shop_id: UUID, said: Said, actor: Actor) -> Tally:
    """Write down what was counted. The same key again changes nothing and answers the same.

    A code that means no part, or several, is kept as unknown. Raises Conflict `wrong_status` unless
    the sheet is being counted, Invalid at the fields, NotFound for foreign parts and bins.
    """
    rules.require(actor, shop_id, Act.COUNT_STOCK)
    _check_said(shop_id, said)
    sheet = locks.count_sheet(shop_id, sheet_id)
    before = CountEntry.objects.filter(sheet=sheet, key=said.key).first()
    if before is not None:
        return _tally_of(before)
    if sheet.status != CountStatus.COUNTING:
        raise _not_counting(sheet)
    return _record(sheet, said, actor=actor)


def _check_said(shop_id: UUID, said: Said) -> None:
    least = -MOST_UNITS if said.kind == CountKind.ADD else 0
    if not least <= said.quantity <= MOST_UNITS:
        message = _("Enter a quantity between %(least)s and %(most)s.") % {"least": least, "most": MOST_UNITS}
        raise Invalid(message, fields={"quantity": [message]})
    code = said.code.strip()
    if (said.part_id is None) == (not code) or len(code) > MOST_CHARACTERS or "\x00" in code:
        message = _("Name a part or a code.")
        raise Invalid(message, fields={"code": [message]})
    if len(said.note) > MOST_NOTE or "\x00" in said.note:
        message = _("Write at most %(most)s characters.") % {"most": MOST_NOTE}
        raise Invalid(message, fields={"note": [message]})
    if said.bin_id and not Bin.objects.filter(shop=shop_id, pk=said.bin_id).exists():
        raise NotFound(_("There is no such bin."))


def _not_counting(sheet: CountSheet) -> Conflict:
    return Conflict(
        _("%(number)s is not being counted any more: it is “%(status)s” now.")
        % {"number": sheet.number, "status": sheet.get_status_display()},
        code="wrong_status",
        extra={"currentStatus": sheet.status},
    )


def _record(sheet: CountSheet, said: Said, *, actor: Actor) -> Tally:
    part_id, units, candidates = _meant(sheet, said)
    if part_id is not None:
        # Whoever sells this part at the moment waits, or has been waited for: the ledger stands still.
        locks.stocks(sheet.shop_id, [part_id])
    entry = _entered(sheet, said, part_id, said.quantity * units, actor=actor)
    if part_id is None:
        return Tally(entry, unknown=_write_unknown(entry), candidates=candidates)
    return Tally(entry, line=_write_line(entry, actor=actor))


def _entered(
    sheet: CountSheet, said: Said, part_id: UUID | None, quantity: int, *, actor: Actor
) -> CountEntry:
    now = timezone.now()
    return CountEntry.objects.create(
        sheet=sheet,
        key=said.key,
        kind=said.kind,
        bin_id=said.bin_id,
        part_id=part_id,
        code=said.code.strip(),
        quantity=quantity,
        note=said.note.strip(),
        counted_at=min(max(said.at or now, sheet.created_at), now),
        actor_id=actor.id,
        actor_name=actor.name,
    )


def _meant(sheet: CountSheet, said: Said) -> tuple[UUID | None, int, Sequence[Part]]:
    """The part that an entry is about, how many units one scan of it is, or what it may be."""
    if said.part_id is not None:
        return said.part_id, 1, ()
    found = find_by_code(sheet.shop, said.code)
    if len(found.candidates) == 1:
        [candidate] = found.candidates
        # A box of ten is ten units when it is scanned, and as many as they say when they say it.
        return candidate.part.pk, candidate.units if said.kind == CountKind.ADD else 1, ()
    if not found.candidates:
        # What somebody has said of this code on this sheet holds for all of it, sent late or scanned again.
        told = CountUnknown.objects.filter(sheet=sheet, code=said.code.strip(), resolved_part__isnull=False)
        part_id = told.values_list("resolved_part", flat=True).first()
        if part_id is not None:
            return part_id, 1, ()
    return None, 1, [candidate.part for candidate in found.candidates]


def _write_line(entry: CountEntry, *, actor: Actor) -> CountLine | None:
    """Bring the line of an entry up to date: its sum, and what the books had at its last moment."""
    same = {"sheet_id": entry.sheet_id, "part_id": entry.part_id, "bin_id": entry.bin_id}
    rows = CountLine.objects.filter(sheet=entry.sheet_id, part=entry.part_id, bin=entry.bin_id)
    found = counting.folded(
        list(CountEntry.objects.filter(sheet=entry.sheet_id, part=entry.part_id, bin=entry.bin_id))
    )
    if found is None:
        rows.delete()
        return None
    assert entry.part_id is not None
    total, first, last = found
    between = counting.moved_since(entry.part_id, entry.bin_id, first).filter(at__lte=last)
    values = {
        "counted": min(total, MOST_UNITS),
        "expected": counting.expected_at(entry.part_id, entry.bin_id, last),
        "moved": between.exists(),
        "counted_at": last,
        "counted_by_id": actor.user_id,
        "reason": "",
    }
    if not rows.update(**values):
        CountLine.objects.create(**same, **values)
    return rows.select_related("part", "bin").get()


def _write_unknown(entry: CountEntry) -> CountUnknown | None:
    """Bring the open row of a code up to date: what was said of it, less what is resolved already."""
    same = {"sheet": entry.sheet_id, "bin": entry.bin_id, "code": entry.code}
    rows = CountUnknown.objects.filter(**same, resolved_part=None)
    entries = list(CountEntry.objects.filter(**same, part=None).order_by("counted_at", "pk"))
    found = counting.folded(entries)
    resolved = CountUnknown.objects.filter(**same, resolved_part__isnull=False)
    taken = (
        resolved.filter(counted_at__gte=found[1]).aggregate(n=Sum("quantity", default=0))["n"] if found else 0
    )
    if found is None or found[0] <= taken:
        rows.delete()
        return None
    note = next((row.note for row in reversed(entries) if row.note), "")
    values = {"quantity": min(found[0] - taken, MOST_UNITS), "counted_at": found[2], "note": note}
    if not rows.update(**values):
        CountUnknown.objects.create(sheet_id=entry.sheet_id, bin_id=entry.bin_id, code=entry.code, **values)
    return rows.select_related("bin").get()


def _tally_of(entry: CountEntry) -> Tally:
    """What stands on the sheet now of an entry that came twice."""
    same = {"sheet": entry.sheet_id, "bin": entry.bin_id}
    part_id = entry.part_id
    if part_id is None:
        rows = CountUnknown.objects.filter(**same, code=entry.code).select_related("bin", "sheet__shop")
        unknown = rows.filter(resolved_part=None).first()
        if unknown is not None:
            meant = find_by_code(unknown.sheet.shop, entry.code).candidates
            return Tally(entry, unknown=unknown, candidates=[candidate.part for candidate in meant])
        part_id = rows.values_list("resolved_part", flat=True).first()
    line = CountLine.objects.filter(**same, part=part_id).select_related("part", "bin").first()
    return Tally(entry, line=line)


@action
def resolve_unknown(
    unknown_id: UUID, *, shop_id: UUID, part_id: UUID, attach: bool = False, actor: Actor
) -> CountLine:
    """Say which part an unknown code was: its units are counted as of when they were scanned.

    `attach` lets the code mean that part from now on, which the role must allow.
    """
    rules.require(actor, shop_id, Act.COUNT_STOCK)
    if attach:
        code = _open_unknown(shop_id, unknown_id).code
        attach_barcode(part_id, shop_id=shop_id, code=code, actor=actor)
    sheet, unknown = _locked_unknown(shop_id, unknown_id)
    unknown.resolved_part_id = part_id
    said = Said(new_id(), unknown.quantity, bin_id=unknown.bin_id, part_id=part_id, at=unknown.counted_at)
    tally = _record(sheet, said, actor=actor)
    unknown.save(update_fields=["resolved_part"])
    assert tally.line is not None
    return tally.line


def _open_unknown(shop_id: UUID, unknown_id: UUID) -> CountUnknown:
    unknown = CountUnknown.objects.filter(pk=unknown_id, sheet__shop=shop_id).first()
    if unknown is None:
        raise NotFound(_("There is no such code."))
    if unknown.resolved_part_id is not None:
        raise Conflict(_("Somebody has said already which part this is."), code="already_resolved")
    return unknown


def _locked_unknown(shop_id: UUID, unknown_id: UUID) -> tuple[CountSheet, CountUnknown]:
    """An open code with its sheet, which is locked and may still be changed."""
    sheet = locks.count_sheet(shop_id, _open_unknown(shop_id, unknown_id).sheet_id)
    if sheet.status not in (CountStatus.COUNTING, CountStatus.REVIEW):
        raise _not_counting(sheet)
    return sheet, _open_unknown(shop_id, unknown_id)


@action
def drop_unknown(unknown_id: UUID, *, shop_id: UUID, actor: Actor) -> CountSheet:
    """Leave an unknown code out of the count. What was said of it stays among the entries."""
    rules.require(actor, shop_id, Act.COUNT_STOCK)
    sheet, unknown = _locked_unknown(shop_id, unknown_id)
    # Not by `_record`: by now the code may mean a part, whose line must stay.
    said = Said(new_id(), 0, bin_id=unknown.bin_id, code=unknown.code, kind=CountKind.RESET)
    _write_unknown(_entered(sheet, said, None, 0, actor=actor))
    return sheet


@action
def submit_count(sheet_id: UUID, *, shop_id: UUID, actor: Actor) -> CountSheet:
    """End the counting; the sheet is looked over next. Raises Incomplete when nothing was counted."""
    rules.require(actor, shop_id, Act.COUNT_STOCK)
    sheet = locks.count_sheet(shop_id, sheet_id)
    if sheet.status == CountStatus.COUNTING and not sheet.lines.exists():
        raise Incomplete(_("Nothing has been counted yet."), code="nothing_counted")
    return move_sheet(sheet, CountStatus.REVIEW, actor=actor)


@action
def reopen_count(
    sheet_id: UUID, *, shop_id: UUID, recount: Collection[UUID] = (), actor: Actor
) -> CountSheet:
    """Go back to counting; the lines in `recount` are forgotten, to be counted again."""
    rules.require(actor, shop_id, Act.COUNT_STOCK)
    sheet = move_sheet(locks.count_sheet(shop_id, sheet_id), CountStatus.COUNTING, actor=actor)
    lines = list(CountLine.objects.filter(sheet=sheet, pk__in=recount))
    if len(lines) != len(set(recount)):
        raise NotFound(_("There is no such line."))
    for line in lines:
        said = Said(new_id(), 0, bin_id=line.bin_id, part_id=line.part_id, kind=CountKind.RESET)
        _record(sheet, said, actor=actor)
    return sheet


@action
def cancel_count(sheet_id: UUID, *, shop_id: UUID, actor: Actor) -> CountSheet:
    """Give a stock-take up; nothing is booked. Whoever began it may, and who may approve it."""
    rules.require(actor, shop_id, Act.COUNT_STOCK)
    sheet = locks.count_sheet(shop_id, sheet_id)
    if sheet.started_by_id != actor.user_id:
        rules.require(actor, shop_id, Act.APPROVE_COUNT)
    return move_sheet(sheet, CountStatus.CANCELLED, actor=actor)


def move_sheet(sheet: CountSheet, to: CountStatus, *, actor: Actor, **changes: Any) -> CountSheet:
    """Move a locked sheet to another status, and say so."""
    moved = transition(sheet, to, transitions=COUNT_TRANSITIONS, actor=actor, **changes)
    events.count_changed(moved)
    return moved
