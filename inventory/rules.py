"""Who may see and do what in a shop's stock."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from clutch.core.errors import NotFound
from clutch.feed.actor import Actor
from inventory.models import Part, StockPolicy
from shops.models import Member
from shops.rules import Act, member_who_may


def require(actor: Actor, shop_id: UUID, act: Act) -> None:
    """Raise NotFound for a foreign shop, NotAllowed for a role that may not. The clock may all."""
    if actor.kind in ("system", "node"):
        return
    if actor.user_id is None:
        raise NotFound("There is no such shop.")
    member_who_may(_Person(actor.user_id), shop_id, act)


class _Person:
    """What `shops.rules` asks of a user: the key."""

    def __init__(self, pk: UUID) -> None:
        self.pk = pk


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
