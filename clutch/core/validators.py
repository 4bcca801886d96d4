"""What every field refuses, as Django validators for models and forms; the API fields use them too."""

import unicodedata
from decimal import Decimal
from math import isfinite

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from clutch.core.money import MAX_AMOUNT, minor_units

# Bidirectional embeddings, overrides and isolates can make a text show another than it says.
# The marks LRM, RLM and ALM stay allowed: Arabic text with part numbers needs them.
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINE_BREAKS = frozenset("\n\r\t")


def is_control(character: str) -> bool:
    """Whether a character is a control, a lone surrogate, a line separator or a bidirectional override."""
    category = unicodedata.category(character)
    return category in {"Cc", "Cs", "Zl", "Zp"} or character in _BIDI


def no_control_characters(value: str) -> None:
    """Refuse control characters, line breaks, lone surrogates and bidirectional overrides."""
    if any(is_control(character) for character in value):
        raise ValidationError(_("Control characters are not allowed."), code="control_characters")


def no_control_characters_but_lines(value: str) -> None:
    """As `no_control_characters`, with line breaks and tabs allowed."""
    if any(is_control(character) for character in value if character not in _LINE_BREAKS):
        raise ValidationError(_("Control characters are not allowed."), code="control_characters")


def finite(value: float) -> None:
    """Refuse NaN and infinity."""
    if not isfinite(value):
        raise ValidationError(_("Enter a number."), code="invalid")


def latitude(value: float) -> None:
    """Degrees north, −90 to 90 (WGS 84)."""
    _within(value, 90, _("A latitude is between −90 and 90."))


def longitude(value: float) -> None:
    """Degrees east, −180 to 180 (WGS 84)."""
    _within(value, 180, _("A longitude is between −180 and 180."))


def _within(value: float, limit: int, message: object) -> None:
    finite(value)
    if not -limit <= value <= limit:
        raise ValidationError(message, code="out_of_range")  # type: ignore[arg-type]


def money_decimals() -> int:
    """How many decimals an amount may have in this market."""
    return minor_units(settings.CURRENCY)


def money(value: Decimal) -> None:
    """An amount: not negative, not NaN, no more decimals than the currency has, below 100 million."""
    if not value.is_finite():
        raise ValidationError(_("Enter a number."), code="invalid")
    MinValueValidator(Decimal(0), _("An amount cannot be negative."))(value)
    MaxValueValidator(MAX_AMOUNT, _("This amount is too large."))(value)
    decimals = money_decimals()
    if value != round(value, decimals):
        raise ValidationError(
            _("An amount has at most %(decimals)s decimals."),
            code="too_precise",
            params={"decimals": decimals},
        )
