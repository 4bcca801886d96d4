"""The socket at `/ws/v1/stream`.

Sign-in by the session cookie (from our own pages only), by an `Authorization: Bearer` or
`X-Session-Token` header, or by a first message {"type": "auth", "token": …} within ten seconds.
The server says what a client hears; the client says with `?after=` only how far it has read.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from channels.db import database_sync_to_async
from django.conf import settings
from django.http.request import validate_host

from clutch.live import audiences, cursor, frames, pressure
from clutch.live.audiences import SignedIn
from clutch.live.reader import Reader, get_reader
from clutch.live.subscription import Closed, Subscription

logger = logging.getLogger(__name__)

SIGN_IN_SECONDS = 10.0
LARGEST_MESSAGE = 4096

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Gone(Exception):
    """The client has closed the socket."""


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application of one socket, from connect to close."""
    await receive()
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    if not is_own_origin(headers):
        # Before the handshake: a page of somebody else gets no socket at all.
        await send({"type": "websocket.close", "code": frames.NOT_ALLOWED})
        return
    await send({"type": "websocket.accept"})
    try:
        await Socket(scope, headers, receive, send).run()
    except Closed as closed:
        await send({"type": "websocket.close", "code": closed.code, "reason": closed.reason})
    except (Gone, TimeoutError):
        pass


class Socket:
    """One accepted connection."""

    def __init__(self, scope: Scope, headers: dict[str, str], receive: Receive, send: Send) -> None:
        self.scope = scope
        self.headers = headers
        self.receive = receive
        self.send = send
        self.pressure = pressure.attach(send)

    async def run(self) -> None:
        """Serve until the client goes. Raises Closed when the server ends it."""
        query = parse_qs(self.scope["query_string"].decode("latin-1"))
        try:
            after = cursor.decode(query.get("after", [""])[0])
        except cursor.BadCursor:
            raise Closed(frames.BAD_CURSOR, "not a cursor") from None
        reader = get_reader()
        asked_at = reader.revocations
        with reader.arrival():
            who = await self.sign_in(reader)
        # No await between leaving one count and joining the other.
        if not reader.has_place(who.user_id):
            raise Closed(frames.TOO_MANY, "too many connections; try again later")
        subscription = Subscription(who.user_id, who.streams, after, session=who.session)
        reader.add(subscription, asked_at=asked_at)
        try:
            await first_end(self.write(subscription), self.read())
        finally:
            await reader.remove(subscription)

    async def sign_in(self, reader: Reader) -> SignedIn:
        who: SignedIn | None
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        token = token.strip() if scheme.lower() == "bearer" else self.headers.get("x-session-token", "")
        if token:
            who = await database_sync_to_async(audiences.by_token)(token)
        elif (key := session_cookie(self.headers)) and "origin" in self.headers:
            who = await database_sync_to_async(audiences.by_session)(key)
        else:
            with reader.stranger():
                who = await self.wait_for_token()
        if who is None:
            raise Closed(frames.NOT_SIGNED_IN, "not signed in")
        return who

    async def wait_for_token(self) -> SignedIn | None:
        try:
            message = await asyncio.wait_for(self.next_message(), SIGN_IN_SECONDS)
        except TimeoutError:
            return None
        token = message.get("token")
        if message.get("type") != "auth" or not isinstance(token, str):
            return None
        who: SignedIn | None = await database_sync_to_async(audiences.by_token)(token)
        return who

    async def next_message(self) -> dict[str, Any]:
        """The next JSON object, {} for anything else. Raises Gone, and Closed for one too long."""
        event = await self.receive()
        if event["type"] == "websocket.disconnect":
            raise Gone
        text = event.get("text") or ""
        if len(text) > LARGEST_MESSAGE or len(event.get("bytes") or b"") > LARGEST_MESSAGE:
            raise Closed(frames.TOO_LARGE, "message too large")
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            return {}
        return message if isinstance(message, dict) else {}

    async def read(self) -> None:
        """There is nothing to ask for yet: every message is answered with an error."""
        while True:
            message = await self.next_message()
            data = {"code": "unknown_message", "type": str(message.get("type", ""))[:60]}
            error = frames.control_frame("error", data=data)
            await self.send_text(error.text(""))

    async def write(self, subscription: Subscription) -> None:
        while True:
            await self.send_text(await subscription.next())

    async def send_text(self, text: str) -> None:
        await self.send({"type": "websocket.send", "text": text})
        await self.pressure.wait()


async def first_end(*calls: Awaitable[None]) -> None:
    """Run together until the first one ends, end the others, and raise what it raised."""
    tasks = [asyncio.ensure_future(call) for call in calls]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


def session_cookie(headers: dict[str, str]) -> str:
    """The session key in the cookies, or nothing."""
    with contextlib.suppress(CookieError):
        cookies = SimpleCookie(headers.get("cookie", ""))
        if morsel := cookies.get(settings.SESSION_COOKIE_NAME):
            return morsel.value
    return ""


def is_own_origin(headers: dict[str, str]) -> bool:
    """Whether the page that opens the socket is ours; apps are no page and send no Origin.

    Ours is the host that the request itself names, when it is an allowed one, and what is
    listed as trusted. A cookie is only looked at when an Origin came with it.
    """
    origin = headers.get("origin")
    if origin is None:
        return True
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        parts = urlsplit(origin)
        named = urlsplit(f"//{headers.get('host', '')}")
        same = (parts.hostname, parts.port) == (named.hostname, named.port)
    except ValueError:
        return False
    schemes = {"https"} if settings.HTTPS else {"http", "https"}
    # Brackets: the list holds "[::1]", a parsed host has none.
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return same and parts.scheme in schemes and validate_host(host, settings.ALLOWED_HOSTS)
