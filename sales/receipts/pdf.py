"""Receipts as PDF: on a roll of 80 mm, as long as they are, and on A4 with columns."""

from collections.abc import Callable
from typing import Literal

import segno
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from clutch.core.pdf import POINT, Paper
from sales.receipts.content import LRM, Block, Item, Receipt, Row

ROLL = 80.0
EDGE = 4.0
SPACE = 1.6
QR = 26.0
A4 = (210.0, 297.0)
A4_EDGE = 18.0
# Between two columns.
GAP = 2.0

Side = Literal["L", "C", "R"]


def _line(size: float) -> float:
    return size * POINT * 1.25


class _Roll:
    """Draws from top to bottom; without a paper it only measures."""

    def __init__(self, paper: Paper | None) -> None:
        self.paper = paper
        self.y = EDGE
        self.start: Side = "R" if get_language_bidi() else "L"
        self.end: Side = "L" if get_language_bidi() else "R"
        self.width = ROLL - 2 * EDGE

    def text(self, text: str, *, size: float = 8, bold: bool = False, align: Side | None = None) -> None:
        if self.paper is not None:
            self.paper.line_of(
                text, x=EDGE, y=self.y, width=self.width, size=size, bold=bold, align=align or self.start
            )
        self.y += _line(size)

    def pair(self, words: str, amount: str, *, size: float = 8, bold: bool = False) -> None:
        if self.paper is not None:
            part = self.width * 0.62
            inner = EDGE if self.start == "L" else EDGE + self.width - part
            outer = EDGE + self.width - (self.width - part) if self.start == "L" else EDGE
            self.paper.line_of(words, x=inner, y=self.y, width=part, size=size, bold=bold, align=self.start)
            self.paper.line_of(
                amount, x=outer, y=self.y, width=self.width - part, size=size, bold=bold, align=self.end
            )
        self.y += _line(size)

    def rule(self) -> None:
        if self.paper is not None:
            self.paper.boxes([(EDGE, self.y + SPACE / 2, self.width, 0.2)])
        self.y += SPACE

    def space(self) -> None:
        self.y += SPACE

    def code(self, url: str) -> None:
        if self.paper is not None:
            draw_code(self.paper, url, (ROLL - QR) / 2, self.y, QR)
        self.y += QR + SPACE


def draw_code(paper: Paper, text: str, x: float, y: float, side: float) -> None:
    """A QR code in a square of `side` mm."""
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
    module = side / (len(rows) + 8)
    paper.boxes(
        (x + (4 + column) * module, y + (4 + line) * module, module, module)
        for line, row in enumerate(rows)
        for column, dark in enumerate(row)
        if dark
    )


def roll_pdf(receipt: Receipt) -> bytes:
    """A receipt of 80 mm, as long as what stands on it."""
    measure = _Roll(None)
    _draw_roll(measure, receipt)
    paper = Paper(ROLL, measure.y + EDGE)
    paper.set_title(f"{receipt.title} {receipt.number}")
    paper.add_page()
    _draw_roll(_Roll(paper), receipt)
    return bytes(paper.output())


def _draw_roll(roll: _Roll, receipt: Receipt) -> None:
    roll.text(receipt.shop.name, size=12, bold=True, align="C")
    for text in head_lines(receipt):
        roll.text(text, size=7.5, align="C")
    roll.space()
    roll.text(f"{receipt.title} {LRM}{receipt.number}{LRM}", size=10, bold=True, align="C")
    if receipt.stamp:
        roll.text(receipt.stamp, size=12, bold=True, align="C")
    for name, value in receipt.facts:
        roll.pair(name, value)
    for block in receipt.blocks:
        roll.rule()
        if block.heading:
            roll.text(block.heading, bold=True)
        for item in block.items:
            roll.text(item.name, bold=True)
            if item.number:
                roll.text(f"{LRM}{item.number}{LRM}", size=7)
            roll.pair(how_many(item), item.amount)
        roll.rule()
        for row in block.sums:
            roll.pair(row.words, row.amount, size=11 if row.strong else 8, bold=row.strong)
    if receipt.payments:
        roll.rule()
    for row in receipt.payments:
        roll.pair(row.words, row.amount, bold=row.strong)
    if receipt.url:
        roll.space()
        roll.code(receipt.url)
    for text in receipt.footer:
        roll.text(text, size=7.5, align="C")


def head_lines(receipt: Receipt) -> list[str]:
    """Address, phone and tax number of the shop."""
    shop = receipt.shop
    found = [shop.address, f"{LRM}{shop.phone}{LRM}"]
    if shop.tax_number:
        found.append(_("Tax number %(number)s") % {"number": f"{LRM}{shop.tax_number}{LRM}"})
    return found


def how_many(item: Item) -> str:
    """ "2 × 850.00 − 50.00": how a line is priced, from left to right in any language."""
    if not item.unit_price:
        return f"{LRM}× {item.quantity}{LRM}"
    less = f" − {item.discount}" if item.discount else ""
    return f"{LRM}{item.quantity} × {item.unit_price}{less}{LRM}"


# Shares of the width of an A4 page: name, number, quantity, price, discount, amount.
COLUMNS = (0.34, 0.2, 0.08, 0.13, 0.11, 0.14)
ROW_SIZE = 8.5


class _Page:
    """An A4 document that begins a new page when one is full."""

    def __init__(self, receipt: Receipt) -> None:
        self.receipt = receipt
        self.paper = Paper(*A4)
        self.rtl = get_language_bidi()
        self.width = A4[0] - 2 * A4_EDGE
        self.pages = 0
        self.y = 0.0
        self.turn()

    def turn(self) -> None:
        """Begin a page under its head."""
        self.paper.add_page()
        self.pages += 1
        self.y = A4_EDGE
        if self.pages > 1:
            self.cell(f"{self.receipt.title} {LRM}{self.receipt.number}{LRM}", 0, 1, size=8)
            self.y += _line(8) + 3

    def room(self, height: float, again: Callable[[], None] | None = None) -> None:
        """Turn the page where `height` mm are not left; `again` draws what heads the new one."""
        if self.y + height > A4[1] - A4_EDGE:
            self.turn()
            if again:
                again()

    def cell(
        self, text: str, left: float, share: float, *, size: float, bold: bool = False, end: bool = False
    ) -> None:
        """Text in a column: `left` and `share` of the width, counted from where lines begin."""
        wide = self.width * share
        x = A4_EDGE + self.width * left
        if self.rtl:
            x = A4[0] - x - wide
        align: Side = "R" if end != self.rtl else "L"
        x += GAP if align == "R" else 0
        self.paper.line_of(text, x=x, y=self.y, width=wide - GAP, size=size, bold=bold, align=align)

    def rule(self, thick: float = 0.2) -> None:
        """A line over the whole width."""
        self.paper.boxes([(A4_EDGE, self.y, self.width, thick)])
        self.y += 1.5


def page_pdf(receipt: Receipt) -> bytes:
    """A receipt on A4, on as many pages as it needs."""
    page = _Page(receipt)
    page.paper.set_title(f"{receipt.title} {receipt.number}")
    _head(page)
    for block in receipt.blocks:
        _table(page, block)
    _foot(page)
    return bytes(page.paper.output())


def _head(page: _Page) -> None:
    receipt = page.receipt
    top = page.y
    page.cell(receipt.shop.name, 0, 0.6, size=16, bold=True)
    page.y += _line(16) + 1
    for text in head_lines(receipt):
        page.cell(text, 0, 0.6, size=9)
        page.y += _line(9)
    bottom, page.y = page.y, top
    page.cell(receipt.title, 0.6, 0.4, size=14, bold=True, end=True)
    page.y += _line(14)
    page.cell(f"{LRM}{receipt.number}{LRM}", 0.6, 0.4, size=11, bold=True, end=True)
    page.y += _line(11)
    if receipt.stamp:
        page.cell(receipt.stamp, 0.6, 0.4, size=14, bold=True, end=True)
        page.y += _line(14)
    page.y = max(page.y, bottom) + 4
    for name, value in receipt.facts:
        page.cell(name, 0, 0.25, size=9)
        page.cell(value, 0.25, 0.75, size=9, bold=True)
        page.y += _line(9)
    page.y += 4


def _columns(page: _Page, texts: tuple[str, ...], *, bold: bool = False) -> None:
    left = 0.0
    for n, (text, share) in enumerate(zip(texts, COLUMNS, strict=True)):
        if text:
            page.cell(text, left, share, size=ROW_SIZE, bold=bold, end=n >= 2)
        left += share
    page.y += _line(ROW_SIZE) + 1


def _table(page: _Page, block: Block) -> None:
    def heads() -> None:
        names = (_("Part"), _("Part number"), _("Quantity"), _("Price"), _("Discount"), _("Amount"))
        _columns(page, names, bold=True)
        page.rule()

    page.room(30)
    if block.heading:
        page.cell(block.heading, 0, 1, size=10, bold=True)
        page.y += _line(10) + 1
    if block.items:
        heads()
    else:
        page.rule()
    for item in block.items:
        page.room(_line(ROW_SIZE) + 1, heads)
        number = f"{LRM}{item.number}{LRM}" if item.number else ""
        _columns(page, (item.name, number, str(item.quantity), item.unit_price, item.discount, item.amount))
    page.rule()
    _rows(page, block.sums)
    page.y += 4


def _rows(page: _Page, rows: list[Row]) -> None:
    for row in rows:
        size = 11 if row.strong else 9
        page.room(_line(size) + 1)
        page.cell(row.words, 0.45, 0.33, size=size, bold=row.strong, end=True)
        page.cell(row.amount, 0.78, 0.22, size=size, bold=row.strong, end=True)
        page.y += _line(size) + 0.5


def _foot(page: _Page) -> None:
    receipt = page.receipt
    _rows(page, receipt.payments)
    page.y += 4
    if receipt.url:
        page.room(QR + 4)
        x = A4[0] - A4_EDGE - QR if page.rtl else A4_EDGE
        draw_code(page.paper, receipt.url, x, page.y, QR)
        page.y += QR + 2
    for text in receipt.footer:
        page.room(_line(9))
        page.cell(text, 0, 1, size=9)
        page.y += _line(9)
