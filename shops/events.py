"""What is said in the streams, and to whom. The payloads are the contract with the apps."""

from typing import Any
from uuid import UUID

from django.utils import timezone

from clutch.feed.action import publish
from clutch.feed.streams import STAFF_STREAM, Event, shop_stream, user_stream
from shops.models import Member, Onboarding, Shop


def shop_status_update(shop: Shop, reason: str = "") -> None:
    """Tell a shop's people that its status, or what is asked of it, has changed."""
    data = {
        "shopId": str(shop.pk),
        "status": shop.status,
        "reason": reason,
        "changesRequested": shop.changes_requested,
        "timestamp": timezone.now(),
    }
    publish(Event((shop_stream(shop.pk),), "shop-status-update", data))


def onboarding_update(onboarding: Onboarding) -> None:
    """Tell who onboards, on their other devices too, and the shop once there is one."""
    streams = [user_stream(onboarding.user_id)]
    if onboarding.shop_id:
        streams.append(shop_stream(onboarding.shop_id))
    data = {
        "onboardingId": str(onboarding.pk),
        "status": onboarding.status,
        "currentStep": onboarding.current_step,
        "completedSteps": onboarding.completed_steps,
        "shopId": _text(onboarding.shop_id),
    }
    publish(Event(tuple(streams), "onboarding-update", data))


def member_update(member: Member) -> None:
    """Tell the shop and the person that somebody joined, left, or has another role."""
    data = {
        "shopId": str(member.shop_id),
        "memberId": str(member.pk),
        "userId": str(member.user_id),
        "role": member.role,
        "isActive": member.is_active,
    }
    publish(Event((shop_stream(member.shop_id), user_stream(member.user_id)), "member-update", data))


def shop_to_verify(shop: Shop) -> None:
    """Tell staff that a shop waits for them."""
    data: dict[str, Any] = {"shopId": str(shop.pk), "shopName": shop.name, "submittedAt": shop.submitted_at}
    publish(Event((STAFF_STREAM,), "shop-to-verify", data))


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None
