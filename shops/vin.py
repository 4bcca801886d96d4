"""VIN and chassis numbers: cleaned, checked, and decoded offline. Nothing here ever blocks."""

import logging
import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)

LENGTHS = range(5, 18)
MOST = LENGTHS[-1]
# Spaces, dots, dashes, and the marks of writing direction that come along when copied from Arabic text.
SEPARATORS = re.compile(r"[\s\-_./\u200e\u200f\u2010-\u2015]+")
# ISO 3779, 49 CFR 565: the value of each letter, and the weight of each place.
VALUES = {**{str(n): n for n in range(10)}, **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
          **dict(zip("JKLMN", range(1, 6), strict=True)), "P": 7, "R": 9,
          **dict(zip("STUVWXYZ", range(2, 10), strict=True))}  # fmt: skip
# First letters of the regions whose law demands the check digit: North America and China.
DEMANDED = frozenset("12345L")
WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


@dataclass(frozen=True)
class Decoded:
    """What a number says. Empty where it says nothing; `warnings` are for people, translated."""

    vin: str
    make: str = ""
    model: str = ""
    year: int | None = None
    manufacturer: str = ""
    country: str = ""
    details: dict[str, str] = field(default_factory=dict)
    warnings: tuple[object, ...] = ()


def clean(text: str) -> str:
    """Return the number in capitals without spaces and dashes, Arabic digits made Latin."""
    folded = unicodedata.normalize("NFKC", text).upper()
    digits = "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in folded)
    return SEPARATORS.sub("", digits)


def problem(vin: str) -> object:
    """Say in words (lazily translated) why a cleaned number cannot be one, or ""."""
    if len(vin) not in LENGTHS:
        return _("A VIN or chassis number has 5 to 17 characters.")
    if not (vin.isascii() and vin.isalnum()):
        return _("A VIN or chassis number has only letters and digits.")
    if len(vin) == LENGTHS[-1] and set(vin) & set("IOQ"):
        return _("A VIN of 17 characters never has the letters I, O or Q: look for 1 and 0.")
    return ""


def too_long(vin: str) -> object:
    """Say in words why a cleaned number cannot even be kept, or "". The rest of `problem` only warns."""
    return _("A VIN or chassis number has at most 17 characters.") if len(vin) > MOST else ""


def check_digit_is_right(vin: str) -> bool:
    """Whether the ninth place agrees with the rest."""
    remainder = sum(VALUES[char] * weight for char, weight in zip(vin, WEIGHTS, strict=True)) % 11
    return vin[8] == ("X" if remainder == 10 else str(remainder))


@lru_cache(maxsize=4096)
def decode(text: str) -> Decoded:
    """Decode a number offline as far as it goes. Never raises: what fails becomes a warning."""
    vin = clean(text)
    wrong = problem(vin)
    if wrong:
        return Decoded(vin, warnings=(wrong,))
    if len(vin) < LENGTHS[-1]:
        return Decoded(vin, warnings=(_("A chassis number of this length cannot be decoded."),))
    try:
        return _decode_full(vin)
    except Exception:
        logger.warning("VIN not decoded", exc_info=True)
        return Decoded(vin, warnings=(_("This number could not be decoded."),))


def _decode_full(vin: str) -> Decoded:
    # Imported here: the vPIC tables behind it are loaded by the first use, not by every process.
    import ultravin

    answer: dict[str, Any] = ultravin.decode(vin)
    found: dict[str, str] = answer["attributes"]
    warnings = _check_digit_warnings(vin)
    if found.get("Make"):
        return Decoded(
            vin,
            make=found["Make"],
            model=found.get("Model", ""),
            year=answer["model_year"],
            manufacturer=found.get("Manufacturer Name", ""),
            country=found.get("Plant Country", ""),
            details={name: value for name, value in found.items() if value and name in DETAILS},
            warnings=tuple(warnings),
        )
    return _maker_only(vin, warnings)


def _check_digit_warnings(vin: str) -> list[object]:
    if check_digit_is_right(vin):
        return []
    if vin[0] in DEMANDED:
        return [_("The check digit does not fit: read the number again.")]
    return [_("The check digit does not fit. Not every maker uses it; read the number again to be sure.")]


# What a shop looks for beside make, model and year.
DETAILS = (
    "Trim", "Series", "Body Class", "Doors", "Engine Model", "Engine Number of Cylinders",
    "Displacement (L)", "Fuel Type - Primary", "Transmission Style", "Drive Type", "Plant Country",
)  # fmt: skip


def _maker_only(vin: str, warnings: list[object]) -> Decoded:
    # Imported here: needed only for makers outside the US tables.
    import vininfo

    parsed = vininfo.Vin(vin)
    maker = parsed.manufacturer or ""
    known = bool(maker) and "unsupported" not in maker.lower()
    return Decoded(
        vin,
        make=maker if known else "",
        manufacturer=maker if known else "",
        country=parsed.country or "",
        warnings=(*warnings, _("Only the maker and the country can be read from this number.")),
    )
