"""The till in a real browser while its server is killed: its cart stays, and no false receipt is shown."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clutch.live.tests.browser import scan_code, until
from clutch.live.tests.server import AsgiServer, start_server
from inventory.models import Stock
from inventory.tests.factories import PartFactory
from sales.models import Sale
from sales.tests.factories import CashSessionFactory, RegisterFactory
from shops.enums import Role
from shops.tests.factories import MemberFactory

pytestmark = [pytest.mark.browser, pytest.mark.long]
NUMBER = "58101-1RA00"


class Mortal:
    """A server that dies as by kill -9, and comes back at the same address."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.server: AsgiServer = start_server(log)

    @property
    def url(self) -> str:
        return self.server.url

    def kill(self) -> None:
        self.server.process.kill()
        self.server.process.wait()

    def come_back(self) -> None:
        self.server.stop()
        self.server = start_server(self.log, port=self.server.port)


@pytest.fixture
def server(transactional_db: Any, tmp_path: Path) -> Iterator[Mortal]:
    made = Mortal(tmp_path / "log.txt")
    yield made
    made.server.stop()


@pytest.fixture
def till(server: Mortal, new_page: Any) -> Any:
    """A till with one part in its cart, and the payment before it."""
    register = RegisterFactory(code="R1")
    CashSessionFactory(register=register)
    PartFactory(shop=register.shop, number=NUMBER, on_hand=5)
    page = new_page(user=MemberFactory(shop=register.shop, role=Role.CASHIER).user)
    page.goto(f"{server.url}/portal/till")
    scan_code(page, NUMBER)
    until(page, "document.querySelectorAll('[data-lines] li').length === 1")
    until(page, "!document.querySelector('[data-sums]').classList.contains('provisional')")
    page.keyboard.press("F9")
    page.locator("[data-pay-dialog]").wait_for()
    return page


def nothing_is_shown(page: Any) -> None:
    """The cart is there, and neither a number nor a receipt."""
    assert page.locator("[data-lines] li").count() == 1
    assert not page.locator("[data-done-dialog]").is_visible()
    assert page.locator("[data-done-number]").inner_text() == ""


@pytest.mark.parametrize("booked", [False, True], ids=["before it was booked", "before it was answered"])
def test_killed_server_leaves_the_cart_and_gives_the_one_receipt(
    server: Mortal, till: Any, booked: bool
) -> None:
    def die(route: Any) -> None:
        if booked:
            assert route.fetch().ok
        server.kill()
        route.abort()

    till.context.route("**/complete", die, times=1)
    till.locator("[data-confirm]").click()
    till.get_by_text("The answer was lost.").first.wait_for()
    nothing_is_shown(till)
    assert Sale.objects.filter(status="completed").count() == int(booked)
    # Asked again while nobody is there: still no receipt.
    till.locator("[data-confirm]").click()
    until(till, "!document.querySelector('[data-confirm]').hasAttribute('aria-busy')")
    nothing_is_shown(till)
    server.come_back()
    till.locator("[data-confirm]").click()
    till.locator("[data-done-dialog]").wait_for()
    sale = Sale.objects.get()
    assert (sale.status, till.locator("[data-done-number]").inner_text()) == ("completed", sale.number)
    assert Stock.objects.get().on_hand == 4
