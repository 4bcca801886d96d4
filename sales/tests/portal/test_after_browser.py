"""What follows a sale in a real browser, by scanner: receipt, return, exchange; the drawer's evening."""

from decimal import Decimal as D
from typing import Any

import pytest

from clutch.feed.actor import Actor
from clutch.live.tests.browser import at_url, scan_code, until
from inventory.actions.barcodes import attach_barcode
from inventory.models import Misfit, Stock
from inventory.tests.factories import PartFactory
from sales.models import CashSession, SaleReturn
from sales.reports import expected_cash
from sales.tests.acts import Till

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.long]


def test_scanned_receipt_is_taken_back_exchanged_and_the_day_is_closed(new_page: Any) -> None:
    till = Till()
    part = PartFactory(shop=till.shop, number="58101-1RA00", on_hand=5, selling_price=100)
    other = PartFactory(shop=till.shop, number="28113-1R100", name="Air filter", on_hand=3, selling_price=130)
    attach_barcode(part.pk, shop_id=till.shop.pk, code="5901234123457", actor=Actor.beat())
    sale = till.sell((part, 1))
    page = new_page(user=till.cashier.user)
    page.goto("/portal/sales")
    page.get_by_text(sale.number).wait_for()
    scan_code(page, sale.number)
    at_url(page, f"**/portal/sales/{sale.pk}")
    page.locator("#return").click()
    at_url(page, "**/return")
    scan_code(page, "5901234123457")
    until(page, "document.querySelector('[data-line] input[type=number]').value === '1'")
    # None is left to come back: the next of the same is taken instead, and so is what was never sold.
    scan_code(page, "5901234123457")
    page.locator(f"[data-taken] [data-part='{part.pk}']").wait_for()
    page.locator("[data-taken] [data-drop]").click()
    scan_code(page, "28113-1R100")
    page.locator(f"[data-taken] [data-part='{other.pk}']").wait_for()
    page.locator("[data-line] select").first.select_option("does_not_fit")
    page.locator("[data-confirm]", has_text="30.00 and book").wait_for()
    page.locator("[name=tendered]").fill("50")
    page.locator("[data-confirm]").click()
    at_url(page, "**/portal/returns/*")
    note = SaleReturn.objects.get()
    page.get_by_text(note.number).first.wait_for()
    assert note.exchange is not None
    assert (note.exchange.total, expected_cash(till.session)) == (D(130), D(330))
    assert (Stock.objects.get(part=part).on_hand, Stock.objects.get(part=other).on_hand) == (5, 2)
    assert Misfit.objects.get().part == part
    page.goto(f"/portal/cash/{till.session.pk}/close")
    page.locator("[data-coin='200']").fill("1")
    page.locator("[data-coin='50']").fill("2")
    page.locator("[data-coin='20']").fill("1")
    until(page, "document.querySelector('[data-counted]').textContent === '320.00'")
    page.keyboard.press("Enter")
    page.get_by_text("differs by -10.00 EGP").first.wait_for()
    page.locator("[data-coin='10']").fill("1")
    page.keyboard.press("Enter")
    page.locator("#session-state .figures").wait_for()
    assert CashSession.objects.get().difference == 0
