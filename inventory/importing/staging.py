"""The rows of a file into `ImportRow`, each cell checked; then what only all rows together show."""

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection

from clutch.core.ids import new_id
from inventory.enums import ImportKind
from inventory.importing.cells import Cell, Number, as_text
from inventory.importing.fields import FIELDS, Rules
from inventory.importing.issues import Bad
from inventory.keys import keys_of
from inventory.models import PartImport

BATCH = 20_000
# Words that come back in row after row: brands, categories, names.
CACHED = 20_000
DIFFERENT = {"number", "barcode", "oem_numbers", "cross_numbers"}
NULL = "\\N"
NOWHERE = 1_000_000


@dataclass
class Batch:
    """Rows read at one go, as lines for COPY, with what is wrong in them."""

    lines: list[str] = field(default_factory=list)
    issues: list[str] = field(default_factory=list)
    notes: dict[str, list[int]] = field(default_factory=dict)
    last_row: int = 0
    bad: int = 0

    def note(self, code: str, row: int) -> None:
        """Count what stops nothing, with the first row that it was seen in."""
        counted = self.notes.setdefault(code, [0, row])
        counted[0] += 1


@dataclass(frozen=True)
class Plan:
    """How the cells of a row become columns of `ImportRow`; `fixed` is said for the whole file."""

    source_id: UUID
    mapping: Mapping[str, int]
    headers: Sequence[str]
    rules: Rules
    fixed: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def fields(self) -> dict[str, int]:
        """The fields that are filled with the index of their column; far beyond for what is only fixed."""
        return {**dict.fromkeys(self.fixed, NOWHERE), **self.mapping}

    @property
    def columns(self) -> list[str]:
        """The columns that COPY fills, in their order."""
        names = [name for used in self.fields for name in FIELDS[used].columns]
        return ["source_id", "row", "new_id", "is_bad", *names, "words"]

    def batches(self, rows: Iterator[tuple[int, list[Cell]]], size: int = BATCH) -> Iterator[Batch]:
        """Rows in batches of at most `size`, each with its lines and issues. Empty rows are left out."""
        read = _RowReader(self)
        while chunk := list(islice(rows, size)):
            batch = Batch(last_row=chunk[-1][0])
            for number, cells in chunk:
                read(number, cells, batch)
            yield batch


class _RowReader:
    """Turns one row at a time into a line for COPY."""

    def __init__(self, plan: Plan) -> None:
        self.head = f"{plan.source_id}\t"
        self.cells: list[tuple[str, int, Callable[[Cell], str], str]] = []
        for name, index in plan.fields.items():
            clean = _piece(name, plan.rules)
            nothing = "\t".join([NULL] * len(FIELDS[name].columns))
            self.cells.append(
                (name, index, clean, clean(plan.fixed[name]) if name in plan.fixed else nothing)
            )
        names = [name for name, *_rest in self.cells]
        self.name_at = names.index("name") if "name" in names else -1
        self.brand_at = names.index("brand") if "brand" in names else -1
        self.number_index = plan.mapping["number"]
        self.header = {
            index: plan.headers[index] for index in plan.mapping.values() if index < len(plan.headers)
        }

    def __call__(self, row: int, cells: list[Cell], batch: Batch) -> None:
        """Read a row into the batch."""
        width = len(cells)
        out: list[str] = []
        wrong: list[tuple[str, int, Bad, Cell]] = []
        said = False
        for name, index, clean, nothing in self.cells:
            cell = cells[index] if index < width else None
            if not cell or (type(cell) is str and cell.isspace()):
                if name == "number":
                    wrong.append((name, index, Bad("number_missing"), ""))
                out.append(nothing)
                continue
            said = True
            try:
                out.append(clean(cell))
            except Bad as bad:
                wrong.append((name, index, bad, cell))
                out.append(nothing)
        if not said:
            return
        if wrong and self._is_header(cells):
            batch.note("repeated_header", row)
            return
        if isinstance(cells[self.number_index] if self.number_index < width else None, Number):
            batch.note("number_as_number", row)
        for name, index, found, cell in wrong:
            batch.issues.append(f"{self.head}{row}\t{name}\t{index}\t{_issue(found, cell)}")
        if wrong:
            batch.bad += 1
            out = self._without_nulls(out)
        out.append(self._words(out))
        batch.lines.append(f"{self.head}{row}\t{new_id()}\t{'t' if wrong else 'f'}\t" + "\t".join(out) + "\n")

    def _words(self, out: list[str]) -> str:
        if self.name_at < 0 or out[self.name_at].startswith(NULL):
            return NULL
        brand = out[self.brand_at] if self.brand_at >= 0 else NULL
        return _words(
            out[self.name_at].partition("\t")[0], "" if brand[:2] == NULL else brand.partition("\t")[0]
        )

    def _is_header(self, cells: list[Cell]) -> bool:
        return all(
            as_text(cells[index] if index < len(cells) else None).strip() == header
            for index, header in self.header.items()
        )

    def _without_nulls(self, out: list[str]) -> list[str]:
        """A row without a number is kept for its other errors; its number is empty, not unknown."""
        at = [name for name, *_rest in self.cells].index("number")
        if out[at].startswith(NULL):
            out[at] = "\t"
        return out


@lru_cache(maxsize=CACHED)
def _words(name: str, brand: str) -> str:
    return keys_of("", name, brand)["words"]


def _piece(name: str, rules: Rules) -> Callable[[Cell], str]:
    """From a cell to its values as one piece of a COPY line; words that come back are remembered."""
    clean = FIELDS[name].cleaner(rules)
    if name in DIFFERENT:
        return lambda cell: "\t".join([escaped(value) for value in clean(cell)])
    seen: dict[Cell, str] = {}

    def piece(cell: Cell) -> str:
        found = seen.get(cell)
        if found is None:
            found = "\t".join([escaped(value) for value in clean(cell)])
            if len(seen) >= CACHED:
                seen.clear()
            seen[cell] = found
        return found

    return piece


def _issue(bad: Bad, cell: Cell) -> str:
    """What is wrong with a cell, as the end of a COPY line."""
    shown = "".join(character for character in as_text(cell)[:120] if character.isprintable())
    params = escaped(json.dumps(bad.params, ensure_ascii=False))
    return f"{bad.code}\t{escaped(shown)}\t{params}\tf\n"


def escaped(text: str) -> str:
    """A value as COPY's text format has it."""
    if "\\" in text or "\n" in text or "\t" in text or "\r" in text:
        text = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return text


ISSUE_COLUMNS = 'source_id, row, field, "column", code, value, params, at_undo'


def write(plan: Plan, batch: Batch) -> None:
    """Put a batch into `ImportRow` and `ImportIssue` by COPY."""
    columns = ", ".join(f'"{name}"' for name in plan.columns)
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY inventory_importrow ({columns}) FROM STDIN") as copy:
            copy.write("".join(batch.lines))
        if batch.issues:
            with cursor.copy(f"COPY inventory_importissue ({ISSUE_COLUMNS}) FROM STDIN") as copy:
                copy.write("".join(batch.issues))


# --- what all rows together show ----------------------------------------------------------------

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
NAMELESS = """
SELECT %(source)s, r.row, 'name', %(name)s, 'name_missing', r.number, '{}'::jsonb, false
FROM inventory_importrow r
WHERE r.source_id = %(source)s AND NOT r.is_bad AND r.name IS NULL
    AND NOT EXISTS (SELECT FROM found f WHERE f.row = r.row)
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
        cursor.execute(FOUND, values)
        cursor.execute("ANALYZE found")
        cursor.execute(INSERT_ISSUE + SAME_PART.format(**same), values)
        cursor.execute(INSERT_ISSUE + SAME_FOUND.format(**same), values)
        for check in (SEVERAL, NAMELESS):
            cursor.execute(INSERT_ISSUE + check, values)
        cursor.execute(MARK_BAD, values)
        cursor.execute(COUNT, values)
        counts = Counts(*cursor.fetchone())
        cursor.execute("DROP TABLE found")
    return counts


def clear(source_id: UUID) -> None:
    """Forget what was read and found of a file."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM inventory_importrow WHERE source_id = %s", [source_id])
        cursor.execute("DELETE FROM inventory_importissue WHERE source_id = %s AND NOT at_undo", [source_id])
