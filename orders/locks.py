"""Every lock of this app, in the order of the house: order, quotes, invitations, card payments,
shipment, conversation; the number series of `clutch.core.numbers` comes last.

Each is ordered by primary key and spares foreign-key checks of others (`no_key`). An act takes
the order first: whatever happens to one request happens one after the other.
"""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clutch.core.errors import NotFound
from orders.models import CardPayment, Invitation, MessageThread, Order, Quote, Shipment


def orders(ids: Collection[UUID]) -> QuerySet[Order]:
    """The orders with these ids, locked."""
    return Order.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids).order_by("pk")


def order(order_id: UUID) -> Order:
    """One order, locked. Raises NotFound."""
    row = orders([order_id]).first()
    if row is None:
        raise NotFound(_("There is no such order."))
    return row


def quotes_of(order_id: UUID) -> QuerySet[Quote]:
    """All quotes of an order, locked; the order must be locked before."""
    return Quote.objects.select_for_update(no_key=True, of=("self",)).filter(order=order_id).order_by("pk")


def quote(order_id: UUID, quote_id: UUID) -> Quote:
    """One quote of a locked order, locked. Raises NotFound."""
    row = quotes_of(order_id).filter(pk=quote_id).first()
    if row is None:
        raise NotFound(_("There is no such quote."))
    return row


def invitations_of(order_id: UUID) -> QuerySet[Invitation]:
    """All invitations of a locked order, locked."""
    return (
        Invitation.objects.select_for_update(no_key=True, of=("self",)).filter(order=order_id).order_by("pk")
    )


def invitation(order_id: UUID, shop_id: UUID) -> Invitation:
    """A shop's invitation to a locked order, locked. Raises NotFound."""
    row = invitations_of(order_id).filter(shop=shop_id).first()
    if row is None:
        raise NotFound(_("There is no such request."))
    return row


def card_payments_of(order_id: UUID) -> QuerySet[CardPayment]:
    """The card payments of a locked order, locked."""
    rows = CardPayment.objects.select_for_update(no_key=True, of=("self",))
    return rows.filter(order=order_id).order_by("pk")


def card_payment(payment_id: UUID) -> CardPayment:
    """One card payment, locked; its order must be locked before where its status may change."""
    rows = CardPayment.objects.select_for_update(no_key=True, of=("self",))
    row = rows.filter(pk=payment_id).first()
    if row is None:
        raise NotFound(_("There is no such payment."))
    return row


def shipment(order_id: UUID) -> Shipment:
    """The shipment of an order, locked. Raises NotFound before the order is prepared."""
    rows = Shipment.objects.select_for_update(no_key=True, of=("self",))
    row = rows.filter(order=order_id).first()
    if row is None:
        raise NotFound(_("This order has not been prepared yet."))
    return row


def thread(order_id: UUID, shop_id: UUID) -> MessageThread:
    """The conversation of an order with one shop, locked; it begins here where there was none.

    Taken without the lock of the order: talking never waits for what happens to the order.
    """
    MessageThread.objects.bulk_create(
        [MessageThread(order_id=order_id, shop_id=shop_id)], ignore_conflicts=True
    )
    rows = MessageThread.objects.select_for_update(no_key=True, of=("self",))
    return rows.get(order=order_id, shop=shop_id)
