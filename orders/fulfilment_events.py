"""What payment, delivery, rating and messages say in the streams, and the states that they change.

Each event carries the whole state it changes, as the API shows it: applying one twice is harmless,
and a client that has missed none knows what it would be told if it asked again.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from clutch.core.casing import camel
from clutch.core.money import round_money
from clutch.feed.action import publish
from clutch.feed.streams import STAFF_STREAM, Event, shop_stream, user_stream
from orders.enums import CardStatus
from orders.ledger import Balance
from orders.models import CardPayment, Message, MessageThread, Order, Rating, Shipment, TrackingEvent


def stamp(at: datetime | None) -> str | None:
    """A time as the API writes it (RFC 3339, UTC)."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def _wire(state: Mapping[str, Any]) -> dict[str, Any]:
    return {camel(name): value for name, value in state.items()}


def _both(order: Order) -> tuple[str, ...]:
    shop = () if order.shop_id is None else (shop_stream(order.shop_id),)
    return (user_stream(order.customer_id), *shop)


def money(amount: Decimal, currency: str) -> str:
    """An amount with the decimals of its currency."""
    return f"{round_money(amount, currency):f}"


def payment_state(order: Order, sums: Balance) -> dict[str, Any]:
    """How the payment of an order stands; amounts as decimal strings in its currency."""
    return {
        "order_id": str(order.pk),
        "order_number": order.number,
        "payment_status": order.payment_status,
        "payment_method": order.payment_method,
        "currency": order.currency,
        "total": None if order.total is None else money(order.total, order.currency),
        "due": money(sums.due, order.currency),
        "outstanding": money(sums.outstanding, order.currency),
        "authorised": is_covered(order),
        "received": money(sums.received, order.currency),
        "refund_due": money(sums.refund_due, order.currency),
        "refunded": money(sums.refunded, order.currency),
        "partly_refunded": sums.is_partly_refunded,
        "pay_before": stamp(order.payment_due_at),
    }


def is_covered(order: Order) -> bool:
    """Whether a card holds or has given what the order costs; a hold being given up does not count."""
    covering = (CardStatus.PREAUTH, CardStatus.CONFIRMED)
    return CardPayment.objects.filter(order=order, status__in=covering).exists()


def payment_updated(order: Order, sums: Balance) -> None:
    """Tell the customer and the shop how the payment stands now."""
    publish(Event(_both(order), "payment-update", _wire(payment_state(order, sums))))


def payment_flagged(order: Order, says: str) -> None:
    """Show staff a payment whose amount or currency does not fit."""
    data = {
        "orderId": str(order.pk),
        "orderNumber": order.number,
        "reason": "payment_mismatch",
        "detail": says,
    }
    publish(Event((STAFF_STREAM,), "order-stuck", data))


def shipment_state(shipment: Shipment) -> dict[str, Any]:
    """A shipment without its events, and never with its code."""
    return {
        "order_id": str(shipment.order_id),
        "shop_id": str(shipment.shop_id),
        "courier_name": shipment.courier_name,
        "courier_phone": shipment.courier_phone,
        "tracking_number": shipment.tracking_number,
        "eta": stamp(shipment.eta),
        "shipped_at": stamp(shipment.shipped_at),
        "delivered_at": stamp(shipment.delivered_at),
        "proof": shipment.proof or None,
    }


def tracking_state(event: TrackingEvent) -> dict[str, Any]:
    """One event on the way."""
    return {
        "event_id": str(event.pk),
        "kind": event.kind,
        "note": event.note,
        "latitude": event.latitude,
        "longitude": event.longitude,
        "at": stamp(event.at),
    }


def tracking_updated(order: Order, shipment: Shipment, event: TrackingEvent) -> None:
    """Tell both sides what happened on the way."""
    data = {**_wire(shipment_state(shipment)), "event": _wire(tracking_state(event))}
    publish(Event(_both(order), "tracking-update", data))


def rating_state(rating: Rating) -> dict[str, Any]:
    """A rating."""
    return {
        "order_id": str(rating.order_id),
        "shop_id": str(rating.shop_id),
        "stars": rating.stars,
        "comment": rating.comment,
        "at": stamp(rating.at),
    }


def rated(order: Order, rating: Rating) -> None:
    """Tell both sides of a rating."""
    publish(Event(_both(order), "rating", _wire(rating_state(rating))))


def thread_state(thread: MessageThread) -> dict[str, Any]:
    """A conversation without its messages."""
    return {
        "order_id": str(thread.order_id),
        "shop_id": str(thread.shop_id),
        "last_message_at": stamp(thread.last_message_at),
        "customer_unread": thread.customer_unread,
        "shop_unread": thread.shop_unread,
        "customer_read_at": stamp(thread.customer_read_at),
        "shop_read_at": stamp(thread.shop_read_at),
    }


def message_state(message: Message, thread: MessageThread) -> dict[str, Any]:
    """One message. Who in the shop wrote it stays in the shop."""
    photo = f"/api/v1/auto-parts-orders/{thread.order_id}/messages/{message.pk}/photo"
    return {
        "message_id": str(message.pk),
        "side": message.side,
        "text": message.text,
        "photo": photo if message.photo else None,
        "at": stamp(message.at),
    }


def _of_thread(order: Order, thread: MessageThread) -> tuple[str, ...]:
    return (user_stream(order.customer_id), shop_stream(thread.shop_id))


def message_sent(order: Order, thread: MessageThread, message: Message) -> None:
    """Tell the customer and the shop of the conversation; no other shop."""
    data = {**_wire(thread_state(thread)), "message": _wire(message_state(message, thread))}
    publish(Event(_of_thread(order, thread), "message", data))


def messages_read(order: Order, thread: MessageThread) -> None:
    """Tell both sides how far a conversation is read."""
    publish(Event(_of_thread(order, thread), "messages-read", _wire(thread_state(thread))))
