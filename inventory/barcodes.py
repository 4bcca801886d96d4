"""Codes that scanners read: what kind they are, whether they are right, and how they are compared.

GTINs (EAN-8, UPC-A, EAN-13, GTIN-14) carry a check digit and are compared with leading zeros, so that
UPC-A 036000291452 and EAN-13 0036000291452 are one code (GS1 General Specifications, 3.3.2 and 7.9).
Data in GS1 element strings (Code 128, Data Matrix and QR of makers) is read by `biip`.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

import biip
import zxingcpp
from biip.gs1_messages import GS1Message
from django.utils.translation import gettext as _

from clutch.core.errors import Invalid
from clutch.core.photos import open_photo
from inventory.enums import Symbology

MOST_CHARACTERS = 120
GTIN_LENGTHS = (8, 12, 13, 14)
_GS = "\x1d"
# ISO/IEC 15424: what a scanner may put before a code to say how it was printed; 1 at the end is GS1.
_IDENTIFIER = re.compile(r"\](?P<symbology>[A-Za-z])[0-9A-Za-z]")
_SYMBOLOGY_OF = {"C": "code128", "A": "code39", "d": "data_matrix", "Q": "qr"}
_CODE39 = re.compile(r"[0-9A-Z\-. $/+%]+")
# What stands between the facts on a maker's label: "P/N:GDB1330;QTY:2".
_BETWEEN = re.compile(r"[\s;,|:/\x1d\x1e\x04]+")
# GS1 application identifiers that count units, and those that name the maker's own number of the part.
_COUNTS = ("30", "37")
_NUMBERS = ("240", "241", "242")


def check_digit(digits: str) -> int:
    """The GS1 check digit of a GTIN without its own: weights 3 and 1 from the right, modulo 10."""
    total = sum(int(digit) * (1 if n % 2 else 3) for n, digit in enumerate(reversed(digits)))
    return -total % 10


def is_gtin(code: str) -> bool:
    """Whether a code is a GTIN with the right check digit."""
    if len(code) not in GTIN_LENGTHS or not (code.isascii() and code.isdigit()):
        return False
    return check_digit(code[:-1]) == int(code[-1])


def plain(text: str) -> str:
    """A code without the identifier that a scanner puts before it, Arabic digits as Latin ones."""
    kept = unicodedata.normalize("NFKC", text.strip())
    kept = "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in kept)
    found = _IDENTIFIER.match(kept)
    return kept[found.end() :] if found else kept


def barcode_key(code: str) -> str:
    """The form in which codes are compared: a GTIN with 14 digits, anything else without case.

    Code 39 has no small letters and a locked keyboard swaps them, so case says nothing.
    """
    kept = plain(code)
    if is_gtin(kept):
        return kept.zfill(14)
    return _from_upc_e(kept).zfill(14) if _from_upc_e(kept) else kept.upper()[:MOST_CHARACTERS]


def _from_upc_e(code: str) -> str:
    """The UPC-A of a UPC-E with its check digit, "" for what is none (GS1 General Specifications, 5.2.2)."""
    if not (len(code) == 8 and code.isascii() and code.isdigit() and code[0] in "01"):
        return ""
    system, d, last = code[0], code[1:7], code[6]
    if last in "012":
        body = d[:2] + last + "0000" + d[2:5]
    elif last == "3":
        body = d[:3] + "00000" + d[3:5]
    elif last == "4":
        body = d[:4] + "00000" + d[4]
    else:
        body = d[:5] + "0000" + last
    found = system + body + code[7]
    return found if is_gtin(found) else ""


@dataclass(frozen=True)
class Scan:
    """What a scanned text says.

    `code` is what would be attached to a part, `keys` the forms to look it up by, best first;
    `units` how many a GS1 count names, 1 without; `numbers` what may be the maker's part number.
    """

    code: str
    symbology: Symbology
    keys: tuple[str, ...]
    units: int = 1
    numbers: tuple[str, ...] = ()
    gs1: dict[str, str] = field(default_factory=dict)


def read_scan(text: str) -> Scan:
    """Understand a scanned or typed text. Raises Invalid at `code` for nothing or too much."""
    given = text.strip()
    code = plain(given)
    if not code or len(code) > MOST_CHARACTERS or any(ord(c) < 32 and c != _GS for c in code):
        raise Invalid(_("This is not a code."), fields={"code": [_("Scan or type a code.")]})
    symbology = _named_symbology(given) or guess_symbology(code)
    facts = {} if is_gtin(code) else _gs1(code)
    if not facts:
        return Scan(code, symbology, (barcode_key(code),), numbers=_pieces(code))
    gtin = facts.get("01") or facts.get("02")
    own = gtin.removeprefix("0") if gtin else code
    keys = (barcode_key(code), barcode_key(gtin)) if gtin else (barcode_key(code),)
    counts = [int(facts[ai]) for ai in _COUNTS if ai in facts]
    numbers = tuple(facts[ai] for ai in _NUMBERS if ai in facts)
    found = Symbology.EAN13 if gtin and len(own) == 13 else symbology
    return Scan(own, found, keys, max([1, *counts]), numbers, facts)


def _named_symbology(text: str) -> Symbology | None:
    found = _IDENTIFIER.match(text)
    name = _SYMBOLOGY_OF.get(found["symbology"]) if found else None
    return Symbology(name) if name else None


def _gs1(code: str) -> dict[str, str]:
    """The element strings of a code that has them, by application identifier."""
    trade_item = re.match(r"0[12](\d{14})", code)
    if not (_GS in code or code.startswith("(") or trade_item):
        return {}
    try:
        message = GS1Message.parse_hri(code) if code.startswith("(") else GS1Message.parse(code)
    except biip.BiipException:
        # Makers break the rules for what follows; the trade item at the beginning is still certain.
        return {code[:2]: trade_item[1]} if trade_item and is_gtin(trade_item[1]) else {}
    return {item.ai.ai: item.value for item in message.element_strings}


def _pieces(code: str) -> tuple[str, ...]:
    """What may be a part number within a longer text."""
    found = [piece for piece in _BETWEEN.split(code) if len(piece) >= 4 and any(c.isdigit() for c in piece)]
    return tuple(dict.fromkeys(piece for piece in found if piece != code))[:8]


def guess_symbology(code: str) -> Symbology:
    """How a code is most likely printed, by its characters alone."""
    if is_gtin(code) and len(code) in (12, 13):
        return Symbology.UPCA if len(code) == 12 else Symbology.EAN13
    if code.isascii() and code.isprintable() and len(code) <= 40:
        return Symbology.CODE128
    return Symbology.OTHER


def checked_code(code: str, symbology: Symbology | str | None = None) -> tuple[str, Symbology]:
    """A code as it is kept, and its kind. Raises Invalid at `code` or `symbology`.

    EAN-13 and UPC-A need their length and their check digit, Code 39 and Code 128 their characters.
    """
    kept = plain(code)
    if not kept or len(kept) > MOST_CHARACTERS:
        raise _wrong(_("Enter a code of 1 to %(most)s characters.") % {"most": MOST_CHARACTERS})
    if not kept.isprintable():
        raise _wrong(_("Control characters are not allowed."))
    if not symbology:
        return kept, guess_symbology(kept)
    if symbology not in Symbology.values:
        raise Invalid(_("Check the code."), fields={"symbology": [_("Choose one of the kinds.")]})
    kind = Symbology(symbology)
    if kind in (Symbology.EAN13, Symbology.UPCA):
        _check_gtin(kept, kind)
    if kind == Symbology.CODE39 and not _CODE39.fullmatch(kept):
        raise _wrong(_("Code 39 has capital letters, digits and - . $ / + % only."))
    if kind == Symbology.CODE128 and not kept.isascii():
        raise _wrong(_("Code 128 has Latin letters, digits and signs only."))
    return kept, kind


def _check_gtin(code: str, kind: Symbology) -> None:
    length = 13 if kind == Symbology.EAN13 else 12
    if len(code) != length or not (code.isascii() and code.isdigit()):
        raise _wrong(_("%(kind)s has %(length)s digits.") % {"kind": kind.label, "length": length})
    right = check_digit(code[:-1])
    if right != int(code[-1]):
        said = _("The last digit does not fit the others: it should be %(digit)s. Check each digit.")
        raise _wrong(said % {"digit": right})


def _wrong(message: str) -> Invalid:
    return Invalid(_("Check the code."), fields={"code": [message]})


# What stands on boxes of parts. Interleaved 2 of 5 is left out: half of a longer code reads as another.
_READ = zxingcpp.BarcodeFormats(
    [
        zxingcpp.BarcodeFormat.EAN13,
        zxingcpp.BarcodeFormat.EAN8,
        zxingcpp.BarcodeFormat.UPCA,
        zxingcpp.BarcodeFormat.UPCE,
        zxingcpp.BarcodeFormat.ITF14,
        zxingcpp.BarcodeFormat.Code128,
        zxingcpp.BarcodeFormat.Code39,
        zxingcpp.BarcodeFormat.DataMatrix,
        zxingcpp.BarcodeFormat.QRCode,
    ]
)


def codes_in_photo(file: Any) -> list[str]:
    """The codes that a photo shows, the largest first; empty when none can be read.

    Raises Invalid for what is no photo (clutch.core.photos).
    """
    image = open_photo(file).convert("L")
    found = zxingcpp.read_barcodes(image, formats=_READ, text_mode=zxingcpp.TextMode.Plain)
    found.sort(key=lambda code: -_size(code))
    texts = (code.text.strip() for code in found)
    return list(dict.fromkeys(text for text in texts if text))


def _size(code: Any) -> int:
    one, other = code.position.top_left, code.position.bottom_right
    return int(abs(one.x - other.x) + abs(one.y - other.y))


# In-store codes (GS1 prefixes 20 to 29: restricted circulation) for what has no code of its own.
PART_PREFIX, BIN_PREFIX = "20", "21"


def in_store_code(prefix: str, number: int) -> str:
    """The EAN-13 of the shop's own with a running number."""
    digits = f"{prefix}{number:010d}"
    return digits + str(check_digit(digits))
