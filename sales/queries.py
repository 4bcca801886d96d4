"""Reads of the counter that several acts and pages share."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet, Sum

from inventory.models import BinStock
from sales.enums import CustomerStatus
from sales.finding import matching
from sales.models import Customer, CustomerVehicle, Payment, ReturnLine, Sale, SaleLine
from shops.keys import name_key


def find_sale(sales: QuerySet[Sale], reference: str) -> Sale | None:
    """One of the sales, by its UUID or its receipt number."""
    try:
        return sales.filter(pk=UUID(reference)).first()
    except ValueError:
        return sales.filter(number=reference.strip().upper()).exclude(number="").first()


# What a sale is shown with.
SHOWN = ("lines__bin", "lines__returns", "payments", "register", "clerk", "customer")
# What a credit note is shown with.
RETURN_SHOWN = ("lines", "payments", "sale", "clerk", "customer", *(f"exchange__{name}" for name in SHOWN))


@dataclass(frozen=True)
class Taken:
    """Units of a part out of one bin."""

    bin_id: UUID | None
    quantity: int


class Shelves:
    """Where the units of parts lie, and from where a sale takes them."""

    def __init__(self, part_ids: Collection[UUID]) -> None:
        """One query for all parts."""
        self._left: dict[UUID, dict[UUID | None, int]] = {}
        rows = BinStock.objects.filter(part__in=part_ids, quantity__gt=0).order_by("-quantity", "pk")
        for part_id, bin_id, quantity in rows.values_list("part_id", "bin_id", "quantity"):
            self._left.setdefault(part_id, {})[bin_id] = quantity

    def take(self, part_id: UUID, quantity: int, *, first: UUID | None) -> list[Taken]:
        """Units from the bin named first, then from the fullest; the rest, below zero, from the first."""
        left = self._left.setdefault(part_id, {})
        order = [first, *(bin_id for bin_id in left if bin_id != first)] if first in left else list(left)
        taken: dict[UUID | None, int] = {}
        for bin_id in order:
            units = min(quantity, left[bin_id])
            if units > 0:
                left[bin_id] -= units
                taken[bin_id] = units
                quantity -= units
        if quantity:
            bin_id = first if first is not None or not order else order[0]
            taken[bin_id] = taken.get(bin_id, 0) + quantity
        return [Taken(bin_id, units) for bin_id, units in taken.items()]


# The vehicles that a customer has now, the newest first.
VEHICLES = Prefetch(
    "vehicles",
    CustomerVehicle.objects.filter(archived_at=None).order_by("-pk"),
    to_attr="driven",
)


def credit_left(customer: Customer) -> Decimal:
    """How much more a customer may buy on account; 0 for who may not."""
    if customer.status != CustomerStatus.ACTIVE:
        return Decimal(0)
    return max(customer.credit_limit - customer.balance.owed, Decimal(0))


@dataclass(frozen=True)
class FoundCustomer:
    """A customer whom a text may mean. Amounts are in the shop's currency."""

    customer_id: UUID
    number: str
    name: str
    company: str
    phone: str
    status: str
    discount_percent: Decimal
    credit_left: Decimal
    store_credit: Decimal
    deposit: Decimal
    owed: Decimal
    vehicles: tuple[CustomerVehicle, ...]


def customers_here(shop_id: UUID) -> QuerySet[Customer]:
    """The customers of a shop, without those who were merged into another or erased."""
    return Customer.objects.filter(shop=shop_id, merged_into=None, erased_at=None)


def find_customers(shop_id: UUID, text: str, limit: int = 12) -> list[FoundCustomer]:
    """The customers of a shop whom a text may mean (name, phone, number, plate, VIN), best first.

    At most four queries, however many are found.
    """
    rows = matching(customers_here(shop_id), text).select_related("balance").prefetch_related(VEHICLES)
    return [
        FoundCustomer(
            customer_id=row.pk, number=row.number, name=row.name, company=row.company, phone=row.phone,
            status=row.status, discount_percent=row.discount_percent, credit_left=credit_left(row),
            store_credit=row.balance.credit, deposit=row.balance.deposit, owed=row.balance.owed,
            vehicles=tuple(row.driven),
        )
        for row in rows[:limit]
    ]  # fmt: skip


def duplicates_of(customer: Customer) -> list[Customer]:
    """Other customers of the shop who may be the same: phone, e-mail, tax number, or a vehicle's VIN.

    Two queries; at most ten, the oldest first.
    """
    vins = CustomerVehicle.objects.filter(customer=customer, archived_at=None).exclude(vin="")
    keys = [*(phone.lstrip("+") for phone in (customer.phone, customer.second_phone))]
    keys += [name_key(customer.email), name_key(customer.tax_number)]
    keys += [vin.lower() for vin in vins.values_list("vin", flat=True)]
    same = Q(pk__in=[])
    for key in filter(None, keys):
        same |= Q(words__contains=f" {key} ")
    rows = customers_here(customer.shop_id).filter(same).exclude(pk=customer.pk)
    return list(rows.select_related("balance").order_by("pk")[:10])


def returned_units(sale_id: UUID) -> dict[UUID, int]:
    """How many units of each line of a sale have come back."""
    rows = ReturnLine.objects.filter(sale_line__sale=sale_id).values_list("sale_line")
    return dict(rows.annotate(units=Sum("quantity")).order_by())


def core_total(lines: Collection[SaleLine]) -> Decimal:
    """The deposits of lines."""
    return sum((line.core_charge * line.quantity for line in lines), Decimal(0))


def change_of(payments: Collection[Payment]) -> Decimal:
    """What was handed back of the cash."""
    return sum(
        (row.tendered - row.amount for row in payments if row.tendered is not None and row.amount > 0),
        Decimal(0),
    )


def units_of(lines: Collection[SaleLine]) -> Mapping[UUID, int]:
    """How many units of each part lines have together."""
    units: dict[UUID, int] = {}
    for line in lines:
        if line.part_id is not None:
            units[line.part_id] = units.get(line.part_id, 0) + line.quantity
    return units
