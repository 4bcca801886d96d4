"""Who may do what with accounts."""

import time
from collections.abc import Iterable
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from clutch.accounts.models import User

FRESH_SECONDS = 10 * 60


def has_totp(user: User) -> bool:
    """Whether a user signs in with a second factor."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def staff_ready(user: User | AnonymousUser) -> bool:
    """Whether somebody counts as staff anywhere: active, and with a second factor outside the demo.

    Who is staff and not ready gets what anybody else gets.

    Who has one has passed it: it is asked at every sign-in, and enrolling ends all other sessions.
    """
    if not (isinstance(user, User) and user.is_active and user.is_staff):
        return False
    return settings.DEMO or has_totp(user)


def staff_ready_among(users: Iterable[User]) -> set[UUID]:
    """The ids of those for whom `staff_ready` holds, in one query at most."""
    staff = {user.pk for user in users if user.is_active and user.is_staff}
    if not staff or settings.DEMO:
        return staff
    with_totp = Authenticator.objects.filter(user__in=staff, type=Authenticator.Type.TOTP)
    return set(with_totp.values_list("user_id", flat=True))


def knows_password(user: User, password: str) -> bool:
    """Whether this is the user's password. Raises ValidationError after too many wrong ones."""
    return bool(get_adapter().reauthenticate(user, password))


def came_with_code(session: SessionBase, user: User) -> bool:
    """Whether a session was opened with a code a moment ago: then a new password needs no old one."""
    request = HttpRequest()
    request.session = session
    records = get_authentication_records(request, user)
    earliest = time.time() - FRESH_SECONDS
    return any(record.get("method") == "code" and record.get("at", 0) > earliest for record in records)
