"""Forms behind the pages of past sales: they gather, the actions check."""

from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from clutch.core import forms as fields
from sales.models import Sale
from shops.models import Member
from shops.rules import PERMISSIONS, Act

line = partial(fields.line, required=False)


class ApprovedForm(forms.Form):
    """A form of an act that the role may not do alone: somebody who may enters a PIN."""

    def __init__(self, *args: Any, approvers: list[Member] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if approvers is None:
            return
        names = [(str(row.pk), str(row.user)) for row in approvers]
        self.fields["approver"] = forms.ChoiceField(label=_("Who allows it"), choices=names)
        pin = forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": "8"})
        self.fields["pin"] = forms.CharField(label=_("PIN"), max_length=8, widget=pin)


def approvers_of(member: Member, act: Act) -> list[Member]:
    """Who of the shop may allow an act by a PIN. One query."""
    rows = Member.objects.filter(
        shop=member.shop_id, is_active=True, role__in=PERMISSIONS[act], pin__isnull=False
    )
    return list(rows.select_related("user").order_by("user__name", "pk"))


class VoidForm(ApprovedForm):
    """Why a sale is undone."""

    reason = line(_("Reason"), 200, required=True)


class MailForm(forms.Form):
    """Where a receipt goes, and in which language."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    @staticmethod
    def initial_of(sale: Sale) -> dict[str, Any]:
        """The customer's address and language, where they are known."""
        customer = sale.customer
        language = customer.language if customer and customer.language else settings.LANGUAGE_CODE
        return {"email": customer.email if customer else "", "language": language}
