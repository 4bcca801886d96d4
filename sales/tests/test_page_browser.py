"""The receipt behind its link, in a real browser."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from clutch.live.tests.browser import in_both_languages, look_at
from inventory.tests.factories import PartFactory
from sales.actions.returns import exchange
from sales.inputs import BackInput, LineInput, ReturnInput
from sales.tests.acts import Till, cash

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.long
@in_both_languages
def test_receipt_is_read_at_both_widths(new_page: Callable[..., Any], language: str) -> None:
    till = Till(receipt_footer="Come again")
    pads = PartFactory(shop=till.shop, on_hand=9, name="تيل فرامل أمامي")
    kit = PartFactory(shop=till.shop, on_hand=9, name="Clutch kit with bearing, disc and pressure plate")
    sale = till.sell(LineInput(pads.pk, 2, discount=Decimal(20)), (kit, 1), payments=[cash("3000")])
    given = ReturnInput([BackInput(sale.lines.all()[0].pk, 1)], register_id=till.register.pk)
    cart = till.cart((kit, 2))
    exchange(sale.pk, shop_id=till.shop.pk, given=given, cart=cart, payments=[cash()], actor=till.actor)
    page = new_page(language=language)

    def steps() -> Iterator[str]:
        page.goto(f"/receipt/{sale.receipt_token}")
        page.get_by_text(sale.number).first.wait_for()
        yield "receipt"

    look_at(page, steps())
