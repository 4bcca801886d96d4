"""How part numbers, names of parts and the words in them are compared."""

import re
import unicodedata

from shops.keys import name_key as words_key

_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
# Between words; a dot or comma between digits stays inside ("1.6", "5,5").
_BETWEEN_WORDS = re.compile(r"(?<!\d)[\W_]+|[\W_]+(?!\d)|[^\w.,]+")
_LONGEST_WORD = 40
# The Arabic article and the English plural fall away where a word is left without them.
_ARTICLE = "ال"
_SHORTEST_LEFT = 3


def part_key(part_number: str) -> str:
    """Return a part number without case, spaces and punctuation: "58101-1ra00 " gives "581011RA00".

    Makers print the same number with and without dashes and spaces; Arabic digits count as Latin.
    """
    if part_number.isascii():
        return _NOT_ALPHANUMERIC.sub("", part_number).upper()[:60]
    plain = unicodedata.normalize("NFKC", part_number)
    latin = "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in plain)
    return _NOT_ALPHANUMERIC.sub("", latin).upper()[:60]


def part_name_key(name: str) -> str:
    """Return the name of a part without case, accents, spaces and punctuation."""
    return words_key(name)[:120]


def words_of(*texts: str) -> list[str]:
    """Return the words of texts as the search compares them, each once, in their order.

    Without case and accents, the forms of Arabic letters made one, the Arabic article and the
    English plural dropped: "الفرامل Front-Pads" gives "فرامل", "front", "pad".
    """
    words = (_root(words_key(raw)) for text in texts for raw in _BETWEEN_WORDS.split(text))
    return list(dict.fromkeys(word[:_LONGEST_WORD] for word in words if word))


def _root(word: str) -> str:
    if word.startswith(_ARTICLE) and len(word) >= len(_ARTICLE) + _SHORTEST_LEFT:
        return word.removeprefix(_ARTICLE)
    if (
        word.endswith("s")
        and word[-2:-1].isalpha()
        and not word.endswith("ss")
        and len(word) > _SHORTEST_LEFT
    ):
        return word.removesuffix("s")
    return word


def keys_of(number: str, name: str, brand: str) -> dict[str, str]:
    """Return every column of a part that is made from its number, name and brand."""
    return {
        "number_key": part_key(number),
        "name_key": part_name_key(name),
        "brand_key": words_key(brand)[:80],
        "words": " ".join(words_of(name, brand)),
    }
