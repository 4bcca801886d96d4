"""What a person may hear. The server derives it from the account and the memberships, never the client."""

from collections.abc import Collection
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from clutch.accounts.authentication import session_key_of_token, session_user, user_of_token
from clutch.accounts.models import User
from clutch.accounts.rules import staff_ready_among
from clutch.feed.streams import STAFF_STREAM, shop_stream, user_stream
from shops.models import Member

SessionId = tuple[str, str]


@dataclass(frozen=True)
class Allowed:
    """The answer for many people: the streams of each active one, and the sessions that still live."""

    by_user: dict[str, frozenset[str]]
    hashes: dict[str, str]
    sessions: frozenset[str]

    def streams(self, user_id: str, session: SessionId | None) -> frozenset[str] | None:
        """The streams of a person; None when the account or the session is over."""
        if session is not None and (
            session[0] not in self.sessions or self.hashes.get(user_id) != session[1]
        ):
            return None
        return self.by_user.get(user_id)


def look_up(user_ids: Collection[str], session_keys: Collection[str] = ()) -> Allowed:
    """Ask for many people in four queries."""
    users = {str(user.pk): user for user in User.objects.filter(pk__in=user_ids, is_active=True)}
    streams = {key: {user_stream(key)} for key in users}
    for user_id, shop_id in Member.objects.filter(user_id__in=users, is_active=True).values_list(
        "user_id", "shop_id"
    ):
        streams[str(user_id)].add(shop_stream(shop_id))
    for user_id in staff_ready_among(users.values()):
        streams[str(user_id)].add(STAFF_STREAM)
    alive = Session.objects.filter(session_key__in=session_keys, expire_date__gt=timezone.now())
    return Allowed(
        {key: frozenset(found) for key, found in streams.items()},
        {key: user.get_session_auth_hash() for key, user in users.items()},
        frozenset(alive.values_list("session_key", flat=True)) if session_keys else frozenset(),
    )


def streams_of(user: Any) -> frozenset[str]:
    """The streams of one active person; none for nobody."""
    return look_up([str(user.pk)]).by_user.get(str(user.pk), frozenset())


@dataclass(frozen=True)
class SignedIn:
    """Who is at the other end, what they may hear, and by which session."""

    user_id: str
    streams: frozenset[str]
    session: SessionId | None


def by_token(token: str) -> SignedIn | None:
    """Sign in by an access token or session token."""
    user = user_of_token(token)
    return _signed_in(user, session_key_of_token(token)) if user else None


def by_session(key: str) -> SignedIn | None:
    """Sign in by the value of the session cookie."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = session_user(request)
    if user is None or not request.session.get(HASH_SESSION_KEY):
        return None
    return _signed_in(user, key)


def _signed_in(user: User, key: str | None) -> SignedIn:
    session = (key, user.get_session_auth_hash()) if key else None
    return SignedIn(str(user.pk), streams_of(user), session)
