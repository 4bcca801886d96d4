"""Shops that are asked: inviting them, and what they answer short of a quote."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core.errors import Conflict
from clutch.feed.action import action, enqueue
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from orders import checks, events, locks, matching, notices, queries, rules
from orders.enums import (
    INVITATION_TRANSITIONS,
    OPEN,
    DeclineReason,
    InvitationStatus,
    OrderStatus,
)
from orders.models import Invitation, Order, OrderLine
from shops.queries import Nearby


def invite(
    order: Order, lines: Sequence[OrderLine], found: Sequence[Nearby], *, now: datetime
) -> list[Invitation]:
    """Ask shops to quote, with distance, estimated delivery, priority and deadline.

    Called inside an act that holds the order's lock. Events go out with the act; drafts and
    notifications follow in jobs.
    """
    if order.quotes_close_at is None:
        raise ValueError("a request without a window invites nobody")
    rows = Invitation.objects.bulk_create(
        Invitation(
            order=order,
            shop_id=near.shop_id,
            wave=order.wave,
            distance_m=round(near.distance_m),
            estimated_delivery_minutes=matching.delivery_minutes(
                near.distance_m, now=now, opens_at=near.opens_at
            ),
            priority=priority_of(order, near.distance_m, now),
            deadline=order.quotes_close_at,
        )
        for near in found
    )
    for row in rows:
        enqueue("orders.tasks.make_draft", key=str(row.pk), invitation_id=row.pk)
    ask_again(order, lines, rows)
    return rows


def ask_again(order: Order, lines: Sequence[OrderLine], rows: Sequence[Invitation]) -> None:
    """Say to invited shops that they are asked: the event with the act, notifications in a job."""
    for row in rows:
        events.new_parts_order(order, lines, row)
    shop_ids = [row.shop_id for row in rows]
    notices.tell_shops(order, shop_ids, notices.NEW_REQUEST, **notices.words_of_request(order, lines))


def priority_of(order: Order, distance_m: float, now: datetime) -> int:
    """The priority of an invitation to this order at `now`; see `orders.matching.priority`."""
    closes_at = order.quotes_close_at or now
    return matching.priority(
        order.urgency,
        minutes_left=(closes_at - now).total_seconds() / 60,
        distance_m=distance_m,
        window_minutes=settings.QUOTE_WINDOW_MINUTES,
        radius_m=settings.MATCH_MAX_RADIUS_KM * 1000,
    )


def refresh_invitations(order: Order, *, now: datetime) -> None:
    """Give the invitations the order's present deadline and priority, and tell the shops.

    For a locked order whose parts or window have changed. Who declined is not asked again.
    """
    lines = queries.current_lines(order)
    rows = list(locks.invitations_of(order.pk).exclude(status=InvitationStatus.DECLINED))
    for row in rows:
        row.deadline = order.quotes_close_at or row.deadline
        row.priority = priority_of(order, row.distance_m, now)
    Invitation.objects.bulk_update(rows, ["deadline", "priority"])
    events.order_changed(order)
    for row in rows:
        events.parts_order_amended(order, lines, row)


def require_open(order: Order, invitation: Invitation, now: datetime) -> None:
    """Raise Conflict, saying what happened, unless the shop may still quote."""
    if order.status == OrderStatus.CANCELLED:
        raise Conflict(_("The customer has cancelled this request."), code="order_cancelled")
    if order.status not in OPEN:
        raise Conflict(_("The customer has already accepted a quote."), code="order_accepted")
    if not invitation.is_open(now):
        raise Conflict(_("The time for quotes is over."), code="window_closed")


@action
def mark_seen(order_id: UUID, *, shop_id: UUID, actor: Actor) -> Invitation:
    """Note that somebody in the shop has looked at a request; the first look counts."""
    rules.require_member(actor, shop_id, rules.ANY_ROLE)
    locks.order(order_id)
    invitation = locks.invitation(order_id, shop_id)
    if invitation.seen_at is None:
        invitation.seen_at = timezone.now()
        invitation.save(update_fields=["seen_at"])
        invitation.refresh_from_db()
    return invitation


@action
def decline_invitation(
    order_id: UUID, *, shop_id: UUID, reason: str, note: str = "", actor: Actor
) -> Invitation:
    """Say that the shop will not quote, and why. The customer never sees it.

    Raises Conflict when the shop has a quote there (withdraw that instead) or has declined.
    """
    rules.require_member(actor, shop_id)
    problems = checks.Problems()
    problems.choice("reason", reason, DeclineReason.values)
    note = problems.text("note", note, longest=300)
    if reason == DeclineReason.OTHER and not note:
        problems.add("note", _("Say why in a few words."))
    problems.refuse()
    order = locks.order(order_id)
    now = timezone.now()
    invitation = locks.invitation(order_id, shop_id)
    require_open(order, invitation, now)
    transition(
        invitation,
        InvitationStatus.DECLINED,
        transitions=INVITATION_TRANSITIONS,
        actor=actor,
        reason=f"{reason}: {note}" if note else reason,
        decline_reason=reason,
        decline_note=note,
        declined_by_id=actor.user_id,
        seen_at=invitation.seen_at or now,
    )
    events.invitation_declined(invitation)
    return invitation
