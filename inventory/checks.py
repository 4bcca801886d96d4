"""The proof of the ledger: every figure that is kept is the sum of its movements."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

# In one pass each: sums, the running sums that the movements themselves carry, and the bins.
SUMS = """
SELECT coalesce(s.part_id, m.part_id), 'stock', ARRAY[s.on_hand::text, s.value::text],
       ARRAY[m.quantity::text, m.value::text]
FROM inventory_stock s FULL JOIN (
    SELECT part_id, sum(quantity) AS quantity, sum(value) AS value FROM inventory_movement GROUP BY part_id
) m USING (part_id)
WHERE s.on_hand IS DISTINCT FROM coalesce(m.quantity, 0) OR s.value IS DISTINCT FROM coalesce(m.value, 0)
"""
RUNNING = """
SELECT part_id, 'movement ' || seq, ARRAY[on_hand_after::text, value_after::text, seq::text],
       ARRAY[quantity_so_far::text, value_so_far::text, n::text]
FROM (
    SELECT part_id, seq, on_hand_after, value_after, row_number() OVER run AS n,
           sum(quantity) OVER run AS quantity_so_far, sum(value) OVER run AS value_so_far
    FROM inventory_movement WINDOW run AS (PARTITION BY part_id ORDER BY seq)
) m
WHERE on_hand_after <> quantity_so_far OR value_after <> value_so_far OR seq <> n
"""
BINS = """
SELECT part_id, 'bin ' || coalesce(bin_id::text, 'none'), ARRAY[sum(kept)::text], ARRAY[sum(moved)::text]
FROM (
    SELECT part_id, bin_id, quantity AS kept, 0 AS moved FROM inventory_binstock
    UNION ALL SELECT part_id, bin_id, 0, quantity FROM inventory_movement
) b
GROUP BY part_id, bin_id HAVING sum(kept) <> sum(moved)
"""


@dataclass(frozen=True)
class Difference:
    """What is kept of a part, and what its movements sum to."""

    part_id: UUID
    what: str
    kept: tuple[Any, ...]
    summed: tuple[Any, ...]

    def __str__(self) -> str:
        return f"part {self.part_id}, {self.what}: kept {self.kept}, movements say {self.summed}"


def differences() -> list[Difference]:
    """Every figure that is not the sum of its movements. Three queries over the whole ledger."""
    found: list[Difference] = []
    with connection.cursor() as cursor:
        for statement in (SUMS, RUNNING, BINS):
            cursor.execute(statement)
            found += [Difference(row[0], row[1], tuple(row[2]), tuple(row[3])) for row in cursor.fetchall()]
    return found
