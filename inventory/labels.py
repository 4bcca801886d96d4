"""Labels with a barcode and a QR code: for parts and for bins, on sheets or on a label printer's roll.

Both codes of a label hold the same text, the one that finds the part or the bin when it is scanned.
Bars are drawn as vectors; a module is never narrower than `Sheet.module`, which scanners read.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from math import ceil
from typing import Any, cast

import segno
import zxingcpp

from clutch.core.pdf import Paper
from inventory.barcodes import is_gtin

MOST_LABELS = 1000
PADDING = 2.0
GAP = 1.5
TALLEST_QR = 18.0
SMALLEST_QR = 8.5
# Modules of white that a reader needs on each side of the bars.
QUIET = 11
# EAN-13 at 200 % is as large as the standard has it.
WIDEST_MODULE = 0.66


@dataclass(frozen=True)
class Sheet:
    """A paper with places for labels, in mm. `module` is the narrowest bar that scanners read
    well; bars are whole numbers of the printer's dots (`dot`)."""

    key: str
    name: str
    page: tuple[float, float]
    label: tuple[float, float]
    columns: int = 1
    rows: int = 1
    origin: tuple[float, float] = (0, 0)
    gap: tuple[float, float] = (0, 0)
    module: float = 0.25
    dot: float = 25.4 / 600

    @property
    def places(self) -> int:
        """How many labels one page has."""
        return self.columns * self.rows


A4 = (210.0, 297.0)
# Label printers have 203 dots an inch.
DOT = 25.4 / 203
SHEETS = {
    sheet.key: sheet
    for sheet in (
        Sheet("a4-3x8", "A4, 3 × 8, 70 × 37 mm", A4, (70, 37), 3, 8, (0, 0.5)),
        Sheet("a4-2x7", "A4, 2 × 7, 99.1 × 38.1 mm", A4, (99.1, 38.1), 2, 7, (4.65, 15.15), (2.5, 0)),
        Sheet("a4-4x10", "A4, 4 × 10, 48.5 × 25.4 mm", A4, (48.5, 25.4), 4, 10, (8, 21.5)),
        Sheet("a4-5x13", "A4, 5 × 13, 38.1 × 21.2 mm", A4, (38.1, 21.2), 5, 13, (4.75, 10.7), (2.5, 0)),
        Sheet("roll-50x30", "50 × 30 mm", (50, 30), (50, 30), module=2 * DOT, dot=DOT),
        Sheet("roll-58x40", "58 × 40 mm", (58, 40), (58, 40), module=2 * DOT, dot=DOT),
    )
}


@dataclass(frozen=True)
class Label:
    """What stands on a label: `code` in bars and squares, the rest for people."""

    code: str
    title: str
    line: str = ""
    price: str = ""
    copies: int = 1


def labels_pdf(labels: Sequence[Label], sheet: Sheet, *, skip: int = 0) -> bytes:
    """The labels as a PDF; `skip` places of the first page stay empty (a sheet that was begun)."""
    paper = Paper(*sheet.page)
    paper.set_creator("Clutch")
    for place, label in _placed(labels, skip % sheet.places if sheet.places > 1 else 0):
        number = place % sheet.places
        if number == 0 or not paper.pages_count:
            paper.add_page()
        row, column = divmod(number, sheet.columns)
        x = sheet.origin[0] + column * (sheet.label[0] + sheet.gap[0])
        y = sheet.origin[1] + row * (sheet.label[1] + sheet.gap[1])
        _draw(paper, label, sheet, x, y)
    return bytes(paper.output())


def _placed(labels: Iterable[Label], skip: int) -> Iterator[tuple[int, Label]]:
    place = skip
    for label in labels:
        for _copy in range(label.copies):
            yield place, label
            place += 1


def _draw(paper: Paper, label: Label, sheet: Sheet, left: float, top: float) -> None:
    """Words above, codes below: bars as wide as they fit, the QR beside them."""
    width, height = sheet.label
    x, y, inner = left + PADDING, top + PADDING, width - 2 * PADDING
    size = 10 if height > 30 else 8
    y += paper.line_of(label.title, x=x, y=y, width=inner, size=size, bold=True)
    if label.line or label.price:
        half = inner * (0.55 if label.price else 1)
        paper.line_of(label.line, x=x, y=y, width=half, size=size - 1)
        y += paper.line_of(
            label.price, x=x + half, y=y, width=inner - half, size=size + 1, bold=True, align="R"
        )
    y += 0.5
    left_over = top + height - PADDING - y
    bars = _bars(label.code)
    side, module = _share(bars, inner, left_over, sheet)
    if side:
        _draw_qr(paper, label.code, x + inner - side, y, side)
    if module:
        text_height = 2.6
        _draw_bars(paper, bars, module, (x, y, left_over - text_height))
        wide = (len(bars) + 2 * QUIET) * module
        paper.line_of(label.code, x=x, y=y + left_over - text_height, width=wide, size=6.5, align="C")
    elif inner - side > 12:
        paper.line_of(label.code, x=x, y=y, width=inner - side - GAP, size=7, align="L")


def _share(bars: Sequence[bool], width: float, height: float, sheet: Sheet) -> tuple[float, float]:
    """The side of the QR and the width of a bar that share a box; 0 for the one that does not fit in."""
    side = min(TALLEST_QR, height, width * 0.4)
    if not bars:
        return min(height, width), 0
    narrow = ceil(sheet.module / sheet.dot - 1e-6) * sheet.dot
    side = min(side, width - GAP - (len(bars) + 2 * QUIET) * narrow)
    if side >= SMALLEST_QR:
        return side, _module(bars, width - side - GAP, sheet)
    # One of the two: bars where they can be had, because every scanner reads them.
    alone = _module(bars, width, sheet)
    return (0, alone) if alone else (min(height, width), 0)


def _module(bars: Sequence[bool], width: float, sheet: Sheet) -> float:
    """How wide a bar can be, 0 where it would be too narrow to be read."""
    widest = min(width / (len(bars) + 2 * QUIET), WIDEST_MODULE)
    widest = int(widest / sheet.dot + 1e-6) * sheet.dot
    return widest if widest >= sheet.module - 1e-9 else 0


@lru_cache(maxsize=256)
def _bars(code: str) -> tuple[bool, ...]:
    """The modules of a linear code, dark or not; empty for a text that none can hold."""
    kind = zxingcpp.BarcodeFormat.Code128
    if is_gtin(code) and len(code) in _GTIN_FORMATS:
        kind = _GTIN_FORMATS[len(code)]
    if not code.isascii() or not code.isprintable():
        return ()
    made = zxingcpp.create_barcode(code, kind)
    image = memoryview(cast(Any, zxingcpp.write_barcode_to_image(made, add_quiet_zones=False)))
    rows, columns = image.shape or (0, 0)
    return tuple(image[rows // 2, column] < 128 for column in range(columns))


_GTIN_FORMATS = {
    8: zxingcpp.BarcodeFormat.EAN8,
    12: zxingcpp.BarcodeFormat.UPCA,
    13: zxingcpp.BarcodeFormat.EAN13,
}


def _runs(modules: Iterable[object]) -> Iterator[tuple[int, int]]:
    """Where dark modules that touch begin, and how many they are."""
    start = 0
    for dark, run in groupby(modules, key=bool):
        length = sum(1 for _module in run)
        if dark:
            yield start, length
        start += length


def _draw_bars(paper: Paper, bars: Sequence[bool], module: float, place: tuple[float, float, float]) -> None:
    x, y, height = place
    left = x + QUIET * module
    paper.boxes((left + start * module, y, length * module, height) for start, length in _runs(bars))


@lru_cache(maxsize=256)
def _squares(code: str) -> tuple[tuple[int, ...], ...]:
    made = segno.make(code, micro=False, error="m")
    return tuple(tuple(row) for row in made.matrix_iter(border=2))


def _draw_qr(paper: Paper, code: str, x: float, y: float, side: float) -> None:
    rows = _squares(code)
    module = side / len(rows)
    paper.boxes(
        (x + start * module, y + number * module, length * module, module)
        for number, row in enumerate(rows)
        for start, length in _runs(row)
    )
