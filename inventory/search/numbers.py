"""Parts by their numbers and codes: the same number in any form, what replaced it, how it begins."""

from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from inventory.barcodes import barcode_key
from inventory.keys import part_key
from inventory.search.filters import Conditions

LONGEST_CHAIN = 20
BEGINS = 4
FIRST = UUID(int=0)


class Row(NamedTuple):
    """A part that a number leads to. `rank`: 0 own number, 1 other, 2 barcode, 3 replacement, 4 beginning."""

    part_id: UUID
    rank: int
    matched: str
    superseded_by: UUID | None
    passes: bool
    replaces: UUID | None = None


@dataclass(frozen=True)
class Asked:
    """A text as a number (`key`) and as a code (`code`)."""

    key: str
    code: str

    @classmethod
    def of(cls, text: str) -> "Asked":
        """Read a text; both are empty for a text without letters and digits."""
        key = part_key(text)
        return cls(key, barcode_key(text) if key else "")


# Without filters: the same as below, as a function that keeps its plans (migration 0008).
UNFILTERED = "SELECT * FROM inventory_by_number(%(shop)s, %(key)s, %(code)s, %(limit)s)"
# Each arm stops at its own limit. What the filters leave out is still found here, because it may
# have been replaced by a part that they let pass.
EXACT = """
SELECT found.part_id, found.rank, found.matched, p.superseded_by_id, (true{conditions}) FROM (
    (SELECT id AS part_id, 0 AS rank, number AS matched FROM inventory_part
     WHERE shop_id = %(shop)s AND number_key = %(key)s LIMIT %(limit)s)
    UNION ALL
    (SELECT part_id, 1, number FROM inventory_partnumber
     WHERE shop_id = %(shop)s AND key = %(key)s LIMIT %(limit)s)
    UNION ALL
    (SELECT part_id, 2, code FROM inventory_barcode
     WHERE shop_id = %(shop)s AND key = %(code)s LIMIT %(limit)s)
) AS found JOIN inventory_part p ON p.id = found.part_id
"""
BEGINNING = """
UNION ALL
(SELECT p.id, 4, p.number, NULL, true FROM inventory_part p
 WHERE p.shop_id = %(shop)s AND p.number_key > %(key)s AND p.number_key < %(end)s{conditions}
 ORDER BY p.number_key, p.id LIMIT %(limit)s)
UNION ALL
(SELECT p.id, 4, n.number, NULL, true FROM inventory_partnumber n JOIN inventory_part p ON p.id = n.part_id
 WHERE n.shop_id = %(shop)s AND n.key > %(key)s AND n.key < %(end)s{conditions}
 ORDER BY n.key, n.id LIMIT %(limit)s)
"""
CHAIN = """
WITH RECURSIVE chain(old, part_id, matched, depth) AS (
    SELECT * FROM unnest(%(old)s::uuid[], %(new)s::uuid[], %(matched)s::text[], %(zeros)s::int[])
    UNION ALL
    SELECT c.part_id, p.superseded_by_id, c.matched, c.depth + 1
    FROM chain c JOIN inventory_part p ON p.id = c.part_id
    WHERE p.superseded_by_id IS NOT NULL AND c.depth < %(longest)s
)
SELECT p.id, 3, c.matched, NULL, (true{conditions}), c.old
FROM chain c JOIN inventory_part p ON p.id = c.part_id WHERE p.shop_id = %(shop)s ORDER BY c.depth, p.id
"""


def by_number(shop_id: UUID, asked: Asked, narrowed: Conditions, limit: int) -> list[Row]:
    """What has this number or code, then what begins with it. One statement."""
    params = {
        "shop": shop_id, "key": asked.key, "code": asked.code, "end": _after(asked.key), "limit": limit,
        **narrowed.params,
    }  # fmt: skip
    statement = (EXACT + BEGINNING).format(conditions=narrowed.sql) if narrowed.sql else UNFILTERED
    rows = _rows(statement, params)
    # A join keeps no order; the beginnings come from an index each, and a stable sort leaves them so.
    return sorted(rows, key=lambda row: (row.rank, row.part_id if row.rank < BEGINS else FIRST))


def replacements(shop_id: UUID, superseded: list[Row], narrowed: Conditions) -> list[Row]:
    """What replaced parts, and what replaced that, in order. One statement."""
    params = {
        "shop": shop_id,
        "old": [row.part_id for row in superseded],
        "new": [row.superseded_by for row in superseded],
        "matched": [row.matched for row in superseded],
        "zeros": [0] * len(superseded),
        "longest": LONGEST_CHAIN,
        **narrowed.params,
    }
    return _rows(CHAIN.format(conditions=narrowed.sql), params)


def _rows(statement: str, params: dict[str, Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return [Row(*row) for row in cursor.fetchall()]


def _after(key: str) -> str:
    """The first text after all that begin with `key`, in the order of code points."""
    return key + chr(0x10FFFF)
