"""`orders`: create, quote and accept through the API, beside the time of their SQL alone.

Every request passes URL, sign-in, validation, action and rendering, without a network. The limit is
the time that its own statements spend in Postgres, taken in the same run. Queries per request are
counted, and must not grow with the number of shops or quotes.
"""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks import _city

ROUNDS = 60
SHOPS = 10


class Spent:
    """Seconds and statements of the requests of one kind."""

    def __init__(self) -> None:
        self.total: list[float] = []
        self.sql: list[float] = []
        self.statements: list[int] = []

    @contextmanager
    def measure(self) -> Iterator[None]:
        """Measure one request."""
        seconds, count = 0.0, 0

        def timer(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
            nonlocal seconds, count
            start = time.perf_counter()
            try:
                return execute(sql, params, many, context)
            finally:
                seconds += time.perf_counter() - start
                count += 1

        start = time.perf_counter()
        with connections["default"].execute_wrapper(timer):
            yield
        self.total.append(time.perf_counter() - start)
        self.sql.append(seconds)
        self.statements.append(count)

    def line(self, name: str) -> str:
        """One line: requests a second, the limit, the ratio, and statements."""
        total, sql = statistics.median(self.total), statistics.median(self.sql)
        return (
            f"{name}: {1 / total:,.0f}/s; its SQL alone: {1 / sql:,.0f}/s; ratio {total / sql:.2f}; "
            f"{min(self.statements)} to {max(self.statements)} statements a request"
        )


def _post(client: Client, path: str, body: Any, *, status: int) -> Any:
    response = client.post(f"/api/v1{path}", body, content_type="application/json")
    assert response.status_code == status, response.content
    return response.json()


def _client(user: Any) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user, settings.AUTHENTICATION_BACKENDS[0])
    return client


def main() -> None:
    """Print a line for each kind of request."""
    _city.empty()
    shops = _city.shops(SHOPS)
    buyer = _client(_city.customer())
    sellers = {shop.pk: _client(shop.members.get().user) for shop in shops[:3]}
    create, quote, accept = Spent(), Spent(), Spent()
    for number in range(ROUNDS + 3):
        with create.measure():
            order = _post(buyer, "/auto-parts-orders", _city.request(), status=201)
        lines = [
            {"partId": part["partId"], "available": True, "unitPrice": "100.00", "partType": "aftermarket"}
            for part in order["parts"]
        ]
        for seller in sellers.values():
            with quote.measure():
                body = {"orderId": order["orderId"], "lines": lines, "estimatedDeliveryMinutes": 60}
                sent = _post(seller, "/shop-quotes/provide-quote", body, status=201)
        with accept.measure():
            path = f"/auto-parts-orders/{order['orderId']}/accept-quote"
            _post(buyer, path, {"quoteId": sent["quoteId"], "paymentMethod": "cash"}, status=200)
        if number == 2:
            create, quote, accept = Spent(), Spent(), Spent()
    for name, spent in (
        ("create (10 shops asked)", create),
        ("quote", quote),
        ("accept (of 3 quotes)", accept),
    ):
        print(spent.line(name), flush=True)
    with CaptureQueriesContext(connection) as captured:
        buyer.get(f"/api/v1/auto-parts-orders/{order['orderId']}")
    print(f"read one order: {len(captured)} statements")
    _city.empty()
