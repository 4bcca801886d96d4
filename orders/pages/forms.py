"""The request form: a vehicle, a place, and rows of parts."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django import forms
from django.forms.formsets import BaseFormSet
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from clutch.core.errors import Invalid
from clutch.core.photos import accept_photo
from clutch.core.validators import (
    latitude,
    longitude,
    no_control_characters,
    no_control_characters_but_lines,
)
from orders.enums import PaymentMethod
from orders.inputs import DeliveryInput, PartInput, VehicleInput
from orders.models.order import MAX_PARTS, MAX_QUANTITY
from shops import vin as vins
from shops.models import GarageVehicle
from shops.vehicles import LEAST_YEAR, MOST_YEAR

OTHER = ""
PREFIX = "parts"


def line_field(label: Any, length: int, **kwargs: Any) -> forms.CharField:
    """A text field of one line, at most `length` characters, without control characters."""
    attrs = kwargs.pop("attrs", {})
    return forms.CharField(
        label=label,
        max_length=length,
        validators=[no_control_characters],
        widget=forms.TextInput(attrs=attrs),
        **kwargs,
    )


class Quiet(forms.Form):
    """A form that can be shown with what was typed and without a word about what is missing."""

    quiet = False

    def full_clean(self) -> None:
        """Validate, unless the form is only shown again."""
        if self.quiet:
            self._errors = ErrorDict()
            self.cleaned_data: dict[str, Any] = {}
        else:
            super().full_clean()


class RequestForm(Quiet):
    """The vehicle and the place of a request. `garage` names a kept vehicle, or is empty for another."""

    garage = forms.ChoiceField(label=_("Your vehicle"), required=False, widget=forms.RadioSelect)
    vin = line_field(
        _("VIN or chassis number"),
        40,
        required=False,
        help_text=_("On the windscreen, the door frame or your licence. It helps shops find the right part."),
        attrs={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false", "dir": "ltr"},
    )
    make = line_field(_("Make"), 80, required=False, attrs={"list": "make-options", "autocomplete": "off"})
    model = line_field(_("Model"), 80, required=False, attrs={"list": "model-options", "autocomplete": "off"})
    year = forms.IntegerField(
        label=_("Year"),
        required=False,
        min_value=LEAST_YEAR,
        max_value=MOST_YEAR,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4, "autocomplete": "off"}),
    )
    address = line_field(
        _("Address"),
        300,
        help_text=_("Only the shop whose offer you accept sees it."),
        attrs={"autocomplete": "street-address"},
    )
    district = line_field(
        _("District"),
        120,
        required=False,
        help_text=_("Shops see this and the distance before you accept."),
        attrs={"autocomplete": "address-level2"},
    )
    latitude = forms.FloatField(
        label=_("Latitude"),
        validators=[latitude],
        error_messages={"required": _("Put the pin on the map, or enter the coordinates.")},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr", "autocomplete": "off"}),
    )
    longitude = forms.FloatField(
        label=_("Longitude"),
        validators=[longitude],
        error_messages={"required": _("Put the pin on the map, or enter the coordinates.")},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, vehicles: Iterable[GarageVehicle] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.vehicles = {str(vehicle.pk): vehicle for vehicle in vehicles}
        choices = [(key, str(vehicle)) for key, vehicle in self.vehicles.items()]
        self.fields["garage"].choices = [*choices, (OTHER, _("Another vehicle"))]  # type: ignore[attr-defined]

    def clean_vin(self) -> str:
        """Keep the characters that count; a number longer than any VIN is refused."""
        number = vins.clean(self.cleaned_data["vin"])
        wrong = vins.too_long(number)
        if wrong:
            raise forms.ValidationError(str(wrong))
        return number

    def clean(self) -> dict[str, Any]:
        """Take the vehicle from the garage, or from the VIN where nothing else was typed."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = self.vehicles.get(data.get("garage") or "")
        if chosen is not None:
            data["vehicle"] = _vehicle(chosen.make_name, chosen.model_name, chosen.year, chosen.vin)
            # What was typed below the garage does not count, so it cannot be wrong.
            for name in ("vin", "make", "model", "year"):
                self._errors.pop(name, None)
            return data
        decoded = vins.decode(data.get("vin") or "")
        make = data.get("make") or decoded.make
        if not make:
            self.add_error("make", _("Enter the make, or a VIN that tells it."))
        data["vehicle"] = _vehicle(
            make,
            data.get("model") or (decoded.model if make == decoded.make else ""),
            data.get("year") or (decoded.year if make == decoded.make else None),
            data.get("vin") or "",
        )
        return data

    @property
    def vehicle(self) -> VehicleInput:
        """The vehicle of a valid form."""
        vehicle: VehicleInput = self.cleaned_data["vehicle"]
        return vehicle

    @property
    def delivery(self) -> DeliveryInput:
        """The place of a valid form."""
        data = self.cleaned_data
        return {
            "latitude": data["latitude"],
            "longitude": data["longitude"],
            "address": data["address"],
            "district": data["district"],
        }


def _vehicle(make: str, model: str, year: int | None, vin: str) -> VehicleInput:
    return {"make": make, "model": model, "year": year, "vin": vin}


class SeveralFiles(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class PartForm(Quiet):
    """One row. `kept` lists tokens of photos in the stash, `part_id` the line that an edit changes."""

    part_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    name = line_field(_("Part"), 120, attrs={"autocomplete": "off"})
    part_number = line_field(
        _("Part number"),
        60,
        required=False,
        attrs={"dir": "ltr", "autocomplete": "off", "spellcheck": "false"},
    )
    quantity = forms.IntegerField(
        label=_("Quantity"),
        initial=1,
        min_value=1,
        max_value=MAX_QUANTITY,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    notes = forms.CharField(
        label=_("Notes"),
        required=False,
        max_length=500,
        validators=[no_control_characters_but_lines],
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    photos = forms.FileField(
        label=_("Photos"),
        required=False,
        widget=SeveralFiles(attrs={"accept": "image/jpeg,image/png,image/webp", "multiple": True}),
    )

    def clean_photos(self) -> None:
        """Files have gone to the stash before this form is read."""

    def part(self) -> PartInput:
        """The part of a valid row."""
        data = self.cleaned_data
        part: PartInput = {
            "name": data["name"],
            "part_number": data["part_number"],
            "quantity": data["quantity"],
            "notes": data["notes"].replace("\r\n", "\n"),
            "part_id": data.get("part_id"),
        }
        return part


if TYPE_CHECKING:
    _Rows = BaseFormSet[PartForm]
else:  # not generic at run time
    _Rows = BaseFormSet


class BasePartFormSet(_Rows):
    """Rows of parts; an empty row beside a filled one is no mistake."""

    @classmethod
    def fresh(cls, initial: list[dict[str, Any]]) -> Self:
        """Rows to be shown: those that stand already, or an empty one."""
        rows = cls(prefix=PREFIX, initial=initial)
        rows.extra = 0 if initial else 1
        return rows

    def filled(self) -> list[PartForm]:
        """The rows that say something and are not removed."""
        return [form for form in self.forms if form.has_changed() and not self.is_deleted(form)]

    def is_deleted(self, form: PartForm) -> bool:
        """Whether a row was struck out."""
        return bool(form["DELETE"].value())

    def hush(self) -> None:
        """Show the rows again without checking them."""
        for form in self.forms:
            form.quiet = True


# The factory of Django knows only its own formset as a type.
PartFormSet: type[BasePartFormSet] = forms.formset_factory(  # type: ignore[assignment]
    PartForm,
    formset=BasePartFormSet,
    extra=0,
    max_num=MAX_PARTS,
    absolute_max=MAX_PARTS + 20,
    validate_max=True,
    can_delete=True,
)


FIELD_OF_PATH: Mapping[str, str] = {
    "vehicle.make": "make",
    "vehicle.model": "model",
    "vehicle.year": "year",
    "vehicle.vin": "vin",
    "delivery_location.latitude": "latitude",
    "delivery_location.longitude": "longitude",
    "delivery_location.address": "address",
    "delivery_location.district": "district",
}


def parse_uuid(text: str) -> UUID | None:
    """A UUID, or None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


class AcceptForm(forms.Form):
    """How an offer is paid, and which version of it the customer has seen."""

    payment_method = forms.ChoiceField(
        label=_("How do you want to pay?"), choices=PaymentMethod, widget=forms.RadioSelect
    )
    quote_version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class CancelForm(forms.Form):
    """Why a request or order is given up."""

    reason = line_field(_("Reason"), 300, required=False, help_text=_("The shops read it."))


class RateForm(forms.Form):
    """One to five stars, and words if there are any."""

    stars = forms.TypedChoiceField(
        label=_("How was it?"),
        coerce=int,
        choices=[(n, n) for n in range(1, 6)],
        widget=forms.RadioSelect,
        error_messages={"required": _("Give 1 to 5 stars.")},
    )
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=1000,
        validators=[no_control_characters_but_lines],
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class MessageForm(forms.Form):
    """A message: words, a photo, or both."""

    text = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=2000,
        validators=[no_control_characters_but_lines],
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    photo = forms.FileField(
        label=_("Photo"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    def clean_photo(self) -> Any:
        """Clean the photo, with its refusal at the field."""
        file = self.cleaned_data["photo"]
        try:
            return accept_photo(file) if file else None
        except Invalid as refused:
            raise forms.ValidationError(str(refused.detail)) from refused

    def clean(self) -> dict[str, Any]:
        """Something has to be said."""
        data = super().clean() or self.cleaned_data
        if not self.errors and not data.get("text") and not data.get("photo"):
            self.add_error("text", _("Write something, or add a photo."))
        return data
