"""Forms behind special orders: ordering, handing over, giving up."""

from functools import partial

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from clutch.core import forms as fields
from clutch.core.forms import amount
from sales.enums import RefundBy, Tender

line = partial(fields.line, required=False)
PAID_BY = (Tender.CASH, Tender.CARD, Tender.TRANSFER, Tender.ACCOUNT, Tender.STORE_CREDIT)


class OrderedForm(forms.Form):
    """When a part is expected."""

    expected_on = forms.DateField(
        label=_("Expected"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class CollectForm(forms.Form):
    """How what is left is paid."""

    pay_by = forms.ChoiceField(label=_("Paid by"), choices=[(m.value, capfirst(m.label)) for m in PAID_BY])
    tendered = amount(_("Cash given"), required=False)
    reference = line(_("Reference"), 80)


class CancelForm(forms.Form):
    """Why an order is given up, and how its deposit goes back."""

    reason = line(_("Reason"), 200, required=True)
    refund = forms.ChoiceField(
        label=_("The deposit goes"), choices=[(value, capfirst(label)) for value, label in RefundBy.choices]
    )
