"""Text files: their character set, what parts their columns, their rows. Nothing is held but a line."""

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import pairwise
from typing import BinaryIO

from django.utils.translation import gettext as _

from clutch.core.errors import Invalid
from inventory.importing.cells import Cell

DELIMITERS = (",", ";", "\t", "|")
# Offered where the guess is wrong; the first is the guess for what is no UTF-8 in an Arabic market.
ENCODINGS = ("utf-8-sig", "cp1256", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "mac-arabic", "iso8859-6")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CHUNK = 1 << 20
SAMPLE_LINES = 60
# A cell beyond it is a quotation mark that nobody closed.
csv.field_size_limit(100_000)


def detect_encoding(file: BinaryIO) -> str:
    """The character set of a file: by its mark, by its zeros, as UTF-8 if it is, else by its letters."""
    file.seek(0)
    head = file.read(4096)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    # Latin text in UTF-16 has a zero beside every letter; Arabic has one beside every space and digit.
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if even + odd > len(head) // 10:
        return "utf-16-le" if odd > even else "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while chunk := file.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        file.seek(0)
        return _eight_bits(file.read(CHUNK))
    return "utf-8-sig"


def _eight_bits(sample: bytes) -> str:
    """Windows-1256 where Arabic letters stand beside one another, else Windows-1252."""
    text = sample.decode("cp1256", "replace")
    arabic = ["\u0621" <= character <= "\u06ff" for character in text]
    pairs = sum(one and two for one, two in pairwise(arabic))
    return "cp1256" if pairs * 2 >= sum(arabic) else "cp1252"


def detect_delimiter(file: BinaryIO, encoding: str) -> str:
    """What parts the columns: the sign by which most lines have the same number of them."""
    file.seek(0)
    text = file.read(256 * 1024).decode(encoding, "replace")
    lines = text.splitlines()
    if lines and lines[0].strip().strip('"').lower().startswith("sep=") and len(lines[0].strip()) >= 5:
        sign = lines[0].strip().strip('"')[4:5]
        return sign if sign in DELIMITERS else ","
    return max(DELIMITERS, key=lambda sign: _score(lines[:SAMPLE_LINES], sign))


def _score(lines: list[str], sign: str) -> float:
    """How many lines agree on their number of columns, and how many columns those are."""
    try:
        counts = [len(row) for row in csv.reader(lines, delimiter=sign) if any(row)]
    except csv.Error:
        return 0
    several = [count for count in counts if count > 1]
    if not several:
        return 0
    usual = max(set(several), key=several.count)
    return several.count(usual) / len(counts) + min(usual, 20) / 1000


class CsvReader:
    """The rows of a text file, numbered from 1 as a spreadsheet numbers them; empty lines count."""

    def __init__(self, file: BinaryIO, size: int, *, encoding: str, delimiter: str) -> None:
        self._file, self._size = file, size
        self._encoding, self._delimiter = encoding, delimiter

    @property
    def share(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return self._file.tell() / self._size if self._size else 1.0

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Each row with its number. Raises Invalid for a file that is no table."""
        self._file.seek(0)
        text = io.TextIOWrapper(self._file, encoding=self._encoding, errors="replace", newline="")
        number = 0
        try:
            for number, row in enumerate(csv.reader(text, delimiter=self._delimiter), 1):
                if number == 1 and len(row) <= 2 and row and row[0].lower().startswith("sep="):
                    continue
                yield number, row  # type: ignore[misc]
        except csv.Error as error:
            message = _(
                "After row %(row)s the file cannot be read as a table: is a quotation mark not closed?"
            )
            raise Invalid(message % {"row": number}, code="not_a_table") from error
        finally:
            text.detach()
