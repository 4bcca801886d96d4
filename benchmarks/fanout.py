"""`fanout`: from the commit of an order to its frame at each of 200 open sockets, p50 and p99.

Ours is the platform's own web process with 200 shops signed in, each on its own socket; the order
asks all 200 in its first wave. The limit is a relay with nothing but LISTEN and WebSocket: one NOTIFY,
copied to 200 sockets, without sign-in, streams or a read of the database.
"""

import asyncio
import functools
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, broadcast, serve

from benchmarks import _city
from benchmarks._beside import judge, percentile
from clutch.accounts.models import User
from clutch.feed.action import action
from clutch.feed.actor import Actor
from orders.actions.requests import create_order
from orders.models import Order

SOCKETS, ROUNDS = 200, 15
CHANNEL = "clutch_benchmark_relay"


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _conninfo() -> str:
    at = settings.DATABASES["default"]
    return psycopg.conninfo.make_conninfo(
        host=at["HOST"], port=at["PORT"] or None, user=at["USER"], password=at["PASSWORD"], dbname=at["NAME"]
    )


async def _relay(port: int) -> None:
    """The limit: what is notified goes to every socket."""
    sockets: set[ServerConnection] = set()

    async def hold(one: ServerConnection) -> None:
        sockets.add(one)
        await one.wait_closed()

    listener = await psycopg.AsyncConnection.connect(_conninfo(), autocommit=True)
    async with listener, serve(hold, "127.0.0.1", port):
        await listener.execute(f"LISTEN {CHANNEL}")
        async for notice in listener.notifies():
            broadcast(sockets, notice.payload)


@action
def _ask(customer: User, marks: list[float], *, actor: Actor) -> Order:
    # Registered first, so it runs first after COMMIT, before any hint leaves.
    transaction.on_commit(functools.partial(_mark, marks))
    body = _city.request()
    return create_order(
        customer.pk,
        vehicle={"make": _city.MAKE, "model": "Accent", "year": 2018},
        delivery={"latitude": _city.PLACE[0], "longitude": _city.PLACE[1], "address": "Benchmark street 1"},
        parts=[{"name": part["name"], "quantity": 1} for part in body["parts"]],
        actor=actor,
    )


def _mark(marks: list[float]) -> None:
    marks.append(time.monotonic())


def _order(customer: User) -> float:
    marks: list[float] = []
    with override_settings(MATCH_FIRST_WAVE=SOCKETS):
        _ask(customer, marks, actor=Actor.user(customer, "app"))
    connection.close()
    return marks[0]


def _notify() -> float:
    payload = json.dumps({"type": "new-parts-order", "data": _city.request()})
    with psycopg.connect(_conninfo(), autocommit=True) as sender:
        start = time.monotonic()
        sender.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])
        return start


async def _arrival(one: ClientConnection) -> float:
    while True:
        message = await one.recv()
        if json.loads(message)["type"] == "new-parts-order":
            return time.monotonic()


async def _delays(sockets: list[ClientConnection], send: Callable[[], float]) -> list[float]:
    """Seconds from the commit to each arrival, of all rounds; the first two do not count."""
    delays: list[float] = []
    for number in range(ROUNDS + 2):
        waiting = [asyncio.create_task(_arrival(one)) for one in sockets]
        start = await sync_to_async(send)()
        arrived = await asyncio.wait_for(asyncio.gather(*waiting), 30)
        if number >= 2:
            delays += [at - start for at in arrived]
        await asyncio.sleep(0.1)
    return delays


async def _open(stack: AsyncExitStack, url: str, headers: list[dict[str, str]]) -> list[ClientConnection]:
    sockets = [
        await stack.enter_async_context(
            connect(url, additional_headers=header, proxy=None, max_queue=None, open_timeout=30)
        )
        for header in headers
    ]
    return sockets


async def _until(check: Callable[[], Awaitable[Any]]) -> None:
    for _ in range(300):
        try:
            await check()
        except (OSError, httpx.HTTPError):
            await asyncio.sleep(0.1)
        else:
            return
    raise SystemExit("The server did not start.")


async def _measure(
    port: int, relay_port: int, customer: User, cookies: list[str]
) -> tuple[list[float], list[float]]:
    base = f"http://127.0.0.1:{port}"
    async with AsyncExitStack() as stack, httpx.AsyncClient() as http:
        await _until(lambda: http.get(f"{base}/healthz"))
        headers = [{"Cookie": f"{settings.SESSION_COOKIE_NAME}={key}", "Origin": base} for key in cookies]
        ours = await _open(stack, f"ws://127.0.0.1:{port}/ws/v1/stream", headers)
        for one in ours:
            await one.recv()  # "subscribed": from here on it hears everything
        await _until(lambda: http.get(f"http://127.0.0.1:{relay_port}"))
        bare = await _open(stack, f"ws://127.0.0.1:{relay_port}", [{}] * SOCKETS)
        return await _delays(ours, functools.partial(_order, customer)), await _delays(bare, _notify)


def main() -> None:
    """Print p50 and p99 of both, and their ratios."""
    if sys.argv[1:2] == ["relay"]:
        asyncio.run(_relay(int(sys.argv[2])))
        return
    _city.empty()
    shops, customer = _city.shops(SOCKETS), _city.customer()
    cookies = [_city.session_of(shop.members.get().user) for shop in shops]
    connection.close()
    port, relay_port = _port(), _port()
    env = {**os.environ, "CLUTCH_PUBLIC_URL": f"http://127.0.0.1:{port}", "CLUTCH_LOG_LEVEL": "WARNING"}
    web = [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "clutch.asgi:application"]
    relay = [sys.executable, "manage.py", "bench", "fanout", "relay", str(relay_port)]
    processes = [
        subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        for command in (web, relay)
    ]
    try:
        ours, bare = asyncio.run(_measure(port, relay_port, customer, cookies))
    finally:
        for process in processes:
            process.terminate()
            process.wait(10)
        connection.close()
        _city.empty()
    for share in (0.5, 0.99):
        mine, limit = percentile(ours, share) * 1000, percentile(bare, share) * 1000
        judge(
            f"p{share * 100:.0f} to {SOCKETS} sockets: {mine:.1f} ms; bare relay: {limit:.1f} ms",
            mine / limit,
        )
