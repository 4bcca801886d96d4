"""A card that was not authorised in time: the order returns to its quotes."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from inventory.actions.holds import end_holds
from inventory.enums import HoldStatus
from orders import events, locks, notices, queries
from orders.actions.bookkeeping import move_payment
from orders.actions.holds import hold_quotes
from orders.actions.invitations import refresh_invitations
from orders.actions.payment import release_payment
from orders.actions.quote_endings import expire_quote
from orders.actions.windows import close_window, schedule
from orders.enums import (
    ORDER_TRANSITIONS,
    QUOTE_TRANSITIONS,
    STRAY_CARD,
    CardStatus,
    OrderStatus,
    PaymentStatus,
    QuoteStatus,
)
from orders.models import CardPayment, Order, Quote

TAKEN_OR_LOST = (QuoteStatus.ACCEPTED, QuoteStatus.LOST)
REASON = "the card payment was not authorised in time"


@action
def time_out_payment(payment_id: UUID, *, actor: Actor) -> bool:
    """Return an accepted order whose card was not authorised in time to its quotes.

    The quotes that had lost stand again, and so does the one that was taken; those whose time is
    over expire. Without any that stands the order is submitted again. Returns whether anything
    was done: asking twice, or after the authorisation, does nothing.
    """
    order = locks.order(CardPayment.objects.values_list("order_id", flat=True).get(pk=payment_id))
    quotes = list(locks.quotes_of(order.pk))
    card = locks.card_payment(payment_id)
    now = timezone.now()
    if not _is_over(order, card, now):
        return False
    shop_id = order.shop_id
    revived = [_revive(quote, actor) for quote in quotes if quote.status in TAKEN_OR_LOST]
    stands = queries.live_quotes(order, now).exists()
    transition(
        order,
        OrderStatus.QUOTED if stands else OrderStatus.SUBMITTED,
        transitions=ORDER_TRANSITIONS,
        actor=actor,
        reason=REASON,
        selected_quote=None,
        shop=None,
        total=None,
        accepted_at=None,
    )
    if order.payment_status == PaymentStatus.FAILED:
        move_payment(order, PaymentStatus.PENDING, actor=actor, reason=REASON)
    release_payment(order, actor=actor, reason=REASON)
    _tell(order, revived, shop_id, now, actor)
    end_holds(order.pk, to=HoldStatus.RELEASED, actor=actor)
    hold_quotes(order, [quote for quote in revived if quote.is_live(now)], actor=actor)
    for quote in revived:
        expire_quote(quote.pk, actor=actor)
    # The jobs of the window that ran meanwhile found the order accepted and did nothing.
    if order.is_open(now):
        schedule(order, now=now)
    else:
        close_window(order.pk, actor=actor)
    return True


def _is_over(order: Order, card: CardPayment, now: datetime) -> bool:
    return (
        order.status == OrderStatus.ACCEPTED
        and order.selected_quote_id == card.quote_id
        and order.payment_due_at is not None
        and order.payment_due_at <= now
        and card.status in (CardStatus.WAITING, *STRAY_CARD)
    )


def _revive(quote: Quote, actor: Actor) -> Quote:
    """Let a quote that was taken or lost stand again as it stood before."""
    back = QuoteStatus.UPDATED if quote.revision > 1 else QuoteStatus.SUBMITTED
    return transition(quote, back, transitions=QUOTE_TRANSITIONS, actor=actor, reason=REASON)


def _tell(
    order: Order, revived: list[Quote], former_shop_id: UUID | None, now: datetime, actor: Actor
) -> None:
    events.order_status_update(order, also_shop=former_shop_id)
    standing = [quote for quote in revived if quote.is_live(now)]
    for quote in standing:
        events.quote_reopened(quote)
        events.quote_updated(order, quote)
    notices.tell_customer(order, notices.PAYMENT_TIMED_OUT, actor=actor)
    notices.tell_shops(order, [quote.shop_id for quote in standing], notices.QUOTE_REOPENED)
    if order.is_open(now):
        refresh_invitations(order, now=now)
