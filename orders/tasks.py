"""Jobs of the market: what happens at a time, or after an act. Each calls one act."""

from typing import Any
from uuid import UUID

from clutch.feed.actor import Actor
from clutch.feed.jobs import job
from orders import actions


@job
def next_wave(order_id: str, wave: int) -> None:
    """Ask the next shops while offers are missing."""
    actions.invite_next_wave(UUID(order_id), wave=wave, actor=Actor.beat())


@job
def close_window(order_id: str) -> None:
    """Announce that the time for quotes is over."""
    actions.close_window(UUID(order_id), actor=Actor.beat())


@job
def flag_stuck(order_id: str) -> None:
    """Show staff a request without a quote."""
    actions.flag_stuck(UUID(order_id), actor=Actor.beat())


@job
def expire_quote(quote_id: str) -> None:
    """Write down that a quote has run out."""
    actions.expire_quote(UUID(quote_id), actor=Actor.beat())


@job
def make_draft(invitation_id: str) -> None:
    """Prepare a draft quote for an invited shop, and send it where the shop's rule says so."""
    actions.answer_invitation(UUID(invitation_id), actor=Actor.beat())


@job
def tell_shops(order_id: str, shop_ids: list[str], notice: str, params: dict[str, Any]) -> None:
    """Notify the members of shops."""
    actions.tell_shops_now(
        UUID(order_id),
        shop_ids=[UUID(shop_id) for shop_id in shop_ids],
        kind=notice,
        params=params,
        actor=Actor.beat(),
    )
