"""Reads of stock-taking: what a sheet covers, what the books said when, and how well a shop counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, DecimalField, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from clutch.core.money import round_money
from inventory.enums import CountKind, CountStatus, MovementKind
from inventory.models import (
    BinStock,
    Category,
    CountEntry,
    CountLine,
    CountSheet,
    Movement,
)
from shops.models import Member, Shop
from shops.rules import Act, may


def sheets_for(member: Member) -> QuerySet[CountSheet]:
    """The count sheets of a member's shop."""
    return CountSheet.objects.filter(shop=member.shop_id)


def sees_expected(member: Member, sheet: CountSheet) -> bool:
    """Whether a member may see what should be there.

    Nobody while a blind count runs; then those who correct stock; everybody once it is approved.
    """
    if not sheet.is_blind or sheet.status == CountStatus.APPROVED:
        return True
    return sheet.status != CountStatus.COUNTING and may(member, Act.ADJUST_STOCK)


def expected_at(part_id: UUID, bin_id: UUID | None, at: datetime) -> int:
    """How many units the ledger had in a bin at a moment: what it has now, less what moved since.

    The caller holds the stock of the part, so nothing is on its way. Two queries.
    """
    now = BinStock.objects.filter(part=part_id, bin=bin_id).values_list("quantity", flat=True).first() or 0
    since = moved_since(part_id, bin_id, at).aggregate(units=Sum("quantity", default=0))["units"]
    return now - int(since)


def moved_since(part_id: UUID, bin_id: UUID | None, at: datetime) -> QuerySet[Movement]:
    """What moved in a bin after a moment."""
    return Movement.objects.filter(part=part_id, bin=bin_id, at__gt=at).exclude(quantity=0)


def folded(entries: Sequence[CountEntry]) -> tuple[int, datetime, datetime] | None:
    """What entries of one line sum to, with the first and the last moment; None after a reset.

    In the order in which they were said: a phone that was offline may send late.
    """
    total: int | None = None
    first = last = None
    for entry in sorted(entries, key=lambda row: (row.counted_at, row.pk)):
        if entry.kind == CountKind.RESET:
            total = first = last = None
            continue
        total = entry.quantity if entry.kind == CountKind.TOTAL else (total or 0) + entry.quantity
        total = max(total, 0)
        first, last = first or entry.counted_at, entry.counted_at
    return None if total is None or first is None or last is None else (total, first, last)


def scope(sheet: CountSheet) -> QuerySet[BinStock]:
    """Where the books have anything that the sheet covers."""
    rows = BinStock.objects.filter(part__shop=sheet.shop_id).exclude(quantity=0)
    bins = list(sheet.bins.values_list("pk", flat=True))
    if bins:
        return rows.filter(bin__in=bins)
    if sheet.category_id:
        return rows.filter(part__category__in=with_subcategories(sheet.shop_id, sheet.category_id))
    parts = list(sheet.parts.values_list("pk", flat=True))
    return rows.filter(part__in=parts) if parts else rows


def with_subcategories(shop_id: UUID, category_id: UUID) -> set[UUID]:
    """A category and all below it. One query."""
    children: dict[UUID | None, list[UUID]] = {}
    for pk, parent in Category.objects.filter(shop=shop_id).values_list("pk", "parent"):
        children.setdefault(parent, []).append(pk)
    found, left = set(), [category_id]
    while left:
        one = left.pop()
        if one not in found:
            found.add(one)
            left += children.get(one, [])
    return found


def uncounted(sheet: CountSheet) -> QuerySet[BinStock]:
    """What the sheet covers and nobody has counted, by bin and name."""
    same_bin = CountLine.objects.filter(sheet=sheet, part=OuterRef("part"), bin=OuterRef("bin"))
    no_bin = CountLine.objects.filter(sheet=sheet, part=OuterRef("part"), bin=None)
    return (
        scope(sheet)
        .filter(~Exists(same_bin), ~(Q(bin=None) & Exists(no_bin)))
        .select_related("part", "bin")
        .order_by("bin__code", "part__name", "pk")
    )


def corrected_since(lines: Sequence[CountLine]) -> list[CountLine]:
    """The lines whose bin was corrected, by hand or by another count, after they were counted.

    Booking their variance would correct the same thing twice. One query.
    """
    if not lines:
        return []
    first = min(line.counted_at for line in lines)
    rows = Movement.objects.filter(
        part__in={line.part_id for line in lines},
        kind__in=(MovementKind.COUNT, MovementKind.ADJUSTMENT),
        at__gt=first,
    ).exclude(quantity=0)
    since: dict[tuple[UUID, UUID | None], datetime] = {}
    for part_id, bin_id, at in rows.values_list("part", "bin", "at"):
        since[part_id, bin_id] = max(at, since.get((part_id, bin_id), at))
    never = first
    return [line for line in lines if since.get((line.part_id, line.bin_id), never) > line.counted_at]


@dataclass(frozen=True)
class Accuracy:
    """How many lines were counted in a month, and how many of them the books had right."""

    month: date
    counted: int
    right: int

    @property
    def share(self) -> float:
        """Between 0 and 1."""
        return self.right / self.counted if self.counted else 0.0

    @property
    def percent(self) -> float:
        """Between 0 and 100."""
        return 100 * self.share


def accuracy(shop: Shop, *, months: int = 12) -> list[Accuracy]:
    """The last months in which the shop counted, in its own time, oldest first. One query."""
    rows = (
        CountSheet.objects.filter(shop=shop, status=CountStatus.APPROVED, lines_counted__gt=0)
        .annotate(month=TruncMonth("approved_at", tzinfo=shop.zone))
        .values("month")
        .annotate(counted=Sum("lines_counted"), right=Sum("lines_right"))
        .order_by("-month")[:months]
    )
    found = [Accuracy(row["month"].date(), row["counted"], row["right"]) for row in rows]
    return found[::-1]


def variances(sheet: CountSheet) -> QuerySet[CountLine]:
    """The lines that were not as the books had them, in the order of counting."""
    return (
        sheet.lines.exclude(counted=F("expected"))
        .select_related("part", "part__stock", "bin")
        .order_by("counted_at", "pk")
    )


def variance_value(line: CountLine, currency: str) -> Decimal:
    """What the variance of a line (with its part's stock) is worth at the moving average of the part."""
    return round_money(line.variance * line.part.stock.average_cost, currency)


@dataclass(frozen=True)
class Totals:
    """What a sheet showed: lines, those that were right, units too many and too few, and their worth.

    `value` is at the moving averages of now, in the shop's currency, below zero for a loss. `bare` is
    how many variances have no reason yet.
    """

    lines: int
    right: int
    over: int
    short: int
    bare: int
    value: Decimal


def totals(sheet: CountSheet, currency: str) -> Totals:
    """Sum up a sheet. One query."""
    differs = ~Q(counted=F("expected"))
    units = F("counted") - F("expected")
    found = sheet.lines.aggregate(
        lines=Count("pk"),
        right=Count("pk", filter=~differs),
        over=Sum(units, filter=Q(counted__gt=F("expected")), default=0),
        short=Sum(-units, filter=Q(counted__lt=F("expected")), default=0),
        bare=Count("pk", filter=differs & Q(reason="")),
        value=Sum(units * F("part__stock__average_cost"), default=Decimal(0), output_field=DecimalField()),
    )
    return Totals(**{**found, "value": round_money(found["value"], currency)})
