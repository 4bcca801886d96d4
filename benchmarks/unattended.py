"""`unattended`: from the commit of a request to the quote that a shop's rule sends, with nobody there.

Ours is the platform: a request for a part in stock is committed, and a worker, as `manage.py up` starts it,
prepares the quote and sends it. The clock runs from that commit until another connection sees the quote.
The limit is what the worker does for it, called at once and without a queue, for as many other requests in
the same run; the rest is the way of the message. The worst of all must stay under a second.

    manage.py bench unattended [REQUESTS]      50 unless said
"""

import argparse
import functools
import os
import statistics
import subprocess
import sys
import time
from decimal import Decimal

import psycopg
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from benchmarks import _city
from benchmarks._beside import judge
from clutch.accounts.models import User
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.models import Job
from inventory.actions.stock import Units, receive_stock
from inventory.keys import keys_of
from inventory.models import Part, Stock, StockPolicy
from orders.actions import answer_invitation
from orders.actions.requests import create_order
from orders.models import Order, Quote
from shops.models import Shop

NUMBER, SECOND = "58101-1RA00", 1.0
PATIENCE = 60.0


def _shop() -> Shop:
    """A shop with the part in stock, received, and a rule that lets its quotes go by themselves."""
    (shop,) = _city.shops(1)
    name, brand = "Front brake pads", "Hankook Frixa"
    part = Part.objects.create(
        shop=shop, number=NUMBER, name=name, brand=brand, selling_price=100, cost_price=60,
        **keys_of(NUMBER, name, brand),
    )  # fmt: skip
    Stock.objects.create(part=part, shop=shop)
    receive_stock(shop.pk, [Units(part.pk, 100_000, unit_cost=Decimal(60))], actor=Actor.beat())
    StockPolicy.objects.create(shop=shop, quote_unattended=True, quote_max_total=Decimal(10_000))
    return shop


@action
def _ask(customer: User, marks: list[float], *, actor: Actor) -> Order:
    # Registered first, so it runs first after COMMIT, before any message leaves.
    transaction.on_commit(functools.partial(_mark, marks))
    return create_order(
        customer.pk,
        vehicle={"make": _city.MAKE, "model": "Accent", "year": 2018},
        delivery={"latitude": _city.PLACE[0], "longitude": _city.PLACE[1], "address": "Benchmark street 1"},
        parts=[{"name": "Front brake pads", "part_number": NUMBER, "quantity": 1}],
        actor=actor,
    )


def _mark(marks: list[float]) -> None:
    marks.append(time.monotonic())


def _conninfo() -> str:
    at = settings.DATABASES["default"]
    return psycopg.conninfo.make_conninfo(
        host=at["HOST"], port=at["PORT"] or None, user=at["USER"], password=at["PASSWORD"], dbname=at["NAME"]
    )


def _seen(watcher: psycopg.Connection, order: Order) -> float:
    """When the quote of an order could first be seen."""
    until = time.monotonic() + PATIENCE
    statement = "SELECT FROM orders_quote WHERE order_id = %s AND status = 'submitted'"
    while watcher.execute(statement, [order.pk], prepare=True).fetchone() is None:
        if time.monotonic() > until:
            raise SystemExit(f"No quote within {PATIENCE:.0f} s.")
        time.sleep(0.002)
    return time.monotonic()


def _through_the_worker(customer: User, requests: int) -> list[float]:
    """Seconds from commit to quote; the first three wake the worker and do not count."""
    found = []
    with psycopg.connect(_conninfo(), autocommit=True) as watcher:
        for _ in range(requests + 3):
            marks: list[float] = []
            order = _ask(customer, marks, actor=Actor.user(customer, "app"))
            found.append(_seen(watcher, order) - marks[0])
    return found[3:]


def _at_once(customer: User, requests: int) -> list[float]:
    """Seconds of the act alone, with no worker there."""
    found = []
    for _ in range(requests):
        order = _ask(customer, [], actor=Actor.user(customer, "app"))
        began = time.monotonic()
        sent = answer_invitation(order.invitations.get().pk, actor=Actor.beat())
        found.append(time.monotonic() - began)
        if sent is None:
            raise SystemExit("The shop's rule did not let the quote go: the figures would say nothing.")
    return found


def main() -> int:
    """Print median and worst beside the act alone; 1 where the worst passes a second."""
    parser = argparse.ArgumentParser(prog="bench unattended")
    parser.add_argument("requests", type=int, nargs="?", default=50)
    options = parser.parse_args()
    _city.empty()
    _shop()
    customer = _city.customer()
    alone = _at_once(customer, options.requests)
    # What would have told the worker of these is done.
    Job.objects.all().delete()
    connection.close()
    command = [
        sys.executable, "-m", "celery", "-A", "clutch", "--quiet", "worker", "--pool=threads",
        "--concurrency=4", "--loglevel=WARNING", "--without-gossip", "--without-mingle",
    ]  # fmt: skip
    env = {**os.environ, "CLUTCH_LOG_LEVEL": "WARNING"}
    worker = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    began = timezone.now()
    try:
        ours = _through_the_worker(customer, options.requests)
    finally:
        worker.terminate()
        worker.wait(20)
    by_hand = Quote.objects.filter(created_at__gt=began).count()
    act, middle, worst = statistics.median(alone), statistics.median(ours), max(ours)
    print(f"{by_hand} quotes sent by the worker; {act * 1e3:.0f} ms is the act alone (median)")
    line = f"request to quote, median of {len(ours)}: {middle * 1e3:.0f} ms"
    judge(f"{line}; the act alone: {act * 1e3:.0f} ms", middle / act)
    kept = judge(f"worst of {len(ours)}: {worst * 1e3:.0f} ms; of a second", worst / SECOND, at_most=1.0)
    _city.empty()
    return 0 if kept else 1
