"""The ledger of stock: the only place that writes movements and what they sum to.

Any number of lines costs the same number of statements. The caller holds the lock of every part
(`locks.stocks`), so what was checked is still true when it is written.

Valuation is the perpetual moving average (IAS 2, weighted average cost): a receipt adds what was
paid, an issue takes its share of the value at the average of that moment, and its cost stays with
the movement whatever comes later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from clutch.core.money import round_money
from clutch.feed.actor import Actor
from inventory.enums import MovementKind, Reason
from inventory.models import Movement, Stock
from inventory.models.stock import unit_cost

# What proves that units are there: somebody had them in hand.
PROVING = {MovementKind.RECEIPT, MovementKind.COUNT}


@dataclass(frozen=True)
class Document:
    """What a movement or a hold belongs to: its kind ("sale", "order", "quote"…), id and number."""

    kind: str = ""
    id: UUID | None = None
    number: str = ""


@dataclass(frozen=True)
class Entry:
    """Units to move: signed `quantity` of a part, into or out of `bin_id`.

    `unit_cost` is what one unit was paid; without it an entry goes at the moving average.
    `value` fixes the whole value instead, as a return at the cost of its sale does.
    """

    part_id: UUID
    quantity: int
    kind: MovementKind
    bin_id: UUID | None = None
    unit_cost: Decimal | None = None
    value: Decimal | None = None
    reason: Reason | str = ""
    note: str = ""


def post(
    stocks: Mapping[UUID, Stock],
    entries: Sequence[Entry],
    *,
    currency: str,
    document: Document,
    actor: Actor,
    now: datetime | None = None,
) -> list[Movement]:
    """Write entries to the ledger in their order; return their movements, in the same order.

    `stocks` are the locked rows of all parts concerned; they are brought up to date in place.
    Whether there is enough is the caller's question, asked under the same lock. What is left of
    the value when the last unit has gone becomes a revaluation of its own. Four statements.
    """
    posting = _Posting(currency, document, actor, now or timezone.now())
    last = Movement.objects.filter(part__in=stocks).values("part").annotate(seq=Max("seq"))
    seqs = dict(last.values_list("part", "seq"))
    written: list[Movement] = []
    asked: list[Movement] = []
    for entry in entries:
        found = posting.movements(stocks[entry.part_id], entry, seqs)
        written += found
        asked.append(found[0])
    Movement.objects.bulk_create(written)
    _write_sums([stocks[part_id] for part_id in {entry.part_id for entry in entries}])
    _write_bins(written)
    return asked


@dataclass(frozen=True)
class _Posting:
    """What all movements of one posting share."""

    currency: str
    document: Document
    actor: Actor
    now: datetime

    def movements(self, stock: Stock, entry: Entry, seqs: dict[UUID, int]) -> list[Movement]:
        """The movement of an entry, and what it leaves to be revalued; brings `stock` up to date."""
        rows = [self._book(stock, entry, _value(stock, entry, self.currency), seqs)]
        if stock.on_hand == 0 and stock.value:
            # Sold below zero and received at another price: nothing on hand is worth nothing.
            rest = Entry(entry.part_id, 0, MovementKind.REVALUATION, entry.bin_id)
            rows.append(self._book(stock, rest, -stock.value, seqs))
        if entry.kind in PROVING:
            stock.proven_at = self.now
        if entry.kind == MovementKind.SALE and entry.quantity < 0:
            stock.last_sold_at = self.now
        if entry.kind == MovementKind.RECEIPT:
            stock.last_restocked_at = self.now
        return rows

    def _book(self, stock: Stock, entry: Entry, value: Decimal, seqs: dict[UUID, int]) -> Movement:
        seqs[stock.part_id] = seqs.get(stock.part_id, 0) + 1
        stock.on_hand += entry.quantity
        stock.value += value
        if stock.on_hand > 0 and stock.value >= 0:
            stock.average_cost = stock.value / stock.on_hand
        return Movement(
            at=self.now,
            shop_id=stock.shop_id,
            part_id=stock.part_id,
            bin_id=entry.bin_id,
            seq=seqs[stock.part_id],
            kind=entry.kind,
            quantity=entry.quantity,
            value=value,
            on_hand_after=stock.on_hand,
            value_after=stock.value,
            reason=entry.reason,
            note=entry.note,
            document_kind=self.document.kind,
            document_id=self.document.id,
            document_number=self.document.number,
            actor_kind=self.actor.kind,
            actor_id=self.actor.id,
            actor_name=self.actor.name,
        )


def _value(stock: Stock, entry: Entry, currency: str) -> Decimal:
    """What an entry is worth: as fixed, as paid, or its share of the moving average."""
    if entry.value is not None:
        return entry.value
    if entry.unit_cost is not None:
        return round_money(entry.unit_cost * entry.quantity, currency)
    if stock.on_hand > 0 and entry.quantity == -stock.on_hand:
        return -stock.value
    cost = unit_cost(stock.on_hand, stock.value, stock.average_cost)
    return round_money(cost * entry.quantity, currency)


SUMS = """
UPDATE inventory_stock AS s
SET on_hand = new.on_hand, value = new.value, average_cost = new.average_cost,
    proven_at = new.proven_at, last_sold_at = new.sold_at, last_restocked_at = new.restocked_at
FROM unnest(%s::uuid[], %s::int[], %s::numeric[], %s::numeric[],
            %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
    AS new(part_id, on_hand, value, average_cost, proven_at, sold_at, restocked_at)
WHERE s.part_id = new.part_id
"""


def _write_sums(stocks: Sequence[Stock]) -> None:
    columns: list[Any] = [
        [stock.part_id for stock in stocks],
        [stock.on_hand for stock in stocks],
        [stock.value for stock in stocks],
        [round(stock.average_cost, 6) for stock in stocks],
        [stock.proven_at for stock in stocks],
        [stock.last_sold_at for stock in stocks],
        [stock.last_restocked_at for stock in stocks],
    ]
    with connection.cursor() as cursor:
        cursor.execute(SUMS, columns)


BINS = """
INSERT INTO inventory_binstock AS b (part_id, bin_id, quantity)
SELECT part_id, bin_id, sum(quantity)
FROM unnest(%s::uuid[], %s::uuid[], %s::int[]) AS moved(part_id, bin_id, quantity)
GROUP BY part_id, bin_id HAVING sum(quantity) <> 0 ORDER BY part_id, bin_id
ON CONFLICT (part_id, bin_id) DO UPDATE SET quantity = b.quantity + excluded.quantity
"""


def _write_bins(movements: Sequence[Movement]) -> None:
    moved = [movement for movement in movements if movement.quantity]
    columns: list[Any] = [
        [movement.part_id for movement in moved],
        [movement.bin_id for movement in moved],
        [movement.quantity for movement in moved],
    ]
    with connection.cursor() as cursor:
        cursor.execute(BINS, columns)
