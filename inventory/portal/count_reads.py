"""What the pages of stock-taking show, in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from clutch.core.errors import Invalid
from inventory import counting
from inventory.enums import CountStatus
from inventory.lookup import find_by_code
from inventory.models import Bin, BinStock, CountLine, CountSheet, CountUnknown, Part
from inventory.search import search
from shops.models import Member, Shop

OPEN = (CountStatus.COUNTING, CountStatus.REVIEW)
VIEWS = {
    "open": (_("under way"), Q(status__in=OPEN)),
    "approved": (_("approved"), Q(status=CountStatus.APPROVED)),
    "all": (_("all"), Q()),
}
MOST_FOUND = 12
# What a page of one bin shows; nobody scrolls through more on a phone.
MOST_LINES = 300


def sheets(member: Member, view: str) -> QuerySet[CountSheet]:
    """The count sheets of a view, newest first, each with how far it is."""
    rows = counting.sheets_for(member).filter(VIEWS[view][1])
    return with_progress(rows).order_by("-created_at")


def with_progress(rows: QuerySet[CountSheet]) -> QuerySet[CountSheet]:
    """Sheets with `counted` (lines) and `open_codes` (unknown ones), and what they cover."""
    lines = CountLine.objects.filter(sheet=OuterRef("pk")).order_by().values("sheet")
    codes = CountUnknown.objects.filter(sheet=OuterRef("pk"), resolved_part=None).order_by().values("sheet")
    return (
        rows.select_related("category", "started_by", "approved_by")
        .prefetch_related("bins", "parts")
        .annotate(
            counted=Coalesce(Subquery(lines.annotate(n=Count("pk")).values("n")), 0),
            open_codes=Coalesce(Subquery(codes.annotate(n=Count("pk")).values("n")), 0),
        )
    )


def tabs(member: Member, current: str) -> list[dict[str, Any]]:
    """The views of the list with how many there are in each. One query."""
    asked: dict[str, Any] = {
        key: Count("pk", filter=where) if where else Count("pk") for key, (_name, where) in VIEWS.items()
    }
    found = counting.sheets_for(member).aggregate(**asked)
    return [
        {"key": key, "name": name, "count": found[key], "current": key == current}
        for key, (name, _where) in VIEWS.items()
    ]


@dataclass(frozen=True)
class Place:
    """A bin as the counting page knows it: what its label says, and whether it is to be counted."""

    id: str
    code: str
    label: str
    name: str
    covered: bool


def places(sheet: CountSheet) -> list[dict[str, Any]]:
    """Every bin in use, so that a label of another bin is known for what it is. Two queries."""
    covered = {row.pk for row in sheet.bins.all()}
    rows = Bin.objects.filter(shop=sheet.shop_id, is_active=True).order_by("code")
    return [
        vars(Place(str(row.pk), row.code, row.label_code, row.name, not covered or row.pk in covered))
        for row in rows
    ]


def in_bin(sheet: CountSheet, bin_id: UUID | None, *, sees_expected: bool) -> dict[str, Any]:
    """What stands on the sheet for a bin, newest first, as the counting page takes it."""
    lines = sheet.lines.filter(bin=bin_id).select_related("part").order_by("-counted_at")[:MOST_LINES]
    codes = sheet.unknown.filter(bin=bin_id, resolved_part=None).order_by("-counted_at")[:MOST_LINES]
    return {
        "lines": [
            {
                "partId": str(line.part_id),
                "number": line.part.number,
                "name": line.part.name,
                "brand": line.part.brand,
                "counted": line.counted,
                "expected": line.expected if sees_expected else None,
            }
            for line in lines
        ],
        "unknown": [{"code": row.code, "counted": row.quantity, "note": row.note} for row in codes],
    }


def found(shop: Shop, text: str) -> Sequence[Part]:
    """The parts that a typed text may mean, best first. Without stock: who counts must not see it."""
    ids = [hit.part_id for hit in search(shop.pk, text, limit=MOST_FOUND).hits]
    rows = Part.objects.in_bulk(ids)
    return [rows[pk] for pk in ids if pk in rows]


def parts_of_list(shop: Shop, texts: Sequence[str]) -> tuple[list[Part], list[str]]:
    """The parts that a list of numbers and codes names, all brands of a number, and what nobody knows."""
    parts: dict[UUID, Part] = {}
    unknown: list[str] = []
    for text in texts:
        try:
            candidates = find_by_code(shop, text).candidates
        except Invalid:
            candidates = []
        if not candidates:
            unknown.append(text)
        parts |= {candidate.part.pk: candidate.part for candidate in candidates}
    return list(parts.values()), unknown


PER_PAGE = 50
MOST_UNCOUNTED = 100


@dataclass(frozen=True)
class Difference:
    """A line that was not as the books had it; `value` is None for who may not see it."""

    line: CountLine
    value: Decimal | None


@dataclass(frozen=True)
class Review:
    """What whoever looks a sheet over sees of it."""

    page: Page[Any]
    differences: list[Difference]
    totals: counting.Totals
    left: list[BinStock]
    left_count: int

    @property
    def share(self) -> float:
        """How much of what was counted the books had right, in percent."""
        return 100 * self.totals.right / self.totals.lines if self.totals.lines else 0.0


def review(sheet: CountSheet, *, sees_cost: bool, page: str | None) -> Review:
    """The variances of a sheet with their worth, and what it covers and nobody counted."""
    currency = sheet.shop.currency
    shown = Paginator(counting.variances(sheet), PER_PAGE).get_page(page)
    left = counting.uncounted(sheet) if sheet.status in OPEN else BinStock.objects.none()
    return Review(
        shown,
        [
            Difference(line, counting.variance_value(line, currency) if sees_cost else None)
            for line in shown.object_list
        ],
        counting.totals(sheet, currency),
        list(left[:MOST_UNCOUNTED]),
        left.count(),
    )


def open_codes(sheet: CountSheet) -> list[CountUnknown]:
    """The codes of a sheet that mean no single part yet."""
    rows = CountUnknown.objects.filter(sheet=sheet, resolved_part=None).select_related("bin")
    return list(rows.order_by("counted_at", "pk")[:MOST_LINES])


@dataclass(frozen=True)
class Bar:
    """A month in the chart of accuracy: where its bar stands, in a picture 40 wide a month and 100 high."""

    month: counting.Accuracy
    x: int
    y: int
    height: int
    middle: int


def chart(months: Sequence[counting.Accuracy]) -> list[Bar]:
    """The bars of the months, oldest first; a month in which nothing was right has a line."""
    bars = []
    for at, month in enumerate(months):
        height = max(1, round(month.share * 100))
        bars.append(Bar(month, 40 * at + 6, 100 - height, height, 40 * at + 20))
    return bars
