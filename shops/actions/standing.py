"""A shop's standing on the market: verified, suspended, closed, opened again."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from clutch.core.errors import Conflict, Invalid
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from clutch.notifications.actions import notify
from shops import events, notices
from shops.actions.areas import rebuild_areas
from shops.actions.profile import get_locked_shop
from shops.enums import ONBOARDING_TRANSITIONS, SHOP_TRANSITIONS, OnboardingStatus, Role, ShopStatus
from shops.locks import locked_onboarding
from shops.models import Member, Onboarding, Shop


@action
def verify_shop(shop_id: UUID, *, actor: Actor) -> Shop:
    """Staff let a shop onto the market. Raises Conflict unless it waits for verification."""
    shop = get_locked_shop(shop_id)
    _require_pending(shop, ShopStatus.ACTIVE)
    return _move(shop, ShopStatus.ACTIVE, notices.SHOP_VERIFIED, actor=actor, verified_at=timezone.now())


@action
def request_changes(shop_id: UUID, *, text: str, actor: Actor) -> Shop:
    """Staff say what the owner has to change first; the shop stays pending.

    Raises Conflict unless it waits for verification, Invalid without a text.
    """
    _require_text(text, "text")
    shop = get_locked_shop(shop_id)
    _require_pending(shop, ShopStatus.PENDING_VERIFICATION)
    shop.changes_requested = text
    shop.save(update_fields=["changes_requested"])
    shop.refresh_from_db()
    events.shop_status_update(shop, text)
    _tell(shop, notices.SHOP_CHANGES_REQUESTED, reason=text, actor=actor)
    return shop


@action
def resubmit_shop(shop_id: UUID, *, actor: Actor) -> Shop:
    """The owner has changed what was asked for. Raises Conflict when nothing is asked."""
    shop = get_locked_shop(shop_id)
    _require_pending(shop, ShopStatus.PENDING_VERIFICATION)
    if not shop.changes_requested:
        raise Conflict(_("The shop has been sent for verification already."), code="already_sent")
    shop.changes_requested, shop.submitted_at = "", timezone.now()
    shop.save(update_fields=["changes_requested", "submitted_at"])
    shop.refresh_from_db()
    events.shop_status_update(shop)
    events.shop_to_verify(shop)
    return shop


@action
def refuse_shop(shop_id: UUID, *, reason: str, actor: Actor) -> Shop:
    """Staff refuse a pending shop for good: it becomes inactive and its onboarding failed."""
    _require_text(reason, "reason")
    onboarding = Onboarding.objects.filter(shop=shop_id).first()
    held = locked_onboarding(onboarding.pk).get() if onboarding else None
    shop = get_locked_shop(shop_id)
    _require_pending(shop, ShopStatus.INACTIVE)
    if held is not None:
        transition(
            held, OnboardingStatus.FAILED, transitions=ONBOARDING_TRANSITIONS, actor=actor, reason=reason
        )
        events.onboarding_update(held)
    return _move(shop, ShopStatus.INACTIVE, notices.SHOP_REFUSED, reason=reason, actor=actor)


@action
def suspend_shop(shop_id: UUID, *, reason: str, actor: Actor) -> Shop:
    """Staff take a shop off the market for now; its orders go on."""
    _require_text(reason, "reason")
    shop = get_locked_shop(shop_id)
    return _move(shop, ShopStatus.SUSPENDED, notices.SHOP_SUSPENDED, reason=reason, actor=actor)


@action
def close_shop(shop_id: UUID, *, reason: str = "", actor: Actor) -> Shop:
    """The owner, or staff, close an active or suspended shop: no new requests."""
    shop = get_locked_shop(shop_id)
    if shop.status == ShopStatus.PENDING_VERIFICATION:
        raise _wrong_status(shop, ShopStatus.INACTIVE)
    return _move(shop, ShopStatus.INACTIVE, None, reason=reason, actor=actor)


@action
def reopen_shop(shop_id: UUID, *, reason: str = "", actor: Actor) -> Shop:
    """Bring a suspended or closed shop back onto the market.

    An owner reopens what is closed and was verified once; what is suspended, only staff.
    """
    shop = get_locked_shop(shop_id)
    if shop.status == ShopStatus.PENDING_VERIFICATION:
        raise _wrong_status(shop, ShopStatus.ACTIVE)
    by_staff = actor.kind == "staff"
    if not by_staff and (shop.status == ShopStatus.SUSPENDED or shop.verified_at is None):
        raise Conflict(_("Only our staff can open this shop again."), code="staff_only")
    changes = {} if shop.verified_at else {"verified_at": timezone.now()}
    return _move(shop, ShopStatus.ACTIVE, notices.SHOP_REOPENED, reason=reason, actor=actor, **changes)


def _move(shop: Shop, to: str, notice: str | None, *, actor: Actor, reason: str = "", **changes: Any) -> Shop:
    transition(
        shop,
        to,
        transitions=SHOP_TRANSITIONS,
        actor=actor,
        reason=reason,
        changes_requested="",
        **changes,
    )
    rebuild_areas([shop.pk])
    events.shop_status_update(shop, reason)
    for name in settings.ON_SHOP_STANDING:
        import_string(name)(shop.pk)
    if notice:
        _tell(shop, notice, reason=reason, actor=actor)
    return shop


def _tell(shop: Shop, kind: str, *, reason: str, actor: Actor) -> None:
    leading = Member.objects.filter(shop=shop, is_active=True, role__in=(Role.OWNER, Role.MANAGER))
    notify(
        leading.values_list("user_id", flat=True),
        kind=kind,
        params={"shop": shop.name, "reason": reason},
        data={"shopId": str(shop.pk)},
        actor=actor,
    )


def _require_pending(shop: Shop, to: str) -> None:
    if shop.status != ShopStatus.PENDING_VERIFICATION:
        raise _wrong_status(shop, to)


def _wrong_status(shop: Shop, to: str) -> Conflict:
    return Conflict(
        _("This is not possible now: the shop is “%(status)s”.") % {"status": shop.get_status_display()},
        code="wrong_status",
        extra={"currentStatus": shop.status, "requestedStatus": to},
    )


def _require_text(text: str, field: str) -> None:
    if not text.strip():
        message = _("Say why, in words that the shop will read.")
        raise Invalid(message, fields={field: [message]})
