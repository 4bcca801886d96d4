"""How part numbers and names of parts are compared."""

import re
import unicodedata

from shops.keys import name_key as words_key

_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")


def part_key(part_number: str) -> str:
    """Return a part number without case, spaces and punctuation: "58101-1ra00 " gives "581011RA00".

    Makers print the same number with and without dashes and spaces; Arabic digits count as Latin.
    """
    plain = unicodedata.normalize("NFKC", part_number)
    latin = "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in plain)
    return _NOT_ALPHANUMERIC.sub("", latin).upper()[:60]


def part_name_key(name: str) -> str:
    """Return the name of a part without case, accents, spaces and punctuation."""
    return words_key(name)[:120]
