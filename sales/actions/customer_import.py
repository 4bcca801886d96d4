"""The act that brings in customers from a file: new ones, and changes of those who are known."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from uuid import UUID

from clutch.core.errors import DomainError
from clutch.core.numbers import take_number
from clutch.feed.action import action
from clutch.feed.actor import Actor
from orders.models import Order
from sales import events, locks, rules
from sales.actions import customer_values as values
from sales.actions.customer_values import CustomerInput
from sales.finding import words_of
from sales.models import Customer, CustomerBalance
from sales.queries import VEHICLES, customers_here
from shops.models import Shop
from shops.rules import Act

MOST_ROWS = 5_000


@dataclass(frozen=True)
class FileRow:
    """One row of a file: its number there, the customer's number if it names one, and what it says."""

    row: int
    given: CustomerInput
    number: str = ""


@dataclass
class Outcome:
    """What a file did, or would do; `refused` says of each row that cannot be taken why, by field."""

    created: int = 0
    updated: int = 0
    refused: list[tuple[int, dict[str, list[object]]]] = field(default_factory=list)


class _Known:
    """The shop's customers by number and by phone. One query."""

    def __init__(self, shop_id: UUID, rows: Sequence[FileRow]) -> None:
        found = customers_here(shop_id).order_by("-pk").values_list("pk", "number", "phone")
        self.by_number, self.by_phone = {}, {}
        for pk, number, phone in found:
            self.by_number[number] = pk
            if phone:
                self.by_phone[phone] = pk

    def id_of(self, row: FileRow, phone: str) -> UUID | None:
        """Who a row is about: by number, else by phone; None for somebody new."""
        return self.by_number.get(row.number.strip().upper()) or self.by_phone.get(phone)


def checked(
    shop: Shop, rows: Sequence[FileRow], *, lock: bool = False
) -> tuple[list[Customer], list[Customer], Outcome]:
    """New and changed customers as the rows would make them, unsaved, and what is refused."""
    known = _Known(shop.pk, rows)
    phones = {row.row: values.phone_of(row.given.get("phone", "")) for row in rows}
    ids = {row.row: known.id_of(row, phones[row.row]) for row in rows}
    wanted = {pk for pk in ids.values() if pk is not None}
    if lock:
        locks.customers(shop.pk, wanted)
    existing = customers_here(shop.pk).filter(pk__in=wanted).prefetch_related(VEHICLES)
    there: dict[object, Customer] = {row.pk: row for row in existing}
    new: dict[str, Customer] = {}
    changed: dict[UUID, Customer] = {}
    outcome = Outcome()
    for row in rows:
        # A second row with the same phone is about the same person.
        before = there.get(ids[row.row] or row.row) or new.get(phones[row.row])
        # On a copy: a refused row must leave nothing of itself in an earlier one.
        customer = copy(before) if before is not None else Customer(shop=shop)
        try:
            values.fill(customer, row.given, currency=shop.currency)
        except DomainError as refused:
            outcome.refused.append((row.row, dict(refused.fields)))
            continue
        if customer._state.adding:
            new[customer.phone or f"row {row.row}"] = customer
        else:
            there[customer.pk] = changed[customer.pk] = customer
    outcome.created, outcome.updated = len(new), len(changed)
    return list(new.values()), list(changed.values()), outcome


@action
def import_customers(shop_id: UUID, *, rows: Sequence[FileRow], actor: Actor) -> Outcome:
    """Bring in the rows of a file that can be taken, in one act: all of these or, on a failure, none.

    A row is about the customer whose number it names, else about who has its phone, else about
    somebody new; what it leaves blank stays. At most MOST_ROWS.
    """
    rules.require(actor, shop_id, Act.TRANSFER_CUSTOMERS)
    shop = Shop.objects.get(pk=shop_id)
    assert len(rows) <= MOST_ROWS
    new, changed, outcome = checked(shop, rows, lock=True)
    people = _people(shop_id, [row.phone for row in (*new, *changed) if row.phone])
    for row in new:
        row.number = f"C-{take_number(f'customer/{shop_id}'):06d}"
    for row in (*new, *changed):
        row.user_id = people.get(row.phone, row.user_id)
        row.words = words_of(row, getattr(row, "driven", ()))
    Customer.objects.bulk_create(new)
    CustomerBalance.objects.bulk_create(CustomerBalance(customer=row) for row in new)
    names = [*sorted(values.TYPED), "name_key", "words", "user"]
    Customer.objects.bulk_update(changed, names, batch_size=500)
    if new or changed:
        events.customers_imported(shop_id, len(new), len(changed))
    return outcome


def _people(shop_id: UUID, phones: Sequence[str]) -> dict[str, UUID]:
    """Who of the platform has these phones and bought here before, as `customer_values.link_user`."""
    bought = Order.objects.filter(
        shop=shop_id, customer__phone__in=phones, customer__phone_verified=True
    ).order_by("pk")
    found = bought.values_list("customer__phone", "customer")
    return {phone: person for phone, person in found if phone}
