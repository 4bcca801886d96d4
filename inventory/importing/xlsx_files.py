"""Excel workbooks (Office Open XML, ECMA-376 part 1, 18): sheets, strings, formats, rows as a stream.

Read here and not through a library, because the libraries that are quick take a whole sheet into
memory and say nothing of formats, and a part number that a spreadsheet turned into 5.81E+10 is
known by its format alone. What is held is one row, the distinct strings (packed), and the formats.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import IO

from django.utils.translation import gettext as _

from inventory.importing.cells import Cell, Dated, Fault, Number, Spread
from inventory.importing.xlsx_parts import (
    MOST_COLUMNS,
    PLAIN,
    READING,
    Look,
    Parser,
    Strings,
    Workbook,
    column_index,
    damaged,
    found_in,
    refused,
    unescaped,
)

_EPOCH = datetime(1899, 12, 30)


class XlsxReader:
    """The rows of one sheet, with the numbers that the spreadsheet shows."""

    def __init__(self, book: Workbook, sheet: str) -> None:
        self._book = book
        if sheet not in self._book.sheets:
            raise refused(_("This file has no such sheet."), "no_such_sheet")
        self._path = self._book.sheets[sheet]
        self._read, self._size = 0, 1

    @property
    def share(self) -> float:
        """How much of the sheet has been read, 0 to 1."""
        return self._read / self._size

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Each row that the sheet holds; empty ones may be missing. Raises Invalid."""
        try:
            self._size = max(self._book.size(self._path), 1)
            merged = self._book.merged(self._path)
            with self._book.open(self._path) as stream:
                rows = self._plain_rows(stream)
                yield from _spread(rows, merged) if merged else rows
        except READING as error:
            raise damaged() from error

    def _plain_rows(self, stream: IO[bytes]) -> Iterator[tuple[int, list[Cell]]]:
        for found in found_in(stream, _RowParser(self._book.strings, self._book.looks)):
            self._read = stream.tell()
            yield found


class _RowParser(Parser[tuple[int, list[Cell]]]):
    """Rows of a sheet: each `row` with its cells (18.3.1.73, 18.3.1.4)."""

    def __init__(self, strings: Strings, looks: list[Look]) -> None:
        super().__init__()
        self.strings, self.looks = strings, looks
        self.number = 0
        self.cells: list[Cell] = []
        self.kind = ""
        self.style: str | None = None
        self.at = 0
        self.value: str | None = None
        self.formula = self.phonetic = False
        self.at_start = {
            "row": self._row, "c": self._begin_cell, "v": self.begin_text, "t": self.begin_text,
            "f": self._formula, "rPh": self._hint,
        }  # fmt: skip
        self.at_end = {
            "row": self._end_row, "c": self._end_cell, "v": self._end_v, "t": self._end_t,
            "rPh": self._end_hint, "sheetData": self._finish,
        }  # fmt: skip

    def _row(self, attributes: dict[str, str]) -> None:
        self.number = int(attributes["r"]) if "r" in attributes else self.number + 1
        self.cells = []

    def _end_row(self) -> None:
        self.ready.append((self.number, self.cells))

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self.kind, self.style = attributes.get("t", "n"), attributes.get("s")
        reference = attributes.get("r")
        self.at = len(self.cells) if reference is None else column_index(reference.rstrip(_DIGITS))
        self.value, self.formula = None, False

    def _formula(self, _attributes: dict[str, str]) -> None:
        self.formula = True

    def _hint(self, _attributes: dict[str, str]) -> None:
        self.phonetic = True

    def _end_hint(self) -> None:
        self.phonetic = False

    def _end_v(self) -> None:
        self.value = self.end_text()

    def _end_t(self) -> None:
        text = self.end_text()
        if not self.phonetic:
            self.value = text if self.value is None else self.value + text

    def _finish(self) -> None:
        self.finished = True

    def _end_cell(self) -> None:
        at, cells = self.at, self.cells
        if not 0 <= at < MOST_COLUMNS:
            return
        if at == len(cells):
            cells.append(self._cell())
            return
        cells += [None] * (at + 1 - len(cells))
        cells[at] = self._cell()

    def _cell(self) -> Cell:
        value, kind = self.value, self.kind
        if not value:
            return Fault("") if self.formula else None
        if kind == "s":
            return self.strings[int(value)]
        if kind == "n":
            return self._number(value)
        if kind in ("inlineStr", "str"):
            return unescaped(value)
        if kind == "e":
            return Fault(value)
        if kind == "d":
            return Dated(value)
        return {"0": "FALSE", "1": "TRUE"}.get(value, value)

    def _number(self, value: str) -> Cell:
        number = float(value)
        if self.style is None or (style := int(self.style)) >= len(self.looks):
            return Number(value)
        look = self.looks[style]
        if look is PLAIN:
            return Number(value)
        if look.shown == "date" and 0 <= number < 3_000_000:
            moment = _EPOCH + timedelta(days=number)
            return Dated(moment.strftime("%Y-%m-%d" if number.is_integer() else "%Y-%m-%d %H:%M"))
        return Number(value, look.shown, look.zeros)


_DIGITS = "0123456789"


def _spread(
    rows: Iterator[tuple[int, list[Cell]]], merged: dict[int, list[tuple[int, int]]]
) -> Iterator[tuple[int, list[Cell]]]:
    """Give the value of cells that are merged downwards to each row that they cover."""
    firsts = sorted(merged)
    open_: dict[int, tuple[Cell, int]] = {}
    taken = 0
    for number, cells in rows:
        for at, (cell, last) in list(open_.items()):
            if number > last:
                del open_[at]
            else:
                cells.extend([None] * (at + 1 - len(cells)))
                if not cells[at] and not isinstance(cell, Spread):
                    cells[at] = Spread(cell)
        upto = bisect_right(firsts, number)
        for first in firsts[taken:upto]:
            for at, last in merged[first]:
                if first == number and at < len(cells) and cells[at] is not None:
                    open_[at] = (cells[at], last)
        taken = upto
        yield number, cells
