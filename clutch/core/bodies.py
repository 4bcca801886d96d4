"""No request body grows beyond a limit: neither in memory nor in a temporary file.

The server (daphne) takes a whole body before it calls the application, and Django copies it before
its first middleware runs. So both are bounded here, and the answer (413) is left to
`clutch.core.pages.BodyLimitMiddleware`, which knows the language and the kind of the request.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Application = Callable[[Scope, Receive, Any], Awaitable[None]]

TOO_LARGE = "clutch.body_too_large"


def bounded(application: Application) -> Application:
    """Wrap an ASGI application: of a body over the limit it gets nothing more, and scope[TOO_LARGE].

    What the request says of its length is checked first; what comes is counted all the same.
    """

    async def within(scope: Scope, receive: Receive, send: Any) -> None:
        await application(scope, Body(scope, receive), send)

    return within


class Body:
    """The `receive` of one request: passes its body on up to the limit."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.receive = receive
        self.left: int = settings.UPLOAD_MAX_BYTES
        if declared_length(scope) > self.left:
            self.scope[TOO_LARGE] = True
        self.ended = False

    async def __call__(self) -> dict[str, Any]:
        """The next message. After the end of the body only that the client has gone."""
        if not self.ended and TOO_LARGE in self.scope:
            return self.end()
        message = await self.receive()
        while self.ended and message["type"] == "http.request":
            message = await self.receive()
        if message["type"] != "http.request":
            return message
        self.left -= len(message.get("body", b""))
        if self.left < 0:
            self.scope[TOO_LARGE] = True
            return self.end()
        self.ended = not message.get("more_body", False)
        return message

    def end(self) -> dict[str, Any]:
        self.ended = True
        return {"type": "http.request", "body": b"", "more_body": False}


def declared_length(scope: Scope) -> int:
    """The Content-Length of a request; 0 for none, or for one that is no number."""
    value = dict(scope["headers"]).get(b"content-length", b"")
    return int(value) if value.isdigit() and len(value) < 20 else 0


def bound_server(request_class: Any) -> None:
    """Let a Twisted request class keep no more of a body than shows that it is too long.

    Of one that says so itself nothing is kept.
    """
    begin, write = request_class.gotLength, request_class.handleContentChunk

    def got_length(self: Any, length: int | None) -> None:
        most = settings.UPLOAD_MAX_BYTES
        self.body_room = 0 if length is not None and length > most else most + 1
        begin(self, length if self.body_room else 0)
        unparsed_when_full(self)

    def handle_content_chunk(self: Any, data: bytes) -> None:
        if kept := data[: self.body_room]:
            self.body_room -= len(kept)
            write(self, kept)
            unparsed_when_full(self)

    def unparsed_when_full(self: Any) -> None:
        # Twisted parses forms itself, and would answer 400 for one without its end.
        if not self.body_room:
            self.requestHeaders.removeHeader(b"content-type")

    request_class.gotLength = got_length
    request_class.handleContentChunk = handle_content_chunk
