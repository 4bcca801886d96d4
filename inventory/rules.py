"""Who may see and do what in a shop's stock."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from inventory.models import Part, StockPolicy
from shops.models import Member
from shops.rules import require_act as require

__all__ = ["parts_for", "policies_of", "policy_of", "require"]


def parts_for(member: Member) -> QuerySet[Part]:
    """The parts of a member's shop."""
    return Part.objects.filter(shop=member.shop_id)


def policy_of(shop_id: UUID) -> StockPolicy:
    """The shop's policy, or the defaults, unsaved."""
    return policies_of([shop_id])[shop_id]


def policies_of(shop_ids: Collection[UUID]) -> dict[UUID, StockPolicy]:
    """The policies of shops, or the defaults, unsaved. One query."""
    rows = {row.shop_id: row for row in StockPolicy.objects.filter(shop__in=shop_ids)}
    return {shop_id: rows.get(shop_id) or StockPolicy(shop_id=shop_id) for shop_id in shop_ids}
