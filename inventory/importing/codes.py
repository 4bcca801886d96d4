"""Other numbers and barcodes of the parts of a step: what is not there yet is added."""

import json
from typing import Any

from django.db import connection

from inventory.models import PartImport

# The part of each row of a step: the one it means, or the one that was made for it.
TARGETS = """
FROM inventory_importrow r LEFT JOIN inventory_importchange made
    ON made.source_id = r.source_id AND made.part_id = r.new_id
WHERE r.source_id = %(source)s AND r.row > %(after)s AND r.row <= %(through)s AND NOT r.is_bad
    AND coalesce(r.part_id, made.part_id) IS NOT NULL
"""
NUMBERS = """
INSERT INTO inventory_partnumber
    (id, version, created_at, updated_at, shop_id, part_id, kind, number, key, brand)
SELECT gen_random_uuid(), 1, now(), now(), %(shop)s, t.part_id, one ->> 0, one ->> 2, one ->> 1, ''
FROM (SELECT coalesce(r.part_id, made.part_id) AS part_id, r.number_key, {lists} AS given {targets}) AS t
CROSS JOIN jsonb_array_elements(t.given) AS one
WHERE one ->> 1 <> '' AND one ->> 1 <> t.number_key
ON CONFLICT (part_id, kind, key) DO NOTHING
RETURNING part_id, id
"""
BARCODES = """
INSERT INTO inventory_barcode
    (id, version, created_at, updated_at, shop_id, part_id, code, key, symbology, units)
SELECT DISTINCT ON (r.barcode_key) gen_random_uuid(), 1, now(), now(), %(shop)s,
       coalesce(r.part_id, made.part_id), r.barcode, r.barcode_key, r.symbology, 1
{targets} AND r.barcode_key <> '' ORDER BY r.barcode_key, r.row
ON CONFLICT (shop_id, key) DO NOTHING
RETURNING part_id, id
"""
ROWS = "SELECT coalesce(r.part_id, made.part_id), min(r.row) {targets} GROUP BY 1"
# Noted with the part, so that the undo takes away just these.
NOTE = """
INSERT INTO inventory_importchange AS old (source_id, part_id, row, is_new, before, after, made)
SELECT %s, part_id, row, false, '{{}}', '{{}}', jsonb_build_object('{kind}', ids)
FROM unnest(%s::uuid[], %s::int[], %s::jsonb[]) AS new(part_id, row, ids) ORDER BY part_id
ON CONFLICT (source_id, part_id) DO UPDATE SET made = old.made || jsonb_build_object(
    '{kind}', coalesce(old.made -> '{kind}', '[]') || (excluded.made -> '{kind}'))
RETURNING xmax = 0
"""


def add_codes(source: PartImport, values: dict[str, Any]) -> int:
    """Add the numbers and barcodes of the rows of a step; return how many more parts have changed."""
    lists = [
        f"coalesce(r.{name}, '[]')" for name in ("oem_numbers", "cross_numbers") if name in source.fields
    ]
    changed = 0
    if lists:
        statement = NUMBERS.format(lists=" || ".join(lists), targets=TARGETS)
        changed += _add(source, statement, values, "numbers")
    if "barcode" in source.fields:
        changed += _add(source, BARCODES.format(targets=TARGETS), values, "barcodes")
    return changed


def _add(source: PartImport, statement: str, values: dict[str, Any], kind: str) -> int:
    made: dict[Any, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        for part_id, key in cursor.fetchall():
            made.setdefault(part_id, []).append(str(key))
        if not made:
            return 0
        cursor.execute(ROWS.format(targets=TARGETS), values)
        rows = dict(cursor.fetchall())
        listed = [json.dumps(keys) for keys in made.values()]
        columns: list[Any] = [source.pk, list(made), [rows[part_id] for part_id in made], listed]
        cursor.execute(NOTE.format(kind=kind), columns)
        return sum(first for (first,) in cursor.fetchall())
