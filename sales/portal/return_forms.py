"""Forms of what comes back: of which lines, what is taken instead, how the money goes."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from clutch.core import forms as fields
from clutch.core.forms import amount
from inventory.actions.misfits import Vehicle
from sales.enums import NO_FEE, RETURN_REASONS, Condition, RefundBy, ReturnReason, Tender
from sales.inputs import BackInput, CartInput, LineInput, LooseInput, PaymentInput, ReturnInput
from sales.models import Sale, TillPolicy
from sales.portal.journal import Line
from sales.portal.sale_forms import ApprovedForm
from sales.pricing import MOST_LINES, MOST_UNITS

line = partial(fields.line, required=False)
DOES_NOT_FIT = ReturnReason.DOES_NOT_FIT.value
PAID_BY = (Tender.CASH, Tender.CARD, Tender.TRANSFER, Tender.ACCOUNT, Tender.STORE_CREDIT)
# The rows of parts are fields named by what they count: "taken-<part>".
TAKEN = "taken-"


def choices_of(values: Sequence[Any]) -> list[tuple[str, Any]]:
    """Choices with a capital letter."""
    return [(value, capfirst(label)) for value, label in values]


def units(most: int) -> forms.IntegerField:
    """How many units; empty is none."""
    widget = forms.NumberInput(
        attrs={"inputmode": "numeric", "min": "0", "max": str(most), "autocomplete": "off"}
    )
    return forms.IntegerField(required=False, min_value=0, max_value=most, widget=widget)


def vehicle_fields() -> dict[str, forms.Field]:
    """What a part did not fit, where no sale says it."""
    year = forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return {
        "make_name": line(_("Make"), 80),
        "model_name": line(_("Model"), 80),
        "year": forms.IntegerField(
            label=_("Year"), required=False, min_value=1900, max_value=2100, widget=year
        ),
    }


def parts_of(data: Mapping[str, Any]) -> dict[UUID, int]:
    """The parts of the fields "taken-<part>" and how many of each; what is no number counts for nothing."""
    found: dict[UUID, int] = {}
    for name in data:
        text = str(data[name])
        if name.startswith(TAKEN) and text.isdecimal() and 0 < int(text[:9]) <= MOST_UNITS:
            try:
                found[UUID(name.removeprefix(TAKEN))] = int(text)
            except ValueError:
                continue
    return dict(list(found.items())[:MOST_LINES])


class BackForm(ApprovedForm):
    """Fields that all returns share."""

    note = line(_("Note"), 300)

    def vehicle(self) -> Vehicle | None:
        """The vehicle that was typed, if any."""
        said = self.cleaned_data
        if not said.get("make_name"):
            return None
        return Vehicle(make_name=said["make_name"], model_name=said["model_name"], year=said["year"])


class ReturnForm(BackForm):
    """What comes back of one sale. `rows` are its lines with their three fields."""

    refund = forms.ChoiceField(
        label=_("The money goes"), choices=choices_of(RefundBy.choices), initial="original"
    )
    pay_by = forms.ChoiceField(
        label=_("Paid by"), choices=choices_of([(m.value, m.label) for m in PAID_BY]), required=False
    )
    tendered = amount(_("Cash given"), required=False)
    reference = line(_("Reference"), 80)

    def __init__(
        self, sale: Sale, lines: Sequence[Line], policy: TillPolicy, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sale, self.open_lines = sale, [row for row in lines if row.left]
        for row in self.open_lines:
            pk = row.line.pk
            self.fields[f"units-{pk}"] = units(row.left)
            self.fields[f"condition-{pk}"] = forms.ChoiceField(
                choices=choices_of(Condition.choices), required=False
            )
            reasons = [("", "—"), *choices_of(RETURN_REASONS)]
            self.fields[f"reason-{pk}"] = forms.ChoiceField(choices=reasons, required=False)
        if sale.customer is None:
            self.fields["phone"] = line(_("Customer's phone"), 20, attrs={"dir": "ltr", "inputmode": "tel"})
            self.fields["name"] = line(_("Customer's name"), 120)
        if sale.vehicle is None and sale.order is None:
            self.fields |= vehicle_fields()
        if policy.restocking_percent:
            self.fields["no_fee"] = forms.BooleanField(label=_("No restocking fee"), required=False)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The lines that can come back, with their fields."""
        names = ("units", "condition", "reason")
        return [
            {"row": row, **{name: self[f"{name}-{row.line.pk}"] for name in names}} for row in self.open_lines
        ]

    def clean(self) -> dict[str, Any]:
        """A reason for each line that comes back."""
        said: dict[str, Any] = super().clean() or {}
        for row in self.open_lines:
            if said.get(f"units-{row.line.pk}") and not said.get(f"reason-{row.line.pk}"):
                self.add_error(f"reason-{row.line.pk}", str(_("Say why it comes back.")))
        return said

    def backs(self) -> list[BackInput]:
        """What comes back; a line without a reason yet counts as any other."""
        found = []
        for row in self.open_lines:
            pk = row.line.pk
            if quantity := self.cleaned_data.get(f"units-{pk}"):
                condition = self.cleaned_data.get(f"condition-{pk}") or Condition.RESALEABLE
                reason = self.cleaned_data.get(f"reason-{pk}") or ReturnReason.OTHER
                found.append(BackInput(pk, quantity, Condition(condition), ReturnReason(reason)))
        return found

    def given(self, register_id: UUID | None) -> ReturnInput:
        """As the act wants it."""
        said, backs = self.cleaned_data, self.backs()
        return ReturnInput(
            backs,
            refund=RefundBy(said.get("refund") or RefundBy.ORIGINAL),
            register_id=register_id,
            restocking_fee=Decimal(0) if said.get("no_fee") else None,
            vehicle=self.vehicle(),
            note=said.get("note", ""),
            phone=said.get("phone", ""),
            name=said.get("name", ""),
            refund_delivery=self.wants_delivery(backs),
        )

    def wants_delivery(self, backs: Sequence[BackInput]) -> bool:
        """What was chosen; before that yes where the shop is at fault for all of it."""
        if not self.sale.delivery_fee or sum(row.left for row in self.open_lines) != sum(
            b.quantity for b in backs
        ):
            return False
        if "delivery_asked" in self.data:
            return "refund_delivery" in self.data
        return all(back.reason in NO_FEE for back in backs)

    def cart(self, register_id: UUID | None) -> CartInput | None:
        """What is taken instead; None where nothing is."""
        taken = parts_of(self.data)
        if not taken:
            return None
        rows = [LineInput(part_id, quantity) for part_id, quantity in taken.items()]
        return CartInput(rows, register_id=register_id, customer_id=self.sale.customer_id)

    def payments(self, due: Decimal) -> list[PaymentInput]:
        """How the difference is paid: `due` is what is left without the rounding of cash."""
        method = Tender(self.cleaned_data.get("pay_by") or Tender.CASH)
        if not due:
            return []
        if method == Tender.CASH:
            return [PaymentInput(method, tendered=self.cleaned_data.get("tendered"))]
        return [PaymentInput(method, due, reference=self.cleaned_data.get("reference", ""))]


class LooseForm(BackForm):
    """What comes back without a receipt: parts that were scanned, a phone for the store credit."""

    phone = line(_("Customer's phone"), 20, required=True, attrs={"dir": "ltr", "inputmode": "tel"})
    name = line(_("Customer's name"), 120)
    condition = forms.ChoiceField(label=_("Condition"), choices=choices_of(Condition.choices))
    reason = forms.ChoiceField(label=_("Reason"), choices=choices_of(RETURN_REASONS))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= vehicle_fields()

    def lines(self) -> list[LooseInput]:
        """The parts, all in one condition and for one reason."""
        said = self.cleaned_data
        condition = Condition(said.get("condition") or Condition.RESALEABLE)
        reason = ReturnReason(said.get("reason") or ReturnReason.OTHER)
        return [LooseInput(part, count, condition, reason) for part, count in parts_of(self.data).items()]


class CoreForm(forms.Form):
    """Old parts that come back."""

    quantity = forms.IntegerField(
        label=_("How many"), min_value=1, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    refund = forms.ChoiceField(
        label=_("The money goes"),
        choices=choices_of([c for c in RefundBy.choices if c[0] != RefundBy.ORIGINAL]),
    )
