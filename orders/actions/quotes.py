"""A shop's quote: given and revised; what it says is in `quote_contents`, how it ends in `quote_endings`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Conflict, NotAllowed
from clutch.feed.action import action, enqueue
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from orders import events, locks, notices, rules
from orders.actions.holds import hold_quote
from orders.actions.invitations import require_open
from orders.actions.quote_contents import GivenTerms, check_contents, default_expiry, write_offers
from orders.actions.quote_endings import expire_overdue, lock_quote, require_live
from orders.enums import (
    INVITATION_TRANSITIONS,
    LIVE_QUOTE,
    ORDER_TRANSITIONS,
    QUOTE_TRANSITIONS,
    InvitationStatus,
    OrderStatus,
    QuoteStatus,
)
from orders.inputs import OfferInput
from orders.models import Invitation, Order, Quote
from shops.enums import ShopStatus
from shops.models import Shop


@action
def provide_quote(
    order_id: UUID,
    *,
    shop_id: UUID,
    lines: Sequence[OfferInput],
    delivery_fee: Decimal = Decimal(0),
    estimated_delivery_minutes: int | None = None,
    notes: str = "",
    expires_at: datetime | None = None,
    request_revision: int | None = None,
    actor: Actor,
) -> Quote:
    """Send a shop's quote for a request it was asked for.

    `request_revision` is the revision that the shop has seen. Without `estimated_delivery_minutes`
    the invitation's estimate stands, without `expires_at` the quote is valid for as many hours after
    the close as the shop's pricing strategy says. Raises NotFound without an invitation, NotAllowed
    for a role that may not quote or a shop that is not active, Conflict when the request is closed or
    amended or the shop has a quote there already, Invalid at the fields.
    """
    rules.require_member(actor, shop_id)
    terms = GivenTerms(delivery_fee, estimated_delivery_minutes, notes, expires_at)
    return _provide(order_id, shop_id, lines, terms, request_revision=request_revision, actor=actor)


@action
def provide_quote_by_rule(
    order_id: UUID,
    *,
    shop_id: UUID,
    lines: Sequence[OfferInput],
    delivery_fee: Decimal,
    estimated_delivery_minutes: int,
    request_revision: int,
    actor: Actor,
) -> Quote:
    """Send a quote that no person has looked at; the caller has asked the shop's rule.

    Raises as `provide_quote` does, and Conflict `not_enough_stock` unless all of it can be held.
    """
    terms = GivenTerms(delivery_fee, estimated_delivery_minutes)
    return _provide(
        order_id, shop_id, lines, terms, request_revision=request_revision, by_rule=True, actor=actor
    )


def _provide(
    order_id: UUID,
    shop_id: UUID,
    lines: Sequence[OfferInput],
    given: GivenTerms,
    *,
    request_revision: int | None,
    by_rule: bool = False,
    actor: Actor,
) -> Quote:
    order = locks.order(order_id)
    now = timezone.now()
    expire_overdue(order, shop_id, now, actor)
    invitation = locks.invitation(order_id, shop_id)
    shop = _active_shop(shop_id)
    require_open(order, invitation, now)
    _refuse_second(order, shop_id)
    _require_seen(order, request_revision)
    if given.estimated_delivery_minutes is None:
        given = replace(given, estimated_delivery_minutes=invitation.estimated_delivery_minutes)
    expires_at = given.expires_at or default_expiry(order, shop, now)
    contents = check_contents(order, shop_id, lines, given, expires_at=expires_at, now=now, existing={})
    quote = Quote.objects.create(
        order=order,
        shop=shop,
        invitation=invitation,
        answers_revision=order.revision,
        currency=order.currency,
        sent_by_id=actor.user_id,
        sent_by_rule=by_rule,
        **vars(contents.terms),
        **contents.sums,
    )
    write_offers(quote, contents, {})
    hold_quote(order, quote, in_full=by_rule, actor=actor)
    _note_answer(order, invitation, now, actor)
    _schedule_expiry(quote)
    events.new_quote(order, quote)
    events.quote_sent(quote)
    notices.tell_customer_of_quote(order, quote, notices.NEW_QUOTE, actor=actor)
    return quote


def _active_shop(shop_id: UUID) -> Shop:
    shop = Shop.objects.get(pk=shop_id)
    if shop.status != ShopStatus.ACTIVE:
        raise NotAllowed(_("Only an active shop can quote."), code="shop_not_active")
    return shop


def _refuse_second(order: Order, shop_id: UUID) -> None:
    existing = order.quotes.filter(shop=shop_id, status__in=LIVE_QUOTE).first()
    if existing is not None:
        raise Conflict(
            _("Your shop has already sent a quote. Revise that one instead."),
            code="quote_exists",
            extra={"quoteId": str(existing.pk)},
        )


def _require_seen(order: Order, revision: int | None) -> None:
    """Raise Conflict when the shop answers a request as it no longer is."""
    if revision is not None and revision != order.revision:
        raise Conflict(
            _("The customer has changed the request since you opened it. Nothing was sent."),
            code="request_changed",
            extra={"revision": order.revision},
        )


def _note_answer(order: Order, invitation: Invitation, now: datetime, actor: Actor) -> None:
    """The invitation is quoted, and so is the request."""
    if invitation.status != InvitationStatus.QUOTED:
        transition(
            invitation,
            InvitationStatus.QUOTED,
            transitions=INVITATION_TRANSITIONS,
            actor=actor,
            seen_at=invitation.seen_at or now,
        )
    _become_quoted(order, actor)


def _become_quoted(order: Order, actor: Actor) -> None:
    if order.status == OrderStatus.SUBMITTED:
        transition(order, OrderStatus.QUOTED, transitions=ORDER_TRANSITIONS, actor=actor)
        events.order_status_update(order)


def _schedule_expiry(quote: Quote) -> None:
    key = f"{quote.pk} {quote.expires_at.isoformat()}"
    enqueue("orders.tasks.expire_quote", key=key, at=quote.expires_at, quote_id=quote.pk)


@action
def update_quote(
    quote_id: UUID,
    *,
    lines: Sequence[OfferInput],
    delivery_fee: Decimal | None = None,
    estimated_delivery_minutes: int | None = None,
    notes: str | None = None,
    expires_at: datetime | None = None,
    request_revision: int | None = None,
    expected_version: int | None = None,
    actor: Actor,
) -> Quote:
    """Revise a quote: all its lines anew, of the other terms what is given.

    Possible until it is accepted or has expired, also after the close. It then answers the
    request's present revision. Raises Conflict that says what happened otherwise.
    """
    order, quote = lock_quote(quote_id, actor)
    versions.check(quote, expected_version)
    given = GivenTerms(
        quote.delivery_fee if delivery_fee is None else delivery_fee,
        quote.estimated_delivery_minutes
        if estimated_delivery_minutes is None
        else estimated_delivery_minutes,
        quote.notes if notes is None else notes,
        expires_at,
    )
    return _revise(order, quote, lines, given, request_revision=request_revision, actor=actor)


@action
def update_quote_by_rule(
    quote_id: UUID, *, lines: Sequence[OfferInput], request_revision: int, actor: Actor
) -> Quote:
    """Revise a quote that the shop's rule has sent, for what is asked now; nobody has looked at it.

    Raises as `update_quote` does, and Conflict `not_enough_stock` unless all of it can be held.
    """
    order = locks.order(Quote.objects.values_list("order_id", flat=True).get(pk=quote_id))
    quote = locks.quote(order.pk, quote_id)
    given = GivenTerms(quote.delivery_fee, quote.estimated_delivery_minutes, quote.notes)
    return _revise(order, quote, lines, given, request_revision=request_revision, by_rule=True, actor=actor)


def _revise(
    order: Order,
    quote: Quote,
    lines: Sequence[OfferInput],
    given: GivenTerms,
    *,
    request_revision: int | None,
    by_rule: bool = False,
    actor: Actor,
) -> Quote:
    now = timezone.now()
    shop = _active_shop(quote.shop_id)
    require_live(order, quote, now)
    _require_seen(order, request_revision)
    existing = {row.pk: row for row in quote.lines.all()}
    expires_at = given.expires_at or max(quote.expires_at, default_expiry(order, shop, now))
    contents = check_contents(
        order, quote.shop_id, lines, given, expires_at=expires_at, now=now, existing=existing
    )
    write_offers(quote, contents, existing)
    transition(
        quote,
        QuoteStatus.UPDATED,
        transitions=QUOTE_TRANSITIONS,
        actor=actor,
        sent_by_id=actor.user_id,
        sent_by_rule=by_rule,
        revision=quote.revision + 1,
        answers_revision=order.revision,
        **vars(contents.terms),
        **contents.sums,
    )
    hold_quote(order, quote, in_full=by_rule, actor=actor)
    _become_quoted(order, actor)
    _schedule_expiry(quote)
    events.quote_updated(order, quote)
    events.quote_sent(quote)
    notices.tell_customer_of_quote(order, quote, notices.QUOTE_UPDATED, actor=actor)
    return quote
