"""Acts on a shop's customers."""

from collections.abc import Sequence
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clutch.accounts.phones import normalise
from clutch.core import versions
from clutch.core.errors import Conflict, Invalid, NotFound
from clutch.core.numbers import take_number
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from sales import events, locks, rules
from sales.actions import customer_values as values
from sales.actions.customer_values import CustomerInput
from sales.actions.customer_vehicles import VehicleInput, write_vehicle
from sales.enums import CUSTOMER_TRANSITIONS
from sales.finding import words_of
from sales.models import Customer, CustomerBalance, CustomerVehicle
from sales.queries import customers_here
from shops.models import Shop
from shops.rules import Act


@action
def add_customer(
    shop_id: UUID, *, given: CustomerInput, vehicles: Sequence[VehicleInput] = (), actor: Actor
) -> Customer:
    """Enter a customer of a shop, under the next number of the shop's series.

    Another customer with the same phone is no obstacle (`sales.queries.duplicates_of` names them).
    Raises Invalid at the fields, NotAllowed for credit or a discount from a role that sets none.
    """
    customer = Customer(shop_id=shop_id)
    rules.member_of(actor, shop_id)
    shop = Shop.objects.only("currency").filter(pk=shop_id).first()
    if shop is None:
        raise NotFound(_("There is no such shop."))
    needed = values.acts_for(customer, given) | {Act.EDIT_CUSTOMERS}
    for act in sorted(needed):
        rules.require(actor, shop_id, act)
    values.fill(customer, given, currency=shop.currency)
    _enter(customer)
    for vehicle in vehicles:
        write_vehicle(CustomerVehicle(customer=customer), vehicle, actor=actor)
    if vehicles:
        values.remember_words(customer)
        customer.save(update_fields=["words"])
    if given.get("status", customer.status) != customer.status:
        transition(customer, given["status"], transitions=CUSTOMER_TRANSITIONS, actor=actor)
    customer.refresh_from_db()
    events.customer_changed(customer, "created")
    return customer


@action
def change_customer(
    customer_id: UUID,
    *,
    shop_id: UUID,
    given: CustomerInput,
    reason: str = "",
    expected_version: int | None = None,
    actor: Actor,
) -> Customer:
    """Change what is said of a customer; what is left out stays. `reason` goes with a status.

    Raises NotFound, StaleVersion (412), Invalid at the fields, Conflict `wrong_status`, NotAllowed
    for credit or a discount from a role that sets none.
    """
    rules.member_of(actor, shop_id)
    customer = here(shop_id, customer_id)
    for act in sorted(values.acts_for(customer, given)):
        rules.require(actor, shop_id, act)
    versions.check(customer, expected_version)
    values.fill(customer, given, currency=customer.shop.currency)
    values.link_user(customer)
    values.remember_words(customer)
    customer.save()
    if given.get("status", customer.status) != customer.status:
        transition(customer, given["status"], transitions=CUSTOMER_TRANSITIONS, actor=actor, reason=reason)
    customer.refresh_from_db()
    events.customer_changed(customer, "updated")
    return customer


@action
def customer_of_phone(shop_id: UUID, *, phone: str, name: str = "", actor: Actor) -> Customer:
    """The customer of a shop with a phone number, a new one where nobody has it. Invalid at `phone`."""
    number = _phone(phone)
    if row := customers_here(shop_id).filter(phone=number).order_by("pk").first():
        return row
    shop = Shop.objects.only("currency").get(pk=shop_id)
    row = Customer(shop_id=shop_id)
    values.fill(row, {"name": name, "phone": number}, currency=shop.currency)
    _enter(row)
    events.customer_changed(row, "created")
    return row


def here(shop_id: UUID, customer_id: UUID) -> Customer:
    """One customer of a shop, locked. Raises NotFound, Conflict `merged` or `erased`."""
    customer = locks.customer(shop_id, customer_id)
    check_is_here(customer)
    return customer


def check_is_here(customer: Customer) -> None:
    """Raise Conflict for a customer who was merged (`mergedIntoId`) or erased."""
    if customer.merged_into_id is not None:
        raise Conflict(
            _("This customer was merged into another one."),
            code="merged",
            extra={"mergedIntoId": str(customer.merged_into_id)},
        )
    if customer.erased_at is not None:
        raise Conflict(_("This customer's data was erased."), code="erased")


def _enter(customer: Customer) -> None:
    """Write a new customer under the next number, with nothing owed."""
    values.link_user(customer)
    customer.number = f"C-{take_number(f'customer/{customer.shop_id}'):06d}"
    customer.words = words_of(customer, ())
    customer.save(force_insert=True)
    CustomerBalance.objects.create(customer=customer)


def _phone(phone: str) -> str:
    if not phone.strip():
        message = _("Enter the customer's phone number.")
        raise Invalid(message, fields={"phone": [message]})
    try:
        return normalise(phone)
    except ValidationError as error:
        raise Invalid(error.messages[0], fields={"phone": error.messages}) from error
