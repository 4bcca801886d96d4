"""Workbooks of the old kind (.xls, Excel 97 to 2003) through calamine. A sheet has at most 65,536 rows."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import BinaryIO

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from clutch.core.errors import Invalid
from inventory.importing.cells import Cell, Dated, Number
from inventory.importing.xlsx_parts import MOST_COLUMNS, damaged, refused


def sheets_of(file: BinaryIO) -> list[str]:
    """The names of the sheets. Raises Invalid."""
    return _open(file).sheet_names


def _open(file: BinaryIO) -> CalamineWorkbook:
    file.seek(0)
    try:
        return CalamineWorkbook.from_filelike(file)
    except PasswordError as error:
        message = _("This file is protected by a password. Save it without one.")
        raise refused(message, "file_protected") from error
    except CalamineError as error:
        raise _refusal(error) from error


def _refusal(error: CalamineError) -> Invalid:
    return damaged()


class XlsReader:
    """The rows of one sheet."""

    def __init__(self, file: BinaryIO, sheet: str) -> None:
        book = _open(file)
        if sheet not in book.sheet_names:
            raise refused(_("This file has no such sheet."), "no_such_sheet")
        self._sheet = book.get_sheet_by_name(sheet)
        self._read, self._rows = 0, max(self._sheet.total_height, 1)

    @property
    def share(self) -> float:
        """How much of the sheet has been read, 0 to 1."""
        return self._read / self._rows

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Each row with its number."""
        for number, row in enumerate(self._sheet.to_python(skip_empty_area=False), 1):
            self._read = number
            yield number, [_cell(value) for value in row[:MOST_COLUMNS]]


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return Number(repr(value))
    if isinstance(value, datetime | date | time | timedelta):
        return Dated(str(value))
    return None
