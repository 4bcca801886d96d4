"""The rows of a file into `ImportRow`, each cell checked; then what only all rows together show."""

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from uuid import UUID

from django.db import connection

from clutch.core.ids import new_id
from inventory.importing.cells import Cell, Number, Spread, as_text
from inventory.importing.fields import FIELDS, Rules
from inventory.importing.issues import Bad
from inventory.keys import keys_of

BATCH = 20_000
# Words that come back in row after row: brands, categories, names.
CACHED = 20_000
DIFFERENT = {"number", "barcode", "oem_numbers", "cross_numbers"}
# What merged cells over several rows cannot mean for each of them.
OF_ONE_ROW = {"quantity", "barcode"}
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
                if type(cell) is Spread:
                    cell = own_value(name, cell)
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


def own_value(name: str, merged: Spread) -> Cell:
    """What merged cells say of a row below their first. Raises Bad for what cannot be of each row."""
    if name in OF_ONE_ROW:
        raise Bad("merged")
    return merged.cell


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


def clear(source_id: UUID) -> None:
    """Forget what was read and found of a file."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM inventory_importrow WHERE source_id = %s", [source_id])
        cursor.execute("DELETE FROM inventory_importissue WHERE source_id = %s AND NOT at_undo", [source_id])
