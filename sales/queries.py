"""Reads of the counter that several acts and pages share."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet, Sum

from inventory.models import BinStock
from sales.models import Payment, ReturnLine, Sale, SaleLine


def find_sale(sales: QuerySet[Sale], reference: str) -> Sale | None:
    """One of the sales, by its UUID or its receipt number."""
    try:
        return sales.filter(pk=UUID(reference)).first()
    except ValueError:
        return sales.filter(number=reference.strip().upper()).exclude(number="").first()


# What a sale is shown with.
SHOWN = ("lines__bin", "lines__returns", "payments", "register", "clerk", "customer")
# What a credit note is shown with.
RETURN_SHOWN = ("lines", "payments", "sale", "clerk", "customer", *(f"exchange__{name}" for name in SHOWN))


@dataclass(frozen=True)
class Taken:
    """Units of a part out of one bin."""

    bin_id: UUID | None
    quantity: int


class Shelves:
    """Where the units of parts lie, and from where a sale takes them."""

    def __init__(self, part_ids: Collection[UUID]) -> None:
        """One query for all parts."""
        self._left: dict[UUID, dict[UUID | None, int]] = {}
        rows = BinStock.objects.filter(part__in=part_ids, quantity__gt=0).order_by("-quantity", "pk")
        for part_id, bin_id, quantity in rows.values_list("part_id", "bin_id", "quantity"):
            self._left.setdefault(part_id, {})[bin_id] = quantity

    def take(self, part_id: UUID, quantity: int, *, first: UUID | None) -> list[Taken]:
        """Units from the bin named first, then from the fullest; the rest, below zero, from the first."""
        left = self._left.setdefault(part_id, {})
        order = [first, *(bin_id for bin_id in left if bin_id != first)] if first in left else list(left)
        taken: dict[UUID | None, int] = {}
        for bin_id in order:
            units = min(quantity, left[bin_id])
            if units > 0:
                left[bin_id] -= units
                taken[bin_id] = units
                quantity -= units
        if quantity:
            bin_id = first if first is not None or not order else order[0]
            taken[bin_id] = taken.get(bin_id, 0) + quantity
        return [Taken(bin_id, units) for bin_id, units in taken.items()]


def returned_units(sale_id: UUID) -> dict[UUID, int]:
    """How many units of each line of a sale have come back."""
    rows = ReturnLine.objects.filter(sale_line__sale=sale_id).values_list("sale_line")
    return dict(rows.annotate(units=Sum("quantity")).order_by())


def core_total(lines: Collection[SaleLine]) -> Decimal:
    """The deposits of lines."""
    return sum((line.core_charge * line.quantity for line in lines), Decimal(0))


def change_of(payments: Collection[Payment]) -> Decimal:
    """What was handed back of the cash."""
    return sum(
        (row.tendered - row.amount for row in payments if row.tendered is not None and row.amount > 0),
        Decimal(0),
    )


def units_of(lines: Collection[SaleLine]) -> Mapping[UUID, int]:
    """How many units of each part lines have together."""
    units: dict[UUID, int] = {}
    for line in lines:
        if line.part_id is not None:
            units[line.part_id] = units.get(line.part_id, 0) + line.quantity
    return units
