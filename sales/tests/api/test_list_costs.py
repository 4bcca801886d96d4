"""Lists of counter and stock cost the same number of queries with three rows as with one."""

from collections.abc import Callable
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory.actions import importing
from inventory.actions.counting import start_count
from inventory.actions.stock import Units, receive_stock
from inventory.models import Part, Stock
from inventory.tests.factories import PartFactory
from inventory.tests.importing.acts import csv
from sales.actions.lost_sales import record_lost_sale
from sales.actions.returns import take_return
from sales.actions.special_orders import take_special_order
from sales.inputs import BackInput, ReturnInput
from sales.models import Register
from sales.tests.acts import Till, api, as_member, member
from sales.tests.factories import CashSessionFactory, CustomerFactory, RegisterFactory
from shops.enums import Role

pytestmark = pytest.mark.django_db


def sell(till: Till, part: Part) -> None:
    """To a customer of its own, with the deposit of an old part."""
    till.sell((part, 1), customer_id=CustomerFactory(shop=till.shop).pk)


def give_back(till: Till, part: Part) -> None:
    """A sale that comes back."""
    sale = till.sell((part, 1), customer_id=CustomerFactory(shop=till.shop).pk)
    given = ReturnInput([BackInput(sale.lines.get().pk, 1)], register_id=till.register.pk)
    take_return(sale.pk, shop_id=till.shop.pk, given=given, actor=till.actor)


def lose(till: Till, part: Part) -> None:
    """Somebody leaves without the part."""
    customer = CustomerFactory(shop=till.shop).pk
    record_lost_sale(till.shop.pk, part_id=part.pk, customer_id=customer, actor=till.actor)


def order(till: Till, part: Part) -> None:
    """A part is got for a customer."""
    customer = CustomerFactory(shop=till.shop).pk
    take_special_order(
        till.shop.pk, customer_id=customer, part_id=part.pk, quantity=1, unit_price=D(10), actor=till.actor
    )


def open_another(till: Till, part: Part) -> None:
    """Another register is opened."""
    register = RegisterFactory(shop=till.shop, code=f"T{Register.objects.count()}")
    CashSessionFactory(register=register, opened_by=till.cashier.user)


def receive(till: Till, part: Part) -> None:
    """Units come in."""
    receive_stock(till.shop.pk, [Units(part.pk, 1)], actor=as_member(till.shop, Role.OWNER))


def count(till: Till, part: Part) -> None:
    """A stock-take begins."""
    start_count(till.shop.pk, part_ids=[part.pk], actor=as_member(till.shop, Role.OWNER))


def upload(till: Till, part: Part) -> None:
    """A file is brought."""
    importing.upload_import(
        till.shop.pk, kind="price_list", file=csv("Number,Name", "A1,Filter"),
        actor=as_member(till.shop, Role.OWNER),
    )  # fmt: skip


def drain(till: Till, part: Part) -> None:
    """A part that runs low."""
    low = PartFactory(shop=till.shop, reorder_point=1)
    Stock.objects.filter(part=low).update(low_since=timezone.now())


LISTS: dict[str, Callable[[Till, Part], None]] = {
    "sales": sell,
    "sale-returns": give_back,
    "core-deposits": sell,
    "lost-sales": lose,
    "special-orders": order,
    "registers": open_another,
    "cash-sessions": open_another,
    "inventory/imports": upload,
    "inventory/counts": count,
    "inventory/low-stock": drain,
    "inventory/parts/{part}/movements": receive,
}


@pytest.mark.parametrize("address", LISTS)
def test_list_costs_the_same_for_three(address: str) -> None:
    till = Till()
    moved = address.endswith("movements")
    part = PartFactory(shop=till.shop, on_hand=0 if moved else 5, core_charge=20)
    client, costs = api(member(till.shop, Role.OWNER).user), []
    path = "/api/v1/" + address.format(part=part.pk)

    def rows() -> int:
        answer = client.get(path)
        assert answer.status_code == 200, answer.content
        return len(answer.json()["results"])

    for wanted in (1, 3):
        for _ in range(wanted - rows()):
            LISTS[address](till, part)
        with CaptureQueriesContext(connection) as seen:
            assert rows() == wanted
        costs.append(len(seen))
    assert costs[0] == costs[1], costs
