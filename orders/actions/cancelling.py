"""Giving up a request or an order."""

from uuid import UUID

from django.utils import timezone

from clutch.core import versions
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from inventory.actions.holds import end_holds
from inventory.enums import HoldStatus
from orders import checks, events, locks, notices, rules
from orders.actions.payment import release_payment
from orders.actions.quote_endings import lose_quotes
from orders.enums import ACCEPTED_OR_LATER, OPEN, ORDER_TRANSITIONS, InvitationStatus, OrderStatus, Side
from orders.models import Order


@action
def cancel_order(
    order_id: UUID, *, reason: str = "", expected_version: int | None = None, actor: Actor
) -> Order:
    """Cancel a draft, a request, or an order that is not delivered, by whom the table allows.

    Live quotes are lost and every shop concerned is told; of an accepted order the payment is
    given back. Raises Conflict when it is delivered or cancelled already.
    """
    problems = checks.Problems()
    reason = problems.text("reason", reason, longest=300)
    problems.refuse()
    order = locks.order(order_id)
    versions.check(order, expected_version)
    quotes = list(locks.quotes_of(order_id))
    now = timezone.now()
    passing = rules.require(actor, order, OrderStatus.CANCELLED)
    was = order.status
    order = transition(
        order,
        OrderStatus.CANCELLED,
        transitions=ORDER_TRANSITIONS,
        actor=actor,
        reason=reason,
        cancel_reason=reason,
    )
    lost = lose_quotes(order, quotes, now=now, reason="the request was cancelled", actor=actor)
    events.order_status_update(order)
    if was in OPEN:
        asked = order.invitations.exclude(status=InvitationStatus.DECLINED)
        events.parts_order_closed(order, asked.values_list("shop_id", flat=True), "cancelled")
    if was in ACCEPTED_OR_LATER:
        end_holds(order.pk, to=HoldStatus.RELEASED, actor=actor)
        release_payment(order, actor=actor, reason=reason)
    _tell(order, [quote.shop_id for quote in lost], passing, reason, actor)
    return order


def _tell(order: Order, lost: list[UUID], passing: frozenset[Side], reason: str, actor: Actor) -> None:
    """Tell the other side; who has cancelled knows."""
    words = {"reason": reason or "–"}
    if Side.CUSTOMER not in passing:
        notices.tell_customer(order, notices.ORDER_CANCELLED, actor=actor, **words)
    concerned = {*lost, *([order.shop_id] if order.shop_id and Side.SHOP not in passing else [])}
    notices.tell_shops(order, sorted(concerned), notices.ORDER_CANCELLED, **words)
