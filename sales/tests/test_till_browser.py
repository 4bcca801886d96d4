"""The till in a real browser: scanner and keyboard alone, a cart that survives, a sale booked once."""

from decimal import Decimal
from typing import Any

import pytest

from clutch.feed.actor import Actor
from clutch.live.tests.browser import axe_check, scan_code, shoot, until
from inventory.actions.barcodes import attach_barcode
from inventory.models import Stock
from inventory.tests.factories import BinFactory, PartFactory, received
from sales.models import CashSession, Payment, Register, Sale
from sales.tests.factories import CashSessionFactory, RegisterFactory
from shops.enums import Role
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(live_site: str) -> Any:
    shop = ShopFactory(name="Nile Parts")
    shelf = BinFactory(shop=shop, code="A-03")
    pads = PartFactory(shop=shop, number="58101-1RA00", default_bin=shelf)
    received(pads, 6, Decimal(500), bin_id=shelf.pk)
    attach_barcode(pads.pk, shop_id=shop.pk, code="5901234123457", actor=Actor.beat())
    PartFactory(
        shop=shop, number="28113-1R100", name="فلتر هواء", brand="Mahle", selling_price=120, on_hand=3
    )
    for brand in ("Bosch", "NGK"):
        PartFactory(
            shop=shop, number="18855-10060", name="Spark plug", brand=brand, selling_price=95, on_hand=9
        )
    return shop


@pytest.fixture
def till(shop: Any, new_page: Any) -> Any:
    clerk = MemberFactory(shop=shop, role=Role.CASHIER).user
    CashSessionFactory(register=RegisterFactory(shop=shop, code="R1"))
    page = new_page(user=clerk)
    page.goto("/portal/till")
    return page


def lines(page: Any, count: int) -> None:
    until(page, f"document.querySelectorAll('[data-lines] li').length === {count}")


def summed(page: Any) -> None:
    until(page, "!document.querySelector('[data-sums]').classList.contains('provisional')")


def test_sale_by_scanner_and_keyboard_alone(shop: Any, till: Any) -> None:
    scan_code(till, "5901234123457")
    lines(till, 1)
    till.evaluate("document.activeElement.blur()")
    scan_code(till, "5901234123457")
    until(till, "document.querySelector('[data-quantity]').value === '2'")
    scan_code(till, "18855-10060")
    till.get_by_text("Several parts have this number.").wait_for()
    until(till, "document.activeElement.matches('[data-take]')")
    till.keyboard.press("ArrowDown")
    till.keyboard.press("Enter")
    lines(till, 2)
    summed(till)
    till.keyboard.press("F9")
    till.locator("[data-pay-dialog]").wait_for()
    till.keyboard.type("2000", delay=120)
    until(till, "document.querySelector('[data-change]').textContent.includes('205')")
    till.keyboard.press("Enter")
    till.locator("[data-done-dialog]").wait_for()
    sale = Sale.objects.get(status="completed")
    assert (sale.total, sale.number[:3]) == (Decimal(1795), "R1-")
    assert "205.00" in till.locator("[data-done-change]").inner_text()
    assert Stock.objects.get(part__number="58101-1RA00").on_hand == 4
    till.keyboard.press("Enter")
    lines(till, 0)
    assert Payment.objects.get().amount == Decimal(1795)


@pytest.mark.long
def test_cart_survives_a_reload_and_a_dead_network(shop: Any, till: Any) -> None:
    scan_code(till, "5901234123457")
    lines(till, 1)
    summed(till)
    till.reload()
    lines(till, 1)
    summed(till)
    till.context.set_offline(True)
    till.keyboard.press("F9")
    till.locator("[data-confirm]").click()
    till.get_by_text("The answer was lost.").first.wait_for()
    assert Sale.objects.filter(status="completed").count() == 0
    till.context.set_offline(False)
    till.locator("[data-done-dialog]").wait_for()
    assert Sale.objects.filter(status="completed").count() == 1


def test_lost_answer_gives_the_one_receipt(shop: Any, till: Any) -> None:
    scan_code(till, "5901234123457")
    lines(till, 1)
    summed(till)

    def lose(route: Any) -> None:
        route.fetch()  # the server books it,
        route.abort()  # and the answer never arrives

    till.context.route("**/complete", lose, times=1)
    till.keyboard.press("F9")
    till.locator("[data-confirm]").click()
    till.get_by_text("The answer was lost.").first.wait_for()
    till.reload()
    till.locator("[data-done-dialog]").wait_for()
    sale = Sale.objects.get()
    assert till.locator("[data-done-number]").inner_text() == sale.number
    assert Stock.objects.get(part__number="58101-1RA00").on_hand == 5


@pytest.mark.long
def test_parked_cart_is_taken_up_again(shop: Any, till: Any) -> None:
    scan_code(till, "5901234123457")
    lines(till, 1)
    summed(till)
    till.keyboard.press("F4")
    lines(till, 0)
    till.get_by_role("button", name="Parked carts").click()
    till.locator("[data-resume]").click()
    lines(till, 1)
    assert Sale.objects.get().status == "draft"


@pytest.mark.long
def test_first_day_begins_with_a_till_and_its_drawer(shop: Any, new_page: Any) -> None:
    page = new_page(user=MemberFactory(shop=shop).user)
    page.goto("/portal/till")
    axe_check(page)
    page.get_by_role("button", name="Make the till").click()
    page.get_by_label("Cash in the drawer").fill("300")
    shoot(page, "till-open-en")
    page.get_by_role("button", name="Open the till").click()
    page.get_by_text("Scan the first part.").wait_for()
    assert (Register.objects.get().code, CashSession.objects.get().opening_float) == ("R1", Decimal(300))


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "ar"])
def test_till_passes_axe_and_fits_a_phone(shop: Any, new_page: Any, language: str) -> None:
    CashSessionFactory(register=RegisterFactory(shop=shop, code="R1"))
    page = new_page(user=MemberFactory(shop=shop, role=Role.CASHIER).user, language=language)
    page.goto("/portal/till")
    scan_code(page, "5901234123457")
    lines(page, 1)
    scan_code(page, "18855-10060")
    page.locator("[data-take]").first.wait_for()
    summed(page)
    axe_check(page)
    shoot(page, f"till-{language}")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.keyboard.press("F9")
    page.locator("[data-pay-dialog]").wait_for()
    axe_check(page)
    shoot(page, f"till-pay-{language}")
