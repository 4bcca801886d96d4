"""The demo city: whole, marked, repeatable, and only where the demo is on."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clutch.accounts.models import User
from clutch.dashboard import reads
from clutch.demo import counter, history, load, plan, sign_ins, waiting
from clutch.feed.actor import Actor
from inventory.models import Part
from orders.actions.unattended import _is_proven
from orders.models import Order, PaymentEntry
from sales.models import Sale
from shops.models import Make, Member, ServiceArea, Shop, VehicleModel

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings: Any, tmp_path: Any) -> None:
    settings.DEMO, settings.DATA_DIR = True, tmp_path


def test_plan_names_only_vehicles_that_the_data_has() -> None:
    for make, models in plan.VEHICLES.items():
        found = VehicleModel.objects.filter(make__name=make, name__in=models).values_list("name", flat=True)
        assert sorted(found) == sorted(models)


def test_plan_is_the_same_at_every_call() -> None:
    assert list(plan.shops()) == list(plan.shops())
    assert list(plan.customers()) == list(plan.customers())


def test_every_make_has_shops() -> None:
    served = {make for shop in plan.shops() for make in shop.makes}
    assert served == set(plan.VEHICLES)


def test_city_is_loaded_whole_and_marked() -> None:
    city = load.city(password="a demo password", actor=Actor.beat())
    assert (len(city.shops), len(city.customers)) == (plan.SHOPS, plan.CUSTOMERS)
    assert Shop.objects.exclude(is_demo=True).count() == 0
    assert User.objects.exclude(is_demo=True).count() == 0
    assert Member.objects.values("shop").distinct().count() == plan.SHOPS
    assert set(ServiceArea.objects.values_list("shop", flat=True)) == {shop.pk for shop in city.shops}
    assert city.customers[0].check_password("a demo password")


def test_loading_again_finds_the_same_city() -> None:
    first = load.city(password="a", actor=Actor.beat())
    assert load.city(password="b", actor=Actor.beat()) == first
    assert User.objects.count() == plan.SHOPS + 4 + plan.CUSTOMERS + 1


@pytest.mark.django_db(transaction=True)
def test_history_goes_through_the_acts_and_goes_on_where_it_broke_off(monkeypatch: Any) -> None:
    monkeypatch.setattr(history, "ORDERS_PER_CUSTOMER", 1)
    city = load.city(password="a", actor=Actor.beat())
    few = load.City(city.shops, city.customers[:6])
    monkeypatch.setattr(plan, "CUSTOMERS", 6)
    history.play(few)
    assert Order.objects.count() == 6
    delivered = Order.objects.filter(status="delivered")
    assert delivered.exists()
    for order in delivered:
        entries = PaymentEntry.objects.filter(order=order, kind="cash_collected")
        assert [entry.amount for entry in entries] == [order.total]
        assert (order.payment_status, order.rating.comment) == ("paid", "")
    assert Shop.objects.filter(rating_count__gt=0).exists()
    history.play(few)
    assert Order.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_staff_find_work_and_find_it_once(monkeypatch: Any) -> None:
    monkeypatch.setattr(history, "ORDERS_PER_CUSTOMER", 0)
    city = load.city(password="a", actor=Actor.beat())
    few = load.City(city.shops, city.customers[:3])
    for _again in range(2):
        waiting.play(few, password="a")
        assert [shop.papers for shop in reads.to_verify()] == [2, 2, 2]  # type: ignore[attr-defined]
        assert [queue().count() for queue in (reads.unanswered, reads.late, reads.unpaid)] == [1, 1, 1]
    assert Order.objects.count() == 3
    assert not Order.objects.exclude(is_demo=True).exists()
    assert not Shop.objects.exclude(is_demo=True).exists()
    assert load.city(password="a", actor=Actor.beat()) == city


@pytest.mark.django_db(transaction=True)
def test_first_shop_has_a_stock_and_a_counter_once() -> None:
    shop = load.city(password="a", actor=Actor.beat()).shops[0]
    owner = history.owners()[shop.pk]
    for _again in range(2):
        counter.play(shop, owner)
        assert Part.objects.filter(shop=shop).count() == 2 * len(plan.PARTS)
        assert Sale.objects.filter(shop=shop, channel="counter").count() == counter.SALES
    call_command("check_stock", stdout=StringIO())
    assert _is_proven(set(Part.objects.filter(shop=shop).values_list("pk", flat=True)))


def test_demo_is_refused_where_it_is_off(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="The demo is off"):
        call_command("demo")
    assert not Shop.objects.exists()


@pytest.mark.usefixtures("demo")
def test_sign_ins_are_printed_only_when_there_is_a_city() -> None:
    with pytest.raises(CommandError, match="no demo city"):
        call_command("demo", sign_ins=True)
    load.city(password=sign_ins.make_password(), actor=Actor.beat())
    out = StringIO()
    call_command("demo", sign_ins=True, stdout=out)
    assert load.customer_email(1) in out.getvalue()
    password = sign_ins.existing_password()
    assert password is not None
    assert password in out.getvalue()


@pytest.mark.usefixtures("demo")
def test_password_is_generated_once_and_private() -> None:
    password = sign_ins.make_password()
    assert sign_ins.make_password() == password
    assert sign_ins.password_file().stat().st_mode & 0o777 == 0o600


def test_city_is_loaded_in_few_statements() -> None:
    assert Make.objects.exists()
    with CaptureQueriesContext(connection) as captured:
        load.city(password="a", actor=Actor.beat())
    assert len(captured) < 40
