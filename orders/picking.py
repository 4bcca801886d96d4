"""What a shop has to pick, with where it lies: reads for pages and the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from inventory.models import BinStock, Stock
from inventory.queries import held_units
from orders.models import Order, QuoteLine


@dataclass(frozen=True)
class Place:
    """A bin and how many units of the part lie there; no code is what was never put anywhere."""

    code: str
    quantity: int


@dataclass(frozen=True)
class Pick:
    """One bought part of an order: how many, how many lie ready, where they are and what there is.

    `on_hand` and `held` (for this order, in units) are None for a part that is not from stock.
    """

    offer: QuoteLine
    order: Order
    places: Sequence[Place]
    on_hand: int | None
    held: int | None

    @property
    def quantity(self) -> int:
        """How many were bought."""
        return self.offer.line.quantity

    @property
    def number(self) -> str:
        """The number on the part: that which was offered, else that which was asked for."""
        return self.offer.part_number or self.offer.line.part_number

    @property
    def is_done(self) -> bool:
        """Whether all of it lies ready."""
        return self.offer.picked >= self.quantity

    @property
    def missing(self) -> int:
        """How many units were sold that the stock does not hold for the order."""
        return 0 if self.held is None or self.is_done else max(self.quantity - self.held, 0)

    @property
    def place(self) -> str:
        """By what the way through the shop is ordered: the code of the first bin; "" without one."""
        return self.places[0].code if self.places else ""


def picks_of(offers: Sequence[QuoteLine]) -> list[Pick]:
    """Bought offers (with line, quote, order and part) with what a picker needs. Three queries."""
    part_ids = {offer.stock_part_id for offer in offers if offer.stock_part_id}
    on_hand = dict(Stock.objects.filter(part__in=part_ids).values_list("part", "on_hand"))
    held = held_units({offer.quote.order_id for offer in offers if offer.stock_part_id})
    places = _places(part_ids)
    return [
        Pick(
            offer,
            offer.quote.order,
            _in_order(offer, places.get(offer.stock_part_id, {}) if offer.stock_part_id else {}),
            on_hand.get(offer.stock_part_id, 0) if offer.stock_part_id else None,
            held.get(offer.pk, 0) if offer.stock_part_id else None,
        )
        for offer in offers
    ]


def _places(part_ids: set[UUID]) -> dict[UUID, dict[UUID | None, Place]]:
    rows = BinStock.objects.filter(part__in=part_ids, quantity__gt=0).select_related("bin")
    found: dict[UUID, dict[UUID | None, Place]] = {}
    for row in rows.order_by("-quantity", "pk"):
        found.setdefault(row.part_id, {})[row.bin_id] = Place(row.bin.code if row.bin else "", row.quantity)
    return found


def _in_order(offer: QuoteLine, places: dict[UUID | None, Place]) -> list[Place]:
    """The part's own bin first, then the fullest; its own bin also when the books know of none there."""
    part = offer.stock_part
    own = part.default_bin if part is not None else None
    if own is None:
        return list(places.values())
    first = places.get(own.pk, Place(own.code, 0))
    return [first, *(place for bin_id, place in places.items() if bin_id != own.pk)]
