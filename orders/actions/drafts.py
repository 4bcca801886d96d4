"""Draft quotes: prepared for a shop, and sent by a person; `unattended` sends those that a rule allows."""

from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Conflict, Incomplete
from clutch.feed.action import action
from clutch.feed.actor import Actor
from orders import events, locks, queries, rules, sources
from orders.actions.quotes import provide_quote
from orders.enums import LIVE_QUOTE, OPEN
from orders.inputs import OfferInput
from orders.models import Invitation, Quote, QuoteDraft


@action
def make_draft(invitation_id: UUID, *, actor: Actor) -> QuoteDraft | None:
    """Prepare a quote for an invitation from the sources, replacing an earlier draft.

    Every asked part gets a line; what no source knows stays without a price and is for the shop
    to fill in. Makes nothing when the request is no longer open or the shop has quoted.
    """
    invitation = Invitation.objects.select_related("shop").get(pk=invitation_id)
    order = locks.order(invitation.order_id)
    standing = order.quotes.filter(shop=invitation.shop_id, status__in=LIVE_QUOTE)
    # What the rule has sent, it may send anew for what is asked now.
    quoted = standing.exclude(sent_by_rule=True, answers_revision__lt=order.revision).exists()
    if order.status not in OPEN or quoted:
        return None
    lines = queries.current_lines(order)
    priced = sources.price(invitation.shop_id, order, lines)
    offers = [
        priced[line.pk].as_offer(line)
        if line.pk in priced
        else {"part_id": str(line.pk), "available": True, "unit_price": None, "source": None}
        for line in lines
    ]
    draft, _made = QuoteDraft.objects.update_or_create(
        invitation=invitation,
        defaults={
            "answers_revision": order.revision,
            "lines": offers,
            "delivery_fee": _usual_delivery_fee(invitation),
            "estimated_delivery_minutes": invitation.estimated_delivery_minutes,
            "priced_parts": len(priced),
            "unsent_reason": "",
        },
    )
    if priced:
        events.draft_ready(invitation)
    return draft


def _usual_delivery_fee(invitation: Invitation) -> Decimal:
    """What the shop asked for delivery the last time; before its first quote what its pricing says."""
    last = Quote.objects.filter(shop=invitation.shop_id).order_by("-created_at").first()
    if last is not None:
        return last.delivery_fee
    return Decimal(invitation.shop.pricing_strategy.get("deliveryFee", 0))


def offers_of(draft: QuoteDraft) -> list[OfferInput]:
    """The lines of a draft as a quote takes them; a part without a price is not available."""
    offers: list[OfferInput] = []
    for line in draft.lines:
        if line["unit_price"] is None:
            offers.append({"part_id": UUID(line["part_id"]), "available": False})
            continue
        core_charge = line["core_charge"]
        offers.append(
            {
                "part_id": UUID(line["part_id"]),
                "available": True,
                "unit_price": Decimal(line["unit_price"]),
                "core_charge": None if core_charge is None else Decimal(core_charge),
                "part_type": line["part_type"],
                "grade": line["grade"],
                "brand": line["brand"],
                "origin": line["origin"],
                "part_number": line["part_number"],
                "warranty": line["warranty"],
                "lead_time_minutes": line["lead_time_minutes"],
                "stock_part_id": UUID(line["stock_part_id"]) if line.get("stock_part_id") else None,
            }
        )
    return offers


@action
def send_draft(order_id: UUID, *, shop_id: UUID, expected_version: int | None = None, actor: Actor) -> Quote:
    """Send a draft as it is, on a person's word; `expected_version` is that of the draft they saw.

    Raises Incomplete (422) where no part has a price, Conflict when the request was amended since
    the draft was made, and as `provide_quote` does.
    """
    rules.require_member(actor, shop_id)
    order = locks.order(order_id)
    invitation = locks.invitation(order_id, shop_id)
    draft = QuoteDraft.objects.filter(invitation=invitation).first()
    if draft is None or not draft.priced_parts:
        raise Incomplete(_("No part of the draft has a price yet. Fill in the quote."), code="nothing_priced")
    versions.check(draft, expected_version)
    if draft.answers_revision != order.revision:
        raise Conflict(_("The request has changed since this draft was made."), code="draft_stale")
    return provide_quote(
        order_id,
        shop_id=shop_id,
        lines=offers_of(draft),
        delivery_fee=draft.delivery_fee,
        estimated_delivery_minutes=draft.estimated_delivery_minutes,
        actor=actor,
    )
