"""Fields that read what people here type."""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from clutch.core import validators
from clutch.core.errors import Invalid
from clutch.core.photos import accept_photo
from orders import checks
from orders.portal.wording import plain_digits

LONGEST_MINUTES = checks.MAX_DELIVERY_MINUTES


class LineField(forms.CharField):
    """One line of text: stripped, NFC, no control characters."""

    default_validators = [validators.no_control_characters]

    def to_python(self, value: Any) -> str:
        """Normalise before the length is counted."""
        return unicodedata.normalize("NFC", super().to_python(value) or "")


class ProseField(forms.CharField):
    """Text with line breaks: stripped, NFC, no other control characters."""

    default_validators = [validators.no_control_characters_but_lines]
    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        """Normalise, and make every line end a single newline."""
        text = unicodedata.normalize("NFC", super().to_python(value) or "")
        return text.replace("\r\n", "\n").replace("\r", "\n")


class MoneyField(forms.DecimalField):
    """An amount as people type it; a text field with a decimal keyboard, because scrolling over a
    number field changes it unseen."""

    default_validators = [validators.money]
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "dir": "ltr"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.localize = False

    def to_python(self, value: Any) -> Any:
        """Read ٨٥٠٫٥ and 1,250.50 too; refuse what is longer than any price."""
        text = str(value or "").strip()
        if len(text) > 20:
            raise ValidationError(_("Enter a number."), code="invalid")
        return super().to_python(plain_digits(text))


class PhotoField(forms.FileField):
    """A photo: checked, turned upright and stripped of what the camera wrote into it."""

    # What was chosen stays in the field when the form comes back refused.
    widget = forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp", "hx-preserve": "true"})

    def clean(self, data: Any, initial: Any = None) -> "ContentFile[bytes] | None":
        """Return the cleaned photo, or None where none was chosen."""
        chosen = super().clean(data, initial)
        if not chosen:
            return None
        try:
            return accept_photo(chosen)
        except Invalid as refused:
            raise ValidationError(str(refused.detail), code=refused.code) from refused
