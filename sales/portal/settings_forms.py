"""Forms of the counter's settings: how it is run, registers, PINs."""

from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clutch.core import forms as fields
from clutch.core.forms import amount
from sales.models import TillPolicy

line = partial(fields.line, required=False)


def percent(label: Any, **kwargs: Any) -> forms.DecimalField:
    """A percentage between 0 and 100."""
    attrs = {"inputmode": "decimal", "dir": "ltr", "autocomplete": "off"}
    return forms.DecimalField(
        label=label, min_value=0, max_value=100, max_digits=5, decimal_places=2,
        widget=forms.TextInput(attrs=attrs), **kwargs,
    )  # fmt: skip


def days(label: Any, **kwargs: Any) -> forms.IntegerField:
    """A number of days."""
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(label=label, min_value=0, max_value=3650, widget=widget, **kwargs)


class PolicyForm(forms.Form):
    """How the counter is run."""

    prices_include_tax = forms.BooleanField(label=_("Prices include tax"), required=False)
    standard_rate = percent(_("Standard tax rate, %"))
    reduced_rate = percent(_("Reduced tax rate, %"))
    cashier_discount_percent = percent(
        _("Discount a cashier may give, %"), help_text=_("More than that asks for a manager's PIN.")
    )
    cash_rounding = amount(
        _("Smallest coin"), help_text=_("A cash total is rounded to it. 0 rounds nothing."), min_value=0
    )
    needs_session = forms.BooleanField(label=_("Sell only while a register is open"), required=False)
    return_days = days(_("Days to return"), help_text=_("Later a manager's PIN is asked for."))
    restocking_percent = percent(
        _("Restocking fee, %"), help_text=_("Asked only where the shop is not at fault.")
    )
    core_days = days(_("Days to bring the old part"))
    receipt_footer = line(_("Last line of a receipt"), 300)

    @classmethod
    def initial_of(cls, policy: TillPolicy) -> dict[str, Any]:
        """As it is, without empty decimals."""
        found = {name: getattr(policy, name) for name in cls.base_fields}
        return {
            name: f"{value.normalize():f}" if hasattr(value, "normalize") else value
            for name, value in found.items()
        }


class RegisterChangeForm(forms.Form):
    """The name of a register, and whether it is in use."""

    name = line(_("Name"), 60, required=True)
    is_active = forms.BooleanField(label=_("In use"), required=False)


class PinForm(forms.Form):
    """A new PIN, twice."""

    pin = forms.CharField(
        label=_("New PIN"), max_length=8, help_text=_("4 to 8 digits, not a row of them."),
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    again = forms.CharField(
        label=_("Once more"), max_length=8,
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Both must be the same."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("pin") != said.get("again"):
            self.add_error("again", str(_("This is not the same PIN.")))
        return said
