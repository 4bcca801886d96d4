"""Checked rows into parts, a step at a time: what is there is updated, the rest is made.

Every statement takes all rows of a step at once. What was there before is kept in `ImportChange`,
so that the import can be taken back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import NOT_PROVIDED

from clutch.core.money import minor_units
from inventory.enums import ImportKind, PartType
from inventory.importing.codes import add_codes
from inventory.keys import keys_of
from inventory.models import Part, PartImport

STEP = 10_000
# What identifies a part is not changed by a file, only given to new parts.
IDENTITY = ("number", "brand", "part_type")
# Field → columns of the part that it writes.
WRITES: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "name_key", "words"),
    "category": ("category_id",),
    "bin": ("default_bin_id",),
    **{
        name: (name,)
        for name in (
            "description", "origin", "tax_class", "warranty", "cost_price", "selling_price", "discount_price",
            "core_charge", "markup_percent", "min_level", "max_level", "reorder_point", "reorder_quantity",
            "length_mm", "width_mm", "height_mm", "weight_g",
        )
    },
}  # fmt: skip


@dataclass(frozen=True)
class Loaded:
    """What a step has done."""

    created: int
    updated: int
    unchanged: int


# One part per row: a row that means several by now is left out.
MATCH = """
UPDATE inventory_importrow r SET part_id = hit.part_id, is_bad = hit.parts > 1
FROM (
    SELECT r.row, (array_agg(p.id))[1] AS part_id, count(*) AS parts
    FROM inventory_importrow r
    JOIN inventory_part p ON p.shop_id = %(shop)s AND p.number_key = r.number_key
        AND (r.brand_key IS NULL OR p.brand_key = r.brand_key)
        AND (r.part_type IS NULL OR p.part_type = r.part_type)
    WHERE r.source_id = %(source)s AND r.row > %(after)s AND r.row <= %(through)s AND NOT r.is_bad
    GROUP BY r.row
) AS hit
WHERE r.source_id = %(source)s AND r.row = hit.row
"""
ROWS = """
SELECT {distinct} r.*, c.id AS category_id, b.id AS default_bin_id
FROM inventory_importrow r
LEFT JOIN inventory_category top
    ON top.shop_id = %(shop)s AND top.parent_id IS NULL AND top.key = r.category_key
LEFT JOIN inventory_category c ON c.shop_id = %(shop)s AND c.key = coalesce(r.subcategory_key, r.category_key)
    AND c.parent_id IS NOT DISTINCT FROM CASE WHEN r.subcategory_key IS NULL THEN NULL ELSE top.id END
    AND (r.subcategory_key IS NOT NULL OR c.id = top.id)
LEFT JOIN inventory_bin b ON b.shop_id = %(shop)s AND b.key = r.bin_key
WHERE r.source_id = %(source)s AND r.row > %(after)s AND r.row <= %(through)s AND NOT r.is_bad AND {which}
ORDER BY {order}, r.row
"""
LOCK = """
SELECT id FROM inventory_part WHERE id IN (
    SELECT part_id FROM inventory_importrow
    WHERE source_id = %(source)s AND row > %(after)s AND row <= %(through)s AND NOT is_bad
) ORDER BY id FOR NO KEY UPDATE
"""
# A part that several rows mean (stock in several bins) is what its first row says.
UPDATE = """
WITH said AS MATERIALIZED ({rows}), changed AS (
    INSERT INTO inventory_importchange (source_id, part_id, row, is_new, before, after, made)
    SELECT %(source)s, p.id, said.row, false,
           jsonb_strip_nulls(jsonb_build_object({before})),
           jsonb_strip_nulls(jsonb_build_object({after})), '{{}}'
    FROM said JOIN inventory_part p ON p.id = said.part_id
    WHERE ({differs}) AND NOT EXISTS (
        SELECT FROM inventory_importchange c
        WHERE c.source_id = %(source)s AND c.part_id = p.id AND c.row <> said.row)
    ON CONFLICT (source_id, part_id) DO NOTHING
    RETURNING part_id
)
UPDATE inventory_part p SET {sets}
FROM said, changed WHERE said.part_id = p.id AND changed.part_id = p.id
"""
CREATE = """
WITH said AS MATERIALIZED ({rows}), made AS (
    INSERT INTO inventory_part ({columns}) SELECT {values} FROM said
    ON CONFLICT (shop_id, number_key, brand_key, part_type) DO NOTHING RETURNING id, reorder_point
), stocked AS (
    INSERT INTO inventory_stock (part_id, shop_id, on_hand, value, average_cost, low_since)
    SELECT id, %(shop)s, 0, 0, 0, CASE WHEN reorder_point > 0 THEN now() END FROM made
), noted AS (
    INSERT INTO inventory_importchange (source_id, part_id, row, is_new, before, after, made)
    SELECT %(source)s, said.new_id, said.row, true, '{{}}',
           jsonb_strip_nulls(jsonb_build_object({after})), '{{}}'
    FROM said JOIN made ON made.id = said.new_id
)
SELECT (SELECT count(*) FROM made), (SELECT count(*) FROM said)
"""


def load(source: PartImport, *, after: int, through: int) -> Loaded:
    """Write the rows after one and through another to the parts of the shop; inside an act.

    The parts that the rows mean are locked by key, in order; what somebody else makes at the same
    moment is found by looking again.
    """
    values: dict[str, Any] = {"source": source.pk, "shop": source.shop_id, "after": after, "through": through}
    values["decimals"] = minor_units(source.shop.currency)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '32MB'")
        done = _write(cursor, source, values)
        if "reorder_point" in source.fields:
            cursor.execute(LOCK_STOCK, values)
            cursor.execute(SETTLE, values)
    return replace(done, updated=done.updated + add_codes(source, values))


def _write(cursor: Any, source: PartImport, values: dict[str, Any]) -> Loaded:
    fields = tuple(name for name in WRITES if name in source.fields)
    cursor.execute(MATCH, values)
    cursor.execute(LOCK, values)
    found, updated, created, wanted = cursor.rowcount, 0, 0, 0
    if source.options["creates"]:
        cursor.execute(create_statement(fields), values)
        created, wanted = cursor.fetchone()
    if fields and found:
        if "name" in fields:
            _words_with_own_brand(cursor, values)
        cursor.execute(update_statement(fields), values)
        updated = cursor.rowcount
    if created < wanted or source.kind == ImportKind.OPENING_STOCK:
        # Somebody else has made one of them at this moment; or stock asks for the part of every row.
        cursor.execute(MATCH, values)
        if created < wanted:
            cursor.execute(update_statement(fields), values)
            updated += cursor.rowcount
    return Loaded(created, updated, found - updated)


LOCK_STOCK = """
SELECT part_id FROM inventory_stock WHERE part_id IN (
    SELECT part_id FROM inventory_importchange
    WHERE source_id = %(source)s AND row > %(after)s AND row <= %(through)s AND after ? 'reorder_point'
) ORDER BY part_id FOR NO KEY UPDATE
"""
# Who moves a reorder point knows what is low then: it is noted and nobody is told.
SETTLE = """
UPDATE inventory_stock s SET low_since = CASE
    WHEN p.reorder_point > 0 AND s.on_hand <= p.reorder_point THEN coalesce(s.low_since, now()) END
FROM inventory_part p, inventory_importchange c
WHERE c.source_id = %(source)s AND c.row > %(after)s AND c.row <= %(through)s AND c.after ? 'reorder_point'
    AND p.id = c.part_id AND s.part_id = c.part_id
"""
RENAMED = """
SELECT r.row, r.name, p.brand FROM inventory_importrow r JOIN inventory_part p ON p.id = r.part_id
WHERE r.source_id = %(source)s AND r.row > %(after)s AND r.row <= %(through)s AND NOT r.is_bad
    AND r.name IS NOT NULL AND r.name <> p.name AND p.brand <> coalesce(r.brand, '')
"""
WORDS = """
UPDATE inventory_importrow r SET words = new.words FROM unnest(%s::int[], %s::text[]) AS new(row, words)
WHERE r.source_id = %s AND r.row = new.row
"""


def _words_with_own_brand(cursor: Any, values: Mapping[str, Any]) -> None:
    """The words of a part that gets another name are made with the brand that the part has."""
    cursor.execute(RENAMED, values)
    if renamed := cursor.fetchall():
        words = [keys_of("", name, brand)["words"] for _row, name, brand in renamed]
        cursor.execute(WORDS, [[row for row, *_rest in renamed], words, values["source"]])


def _columns(fields: tuple[str, ...]) -> list[str]:
    return [column for name in fields for column in WRITES[name]]


@cache
def update_statement(fields: tuple[str, ...]) -> str:
    """The statement that updates the parts that rows mean, and notes what was there before."""
    columns = _columns(fields)
    differs = {
        name: f"(said.{name} IS NOT NULL AND said.{name} IS DISTINCT FROM p.{name})" for name in columns
    }
    if "words" in differs:
        # They follow the name, and are otherwise left as the part has them.
        differs["words"] = f"({differs['name']} AND said.words IS DISTINCT FROM p.words)"
    pairs = [(f"'{name}', CASE WHEN {differs[name]} THEN", name) for name in columns]
    return UPDATE.format(
        rows=ROWS.format(
            distinct="DISTINCT ON (r.part_id)", which="r.part_id IS NOT NULL", order="r.part_id"
        ),
        before=", ".join(f"{begin} p.{name} END" for begin, name in pairs),
        after=", ".join(f"{begin} said.{name} END" for begin, name in pairs),
        differs=" OR ".join(differs.values()),
        sets=", ".join(
            f"{name} = CASE WHEN {differs[name]} THEN said.{name} ELSE p.{name} END" for name in columns
        ),
    )


@cache
def create_statement(fields: tuple[str, ...]) -> str:
    """The statement that makes the parts that are not there, with their stock."""
    columns = _columns(fields)
    given = {
        "id": "new_id",
        "version": "1",
        "created_at": "now()",
        "updated_at": "now()",
        "shop_id": "%(shop)s",
        "number": "number",
        "number_key": "number_key",
        "brand": "coalesce(brand, '')",
        "brand_key": "coalesce(brand_key, '')",
        "part_type": f"coalesce(part_type, '{PartType.AFTERMARKET}')",
    }
    for field in Part._meta.concrete_fields:
        column = str(field.column)
        if column in given:
            continue
        nothing = "NULL" if field.null else _literal(field)
        given[column] = f"coalesce({column}, {nothing})" if column in columns else nothing
    if {"cost_price", "markup_percent"} <= set(columns):
        # As for a part that is typed in: cost and markup propose the price.
        price = "selling_price" if "selling_price" in columns else "NULL"
        given["selling_price"] = (
            f"coalesce({price}, round(cost_price * (1 + markup_percent / 100), %(decimals)s))"
        )
    key = "r.number_key, coalesce(r.brand_key, ''), coalesce(r.part_type, '')"
    return CREATE.format(
        rows=ROWS.format(distinct=f"DISTINCT ON ({key})", which="r.part_id IS NULL", order=key),
        columns=", ".join(given),
        values=", ".join(given.values()),
        after=", ".join(f"'{name}', said.{name}" for name in columns),
    )


def _literal(field: Any) -> str:
    """The default of a column as SQL; the empty text where there is none."""
    value = "" if field.default is NOT_PROVIDED else field.get_default()
    if isinstance(value, bool | int):
        return str(value).lower()
    return "'" + str(value).replace("'", "''") + "'"


def last_row(source_id: UUID, after: int, step: int = STEP) -> int | None:
    """The row that ends the next step, or None when no row is left."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(row) FROM (SELECT row FROM inventory_importrow WHERE source_id = %s AND row > %s"
            " ORDER BY row LIMIT %s) AS next",
            [source_id, after, step],
        )
        found = cursor.fetchone()[0]
    return None if found is None else int(found)
