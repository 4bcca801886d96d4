"""What goes wrong: lost hints, a database that restarts, clients that do not read, several processes."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection

from clutch.accounts.tests.factories import UserFactory
from clutch.feed import hints
from clutch.feed.action import action, publish
from clutch.feed.streams import Event, user_stream
from clutch.live import cursor
from clutch.live.subscription import ROOM
from clutch.live.tests.client import emit, numbers, open_socket, session_of
from clutch.live.tests.server import AsgiServer, start_server
from shops.tests.factories import MemberFactory

HEARTBEAT = 1.0
SOON = 3.0


@pytest.fixture(scope="module")
def _beating(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsgiServer]:
    log = tmp_path_factory.mktemp("beating") / "log.txt"
    server = start_server(log, CLUTCH_LIVE_HEARTBEAT_SECONDS=str(HEARTBEAT))
    yield server
    server.stop()


@pytest.fixture
def beating(transactional_db: None, _beating: AsgiServer) -> AsgiServer:
    """A server whose heart beats every second."""
    return _beating


@pytest.fixture
def user(transactional_db: Any) -> Any:
    return UserFactory()


@pytest.fixture
def own(user: Any) -> Any:
    return user_stream(user.pk)


def backends() -> list[int]:
    """The processes in Postgres that serve the listeners and readers of this test database."""
    with connection.cursor() as sql:
        sql.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'clutch live'"
            " AND datname = current_database()"
        )
        return [row[0] for row in sql.fetchall()]


def terminate(pids: list[int]) -> None:
    with connection.cursor() as sql:
        sql.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) AS pid", [pids])


@pytest.fixture
def no_hints(monkeypatch: Any) -> None:
    """Hints of this process are lost."""
    monkeypatch.setattr(hints, "_send", lambda messages: None)


def test_heartbeats_come_and_carry_the_cursor(beating: Any, user: Any, own: Any) -> None:
    with open_socket(beating, user) as client:
        client.frame()
        frame = client.frame(heartbeats=True)
        assert (frame["type"], frame["stream"], cursor.decode(frame["id"])) == ("heartbeat", None, {own: 0})


def test_a_lost_hint_only_delays(beating: Any, user: Any, own: Any, no_hints: Any) -> None:
    with open_socket(beating, user) as client:
        client.frame()
        emit(own, count=3)
        assert numbers(client.frames(3, seconds=SOON)) == [0, 1, 2]


def test_without_the_hint_and_before_the_heartbeat_nothing_comes(
    asgi_server: Any, user: Any, own: Any, no_hints: Any
) -> None:
    """The control of the test above: what was lost there really was a hint."""
    with open_socket(asgi_server, user) as client:
        client.frame()
        emit(own)
        with pytest.raises(TimeoutError):
            client.frame(seconds=1.5)


def test_a_lost_revocation_is_found_by_the_heartbeat(beating: Any, user: Any) -> None:
    with open_socket(beating, user) as client:
        client.frame()
        type(user).objects.update(is_active=False)
        assert client.close_code(seconds=5) == 4401


def test_a_lost_membership_change_is_found_by_the_heartbeat(beating: Any, user: Any) -> None:
    member = MemberFactory(user=user)
    with open_socket(beating, user) as client:
        client.frames(2)
        type(member).objects.update(is_active=False)
        assert client.close_code(seconds=5) == 4403


def test_terminated_connections_come_back_and_lose_nothing(asgi_server: Any, user: Any, own: Any) -> None:
    """As a restart of the database does; far before the heartbeat of 25 seconds."""
    with open_socket(asgi_server, user) as client:
        client.frame()
        heard = []
        for round_ in range(3):
            pids = backends()
            assert len(pids) >= 2
            terminate(pids)
            emit(own, n=round_)
            heard.append(client.frame(seconds=8)["data"]["n"])
        assert heard == [0, 1, 2]
        wait_until(lambda: len(backends()) >= 2)
        begun = time.monotonic()
        emit(own, n=3)
        assert client.frame(seconds=SOON)["data"]["n"] == 3
        assert time.monotonic() - begun < SOON


def test_what_is_committed_while_nobody_listens_arrives(
    asgi_server: Any, user: Any, own: Any, no_hints: Any
) -> None:
    """The gap after a new connection makes the reader compare all heads."""
    with open_socket(asgi_server, user) as client:
        client.frame()
        emit(own, count=2)
        terminate(backends())
        assert numbers(client.frames(2, seconds=8)) == [0, 1]


def wait_until(true: Any, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def test_a_database_that_came_back_older_is_answered_with_reset(beating: Any, user: Any, own: Any) -> None:
    with open_socket(beating, user) as client:
        client.frame()
        emit(own, count=3)
        client.frames(3)
        with connection.cursor() as sql:
            sql.execute("DELETE FROM feed_streamentry")
            sql.execute("UPDATE feed_streamhead SET seq = 1 WHERE stream = %s", [own])
        frame = client.frame(seconds=SOON)
        assert (frame["type"], cursor.decode(frame["id"])) == ("reset", {own: 1})
        emit(own, n=9)
        assert client.frame(seconds=SOON)["data"]["n"] == 9


def test_two_processes_hear_of_each_other(asgi_server: Any, beating: Any, user: Any, own: Any) -> None:
    with open_socket(asgi_server, user) as one, open_socket(beating, user) as other:
        for client in (one, other):
            client.frame()
        emit(own, count=5)
        for client in (one, other):
            assert numbers(client.frames(5, seconds=SOON)) == list(range(5))


def test_a_wide_act_is_hinted_in_pieces(asgi_server: Any, user: Any, own: Any) -> None:
    streams = [f"shop/{n}" for n in range(hints.PER_MESSAGE * 3)]
    with open_socket(asgi_server, user) as client:
        client.frame()
        emit(*streams, own)
        assert client.frame(seconds=SOON)["stream"] == own


def test_a_very_wide_act_makes_everyone_compare(asgi_server: Any, user: Any, own: Any) -> None:
    streams = [f"shop/{n}" for n in range(hints.PER_MESSAGE * hints.MOST_MESSAGES + 1)]
    with open_socket(asgi_server, user) as client:
        client.frame()
        emit(*streams, own)
        assert client.frame(seconds=SOON)["stream"] == own


NONSENSE = [
    "",
    "{",
    "[]",
    "7",
    '{"group":"feed.hints"}',
    '{"group":"feed.hints","message":7}',
    '{"group":"feed.hints","message":{}}',
    '{"group":"feed.hints","message":{"type":"feed.hint"}}',
    '{"group":"feed.hints","message":{"type":"other"}}',
]


def test_foreign_notifications_on_the_channel_do_no_harm(asgi_server: Any, user: Any, own: Any) -> None:
    with open_socket(asgi_server, user) as client:
        client.frame()
        with connection.cursor() as sql:
            for payload in NONSENSE:
                sql.execute("SELECT pg_notify('clutch_layer', %s)", [payload])
        emit(own)
        assert client.frame(seconds=8)["stream"] == own


# A client that does not read.


def raw_socket(server: AsgiServer, key: str, after: str) -> socket.socket:
    """A WebSocket by hand, with a small receive buffer, that will not read."""
    from django.conf import settings

    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.connect(("127.0.0.1", server.port))
    lines = [
        f"GET {urlsplit(server.ws_url).path}?after={after} HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        f"Origin: {server.url}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        f"Cookie: {settings.SESSION_COOKIE_NAME}={key}",
    ]
    plain.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    return plain


def memory_of(server: AsgiServer) -> int:
    """Resident bytes."""
    import psutil

    return int(psutil.Process(server.process.pid).memory_info().rss)


@action
def fill(stream: str, count: int, size: int) -> None:
    for n in range(count):
        publish(Event(streams=(stream,), type="large", data={"n": n, "text": "x" * size}))


@pytest.mark.long
def test_a_client_that_does_not_read_costs_bounded_memory_and_stops_nobody(
    asgi_server: Any, user: Any, own: Any
) -> None:
    other = UserFactory()
    megabytes = 100
    for _part in range(10):
        fill(own, megabytes * 10, 10_000)
    key = session_of(user)
    with ExitStack() as stack:
        lively = stack.enter_context(open_socket(asgi_server, other))
        lively.frame()
        before = memory_of(asgi_server)
        sleepy = raw_socket(asgi_server, key, cursor.encode({own: 0}))
        stack.callback(sleepy.close)
        for n in range(10):
            emit(user_stream(other.pk), n=n)
            assert lively.frame(seconds=SOON)["data"]["n"] == n
            time.sleep(0.2)
        grown = memory_of(asgi_server) - before
        assert grown < 40_000_000, f"{grown / 1e6:.0f} MB for one client that does not read"
    # And nothing was lost for it: with the same cursor everything is there.
    with open_socket(asgi_server, user, after=cursor.encode({own: 0})) as client:
        assert numbers(client.frames(ROOM * 2)) == [n % (megabytes * 10) for n in range(ROOM * 2)]


# Redis.


@pytest.fixture
def redis_url() -> str:
    import os

    url = os.environ.get("REDIS_URL", "")
    if not url:
        pytest.skip("REDIS_URL is not set")
    return url


@pytest.mark.services
def test_hints_travel_through_redis_between_processes(
    redis_url: Any, user: Any, own: Any, settings: Any, tmp_path: Any
) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [redis_url]}}
    }
    servers = [start_server(tmp_path / f"{n}.txt", REDIS_URL=redis_url) for n in range(2)]
    try:
        with open_socket(servers[0], user) as one, open_socket(servers[1], user) as other:
            for client in (one, other):
                client.frame()
            time.sleep(0.5)
            emit(own, count=4)
            for client in (one, other):
                assert numbers(client.frames(4, seconds=SOON)) == list(range(4))
    finally:
        for server in servers:
            server.stop()


def test_the_listening_connection_is_no_member_of_the_pool(asgi_server: Any, user: Any) -> None:
    """It names itself, so that an administrator sees it, and speaks outside of transactions."""
    with open_socket(asgi_server, user) as client:
        client.frame()
        with connection.cursor() as sql:
            sql.execute(
                "SELECT state, query FROM pg_stat_activity WHERE application_name = 'clutch live'"
                " AND datname = current_database()"
            )
            found = sql.fetchall()
    assert {state for state, _query in found} == {"idle"}
    assert any(query.startswith("LISTEN") or query == "SELECT 1" for _state, query in found)


def test_frames_are_valid_json_whatever_the_data(asgi_server: Any, user: Any, own: Any) -> None:
    odd: dict[str, Any] = {"text": '"}\\\u2028</script>\n', "nested": {"a_b": [1, None, True, 1.5]}}
    with open_socket(asgi_server, user) as client:
        client.frame()
        emit(own, **odd)
        raw = client.connection.recv(timeout=SOON)
    assert json.loads(raw)["data"] == {"n": 0, **odd}
