"""Onboarding: six steps to a shop that waits for verification."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Conflict, Incomplete, Invalid, NotFound
from clutch.feed.action import action, attempt
from clutch.feed.actor import Actor
from clutch.feed.hints import send_revoked
from clutch.feed.transition import transition
from shops import events
from shops.actions.areas import rebuild_areas
from shops.actions.profile import write_hours, write_makes
from shops.enums import ONBOARDING_TRANSITIONS, OnboardingStatus, Role, Step
from shops.locks import locked_onboarding
from shops.models import Member, Onboarding, Shop, ShopDocument
from shops.steps import clean_step


@action
def start_onboarding(user_id: UUID, *, actor: Actor) -> Onboarding:
    """Begin, or go on with the one that is open: two taps make one."""
    open_one = Onboarding.objects.filter(user_id=user_id, status=OnboardingStatus.IN_PROGRESS)
    found = open_one.first()
    if found is not None:
        return found
    try:
        with attempt():
            onboarding = Onboarding.objects.create(user_id=user_id)
    except IntegrityError:
        return open_one.get()
    events.onboarding_update(onboarding)
    return onboarding


@action
def save_step(
    onboarding_id: UUID,
    *,
    step: Step,
    payload: Any,
    expected_version: int | None = None,
    actor: Actor,
) -> Onboarding:
    """Check one step by itself and keep it; steps come in any order and may be saved again.

    `payload` is in wire names. `current_step` becomes the next one that is missing. Raises
    Invalid at the fields, Conflict when onboarding is over.
    """
    kept = clean_step(step, payload)
    onboarding = get_locked_onboarding(onboarding_id)
    versions.check(onboarding, expected_version)
    require_in_progress(onboarding)
    setattr(onboarding, step.column, kept)
    onboarding.current_step = _next_step(onboarding, step)
    onboarding.save(update_fields=[step.column, "current_step"])
    onboarding.refresh_from_db()
    events.onboarding_update(onboarding)
    return onboarding


def _next_step(onboarding: Onboarding, step: Step) -> int:
    missing = [other.value for other in Step if onboarding.payload(other) is None]
    later = [number for number in missing if number > step]
    return (later or missing or [Step.VERIFICATION.value])[0]


def missing_of(onboarding: Onboarding) -> list[dict[str, Any]]:
    """What still keeps an onboarding from completing, per step, in wire names."""
    missing: list[dict[str, Any]] = []
    for step in Step:
        problems = _problems(onboarding, step)
        if problems:
            missing.append({"step": step.value, "name": str(step.label), "problems": problems})
    return missing


def _problems(onboarding: Onboarding, step: Step) -> list[dict[str, str]]:
    payload = onboarding.payload(step)
    if payload is None:
        return [{"field": "", "detail": _("This step is not filled in yet.")}]
    problems: list[dict[str, str]] = []
    try:
        # Again: a make may be gone since, or a rule stricter.
        clean_step(step, payload)
    except Invalid as error:
        problems = [{"field": name, "detail": str(m)} for name, found in error.fields.items() for m in found]
    if step == Step.VERIFICATION and not onboarding.documents.exists():
        problems.append({"field": "documents", "detail": _("Add a photo or PDF of at least one document.")})
    return problems


@action
def complete_onboarding(
    onboarding_id: UUID, *, expected_version: int | None = None, actor: Actor
) -> Onboarding:
    """Make the shop, pending verification, with its owner; staff are told.

    Raises Incomplete (422) with `missing` per step, Conflict when onboarding is over.
    """
    onboarding = get_locked_onboarding(onboarding_id)
    versions.check(onboarding, expected_version)
    require_in_progress(onboarding)
    missing = missing_of(onboarding)
    if missing:
        raise Incomplete(_("Some steps are not finished yet."), extra={"missing": missing})
    shop = _make_shop(onboarding)
    Member.objects.create(shop=shop, user_id=onboarding.user_id, role=Role.OWNER)
    # Sockets that are open already hear the shop from now on.
    transaction.on_commit(partial(send_revoked, onboarding.user_id))
    ShopDocument.objects.filter(onboarding=onboarding).update(shop=shop)
    transition(
        onboarding, OnboardingStatus.COMPLETED, transitions=ONBOARDING_TRANSITIONS, actor=actor, shop=shop
    )
    events.onboarding_update(onboarding)
    events.shop_status_update(shop)
    events.shop_to_verify(shop)
    return onboarding


def _make_shop(onboarding: Onboarding) -> Shop:
    business, location, brands, inventory, pricing, proof = (onboarding.payload(step) or {} for step in Step)
    shop = Shop.objects.create(
        name=business["name"],
        phone=business["phone"],
        email=business["email"],
        address=location["address"],
        district=location["district"],
        latitude=location["latitude"],
        longitude=location["longitude"],
        delivery_radius_km=location["deliveryRadiusKm"],
        time_zone=location["timeZone"],
        serves_any_make=brands["servesAnyMake"],
        inventory_setup=inventory,
        pricing_strategy=pricing,
        commercial_register=proof["commercialRegister"],
        tax_number=proof["taxNumber"],
        submitted_at=timezone.now(),
    )
    write_hours(shop, location["openingHours"])
    write_makes(shop, brands["makeIds"])
    rebuild_areas([shop.pk])
    return shop


@action
def fail_onboarding(onboarding_id: UUID, *, reason: str, actor: Actor) -> Onboarding:
    """Staff end an onboarding that leads nowhere. A completed one ends with its shop (`refuse_shop`)."""
    onboarding = get_locked_onboarding(onboarding_id)
    require_in_progress(onboarding)
    transition(
        onboarding,
        OnboardingStatus.FAILED,
        transitions=ONBOARDING_TRANSITIONS,
        actor=actor,
        reason=reason,
    )
    events.onboarding_update(onboarding)
    return onboarding


def get_locked_onboarding(onboarding_id: UUID) -> Onboarding:
    """Return the onboarding under its lock. Raises NotFound."""
    onboarding = locked_onboarding(onboarding_id).first()
    if onboarding is None:
        raise NotFound(_("There is no such onboarding."))
    return onboarding


def require_in_progress(onboarding: Onboarding) -> None:
    """Raise Conflict unless its steps can still change."""
    if onboarding.status != OnboardingStatus.IN_PROGRESS:
        raise Conflict(
            _("This onboarding is “%(status)s”; change the shop's profile instead.")
            % {"status": onboarding.get_status_display()},
            code="wrong_status",
            extra={"currentStatus": onboarding.status},
        )
