"""The acts that make one customer of two, and that erase what is personal of one."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Conflict, Invalid
from clutch.feed.action import action
from clutch.feed.actor import Actor
from inventory.ledger import Document
from sales import events, locks, rules
from sales.actions import books
from sales.actions import customer_values as values
from sales.actions.customers import check_is_here, here
from sales.enums import SPECIAL_ORDER_TRANSITIONS, SaleStatus
from sales.models import (
    CoreDeposit,
    Customer,
    CustomerVehicle,
    Sale,
    SaleReturn,
    SpecialOrder,
)
from shops.rules import Act

# What of the other is taken where the one who stays has nothing.
TAKEN_OVER = (
    "phone", "second_phone", "email", "address", "district", "company", "contact_person", "tax_number",
    "language", "receipt_by", "user_id",
)  # fmt: skip
# What moves with its customer. Facts (entries, payments, lost sales) stay as they were written and are
# found through `merged_into` (sales.customer_history.family).
MOVED: tuple[Any, ...] = (Sale, SaleReturn, SpecialOrder, CoreDeposit, CustomerVehicle)
PERSONAL = (
    "phone", "second_phone", "email", "address", "district", "company", "contact_person", "tax_number",
    "language", "receipt_by", "notes", "words",
)  # fmt: skip


@action
def merge_customers(shop_id: UUID, *, stays_id: UUID, goes_id: UUID, actor: Actor) -> Customer:
    """Make one customer of two: all that one had becomes the other's, who is returned.

    What is owed both ways moves by entries of its own, so each account still sums to its entries.
    Credit limit, terms, discount and status are those of who stays. Raises Invalid for one and the same,
    NotFound, Conflict `merged` or `erased`.
    """
    rules.require(actor, shop_id, Act.MERGE_CUSTOMERS)
    if stays_id == goes_id:
        message = _("Choose two different customers.")
        raise Invalid(message, fields={"customer_id": [message]})
    rows = locks.customers(shop_id, [stays_id, goes_id])
    stays, goes = rows[stays_id], rows[goes_id]
    for row in (stays, goes):
        check_is_here(row)
    # The balances before the documents: a sale on account that was under way is there to be moved then.
    _move_balance(stays, goes, actor)
    for model in MOVED:
        model.objects.filter(customer=goes).update(customer=stays)
    Customer.objects.filter(merged_into=goes).update(merged_into=stays)
    _take_over(stays, goes)
    goes.merged_into, goes.words = stays, ""
    goes.save(update_fields=["merged_into", "words"])
    values.remember_words(stays)
    stays.save()
    stays.refresh_from_db()
    events.customer_changed(goes, "merged")
    events.customer_changed(stays, "updated")
    return stays


def _move_balance(stays: Customer, goes: Customer, actor: Actor) -> None:
    held = {row.pk: books.Book(row, actor) for row in sorted((stays, goes), key=lambda row: row.pk)}
    held[stays.pk].document = Document("merge", goes.pk, goes.number)
    held[goes.pk].document = Document("merge", stays.pk, stays.number)
    for account, column in books.COLUMNS.items():
        amount = getattr(held[goes.pk].balance, column)
        held[goes.pk].post(account, -amount)
        held[stays.pk].post(account, amount)


def _take_over(stays: Customer, goes: Customer) -> None:
    for name in TAKEN_OVER:
        if not getattr(stays, name):
            setattr(stays, name, getattr(goes, name))
    others = [number for number in (goes.phone, goes.second_phone) if number and number != stays.phone]
    if not stays.second_phone and others:
        stays.second_phone = others[0]
    if stays.second_phone == stays.phone:
        stays.second_phone = ""
    stays.tags = list(dict.fromkeys([*stays.tags, *goes.tags]))[: values.MOST_TAGS]
    stays.notes = "\n".join(filter(None, (stays.notes, goes.notes)))[:4000]


@action
def erase_customer(
    customer_id: UUID, *, shop_id: UUID, expected_version: int | None = None, actor: Actor
) -> Customer:
    """Erase what is personal of a customer on request; number and books stay, and cannot be brought back.

    Vehicles go with their plates and VINs; carts lose the customer. Raises Conflict `not_settled` while
    anything is owed either way or a special order is open, `merged`, `erased`; StaleVersion.
    """
    rules.require(actor, shop_id, Act.ERASE_CUSTOMER)
    customer = here(shop_id, customer_id)
    versions.check(customer, expected_version)
    _check_settled(customer)
    ids = [customer.pk, *Customer.objects.filter(merged_into=customer).values_list("pk", flat=True)]
    carts = Sale.objects.filter(customer__in=ids, status__in=[SaleStatus.DRAFT, SaleStatus.PARKED])
    carts.update(customer=None, vehicle=None)
    Sale.objects.filter(customer__in=ids).exclude(label="").update(label="")
    SaleReturn.objects.filter(customer__in=ids).exclude(phone="").update(phone="")
    CustomerVehicle.objects.filter(customer__in=ids).delete()
    for row in Customer.objects.filter(pk__in=ids).order_by("pk"):
        _blank(row)
    customer.refresh_from_db()
    events.customer_changed(customer, "erased")
    return customer


def _check_settled(customer: Customer) -> None:
    balance = locks.balance(customer.shop_id, customer.pk)
    open_orders = [status for status, targets in SPECIAL_ORDER_TRANSITIONS.items() if targets]
    waiting = SpecialOrder.objects.filter(customer=customer, status__in=open_orders, sale=None)
    owed = Q(pk=balance.pk) & (~Q(owed=0) | ~Q(credit=0) | ~Q(deposit=0))
    if type(balance).objects.filter(owed).exists() or waiting.exists():
        raise Conflict(
            _("Settle first what is owed, the store credit and open special orders."), code="not_settled"
        )


def _blank(customer: Customer) -> None:
    """Take out what is personal; the number stands for the name."""
    for name in PERSONAL:
        setattr(customer, name, "")
    customer.name, customer.name_key = customer.number, ""
    customer.tags, customer.user, customer.marketing_consent_at = [], None, None
    customer.erased_at = timezone.now()
    customer.save()
