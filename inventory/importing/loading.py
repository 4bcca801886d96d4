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
# The first step is small: until the database has seen the shop's parts it plans as if there were none.
FIRST_STEP = 1_000
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
SELECT {distinct} r.* {places}
FROM inventory_importrow r {joins}
WHERE r.source_id = %(source)s AND r.row > %(after)s AND r.row <= %(through)s AND NOT r.is_bad AND {which}
ORDER BY {order}, r.row
"""
TOP = """
LEFT JOIN inventory_category top
    ON top.shop_id = %(shop)s AND top.parent_id IS NULL AND top.key = r.category_key
"""
SUB = """
LEFT JOIN inventory_category sub
    ON sub.shop_id = %(shop)s AND sub.parent_id = top.id AND sub.key = r.subcategory_key
"""
BIN = "LEFT JOIN inventory_bin b ON b.shop_id = %(shop)s AND b.key = r.bin_key"


def _rows(fields: tuple[str, ...], *, distinct: str, which: str) -> str:
    """The rows of a step, one per `distinct`, with the keys of the categories and bins they name."""
    places, joins = "", ""
    if "category" in fields:
        places, joins = ", coalesce(sub.id, top.id) AS category_id", TOP + SUB
    if "bin" in fields:
        places, joins = places + ", b.id AS default_bin_id", joins + BIN
    return ROWS.format(
        distinct=f"DISTINCT ON ({distinct})", places=places, joins=joins, which=which, order=distinct
    )


LOCK = """
SELECT id FROM inventory_part WHERE id IN (
    SELECT part_id FROM inventory_importrow
    WHERE source_id = %(source)s AND row > %(after)s AND row <= %(through)s AND NOT is_bad
) ORDER BY id FOR NO KEY UPDATE
"""
# A part that several rows mean (stock in several bins) is what its first row says. Statements join
# the rows with tables by their keys only: joined with one another, whose sizes the database cannot
# foresee, they would cost the square of a step.
NOTE_UPDATES = """
INSERT INTO inventory_importchange (source_id, part_id, row, is_new, before, after, made)
SELECT %(source)s, p.id, said.row, false,
       jsonb_strip_nulls(jsonb_build_object({before})),
       jsonb_strip_nulls(jsonb_build_object({after})), '{{}}'
FROM ({rows}) AS said JOIN inventory_part p ON p.id = said.part_id
WHERE {differs}
ON CONFLICT (source_id, part_id) DO NOTHING
"""
UPDATE = """
UPDATE inventory_part p SET {sets}
FROM ({rows}) AS said
WHERE said.part_id = p.id AND EXISTS (
    SELECT FROM inventory_importchange c
    WHERE c.source_id = %(source)s AND c.part_id = said.part_id AND c.row = said.row AND NOT c.is_new)
"""
CREATE = """
WITH said AS MATERIALIZED ({rows}), made AS (
    INSERT INTO inventory_part ({columns}) SELECT {values} FROM said
    ON CONFLICT (shop_id, number_key, brand_key, part_type) DO NOTHING RETURNING 1
)
SELECT (SELECT count(*) FROM made), (SELECT count(*) FROM said)
"""
CREATE_STOCK = """
INSERT INTO inventory_stock (part_id, shop_id, on_hand, value, average_cost, low_since)
SELECT p.id, p.shop_id, 0, 0, 0, CASE WHEN p.reorder_point > 0 THEN now() END
FROM ({rows}) AS said JOIN inventory_part p ON p.id = said.new_id
ON CONFLICT (part_id) DO NOTHING
"""
NOTE_CREATED = """
INSERT INTO inventory_importchange (source_id, part_id, row, is_new, before, after, made)
SELECT %(source)s, p.id, said.row, true, '{{}}', '{{}}', '{{}}'
FROM ({rows}) AS said JOIN inventory_part p ON p.id = said.new_id
ON CONFLICT (source_id, part_id) DO NOTHING
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
        create, stock, note = create_statements(fields)
        cursor.execute(create, values)
        created, wanted = cursor.fetchone()
        if created:
            cursor.execute(stock, values)
            cursor.execute(note, values)
    if fields and found:
        updated = _update(cursor, fields, values)
    if created < wanted or source.kind == ImportKind.OPENING_STOCK:
        # Somebody else has made one of them at this moment; or stock asks for the part of every row.
        cursor.execute(MATCH, values)
        if fields and created < wanted:
            updated += _update(cursor, fields, values)
    return Loaded(created, updated, found - updated)


def _update(cursor: Any, fields: tuple[str, ...], values: dict[str, Any]) -> int:
    note, update = update_statements(fields)
    if "name" in fields:
        _words_with_own_brand(cursor, values)
    cursor.execute(note, values)
    noted = int(cursor.rowcount)
    if noted:
        cursor.execute(update, values)
    return noted


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
def update_statements(fields: tuple[str, ...]) -> tuple[str, str]:
    """The statements that note what changes in the parts that rows mean, and that change it."""
    columns = _columns(fields)
    differs = {
        name: f"(said.{name} IS NOT NULL AND said.{name} IS DISTINCT FROM p.{name})" for name in columns
    }
    if "words" in differs:
        # They follow the name, and are otherwise left as the part has them.
        differs["words"] = f"({differs['name']} AND said.words IS DISTINCT FROM p.words)"
    rows = _rows(fields, distinct="r.part_id", which="r.part_id IS NOT NULL")
    pairs = [(f"'{name}', CASE WHEN {differs[name]} THEN", name) for name in columns]
    note = NOTE_UPDATES.format(
        rows=rows,
        before=", ".join(f"{begin} p.{name} END" for begin, name in pairs),
        after=", ".join(f"{begin} said.{name} END" for begin, name in pairs),
        differs=" OR ".join(differs.values()),
    )
    sets = [f"{name} = CASE WHEN {differs[name]} THEN said.{name} ELSE p.{name} END" for name in columns]
    return note, UPDATE.format(rows=rows, sets=", ".join(sets))


@cache
def create_statements(fields: tuple[str, ...]) -> tuple[str, str, str]:
    """The statements that make the parts that are not there, their stock, and the notes of them."""
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
        proposed = "round(cost_price * (1 + markup_percent / 100), %(decimals)s)"
        given["selling_price"] = f"coalesce({price}, {proposed})"
    key = "r.number_key, coalesce(r.brand_key, ''), coalesce(r.part_type, '')"
    rows = _rows(fields, distinct=key, which="r.part_id IS NULL")
    create = CREATE.format(rows=rows, columns=", ".join(given), values=", ".join(given.values()))
    return create, CREATE_STOCK.format(rows=rows), NOTE_CREATED.format(rows=rows)


def _literal(field: Any) -> str:
    """The default of a column as SQL; the empty text where there is none."""
    value = "" if field.default is NOT_PROVIDED else field.get_default()
    if isinstance(value, bool | int):
        return str(value).lower()
    return "'" + str(value).replace("'", "''") + "'"


def tell_planner() -> None:
    """Let the database look at what an import has made; it would otherwise do so within a minute.

    Outside of acts, because other shops' imports would wait for the commit.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE inventory_part, inventory_stock")


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
