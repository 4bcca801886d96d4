"""Every page of past sales, looked at in a browser at both widths and in both languages."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from clutch.live.tests.browser import in_both_languages, look_at
from inventory.tests.factories import PartFactory
from sales.actions.returns import exchange
from sales.inputs import BackInput, LineInput, ReturnInput
from sales.models import SaleReturn
from sales.tests.acts import Till, cash, member
from sales.tests.factories import CustomerFactory
from shops.enums import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.long]


def past_sales(page: Any, till: Till) -> Iterator[str]:
    """The list, one sale with all that followed, its questions, a credit note."""
    page.goto("/portal/sales")
    yield "sales-empty"
    pads = PartFactory(shop=till.shop, on_hand=9, name="تيل فرامل أمامي")
    kit = PartFactory(shop=till.shop, on_hand=9, name="Clutch kit with bearing and disc", core_charge=150)
    customer = CustomerFactory(shop=till.shop, name="Mona Adel")
    sale = till.sell(
        LineInput(pads.pk, 2, discount=Decimal(20)),
        (kit, 2),
        payments=[cash("5000")],
        customer_id=customer.pk,
    )
    fresh = till.sell((pads, 1), payments=[cash("1000")])
    given = ReturnInput([BackInput(sale.lines.all()[0].pk, 1)], register_id=till.register.pk)
    cart = till.cart((kit, 1))
    exchange(sale.pk, shop_id=till.shop.pk, given=given, cart=cart, payments=[cash()], actor=till.actor)
    page.goto("/portal/sales")
    yield "sales"
    page.goto("/portal/sales?q=nothing")
    yield "sales-none"
    for name, rest in {"sale": "", "sale-mail": "/mail"}.items():
        page.goto(f"/portal/sales/{sale.pk}{rest}")
        yield name
    page.goto(f"/portal/sales/{fresh.pk}/void")
    yield "sale-void"
    page.goto(f"/portal/returns/{SaleReturn.objects.get().pk}")
    yield "credit-note"


@in_both_languages
@pytest.mark.parametrize("walk", [past_sales])
def test_pages_after_the_till(new_page: Any, language: str, walk: Any) -> None:
    till = Till()
    page = new_page(language=language, user=member(till.shop, Role.OWNER).user)
    look_at(page, walk(page, till))
