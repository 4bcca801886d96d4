"""From a file to rows of cells: what kind it is, what it holds, and its limits."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import PurePath
from typing import Any, BinaryIO, Protocol, Self, cast

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _

from clutch.core.errors import Invalid
from inventory.importing import csv_files, xls_files, xlsx_files, xlsx_parts
from inventory.importing.cells import Cell

MOST_ROWS = 1_500_000
MOST_COLUMNS = 200
HEAD_ROWS = 40


@dataclass(frozen=True)
class Layout:
    """How a file is read. `header_row` is 0 for a file without headers; rows above it are left out."""

    format: str
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    header_row: int = 0

    def to_json(self) -> dict[str, Any]:
        """As it is kept in `PartImport.layout`."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """From what `to_json` gave."""
        return cls(**kept)


class Reader(Protocol):
    """A table that is read row by row."""

    @property
    def share(self) -> float:
        """How much has been read, 0 to 1."""

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Each row with its number in the file, from 1."""


def most_bytes() -> int:
    """The largest file that is taken, in bytes."""
    return int(settings.UPLOAD_MAX_BYTES) - 64 * 1024


def check_file(name: str, size: int) -> None:
    """Refuse a file by what is known before it is read. Raises Invalid at `file`."""
    if not size:
        raise refused(_("This file is empty."), "file_empty")
    if size > most_bytes():
        megabytes = most_bytes() // (1024 * 1024)
        raise refused(_("A file can have at most %(mb)s MB.") % {"mb": megabytes}, "file_too_big")
    if PurePath(name).suffix.lower() not in {".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls"}:
        raise refused(_("Send a CSV or an Excel file (.csv, .xlsx, .xls)."), "file_kind")


def refused(message: str, code: str) -> Invalid:
    """The refusal of a file, at its field."""
    return Invalid(message, code=code, fields={"file": [message]})


def check_row(number: int) -> None:
    """Refuse a file that goes on beyond the last row that is taken. Raises Invalid."""
    if number > MOST_ROWS:
        raise refused(_("A file can have at most %(rows)s rows.") % {"rows": MOST_ROWS}, "too_many_rows")


def raw(file: Any) -> BinaryIO:
    """The plain file behind Django's wrappers of uploads and of storages."""
    while isinstance(file, File):
        file = file.file
    return cast(BinaryIO, file)


def file_hash(file: BinaryIO) -> str:
    """SHA-256 of a file, as 64 hex digits."""
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()


def detect(file: BinaryIO) -> tuple[Layout, list[str]]:
    """How a file is best read, by its content and whatever its name; and the names of its sheets.

    Without header row and, where there are several, without a sheet. Raises Invalid.
    """
    file.seek(0)
    begin = file.read(512)
    if begin.startswith(b"PK\x03\x04"):
        return Layout("xlsx"), list(xlsx_parts.Workbook(file).sheets)
    if begin.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return Layout("xls"), xls_files.sheets_of(file)
    if begin.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"<"):
        message = _("This is a web page, whatever its name. Open it in a spreadsheet and save it as .xlsx.")
        raise refused(message, "file_kind")
    encoding = csv_files.detect_encoding(file)
    if encoding.startswith("utf-8") and b"\0" in begin:
        raise refused(_("Send a CSV or an Excel file (.csv, .xlsx, .xls)."), "file_kind")
    delimiter = csv_files.detect_delimiter(file, encoding)
    return Layout("csv", encoding=encoding, delimiter=delimiter), []


def chosen(
    layout: Layout, sheets: Sequence[str], *, sheet: str = "", encoding: str = "", delimiter: str = ""
) -> Layout:
    """A layout with what somebody chose. Raises Invalid at the field."""
    problems: dict[str, list[str]] = {}
    if sheet and sheet not in sheets:
        problems["sheet"] = [_("This file has no such sheet.")]
    if encoding and (layout.format != "csv" or encoding not in csv_files.ENCODINGS):
        problems["encoding"] = [_("Choose one of the character sets.")]
    if delimiter and (layout.format != "csv" or delimiter not in csv_files.DELIMITERS):
        problems["delimiter"] = [_("Choose one of the signs.")]
    if problems:
        raise Invalid(_("Check the marked fields."), fields=problems)
    return replace(
        layout,
        sheet=sheet or layout.sheet,
        encoding=encoding or layout.encoding,
        delimiter=delimiter or layout.delimiter,
    )


def open_reader(file: BinaryIO, size: int, layout: Layout) -> Reader:
    """The rows of a file as a layout says. Raises Invalid for what is no table."""
    if layout.format == "xlsx":
        return xlsx_files.XlsxReader(xlsx_parts.Workbook(file), layout.sheet)
    if layout.format == "xls":
        return xls_files.XlsReader(file, layout.sheet)
    return csv_files.CsvReader(file, size, encoding=layout.encoding, delimiter=layout.delimiter)


Head = list[tuple[int, list[Cell]]]


def head(reader: Reader, rows: int = HEAD_ROWS) -> Head:
    """The first rows, for finding the headers and for showing them."""
    return [(number, cells[:MOST_COLUMNS]) for number, cells in islice(reader.rows(), rows)]


def heads(file: BinaryIO, size: int, layout: Layout, sheets: Sequence[str]) -> dict[str, Head]:
    """The first rows of each sheet; of a text file the only ones, under "". Raises Invalid."""
    if layout.format == "xlsx":
        book = xlsx_parts.Workbook(file)
        return {name: head(xlsx_files.XlsxReader(book, name)) for name in sheets}
    readers = [replace(layout, sheet=name) for name in sheets or [""]]
    return {one.sheet: head(open_reader(file, size, one)) for one in readers}
