"""`orders`: create, quote and accept through the API, beside the time of their SQL alone.

Every request passes URL, sign-in, validation, action and rendering, without a network. The limit is
the time that its own statements spend in Postgres, taken in the same run. Statements per request are
counted, those of the lists too, and must not grow with the number of orders.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks import _city
from benchmarks._beside import judge, rates, ratio

ROUNDS = 60
SHOPS, QUOTES = 10, 3
# The statements of so many orders at the beginning are compared with those of as many at the end.
FEW = 3


class Spent:
    """Seconds and statements of the requests of one kind."""

    def __init__(self) -> None:
        self.total: list[float] = []
        self.sql: list[float] = []
        self.statements: list[int] = []

    def forget(self) -> None:
        """Begin anew."""
        for seconds in (self.total, self.sql):
            seconds.clear()
        self.statements.clear()

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

    def tell(self, name: str) -> None:
        """Print requests a second, the limit, and their ratio."""
        judge(rates(name, self.total, self.sql, limit_name="its SQL alone"), ratio(self.total, self.sql))

    def steady(self, name: str, *, orders: int) -> bool:
        """Print the most statements of a request of the first orders and the last; False where they grew."""
        each = len(self.statements) // orders
        first, last = max(self.statements[: FEW * each]), max(self.statements[-FEW * each :])
        return _steady(name, first, last, orders=orders)


def _post(client: Client, path: str, body: Any, *, status: int) -> Any:
    response = client.post(f"/api/v1{path}", body, content_type="application/json")
    assert response.status_code == status, response.content
    return response.json()


def _client(user: Any) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user, settings.AUTHENTICATION_BACKENDS[0])
    return client


def _steady(name: str, first: int, last: int, *, orders: int) -> bool:
    grew = "" if last <= first else ": TOO MANY"
    print(f"{name}: {first} statements with {FEW} orders, {last} with {orders}{grew}", flush=True)
    return last <= first


def _reads(buyer: Client, buyer_id: object, seller: Client, order_id: str) -> dict[str, int]:
    """How many statements each read takes now."""
    paths = {
        "read an order": (buyer, f"/auto-parts-orders/{order_id}"),
        "list a customer's orders": (buyer, f"/auto-parts-orders/user/{buyer_id}"),
        "list a shop's requests": (seller, "/shop-requests"),
        "list a shop's quotes": (seller, "/shop-quotes/shop-quotes"),
    }
    counts = {}
    for name, (client, path) in paths.items():
        with CaptureQueriesContext(connection) as captured:
            response = client.get(f"/api/v1{path}")
        assert response.status_code == 200, response.content
        counts[name] = len(captured)
    return counts


def _from_request_to_acceptance(
    buyer: Client, sellers: list[Client], *, create: Spent, quote: Spent, accept: Spent
) -> str:
    """One order, each of its requests measured; returns its id."""
    with create.measure():
        order = _post(buyer, "/auto-parts-orders", _city.request(), status=201)
    lines = [
        {"partId": part["partId"], "available": True, "unitPrice": "100.00", "partType": "aftermarket"}
        for part in order["parts"]
    ]
    for seller in sellers:
        with quote.measure():
            body = {"orderId": order["orderId"], "lines": lines, "estimatedDeliveryMinutes": 60}
            sent = _post(seller, "/shop-quotes/provide-quote", body, status=201)
    with accept.measure():
        path = f"/auto-parts-orders/{order['orderId']}/accept-quote"
        _post(buyer, path, {"quoteId": sent["quoteId"], "paymentMethod": "cash"}, status=200)
    return str(order["orderId"])


def main() -> int:
    """Print a line for each kind of request; 1 where its statements grow with the orders."""
    _city.empty()
    shops, customer = _city.shops(SHOPS), _city.customer()
    buyer = _client(customer)
    sellers = [_client(shop.members.get().user) for shop in shops[:QUOTES]]
    spent = {"create (10 shops asked)": Spent(), "quote": Spent(), "accept (of 3 quotes)": Spent()}
    create, quote, accept = spent.values()
    for number in range(-1, ROUNDS):
        if number == 0:  # the first fills the caches of the process
            for each in spent.values():
                each.forget()
        order_id = _from_request_to_acceptance(buyer, sellers, create=create, quote=quote, accept=accept)
        if number == FEW - 1:
            few = _reads(buyer, customer.pk, sellers[0], order_id)
    many = _reads(buyer, customer.pk, sellers[0], order_id)
    for name, each in spent.items():
        each.tell(name)
    steady = [each.steady(name, orders=ROUNDS) for name, each in spent.items()]
    steady += [_steady(name, few[name], many[name], orders=ROUNDS) for name in many]
    _city.empty()
    return 0 if all(steady) else 1
