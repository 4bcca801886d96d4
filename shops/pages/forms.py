"""The form of a vehicle in the garage."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clutch.core.validators import no_control_characters
from shops.vehicles import LEAST_YEAR, MOST_YEAR
from shops.vin import clean, decode, too_long


def line(label: Any, length: int, **kwargs: Any) -> forms.CharField:
    """One line of text; `attrs` go to its input."""
    widget = forms.TextInput(attrs=kwargs.pop("attrs", {}))
    validators = [no_control_characters]
    return forms.CharField(label=label, max_length=length, widget=widget, validators=validators, **kwargs)


class VehicleForm(forms.Form):
    """A vehicle by its VIN, or by make, model and year; what is in no list is typed."""

    vin = line(
        _("VIN or chassis number"),
        40,
        required=False,
        help_text=_("On the windscreen, the door frame or your licence. It helps shops find the right part."),
        attrs={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false", "dir": "ltr"},
    )
    make = line(_("Make"), 80, attrs={"list": "make-options", "autocomplete": "off"})
    model = line(_("Model"), 80, attrs={"list": "model-options", "autocomplete": "off"})
    year = forms.IntegerField(
        label=_("Year"),
        required=False,
        min_value=LEAST_YEAR,
        max_value=MOST_YEAR,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4, "autocomplete": "off"}),
    )
    nickname = line(_("Your name for it"), 60, required=False)
    is_default = forms.BooleanField(label=_("This is the vehicle I mostly need parts for"), required=False)

    def clean_vin(self) -> str:
        """Keep the characters that count; a number longer than any VIN is refused."""
        number = clean(self.cleaned_data["vin"])
        wrong = too_long(number)
        if wrong:
            raise forms.ValidationError(str(wrong))
        return number

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decoded = decode(str(self.data.get("vin", ""))[:40]) if self.is_bound else None
        if self.decoded and self.decoded.make:
            self.fields["make"].required = False
            self.fields["model"].required = not self.decoded.model

    def clean(self) -> dict[str, Any]:
        """Take from the VIN what was not typed."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.decoded and not data.get("make"):
            data["make"], data["model"] = self.decoded.make, data.get("model") or self.decoded.model
            data["year"] = data.get("year") or self.decoded.year
        if not data.get("model") and "model" not in self.errors:
            self.add_error("model", _("Enter the model."))
        return data
