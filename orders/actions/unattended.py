"""Quotes that go by themselves: a draft wholly from stock, where the shop's rule allows it.

The rule is `inventory.StockPolicy`. It is asked again for every draft, and a draft that may not go
says why and waits for a person.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from clutch.core.errors import DomainError
from clutch.feed.action import action, attempt
from clutch.feed.actor import Actor
from inventory.enums import MovementKind, Reason
from inventory.models import Movement, Part, StockPolicy
from inventory.pricing import highest_cost
from inventory.queries import availability
from inventory.rules import policy_of
from orders import locks, queries
from orders.actions.drafts import make_draft, offers_of
from orders.actions.quotes import provide_quote_by_rule, update_quote_by_rule
from orders.enums import LIVE_QUOTE, Unsent
from orders.models import Invitation, Order, Quote, QuoteDraft
from orders.sums import Chosen, quote_sums
from shops.enums import ShopStatus
from shops.models import Shop


@action
def answer_invitation(invitation_id: UUID, *, actor: Actor) -> Quote | None:
    """Prepare a draft for an invitation, and send it at once where the shop's rule allows it.

    Returns the quote that was sent. A rule that says no leaves the draft, with the reason on it.
    """
    draft = make_draft(invitation_id, actor=actor)
    if draft is None:
        return None
    invitation = draft.invitation
    policy = policy_of(invitation.shop_id)
    if not policy.quote_unattended or _is_off(invitation.shop_id):
        return None
    order = locks.order(invitation.order_id)
    standing = order.quotes.filter(shop=invitation.shop_id, status__in=LIVE_QUOTE).first()
    reason = _why_not(order, draft, policy, standing)
    if reason is None:
        try:
            with attempt():
                return _send(order, invitation, draft, standing, actor)
        except DomainError as refused:
            reason = Unsent.NOT_IN_STOCK if refused.code == "not_enough_stock" else Unsent.REFUSED
    QuoteDraft.objects.filter(pk=draft.pk).update(unsent_reason=reason)
    return None


def _is_off(shop_id: UUID) -> bool:
    return Shop.objects.values_list("status", flat=True).get(pk=shop_id) != ShopStatus.ACTIVE


def _send(
    order: Order, invitation: Invitation, draft: QuoteDraft, standing: Quote | None, actor: Actor
) -> Quote:
    if standing is not None:
        return update_quote_by_rule(
            standing.pk, lines=offers_of(draft), request_revision=draft.answers_revision, actor=actor
        )
    return provide_quote_by_rule(
        order.pk,
        shop_id=invitation.shop_id,
        lines=offers_of(draft),
        delivery_fee=draft.delivery_fee,
        estimated_delivery_minutes=draft.estimated_delivery_minutes,
        request_revision=draft.answers_revision,
        actor=actor,
    )


def _why_not(order: Order, draft: QuoteDraft, policy: StockPolicy, standing: Quote | None) -> Unsent | None:
    """The first thing in a draft that the rule does not allow; None where it may go.

    What the quote holds that stands and would be revised is free for its revision.
    """
    if not all((line.get("source") or {}).get("kind") == "stock" for line in draft.lines):
        return Unsent.NOT_IN_STOCK
    if not all(line.get("is_exact") for line in draft.lines):
        return Unsent.NOT_EXACT
    quantities = {str(line.pk): line.quantity for line in queries.current_lines(order)}
    part_ids = {UUID(line["stock_part_id"]) for line in draft.lines}
    if _is_short(draft, quantities, part_ids, spare=[standing.pk] if standing else []):
        return Unsent.NOT_IN_STOCK
    if not _is_proven(part_ids):
        return Unsent.NOT_PROVEN
    if _is_below_cost(draft, part_ids):
        return Unsent.BELOW_COST
    if policy.quote_max_total is None or _total(order, draft, quantities) > policy.quote_max_total:
        return Unsent.ABOVE_LIMIT
    return None


def _is_short(
    draft: QuoteDraft, quantities: Mapping[str, int], part_ids: set[UUID], *, spare: Sequence[UUID]
) -> bool:
    wanted: dict[UUID, int] = {}
    for line in draft.lines:
        part_id = UUID(line["stock_part_id"])
        wanted[part_id] = wanted.get(part_id, 0) + quantities[line["part_id"]]
    there = availability(part_ids, spare=spare)
    return any(there[part_id].available < units for part_id, units in wanted.items())


def _is_proven(part_ids: set[UUID]) -> bool:
    """Whether the stock of each part was received or counted, and nothing was typed in since."""
    if Part.objects.filter(pk__in=part_ids, stock__proven_at=None).exists():
        return False
    typed = Q(kind=MovementKind.ADJUSTMENT) | Q(reason=Reason.OPENING)
    since = Movement.objects.filter(
        typed, part__in=part_ids, quantity__gt=0, at__gte=F("part__stock__proven_at")
    )
    return not since.exists()


def _is_below_cost(draft: QuoteDraft, part_ids: set[UUID]) -> bool:
    """Whether a price is lower than the list cost or the average cost, or neither is known."""
    parts = {part.pk: part for part in Part.objects.filter(pk__in=part_ids).select_related("stock")}
    for line in draft.lines:
        part = parts[UUID(line["stock_part_id"])]
        cost = highest_cost(part, part.stock)
        if cost is None or Decimal(line["unit_price"]) < cost:
            return True
    return False


def _total(order: Order, draft: QuoteDraft, quantities: Mapping[str, int]) -> Decimal:
    chosen = {UUID(line["part_id"]): _chosen(line) for line in draft.lines}
    asked = {UUID(part_id): quantity for part_id, quantity in quantities.items()}
    return quote_sums(asked, chosen, delivery_fee=draft.delivery_fee, currency=order.currency).total_price


def _chosen(line: Mapping[str, Any]) -> Chosen:
    return Chosen(Decimal(line["unit_price"]), Decimal(line.get("core_charge") or 0))
