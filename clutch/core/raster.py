"""Lines of text as black and white pictures, for printers that have no Arabic letters of their own.

Shaped by HarfBuzz in the order of the bidirectional algorithm (UAX #9), with the font of
`clutch.core.pdf`; outlines are filled by Pillow, so that nothing is needed from the machine.
"""

import itertools
from collections.abc import Iterable
from functools import cache
from typing import Any

import uharfbuzz as hb
from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection
from PIL import Image, ImageDraw

from clutch.core.pdf import begins_rtl, font_files

# Drawn larger and shrunk, so that slanted edges come out even.
FINER = 3
# A curve is drawn as so many straight lines.
STEPS = 6
# White above and below the letters, as a share of the size.
LEADING = 1.5

Point = tuple[float, float]


class _Outline:
    """Collects the closed contours of one glyph, in the units of the font."""

    def __init__(self) -> None:
        self.contours: list[list[Point]] = []

    def moveTo(self, to: Point) -> None:
        self.contours.append([to])

    def lineTo(self, to: Point) -> None:
        self.contours[-1].append(to)

    def qCurveTo(self, control: Point, to: Point) -> None:
        start = self.contours[-1][-1]
        for n in range(1, STEPS + 1):
            t = n / STEPS
            self.contours[-1].append(_bezier(t, start, control, to))

    def curveTo(self, first: Point, second: Point, to: Point) -> None:
        start = self.contours[-1][-1]
        for n in range(1, STEPS + 1):
            t = n / STEPS
            self.contours[-1].append(_bezier(t, start, first, second, to))

    def closePath(self) -> None:
        """Contours are closed by being filled."""


def _bezier(t: float, *points: Point) -> Point:
    """A point of a Bézier curve, by de Casteljau."""
    row = list(points)
    while len(row) > 1:
        row = [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for a, b in itertools.pairwise(row)]
    return row[0]


@cache
def _font(bold: bool) -> Any:
    files = font_files()
    return hb.Font(hb.Face(hb.Blob.from_file_path(str(files[1 if bold else 0])))) if files else None


@cache
def _contours(bold: bool, glyph: int) -> tuple[tuple[Point, ...], ...]:
    pen = _Outline()
    _font(bold).draw_glyph_with_pen(glyph, pen)
    drawn = [contour for contour in pen.contours if len(contour) > 2]
    # The largest first: a hole is drawn in white after what it lies in.
    drawn.sort(key=lambda contour: -abs(_area(contour)))
    return tuple(tuple(contour) for contour in drawn)


def _area(contour: Iterable[Point]) -> float:
    """The signed area: TrueType turns outer contours clockwise, which is negative here."""
    points = list(contour)
    turned = points[1:] + points[:1]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, turned, strict=True)) / 2


def shaped(text: str, *, bold: bool = False) -> list[tuple[int, int, int, int]]:
    """Glyphs from left to right: (glyph, offset x, offset y, advance) in the units of the font."""
    font = _font(bold)
    if font is None:
        return []
    glyphs: list[tuple[int, int, int, int]] = []
    for run, level in _runs(text):
        buffer = hb.Buffer()
        buffer.add_str(run)
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if level % 2 else "ltr"
        hb.shape(font, buffer)
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            glyphs.append((info.codepoint, place.x_offset, place.y_offset, place.x_advance))
    return glyphs


def _runs(text: str) -> list[tuple[str, int]]:
    """Pieces of one direction in the order in which they are seen, from left to right (rule L2)."""
    base = TextDirection.RTL if begins_rtl(text) else TextDirection.LTR
    runs: list[tuple[str, int]] = []
    for char in BidiParagraph(text, base_direction=base).get_characters_with_embedding_level():
        if runs and runs[-1][1] == char.embedding_level:
            runs[-1] = runs[-1][0] + char.character, char.embedding_level
        else:
            runs.append((char.character, char.embedding_level))
    highest = max((level for _run, level in runs), default=0)
    for level in range(highest, 0, -1):
        n = 0
        while n < len(runs):
            end = n
            while end < len(runs) and runs[end][1] >= level:
                end += 1
            runs[n:end] = reversed(runs[n:end])
            n = max(end, n + 1)
    return runs


def text_width(text: str, *, size: int, bold: bool = False) -> float:
    """How many dots wide a text is at a size in dots."""
    font = _font(bold)
    return sum(glyph[3] for glyph in shaped(text, bold=bold)) * size / font.face.upem if font else 0.0


def line_image(
    pieces: Iterable[tuple[str, str]], *, width: int, size: int = 24, bold: bool = False
) -> Image.Image:
    """One line of a roll, black on white (mode "1"): pieces of (text, "L", "C" or "R").

    `width` and `size` in dots. What is too long becomes smaller, down to half the size. Without any
    font the line is empty.
    """
    height = round(size * LEADING)
    image = Image.new("L", (width * FINER, height * FINER), 255)
    font = _font(bold)
    if font is None:
        return image.resize((width, height)).convert("1")
    draw = ImageDraw.Draw(image)
    texts = [(text, align) for text, align in pieces if text]
    needed = sum(text_width(text, size=size, bold=bold) for text, _align in texts)
    fitted = max(size * min(1.0, width / needed) if needed else size, size / 2)
    scale = fitted * FINER / font.face.upem
    baseline = height * FINER * 0.72
    for text, align in texts:
        glyphs = shaped(text, bold=bold)
        wide = sum(glyph[3] for glyph in glyphs) * scale
        x = {"L": 0.0, "C": (width * FINER - wide) / 2, "R": width * FINER - wide}[align]
        for glyph, dx, dy, advance in glyphs:
            _fill(draw, bold, glyph, (x + dx * scale, baseline - dy * scale), scale)
            x += advance * scale
    small = image.resize((width, height), Image.Resampling.BOX)
    return small.point(lambda dot: 255 if dot > 140 else 0).convert("1")


def _fill(draw: Any, bold: bool, glyph: int, origin: Point, scale: float) -> None:
    for contour in _contours(bold, glyph):
        points = [(origin[0] + x * scale, origin[1] - y * scale) for x, y in contour]
        draw.polygon(points, fill=0 if _area(contour) < 0 else 255)
