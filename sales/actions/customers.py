"""Acts on a shop's customers."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clutch.accounts.phones import normalise
from clutch.core.errors import Invalid
from clutch.core.numbers import take_number
from clutch.feed.action import action
from clutch.feed.actor import Actor
from sales.models import Customer, CustomerBalance
from shops.keys import name_key


@action
def customer_of_phone(shop_id: UUID, *, phone: str, name: str = "", actor: Actor) -> Customer:
    """The customer of a shop with a phone number, a new one where nobody has it. Invalid at `phone`."""
    number = _phone(phone)
    found = Customer.objects.filter(shop=shop_id, phone=number, merged_into=None, erased_at=None)
    if row := found.order_by("pk").first():
        return row
    row = Customer.objects.create(
        shop_id=shop_id, number=f"C-{take_number(f'customer/{shop_id}'):06d}", name=name or number,
        name_key=name_key(name or number), phone=number,
    )  # fmt: skip
    CustomerBalance.objects.create(customer=row)
    return row


def _phone(phone: str) -> str:
    if not phone.strip():
        message = _("Enter the customer's phone number.")
        raise Invalid(message, fields={"phone": [message]})
    try:
        return normalise(phone)
    except ValidationError as error:
        raise Invalid(error.messages[0], fields={"phone": error.messages}) from error
