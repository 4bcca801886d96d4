"""What people see of a file: its first rows, samples of each column, the rows that were refused."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q
from django.utils.translation import gettext as _

from clutch.core.spreadsheets import Row
from inventory.importing import reading, values
from inventory.importing.cells import Cell, as_text
from inventory.importing.fields import FIELDS
from inventory.importing.issues import words
from inventory.models import ImportIssue, PartImport

ROWS = 12
SAMPLES = 3
SHOWN = 60
CHUNK = 1_000


@dataclass(frozen=True)
class Preview:
    """The first rows as they stand, and some values of each column below its header."""

    rows: list[tuple[int, list[str]]]
    samples: list[list[str]]
    mark: str


def preview(source: PartImport) -> Preview:
    """Look into the file of an import. Raises Invalid for one that cannot be read any more."""
    layout = reading.Layout.from_json(source.layout)
    with source.file.open("rb") as file:
        sheets = [layout.sheet] if layout.sheet else []
        head = reading.heads(reading.raw(file), source.file_size, layout, sheets)[layout.sheet]
    below = [cells for number, cells in head if number > layout.header_row and any(cells)]
    begin = max(0, layout.header_row - ROWS // 2)
    rows = [(number, _shown(cells)) for number, cells in head if number > begin][:ROWS]
    samples = [_samples(below, index) for index in range(len(source.headers))]
    return Preview(rows, samples, _mark(source, below))


def _shown(cells: Sequence[Cell]) -> list[str]:
    return [as_text(cell)[:SHOWN] for cell in cells]


def _samples(rows: list[list[Cell]], index: int) -> list[str]:
    found = (as_text(cells[index])[:SHOWN].strip() for cells in rows if index < len(cells))
    return list(dict.fromkeys(text for text in found if text))[:SAMPLES]


def _mark(source: PartImport, rows: list[list[Cell]]) -> str:
    """The decimal mark that the amounts of the file seem to have."""
    columns = [
        index for name, index in source.mapping.items() if name.endswith(("_price", "_charge", "_cost"))
    ]
    return values.decimal_mark([cells[index] for cells in rows for index in columns if index < len(cells)])


# --- the rows that were refused -------------------------------------------------------------------


def refused_headers(source: PartImport) -> list[str]:
    """The headers of the file, and behind them what is wrong and its fix."""
    return [*source.headers, _("Row"), _("What is wrong"), _("What to do")]


def refused_rows(source: PartImport) -> Iterator[list[Row]]:
    """The rows with errors as the file has them, each with its errors and fixes, in batches.

    The file is read from its beginning; of rows and errors, one batch is held.
    """
    found = groupby(_issues(source), key=lambda issue: issue.row)
    wanted, issues = next(found, (None, iter(())))
    batch: list[Row] = []
    with source.file.open("rb") as file:
        layout = reading.Layout.from_json(source.layout)
        for number, cells in reading.open_reader(reading.raw(file), source.file_size, layout).rows():
            if wanted is None:
                break
            if number < wanted:
                continue
            batch.append(_refused(source, number, cells, list(issues)))
            wanted, issues = next(found, (None, iter(())))
            if len(batch) == CHUNK:
                yield batch
                batch = []
    yield batch


def _refused(source: PartImport, number: int, cells: list[Cell], issues: list[ImportIssue]) -> Row:
    width = len(source.headers)
    shown = [as_text(cell) for cell in cells[:width]]
    said = [words(issue.code, issue.params) for issue in issues]
    wrong = [
        f"{labelled(source, issue)}: {text}" if issue.column is not None else text
        for issue, (text, _fix) in zip(issues, said, strict=True)
    ]
    fixes = dict.fromkeys(fix for _text, fix in said)
    return [*shown, *[""] * (width - len(shown)), number, " ".join(wrong), " ".join(fixes)]


def labelled(source: PartImport, issue: ImportIssue) -> str:
    """The header of the column of an issue; the name of its field where the file has no header for it."""
    if issue.column is not None and issue.column < len(source.headers):
        return str(source.headers[issue.column])
    return str(FIELDS[issue.field].label) if issue.field in FIELDS else ""


def _issues(source: PartImport) -> Iterator[ImportIssue]:
    """The errors of a file by row, read as they are needed."""
    rows = ImportIssue.objects.filter(source=source, at_undo=False).order_by("row", "id")
    beyond = Q()
    while True:
        found = list(rows.filter(beyond)[:CHUNK])
        yield from found
        if len(found) < CHUNK:
            return
        row, key = found[-1].row, found[-1].pk
        beyond = Q(row__gte=row) & (Q(row__gt=row) | Q(id__gt=key))
