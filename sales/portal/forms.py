"""Forms of the counter's pages: they gather, the actions check."""

from functools import partial

from django import forms
from django.utils.translation import gettext_lazy as _

from clutch.core import forms as fields
from clutch.core.forms import amount

line = partial(fields.line, required=False)


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


class NewCustomerForm(forms.Form):
    """Somebody new at the till."""

    phone = line(
        _("Phone"), 30, required=True,
        attrs={"dir": "ltr", "inputmode": "tel", "autocomplete": "off", "id": "new-phone"},
    )  # fmt: skip
    name = line(_("Name"), 120, attrs={"autocomplete": "off", "id": "new-name"})
