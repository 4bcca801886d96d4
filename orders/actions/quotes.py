"""A shop's quote: given and revised; how it ends is in `quote_endings`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Conflict, NotAllowed
from clutch.core.files import delete_after_commit
from clutch.core.money import MAX_AMOUNT
from clutch.feed.action import action, enqueue
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from orders import checks, events, locks, notices, queries, rules
from orders.actions.holds import hold_quote
from orders.actions.invitations import require_open
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
from orders.models import Invitation, Order, OrderLine, Quote, QuoteLine
from orders.stock_source import parts_offered
from orders.sums import Chosen, quote_sums
from shops.enums import ShopStatus
from shops.models import Shop

LONGEST_VALIDITY = timedelta(days=30)


@dataclass(frozen=True)
class GivenTerms:
    """What was said apart from the lines, unchecked; None is for the usual."""

    delivery_fee: Decimal
    estimated_delivery_minutes: int | None = None
    notes: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Terms:
    """What a quote says apart from its lines, checked."""

    delivery_fee: Decimal
    estimated_delivery_minutes: int
    notes: str
    expires_at: datetime


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
    asked = queries.current_lines(order)
    problems = checks.Problems()
    offers = _check_offers(order, asked, lines, problems)
    minutes = given.estimated_delivery_minutes
    terms = _check_terms(
        order,
        given.delivery_fee,
        invitation.estimated_delivery_minutes if minutes is None else minutes,
        given.notes,
        expires_at=given.expires_at or _default_expiry(order, shop, now),
        now=now,
        problems=problems,
    )
    sums = sums_of(order, asked, offers, terms.delivery_fee, problems)
    problems.refuse()
    _link_stock(shop_id, lines, offers, {})
    quote = Quote.objects.create(
        order=order,
        shop=shop,
        invitation=invitation,
        answers_revision=order.revision,
        currency=order.currency,
        sent_by_id=actor.user_id,
        sent_by_rule=by_rule,
        **vars(terms),
        **sums,
    )
    _write_offers(quote, asked, offers, {})
    hold_quote(order, quote, in_full=by_rule, actor=actor)
    _note_answer(order, invitation, now, actor)
    _schedule_expiry(quote)
    events.new_quote(order, quote)
    events.quote_sent(quote)
    notices.tell_customer_of_quote(order, quote, notices.NEW_QUOTE, actor=actor)
    return quote


def _link_stock(
    shop_id: UUID,
    lines: Sequence[OfferInput],
    offers: Sequence[checks.Offer],
    existing: Mapping[UUID, QuoteLine],
) -> None:
    """Say of each checked offer which of the shop's own parts it is of; a revised one keeps its part."""
    said = []
    for line, offer in zip(lines, offers, strict=True):
        named = {"stock_part_id": line["stock_part_id"]} if "stock_part_id" in line else {}
        former = existing[offer.offer_id].stock_part_id if offer.offer_id else None
        if former is not None:
            named = {"stock_part_id": former, **named}
        said.append({**offer.fields, **named})
    for offer, part_id in zip(offers, parts_offered(shop_id, said), strict=True):
        offer.fields["stock_part_id"] = part_id


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


def _default_expiry(order: Order, shop: Shop, now: datetime) -> datetime:
    closes_at = max(order.quotes_close_at or now, now)
    hours = shop.pricing_strategy.get("quoteValidHours", settings.QUOTE_VALID_HOURS)
    # A request that stays open for weeks is no reason to refuse a quote that names no expiry.
    return min(closes_at + timedelta(hours=hours), now + LONGEST_VALIDITY)


def _check_offers(
    order: Order,
    asked: Sequence[OrderLine],
    lines: Sequence[OfferInput],
    problems: checks.Problems,
    own_offers: Iterable[UUID] = (),
) -> list[checks.Offer]:
    return checks.clean_offers(
        lines,
        problems,
        asked={line.pk: line.quantity for line in asked},
        currency=order.currency,
        own_offers=own_offers,
    )


def _check_terms(
    order: Order,
    delivery_fee: Decimal,
    minutes: int,
    notes: str,
    *,
    expires_at: datetime,
    now: datetime,
    problems: checks.Problems,
) -> Terms:
    if not now < expires_at <= now + LONGEST_VALIDITY:
        problems.add(
            "expires_at",
            _("A quote is valid from now on for at most %(days)d days.") % {"days": LONGEST_VALIDITY.days},
        )
    most = checks.MAX_DELIVERY_MINUTES
    return Terms(
        delivery_fee=problems.money("delivery_fee", delivery_fee, order.currency) or Decimal(0),
        estimated_delivery_minutes=problems.whole("estimated_delivery_minutes", minutes, least=1, most=most)
        or 0,
        notes=problems.text("notes", notes, longest=1000, lines=True),
        expires_at=expires_at,
    )


def sums_of(
    order: Order,
    asked: Sequence[OrderLine],
    offers: Sequence[checks.Offer],
    delivery_fee: Decimal,
    problems: checks.Problems,
) -> dict[str, Any]:
    """The sums of a quote: preferred offers × quantities, their core charges, and what is missing."""
    if problems.fields:
        return {}
    chosen = {
        offer.part_id: Chosen(offer.fields["unit_price"], offer.fields["core_charge"] or Decimal(0))
        for offer in offers
        if offer.preferred
    }
    quantities = {line.pk: line.quantity for line in asked}
    sums = quote_sums(quantities, chosen, delivery_fee=delivery_fee, currency=order.currency)
    if sums.total_price > MAX_AMOUNT:
        problems.add("lines", _("The total is too large."))
    return {name: value for name, value in vars(sums).items() if name != "delivery_fee"}


def _write_offers(
    quote: Quote, asked: Sequence[OrderLine], offers: Sequence[checks.Offer], existing: dict[UUID, QuoteLine]
) -> None:
    """Make the offers of a quote say `offers`; those with an id keep their row, and so their photo."""
    lines = {line.pk: line for line in asked}
    if existing:
        # A preference moves from one row to another: first nobody has it, so that no two ever do.
        quote.lines.filter(preferred=True).update(preferred=False)
        dropped = existing.keys() - {offer.offer_id for offer in offers}
        delete_after_commit(existing[offer_id].photo for offer_id in dropped)
        quote.lines.filter(pk__in=dropped).delete()
    new = []
    for position, offer in enumerate(offers):
        line = lines[offer.part_id]
        row = existing[offer.offer_id] if offer.offer_id else QuoteLine(quote=quote)
        row.line, row.shop_id, row.position, row.preferred = line, quote.shop_id, position, offer.preferred
        row.part_key, row.name_key = line.part_key, line.name_key
        for name, value in offer.fields.items():
            setattr(row, name, value)
        if offer.offer_id:
            row.save()
        else:
            new.append(row)
    QuoteLine.objects.bulk_create(new)


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
    asked = queries.current_lines(order)
    existing = {row.pk: row for row in quote.lines.all()}
    problems = checks.Problems()
    offers = _check_offers(order, asked, lines, problems, existing)
    terms = _check_terms(
        order,
        given.delivery_fee,
        given.estimated_delivery_minutes or 0,
        given.notes,
        expires_at=given.expires_at or max(quote.expires_at, _default_expiry(order, shop, now)),
        now=now,
        problems=problems,
    )
    sums = sums_of(order, asked, offers, terms.delivery_fee, problems)
    problems.refuse()
    _link_stock(quote.shop_id, lines, offers, existing)
    _write_offers(quote, asked, offers, existing)
    transition(
        quote,
        QuoteStatus.UPDATED,
        transitions=QUOTE_TRANSITIONS,
        actor=actor,
        sent_by_id=actor.user_id,
        sent_by_rule=by_rule,
        revision=quote.revision + 1,
        answers_revision=order.revision,
        **vars(terms),
        **sums,
    )
    hold_quote(order, quote, in_full=by_rule, actor=actor)
    _become_quoted(order, actor)
    _schedule_expiry(quote)
    events.quote_updated(order, quote)
    events.quote_sent(quote)
    notices.tell_customer_of_quote(order, quote, notices.QUOTE_UPDATED, actor=actor)
    return quote
