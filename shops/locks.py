"""Every lock of this app. Across rows of one act in this order: onboarding, shop, invite, member, garage."""

from uuid import UUID

from django.db.models import QuerySet

from clutch.accounts.models import User
from shops.models import GarageVehicle, Member, MemberInvite, Onboarding, Shop, UnlistedVehicle


def locked_shop(shop_id: UUID) -> QuerySet[Shop]:
    """One shop; everything that changes its profile, status or areas holds it."""
    return Shop.objects.filter(pk=shop_id).select_for_update(no_key=True, of=("self",))


def locked_onboarding(onboarding_id: UUID) -> QuerySet[Onboarding]:
    """One onboarding."""
    return Onboarding.objects.filter(pk=onboarding_id).select_for_update(no_key=True, of=("self",))


def locked_invite(token_hash: str) -> QuerySet[MemberInvite]:
    """The invitation of a token; joining holds it, so that one link admits one person."""
    return MemberInvite.objects.filter(token_hash=token_hash).select_for_update(no_key=True, of=("self",))


def locked_members(shop_id: UUID) -> QuerySet[Member]:
    """All members of a shop in the order of their keys: "the last owner stays" needs them all."""
    return Member.objects.filter(shop_id=shop_id).order_by("pk").select_for_update(no_key=True, of=("self",))


def locked_garage_owner(user_id: UUID) -> QuerySet[User]:
    """The person whose garage it is: an empty garage has no row of its own to lock."""
    return User.objects.filter(pk=user_id).select_for_update(no_key=True, of=("self",))


def locked_garage(user_id: UUID) -> QuerySet[GarageVehicle]:
    """The vehicles in a garage, oldest first, under their owner's lock: one of them is the default."""
    return (
        GarageVehicle.objects.filter(user_id=user_id, archived_at__isnull=True)
        .order_by("pk")
        .select_for_update(no_key=True, of=("self",))
    )


def locked_unlisted(unlisted_id: UUID) -> QuerySet[UnlistedVehicle]:
    """One name that staff decide about."""
    return UnlistedVehicle.objects.filter(pk=unlisted_id).select_for_update(no_key=True, of=("self",))
