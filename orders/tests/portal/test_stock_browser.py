"""The shop's stock behind its orders in a real browser: picking by scanner, drafts, settings."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from clutch.feed.actor import Actor
from clutch.live.tests.browser import look_at, scan_code, shoot
from inventory.models import StockPolicy
from inventory.tests.factories import BinFactory, PartFactory, received
from orders import actions
from orders.models import QuoteLine
from orders.tests import acts
from orders.tests.portal.conftest import People

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Any]


@pytest.mark.long
def test_parts_are_picked_by_scanner_wherever_the_focus_is(new_page: Open, people: People) -> None:
    shelf = BinFactory(shop=people.shop, code="A-03")
    pads = PartFactory(shop=people.shop, number="58101-1RA00", default_bin=shelf)
    received(pads, 4, Decimal(500), bin_id=shelf.pk)
    order = acts.ask(people["customer"], parts=[{**acts.PADS, "quantity": 2}, acts.FILTER])
    lines = acts.offers_for(order, brand="Hankook Frixa")
    lines[0]["stock_part_id"] = pads.pk
    acts.accept(order, acts.quote(order, people.shop, lines=lines))
    page = new_page(user=people["storekeeper"])
    page.goto(f"/portal/orders/{order.number}")
    page.get_by_role("heading", name="To pick").wait_for()
    shoot(page, "order-to-pick")
    page.goto("/portal/picking")
    page.locator(".pick").first.wait_for()
    for count in ("1 of 2", "2 of 2"):
        # As a scanner does it: a burst that ends with Enter, on no field at all.
        page.evaluate("document.activeElement.blur()")
        scan_code(page, "58101-1RA00")
        page.get_by_role("status").get_by_text(f"Front brake pads: {count}.").wait_for()
    page.get_by_role("button", name=re.compile("Check off.*Oil filter")).click()
    page.get_by_role("status").get_by_text("Oil filter: 2 of 2.").wait_for()
    shoot(page, "picking")
    assert list(QuoteLine.objects.order_by("position").values_list("picked", flat=True)) == [2, 2]


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "ar"])
def test_stock_behind_quotes_passes_axe_and_fits_a_phone(
    new_page: Open, people: People, language: str
) -> None:
    StockPolicy.objects.create(shop=people.shop, quote_unattended=True, quote_max_total=100)
    PartFactory(shop=people.shop, number="58101-1RA00", on_hand=1)
    order = acts.ask(people["customer"], parts=[{**acts.PADS, "quantity": 2}])
    actions.answer_invitation(order.invitations.get(shop=people.shop).pk, actor=Actor.beat())
    page = new_page(user=people["owner"], language=language)

    def steps() -> Iterator[str]:
        page.goto("/portal/requests")
        page.locator("summary", has_text=re.compile("stock|مخزون")).click()
        yield "stock-card"
        page.goto(f"/portal/requests/{order.number}")
        yield "stock-form"
        acts.accept(order, acts.quote(order, people.shop))
        page.goto("/portal/picking")
        yield "picking-list"
        page.goto("/portal/stock-settings")
        yield "stock-settings"

    look_at(page, steps())
