"""Which row of a file holds its headers, and which column is meant by which field."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from inventory.importing.cells import Cell, as_text
from inventory.importing.fields import fields_for
from inventory.importing.header_words import HEADERS
from shops.keys import name_key

LENGTH = 120
# "Price (EGP)", "السعر (جنيه)": the unit is no part of the name, unless it is what tells two apart.
_IN_BRACKETS = re.compile(r"[(\[].*?[)\]]")

Head = Sequence[tuple[int, Sequence[Cell]]]


def header_key(header: str) -> str:
    """The form in which headers are compared and remembered."""
    return name_key(header)[:LENGTH]


@cache
def _known() -> dict[str, str]:
    return {
        header_key(word): field for field, words in reversed(HEADERS.items()) for word in words.split("|")
    }


def meant_by(header: str, remembered: Mapping[str, str]) -> str:
    """The field that a header means: as the shop has said before, else by its words; "" for none."""
    key = header_key(header)
    if key in remembered:
        return remembered[key]
    if not key:
        return ""
    return _known().get(key) or _known().get(header_key(_IN_BRACKETS.sub("", header)), "")


def find_header_row(rows: Head, remembered: Mapping[str, str]) -> tuple[int, int]:
    """The number of the row that names most fields, and how many it names.

    0 where none names two: the file has no headers.
    """
    best, most = 0, 1
    for number, cells in rows:
        meant = {meant_by(as_text(cell), remembered) for cell in cells if isinstance(cell, str)} - {""}
        if len(meant) > most:
            best, most = number, len(meant)
    return best, most if best else 0


def headers_at(rows: Head, header_row: int) -> list[str]:
    """The header of each column; a column without one is named as spreadsheets do: A, B, C."""
    width = max((len(cells) for _number, cells in rows), default=0)
    found = next((cells for number, cells in rows if number == header_row), ())
    texts = [" ".join(as_text(cell).split())[:LENGTH] for cell in found]
    texts += [""] * (width - len(texts))
    return [text or column_name(index) for index, text in enumerate(texts)]


def suggest(headers: Sequence[str], kind: str, remembered: Mapping[str, str]) -> dict[str, int]:
    """Field → index of the column that seems to be meant; the first of several counts."""
    allowed = {field.name for field in fields_for(kind)}
    found: dict[str, int] = {}
    for index, header in enumerate(headers):
        field = meant_by(header, remembered)
        if field in allowed:
            found.setdefault(field, index)
    return found


def column_name(index: int) -> str:
    """A column as spreadsheets name it: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name
