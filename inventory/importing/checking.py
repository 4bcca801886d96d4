"""What only all rows of a file together show, beside the parts of the shop. Set-based throughout."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from inventory.enums import ImportKind
from inventory.importing.fields import FIELDS
from inventory.importing.staging import ISSUE_COLUMNS
from inventory.models import PartImport

# Which part of the shop each row means. A row that does not name a brand or a type means any.
FOUND = """
CREATE TEMPORARY TABLE found ON COMMIT DROP AS
SELECT r.row, (array_agg(p.id))[1] AS part_id, count(*) AS parts
FROM inventory_importrow r
JOIN inventory_part p ON p.shop_id = %(shop)s AND p.number_key = r.number_key
    AND (r.brand_key IS NULL OR p.brand_key = r.brand_key)
    AND (r.part_type IS NULL OR p.part_type = r.part_type)
WHERE r.source_id = %(source)s AND NOT r.is_bad
GROUP BY r.row
"""
INSERT_ISSUE = f"INSERT INTO inventory_importissue ({ISSUE_COLUMNS}) "
SAME_PART = """
WITH twice AS (
    SELECT number_key, brand_key, part_type, {bin} AS bin_key, min(row) AS first
    FROM inventory_importrow WHERE source_id = %(source)s AND NOT is_bad
    GROUP BY 1, 2, 3, 4 HAVING count(*) > 1
)
SELECT %(source)s, r.row, 'number', %(number)s, '{code}', r.number,
       jsonb_build_object('first', t.first), false
FROM twice t JOIN inventory_importrow r ON r.source_id = %(source)s AND NOT r.is_bad
    AND r.number_key = t.number_key AND r.brand_key IS NOT DISTINCT FROM t.brand_key
    AND r.part_type IS NOT DISTINCT FROM t.part_type AND {bin_of_row} IS NOT DISTINCT FROM t.bin_key
WHERE r.row > t.first
"""
# Two rows may name one part in different ways: once with its brand and once without.
SAME_FOUND = """
WITH twice AS (
    SELECT f.part_id, {bin} AS bin_key, min(f.row) AS first
    FROM found f JOIN inventory_importrow r ON r.source_id = %(source)s AND r.row = f.row
    WHERE f.parts = 1 GROUP BY 1, 2 HAVING count(*) > 1
)
SELECT %(source)s, r.row, 'number', %(number)s, '{code}', r.number,
       jsonb_build_object('first', t.first), false
FROM twice t JOIN found f ON f.part_id = t.part_id
JOIN inventory_importrow r ON r.source_id = %(source)s AND r.row = f.row
    AND {bin_of_row} IS NOT DISTINCT FROM t.bin_key
WHERE r.row > t.first AND NOT EXISTS (
    SELECT FROM inventory_importissue i WHERE i.source_id = %(source)s AND i.row = r.row)
"""
SEVERAL = """
SELECT %(source)s, r.row, 'number', %(number)s, 'several', r.number, '{}'::jsonb, false
FROM found f JOIN inventory_importrow r ON r.source_id = %(source)s AND r.row = f.row WHERE f.parts > 1
"""
PRICELESS = """
SELECT %(source)s, r.row, 'discount_price', %(discount_price)s, 'discount_without_price',
       r.discount_price::text, '{}'::jsonb, false
FROM inventory_importrow r LEFT JOIN found f ON f.row = r.row LEFT JOIN inventory_part p ON p.id = f.part_id
WHERE r.source_id = %(source)s AND NOT r.is_bad AND r.discount_price IS NOT NULL
    AND coalesce(r.selling_price, p.selling_price) IS NULL
"""
LEVELS = """
SELECT %(source)s, r.row, 'max_level', %(max_level)s, 'levels',
       coalesce(r.max_level, p.max_level)::text, '{}'::jsonb, false
FROM inventory_importrow r LEFT JOIN found f ON f.row = r.row LEFT JOIN inventory_part p ON p.id = f.part_id
WHERE r.source_id = %(source)s AND NOT r.is_bad
    AND coalesce(r.max_level, p.max_level) < coalesce(r.min_level, p.min_level, 0)
"""
ALONE = """
SELECT %(source)s, r.row, 'subcategory', %(subcategory)s, 'subcategory_alone', r.subcategory,
       '{}'::jsonb, false
FROM inventory_importrow r
WHERE r.source_id = %(source)s AND NOT r.is_bad AND r.subcategory_key <> ''
    AND coalesce(r.category_key, '') = ''
"""
CODE_TAKEN = """
SELECT %(source)s, r.row, 'barcode', %(barcode)s, 'barcode_taken', r.barcode, '{}'::jsonb, false
FROM inventory_importrow r LEFT JOIN found f ON f.row = r.row
WHERE r.source_id = %(source)s AND NOT r.is_bad AND (
    EXISTS (SELECT FROM inventory_barcode b WHERE b.shop_id = %(shop)s AND b.key = r.barcode_key
            AND b.part_id IS DISTINCT FROM f.part_id)
    OR EXISTS (SELECT FROM inventory_bin b WHERE b.shop_id = %(shop)s AND b.label_code = r.barcode))
"""
CODE_TWICE = """
WITH twice AS (
    SELECT barcode_key, min(row) AS first FROM inventory_importrow
    WHERE source_id = %(source)s AND NOT is_bad AND barcode_key <> ''
    GROUP BY barcode_key HAVING count(DISTINCT (number_key, brand_key, part_type)) > 1
)
SELECT %(source)s, r.row, 'barcode', %(barcode)s, 'barcode_twice', r.barcode,
       jsonb_build_object('first', t.first), false
FROM twice t JOIN inventory_importrow r ON r.source_id = %(source)s AND r.barcode_key = t.barcode_key
WHERE NOT r.is_bad AND r.row > t.first
"""
HAS_MOVED = """
SELECT %(source)s, r.row, 'quantity', %(quantity)s, 'has_moved', r.quantity::text, '{}'::jsonb, false
FROM inventory_importrow r JOIN found f ON f.row = r.row JOIN inventory_stock s ON s.part_id = f.part_id
WHERE r.source_id = %(source)s AND NOT r.is_bad AND r.quantity > 0 AND (s.on_hand <> 0 OR EXISTS (
    SELECT FROM inventory_movement m WHERE m.part_id = s.part_id AND m.document_kind <> 'import'))
"""
# Which check needs which field; only those are made.
CHECKS = (
    (SEVERAL, "number"),
    (PRICELESS, "discount_price"),
    (LEVELS, "max_level"),
    (LEVELS, "min_level"),
    (ALONE, "subcategory"),
    (CODE_TAKEN, "barcode"),
    (CODE_TWICE, "barcode"),
    (HAS_MOVED, "quantity"),
)
NAMELESS = """
SELECT %(source)s, r.row, 'name', %(name)s, 'name_missing', r.number, '{}'::jsonb, false
FROM inventory_importrow r
WHERE r.source_id = %(source)s AND NOT r.is_bad AND r.name IS NULL
    AND NOT EXISTS (SELECT FROM found f WHERE f.row = r.row)
"""
LEAVE_OUT = """
UPDATE inventory_importrow r SET is_bad = true
WHERE r.source_id = %(source)s AND NOT r.is_bad AND NOT EXISTS (SELECT FROM found f WHERE f.row = r.row)
"""
MARK_BAD = """
UPDATE inventory_importrow r SET is_bad = true
FROM inventory_importissue i
WHERE r.source_id = %(source)s AND i.source_id = %(source)s AND i.row = r.row AND NOT r.is_bad
"""
COUNT = """
SELECT count(*), count(*) FILTER (WHERE is_bad),
       (SELECT count(*) FROM inventory_importissue WHERE source_id = %(source)s AND NOT at_undo),
       count(*) FILTER (WHERE NOT is_bad AND f.row IS NOT NULL),
       count(*) FILTER (WHERE NOT is_bad AND f.row IS NULL)
FROM inventory_importrow r LEFT JOIN found f ON f.row = r.row
WHERE source_id = %(source)s
"""


@dataclass(frozen=True)
class Counts:
    """What a checked file holds."""

    rows: int
    bad: int
    left_out: int
    issues: int
    to_update: int
    to_create: int


def check_together(source: PartImport) -> Counts:
    """Find what single rows do not show, mark the rows concerned, and count. Set-based throughout."""
    mapping = source.mapping
    values: dict[str, Any] = {"source": source.pk, "shop": source.shop_id}
    values |= {name: mapping.get(name) for name in FIELDS}
    by_bin = source.kind == ImportKind.OPENING_STOCK
    same = {
        "code": "duplicate_bin" if by_bin else "duplicate",
        "bin": "bin_key" if by_bin else "NULL::text",
        "bin_of_row": "r.bin_key" if by_bin else "NULL::text",
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("ANALYZE inventory_importrow")
        cursor.execute(FOUND, values)
        cursor.execute("ANALYZE found")
        cursor.execute(INSERT_ISSUE + SAME_PART.format(**same), values)
        cursor.execute(INSERT_ISSUE + SAME_FOUND.format(**same), values)
        for check in dict.fromkeys(check for check, name in CHECKS if name in source.fields):
            cursor.execute(INSERT_ISSUE + check, values)
        cursor.execute(INSERT_ISSUE + NAMELESS if source.options["creates"] else LEAVE_OUT, values)
        left_out = 0 if source.options["creates"] else cursor.rowcount
        cursor.execute(MARK_BAD, values)
        cursor.execute(COUNT, values)
        rows, bad, *rest = cursor.fetchone()
        counts = Counts(rows, bad - left_out, left_out, *rest)
        cursor.execute("DROP TABLE found")
    return counts
