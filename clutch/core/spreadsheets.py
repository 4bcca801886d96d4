"""Tables for spreadsheets, written as a stream: CSV and Excel workbooks (Office Open XML, ECMA-376).

A spreadsheet takes text that begins with a sign of a formula for one, whoever typed it: a customer
named `=HYPERLINK(…)` would act on the machine of who opens the export. In CSV such text gets an
apostrophe in front, the sign by which spreadsheets mark text; `unguarded` takes it off again, so an
export that is imported brings back what it was made from. In a workbook the type of a cell says that
it is text. Numbers stay numbers, also below zero.

    writer = writer_of("csv", "Parts", ["Number", "Price"])
    return attachment(writer, batches, "parts-2026-01-31")
"""

import csv
import io
import zipfile
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from xml.sax.saxutils import escape

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import StreamingHttpResponse
from django.utils.translation import get_language, override

Value = str | int | Decimal | date | None
Row = Sequence[Value]

# OWASP, “CSV Injection”; the wide forms count where the keyboard writes them.
SIGNS = "=+-@\t\r\n＝＋－＠"
MARK = "'"
FORMATS = ("csv", "xlsx")
# What a sheet of a workbook can hold, its headers among them.
MOST_ROWS = 1_048_576


def guarded(text: str) -> str:
    """Text for a cell that a spreadsheet takes for text, whatever it begins with."""
    return MARK + text if text[:1] and text[0] in SIGNS + MARK else text


def unguarded(text: str) -> str:
    """What `guarded` was given; other text as it is."""
    return text[1:] if text[:1] == MARK and len(text) > 1 and text[1] in SIGNS + MARK else text


class Writer(Protocol):
    """A table in the making: each call gives the bytes that are ready to be sent."""

    content_type: str
    extension: str

    def rows(self, rows: Iterable[Row]) -> bytes:
        """Add rows."""

    def end(self) -> bytes:
        """Nothing more follows."""


def writer_of(kind: str, title: str, headers: Sequence[str]) -> Writer:
    """A writer of "csv" or "xlsx"; `title` is the name of the sheet."""
    return XlsxWriter(title, headers) if kind == "xlsx" else CsvWriter(headers)


def attachment(writer: Writer, batches: Iterator[Iterable[Row]], name: str) -> StreamingHttpResponse:
    """The answer that sends a table as the file `name` (without its extension; letters, digits, dashes)."""
    answer = StreamingHttpResponse(stream(writer, batches), content_type=writer.content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}.{writer.extension}"'
    return answer


def stream(writer: Writer, batches: Iterator[Iterable[Row]]) -> AsyncGenerator[bytes, None]:
    """The bytes of a table, a batch at a time: never more than one batch is held.

    `batches` may ask the database: it runs in the request's own thread, in the language of who asked,
    and its connection is given back before the next bytes wait for a slow reader.
    """
    return _chunks(writer, batches, get_language())


async def _chunks(
    writer: Writer, batches: Iterator[Iterable[Row]], language: str | None
) -> AsyncGenerator[bytes, None]:
    def step() -> bytes | None:
        with override(language):
            batch = next(batches, None)
            chunk = None if batch is None else writer.rows(batch)
        if not connection.in_atomic_block:
            connection.close()
        return chunk

    while (chunk := await sync_to_async(step)()) is not None:
        if chunk:
            yield chunk
    yield await sync_to_async(writer.end)()


class CsvWriter:
    """CSV as Excel opens it: UTF-8 with its mark, commas, CR LF (RFC 4180)."""

    content_type = "text/csv; charset=utf-8"
    extension = "csv"

    def __init__(self, headers: Sequence[str]) -> None:
        self._begin = "\ufeff" + self._lines([headers])

    def rows(self, rows: Iterable[Row]) -> bytes:
        """Add rows, the headers before the first of them."""
        begin, self._begin = self._begin, ""
        return (begin + self._lines(rows)).encode()

    def end(self) -> bytes:
        """The headers, where there was no row."""
        return self.rows([])

    @staticmethod
    def _lines(rows: Iterable[Row]) -> str:
        out = io.StringIO()
        csv.writer(out).writerows(
            [guarded(value) if isinstance(value, str) else _plain(value) for value in row] for row in rows
        )
        return out.getvalue()


def _plain(value: Value) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return "" if value is None else str(value)


class _Sink(io.RawIOBase):
    """Takes what a package writes, and gives it away."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._held += data
        return len(data)

    def take(self) -> bytes:
        """What came in since the last time."""
        taken = bytes(self._held)
        self._held.clear()
        return taken


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TYPES = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="{_PACKAGE}/content-types">\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Default Extension="xml" ContentType="{_KIND}.worksheet+xml"/>\
<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>\
<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/></Types>"""
# Style 1 is text, also for what is typed over it: a part number stays as it is printed. 2 is bold.
_STYLES = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>\
<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill>\
<patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>\
<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3">\
<xf numFmtId="0"/><xf numFmtId="49" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" applyFont="1"/>\
</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
# What XML 1.0 cannot hold is written as _x000B_ (ECMA-376, 22.9.2.19); so is what looks like it.
_NOT_IN_XML = {code: f"_x{code:04X}_" for code in range(32) if code not in (9, 10)}


class XlsxWriter:
    """A workbook with one sheet, and one more for each 1,048,576 rows."""

    content_type = f"{_KIND}.sheet"
    extension = "xlsx"

    def __init__(self, title: str, headers: Sequence[str]) -> None:
        self._title = title.translate(_NOT_IN_NAMES)[:24].strip() or "1"
        self._headers = headers
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        self._zip.writestr("[Content_Types].xml", _TYPES)
        self._sheets, self._count = 0, 0
        self._open_sheet()

    def rows(self, rows: Iterable[Row]) -> bytes:
        """Add rows."""
        lines: list[str] = []
        for row in rows:
            if self._count == MOST_ROWS:
                self._write(lines)
                lines = []
                self._close_sheet()
                self._open_sheet()
            lines.append(_row(row))
            self._count += 1
        self._write(lines)
        return self._sink.take()

    def end(self) -> bytes:
        """The end of the sheet, and what tells of it."""
        self._close_sheet()
        self._zip.writestr("xl/styles.xml", _STYLES)
        self._zip.writestr("xl/workbook.xml", self._workbook())
        self._zip.writestr("xl/_rels/workbook.xml.rels", self._relations())
        self._zip.writestr("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
        self._zip.close()
        return self._sink.take()

    def _write(self, lines: list[str]) -> None:
        self._sheet.write("".join(lines).encode("utf-8", "replace"))

    def _open_sheet(self) -> None:
        self._sheets += 1
        self._sheet = self._zip.open(f"xl/worksheets/sheet{self._sheets}.xml", "w", force_zip64=True)
        pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        self._sheet.write(
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="{_MAIN}"><sheetViews>'
            f'<sheetView workbookViewId="0">{pane}</sheetView></sheetViews><sheetData>'
            f"{_row(self._headers, 2)}".encode()
        )
        self._count = 1

    def _close_sheet(self) -> None:
        self._sheet.write(b"</sheetData></worksheet>")
        self._sheet.close()

    def _workbook(self) -> str:
        named = "".join(
            f'<sheet name="{escape(self._title)}{f" {n}" if n > 1 else ""}" sheetId="{n}" r:id="rId{n}"/>'
            for n in range(1, self._sheets + 1)
        )
        return f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{named}</sheets></workbook>'

    def _relations(self) -> str:
        sheets = [("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, self._sheets + 1)]
        return _relations([*sheets, ("styles", "styles.xml")])


def _relations(targets: Iterable[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _row(row: Row, style: int = 1) -> str:
    return f"<row>{''.join([_cell(value, style) for value in row])}</row>"


def _cell(value: Value, style: int) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, int | Decimal):
        return f"<c><v>{_plain(value)}</v></c>"
    text = _plain(value)
    if text[0] in "='":
        # The mark of text would be taken off in an import, and ="…" unwrapped.
        text = guarded(text)
    text = escape(text.replace("_x", "_x005F_x").translate(_NOT_IN_XML))
    return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{text}</t></is></c>'
