"""What is said in the streams, and to whom. The payloads are the contract with the apps.

Shops hear of the district and never of the address, and nothing of each other; customers hear
nothing of who declined.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from clutch.core.money import round_money
from clutch.feed.action import publish
from clutch.feed.streams import STAFF_STREAM, Event, shop_stream, user_stream
from orders.enums import InvitationStatus
from orders.models import Invitation, Order, OrderLine, Quote, QuoteLine
from shops.enums import ShopStatus


def vehicle(order: Order) -> dict[str, Any]:
    """A vehicle as it goes over the wire."""
    return {"make": order.make_name, "model": order.model_name, "year": order.year, "vin": order.vin or None}


def parts(lines: Iterable[OrderLine]) -> list[dict[str, Any]]:
    """The requested parts as they go over the wire."""
    return [
        {
            "partId": str(line.pk),
            "name": line.name,
            "partNumber": line.part_number,
            "quantity": line.quantity,
            "notes": line.notes,
        }
        for line in lines
    ]


def amount(value: Decimal, currency: str) -> str:
    """An amount as it goes over the wire: with the decimals of its currency, e.g. "850.00"."""
    return f"{round_money(value, currency):f}"


def new_parts_order(order: Order, lines: Sequence[OrderLine], invitation: Invitation) -> None:
    """Tell a shop that it is asked to quote."""
    publish(Event((shop_stream(invitation.shop_id),), "new-parts-order", _request(order, lines, invitation)))


def parts_order_amended(order: Order, lines: Sequence[OrderLine], invitation: Invitation) -> None:
    """Tell an invited shop that the parts, the photos or the deadline have changed."""
    data = {**_request(order, lines, invitation), "revision": order.revision}
    publish(Event((shop_stream(invitation.shop_id),), "parts-order-amended", data))


def _request(order: Order, lines: Sequence[OrderLine], invitation: Invitation) -> dict[str, Any]:
    return {
        "orderId": str(order.pk),
        "vehicle": vehicle(order),
        "parts": parts(lines),
        "district": order.district,
        "estimatedDelivery": invitation.estimated_delivery_minutes,
        "priority": invitation.priority,
        "expiresAt": invitation.deadline,
    }


def parts_order_closed(order: Order, shop_ids: Iterable[UUID], reason: str) -> None:
    """Tell invited shops that a request is no longer open: `accepted`, `cancelled` or `closed`."""
    streams = tuple(shop_stream(shop_id) for shop_id in shop_ids)
    if streams:
        publish(Event(streams, "parts-order-closed", {"orderId": str(order.pk), "reason": reason}))


def order_changed(order: Order) -> None:
    """Tell the customer's other devices that parts, photos or the close have changed."""
    data = {
        "orderId": str(order.pk),
        "revision": order.revision,
        "quotesCloseAt": order.quotes_close_at,
    }
    publish(Event((user_stream(order.customer_id),), "order-changed", data))


def new_quote(order: Order, quote: Quote) -> None:
    """Tell the customer of a quote."""
    publish(Event((user_stream(order.customer_id),), "new-quote", _quote(quote)))


def quote_updated(order: Order, quote: Quote) -> None:
    """Tell the customer that a quote was revised or stands again, or its shop left the market or is back."""
    data = {**_quote(quote), "shopIsActive": quote.shop.status == ShopStatus.ACTIVE}
    publish(Event((user_stream(order.customer_id),), "quote-updated", data))


def _quote(quote: Quote) -> dict[str, Any]:
    return {
        "orderId": str(quote.order_id),
        "quoteId": str(quote.pk),
        "shopName": quote.shop.name,
        "totalPrice": amount(quote.total_price, quote.currency),
        "estimatedDelivery": quote.estimated_delivery_minutes,
        "availableParts": quote.available_parts,
        "missingParts": quote.missing_parts,
    }


def quote_sent(quote: Quote) -> None:
    """Tell the colleagues in the shop that its quote was sent, revised or withdrawn."""
    total = amount(quote.total_price, quote.currency)
    data = {**_ids(quote), "status": quote.status, "totalPrice": total, "byRule": quote.sent_by_rule}
    publish(Event((shop_stream(quote.shop_id),), "quote-sent", data))


def invitation_declined(invitation: Invitation) -> None:
    """Tell the colleagues in the shop that one of them has declined a request."""
    data = {"orderId": str(invitation.order_id)}
    publish(Event((shop_stream(invitation.shop_id),), "invitation-declined", data))


def draft_ready(invitation: Invitation) -> None:
    """Tell a shop that a quote is prepared for one of its requests."""
    data = {"orderId": str(invitation.order_id)}
    publish(Event((shop_stream(invitation.shop_id),), "quote-draft-ready", data))


def quote_withdrawn(order: Order, quote: Quote) -> None:
    """Tell the customer that a shop has taken its quote back."""
    publish(Event((user_stream(order.customer_id),), "quote-withdrawn", _ids(quote)))


def quote_expired(order: Order, quote: Quote) -> None:
    """Tell both sides that a quote has run out."""
    streams = (user_stream(order.customer_id), shop_stream(quote.shop_id))
    publish(Event(streams, "quote-expired", _ids(quote)))


def quote_accepted(quote: Quote) -> None:
    """Tell the shop that its quote was taken."""
    publish(Event((shop_stream(quote.shop_id),), "quote-accepted", _ids(quote)))


def order_short(order: Order, lacking: Iterable[tuple[QuoteLine, int, int]]) -> None:
    """Tell the selected shop which parts it has sold and cannot hold: asked for and held, in units."""
    data = {
        "orderId": str(order.pk),
        "orderNumber": order.number,
        "parts": [
            {"offerId": str(offer.pk), "name": offer.line.name, "asked": asked, "held": held}
            for offer, asked, held in lacking
        ],
    }
    assert order.shop_id is not None
    publish(Event((shop_stream(order.shop_id),), "order-short", data))


def order_picked(order: Order, offer: QuoteLine) -> None:
    """Tell the colleagues in the shop how much of a bought part lies ready."""
    data = {"orderId": str(order.pk), "offerId": str(offer.pk), "picked": offer.picked}
    assert order.shop_id is not None
    publish(Event((shop_stream(order.shop_id),), "order-picked", data))


def quote_lost(quote: Quote) -> None:
    """Tell the shop that its quote was not taken. Not by whom, and not for how much."""
    publish(Event((shop_stream(quote.shop_id),), "quote-lost", _ids(quote)))


def quote_reopened(quote: Quote) -> None:
    """Tell the shop that its quote stands again, because another's payment was not authorised in time."""
    publish(Event((shop_stream(quote.shop_id),), "quote-reopened", _ids(quote)))


def _ids(quote: Quote) -> dict[str, Any]:
    return {"orderId": str(quote.order_id), "quoteId": str(quote.pk)}


def order_status_update(order: Order, *, also_shop: UUID | None = None) -> None:
    """Tell the customer and the selected shop; `also_shop` is one that was selected until now."""
    shop_ids = {shop_id for shop_id in (order.shop_id, also_shop) if shop_id is not None}
    streams = (user_stream(order.customer_id), *sorted(shop_stream(shop_id) for shop_id in shop_ids))
    data: dict[str, Any] = {
        "orderId": str(order.pk),
        "orderNumber": order.number,
        "status": order.status,
        "timestamp": timezone.now(),
    }
    if order.selected_quote_id is not None:
        data["selectedQuote"] = str(order.selected_quote_id)
    publish(Event(streams, "order-status-update", data))


def payment_timed_out(order: Order, revived: Iterable[Quote], *, former_shop_id: UUID | None) -> None:
    """Tell all sides that the card was not authorised in time, which quotes stand again, and what is open."""
    order_status_update(order, also_shop=former_shop_id)
    for quote in revived:
        quote_updated(order, quote)
        quote_reopened(quote)
    lines = list(order.lines.filter(removed_in=None))
    for invitation in order.invitations.exclude(status=InvitationStatus.DECLINED):
        parts_order_amended(order, lines, invitation)


def order_stuck(order: Order, reason: str) -> None:
    """Show staff an order that needs a hand: `no_shops`, `no_quotes` or `closed_without_quotes`."""
    data = {"orderId": str(order.pk), "orderNumber": order.number, "reason": reason}
    publish(Event((STAFF_STREAM,), "order-stuck", data))
