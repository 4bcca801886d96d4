"""What a scanned code means in a shop: a part, several parts, a bin, or nothing yet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from inventory import queries
from inventory.barcodes import Scan, read_scan
from inventory.keys import part_key
from inventory.models import Barcode, Bin, BinStock, Part, PartNumber, PriceTier
from inventory.queries import Availability
from shops.keys import name_key
from shops.models import Shop

MOST_CANDIDATES = 20
Match = Literal["barcode", "number", "other_number", "suggestion"]


@dataclass(frozen=True)
class Candidate:
    """A part that a code can mean, with what a counter needs to sell it.

    `units` is how many one scan stands for, `price` what one unit costs today in that quantity.
    """

    part: Part
    match: Match
    units: int
    price: Decimal | None
    stock: Availability

    @property
    def bins(self) -> list[BinStock]:
        """Where its units lie, most first."""
        return sorted(self.part.bin_stock.all(), key=lambda row: -row.quantity)


@dataclass
class Found:
    """The meaning of one code. `suggestions` are parts that an unknown code may belong to."""

    text: str
    scan: Scan
    candidates: list[Candidate] = field(default_factory=list)
    suggestions: list[Candidate] = field(default_factory=list)
    bin: Bin | None = None

    @property
    def kind(self) -> str:
        """part, bin or unknown."""
        if self.candidates:
            return "part"
        return "bin" if self.bin else "unknown"

    @property
    def is_attached(self) -> bool:
        """Whether the code itself, and not a number it spells, belongs to a part."""
        return any(candidate.match == "barcode" for candidate in self.candidates)


def find_by_code(shop: Shop, text: str) -> Found:
    """The meaning of a scanned or typed text in a shop. Raises Invalid at `code` for no code at all.

    A barcode of the shop's comes first and is one part; then a bin's label; then parts by any number
    they are known by, which may be several brands; then a bin by name.
    """
    scan = read_scan(text)
    found = Found(text, scan)
    rows = Barcode.objects.filter(shop=shop, key__in=scan.keys).values_list("key", "part", "units")
    known = sorted(rows, key=lambda row: scan.keys.index(row[0]))
    if known:
        _key, part_id, units = known[0]
        found.candidates = candidates(shop, {part_id: "barcode"}, units=units * scan.units)
        return found
    found.bin = _bin_by_label(shop, scan)
    if found.bin:
        return found
    matches = _by_numbers(shop, [scan.code])
    found.candidates = candidates(shop, matches, units=scan.units)
    if not found.candidates:
        found.bin = Bin.objects.filter(shop=shop, key=name_key(scan.code), is_active=True).first()
        hints = {} if found.bin else _by_numbers(shop, scan.numbers)
        found.suggestions = candidates(shop, dict.fromkeys(hints, "suggestion"), units=scan.units)
    return found


def first_known(shop: Shop, texts: Sequence[str]) -> Found:
    """The meaning of the codes of one photo: the first that the shop knows, else the first."""
    first: Found | None = None
    for text in texts:
        found = find_by_code(shop, text)
        if found.kind != "unknown":
            return found
        first = first or found
    assert first is not None, "at least one code"
    return first


def _bin_by_label(shop: Shop, scan: Scan) -> Bin | None:
    return Bin.objects.filter(shop=shop, label_code=scan.code, is_active=True).first()


def _by_numbers(shop: Shop, numbers: Iterable[str]) -> dict[UUID, Match]:
    """The parts that are known by one of these numbers, and whether by their own."""
    keys = [key for number in numbers if (key := part_key(number))]
    if not keys:
        return {}
    own = Part.objects.filter(shop=shop, number_key__in=keys).order_by("pk").values_list("pk", flat=True)
    other = PartNumber.objects.filter(shop=shop, key__in=keys).order_by("part").values_list("part", flat=True)
    found: dict[UUID, Match] = dict.fromkeys(own[:MOST_CANDIDATES], "number")
    for part_id in other[:MOST_CANDIDATES]:
        found.setdefault(part_id, "other_number")
    return found


def candidates(shop: Shop, matches: Mapping[UUID, Match], *, units: int) -> list[Candidate]:
    """The parts with price, stock and bins, in their order: five queries for any number of them."""
    if not matches:
        return []
    today = timezone.localdate(timezone=shop.zone)
    parts = {part.pk: part for part in for_counter(Part.objects.filter(shop=shop, pk__in=matches))}
    there = queries.availability(list(parts), stocks={pk: part.stock for pk, part in parts.items()})
    return [
        Candidate(parts[pk], match, units, parts[pk].price_on(today, units), there[pk])
        for pk, match in list(matches.items())[:MOST_CANDIDATES]
        if pk in parts
    ]


def for_counter(parts: QuerySet[Part]) -> QuerySet[Part]:
    """Parts with what the counter shows of them: stock, bins, bulk prices, what replaces them."""
    return parts.select_related("stock", "default_bin", "superseded_by").prefetch_related(
        Prefetch("tiers", PriceTier.objects.order_by("min_quantity")),
        Prefetch("bin_stock", BinStock.objects.exclude(quantity=0).select_related("bin")),
    )
