"""Who sends a request: an app with its token, or a browser with its session."""

from typing import Any
from uuid import UUID

from allauth.core.internal.sessionkit import get_session_user
from allauth.headless.internal.sessionkit import lookup_session
from allauth.headless.tokens.strategies.jwt.internal import decode_token, session_key_from_sid
from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from clutch.accounts.models import User

SCHEME = "Bearer"


def user_of_token(token: str) -> User | None:
    """The active user of an access token or session token, or None.

    Looks into the database each time: a token dies with its session, and with its user's account.
    Synchronous; a consumer calls it in a thread.
    """
    found = _session_of(token)
    return _user_of(found) if found is not None else None


def session_user(request: HttpRequest) -> User | None:
    """The active user of a browser's session, or None."""
    user = get_user(request)
    return user if isinstance(user, User) and user.is_active else None


def session_of(request: Request) -> SessionBase:
    """The session behind a signed-in API request: of its token, else of its cookie."""
    token = request.auth
    found = _session_of(token) if isinstance(token, str) else None
    return found if found is not None else request.session


def session_key_of_token(token: str) -> str | None:
    """The key of the session that a token stands for, or None when it is over."""
    found = _session_of(token)
    return found.session_key if found is not None else None


def _session_of(token: str) -> SessionBase | None:
    if "." not in token:
        return _lookup(token)
    payload = decode_token(token, "access")
    key = session_key_from_sid(payload["sid"]) if payload else None
    found = _lookup(key) if key else None
    # A token of one user never opens another's session, whatever became of its key.
    same = found is not None and payload is not None and str(found.get("_auth_user_id")) == _user_id(payload)
    return found if same else None


def _lookup(key: str) -> SessionBase | None:
    if not (key.isascii() and key.isalnum() and len(key) <= 40):
        return None
    found: SessionBase | None = lookup_session(key)
    return found


def _user_id(payload: dict[str, Any]) -> str:
    try:
        return str(UUID(payload["sub"]))
    except ValueError:
        return ""


def _user_of(session: SessionBase) -> User | None:
    user = get_session_user(session)
    return user if isinstance(user, User) and user.is_active else None


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer <access token>` or `X-Session-Token`; checked against the session."""

    def authenticate(self, request: Request) -> tuple[User, str] | None:
        """Return the user, None without a token; raise AuthenticationFailed for one that is over."""
        token = self._token(request)
        if token is None:
            return None
        user = user_of_token(token)
        if user is None:
            raise AuthenticationFailed(_("You are signed out. Sign in again."), code="signed_out")
        return user, token

    def authenticate_header(self, request: Request) -> str:
        """Makes the answer to an anonymous request 401 instead of 403."""
        return SCHEME

    def _token(self, request: Request) -> str | None:
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == SCHEME.lower():
            return token.strip()
        return request.headers.get("X-Session-Token")


class SessionAuthentication(authentication.SessionAuthentication):
    """The session cookie of our own pages, with CSRF check."""

    def authenticate_header(self, request: Request) -> str:
        """Makes the answer to an anonymous request 401 instead of 403."""
        return SCHEME
