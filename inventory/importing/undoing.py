"""An import taken back, a step at a time: values restored, parts and codes removed, stock moved back.

What somebody has changed, moved or used since stays as it is, and is said part by part.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model

from clutch.feed.actor import Actor
from inventory import ledger, locks, queries
from inventory.enums import MovementKind, Reason
from inventory.importing.loading import WRITES
from inventory.importing.opening import DOCUMENT
from inventory.ledger import Document, Entry
from inventory.models import (
    Barcode,
    Bin,
    BinStock,
    Category,
    ImportChange,
    ImportIssue,
    Movement,
    Part,
    PartImport,
    PartNumber,
    Stock,
)

STEP = 2_000
# The columns that only follow others, and are judged with them.
LEVELS = ("min_level", "max_level")
# Fields that are restored together or not at all.
GROUPS: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for name in WRITES if name not in LEVELS},
    "levels": LEVELS,
}
PLACES: Mapping[str, type[Model]] = {"category_id": Category, "default_bin_id": Bin}


@dataclass(frozen=True)
class Undone:
    """What a step has taken back."""

    through: UUID
    restored: int
    removed: int
    kept: int
    retired: list[UUID]
    stocks: list[Stock]


# Parts with units of the import, or made by it, that anything else has moved since.
MOVED = """
SELECT count(*) FROM inventory_importchange c
WHERE c.source_id = %(source)s AND (c.is_new OR EXISTS (
    SELECT FROM inventory_movement m WHERE m.part_id = c.part_id AND m.document_id = %(source)s))
AND EXISTS (
    SELECT FROM inventory_movement m WHERE m.part_id = c.part_id AND m.document_id IS DISTINCT FROM %(source)s
    AND m.seq > coalesce((
        SELECT min(own.seq) FROM inventory_movement own
        WHERE own.part_id = c.part_id AND own.document_id = %(source)s), 0))
"""


@dataclass(frozen=True)
class Foreseen:
    """What an undo would do as things stand: parts to remove, to restore, and moved since."""

    remove: int
    restore: int
    moved: int


def foresee(source: PartImport) -> Foreseen:
    """What an undo would do now; what was changed by hand since is found when it is done."""
    changes = ImportChange.objects.filter(source=source)
    new = changes.filter(is_new=True).count()
    with connection.cursor() as cursor:
        cursor.execute(MOVED, {"source": source.pk})
        moved = int(cursor.fetchone()[0])
    return Foreseen(new, changes.count() - new, moved)


def undo(source: PartImport, *, actor: Actor) -> Undone | None:
    """Take back what the import did to the next parts, in the order of their keys; None at the end."""
    changes = ImportChange.objects.filter(source=source)
    if source.undone_through is not None:
        changes = changes.filter(part_id__gt=source.undone_through)
    rows = list(changes.order_by("part_id")[:STEP])
    if not rows:
        return None
    ids = [row.part_id for row in rows]
    _lock(ids)
    moved, stocks = _move_back(source, ids, actor)
    restored, kept = _restore(source, ids)
    _remove_codes(rows)
    new = [row for row in rows if row.is_new]
    removed, retired, used = _take_out(source, new, moved)
    _say(source, "moved_since", [row for row in rows if row.part_id in moved])
    _say(source, "used_since", [row for row in new if row.part_id in used])
    return Undone(ids[-1], restored, removed, kept + len(moved | used), retired, stocks)


def _lock(ids: Collection[UUID]) -> None:
    """Hold the parts against everything, also against new rows that refer to them."""
    list(Part.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk").values_list("pk"))


def _say(source: PartImport, code: str, rows: Iterable[ImportChange]) -> None:
    ImportIssue.objects.bulk_create(
        ImportIssue(source=source, row=row.row, code=code, at_undo=True) for row in rows
    )


# --- stock --------------------------------------------------------------------------------------


def _move_back(source: PartImport, ids: list[UUID], actor: Actor) -> tuple[set[UUID], list[Stock]]:
    """Reverse the movements of the import; return the parts that have moved since, and the stock."""
    own = list(Movement.objects.filter(document_id=source.pk, part__in=ids).order_by("part", "seq"))
    if not own:
        return set(), []
    stocks = locks.stocks(source.shop_id, {movement.part_id for movement in own})
    first = {movement.part_id: movement.seq for movement in reversed(own)}
    others = Movement.objects.filter(part__in=stocks).exclude(document_id=source.pk)
    moved = {part_id for part_id, seq in others.values_list("part", "seq") if seq > first[part_id]}
    # What was promised to somebody stays on the shelf.
    moved |= set(queries.open_holds(list(stocks)).values_list("part_id", flat=True))
    entries = [
        Entry(
            movement.part_id, -movement.quantity, MovementKind.ADJUSTMENT, movement.bin_id,
            value=-movement.value, reason=Reason.WRONG_ENTRY,
        )
        for movement in own
        if movement.part_id not in moved and movement.kind == MovementKind.ADJUSTMENT
    ]  # fmt: skip
    document = Document(DOCUMENT, source.pk, source.number)
    ledger.post(stocks, entries, currency=source.shop.currency, document=document, actor=actor)
    return moved, [stock for part_id, stock in stocks.items() if part_id not in moved]


# --- fields -------------------------------------------------------------------------------------

RESTORE = """
UPDATE inventory_part p SET {sets}
FROM inventory_importchange c
WHERE c.source_id = %(source)s AND c.part_id = p.id AND p.id = ANY(%(ids)s) AND NOT c.is_new
    AND ({any_group})
"""
CHANGED = """
INSERT INTO inventory_importissue (source_id, row, field, "column", code, value, params, at_undo)
SELECT c.source_id, c.row, '', NULL, 'changed_since', p.number,
       jsonb_build_object('fields', array_remove(ARRAY[{names}], NULL)), true
FROM inventory_part p JOIN inventory_importchange c ON c.part_id = p.id
WHERE c.source_id = %(source)s AND p.id = ANY(%(ids)s) AND NOT c.is_new AND ({any_changed})
"""
SETTLE = """
UPDATE inventory_stock s SET low_since = CASE
    WHEN p.reorder_point > 0 AND s.on_hand <= p.reorder_point THEN coalesce(s.low_since, now()) END
FROM inventory_part p WHERE p.id = s.part_id AND p.id = ANY(%(ids)s)
"""


def _restore(source: PartImport, ids: list[UUID]) -> tuple[int, int]:
    """Give back what the import wrote over; return how many parts, and how many keep something."""
    fields = tuple(name for name in WRITES if name in source.fields)
    if not fields:
        return 0, 0
    restore, changed = statements(fields)
    values: dict[str, Any] = {"source": source.pk, "ids": ids}
    with connection.cursor() as cursor:
        cursor.execute(changed, values)
        kept = cursor.rowcount
        cursor.execute(restore, values)
        restored = cursor.rowcount
        if "reorder_point" in fields:
            stocks = Stock.objects.select_for_update(no_key=True).filter(part__in=ids).order_by("part")
            list(stocks.values_list("pk"))
            cursor.execute(SETTLE, values)
    return restored, kept


@cache
def statements(fields: tuple[str, ...]) -> tuple[str, str]:
    """The statements that restore what is as the import left it, and that say what is not."""
    sets, touched, differs = [], [], []
    for members in GROUPS.values():
        names = [name for name in members if name in fields]
        if not names:
            continue
        columns = [column for name in names for column in WRITES[name]]
        written = " OR ".join(f"c.after ? '{column}'" for column in columns)
        same = " AND ".join(f"(NOT c.after ? '{column}' OR {_same(column)})" for column in columns)
        if set(names) & set(LEVELS):
            same += f" AND {_levels_hold(columns)}"
        touched.append(f"(({written}) AND {same})")
        differs.append((names, f"(({written}) AND NOT ({same}))"))
        sets += [
            f"{column} = CASE WHEN c.after ? '{column}' AND {same} THEN {_before(column)} ELSE p.{column} END"
            for column in columns
        ]
    names_sql = ", ".join(f"CASE WHEN {differ} THEN '{names[0]}' END" for names, differ in differs)
    return (
        RESTORE.format(sets=", ".join(sets), any_group=" OR ".join(touched)),
        CHANGED.format(names=names_sql, any_changed=" OR ".join(differ for _names, differ in differs)),
    )


STILL_THERE = "(SELECT x.id FROM {table} x WHERE x.id = {value})"


def _type(column: str) -> str:
    field = next(one for one in Part._meta.concrete_fields if one.column == column)
    return str(field.db_type(connection)).partition(" COLLATE")[0]


def _same(column: str) -> str:
    return f"p.{column} IS NOT DISTINCT FROM (c.after ->> '{column}')::{_type(column)}"


def _before(column: str) -> str:
    value = f"(c.before ->> '{column}')::{_type(column)}"
    if column in PLACES:
        # It may be gone since.
        return STILL_THERE.format(table=PLACES[column]._meta.db_table, value=value)
    return value


def _levels_hold(columns: list[str]) -> str:
    """Whether the levels that come back fit one another (the constraint `part_levels`)."""
    level = {
        name: f"CASE WHEN c.after ? '{name}' THEN {_before(name)} ELSE p.{name} END"
        if name in columns
        else f"p.{name}"
        for name in LEVELS
    }
    return f"coalesce({level['max_level']}, 2147483647) >= {level['min_level']}"


# --- codes and parts ----------------------------------------------------------------------------


def _remove_codes(rows: Iterable[ImportChange]) -> None:
    """Take off the numbers and barcodes that the import added, unless somebody has changed them."""
    for kind, model in (("numbers", PartNumber), ("barcodes", Barcode)):
        ids = [key for row in rows for key in row.made.get(kind, [])]
        if ids:
            model._default_manager.filter(pk__in=ids, version=1)._raw_delete(DEFAULT_DB_ALIAS)


def _take_out(
    source: PartImport, rows: list[ImportChange], moved: set[UUID]
) -> tuple[int, list[UUID], set[UUID]]:
    """Remove the parts that the import made; return how many, those to be retired, those in use.

    A part in the ledger cannot be removed: with nothing on hand it is taken out of use instead.
    """
    ids = [row.part_id for row in rows if row.part_id not in moved]
    there = set(Part.objects.filter(pk__in=ids).values_list("pk", flat=True))
    free = unreferenced(Part, there, beside=(Stock, ImportChange, Movement, BinStock))
    untouched = set(Part.objects.filter(pk__in=free, version=1).values_list("pk", flat=True))
    in_ledger = set(Movement.objects.filter(part__in=untouched).values_list("part_id", flat=True))
    gone = untouched - in_ledger
    Stock.objects.filter(part__in=gone)._raw_delete(DEFAULT_DB_ALIAS)
    Part.objects.filter(pk__in=gone)._raw_delete(DEFAULT_DB_ALIAS)
    return len(gone), sorted(in_ledger), there - untouched


def unreferenced(
    model: type[Model], ids: Collection[UUID], *, beside: Collection[type[Model]] = ()
) -> set[UUID]:
    """The rows to which nothing refers, in any app; tables in `beside` do not count."""
    free = set(ids)
    for relation in model._meta.get_fields(include_hidden=True):
        if not (
            relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)
        ):
            continue
        other, name = relation.related_model, relation.field.name  # type: ignore[union-attr]
        if free and other not in beside:
            rows = other._base_manager.filter(**{f"{name}__in": free})  # type: ignore[union-attr]
            free -= set(rows.values_list(f"{name}_id", flat=True))
    return free


def remove_places(source: PartImport) -> None:
    """Remove the categories and bins that the import made, where nothing is in them by now."""
    for kind, model in (("categories", Category), ("categories", Category), ("bins", Bin)):
        ids = {UUID(key) for key in source.places.get(kind, [])}
        there = set(model._default_manager.filter(pk__in=ids).values_list("pk", flat=True))
        model._default_manager.filter(pk__in=unreferenced(model, there))._raw_delete(DEFAULT_DB_ALIAS)
