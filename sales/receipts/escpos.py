"""Receipts as ESC/POS bytes for 80 mm receipt printers (576 dots, 48 letters a line).

Lines of plain ASCII go as text, which every printer has; anything else as a raster picture, so that
Arabic comes out joined and in its order on printers that know nothing of it. Commands as in the ESC/POS
reference of Epson: ESC @, ESC E, ESC a, GS !, GS v 0, GS ( k, GS V, ESC p.
"""

from django.utils.translation import get_language_bidi
from PIL import Image

from clutch.core.raster import line_image
from sales.receipts.content import LRM, Receipt
from sales.receipts.pdf import head_lines, how_many

DOTS = 576
LETTERS = 48

# Signs that stand in every line of a receipt.
PLAIN = str.maketrans("×−", "x-")

INIT = b"\x1b@"
FEED = b"\n"
# Feed past the knife, then cut.
CUT = b"\x1dVB\x03"
KICK_DRAWER = b"\x1bp\x00\x19\xfa"


class _Printer:
    """Collects bytes, one line after the other."""

    def __init__(self) -> None:
        self.out = bytearray(INIT)
        self.rtl = get_language_bidi()

    def line(self, text: str, *, bold: bool = False, tall: bool = False, centred: bool = False) -> None:
        """One text in a line of its own."""
        plain = text.replace(LRM, "")
        if _is_plain(plain, LETTERS) and not self.rtl:
            self._style(bold, tall, centred)
            self.out += plain.encode("ascii") + FEED
            self._style(False, False, False)
            return
        align = "C" if centred else ("R" if self.rtl else "L")
        self._picture([(text, align)], bold=bold, tall=tall)

    def pair(self, words: str, amount: str, *, bold: bool = False, tall: bool = False) -> None:
        """Words where lines begin, an amount where they end."""
        plain, number = words.replace(LRM, ""), amount.replace(LRM, "").replace("\u00a0", " ")
        room = LETTERS - len(number) - 1
        if _is_plain(number, LETTERS) and _is_plain(plain, room) and not self.rtl:
            self._style(bold, tall, False)
            self.out += f"{plain:<{room}} {number}".encode("ascii") + FEED
            self._style(False, False, False)
            return
        start, end = ("R", "L") if self.rtl else ("L", "R")
        self._picture([(words, start), (amount, end)], bold=bold, tall=tall)

    def rule(self) -> None:
        """A line of dashes."""
        self.out += b"-" * LETTERS + FEED

    def feed(self) -> None:
        """An empty line."""
        self.out += FEED

    def code(self, text: str) -> None:
        """A QR code, model 2, six dots a module, error correction M; drawn by the printer."""
        data = text.encode("ascii", "ignore")
        length = (len(data) + 3).to_bytes(2, "little")
        self.out += b"\x1ba\x01"
        self.out += b"\x1d(k\x04\x001A2\x00" + b"\x1d(k\x03\x001C\x06" + b"\x1d(k\x03\x001E1"
        self.out += b"\x1d(k" + length + b"1P0" + data + b"\x1d(k\x03\x001Q0"
        self.out += b"\x1ba\x00" + FEED

    def _style(self, bold: bool, tall: bool, centred: bool) -> None:
        self.out += b"\x1bE" + bytes([bold]) + b"\x1d!" + bytes([tall]) + b"\x1ba" + bytes([centred])

    def _picture(self, pieces: list[tuple[str, str]], *, bold: bool, tall: bool) -> None:
        self.out += raster(line_image(pieces, width=DOTS, size=34 if tall else 24, bold=bold))


def _is_plain(text: str, room: int) -> bool:
    return len(text) <= room and text.isascii() and text.isprintable()


def raster(image: Image.Image) -> bytes:
    """A picture (mode "1", width a multiple of 8) as GS v 0; a set bit is a black dot."""
    inverted = image.point(lambda dot: 0 if dot else 255)
    wide = image.width // 8
    size = wide.to_bytes(2, "little") + image.height.to_bytes(2, "little")
    return b"\x1dv0\x00" + size + inverted.tobytes()


def escpos(receipt: Receipt, *, open_drawer: bool = False) -> bytes:
    """A receipt as bytes for the printer, with the cut; `open_drawer` kicks the drawer first."""
    printer = _Printer()
    if open_drawer:
        printer.out += KICK_DRAWER
    printer.line(receipt.shop.name, bold=True, tall=True, centred=True)
    for text in head_lines(receipt):
        printer.line(text, centred=True)
    printer.line(f"{receipt.title} {LRM}{receipt.number}{LRM}", bold=True, centred=True)
    if receipt.stamp:
        printer.line(receipt.stamp, bold=True, tall=True, centred=True)
    for name, value in receipt.facts:
        printer.pair(name, value)
    for block in receipt.blocks:
        printer.rule()
        if block.heading:
            printer.line(block.heading, bold=True)
        for item in block.items:
            printer.line(item.name, bold=True)
            if item.number:
                printer.line(f"{LRM}{item.number}{LRM}")
            printer.pair(how_many(item).translate(PLAIN), item.amount)
        printer.rule()
        for row in block.sums:
            printer.pair(row.words, row.amount, bold=row.strong, tall=row.strong)
    if receipt.payments:
        printer.rule()
    for row in receipt.payments:
        printer.pair(row.words, row.amount, bold=row.strong)
    if receipt.url:
        printer.feed()
        printer.code(receipt.url)
    for text in receipt.footer:
        printer.line(text, centred=True)
    printer.out += CUT
    return bytes(printer.out)
