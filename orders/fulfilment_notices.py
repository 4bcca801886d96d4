"""The words of payment, delivery, rating and messages, and who is told them."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from clutch.core.money import round_money
from clutch.feed.actor import Actor
from clutch.notifications.actions import notify
from clutch.notifications.kinds import register
from orders.models import Order
from orders.rules import HANDLING, QUOTING, RUNNING
from shops.models import Member

PAYMENT_AUTHORISED = "payment-authorised"
PAYMENT_FAILED = "payment-failed"
PAYMENT_REFUNDED = "payment-refunded"
ORDER_PROCESSING = "order-processing"
ORDER_SHIPPED = "order-shipped"
ORDER_DELIVERED = "order-delivered"
DELIVERY_ARRIVED = "delivery-arrived"
DELIVERY_MISSED = "delivery-missed"
DELIVERY_CODE_LOCKED = "delivery-code-locked"
MESSAGE = "message"
RATED = "rating"

register(
    PAYMENT_AUTHORISED,
    title=_("Card authorised for %(number)s"),
    body=_("%(total)s %(currency)s are held on the customer's card. You can prepare the parts."),
    label=_("Card payments of the shop's orders"),
    segment="shops",
)
register(
    PAYMENT_FAILED,
    title=_("The card was refused for %(number)s"),
    body=_("Nothing was taken. Open the order and try again, or use another card."),
    label=_("Refused cards"),
)
register(
    PAYMENT_REFUNDED,
    title=_("Money back for %(number)s"),
    body=_("%(amount)s %(currency)s went back to your card."),
    label=_("Refunds"),
)
register(
    ORDER_PROCESSING,
    title=_("%(number)s is being prepared"),
    body=_("%(shop)s is getting your parts ready."),
    label=_("Preparation of your order"),
)
register(
    ORDER_SHIPPED,
    title=_("%(number)s is on its way"),
    body=_("Give the courier the delivery code that the order shows, once you have the parts."),
    label=_("Shipping of your order"),
)
register(
    DELIVERY_ARRIVED,
    title=_("%(number)s is at your door"),
    body=_("The courier has arrived. Have your delivery code ready."),
    label=_("Arrival of the courier"),
    sound="arrived",
)
register(
    DELIVERY_MISSED,
    title=_("Nobody was there for %(number)s"),
    body=_("The courier could not hand over your parts. Write to the shop to agree on a time."),
    label=_("Missed deliveries"),
)
register(
    ORDER_DELIVERED,
    title=_("%(number)s was delivered"),
    body=_("How was %(shop)s? Your rating helps the next driver."),
    label=_("Delivery of your order"),
)
register(
    DELIVERY_CODE_LOCKED,
    title=_("Your delivery code for %(number)s is locked"),
    body=_("A wrong code was entered too often. Open the order to get a new one."),
)
register(
    MESSAGE,
    title=_("Message about %(number)s"),
    body="%(text)s",
    label=_("Messages"),
    sound="message",
)
register(
    RATED,
    title=_("%(stars)s of 5 stars for %(number)s"),
    body="%(comment)s",
    label=_("Ratings of the shop"),
    segment="shops",
)


def members(shop_id: UUID | None, roles: Collection[str]) -> list[UUID]:
    """The people of a shop who hear of something."""
    found = Member.objects.filter(shop=shop_id, is_active=True, role__in=roles)
    return list(found.values_list("user_id", flat=True))


def _tell(
    order: Order, people: list[UUID], kind: str, actor: Actor, *, shop_id: UUID | None = None, **params: Any
) -> None:
    shop_id = shop_id or order.shop_id
    notify(
        people,
        kind=kind,
        params={"number": order.number, **params},
        data={"orderId": str(order.pk), "shopId": None if shop_id is None else str(shop_id)},
        actor=actor,
    )


def _amount(order: Order, amount: Decimal) -> str:
    return f"{round_money(amount, order.currency):f}"


def payment_authorised(order: Order, *, actor: Actor) -> None:
    """Tell the shop that the card holds the money."""
    assert order.total is not None
    people = members(order.shop_id, HANDLING)
    _tell(
        order,
        people,
        PAYMENT_AUTHORISED,
        actor,
        total=_amount(order, order.total),
        currency=order.currency,
    )


def payment_failed(order: Order, *, actor: Actor) -> None:
    """Tell the customer that the card was refused."""
    _tell(order, [order.customer_id], PAYMENT_FAILED, actor)


def payment_refunded(order: Order, amount: Decimal, *, actor: Actor) -> None:
    """Tell the customer that money went back to the card."""
    _tell(
        order,
        [order.customer_id],
        PAYMENT_REFUNDED,
        actor,
        amount=_amount(order, amount),
        currency=order.currency,
    )


def order_moved(order: Order, kind: str, *, actor: Actor) -> None:
    """Tell the customer how far the order is."""
    assert order.shop is not None
    _tell(order, [order.customer_id], kind, actor, shop=order.shop.name)


def delivery_code_locked(order: Order, *, actor: Actor) -> None:
    """Tell the customer that somebody guessed at the delivery code."""
    _tell(order, [order.customer_id], DELIVERY_CODE_LOCKED, actor)


def message_to_customer(order: Order, shop_id: UUID, text: str, *, actor: Actor) -> None:
    """Tell the customer of a shop's message."""
    _tell(order, [order.customer_id], MESSAGE, actor, text=text, shop_id=shop_id)


def message_to_shop(order: Order, shop_id: UUID, text: str, *, actor: Actor) -> None:
    """Tell those who answer for the shop of the customer's message."""
    _tell(order, members(shop_id, QUOTING), MESSAGE, actor, text=text, shop_id=shop_id)


def rated(order: Order, stars: int, comment: str, *, actor: Actor) -> None:
    """Tell those who run the shop of a rating."""
    _tell(order, members(order.shop_id, RUNNING), RATED, actor, stars=stars, comment=comment)
