"""`sale`: sales of five lines a second, through the API by 1 and 4 tills, beside bare SQL.

Ours is the platform's own web process, asked over HTTP with a session, one key for each sale: cart,
prices, tax, payment, stock, ledger, number, receipt, event and kept answer. The limit writes the same
rows, copied from such a sale, in one transaction of the fewest statements, prepared, through the driver,
without a question asked. Ours must reach a fifth of it. Both go in turns, so that a busy machine slows both.

The statements of a sale are counted with a few parts and nothing sold, and again at the end.

    manage.py bench sale [PARTS [ROUNDS]]      20,000 parts and 5 rounds unless said
"""

import argparse
import http.client
import itertools
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from psycopg.types.json import Jsonb

from benchmarks import _city, _parts
from benchmarks._beside import judge
from clutch.accounts.models import User
from clutch.core.ids import new_id
from inventory.models import Stock
from sales.models import CashSession, Register
from shops.enums import Role
from shops.models import Member, Shop

LINES, TILLS, FEW_PARTS = 5, 4, 50
SLOWEST = 5.0
OURS_SECONDS, BARE_SECONDS = 4.0, 2.0
TOKEN = "b" * 32

SERIES = """
INSERT INTO core_numberseries AS s (name, last) VALUES (%s, 1)
ON CONFLICT (name) DO UPDATE SET last = s.last + 1 RETURNING last
"""
STOCK = """
UPDATE inventory_stock AS s SET on_hand = s.on_hand - 1, value = s.value - 60, last_sold_at = now()
FROM (
    SELECT part_id FROM inventory_stock WHERE part_id = ANY(%s) ORDER BY part_id FOR NO KEY UPDATE
) AS wanted
WHERE s.part_id = wanted.part_id
RETURNING s.part_id, s.on_hand, s.value
"""
# Only after the lock: a statement sees what was there when it began.
SEQS = "SELECT part_id, max(seq) FROM inventory_movement WHERE part_id = ANY(%s) GROUP BY part_id"
BINS = """
INSERT INTO inventory_binstock AS b (part_id, bin_id, quantity)
SELECT part, NULL, -1 FROM unnest(%s::uuid[]) AS part ORDER BY part
ON CONFLICT (part_id, bin_id) DO UPDATE SET quantity = b.quantity + excluded.quantity
"""
HEAD = """
INSERT INTO feed_streamhead AS h (stream, seq, pruned) VALUES (%s, %s, 0)
ON CONFLICT (stream) DO UPDATE SET seq = h.seq + excluded.seq RETURNING seq
"""
# The rows that a sale adds, and how they are found.
ADDED = {
    "sales_sale": "id = %(sale)s",
    "sales_saleline": "sale_id = %(sale)s ORDER BY position",
    "inventory_movement": "document_id = %(sale)s ORDER BY id",
    "sales_payment": "sale_id = %(sale)s",
    "feed_transition": "object_id = %(sale)s",
    "core_idempotencykey": "key = %(key)s",
    "feed_streamentry": "stream = %(stream)s ORDER BY seq DESC LIMIT %(entries)s",
}
Row = dict[str, Any]


class Till:
    """A register with its cashier and an open session."""

    def __init__(self, shop: Shop, number: int) -> None:
        name = f"Benchmark cashier {number}"
        user = User.objects.create_user(email=f"benchmark.cashier{number}@demo.invalid", name=name)
        Member.objects.create(shop=shop, user=user, role=Role.CASHIER)
        self.user = user
        self.register = Register.objects.create(shop=shop, code=f"B{number}", name="Benchmark")
        self.session = CashSession.objects.create(
            shop=shop, register=self.register, opened_by=user, opening_float=Decimal(200)
        )
        self.cookies = (
            f"{settings.SESSION_COOKIE_NAME}={_city.session_of(user)}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
        )

    def body(self, parts: Sequence[UUID]) -> dict[str, Any]:
        """A whole sale as the till sends it."""
        return {
            "registerId": str(self.register.pk),
            "lines": [{"partId": str(part), "quantity": 1} for part in parts],
            "payments": [{"method": "cash", "tendered": "1000.00"}],
        }


class Shelf:
    """Five parts for each sale, by chance."""

    def __init__(self, shop: Shop) -> None:
        rows = Stock.objects.filter(shop=shop)
        rows.update(on_hand=10_000_000, value=600_000_000, average_cost=60)
        self.parts = list(rows.order_by("part").values_list("part", flat=True))

    def five(self, chance: random.Random) -> list[UUID]:
        """Five different ones."""
        return chance.sample(self.parts, LINES)


class Bare:
    """The rows of a sale, copied from one that the API made."""

    def __init__(self, shop: Shop, sale_id: UUID, key: str, entries: int) -> None:
        self.shop, self.stream, self.entries = shop, f"shop/{shop.pk}", entries
        params: dict[str, Any] = {"sale": sale_id, "key": key, "stream": self.stream, "entries": entries}
        self.rows: dict[str, list[Row]] = {}
        with connection.cursor() as cursor:
            for table, which in ADDED.items():
                cursor.execute(f"SELECT * FROM {table} WHERE {which}", params)
                names = [column.name for column in cursor.description]
                self.rows[table] = [
                    {name: value for name, value in zip(names, row, strict=True) if not _made(table, name)}
                    for row in cursor.fetchall()
                ]

    def sell(self, driver: psycopg.Connection, till: Till, parts: Sequence[UUID]) -> None:
        """One sale: one transaction, a statement for each table."""
        sale = new_id()
        with psycopg.Cursor(driver) as cursor:

            def run(statement: str, params: Sequence[Any]) -> list[Any]:
                cursor.execute(statement, params, prepare=True)
                return cursor.fetchall() if cursor.description else []

            def add(table: str, changes: Sequence[Row]) -> None:
                rows = [{**row, **new} for row, new in zip(self.rows[table], changes, strict=True)]
                names = ", ".join(f'"{name}"' for name in rows[0])
                one = f"({', '.join(['%s'] * len(rows[0]))})"
                values = [_sent(value) for row in rows for value in row.values()]
                run(f"INSERT INTO {table} ({names}) VALUES {', '.join([one] * len(rows))}", values)

            left = run(STOCK, [list(parts)])
            last = dict(run(SEQS, [list(parts)]))
            number = f"{till.register.code}-{run(SERIES, [f'bare/{till.register.code}'])[0][0]:010d}"
            drawer = {"session_id": till.session.pk}
            made = {"id": sale, "number": number, "receipt_token": uuid4().hex, **drawer}
            add("sales_sale", [{**made, "register_id": till.register.pk}])
            add("sales_saleline", [{"id": new_id(), "sale_id": sale, "part_id": part} for part in parts])
            document = {"document_id": sale, "document_number": number}
            moved = [
                {"id": new_id(), "part_id": part, "seq": last.get(part, 0) + 1, "on_hand_after": there,
                 "value_after": value}
                for part, there, value in left
            ]  # fmt: skip
            add("inventory_movement", [{**row, **document} for row in moved])
            run(BINS, [list(parts)])
            add("sales_payment", [{"id": new_id(), "sale_id": sale, **drawer}])
            add("feed_transition", [{"id": new_id(), "object_id": sale}])
            add("core_idempotencykey", [{"key": str(sale)}])
            head = run(HEAD, [self.stream, self.entries])[0][0]
            add("feed_streamentry", [{"seq": head - n} for n in range(self.entries)])
        driver.commit()


def _made(table: str, name: str) -> bool:
    """Whether the database numbers this column itself."""
    return name == "id" and table in {"core_idempotencykey", "feed_streamentry"}


def _sent(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, dict | list) else value


def _conninfo() -> str:
    at = settings.DATABASES["default"]
    return psycopg.conninfo.make_conninfo(
        host=at["HOST"], port=at["PORT"] or None, user=at["USER"], password=at["PASSWORD"], dbname=at["NAME"]
    )


def _counted(till: Till, parts: Sequence[UUID]) -> tuple[int, UUID, str]:
    """How many statements a sale takes now, which it is, and its key."""
    client, key = Client(SERVER_NAME="127.0.0.1"), str(uuid4())
    client.force_login(till.user, settings.AUTHENTICATION_BACKENDS[0])
    with CaptureQueriesContext(connection) as captured:
        response = client.post(
            "/api/v1/sales", till.body(parts), "application/json", headers={"Idempotency-Key": key}
        )
    assert response.status_code == 201, response.content
    return len(captured), UUID(response.json()["saleId"]), key


def _web(port: int) -> subprocess.Popen[bytes]:
    """The platform's web process, ready to answer."""
    env = {**os.environ, "CLUTCH_PUBLIC_URL": f"http://127.0.0.1:{port}", "CLUTCH_LOG_LEVEL": "WARNING"}
    command = [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "clutch.asgi:application"]
    process = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    for _ in range(300):
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return process
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The server did not start.")


def _over_http(port: int, till: Till, shelf: Shelf) -> Callable[[], None]:
    """A till that keeps its connection open."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    chance = random.Random(till.register.code)
    headers = {
        "Cookie": till.cookies, "X-CSRFToken": TOKEN, "Content-Type": "application/json",
        "Origin": f"http://127.0.0.1:{port}",
    }  # fmt: skip

    def sell() -> None:
        body = json.dumps(till.body(shelf.five(chance)))
        line.request("POST", "/api/v1/sales", body, {**headers, "Idempotency-Key": str(uuid4())})
        answer = line.getresponse()
        said = answer.read()
        if answer.status != 201:
            raise SystemExit(f"A sale was refused with {answer.status}: {said[:500]!r}")

    return sell


def _by_sql(bare: Bare, till: Till, shelf: Shelf) -> Callable[[], None]:
    driver = psycopg.connect(_conninfo())
    chance = random.Random(till.register.code)
    return lambda: bare.sell(driver, till, shelf.five(chance))


def _rate(sellers: Sequence[Callable[[], None]], seconds: float) -> float:
    """Sales a second of all sellers at once, each on its own thread."""
    sold = itertools.count()
    failed: list[BaseException] = []
    until = time.perf_counter() + seconds

    def go(sell: Callable[[], None]) -> None:
        try:
            while time.perf_counter() < until:
                sell()
                next(sold)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=go, args=[sell]) for sell in sellers]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return next(sold) / (time.perf_counter() - began)


def _same_rows(bare: Bare, till: Till, shelf: Shelf) -> None:
    """Both sides must add as many rows to each table."""
    tables = [*ADDED, "inventory_binstock"]

    def held() -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(f'(SELECT count(*) FROM {table})' for table in tables)}")
            return list(cursor.fetchone())

    chance = random.Random(0)
    start = held()
    _counted(till, shelf.five(chance))
    middle = held()
    _by_sql(bare, till, shelf)()
    end = held()
    ours = [after - before for before, after in zip(start, middle, strict=True)]
    theirs = [after - before for before, after in zip(middle, end, strict=True)]
    if ours[:-1] != theirs[:-1]:
        raise SystemExit(f"Not the same rows in {tables}: {ours} and {theirs}.")


def main() -> int:
    """Print a line for 1 and for 4 tills, and the statements of a sale; 1 where a limit is passed."""
    parser = argparse.ArgumentParser(prog="bench sale")
    parser.add_argument("parts", type=int, nargs="?", default=20_000)
    parser.add_argument("rounds", type=int, nargs="?", default=5)
    options = parser.parse_args()
    _city.empty()
    shop = _parts.new_shop()
    Shop.objects.update(status="active")
    _parts.grow(shop, 0, FEW_PARTS)
    tills = [Till(shop, number) for number in range(TILLS)]
    chance = random.Random(1)
    _counted(tills[0], Shelf(shop).five(chance))
    few, sale_id, key = _counted(tills[0], Shelf(shop).five(chance))
    _parts.grow(shop, FEW_PARTS, options.parts)
    shelf, bare = Shelf(shop), Bare(shop, sale_id, key, entries=3)
    _same_rows(bare, tills[0], shelf)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    web = _web(port)
    try:
        within = [_beside(port, bare, tills[:count], shelf, options.rounds) for count in (1, TILLS)]
    finally:
        web.terminate()
        web.wait(10)
    many, _sale, _key = _counted(tills[0], shelf.five(chance))
    grew = "" if many <= few else ": TOO MANY"
    print(f"{few} statements with {FEW_PARTS} parts, {many} with {options.parts:,} and all this sold{grew}")
    _city.empty()
    return 0 if all(within) and many <= few else 1


def _beside(port: int, bare: Bare, tills: Sequence[Till], shelf: Shelf, rounds: int) -> bool:
    """Ours and bare in turns, with these tills."""
    ours = [_over_http(port, till, shelf) for till in tills]
    least = [_by_sql(bare, till, shelf) for till in tills]
    _rate(ours, 1), _rate(least, 1)
    both = [(_rate(ours, OURS_SECONDS), _rate(least, BARE_SECONDS)) for _ in range(rounds)]
    mine, limit = (statistics.median(side) for side in zip(*both, strict=True))
    name = "1 till" if len(tills) == 1 else f"{len(tills)} tills"
    return judge(f"{name}: {mine:,.1f} sales/s; bare SQL: {limit:,.1f}/s", limit / mine, at_most=SLOWEST)
