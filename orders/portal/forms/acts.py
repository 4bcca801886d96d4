"""Why a shop declines or withdraws, what it writes, how an order leaves and arrives."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.enums import DeclineReason, TrackingKind
from orders.portal.forms.fields import LONGEST_MINUTES, LineField, MoneyField, PhotoField, ProseField
from orders.portal.wording import plain_digits

# What a shop reports by hand, beside what the acts themselves write.
REPORTED = (
    TrackingKind.IN_TRANSIT,
    TrackingKind.ARRIVED,
    TrackingKind.FAILED_ATTEMPT,
    TrackingKind.PACKED,
    TrackingKind.NOTE,
)


class DeclineForm(forms.Form):
    """Why a shop does not quote. The customer does not see it."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=DeclineReason.choices)
    note = LineField(label=gettext_lazy("Note"), required=False, max_length=300)

    def clean(self) -> dict[str, Any]:
        """ "Another reason" wants to be named."""
        cleaned = cast(dict[str, Any], super().clean())
        if cleaned.get("reason") == DeclineReason.OTHER and not cleaned.get("note"):
            self.add_error("note", _("Say in a few words why."))
        return cleaned


class WithdrawForm(forms.Form):
    """Why a quote is taken back; the customer reads it."""

    reason = LineField(label=gettext_lazy("Reason"), max_length=300)


class MessageForm(forms.Form):
    """A message to the customer about one request."""

    text = ProseField(label=gettext_lazy("Message"), max_length=2000)

    text.widget.attrs["rows"] = 2


class ShipForm(forms.Form):
    """Who takes the parts to the customer, and when they arrive."""

    courier_name = LineField(label=gettext_lazy("Courier or driver"), max_length=120)
    courier_phone = LineField(label=gettext_lazy("Phone"), required=False, max_length=16)
    tracking_number = LineField(label=gettext_lazy("Tracking number"), required=False, max_length=60)
    eta_minutes = forms.IntegerField(
        label=gettext_lazy("Arrives in, minutes"), required=False, min_value=1, max_value=LONGEST_MINUTES
    )


class TrackingForm(forms.Form):
    """One thing that happened on the way."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What happened"),
        choices=[(kind.value, kind.label) for kind in REPORTED],
    )
    note = LineField(label=gettext_lazy("Note"), required=False, max_length=300)


class DeliverForm(forms.Form):
    """Proof of delivery: the customer's code, or a photo."""

    code = LineField(label=gettext_lazy("Customer's code"), required=False, max_length=12)
    photo = PhotoField(label=gettext_lazy("Photo of the delivery"), required=False)

    code.widget.attrs.update({"inputmode": "numeric", "autocomplete": "off", "dir": "ltr"})

    def clean(self) -> dict[str, Any]:
        """One of the two is needed."""
        cleaned = cast(dict[str, Any], super().clean())
        if not self.errors and not cleaned.get("code") and not cleaned.get("photo"):
            raise ValidationError(_("Enter the customer's code, or take a photo."), code="required")
        if cleaned.get("code"):
            cleaned["code"] = plain_digits(cleaned["code"]).replace(" ", "")
        return cleaned


class CashForm(forms.Form):
    """The cash that was taken at the door."""

    amount = MoneyField(label=gettext_lazy("Cash received"))


class CancelForm(forms.Form):
    """Why the shop cannot fulfil an order it won; the customer reads it."""

    reason = LineField(label=gettext_lazy("Reason"), max_length=300)
