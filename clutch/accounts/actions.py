"""What changes about a person: registration, profile, password, devices, and the end of an account."""

from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from fcm_django.models import DeviceType, FCMDevice

from clutch.accounts import locks
from clutch.accounts.models import User
from clutch.core import versions
from clutch.core.errors import Conflict, Invalid, NotAllowed, NotFound
from clutch.feed import hints
from clutch.feed.action import action, attempt
from clutch.feed.actor import Actor


@action
def register_user(
    user_id: UUID,
    *,
    phone: str | None = None,
    email: str | None = None,
    name: str = "",
    language: str = settings.LANGUAGE_CODE,
    password: str | None = None,
    actor: Actor,
) -> User:
    """Make an account. `phone` is E.164; neither it nor the address counts as verified yet.

    Raises Conflict when another account has one of them, also one made at this moment.
    """
    user = User(id=user_id, phone=phone or None, name=name, language=language)
    user.email = User.objects.normalize_email(email) or None
    user.set_password(password)
    try:
        with attempt():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(_("There is an account with this number or address."), code="taken") from error
    return user


@action
def change_profile(
    user_id: UUID,
    *,
    name: str | None = None,
    language: str | None = None,
    time_zone: str | None = None,
    expected_version: int | None = None,
    actor: Actor,
) -> User:
    """Change what is given. `time_zone` is an IANA name, "" for the market's. Raises Invalid.

    Raises StaleVersion (412) where the profile is no longer the one that was edited.
    """
    user = _mine(user_id, actor)
    versions.check(user, expected_version)
    if language is not None and language not in dict(settings.LANGUAGES):
        raise Invalid(_("Choose one of the languages."), fields={"language": [_("Unknown language.")]})
    if time_zone and time_zone not in available_timezones():
        raise Invalid(_("Choose a time zone."), fields={"time_zone": [_("Unknown time zone.")]})
    changes = {"name": name, "language": language, "time_zone": time_zone}
    given = {field: value for field, value in changes.items() if value is not None}
    for field, value in given.items():
        setattr(user, field, value)
    user.save(update_fields=list(given))
    user.refresh_from_db(fields=["version"])
    return user


@action
def set_phone(user_id: UUID, *, phone: str, verified: bool, actor: Actor) -> User:
    """Set a number. One that is proven (`verified`) is taken from an account that never proved it.

    Raises Conflict when another account has proven it.
    """
    user = locks.user(user_id)
    other = User.objects.filter(phone=phone).exclude(pk=user_id).first()
    if other is not None:
        _release_phone(other, verified)
    user.phone, user.phone_verified = phone, verified
    try:
        with attempt():
            user.save(update_fields=["phone", "phone_verified"])
    except IntegrityError as error:
        raise Conflict(_("There is an account with this number."), code="taken") from error
    return user


def _release_phone(other: User, verified: bool) -> None:
    if not verified or other.phone_verified or not other.email:
        raise Conflict(_("There is an account with this number."), code="taken")
    other.phone = None
    other.save(update_fields=["phone"])


@action
def set_password(user_id: UUID, *, password: str, actor: Actor) -> User:
    """Set a password (already checked by the rules). Every other session ends with it."""
    user = locks.user(user_id)
    user.set_password(password)
    user.save(update_fields=["password"])
    user.refresh_from_db(fields=["version"])
    transaction.on_commit(partial(hints.send_revoked, user_id))
    return user


@action
def sign_out_everywhere(user_id: UUID, *, keep: str = "", actor: Actor) -> int:
    """End all sessions and tokens of a user, but for the session with the key `keep`."""
    locks.user(user_id)
    ended = UserSession.objects.filter(user_id=user_id).exclude(session_key=keep)
    keys = list(ended.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    ended.delete()
    transaction.on_commit(partial(hints.send_revoked, user_id))
    return len(keys)


@action
def end_session(user_id: UUID, *, session_id: int, actor: Actor) -> None:
    """End one session of a user. Raises NotFound for one that is not theirs."""
    found = UserSession.objects.filter(user_id=user_id, pk=session_id).first()
    if found is None:
        raise NotFound(_("There is nothing here."))
    Session.objects.filter(session_key=found.session_key).delete()
    found.delete()
    transaction.on_commit(partial(hints.send_revoked, user_id))


@action
def deactivate_user(user_id: UUID, *, actor: Actor) -> User:
    """Close an account: its sessions, tokens and sockets end at once. Only staff may.

    Raises Conflict when it is closed already, and NotAllowed for one's own account.
    """
    _require_staff(user_id, actor)
    user = locks.user(user_id)
    if not user.is_active:
        raise Conflict(_("This account is closed already."), code="already_closed")
    user.is_active = False
    user.save(update_fields=["is_active"])
    sign_out_everywhere(user_id, actor=actor)
    return user


@action
def reactivate_user(user_id: UUID, *, actor: Actor) -> User:
    """Open a closed account again. Raises Conflict when it is open."""
    _require_staff(user_id, actor)
    user = locks.user(user_id)
    if user.is_active:
        raise Conflict(_("This account is open."), code="already_open")
    user.is_active = True
    user.save(update_fields=["is_active"])
    return user


@action
def register_device(user_id: UUID, *, token: str, kind: str, name: str = "", actor: Actor) -> FCMDevice:
    """Let a device get push messages. A token that another account had moves to this one:
    the phone has changed hands, and its last owner must not be told anything on it."""
    user = _mine(user_id, actor)
    if kind not in DeviceType.values:
        raise Invalid(_("Unknown kind of device."), fields={"type": [_("Unknown kind of device.")]})
    changes: dict[str, Any] = {"user": user, "type": kind, "name": name, "active": True}
    device, _created = FCMDevice.objects.update_or_create(registration_id=token, defaults=changes)
    return device


@action
def remove_device(user_id: UUID, *, device_id: int, actor: Actor) -> None:
    """Send a device no more push messages. Raises NotFound for one that is not the user's."""
    _mine(user_id, actor)
    deleted, _models = FCMDevice.objects.filter(pk=device_id, user_id=user_id).delete()
    if not deleted:
        raise NotFound(_("There is nothing here."))


def _mine(user_id: UUID, actor: Actor) -> User:
    if actor.kind == "user" and actor.user_id != user_id:
        raise NotFound(_("There is nothing here."))
    return locks.user(user_id)


def _require_staff(user_id: UUID, actor: Actor) -> None:
    if actor.kind not in {"staff", "system"}:
        raise NotAllowed(_("You may not do this."))
    if actor.user_id == user_id:
        raise NotAllowed(_("You cannot do this with your own account."))
