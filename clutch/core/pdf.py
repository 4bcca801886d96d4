"""PDF documents in Latin and Arabic letters: labels, receipts, slips.

The letters come from IBM Plex Sans Arabic (SIL Open Font License 1.1, from pip), else from Noto or
DejaVu of the machine. Where there is none of them a document is still made, with the letters that
every PDF reader has, and other letters as "?".
"""

import logging
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from fpdf import FPDF

log = logging.getLogger(__name__)

FAMILY = "text"
ELLIPSIS = "…"
POINT = 25.4 / 72
Align = Literal["L", "R", "C"]

_PACKAGE = "fontpkg_ibm_plex_sans_arabic"
_MACHINE = (
    Path("/usr/share/fonts/truetype/dejavu"),
    Path("/usr/share/fonts/dejavu"),
    Path("C:/Windows/Fonts"),
)
_NAMES = (("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"), ("tahoma.ttf", "tahomabd.ttf"))


@cache
def font_files() -> tuple[Path, Path] | None:
    """The regular and the bold font with Latin and Arabic letters, or None where there is none."""
    found = find_spec(_PACKAGE)
    if found is not None and found.origin:
        folder = Path(found.origin).parent / "files"
        pair = folder / "IBMPlexSansArabic-Regular.ttf", folder / "IBMPlexSansArabic-Bold.ttf"
        if all(path.exists() for path in pair):
            return pair
    for folder in _MACHINE:
        for regular, bold in _NAMES:
            if (folder / regular).exists() and (folder / bold).exists():
                return folder / regular, folder / bold
    log.warning("No font with Arabic letters is installed: PDF documents show “?” for them.")
    return None


class Paper(FPDF):
    """A document measured in millimetres, without margins; `letters` says whether it has all of them."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__(unit="mm", format=(width, height))
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.c_margin = 0
        files = font_files()
        self.letters = files is not None
        if files:
            self.add_font(FAMILY, "", files[0])
            self.add_font(FAMILY, "B", files[1])
        self._fits: dict[tuple[str, float, float, float, bool], tuple[str, float]] = {}
        self.family = FAMILY if files else "helvetica"

    def line_of(
        self,
        text: str,
        *,
        x: float,
        y: float,
        width: float,
        size: float,
        bold: bool = False,
        align: Align | None = None,
        smallest: float = 5,
    ) -> float:
        """Write one line into a box and return its height in mm.

        `size` and `smallest` in points: a longer text becomes smaller, then ends with an ellipsis.
        Without `align` it stands where its first letter says, so Arabic begins on the right.
        """
        asked = (text, width, size, smallest, bold)
        if asked not in self._fits:
            self._fits[asked] = self._fitted(*asked)
        kept, size = self._fits[asked]
        self._begin(kept, size, bold=bold)
        height = size * POINT * 1.25
        self.set_xy(x, y)
        self.cell(width, height, kept, align=align or ("R" if begins_rtl(kept) else "L"))
        return height

    def boxes(self, places: Iterable[tuple[float, float, float, float]]) -> None:
        """Fill rectangles (x, y, width, height) in black: many at the price of one."""
        k, bottom = self.k, self.h
        drawn = [
            f"{x * k:.2f} {(bottom - y - h) * k:.2f} {w * k:.2f} {h * k:.2f} re" for x, y, w, h in places
        ]
        # The library's own `rect` sets every one down by itself, at sixty times the cost.
        self._out(" ".join([*drawn, "f"]))

    def _begin(self, text: str, size: float, *, bold: bool) -> None:
        # Latin letters and digits need no shaping, which costs more than all the rest.
        self.set_text_shaping(use_shaping_engine=self.letters and not text.isascii())
        self.set_font(self.family, "B" if bold else "", size)

    def _fitted(self, text: str, width: float, size: float, smallest: float, bold: bool) -> tuple[str, float]:
        kept = self._known(text)
        self._begin(kept, size, bold=bold)
        while size > smallest and self.get_string_width(kept) > width:
            size -= 0.5
            self.set_font_size(size)
        return self._cut(kept, width), size

    def _known(self, text: str) -> str:
        plain = " ".join(text.split())
        return plain if self.letters else plain.encode("latin-1", "replace").decode("latin-1")

    def _cut(self, text: str, width: float) -> str:
        if self.get_string_width(text) <= width:
            return text
        end = ELLIPSIS if self.letters else "..."
        while text and self.get_string_width(text + end) > width:
            text = text[:-1]
        return text.rstrip() + end


def begins_rtl(text: str) -> bool:
    """Whether the first letter of a text is of a script that is written from right to left."""
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False
