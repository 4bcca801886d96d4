"""Forms of onboarding and of the profile: they gather what a step says, `shops.steps` checks it."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from clutch.core.casing import camel
from clutch.core.errors import Invalid
from clutch.core.forms import line
from clutch.core.validators import latitude, longitude
from shops.enums import DocumentKind, Role, Step
from shops.models import Make
from shops.steps import DEFAULTS

CUSTOM = "custom"
# The week of the market begins on Saturday.
DAYS = (5, 6, 0, 1, 2, 3, 4)
PRESETS: Mapping[str, tuple[Any, Mapping[int, tuple[str, str]]]] = {
    "daily": (_("Every day, 10:00 to 22:00"), dict.fromkeys(DAYS, ("10:00", "22:00"))),
    "six": (
        _("Every day but Friday, 10:00 to 22:00"),
        dict.fromkeys([day for day in DAYS if day != 4], ("10:00", "22:00")),
    ),
    "always": (_("Always open, 24 hours"), dict.fromkeys(DAYS, ("00:00", "00:00"))),
}
SPANS = (1, 2)


class StepForm(forms.Form):
    """Base: field names are those of the step in snake_case."""

    step: Step

    @classmethod
    def initial_of(cls, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Turn what was saved (wire names) into what the fields show."""
        return {name: payload[camel(name)] for name in cls.base_fields if camel(name) in payload}

    def payload(self) -> dict[str, Any]:
        """What the step gets, in wire names; an empty optional field is left out."""
        return {camel(name): value for name, value in self.cleaned_data.items() if value is not None}

    def placed(self, error: Invalid) -> Invalid:
        """The same refusal with each message at the field of this form that it belongs to."""
        fields: dict[str, list[object]] = {}
        for name, messages in error.fields.items():
            fields.setdefault(self.field_of(name), []).extend(messages)
        return Invalid(error.detail, code=error.code, fields=fields)

    def field_of(self, name: str) -> str:
        """The field that shows the message of a path such as "make_ids.0"."""
        return name.partition(".")[0]


class BusinessForm(StepForm):
    """Step 1."""

    step = Step.BUSINESS_INFO
    name = line(
        _("Name of the shop"),
        120,
        help_text=_("As it stands above the door. Customers see it."),
        attrs={"autocomplete": "organization"},
    )
    phone = line(
        _("Phone"),
        40,
        help_text=_("For customers whose order you deliver."),
        attrs={"type": "tel", "autocomplete": "tel", "dir": "ltr", "inputmode": "tel"},
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
    )


def degrees(label: Any, check: Any) -> forms.FloatField:
    """A coordinate, usually set by the map."""
    return forms.FloatField(
        label=label,
        validators=[check],
        error_messages={"required": _("Put the pin on the map, or enter the coordinates.")},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr", "autocomplete": "off"}),
    )


def zones() -> list[tuple[str, str]]:
    """The time zones with a place in their name."""
    return [(name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name]


class LocationForm(StepForm):
    """Step 2: the place, how far the shop delivers, and its week."""

    step = Step.LOCATION_INFO
    address = line(_("Address"), 300, attrs={"autocomplete": "street-address"})
    district = line(
        _("District"),
        80,
        help_text=_("What customers see of your place before they accept."),
        attrs={"autocomplete": "address-level2"},
    )
    latitude = degrees(_("Latitude"), latitude)
    longitude = degrees(_("Longitude"), longitude)
    delivery_radius_km = forms.IntegerField(
        label=_("How far do you deliver, in km?"),
        min_value=1,
        max_value=500,
        initial=20,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones)
    hours_preset = forms.ChoiceField(
        label=_("Opening hours"),
        choices=[*((name, label) for name, (label, _week) in PRESETS.items()), (CUSTOM, _("Other hours"))],
        widget=forms.RadioSelect,
        initial="daily",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound and not any(name.startswith("hours_") for name in self.initial):
            # Who opens "other hours" changes a week rather than typing one.
            week = PRESETS["daily"][1]
            hours = hour_fields([_row(day, opens, closes) for day, (opens, closes) in week.items()])
            self.initial = {**self.initial, **hours}
        for day in DAYS:
            for span in SPANS:
                for edge, label in (("opens", _("opens")), ("closes", _("closes"))):
                    self.fields[hour_name(day, span, edge)] = forms.TimeField(
                        label=label,
                        required=False,
                        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "dir": "ltr"}),
                    )

    @classmethod
    def initial_of(cls, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The hours as a preset where they are one, and always as rows too."""
        rows = payload.get("openingHours", [])
        return {**super().initial_of(payload), "hours_preset": preset_of(rows), **hour_fields(rows)}

    @property
    def days(self) -> list[dict[str, Any]]:
        """Each day with its two spans of bound fields, for the template."""
        return [
            {
                "name": WEEKDAYS[day],
                "spans": [
                    {edge: self[hour_name(day, span, edge)] for edge in ("opens", "closes")} for span in SPANS
                ],
            }
            for day in DAYS
        ]

    def clean(self) -> dict[str, Any]:
        """A span has both times, and some day is open."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("hours_preset") != CUSTOM:
            for day in DAYS:
                for span in SPANS:
                    for edge in ("opens", "closes"):
                        self.errors.pop(hour_name(day, span, edge), None)
            return data
        for day in DAYS:
            for span in SPANS:
                opens, closes = (hour_name(day, span, edge) for edge in ("opens", "closes"))
                if (data.get(opens) is None) != (data.get(closes) is None):
                    missing = opens if data.get(opens) is None else closes
                    if missing not in self.errors:
                        self.add_error(missing, _("Enter both times, or neither for closed."))
        if not self.errors and not self._rows(data):
            self.add_error("hours_preset", _("Enter the hours of at least one day."))
        return data

    def payload(self) -> dict[str, Any]:
        """The place and the hours."""
        names = ("address", "district", "latitude", "longitude", "delivery_radius_km", "time_zone")
        place = {camel(name): self.cleaned_data[name] for name in names}
        rows = [row for row, _name in self._rows(self.cleaned_data)]
        return {**place, "openingHours": rows}

    def field_of(self, name: str) -> str:
        """A message about the third interval goes to the field that it came from."""
        first, *rest = name.split(".")
        if first != "opening_hours" or not rest:
            return first
        rows = self._rows(self.cleaned_data)
        custom = (
            self.cleaned_data["hours_preset"] == CUSTOM and rest[0].isdigit() and int(rest[0]) < len(rows)
        )
        return rows[int(rest[0])][1] if custom else "hours_preset"

    def _rows(self, data: Mapping[str, Any]) -> list[tuple[dict[str, Any], str]]:
        if data.get("hours_preset") != CUSTOM:
            week = PRESETS[data["hours_preset"]][1]
            return [(_row(day, opens, closes), "") for day, (opens, closes) in week.items()]
        rows: list[tuple[dict[str, Any], str]] = []
        for day in DAYS:
            for span in SPANS:
                opens, closes = (data.get(hour_name(day, span, edge)) for edge in ("opens", "closes"))
                if opens is not None and closes is not None:
                    row = _row(day, f"{opens:%H:%M}", f"{closes:%H:%M}")
                    rows.append((row, hour_name(day, span, "opens")))
        return rows


def _row(day: int, opens: str, closes: str) -> dict[str, Any]:
    return {"weekday": day, "opens": opens, "closes": closes}


def hour_name(day: int, span: int, edge: str) -> str:
    """The name of one time field."""
    return f"hours_{day}_{span}_{edge}"


def preset_of(rows: list[dict[str, Any]]) -> str:
    """The preset that a week is, or "custom"."""
    week = sorted((row["weekday"], row["opens"], row["closes"]) for row in rows)
    for name, (_label, days) in PRESETS.items():
        if week == sorted((day, opens, closes) for day, (opens, closes) in days.items()):
            return name
    return CUSTOM if rows else "daily"


def hour_fields(rows: list[dict[str, Any]]) -> dict[str, str]:
    """What the time fields of a week show; a third span of a day has no field here."""
    shown: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: (row["weekday"], row["opens"])):
        for span in SPANS:
            name = hour_name(row["weekday"], span, "opens")
            if name not in shown:
                shown[name] = row["opens"]
                shown[hour_name(row["weekday"], span, "closes")] = row["closes"]
                break
    return shown


class BrandsForm(StepForm):
    """Step 3."""

    step = Step.VEHICLE_BRANDS
    serves_any_make = forms.BooleanField(
        label=_("We sell parts for any make"),
        required=False,
        help_text=_("You are asked for every vehicle near you, also those that are in no list."),
    )
    make_ids = forms.TypedMultipleChoiceField(
        label=_("Makes"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.makes = list(Make.objects.order_by("-is_common", "name").prefetch_related("aliases"))
        self.fields["make_ids"].choices = [(make.pk, make.name) for make in self.makes]  # type: ignore[attr-defined]

    @property
    def shown_makes(self) -> list[dict[str, Any]]:
        """Each make with its other names to search by, and whether it is ticked; common ones first."""
        ticked = {str(value) for value in self["make_ids"].value() or ()}
        return [
            {
                "make": make,
                "words": " ".join([make.name, *(alias.name for alias in make.aliases.all())]),
                "ticked": str(make.pk) in ticked,
            }
            for make in self.makes
        ]


class InventoryForm(StepForm):
    """Step 4."""

    step = Step.INVENTORY_SETUP
    method = forms.ChoiceField(
        label=_("How do you keep your stock?"),
        choices=[
            ("quotes_only", _("Not here: we look on the shelf and quote")),
            ("spreadsheet", _("In a spreadsheet that we will bring")),
            ("own_system", _("In a system of our own")),
        ],
        widget=forms.RadioSelect,
        initial="quotes_only",
    )
    part_types = forms.MultipleChoiceField(
        label=_("Which parts do you sell?"),
        choices=[
            ("genuine", _("Genuine, from the maker of the vehicle")),
            ("oes", _("OES, from the maker of the part")),
            ("aftermarket", _("Aftermarket")),
            ("used", _("Used")),
            ("remanufactured", _("Remanufactured")),
        ],
        widget=forms.CheckboxSelectMultiple,
        initial=DEFAULTS[Step.INVENTORY_SETUP]["partTypes"],
    )
    low_stock_level = forms.IntegerField(
        label=_("Warn below how many pieces?"), min_value=0, max_value=10_000, initial=2
    )


class PricingForm(StepForm):
    """Step 5."""

    step = Step.PRICING_STRATEGY
    markup_percent = forms.DecimalField(
        label=_("What do you add to the cost, in %?"),
        min_value=0,
        max_value=1000,
        decimal_places=2,
        initial=25,
    )
    round_to = forms.ChoiceField(
        label=_("Round prices to"),
        choices=[("none", _("do not round")), ("1", "1"), ("5", "5"), ("10", "10")],
        initial="5",
    )
    delivery_fee = forms.DecimalField(label=_("Usual delivery fee"), min_value=0, initial=0)
    quote_valid_hours = forms.IntegerField(
        label=_("How many hours is a quote valid?"), min_value=1, max_value=336, initial=24
    )

    def payload(self) -> dict[str, Any]:
        """Amounts as text, as they go over the wire."""
        return {name: str(value) for name, value in super().payload().items()}


class VerificationForm(StepForm):
    """Step 6."""

    step = Step.VERIFICATION
    owner_name = line(_("Name of the owner"), 120, attrs={"autocomplete": "name"})
    commercial_register = line(_("Commercial register number"), 40, attrs={"dir": "ltr"})
    tax_number = line(_("Tax number"), 40, required=False, attrs={"dir": "ltr"})


FORMS: Mapping[Step, type[StepForm]] = {
    form.step: form
    for form in (BusinessForm, LocationForm, BrandsForm, InventoryForm, PricingForm, VerificationForm)
}


class DocumentForm(forms.Form):
    """One document."""

    kind = forms.ChoiceField(label=_("What is it?"), choices=DocumentKind.choices)
    file = forms.FileField(
        label=_("Photo or PDF"),
        help_text=_("At most 10 MB. Only our staff and the leaders of your shop can open it."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,application/pdf"}),
    )


class InviteForm(forms.Form):
    """A link for a colleague."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.CASHIER)
    note = line(_("For whom?"), 80, required=False, help_text=_("Only to tell your links apart."))

    def __init__(self, *args: Any, owners: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            choice for choice in Role.choices if owners or choice[0] != Role.OWNER
        ]
