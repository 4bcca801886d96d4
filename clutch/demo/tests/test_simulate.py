"""The simulation against a real server: every player signs in, listens and acts from outside."""

import asyncio
import random
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command

from clutch.demo import load, plan, simulate
from clutch.feed.actor import Actor
from clutch.live.tests.server import AsgiServer
from orders.models import Invitation, Order, Rating
from shops.models import Shop

PASSWORD = "a demo password"
SHOPS, ORDERS = 3, 4
FAST = simulate.Pace(think=(0.0, 0.05), wait_for_quotes=30.0, on_the_road=(0.0, 0.05), give_up=30.0)


class Willing(random.Random):
    """Seeded chance in which no shop declines and every part is there.

    Who draws first depends on the network, so that with plain chance a seed fixes no outcome.
    """

    getrandbits = random.Random.getrandbits

    def random(self) -> float:
        return 0.5


@pytest.fixture
def small_city(monkeypatch: pytest.MonkeyPatch, transactional_db: None, vehicle_data: None) -> None:
    """Two customers, and three shops beside the first that serve any make at any hour."""
    monkeypatch.setattr(plan, "CUSTOMERS", 2)
    customers = list(plan.customers())
    latitude, longitude = customers[0].latitude, customers[0].longitude
    shops = [
        replace(item, latitude=latitude, longitude=longitude, makes=(), hours=plan.ALWAYS, radius_km=30)
        for item in list(plan.shops())[:SHOPS]
    ]
    monkeypatch.setattr(plan, "shops", lambda: iter(shops))
    near = [replace(item, latitude=latitude, longitude=longitude) for item in customers]
    monkeypatch.setattr(plan, "customers", lambda: iter(near))
    load.city(password=PASSWORD, actor=Actor.beat())


def play(base: str, *, password: str = PASSWORD) -> dict[str, int]:
    world = simulate.World(base, password, Willing(7), pace=FAST, say=lambda line: None)
    shops = [simulate.Shop(world, n, load.member_email(n)) for n in range(1, SHOPS + 1)]
    customers = [simulate.Customer(world, who, load.customer_email(who.number)) for who in plan.customers()]
    return asyncio.run(simulate.run(world, shops=shops, customers=customers, orders=ORDERS))


@pytest.mark.usefixtures("small_city")
@pytest.mark.django_db(transaction=True)
def test_every_order_is_delivered_paid_and_rated(live_site: str) -> None:
    counts = play(live_site)
    each = dict.fromkeys(("requests", "accepted", "delivered", "rated"), ORDERS)
    assert counts == {**each, "quotes": ORDERS * SHOPS}
    orders = Order.objects.all()
    assert [(order.status, order.payment_status) for order in orders] == [("delivered", "paid")] * ORDERS
    assert Invitation.objects.count() == ORDERS * SHOPS
    assert Rating.objects.count() == ORDERS
    assert sum(Shop.objects.values_list("rating_count", flat=True)) == ORDERS
    assert sorted(str(order.customer.email) for order in orders) == sorted(
        [load.customer_email(1), load.customer_email(2)] * (ORDERS // 2)
    )


@pytest.mark.usefixtures("small_city")
@pytest.mark.django_db(transaction=True)
def test_wrong_password_ends_it_before_anything_is_asked(asgi_server: AsgiServer) -> None:
    with pytest.raises(simulate.Refused, match="sign-in of"):
        play(asgi_server.url, password="not the password")
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    "url", ["http://192.0.2.1:8000", "https://clutch.example", "http://127.0.0.1.example"]
)
def test_command_plays_on_this_machine_only(url: str) -> None:
    with pytest.raises(CommandError, match="on this machine only"):
        call_command("simulate", url=url)
