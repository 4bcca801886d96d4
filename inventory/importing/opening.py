"""Opening stock: what a file says is on the shelves becomes movements of parts that never moved before."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from clutch.feed.actor import Actor
from inventory import ledger, locks
from inventory.enums import MovementKind, Reason
from inventory.ledger import Document, Entry
from inventory.models import ImportIssue, Movement, PartImport, Stock

STEP = 4_000
DOCUMENT = "import"


@dataclass(frozen=True)
class _Line:
    """Units of a part in a bin, as a row says."""

    row: int
    part_id: UUID
    bin_id: UUID | None
    quantity: int
    unit_cost: Decimal | None
    number: str


LINES = """
SELECT r.row, r.part_id, b.id, r.quantity, coalesce(r.unit_cost, r.cost_price, p.cost_price), r.number
FROM inventory_importrow r JOIN inventory_part p ON p.id = r.part_id
LEFT JOIN inventory_bin b ON b.shop_id = %(shop)s AND b.key = r.bin_key
WHERE r.source_id = %(source)s AND r.row > %(after)s AND r.row <= %(through)s AND NOT r.is_bad
    AND r.quantity > 0
ORDER BY r.row
"""


def open_stock(source: PartImport, *, after: int, through: int, actor: Actor) -> tuple[int, list[Stock]]:
    """Put the units of the rows of a step on the shelves; return how many, and the stock that moved.

    Asked again under the lock: a part that has moved by now gets an issue instead. What is typed in
    is an adjustment with its reason, so it proves nothing; its cost is the row's, else the part's.
    """
    values: dict[str, Any] = {"source": source.pk, "shop": source.shop_id, "after": after, "through": through}
    with connection.cursor() as cursor:
        cursor.execute(LINES, values)
        lines = [_Line(*row) for row in cursor.fetchall()]
    if not lines:
        return 0, []
    stocks = locks.stocks(source.shop_id, {line.part_id for line in lines})
    moved = moved_otherwise(source, stocks)
    _refuse(source, [line for line in lines if line.part_id in moved])
    entries = [
        Entry(
            line.part_id, line.quantity, MovementKind.ADJUSTMENT, line.bin_id,
            unit_cost=line.unit_cost, reason=Reason.OPENING,
        )
        for line in lines
        if line.part_id not in moved
    ]  # fmt: skip
    document = Document(DOCUMENT, source.pk, source.number)
    ledger.post(stocks, entries, currency=source.shop.currency, document=document, actor=actor)
    touched = {entry.part_id for entry in entries}
    return sum(entry.quantity for entry in entries), [stocks[part_id] for part_id in touched]


def moved_otherwise(source: PartImport, stocks: dict[UUID, Stock]) -> set[UUID]:
    """The (locked) parts that anything but imports has moved, or that have something on hand already.

    What an earlier import brought and its undo took away again leaves nothing on hand.
    """
    rows = Movement.objects.filter(part__in=stocks)
    found = set(rows.exclude(document_kind=DOCUMENT).values_list("part_id", flat=True))
    own = rows.filter(document_id=source.pk).values("part").annotate(units=Sum("quantity"))
    units = dict(own.values_list("part", "units"))
    return found | {part_id for part_id, stock in stocks.items() if stock.on_hand != units.get(part_id, 0)}


def _refuse(source: PartImport, lines: list[_Line]) -> None:
    ImportIssue.objects.bulk_create(
        ImportIssue(
            source=source, row=line.row, field="quantity", column=source.mapping.get("quantity"),
            code="has_moved", value=line.number,
        )
        for line in lines
    )  # fmt: skip
    source.rows_bad += len(lines)
    source.issues_total += len(lines)
