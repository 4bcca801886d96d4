"""Every lock of this app, in the order of the house: sale, register, cash session,
customer's balance; then inventory's stock, and the number series last.

Each is ordered by primary key and spares foreign-key checks of others (`no_key`).
"""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clutch.core.errors import NotFound
from sales.enums import SessionStatus
from sales.models import (
    CashSession,
    ClerkPin,
    CoreDeposit,
    Customer,
    CustomerBalance,
    CustomerVehicle,
    Register,
    Sale,
    SpecialOrder,
)


def sale(shop_id: UUID, sale_id: UUID) -> Sale:
    """One sale of a shop, locked. Raises NotFound."""
    row = Sale.objects.select_for_update(no_key=True, of=("self",)).filter(shop=shop_id, pk=sale_id).first()
    if row is None:
        raise NotFound(_("There is no such sale."))
    return row


def sale_of_order(order_id: UUID) -> Sale | None:
    """The sale that an order became, locked; the order is locked before."""
    return Sale.objects.select_for_update(no_key=True, of=("self",)).filter(order=order_id).first()


def cores(line_ids: Collection[UUID]) -> QuerySet[CoreDeposit]:
    """The deposits of lines of a sale, locked; the sale is locked before."""
    rows = CoreDeposit.objects.select_for_update(no_key=True, of=("self",))
    return rows.filter(sale_line__in=line_ids).order_by("pk")


def special_order(shop_id: UUID, special_order_id: UUID) -> SpecialOrder:
    """One special order of a shop, locked before its sale. Raises NotFound."""
    rows = SpecialOrder.objects.select_for_update(no_key=True, of=("self",))
    row = rows.filter(shop=shop_id, pk=special_order_id).first()
    if row is None:
        raise NotFound(_("There is no such special order."))
    return row


def special_orders_of(sale_id: UUID) -> QuerySet[SpecialOrder]:
    """The special orders that a sale collected, locked; the sale is locked before."""
    rows = SpecialOrder.objects.select_for_update(no_key=True, of=("self",))
    return rows.filter(sale=sale_id).order_by("pk")


def register(shop_id: UUID, register_id: UUID) -> Register:
    """One register of a shop, locked: who opens it holds it. Raises NotFound."""
    rows = Register.objects.select_for_update(no_key=True, of=("self",))
    row = rows.filter(shop=shop_id, pk=register_id).first()
    if row is None:
        raise NotFound(_("There is no such register."))
    return row


def session(shop_id: UUID, session_id: UUID) -> CashSession:
    """One cash session of a shop, locked: what changes its drawer holds it. Raises NotFound."""
    rows = CashSession.objects.select_for_update(no_key=True, of=("self",))
    row = rows.filter(shop=shop_id, pk=session_id).first()
    if row is None:
        raise NotFound(_("There is no such cash session."))
    return row


def open_session(shop_id: UUID, register_id: UUID) -> CashSession | None:
    """The open cash session of a register, locked; None while the register is closed."""
    rows = CashSession.objects.select_for_update(no_key=True, of=("self",))
    return rows.filter(shop=shop_id, register=register_id, status=SessionStatus.OPEN).first()


def pin(member_id: UUID) -> ClerkPin | None:
    """The PIN of a member, locked; None while they have none."""
    return ClerkPin.objects.select_for_update(no_key=True, of=("self",)).filter(member=member_id).first()


def customer(shop_id: UUID, customer_id: UUID) -> Customer:
    """One customer of a shop, locked. Raises NotFound."""
    rows = Customer.objects.select_for_update(no_key=True, of=("self",))
    row = rows.filter(shop=shop_id, pk=customer_id).first()
    if row is None:
        raise NotFound(_("There is no such customer."))
    return row


def customers(shop_id: UUID, customer_ids: Collection[UUID]) -> dict[UUID, Customer]:
    """Several customers of a shop by id, locked. Raises NotFound where one is missing."""
    rows = Customer.objects.select_for_update(no_key=True, of=("self",))
    found = {row.pk: row for row in rows.filter(shop=shop_id, pk__in=customer_ids).order_by("pk")}
    if len(found) < len(set(customer_ids)):
        raise NotFound(_("There is no such customer."))
    return found


def customer_vehicle(customer_id: UUID, vehicle_id: UUID) -> CustomerVehicle:
    """One vehicle that a customer has, locked; the customer is locked before. Raises NotFound."""
    rows = CustomerVehicle.objects.select_for_update(no_key=True, of=("self",))
    row = rows.filter(customer=customer_id, archived_at=None, pk=vehicle_id).first()
    if row is None:
        raise NotFound(_("This customer has no such vehicle."))
    return row


def balance(shop_id: UUID, customer_id: UUID) -> CustomerBalance:
    """The balance of a customer of a shop, locked: the sum of all that is owed. Raises NotFound.

    Who waited here for a merge finds that nothing may be written under the old name any more; the
    statement of its own sees what that merge has committed.
    """
    rows = CustomerBalance.objects.select_for_update(no_key=True, of=("self",))
    row = rows.filter(customer=customer_id, customer__shop=shop_id).first()
    if row is None or Customer.objects.filter(pk=customer_id).exclude(merged_into=None).exists():
        raise NotFound(_("There is no such customer."))
    return row
