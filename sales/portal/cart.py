"""What the till shows of the lines of its cart: stock, bins, fit, what else would do, what is held."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from inventory import fitting, queries
from inventory.enums import HoldKind
from inventory.lookup import for_counter
from inventory.models import BinStock, Hold, Part
from inventory.queries import NOTHING, Availability
from shops.models import Shop
from shops.vehicles import VehicleRef, resolve

MOST_PARTS = 200
MOST_OTHERS = 3


@dataclass(frozen=True)
class Other:
    """Another part that does the same, of which the counter may sell `left` units."""

    part: Part
    left: int


@dataclass(frozen=True)
class LineFacts:
    """What there is to say of one part in a cart that wants `units` of it."""

    part: Part
    units: int
    stock: Availability
    fit: fitting.Fit | None
    others: list[Other]
    holds: list[Hold]

    @property
    def bins(self) -> list[BinStock]:
        """Where its units lie, most first."""
        return sorted(self.part.bin_stock.all(), key=lambda row: -row.quantity)

    @property
    def is_short(self) -> bool:
        """Whether the cart wants more than is free of any hold."""
        return self.units > self.stock.available

    @property
    def may_take(self) -> list[Hold]:
        """What sent quotes hold of it and the counter may take, where the cart needs it."""
        return [hold for hold in self.holds if hold.kind == HoldKind.SOFT] if self.is_short else []

    @property
    def sold_ahead(self) -> list[Hold]:
        """What is sold already and waits for who comes for it, where the cart wants it."""
        return [hold for hold in self.holds if hold.kind == HoldKind.HARD] if self.is_short else []


def units_asked(given: Iterable[str]) -> dict[UUID, int]:
    """The parts and units of `part=UUID:UNITS`; what is no such thing is left out."""
    found: dict[UUID, int] = {}
    for text in list(given)[:MOST_PARTS]:
        part_id, _colon, units = text.partition(":")
        try:
            found[UUID(part_id)] = max(1, min(int(units or 1), 1_000_000))
        except ValueError:
            continue
    return found


def vehicle_asked(given: Mapping[str, Any]) -> VehicleRef | None:
    """The vehicle of a question by make, model and year; None where no make is named."""
    make = str(given.get("make", "")).strip()[:80]
    year = str(given.get("year", "")).strip()
    if not make:
        return None
    model = str(given.get("model", "")).strip()[:80]
    return resolve(make, model, int(year) if year.isdigit() and len(year) == 4 else None)


def line_facts(shop: Shop, units: Mapping[UUID, int], vehicle: VehicleRef | None) -> list[LineFacts]:
    """What the till shows of its parts, in their order. As many queries for 1 part as for 100."""
    parts = {part.pk: part for part in for_counter(Part.objects.filter(shop=shop, pk__in=units))}
    groups = {part.interchange_id for part in parts.values() if part.interchange_id}
    alike = list(Part.objects.filter(shop=shop, interchange__in=groups).order_by("pk"))
    successors = {part.superseded_by_id for part in parts.values() if part.superseded_by_id}
    there = queries.availability({*parts, *successors, *(part.pk for part in alike)})
    held: dict[UUID, list[Hold]] = {}
    for hold in queries.open_holds(list(parts)):
        held.setdefault(hold.part_id, []).append(hold)
    fit = fitting.fits(list(parts), vehicle, shop_id=shop.pk) if vehicle else {}
    return [
        LineFacts(
            part,
            units[pk],
            there.get(pk, NOTHING),
            fit.get(pk),
            _others(part, alike, there),
            held.get(pk, []),
        )
        for pk in units
        if (part := parts.get(pk))
    ]


def _others(part: Part, alike: list[Part], there: Mapping[UUID, Availability]) -> list[Other]:
    """What replaces the part, then what is interchangeable with it and there, most first."""
    group = [row for row in alike if row.interchange_id == part.interchange_id and row.pk != part.pk]
    found = [Other(row, there.get(row.pk, NOTHING).for_counter) for row in group]
    found = sorted((row for row in found if row.left > 0), key=lambda row: -row.left)[:MOST_OTHERS]
    if part.superseded_by and part.superseded_by not in [row.part for row in found]:
        left = there.get(part.superseded_by.pk, NOTHING).for_counter
        found.insert(0, Other(part.superseded_by, left))
    return found
