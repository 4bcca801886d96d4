"""A client of the socket for tests, and events to send to it."""

import contextlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from clutch.feed.action import action, publish
from clutch.feed.streams import Event
from clutch.live.tests.server import AsgiServer

SECONDS = 10.0
Frame = dict[str, Any]


def session_of(user: Any) -> str:
    """Sign a user in; return the key of the session."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


class Client:
    """One open socket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.cursor = ""

    def frame(self, *, seconds: float = SECONDS, heartbeats: bool = False) -> Frame:
        """The next frame; heartbeats are skipped unless asked for. Raises TimeoutError."""
        while True:
            frame: Frame = json.loads(self.connection.recv(timeout=seconds))
            self.cursor = frame["id"] or self.cursor
            if heartbeats or frame["type"] != "heartbeat":
                return frame

    def frames(self, count: int, *, seconds: float = SECONDS) -> list[Frame]:
        return [self.frame(seconds=seconds) for _ in range(count)]

    def say(self, message: Any) -> None:
        self.connection.send(message if isinstance(message, str | bytes) else json.dumps(message))

    def close_code(self, *, seconds: float = SECONDS) -> int:
        """Wait until the server closes; return its code."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                self.connection.recv(timeout=seconds)
        assert self.connection.close_code is not None
        return self.connection.close_code


@contextmanager
def open_socket(
    server: AsgiServer,
    user: Any = None,
    *,
    after: str = "",
    origin: str | None = "own",
    session: str = "",
    headers: dict[str, str] | None = None,
) -> Iterator[Client]:
    """Connect, as a page of ours does by default; `user` is signed in by a session cookie."""
    session = session or (session_of(user) if user else "")
    sent = dict(headers or {})
    if session:
        sent["Cookie"] = f"{settings.SESSION_COOKIE_NAME}={session}"
    with connect(
        server.ws_url + (f"?after={after}" if after else ""),
        additional_headers=sent,
        origin=server.url if origin == "own" else origin,  # type: ignore[arg-type]
        open_timeout=SECONDS,
        proxy=None,
    ) as connection:
        yield Client(connection)


@action
def emit(*streams: str, kind: str = "sample", count: int = 1, **data: Any) -> None:
    """Publish `count` events, numbered in data["n"], in one act."""
    for n in range(count):
        publish(Event(streams=streams, type=kind, data={"n": n, **data}))


def numbers(frames: list[Frame]) -> list[int]:
    return [frame["data"]["n"] for frame in frames]
