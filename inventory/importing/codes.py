"""Other numbers and barcodes of the parts of a step: what is not there yet is added."""

from typing import Any

from django.db import connection

from inventory.models import PartImport

# The part of each row of a step: the one it means, or the one that was made for it.
TARGET = """
SELECT r.*, coalesce(r.part_id, made.part_id) AS target
FROM inventory_importrow r LEFT JOIN inventory_importchange made
    ON made.source_id = r.source_id AND made.part_id = r.new_id
WHERE r.source_id = %(source)s AND r.row > %(after)s AND r.row <= %(through)s AND NOT r.is_bad
"""
NUMBERS = """
WITH target AS ({target}), made AS (
    INSERT INTO inventory_partnumber
        (id, version, created_at, updated_at, shop_id, part_id, kind, number, key, brand)
    SELECT gen_random_uuid(), 1, now(), now(), %(shop)s, t.target, given ->> 0, given ->> 2, given ->> 1, ''
    FROM target t
    CROSS JOIN jsonb_array_elements({numbers}) AS given
    WHERE t.target IS NOT NULL AND given ->> 1 <> '' AND given ->> 1 <> t.number_key
    ON CONFLICT (part_id, kind, key) DO NOTHING
    RETURNING id, part_id
)
"""
BARCODES = """
WITH target AS ({target}), made AS (
    INSERT INTO inventory_barcode
        (id, version, created_at, updated_at, shop_id, part_id, code, key, symbology, units)
    SELECT DISTINCT ON (t.barcode_key) gen_random_uuid(), 1, now(), now(), %(shop)s, t.target,
           t.barcode, t.barcode_key, t.symbology, 1
    FROM target t WHERE t.target IS NOT NULL AND t.barcode_key <> '' ORDER BY t.barcode_key, t.row
    ON CONFLICT (shop_id, key) DO NOTHING
    RETURNING id, part_id
)
"""
# Noted with the part, so that the undo takes away just these. Returns how many parts had no note yet.
NOTE = """
, grouped AS (
    SELECT m.part_id, jsonb_agg(m.id) AS ids, min(t.row) AS row
    FROM made m JOIN target t ON t.target = m.part_id GROUP BY m.part_id
), noted AS (
    INSERT INTO inventory_importchange AS old (source_id, part_id, row, is_new, before, after, made)
    SELECT %(source)s, part_id, row, false, '{{}}', '{{}}', jsonb_build_object('{kind}', ids) FROM grouped
    ON CONFLICT (source_id, part_id) DO UPDATE SET made = old.made || jsonb_build_object(
        '{kind}', coalesce(old.made -> '{kind}', '[]') || (excluded.made -> '{kind}'))
    RETURNING (xmax = 0) AS first_note
)
SELECT count(*) FILTER (WHERE first_note) FROM noted
"""


def add_codes(source: PartImport, values: dict[str, Any]) -> int:
    """Add the numbers and barcodes of the rows of a step; return how many more parts have changed."""
    lists = [name for name in ("oem_numbers", "cross_numbers") if name in source.fields]
    changed = 0
    with connection.cursor() as cursor:
        if lists:
            numbers = " || ".join(f"coalesce(t.{name}, '[]')" for name in lists)
            cursor.execute(
                NUMBERS.format(target=TARGET, numbers=numbers) + NOTE.format(kind="numbers"), values
            )
            changed += cursor.fetchone()[0]
        if "barcode" in source.fields:
            cursor.execute(BARCODES.format(target=TARGET) + NOTE.format(kind="barcodes"), values)
            changed += cursor.fetchone()[0]
    return changed
