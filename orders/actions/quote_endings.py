"""How a quote ends: withdrawn, run out, lost; and who may still change one that stands."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Conflict, NotFound
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from inventory.actions.holds import end_holds, end_holds_of
from inventory.enums import HoldStatus
from orders import checks, events, locks, notices, queries, rules
from orders.enums import (
    INVITATION_TRANSITIONS,
    LIVE_QUOTE,
    OPEN,
    ORDER_TRANSITIONS,
    QUOTE_TRANSITIONS,
    InvitationStatus,
    OrderStatus,
    QuoteStatus,
)
from orders.models import Order, Quote


def lock_quote(quote_id: UUID, actor: Actor) -> tuple[Order, Quote]:
    """Lock the order of a quote, then the quote. Raises NotFound for who is not of its shop."""
    found = Quote.objects.filter(pk=quote_id).values_list("order_id", "shop_id").first()
    if found is None:
        raise NotFound(_("There is no such quote."))
    order_id, shop_id = found
    rules.require_member(actor, shop_id)
    order = locks.order(order_id)
    return order, locks.quote(order_id, quote_id)


def lock_live_quote(quote_id: UUID, actor: Actor) -> tuple[Order, Quote]:
    """Lock a quote that its shop may still change, and its order. Raises NotFound or Conflict."""
    order, quote = lock_quote(quote_id, actor)
    require_live(order, quote, timezone.now())
    return order, quote


def require_live(order: Order, quote: Quote, now: datetime) -> None:
    """Raise Conflict, saying what happened, unless the quote can still be changed by its shop."""
    said = {
        QuoteStatus.WITHDRAWN: (_("This quote was withdrawn."), "quote_withdrawn"),
        QuoteStatus.ACCEPTED: (_("The customer has accepted this quote."), "quote_accepted"),
        QuoteStatus.LOST: (_("The customer has accepted another quote."), "quote_lost"),
        QuoteStatus.EXPIRED: (_("This quote has expired."), "quote_expired"),
    }
    if order.status == OrderStatus.CANCELLED:
        raise Conflict(_("The customer has cancelled this request."), code="order_cancelled")
    status = quote.status_at(now)
    if status in said:
        message, code = said[status]
        raise Conflict(message, code=code, extra={"currentStatus": str(status)})
    if order.status not in OPEN:
        raise Conflict(_("The customer has already accepted a quote."), code="order_accepted")


@action
def withdraw_quote(
    quote_id: UUID, *, reason: str = "", expected_version: int | None = None, actor: Actor
) -> Quote:
    """Take a quote back; the shop may send another one while the request is open.

    Raises Conflict once it is accepted, lost, expired or withdrawn.
    """
    problems = checks.Problems()
    reason = problems.text("reason", reason, longest=300)
    problems.refuse()
    order, quote = lock_quote(quote_id, actor)
    now = timezone.now()
    versions.check(quote, expected_version)
    require_live(order, quote, now)
    withdraw(order, quote, reason=reason, now=now, actor=actor)
    return quote


def withdraw(order: Order, quote: Quote, *, reason: str, now: datetime, actor: Actor) -> None:
    """Take back a locked quote that stands, with what it holds, and tell the customer."""
    transition(
        quote,
        QuoteStatus.WITHDRAWN,
        transitions=QUOTE_TRANSITIONS,
        actor=actor,
        reason=reason,
        withdraw_reason=reason,
    )
    _free_invitation(quote, actor)
    events.quote_withdrawn(order, quote)
    events.quote_sent(quote)
    notices.tell_customer_of_quote(order, quote, notices.QUOTE_WITHDRAWN, actor=actor)
    end_holds(quote.pk, to=HoldStatus.RELEASED, actor=actor)
    _become_submitted(order, now, actor, "the last quote was withdrawn")


def _become_submitted(order: Order, now: datetime, actor: Actor, reason: str) -> None:
    """Take a request back to submitted when no quote can be accepted any more."""
    if order.status == OrderStatus.QUOTED and not queries.live_quotes(order, now).exists():
        transition(order, OrderStatus.SUBMITTED, transitions=ORDER_TRANSITIONS, actor=actor, reason=reason)
        events.order_status_update(order)


def _free_invitation(quote: Quote, actor: Actor) -> None:
    invitation = locks.invitation(quote.order_id, quote.shop_id)
    if invitation.status == InvitationStatus.QUOTED:
        transition(invitation, InvitationStatus.INVITED, transitions=INVITATION_TRANSITIONS, actor=actor)


@action
def expire_quote(quote_id: UUID, *, actor: Actor) -> bool:
    """Write down that a quote has run out; return whether it had. Acts do not wait for this."""
    found = Quote.objects.filter(pk=quote_id).values_list("order_id", flat=True).first()
    if found is None:
        return False
    order = locks.order(found)
    now = timezone.now()
    quote = locks.quote(order.pk, quote_id)
    return _expire(order, quote, now, actor)


def _expire(order: Order, quote: Quote, now: datetime, actor: Actor) -> bool:
    if quote.status not in LIVE_QUOTE or quote.is_live(now):
        return False
    transition(quote, QuoteStatus.EXPIRED, transitions=QUOTE_TRANSITIONS, actor=actor)
    _free_invitation(quote, actor)
    events.quote_expired(order, quote)
    notices.tell_customer_of_quote(order, quote, notices.QUOTE_EXPIRED, actor=actor)
    end_holds(quote.pk, to=HoldStatus.EXPIRED, actor=actor)
    _become_submitted(order, now, actor, "the last quote has expired")
    return True


def expire_overdue(order: Order, shop_id: UUID, now: datetime, actor: Actor) -> None:
    """Expire a shop's quote that has run out and was not swept yet, so that it can send another."""
    for quote in locks.quotes_of(order.pk).filter(shop=shop_id, expires_at__lte=now):
        _expire(order, quote, now, Actor.beat())


def lose_quotes(
    order: Order, quotes: Iterable[Quote], *, now: datetime, reason: str, actor: Actor
) -> list[Quote]:
    """Mark live quotes of a locked order as lost, and tell their shops; return those that lost.

    One that has run out expires instead: it did not lose to anybody. What they held is free again.
    """
    lost = []
    live = [quote for quote in quotes if quote.status in LIVE_QUOTE]
    for quote in live:
        if not quote.is_live(now):
            transition(quote, QuoteStatus.EXPIRED, transitions=QUOTE_TRANSITIONS, actor=Actor.beat())
            events.quote_expired(order, quote)
            continue
        transition(quote, QuoteStatus.LOST, transitions=QUOTE_TRANSITIONS, actor=actor, reason=reason)
        events.quote_lost(quote)
        lost.append(quote)
    if live:
        end_holds_of([quote.pk for quote in live], to=HoldStatus.RELEASED, actor=actor)
    return lost
