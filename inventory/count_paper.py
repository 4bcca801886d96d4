"""The count sheet on A4: bin after bin, with a box for each number."""

from itertools import groupby

from django.utils import timezone
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from clutch.core.errors import Invalid
from clutch.core.pdf import Paper
from inventory import counting
from inventory.models import BinStock, CountSheet

A4 = (210.0, 297.0)
EDGE = 14.0
WIDTH = A4[0] - 2 * EDGE
ROW = 8.0
BOX = (18.0, 6.0)
# Shares of the width: name, number, brand, in the books; the box stands at the end.
COLUMNS = (0.42, 0.22, 0.14, 0.1)
# Lines below each bin for what nobody expected there.
EMPTY_LINES = 2
MOST_ROWS = 5000


class _Sheet:
    """The pages as they fill."""

    def __init__(self, sheet: CountSheet) -> None:
        self.sheet = sheet
        self.paper = Paper(*A4)
        self.paper.set_title(sheet.number)
        self.rtl = get_language_bidi()
        self.pages = 0
        self.turn()

    def turn(self) -> None:
        """Begin a page under its head."""
        self.paper.add_page()
        self.pages += 1
        self.y = EDGE
        begun = timezone.localtime(self.sheet.created_at, self.sheet.shop.zone)
        # Latin numbers stand in cells of their own: beside Arabic words in one line they would be torn.
        self.cell(_("Count sheet"), 0, 0.3, size=14, bold=True)
        self.cell(self.sheet.number, 0.3, 0.35, size=14, bold=True)
        self.cell(f"{begun:%Y-%m-%d}", 0.65, 0.25, size=9, end=True)
        self.cell(str(self.pages), 0.9, 0.1, size=9, end=True)
        self.y += 9
        if self.pages == 1:
            self.cell(self.sheet.shop.name, 0, 0.5, size=10)
            self.cell(self.sheet.note, 0.5, 0.5, size=10)
            self.y += 7
            self.cell(_("Counted by: ____________________   on: ______________"), 0, 1, size=10)
            self.y += 9

    def room(self, height: float) -> None:
        """Turn the page where `height` mm are not left."""
        if self.y + height > A4[1] - EDGE:
            self.turn()

    def cell(
        self, text: str, left: float, share: float, *, size: float, bold: bool = False, end: bool = False
    ) -> None:
        """Text in a column, counted from where lines begin."""
        wide = WIDTH * share
        x = EDGE + WIDTH * left
        if self.rtl:
            x = A4[0] - x - wide
        align = "R" if end != self.rtl else "L"
        self.paper.line_of(
            text, x=x, y=self.y, width=wide - 2, size=size, bold=bold, align="R" if align == "R" else "L"
        )

    def box(self) -> None:
        """A box to write a number into, at the end of the line."""
        wide, high = BOX
        x = EDGE if self.rtl else A4[0] - EDGE - wide
        top, thin = self.y - 1, 0.25
        self.paper.boxes(
            [
                (x, top, wide, thin), (x, top + high, wide, thin),
                (x, top, thin, high), (x + wide, top, thin, high + thin),
            ]
        )  # fmt: skip

    def rule(self) -> None:
        """A thin line under a row."""
        beside = BOX[0] + 2
        x = EDGE + beside if self.rtl else EDGE
        self.paper.boxes([(x, self.y + ROW - 2.2, WIDTH - beside, 0.1)])


def count_paper(sheet: CountSheet, *, sees_expected: bool) -> bytes:
    """The sheet as a PDF; `sees_expected` prints what the books have beside each part.

    Raises Invalid for more than 5000 lines.
    """
    rows = list(counting.scope(sheet).select_related("part", "bin").order_by("bin__code", "part__name", "pk"))
    if len(rows) > MOST_ROWS:
        raise Invalid(_("This count has more than %(most)s lines. Print it by bins.") % {"most": MOST_ROWS})
    page = _Sheet(sheet)
    found = {row.bin_id for row in rows}
    for code, group in groupby(rows, key=lambda row: row.bin.code if row.bin else ""):
        _bin(page, code, list(group), sees_expected=sees_expected)
    for row in sheet.bins.all():
        if row.pk not in found:
            _bin(page, row.code, [], sees_expected=sees_expected)
    return bytes(page.paper.output())


def _bin(page: _Sheet, code: str, rows: list[BinStock], *, sees_expected: bool) -> None:
    page.room(12 + ROW * 2)
    page.cell(code or _("Without a bin"), 0, 0.6, size=13, bold=True)
    if sees_expected:
        page.cell(_("Books"), sum(COLUMNS[:3]), COLUMNS[3], size=8, end=True)
    page.y += 8
    for row in rows:
        page.room(ROW)
        at = 0.0
        for text, share in zip((row.part.name, row.part.number, row.part.brand), COLUMNS, strict=False):
            page.cell(text, at, share, size=9)
            at += share
        if sees_expected:
            page.cell(str(row.quantity), at, COLUMNS[3], size=9, end=True)
        page.rule()
        page.box()
        page.y += ROW
    for _line in range(EMPTY_LINES):
        page.room(ROW)
        page.rule()
        page.box()
        page.y += ROW
    page.y += 4
