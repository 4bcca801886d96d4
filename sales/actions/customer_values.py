"""What may be said of a customer: checked at each field, and who may say it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypedDict

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.accounts.phones import normalise
from clutch.core.errors import Invalid
from clutch.core.money import MAX_AMOUNT, is_exact
from orders.models import Order
from sales.enums import CustomerStatus
from sales.finding import words_of
from sales.models import Customer, CustomerVehicle
from shops.keys import name_key
from shops.rules import Act

MOST_TAGS = 20
TAG_LENGTH = 40
MOST_DAYS = 365


class CustomerInput(TypedDict, total=False):
    """What is said of a customer; what is left out stays. Amounts are in the shop's currency."""

    kind: str
    name: str
    phone: str
    second_phone: str
    email: str
    address: str
    district: str
    company: str
    contact_person: str
    tax_number: str
    customer_class: str
    discount_percent: Decimal
    tags: list[str]
    language: str
    receipt_by: str
    marketing_consent: bool
    credit_limit: Decimal
    terms_days: int
    notes: str
    status: str


# What only those who set credit may say, and what goes below the shop's prices.
CREDIT = frozenset({"credit_limit", "terms_days"})
_DERIVED = frozenset({"status", "marketing_consent"})
TYPED = frozenset(CustomerInput.__annotations__) - _DERIVED
_ONE_LINE = frozenset({"name", "company", "contact_person", "address", "district", "tax_number"})

Errors = dict[str, list[object]]


def acts_for(customer: Customer, given: CustomerInput) -> set[Act]:
    """What the role must allow to say this of a customer.

    Credit is for who sets it, a discount for who may exceed the cashiers' limit (at the till the
    customer's discount counts beside it), and to suspend is to stop the credit. Who may set credit
    need not be allowed to edit the rest.
    """
    said: Mapping[str, Any] = given
    changed = {name for name in TYPED if name in said and said[name] != getattr(customer, name)}
    needed: set[Act] = set()
    if changed & CREDIT:
        needed.add(Act.SET_CREDIT)
    if "discount_percent" in changed:
        needed.add(Act.EXCEED_DISCOUNT)
    status = given.get("status", customer.status)
    if status != customer.status and CustomerStatus.SUSPENDED in (status, customer.status):
        needed.add(Act.SET_CREDIT)
    had_consent = bool(customer.marketing_consent_at)
    rest = changed - CREDIT - {"discount_percent"}
    if rest or given.get("marketing_consent", had_consent) != had_consent or not needed:
        needed.add(Act.EDIT_CUSTOMERS)
    return needed


def fill(customer: Customer, given: CustomerInput, *, currency: str) -> None:
    """Set what is given on an unsaved or locked customer. Raises Invalid with all errors at their fields."""
    unknown = set(given) - TYPED - _DERIVED
    if unknown:
        raise TypeError(f"not a customer's: {sorted(unknown)}")
    errors: Errors = {}
    said: Mapping[str, Any] = given
    for name in TYPED & set(given):
        value = said[name]
        setattr(customer, name, " ".join(value.split()) if name in _ONE_LINE else value)
    for name in ("phone", "second_phone"):
        if said.get(name):
            errors |= _phone(customer, name)
    if "marketing_consent" in given and given["marketing_consent"] != bool(customer.marketing_consent_at):
        customer.marketing_consent_at = timezone.now() if given["marketing_consent"] else None
    if not customer.name:
        customer.name = customer.company or customer.phone
    customer.name_key = name_key(customer.name)[:120]
    for name, messages in {**_field_errors(customer), **_more_errors(customer, currency)}.items():
        errors.setdefault(name, messages)
    if errors:
        raise Invalid(_("Check the marked fields."), fields=errors)


def phone_of(text: str) -> str:
    """A phone as it is kept; "" for what is none."""
    try:
        return normalise(text) if text.strip() else ""
    except ValidationError:
        return ""


def _phone(customer: Customer, name: str) -> Errors:
    try:
        setattr(customer, name, normalise(getattr(customer, name)))
    except ValidationError as error:
        return {name: list(error.messages)}
    return {}


def _field_errors(customer: Customer) -> Errors:
    if not customer.name:
        return {"name": [_("Enter a name or a phone number.")]}
    try:
        customer.clean_fields(exclude={"shop", "number", "user", "merged_into", "name_key", "words"})
    except ValidationError as error:
        return {name: list(messages) for name, messages in error.message_dict.items()}
    return {}


def _more_errors(customer: Customer, currency: str) -> Errors:
    errors: Errors = {}
    limit = Decimal(customer.credit_limit)
    if not limit.is_finite() or not 0 <= limit <= MAX_AMOUNT or not is_exact(limit, currency):
        errors["credit_limit"] = [_("Check this amount.")]
    if not 0 <= customer.terms_days <= MOST_DAYS:
        errors["terms_days"] = [_("Payment terms are 0 to %(days)s days.") % {"days": MOST_DAYS}]
    if not 0 <= customer.discount_percent <= 100:
        errors["discount_percent"] = [_("A percentage is between 0 and 100.")]
    if customer.language and customer.language not in dict(settings.LANGUAGES):
        errors["language"] = [_("Choose one of the languages of the site.")]
    customer.tags = list(dict.fromkeys(" ".join(tag.split()) for tag in customer.tags if tag.strip()))
    if len(customer.tags) > MOST_TAGS or any(len(tag) > TAG_LENGTH for tag in customer.tags):
        errors["tags"] = [
            _("At most %(count)s tags of %(length)s letters.") % {"count": MOST_TAGS, "length": TAG_LENGTH}
        ]
    return errors


def link_user(customer: Customer) -> None:
    """Say which person of the platform a customer is: who has this phone and bought here before.

    Only then does the shop know their number; anybody else's would tell who has an account.
    """
    if customer.phone:
        bought = Order.objects.filter(
            shop=customer.shop_id, customer__phone=customer.phone, customer__phone_verified=True
        )
        customer.user_id = bought.values_list("customer", flat=True).first() or customer.user_id


def remember_words(customer: Customer) -> None:
    """Set all by which a saved customer is found."""
    vehicles = CustomerVehicle.objects.filter(customer=customer, archived_at=None)
    customer.words = words_of(customer, vehicles.order_by("pk"))
