"""The words of what requests and quotes notify people of, and the telling, from inside an act.

The customer is told in the act itself. Shops have many members, so theirs is a job after the
commit: accepting a quote must not wait for the inbox of every loser.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from clutch.feed.action import enqueue
from clutch.feed.actor import Actor
from clutch.notifications.actions import notify
from clutch.notifications.kinds import register
from orders.enums import LIVE_QUOTE
from orders.events import amount
from orders.models import Order, OrderLine, Quote

NEW_REQUEST = "new-parts-order"
REQUEST_AMENDED = "parts-order-amended"
NEW_QUOTE = "new-quote"
QUOTE_UPDATED = "quote-updated"
QUOTE_WITHDRAWN = "quote-withdrawn"
QUOTE_EXPIRED = "quote-expired"
QUOTE_ACCEPTED = "quote-accepted"
QUOTE_LOST = "quote-lost"
PARTS_SHORT = "order-short"
QUOTE_REOPENED = "quote-reopened"
NO_SHOPS = "no-shops"
NO_QUOTES = "no-quotes"
QUOTES_COMPLETE = "quotes-complete"
PAYMENT_TIMED_OUT = "payment-timed-out"
ORDER_CANCELLED = "order-cancelled"

register(
    NEW_REQUEST,
    title=_("New request: %(vehicle)s"),
    body=_("%(parts)s · %(district)s. Quote before it closes."),
    label=_("New requests for the shop"),
    sound="request",
    segment="shops",
)
register(
    REQUEST_AMENDED,
    title=_("Request %(number)s has changed"),
    body=_("The customer has changed what is asked for. Check your quote."),
    label=_("Changes of requests"),
    segment="shops",
)
register(
    NEW_QUOTE,
    title=_("New quote for %(number)s"),
    body=_("%(shop)s offers %(available)s of %(asked)s parts for %(total)s %(currency)s."),
    label=_("New quotes"),
)
register(
    QUOTE_UPDATED,
    title=_("Quote revised for %(number)s"),
    body=_("%(shop)s now offers %(available)s of %(asked)s parts for %(total)s %(currency)s."),
    label=_("Revised quotes"),
)
register(
    QUOTE_WITHDRAWN,
    title=_("Quote withdrawn for %(number)s"),
    body=_("%(shop)s has taken its quote back."),
    label=_("Withdrawn quotes"),
)
register(
    QUOTE_EXPIRED,
    title=_("Quote expired for %(number)s"),
    body=_("The quote of %(shop)s has run out."),
    label=_("Expired quotes"),
)
register(
    QUOTE_ACCEPTED,
    title=_("Your quote was accepted: %(number)s"),
    body=_("%(total)s %(currency)s. You can prepare the parts now."),
    label=_("Accepted quotes of the shop"),
    sound="accepted",
    segment="shops",
)
register(
    PARTS_SHORT,
    title=_("Not enough in stock for %(number)s"),
    body=_("You have sold more than is there: %(parts)s. Get it, or tell the customer."),
    label=_("Accepted quotes that the stock does not cover"),
)
register(
    QUOTE_LOST,
    title=_("Your quote was not taken: %(number)s"),
    body=_("The customer has decided otherwise."),
    label=_("Quotes of the shop that were not taken"),
    segment="shops",
)
register(
    QUOTE_REOPENED,
    title=_("Your quote stands again: %(number)s"),
    body=_("The customer is choosing again, and your quote is among the choices."),
    segment="shops",
)
register(
    NO_SHOPS,
    title=_("No shop found for %(number)s yet"),
    body=_("No shop near you takes this request now. We keep looking; you can widen the search."),
    label=_("Requests that find no shop"),
)
register(
    NO_QUOTES,
    title=_("No quotes for %(number)s"),
    body=_("The time for quotes is over. Give shops more time, search wider, or change your request."),
    label=_("Requests without quotes"),
)
register(
    QUOTES_COMPLETE,
    title=_("Quotes are in for %(number)s"),
    body=_("The time for quotes is over. Compare them and choose."),
    label=_("End of the time for quotes"),
)
register(
    PAYMENT_TIMED_OUT,
    title=_("Payment not finished for %(number)s"),
    body=_("The card was not charged in time. Your quotes are open again."),
)
register(
    ORDER_CANCELLED,
    title=_("Order %(number)s was cancelled"),
    body=_("Reason: %(reason)s"),
    label=_("Cancelled orders"),
)


def tell_customer(order: Order, kind: str, *, actor: Actor, **params: Any) -> None:
    """Notify the customer; `params` fill the words of the kind beside the order's number."""
    data = {"orderId": str(order.pk), "shopId": params.pop("shop_id", None)}
    notify([order.customer_id], kind=kind, params={"number": order.number, **params}, data=data, actor=actor)


def tell_customer_of_quote(order: Order, quote: Quote, kind: str, *, actor: Actor) -> None:
    """Notify the customer of what happened to a quote."""
    tell_customer(
        order,
        kind,
        actor=actor,
        shop_id=str(quote.shop_id),
        shop=quote.shop.name,
        available=quote.available_parts,
        asked=quote.available_parts + quote.missing_parts,
        total=amount(quote.total_price, quote.currency),
        currency=quote.currency,
    )


def tell_shops(order: Order, shop_ids: Collection[UUID], kind: str, **params: Any) -> None:
    """Notify those in shops who answer for them, in a job after the commit."""
    if shop_ids:
        enqueue(
            "orders.tasks.tell_shops",
            order_id=order.pk,
            shop_ids=[str(shop_id) for shop_id in shop_ids],
            notice=kind,
            params={"number": order.number, **params},
        )


def words_of_request(order: Order, lines: Collection[OrderLine]) -> dict[str, str]:
    """What a notification says of a request: vehicle, parts, district."""
    vehicle = " ".join(filter(None, [order.make_name, order.model_name, str(order.year or "")]))
    return {
        "vehicle": vehicle,
        "parts": ", ".join(f"{line.quantity} × {line.name}" for line in list(lines)[:3])
        + (" …" if len(lines) > 3 else ""),
        "district": order.district or order.number,
    }


def payment_timed_out(order: Order, *, former_shop_id: UUID | None, actor: Actor) -> None:
    """Tell the customer that the card was not authorised in time, and the shops that they are asked again."""
    tell_customer(order, PAYMENT_TIMED_OUT, actor=actor)
    shop_ids = set(order.quotes.filter(status__in=LIVE_QUOTE).values_list("shop_id", flat=True))
    tell_shops(order, sorted(shop_ids | ({former_shop_id} if former_shop_id else set())), QUOTE_REOPENED)
