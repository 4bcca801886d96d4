"""Fields of the API that check what they are named after. Messages are for people, at the field."""

import unicodedata
from typing import Any

from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from clutch.core import validators
from clutch.core.errors import Invalid
from clutch.core.money import MAX_AMOUNT
from clutch.core.photos import accept_photo


class LineField(serializers.CharField):
    """One line of text: stripped, NFC, no control characters."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        self.validators.append(validators.no_control_characters)

    def to_internal_value(self, data: Any) -> str:
        """Normalise before the length is counted: an é is one character however it was typed."""
        return unicodedata.normalize("NFC", super().to_internal_value(data))


class ProseField(serializers.CharField):
    """Text with line breaks: stripped, NFC, no other control characters."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        self.validators.append(validators.no_control_characters_but_lines)

    def to_internal_value(self, data: Any) -> str:
        """Normalise, and make every line end a single newline."""
        text = unicodedata.normalize("NFC", super().to_internal_value(data))
        return text.replace("\r\n", "\n").replace("\r", "\n")


class MoneyField(serializers.DecimalField):
    """An amount in the market's currency as a decimal string, e.g. "850.00". Never negative."""

    def __init__(self, **kwargs: Any) -> None:
        # Only Decimal's own limits here; `money` says in plain words what is wrong.
        super().__init__(max_digits=None, decimal_places=None, coerce_to_string=True, **kwargs)
        self.validators.append(validators.money)

    def to_internal_value(self, data: Any) -> Any:
        """Refuse what is no number; 1,000 digits are no amount either."""
        if isinstance(data, bool) or (isinstance(data, str) and len(data) > 40):
            self.fail("invalid")
        value = super().to_internal_value(data)
        if value is not None and abs(value) > MAX_AMOUNT * 10:
            self.fail("max_value", max_value=MAX_AMOUNT)
        return value

    def to_representation(self, value: Any) -> str:
        """Always with the currency's decimals: 850 is "850.00"."""
        from decimal import Decimal

        return f"{Decimal(str(value)):.{validators.money_decimals()}f}"


class _DegreesField(serializers.FloatField):
    def to_internal_value(self, data: Any) -> float:
        """`True` and "nan" are no coordinates, though Python's float takes them."""
        if isinstance(data, bool):
            self.fail("invalid")
        value = super().to_internal_value(data)
        validators.finite(value)
        return value


class LatitudeField(_DegreesField):
    """Degrees north (WGS 84)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators.append(validators.latitude)


class LongitudeField(_DegreesField):
    """Degrees east (WGS 84)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators.append(validators.longitude)


class PhotoField(serializers.FileField):
    """A photo as multipart upload; the value is a cleaned file, ready to store."""

    default_error_messages = {"required": _("Choose a photo.")}

    def to_internal_value(self, data: Any) -> "ContentFile[bytes]":
        """Check and clean the photo; its refusals become errors at this field."""
        try:
            return accept_photo(super().to_internal_value(data))
        except Invalid as error:
            raise serializers.ValidationError(str(error.detail), code=error.code) from error
