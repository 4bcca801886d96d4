"""Phone numbers: read as people type them here, kept as E.164."""

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def normalise(raw: str) -> str:
    """Return a number as E.164 ("+201001234567"). Raises ValidationError for what is none.

    Without a country code it is a number of settings.REGION; Arabic digits, spaces and
    punctuation are fine.
    """
    try:
        number = phonenumbers.parse(raw[:40], settings.REGION)
    except phonenumbers.NumberParseException as error:
        raise _refusal() from error
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise _refusal()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _refusal() -> ValidationError:
    return ValidationError(
        _("Enter a phone number, for example %(example)s."),
        code="invalid_phone",
        params={"example": example()},
    )


def example() -> str:
    """A mobile number of the market, as it is written there."""
    kind = phonenumbers.PhoneNumberType.MOBILE
    number = phonenumbers.example_number_for_type(settings.REGION, kind)
    if number is None:
        return "+201001234567"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
