"""kill -9 of web and of Postgres in the middle of a sale: whole or not there, and one receipt on retry.

The real platform (`up` on a data folder of its own), the real API, processes killed at moments that a
seed has drawn. The sale of a round is looked at before its till asks again, and after.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import httpx
import psutil
import pytest

from clutch.embedded.paths import BASE_DIR, secrets_of
from clutch.embedded.server import Server, address
from clutch.embedded.tests.conftest import Platform, clean_environment, discard, eventually, free_port
from clutch.embedded.up import healthy

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("up")]

SEED = 20261122
WEB_ROUNDS = 12
POSTGRES_ROUNDS = 5
LINES = 5
ON_HAND = 1000
# The shop of the test, made by the factories in the data folder of the platform.
SHOP = f"""
import json
from clutch.live.tests.client import session_of
from inventory.tests.factories import PartFactory
from sales.tests.acts import Till
till = Till()
parts = [PartFactory(shop=till.shop, on_hand={ON_HAND}, selling_price=100) for _part in range({LINES})]
print(json.dumps({{"register": str(till.register.pk), "parts": [str(part.pk) for part in parts],
                  "token": session_of(till.cashier.user)}}))
"""
# What one sale leaves, by the number of its lines: sales, lines, payments, movements, stored answers.
WHOLE = (1, LINES, 1, LINES, 1)
LEFT = """
SELECT (SELECT count(*) FROM sales_sale WHERE status = 'completed'),
       (SELECT count(*) FROM sales_saleline),
       (SELECT count(*) FROM sales_payment),
       (SELECT count(*) FROM inventory_movement WHERE kind = 'sale'),
       (SELECT count(*) FROM core_idempotencykey)
"""


def manage(platform: Platform, *command: str) -> str:
    """Run a command of manage.py beside the platform, and return what it says."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=BASE_DIR,
        env=clean_environment() | {"CLUTCH_DATA_DIR": str(platform.data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Web:
    """The platform's web process, started here: its supervisor would wait longer after each death."""

    def __init__(self, platform: Platform) -> None:
        self.platform, self.port = platform, free_port()
        self.start()

    def start(self) -> None:
        running = Server(self.platform.data_dir).running()
        assert running is not None
        secrets = secrets_of(self.platform.data_dir)
        own = {
            "CLUTCH_DATA_DIR": str(self.platform.data_dir),
            "CLUTCH_SECRET_KEY": secrets.secret_key,
            "CLUTCH_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "DATABASE_URL": address(running.port, secrets),
        }
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "daphne",
                "-b",
                "127.0.0.1",
                "-p",
                str(self.port),
                "clutch.asgi:application",
            ],
            cwd=BASE_DIR,
            env=clean_environment() | own,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        eventually(lambda: healthy(self.port) or self.process.poll() is not None)
        assert self.process.poll() is None

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@dataclass
class Counter:
    """A till at the real API."""

    platform: Platform
    register: str
    parts: list[str]
    token: str
    port: int

    def sell(self, key: str) -> httpx.Response:
        """Ring up one of each part under a key. Raises httpx.HTTPError without an answer."""
        body = {
            "registerId": self.register,
            "lines": [{"partId": part, "quantity": 1} for part in self.parts],
            "payments": [{"method": "cash", "tendered": "1000"}],
        }
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        url = f"http://127.0.0.1:{self.port}/api/v1/sales"
        return httpx.post(url, json=body, headers=headers, timeout=30, trust_env=False)

    def ask_until_answered(self, key: str) -> httpx.Response:
        """What a till does: the same sale with the same key, until there is an answer for it."""
        end = time.monotonic() + 120
        while True:
            try:
                answer = self.sell(key)
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code == 201:
                return answer
            # Nothing but “not now” may be said of a sale that is right.
            status = answer.status_code if answer is not None else 503
            assert status in (409, 429, 500, 502, 503), answer and answer.text
            if answer is not None and status == 409:
                assert answer.json()["code"] == "in_progress"
            assert time.monotonic() < end, f"no answer within two minutes, the last was {status}"
            time.sleep(0.1)

    def left(self) -> tuple[int, ...]:
        """What there is of all sales, once no transaction of theirs is under way."""
        eventually(self._quiet)
        found = self.platform.query(LEFT)
        assert isinstance(found, tuple)
        return found

    def _quiet(self) -> bool:
        try:
            busy = self.platform.query(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
            )
        except Exception:  # Postgres is not back yet, which the next look will see
            return False
        return busy == (0,)


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    platform = Platform(tmp_path_factory.mktemp("kills") / "data", free_port(), "--no-demo")
    try:
        platform.serving()
        made = json.loads(manage(platform, "shell", "-v", "0", "-c", SHOP).splitlines()[-1])
        yield Counter(platform, **made, port=platform.port)
    finally:
        platform.end()
        discard(platform.data_dir)


def seconds_of_a_sale(counter: Counter) -> float:
    """How long one takes here and now, the first ones apart: they warm the process."""
    times = []
    for n in range(4):
        began = time.monotonic()
        counter.ask_until_answered(f"measure-{time.monotonic_ns()}-{n}")
        times.append(time.monotonic() - began)
    return min(times)


def moments(rng: random.Random, rounds: int, whole: float) -> list[float]:
    """When to kill, in seconds after the sale is sent: at once, long after, and anywhere in between."""
    return [0.0, whole * 6, *(rng.uniform(0, whole * 1.8) for _round in range(rounds - 2))]


def round_of(counter: Counter, key: str, after: float, kill: Callable[[], None]) -> bool:
    """One sale, one kill. Returns whether the sale was there before its till asked again."""
    before = counter.left()
    first: list[httpx.Response] = []

    def sell() -> None:
        with suppress(httpx.HTTPError):  # the answer is lost then
            first.append(counter.sell(key))

    till = threading.Thread(target=sell)
    till.start()
    time.sleep(after)
    kill()
    till.join()
    between = tuple(now - then for now, then in zip(counter.left(), before, strict=True))
    assert between in {(0,) * len(WHOLE), WHOLE}, "a part of a sale"
    said = [answer.json() for answer in first if answer.status_code == 201]
    assert not said or between == WHOLE, "a receipt without its sale"
    again = counter.ask_until_answered(key)
    assert all(receipt == again.json() for receipt in said), "two receipts of one sale"
    assert tuple(now - then for now, then in zip(counter.left(), before, strict=True)) == WHOLE
    assert counter.ask_until_answered(key).json() == again.json()
    return between == WHOLE


def check_books(counter: Counter) -> None:
    """Numbers without a gap, stock and money equal to the sales, and the proof of the ledger."""
    query = counter.platform.query
    sales = query("SELECT count(*) FROM sales_sale WHERE status = 'completed'")
    assert isinstance(sales, tuple)
    [sold] = sales
    assert query("SELECT count(*) FROM sales_sale") == (sold,)
    numbers = "SELECT count(DISTINCT number), max(right(number, 6)::int) FROM sales_sale"
    assert query(numbers) == (sold, sold)
    assert query("SELECT sum(amount)::int FROM sales_payment") == (sold * LINES * 100,)
    assert query("SELECT min(on_hand), max(on_hand) FROM inventory_stock") == (ON_HAND - sold,) * 2
    assert "agrees" in manage(counter.platform, "check_stock")


def killed(pids: list[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def play(counter: Counter, rounds: int, kill: Callable[[], None], record_property: Any) -> None:
    """All rounds of one kind. Long after the sale it must have been whole: the moments reach that far."""
    rng = random.Random(SEED)
    name = f"{kill.__name__}-{time.monotonic_ns()}"
    whole = [
        round_of(counter, f"{name}-{n}", after, kill)
        for n, after in enumerate(moments(rng, rounds, seconds_of_a_sale(counter)))
    ]
    record_property("sales that were whole before the retry", f"{sum(whole)} of {rounds}")
    assert whole[1]
    check_books(counter)


def test_web_killed_in_the_middle_of_a_sale(counter: Counter, record_property: Any) -> None:
    web = Web(counter.platform)
    till = replace(counter, port=web.port)

    def kill_web() -> None:
        web.kill()
        web.start()

    try:
        play(till, WEB_ROUNDS, kill_web, record_property)
    finally:
        web.kill()


def test_postgres_killed_in_the_middle_of_a_sale(counter: Counter, record_property: Any) -> None:
    rng = random.Random(SEED + 1)

    def kill_postgres() -> None:
        before = counter.platform.postmaster()
        backends = [child.pid for child in psutil.Process(before).children()]
        # The postmaster alone, whose backends end by themselves; or all at once, as when the power goes.
        killed([before] if rng.random() < 0.5 else [before, *backends])
        eventually(lambda: counter.platform.postmaster() not in (0, before))

    play(counter, POSTGRES_ROUNDS, kill_postgres, record_property)


def test_the_same_sale_without_its_key_is_another_one(counter: Counter) -> None:
    """The control: without keys, what these tests rule out would be seen by them."""
    before = counter.left()
    answers = [counter.ask_until_answered(f"control-{time.monotonic_ns()}") for _time in range(2)]
    assert answers[0].json()["number"] != answers[1].json()["number"]
    found = tuple(now - then for now, then in zip(counter.left(), before, strict=True))
    assert found == tuple(2 * n for n in WHOLE)
