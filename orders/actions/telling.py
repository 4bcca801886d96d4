"""Telling the members of shops, after the act that had something to tell."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.notifications.actions import notify
from orders import queries, rules


@action
def tell_shops_now(
    order_id: UUID, *, shop_ids: Collection[UUID], kind: str, params: Mapping[str, Any], actor: Actor
) -> None:
    """Write what `tell_shops` left to be done: one notification per member."""
    for shop_id, user_ids in queries.members_to_tell(shop_ids, rules.QUOTING).items():
        data = {"orderId": str(order_id), "shopId": str(shop_id)}
        notify(user_ids, kind=kind, params=params, data=data, actor=actor)
