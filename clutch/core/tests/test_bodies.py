"""Bodies over the limit: refused with 413, and nothing beyond the limit is kept."""

import asyncio
import http.client
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from twisted.web.http_headers import Headers

from clutch.core.bodies import TOO_LARGE, bound_server, bounded
from clutch.live.tests.server import AsgiServer

LIMIT = 1000


@pytest.fixture
def limit(settings: Any) -> int:
    settings.UPLOAD_MAX_BYTES = LIMIT
    return LIMIT


def given_to_application(chunks: list[bytes], length: bytes | None = None) -> tuple[bytes, bool, int]:
    """What an application reads of a body, whether it is told of the limit, and what was left unread."""
    last = len(chunks) - 1
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": n < last} for n, chunk in enumerate(chunks)
    ]
    headers = [] if length is None else [(b"content-length", length)]
    scope: dict[str, Any] = {"type": "http", "headers": headers}
    read: list[bytes] = []
    left: list[int] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def application(scope: Any, receive: Any, send: Any) -> None:
        more = True
        while more:
            message = await receive()
            read.append(message["body"])
            more = message["more_body"]
        left.append(len(waiting))
        assert (await receive())["type"] == "http.disconnect"

    async def serve() -> None:
        await bounded(application)(scope, receive, None)

    asyncio.run(serve())
    return b"".join(read), TOO_LARGE in scope, left[0]


def test_a_body_within_the_limit_passes_whole(limit: int) -> None:
    assert given_to_application([b"a" * 600, b"b" * 400], b"1000") == (b"a" * 600 + b"b" * 400, False, 0)
    assert given_to_application([b""]) == (b"", False, 0)


def test_a_body_that_says_it_is_too_long_is_not_read(limit: int) -> None:
    assert given_to_application([b"a" * 600, b"b" * 600], b"1200") == (b"", True, 2)


@pytest.mark.parametrize("length", [None, b"10", b"-5", b"x"])
def test_a_body_is_counted_whatever_it_says(limit: int, length: bytes | None) -> None:
    read, told, left = given_to_application([b"a" * 600, b"b" * 600, b"c" * 600], length)
    assert (read, told, left) == (b"a" * 600, True, 1)


class Request:
    """What daphne's request does with a body."""

    def __init__(self) -> None:
        self.requestHeaders = Headers({b"content-type": [b"multipart/form-data; boundary=b"]})

    def gotLength(self, length: int | None) -> None:
        self.content = io.BytesIO()

    def handleContentChunk(self, data: bytes) -> None:
        self.content.write(data)


@pytest.mark.parametrize(("length", "kept"), [(None, LIMIT + 1), (LIMIT, LIMIT), (1200, 0)])
def test_the_server_keeps_no_more_than_it_must(limit: int, length: int | None, kept: int) -> None:
    class Bound(Request):
        gotLength = Request.gotLength
        handleContentChunk = Request.handleContentChunk

    bound_server(Bound)
    request = Bound()
    request.gotLength(length)
    for _ in range(0, length or 5000, 200):
        request.handleContentChunk(b"x" * 200)
    assert len(request.content.getvalue()) == kept
    assert request.requestHeaders.hasHeader(b"content-type") == (length == LIMIT)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/orders/new", "/api/v1/auto-parts-orders"])
def test_an_upload_over_the_limit_is_413_before_it_is_read(client: Client, limit: int, path: str) -> None:
    answer = client.post(path, {"photo": io.BytesIO(b"x" * 2000)})
    assert answer.status_code == 413
    problem = answer["Content-Type"] == "application/problem+json"
    assert problem == path.startswith("/api/")
    assert not problem or answer.json()["code"] == "too_large"


def endless() -> Iterator[bytes]:
    for _ in range(26 * 16):
        yield b"x" * 65536


@pytest.mark.parametrize("path", ["/", "/api/v1/auto-parts-orders"])
@pytest.mark.parametrize("chunked", [True, False])
def test_the_real_server_answers_413(asgi_server: AsgiServer, path: str, chunked: bool) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", asgi_server.port, timeout=30)
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    if not chunked:
        headers["Content-Length"] = str(26 * 16 * 65536)
    connection.request("POST", path, endless(), headers, encode_chunked=chunked)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 413, body[:600]
    assert (b'"too_large"' in body) == path.startswith("/api/")
