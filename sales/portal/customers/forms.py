"""Forms of the pages of customers: they gather, the actions check."""

from collections.abc import Iterable
from decimal import Decimal
from functools import partial
from typing import Any, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from clutch.core import forms as fields
from clutch.core.forms import amount
from clutch.core.money import round_money
from clutch.core.validators import no_control_characters_but_lines
from sales.actions.customer_values import CREDIT, CustomerInput
from sales.enums import CustomerClass, CustomerKind, CustomerStatus, ReceiptBy, Tender
from sales.models import Customer, CustomerVehicle

line = partial(fields.line, required=False)
PHONE = {"type": "tel", "dir": "ltr", "autocomplete": "off", "inputmode": "tel"}
# How money for an account is received.
RECEIVED = [(row.value, row.label) for row in (Tender.CASH, Tender.CARD, Tender.TRANSFER)]
CODE = {"dir": "ltr", "autocapitalize": "characters", "spellcheck": "false", "autocomplete": "off"}


def percent(label: Any, **kwargs: Any) -> forms.DecimalField:
    """A percentage."""
    attrs = {"inputmode": "decimal", "dir": "ltr", "autocomplete": "off"}
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_value=100, decimal_places=2,
        widget=forms.TextInput(attrs=attrs), **kwargs,
    )  # fmt: skip


def whole(label: Any, most: int, **kwargs: Any) -> forms.IntegerField:
    """A whole number from 0 that may be left out."""
    attrs = {"inputmode": "numeric", "dir": "ltr", "autocomplete": "off"}
    widget = forms.NumberInput(attrs=attrs)
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=most, widget=widget, **kwargs
    )


def day(label: Any) -> forms.DateField:
    """A day."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class CustomerForm(forms.Form):
    """Everything that is said of a customer; what the role may not set is not asked."""

    name = line(_("Name"), 120, help_text=_("The company or the phone number where it is empty."))
    phone = line(_("Phone"), 30, attrs=PHONE)
    second_phone = line(_("Second phone"), 30, attrs=PHONE)
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, required=False,
        widget=forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )  # fmt: skip
    address = line(_("Address"), 300)
    district = line(_("District"), 80)
    kind = forms.ChoiceField(label=_("Person or business"), choices=CustomerKind.choices)
    company = line(_("Company"), 120)
    contact_person = line(_("Contact person"), 120)
    tax_number = line(_("Tax number"), 40, attrs={"dir": "ltr"})
    customer_class = forms.ChoiceField(label=_("Class"), choices=CustomerClass.choices)
    discount_percent = percent(_("Own discount in percent"), help_text=_("Taken off every sale by itself."))
    credit_limit = amount(_("Credit limit"), required=False, help_text=_("Up to here they buy on account."))
    terms_days = whole(_("Days to pay"), 365)
    tags = line(_("Tags"), 400, help_text=_("Between commas."))
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("not known")), *settings.LANGUAGES]
    )
    receipt_by = forms.ChoiceField(
        label=_("Receipt"), required=False, choices=[("", _("as asked")), *ReceiptBy.choices]
    )
    marketing_consent = forms.BooleanField(label=_("Agreed to be told of offers"), required=False)
    notes = forms.CharField(
        label=_("Notes"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        validators=[no_control_characters_but_lines],
    )  # fmt: skip

    def __init__(self, *args: Any, sets_credit: bool, sets_discount: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hidden = set() if sets_credit else set(CREDIT)
        for name in hidden if sets_discount else hidden | {"discount_percent"}:
            del self.fields[name]

    @staticmethod
    def initial_of(customer: Customer) -> dict[str, Any]:
        """The form as the customer is."""
        said = {name: getattr(customer, name, None) for name in CustomerForm.base_fields}
        said["credit_limit"] = round_money(customer.credit_limit, customer.shop.currency)
        said["discount_percent"] = f"{customer.discount_percent.normalize():f}"
        consent = customer.marketing_consent_at is not None
        return {**said, "tags": ", ".join(customer.tags), "marketing_consent": consent}

    def given(self) -> CustomerInput:
        """What was said; an empty number is none."""
        said = dict(self.cleaned_data)
        said["tags"] = [tag.strip() for tag in said["tags"].replace("،", ",").split(",") if tag.strip()]
        for name in ("discount_percent", "credit_limit", "terms_days"):
            if name in said and said[name] is None:
                said[name] = 0 if name == "terms_days" else Decimal(0)
        # The fields of the form are its keys.
        return cast(CustomerInput, said)


class VehicleForm(forms.Form):
    """A vehicle of a customer."""

    make = line(_("Make"), 80, required=True)
    model = line(_("Model"), 80)
    year = forms.IntegerField(
        label=_("Year"), required=False, min_value=0, max_value=9999,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "dir": "ltr"}),
    )  # fmt: skip
    plate = line(_("Number plate"), 20)
    vin = line(_("VIN or chassis number"), 40, attrs=CODE)
    mileage_km = whole(_("Mileage, km"), 10_000_000)

    @staticmethod
    def initial_of(vehicle: CustomerVehicle) -> dict[str, Any]:
        """The form as the vehicle is."""
        said = {name: getattr(vehicle, name) for name in ("year", "plate", "vin", "mileage_km")}
        return {"make": vehicle.make_name, "model": vehicle.model_name, **said}


class CreditForm(forms.Form):
    """How much a customer may owe, and for how long."""

    credit_limit = amount(_("Credit limit"))
    terms_days = whole(_("Days to pay"), 365)


class StatusForm(forms.Form):
    """Whether a customer buys here."""

    status = forms.ChoiceField(label=_("Status"), choices=CustomerStatus.choices)
    reason = line(_("Reason"), 200)


class PaymentForm(forms.Form):
    """Money for what is owed."""

    amount = amount(_("Amount"))
    method = forms.ChoiceField(label=_("How"), choices=RECEIVED)
    register_id = forms.TypedChoiceField(
        label=_("Register"), coerce=UUID, empty_value=None, required=False, choices=()
    )
    reference = line(_("Reference"), 80, attrs={"dir": "ltr"})
    note = line(_("Note"), 200)

    def __init__(self, *args: Any, registers: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["register_id"].choices = [(row.pk, str(row)) for row in registers]  # type: ignore[attr-defined]


class StoreCreditForm(forms.Form):
    """Store credit that is given."""

    amount = amount(_("Amount"))
    reason = line(_("Reason"), 200, required=True)


class MergeForm(forms.Form):
    """Which of two customers stays."""

    stays = forms.TypedChoiceField(label=_("Who stays?"), coerce=UUID, choices=())

    def __init__(self, *args: Any, pair: tuple[Customer, Customer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stays"].choices = [(str(row.pk), _said(row)) for row in pair]  # type: ignore[attr-defined]


def _said(customer: Customer) -> str:
    return " · ".join(filter(None, (customer.name, customer.number, customer.phone)))


class FileForm(forms.Form):
    """A file with customers."""

    file = forms.FileField(
        label=_("File"), allow_empty_file=True, error_messages={"required": _("Choose a file.")},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xlsm,.xls"}),
    )  # fmt: skip


class StatementForm(forms.Form):
    """Which days a statement tells of."""

    begins = day(_("From"))
    ends = day(_("Until"))

    def clean(self) -> dict[str, Any]:
        """The first day is not after the last."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("begins") and said.get("ends") and said["begins"] > said["ends"]:
            self.add_error("ends", _("The last day is before the first."))
        return said
