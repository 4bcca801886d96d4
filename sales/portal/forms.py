"""Forms of the counter's pages: they gather, the actions check."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clutch.core.validators import money, no_control_characters


def line(label: Any, length: int, **kwargs: Any) -> forms.CharField:
    """One line of text; `attrs` go to its input."""
    widget = forms.TextInput(attrs=kwargs.pop("attrs", {}))
    kwargs.setdefault("required", False)
    return forms.CharField(
        label=label, max_length=length, widget=widget, validators=[no_control_characters], **kwargs
    )


def amount(label: Any, **kwargs: Any) -> forms.DecimalField:
    """An amount of money; decimals as the market's currency has them."""
    attrs = {"inputmode": "decimal", "dir": "ltr", "autocomplete": "off"}
    return forms.DecimalField(label=label, widget=forms.TextInput(attrs=attrs), validators=[money], **kwargs)


class RegisterForm(forms.Form):
    """A new till."""

    code = line(
        _("Code"), 8, required=True, help_text=_("Short, such as R1. It stands in the receipt numbers."),
        attrs={"dir": "ltr", "autocapitalize": "characters"},
    )  # fmt: skip
    name = line(_("Name"), 60, required=True)


class OpenForm(forms.Form):
    """What lies in the drawer in the morning."""

    opening_float = amount(_("Cash in the drawer"))
    note = line(_("Note"), 300)
