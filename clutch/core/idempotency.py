"""Idempotency keys: the same request sent again gets the answer of the first.

The interface (API or portal) opens `keyed(...)` around its one action. The outermost
`@action` claims the key before it does anything and stores the rendered answer before its
own commit, so that a crash leaves both the act and the answer, or neither.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from clutch.core.errors import Conflict
from clutch.core.models import IdempotencyKey


@dataclass(frozen=True)
class Answer:
    """What a client gets: HTTP status, JSON body (already rendered to plain types), headers."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


class Replayed(Exception):
    """Raised by an action instead of acting when its key was answered before."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("answered before")
        self.answer = answer


@dataclass
class KeyedRequest:
    """One request with a key. `render` turns the result of the action into its answer.

    `secrets` are keys of its body that are told once and not kept: stored as null.
    """

    actor: str
    route: str
    key: str
    body_hash: str
    render: Callable[[Any], Answer]
    secrets: frozenset[str] = frozenset()
    answer: Answer | None = None


_current: ContextVar[KeyedRequest | None] = ContextVar("keyed_request", default=None)


def hash_body(body: bytes) -> str:
    """Return the SHA-256 of a request body as 64 hex digits."""
    return hashlib.sha256(body).hexdigest()


@contextmanager
def keyed(request: KeyedRequest) -> Iterator[KeyedRequest]:
    """Let the next outermost action claim this key. `request.answer` is set when it has acted."""
    token = _current.set(request)
    try:
        yield request
    finally:
        _current.reset(token)


@contextmanager
def unkeyed() -> Iterator[None]:
    """Let an act run that is not the one a keyed request asks for, e.g. the counting of a wrong code."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)


def claim() -> KeyedRequest | None:
    """Called by the outermost action inside its transaction.

    Returns the request to answer, or None where there is no key. Raises `Replayed` when the key
    was answered before, and `Conflict` when it is being answered at this moment or was used
    with another body.
    """
    request = _current.get()
    if request is None:
        return None
    name = f"{request.actor}|{request.route}|{request.key}"
    with connection.cursor() as cursor:
        # Not ON CONFLICT alone: that waits for the other transaction, and a phone that retries
        # a slow request should hear at once that the first one is still running.
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        if not cursor.fetchone()[0]:
            raise Conflict(_("This request is still being worked on. Try again."), code="in_progress")
    stored = IdempotencyKey.objects.filter(actor=request.actor, route=request.route, key=request.key).first()
    if stored is None:
        return request
    if stored.body_hash != request.body_hash:
        raise Conflict(_("This idempotency key was used for another request."), code="key_reused")
    raise Replayed(Answer(stored.status, stored.body, stored.headers))


def store(request: KeyedRequest, result: Any) -> None:
    """Render and keep the answer; runs inside the transaction of the act."""
    answer = request.render(result)
    IdempotencyKey.objects.create(
        actor=request.actor,
        route=request.route,
        key=request.key,
        body_hash=request.body_hash,
        status=answer.status,
        body=_without(answer.body, request.secrets),
        headers=answer.headers,
    )
    request.answer = answer


def _without(body: Any, secrets: frozenset[str]) -> Any:
    if not secrets or not isinstance(body, dict):
        return body
    return {name: None if name in secrets else value for name, value in body.items()}


def close() -> None:
    """Called by the outermost action after its commit: a further act of the same request is not keyed."""
    _current.set(None)
