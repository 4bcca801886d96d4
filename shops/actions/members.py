"""Members of a shop: invited by link, given roles, removed."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.accounts.models import User
from clutch.core import versions
from clutch.core.errors import Conflict, NotFound
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.hints import send_revoked
from clutch.notifications.actions import notify
from shops import events, notices
from shops.enums import Role
from shops.locks import locked_invite, locked_members
from shops.models import Member, MemberInvite, Shop
from shops.rules import Act, may, require

INVITE_DAYS = 7


@dataclass(frozen=True)
class NewInvite:
    """An invitation with its token, which is known at this moment only."""

    invite: MemberInvite
    token: str


def hash_token(token: str) -> str:
    """The SHA-256 of a token; 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


@action
def invite_member(shop_id: UUID, *, role: str, note: str = "", actor: Actor) -> NewInvite:
    """Make a link for one person to join with a role, valid for a week.

    Raises NotAllowed when the actor may not give this role: only owners make owners.
    """
    _require_rank(_acting(locked_members(shop_id), actor), role)
    token = secrets.token_urlsafe(32)
    invite = MemberInvite.objects.create(
        shop_id=shop_id,
        role=role,
        note=note,
        token_hash=hash_token(token),
        expires_at=timezone.now() + timedelta(days=INVITE_DAYS),
        created_by_id=actor.user_id,
    )
    return NewInvite(invite, token)


@action
def revoke_invite(invite_id: UUID, *, shop_id: UUID, actor: Actor) -> MemberInvite:
    """Make a link void. Raises Conflict when it was used."""
    found = MemberInvite.objects.filter(pk=invite_id, shop_id=shop_id).first()
    invite = locked_invite(found.token_hash).get() if found else None
    require(_acting(locked_members(shop_id), actor), Act.MANAGE_MEMBERS)
    if invite is None:
        raise NotFound(_("There is no such invitation."))
    if invite.used_at is not None:
        raise Conflict(_("Somebody has joined with this link already."), code="used")
    if invite.revoked_at is None:
        invite.revoked_at = timezone.now()
        invite.save(update_fields=["revoked_at"])
        invite.refresh_from_db()
    return invite


@action
def join_shop(token: str, *, user_id: UUID, actor: Actor) -> Member:
    """Join a shop by a link; the link is spent. Its own person may follow it again.

    Raises NotFound for a link that never was, Conflict for one that is used, void or expired,
    and for someone who belongs to the shop already.
    """
    invite = locked_invite(hash_token(token)).first()
    if invite is None:
        raise NotFound(_("This link is not valid."))
    held = {member.user_id: member for member in locked_members(invite.shop_id)}
    member = held.get(user_id)
    if invite.used_at is not None and invite.used_by_id == user_id and member and member.is_active:
        return member
    if not invite.is_open:
        raise Conflict(_("This link was used or has expired. Ask for a new one."), code="invite_spent")
    if member is not None and member.is_active:
        raise Conflict(_("You belong to this shop already."), code="already_member")
    member = _admit(invite, member, user_id)
    invite.used_at, invite.used_by_id = timezone.now(), user_id
    invite.save(update_fields=["used_at", "used_by"])
    events.member_update(member)
    _tell_leading(member, [other for other in held.values() if other.pk != member.pk], actor)
    # Sockets that are open already hear the shop from now on.
    transaction.on_commit(partial(send_revoked, user_id))
    return member


def _admit(invite: MemberInvite, member: Member | None, user_id: UUID) -> Member:
    if member is None:
        return Member.objects.create(shop_id=invite.shop_id, user_id=user_id, role=invite.role)
    member.role, member.is_active = invite.role, True
    member.save(update_fields=["role", "is_active"])
    member.refresh_from_db()
    return member


def _tell_leading(member: Member, others: list[Member], actor: Actor) -> None:
    name = str(User.objects.get(pk=member.user_id))
    _notify(
        [o.user_id for o in others if may(o, Act.MANAGE_MEMBERS)], notices.MEMBER_JOINED, member, actor, name
    )


@action
def change_role(
    member_id: UUID, *, shop_id: UUID, role: str, expected_version: int | None = None, actor: Actor
) -> Member:
    """Give a member another role. Raises Conflict for the last owner, NotAllowed by rank, StaleVersion."""
    members = list(locked_members(shop_id))
    member = _among(members, member_id)
    acting = _acting(members, actor)
    _require_rank(acting, member.role)
    _require_rank(acting, role)
    versions.check(member, expected_version)
    if member.role == role:
        return member
    if role != Role.OWNER:
        _require_other_owner(members, member)
    member.role = role
    member.save(update_fields=["role"])
    member.refresh_from_db()
    events.member_update(member)
    _notify([member.user_id], notices.MEMBER_ROLE_CHANGED, member, actor)
    return member


@action
def remove_member(member_id: UUID, *, shop_id: UUID, actor: Actor) -> Member:
    """End a membership; everyone may end their own. Their open sockets close at once.

    Raises Conflict for the last owner, NotAllowed by rank.
    """
    members = list(locked_members(shop_id))
    member = _among(members, member_id)
    if member.user_id != actor.user_id:
        _require_rank(_acting(members, actor), member.role)
    _require_other_owner(members, member)
    member.is_active = False
    member.save(update_fields=["is_active"])
    member.refresh_from_db()
    events.member_update(member)
    if member.user_id != actor.user_id:
        _notify([member.user_id], notices.MEMBER_REMOVED, member, actor)
    transaction.on_commit(partial(send_revoked, member.user_id))
    return member


def _acting(members: Iterable[Member], actor: Actor) -> Member:
    """The actor's own membership, read under the same lock. Raises NotFound for who is none."""
    found = [m for m in members if m.user_id == actor.user_id and m.is_active]
    if not found:
        raise NotFound(_("There is no such shop."))
    return found[0]


def _require_rank(member: Member, role: str) -> None:
    require(member, Act.MANAGE_OWNERS if role == Role.OWNER else Act.MANAGE_MEMBERS)


def _among(members: list[Member], member_id: UUID) -> Member:
    for member in members:
        if member.pk == member_id and member.is_active:
            return member
    raise NotFound(_("There is no such member."))


def _require_other_owner(members: list[Member], member: Member) -> None:
    owners = {m.pk for m in members if m.is_active and m.role == Role.OWNER}
    if owners == {member.pk}:
        raise Conflict(_("A shop always has an owner: make someone else an owner first."), code="last_owner")


def _notify(user_ids: list[UUID], kind: str, member: Member, actor: Actor, name: str = "") -> None:
    shop = Shop.objects.get(pk=member.shop_id)
    notify(
        user_ids,
        kind=kind,
        params={"shop": shop.name, "name": name},
        data={"shopId": str(shop.pk)},
        actor=actor,
    )
