"""Acts at the end of a stock-take: explain what differs, and book it."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clutch.core.errors import Conflict, Incomplete, Invalid, NotFound
from clutch.feed.action import action
from clutch.feed.actor import Actor
from inventory import counting, locks, rules
from inventory.actions.counting import move_sheet
from inventory.actions.stock import move_stock
from inventory.enums import CountStatus, MovementKind, Reason
from inventory.ledger import Document, Entry
from inventory.models import CountLine, CountSheet, Stock
from shops.rules import Act


@action
def explain_variances(
    sheet_id: UUID, *, shop_id: UUID, reasons: Mapping[UUID, Reason | str], actor: Actor
) -> CountSheet:
    """Say why lines differ, by line. Raises Invalid for what is no reason, NotFound for foreign lines."""
    rules.require(actor, shop_id, Act.ADJUST_STOCK)
    if any(reason not in Reason.values for reason in reasons.values()):
        raise Invalid(_("Say why."), fields={"reasons": [_("Choose one of the reasons.")]})
    sheet = locks.count_sheet(shop_id, sheet_id)
    if sheet.status != CountStatus.REVIEW:
        raise _not_in_review(sheet)
    lines = {line.pk: line for line in sheet.lines.filter(pk__in=reasons)}
    if len(lines) != len(reasons):
        raise NotFound(_("There is no such line."))
    for pk, line in lines.items():
        line.reason = reasons[pk]
    CountLine.objects.bulk_update(list(lines.values()), ["reason"])
    return sheet


def _not_in_review(sheet: CountSheet) -> Conflict:
    return Conflict(
        _("%(number)s is not to be looked over: it is “%(status)s”.")
        % {"number": sheet.number, "status": sheet.get_status_display()},
        code="wrong_status",
        extra={"currentStatus": sheet.status},
    )


@action
def approve_count(
    sheet_id: UUID, *, shop_id: UUID, zero_uncounted: bool | None = None, actor: Actor
) -> CountSheet:
    """Book every variance onto what is there by now, with its reason, and fix the accuracy.

    What the sheet covers and nobody counted is left alone or taken for gone, as `zero_uncounted`
    says; without it Incomplete `uncounted` asks. Raises Incomplete `reasons_missing`, and Conflict
    `corrected_since` for bins that were corrected after they were counted.
    """
    rules.require(actor, shop_id, Act.APPROVE_COUNT)
    sheet = locks.count_sheet(shop_id, sheet_id)
    if sheet.status != CountStatus.REVIEW:
        raise _not_in_review(sheet)
    left = list(counting.uncounted(sheet))
    if left and zero_uncounted is None:
        raise _ask_about_uncounted(len(left))
    lines = list(sheet.lines.select_related("part"))
    part_ids = {line.part_id for line in lines} | {row.part_id for row in left if zero_uncounted}
    stocks = locks.stocks(shop_id, part_ids)
    if zero_uncounted:
        lines += _assume_none(sheet, part_ids, actor=actor)
    if not lines:
        raise Incomplete(_("Nothing has been counted yet."), code="nothing_counted")
    _check_lines(lines)
    _check_levels(lines, stocks)
    document = Document("count", sheet.pk, sheet.number)
    move_stock(shop_id, [_booked(line) for line in lines], document=document, actor=actor)
    return move_sheet(
        sheet,
        CountStatus.APPROVED,
        actor=actor,
        approved_by_id=actor.user_id,
        approved_at=timezone.now(),
        lines_counted=len(lines),
        lines_right=sum(line.variance == 0 for line in lines),
    )


def _booked(line: CountLine) -> Entry:
    """The movement of a line; of nothing where it was right, which proves the stock all the same."""
    return Entry(line.part_id, line.variance, MovementKind.COUNT, line.bin_id, reason=line.reason)


def _assume_none(sheet: CountSheet, part_ids: Collection[UUID], *, actor: Actor) -> list[CountLine]:
    """Lines of nothing for what nobody counted, against what the books of (locked) parts have now."""
    now = timezone.now()
    lines = [
        CountLine(
            sheet=sheet,
            part=row.part,
            bin=row.bin,
            counted=0,
            expected=row.quantity,
            assumed=True,
            counted_at=now,
            counted_by_id=actor.user_id,
            reason=Reason.LOST if row.quantity > 0 else Reason.WRONG_ENTRY,
        )
        for row in counting.uncounted(sheet).filter(part__in=part_ids)
    ]
    return CountLine.objects.bulk_create(lines)


def _check_lines(lines: Sequence[CountLine]) -> None:
    bare = [line for line in lines if line.variance and not line.reason]
    if bare:
        raise Incomplete(
            ngettext(
                "%(n)s variance has no reason yet.", "%(n)s variances have no reason yet.", len(bare)
            ) % {"n": len(bare)},
            code="reasons_missing",
            extra={"lines": [str(line.pk) for line in bare]},
        )  # fmt: skip
    again = counting.corrected_since(lines)
    if again:
        names = ", ".join(line.part.name for line in again[:5])
        raise Conflict(
            _("Corrected since it was counted: %(parts)s. Count it again.") % {"parts": names},
            code="corrected_since",
            extra={"lines": [str(line.pk) for line in again]},
        )


def _check_levels(lines: Sequence[CountLine], stocks: Mapping[UUID, Stock]) -> None:
    """More was sold since than the count has left: one of the two is wrong, and nobody knows which."""
    net: dict[UUID, int] = {}
    for line in lines:
        net[line.part_id] = net.get(line.part_id, 0) + line.variance
    below = {pk for pk, units in net.items() if units < 0 and stocks[pk].on_hand + units < 0}
    if below and not rules.policy_of(lines[0].part.shop_id).allows_negative:
        again = [line for line in lines if line.part_id in below]
        names = ", ".join(dict.fromkeys(line.part.name for line in again[:5]))
        raise Conflict(
            _("More was sold since than the count leaves: %(parts)s. Count it again.") % {"parts": names},
            code="below_zero",
            extra={"lines": [str(line.pk) for line in again]},
        )


def _ask_about_uncounted(count: int) -> Incomplete:
    said = ngettext(
        "%(n)s part of this count was not counted. Leave it alone, or take it for gone?",
        "%(n)s parts of this count were not counted. Leave them alone, or take them for gone?",
        count,
    )
    return Incomplete(said % {"n": count}, code="uncounted", extra={"uncounted": count})
