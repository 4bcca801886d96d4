"""Taking a quote: exactly once, whoever taps at the same moment."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core.errors import Conflict, NotFound
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from inventory.actions.holds import end_holds
from inventory.enums import HoldStatus
from orders import checks, events, locks, notices, rules
from orders.actions.holds import Short, hold_order
from orders.actions.payment import open_payment
from orders.actions.quote_endings import lose_quotes
from orders.enums import (
    ACCEPTED_OR_LATER,
    ORDER_TRANSITIONS,
    QUOTE_TRANSITIONS,
    InvitationStatus,
    OrderStatus,
    PaymentMethod,
    QuoteStatus,
)
from orders.models import Order, Quote
from shops.enums import ShopStatus
from shops.locks import locked_shop


@action
def accept_quote(
    order_id: UUID,
    *,
    quote_id: UUID,
    payment_method: str | None = None,
    quote_version: int | None = None,
    actor: Actor,
) -> Order:
    """Accept a quote: it wins, all others lose, and the order begins.

    Locks the order, then its quotes, so of any number of taps, withdrawals, revisions, expiries
    and cancellations at one moment exactly one comes first. Everyone else gets a Conflict whose
    code says what happened: `already_accepted`, `order_cancelled`, `quote_withdrawn`,
    `quote_expired`, `quote_lost`, `quote_stale` (it answers an older revision of the request),
    `quote_revised` (`quote_version` is the version that the customer saw), `shop_not_active` (the
    shop is suspended or has closed).

    The returned order has `payment_url` when it is paid by card; it then goes back to its quotes
    unless the card is authorised in time.
    """
    _check_method(payment_method)
    order = locks.order(order_id)
    quotes = {quote.pk: quote for quote in locks.quotes_of(order_id)}
    now = timezone.now()
    rules.require(actor, order, OrderStatus.ACCEPTED)
    quote = quotes.get(quote_id)
    if quote is None:
        raise NotFound(_("There is no such quote."))
    _refuse_late(order, quote)
    _refuse_quote(order, quote, quote_version, now)
    _refuse_shop(quote)
    method = payment_method or order.payment_method
    _take(order, quote, method, now, actor)
    short = hold_order(order, quote, actor=actor)
    end_holds(quote.pk, to=HoldStatus.RELEASED, actor=actor)
    lose_quotes(
        order,
        [other for pk, other in quotes.items() if pk != quote_id],
        now=now,
        reason="another quote was accepted",
        actor=actor,
    )
    _tell(order, quote, [other for other in quotes.values() if other.status == QuoteStatus.LOST])
    _tell_short(order, short)
    order.payment_url = open_payment(order, actor=actor)
    return order


def _check_method(payment_method: str | None) -> None:
    problems = checks.Problems()
    problems.choice("payment_method", payment_method, PaymentMethod.values, required=False)
    problems.refuse()


def _refuse_late(order: Order, quote: Quote) -> None:
    """Raise Conflict when the order has moved on, saying how."""
    extra = {"currentStatus": order.status}
    if order.status in ACCEPTED_OR_LATER:
        extra["selectedQuote"] = str(order.selected_quote_id)
        if order.selected_quote_id == quote.pk:
            raise Conflict(_("This quote was already accepted."), code="already_accepted", extra=extra)
        raise Conflict(_("Another quote was already accepted."), code="already_accepted", extra=extra)
    if order.status == OrderStatus.CANCELLED:
        raise Conflict(_("This request was cancelled."), code="order_cancelled", extra=extra)


def _refuse_quote(order: Order, quote: Quote, quote_version: int | None, now: datetime) -> None:
    """Raise Conflict when the quote no longer stands as the customer saw it, saying why."""
    status = quote.status_at(now)
    said = {
        QuoteStatus.WITHDRAWN: (_("The shop has withdrawn this quote."), "quote_withdrawn"),
        QuoteStatus.EXPIRED: (_("This quote has expired."), "quote_expired"),
        QuoteStatus.LOST: (_("This quote no longer stands."), "quote_lost"),
    }
    if status in said:
        message, code = said[status]
        raise Conflict(message, code=code, extra={"quoteStatus": str(status)})
    if quote.answers_revision != order.revision:
        raise Conflict(
            _("You have changed your request since this quote. Wait until the shop confirms it."),
            code="quote_stale",
            extra={"answersRevision": quote.answers_revision, "revision": order.revision},
        )
    if quote_version is not None and quote.version != quote_version:
        raise Conflict(
            _("The shop has revised this quote. Look at it again before you accept it."),
            code="quote_revised",
            extra={
                "currentVersion": quote.version,
                "totalPrice": events.amount(quote.total_price, quote.currency),
            },
        )


def _refuse_shop(quote: Quote) -> None:
    """Raise Conflict when the shop has left the market; its row is held, so it stays until the commit."""
    if locked_shop(quote.shop_id).get().status != ShopStatus.ACTIVE:
        raise Conflict(_("This shop is not available at the moment."), code="shop_not_active")


def _take(order: Order, quote: Quote, method: str, now: datetime, actor: Actor) -> None:
    transition(quote, QuoteStatus.ACCEPTED, transitions=QUOTE_TRANSITIONS, actor=actor)
    transition(
        order,
        OrderStatus.ACCEPTED,
        transitions=ORDER_TRANSITIONS,
        actor=actor,
        selected_quote=quote,
        shop_id=quote.shop_id,
        total=quote.total_price,
        payment_method=method,
        accepted_at=now,
    )


def _tell(order: Order, quote: Quote, lost: list[Quote]) -> None:
    events.quote_accepted(quote)
    events.order_status_update(order)
    others = (
        order.invitations.exclude(shop=quote.shop_id)
        .exclude(status=InvitationStatus.DECLINED)
        .values_list("shop_id", flat=True)
    )
    events.parts_order_closed(order, others, "accepted")
    notices.tell_shops(
        order,
        [quote.shop_id],
        notices.QUOTE_ACCEPTED,
        total=events.amount(quote.total_price, quote.currency),
        currency=quote.currency,
    )
    notices.tell_shops(order, [other.shop_id for other in lost], notices.QUOTE_LOST)


def _tell_short(order: Order, short: list[Short]) -> None:
    """Tell the shop what it has sold and does not have."""
    if not short or order.shop_id is None:
        return
    events.order_short(order, [(row.offer, row.asked, row.held) for row in short])
    names = ", ".join(f"{row.asked - row.held} × {row.offer.line.name}" for row in short)
    notices.tell_shops(order, [order.shop_id], notices.PARTS_SHORT, parts=names)
