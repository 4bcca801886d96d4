"""The till in a real browser: scanner and keyboard alone, a cart that survives, a sale booked once."""

from decimal import Decimal
from typing import Any

import pytest

from clutch.accounts.tests.factories import UserFactory
from clutch.feed.actor import Actor
from clutch.live.tests.browser import axe_check, picture, scan_code, shoot, until
from inventory.actions.barcodes import attach_barcode
from inventory.models import Fitment, Part, Stock
from inventory.tests.factories import BinFactory, PartFactory, received
from orders.tests.acts import PADS, ask, quote
from sales.actions.pins import set_pin
from sales.models import (
    CashSession,
    Customer,
    CustomerBalance,
    CustomerVehicle,
    LostSale,
    Payment,
    Register,
    Sale,
    SpecialOrder,
)
from sales.tests.factories import CashSessionFactory, CustomerFactory, RegisterFactory
from shops.enums import Role
from shops.models import Make, Shop
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.browser
TABLET: Any = {"width": 820, "height": 1180}


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


@pytest.mark.long
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
def test_customer_buys_for_their_vehicle_on_account(shop: Shop, till: Any) -> None:
    make = Make.objects.create(name="Testmake")
    pads = Part.objects.get(number="58101-1RA00")
    Fitment.objects.create(shop=shop, part=pads, make=make)
    mona = CustomerFactory(shop=shop, name="Mona Adel", credit_limit=300, tax_number="123-456")
    CustomerBalance.objects.filter(customer=mona).update(credit=50)
    CustomerVehicle.objects.create(customer=mona, make_name="Testmake", plate="ABC 123")
    scan_code(till, "5901234123457")
    lines(till, 1)
    till.keyboard.press("F3")
    till.locator("#customer-search").fill("mona")
    till.locator("[data-customer]").wait_for()
    till.keyboard.press("ArrowDown")
    till.keyboard.press("Enter")
    till.locator(".line-facts .status.good", has_text="fits").wait_for()
    assert "Testmake" in till.locator("[data-vehicle]").inner_text()
    summed(till)
    till.keyboard.press("F9")
    till.locator("[data-rest=credit]").click()
    assert till.locator("#tender-credit").input_value() == "50.00"
    # More than the limit is refused with what is left, and the cart stays as it was.
    till.locator("#tender-account").fill("400")
    till.keyboard.press("Enter")
    till.get_by_text("300.00 EGP are left").wait_for()
    assert Sale.objects.get().status == "draft"
    till.locator("#tender-account").fill("300")
    till.keyboard.press("Enter")
    till.locator("[data-done-dialog]").wait_for()
    mona.balance.refresh_from_db()
    assert (mona.balance.owed, mona.balance.credit) == (Decimal(300), Decimal(0))
    paid = dict(Payment.objects.values_list("method", "amount"))
    assert paid == {"account": Decimal(300), "cash": Decimal(500), "store_credit": Decimal(50)}
    till.goto(till.locator("[data-receipt]").get_attribute("href"))
    till.get_by_text("123-456").wait_for()


@pytest.mark.long
def test_somebody_new_is_added_at_the_cart_and_comes_back_with_it(shop: Shop, till: Any) -> None:
    scan_code(till, "5901234123457")
    lines(till, 1)
    till.keyboard.press("F3")
    till.locator("#customer-search").fill("01001234567")
    till.keyboard.press("Enter")
    till.get_by_text("Nobody is found.").wait_for()
    till.locator("#new-name").fill("Omar")
    till.keyboard.press("Enter")
    till.locator("[data-customer-chosen]", has_text="Omar").wait_for()
    till.locator("[data-vehicle]").select_option("other")
    till.get_by_label("Make").fill("Nolist")
    till.keyboard.press("Enter")
    till.locator(".line-facts .status", has_text="fit not known").wait_for()
    summed(till)
    till.keyboard.press("F4")
    lines(till, 0)
    assert till.locator("[data-customer-chosen]").is_hidden()
    till.get_by_role("button", name="Parked carts").click()
    till.locator("[data-resume]", has_text="Omar").click()
    till.locator("[data-customer-chosen]", has_text="Omar").wait_for()
    assert Sale.objects.get().customer == Customer.objects.get(phone="+201001234567")


@pytest.mark.long
def test_what_is_not_there_is_noted_or_ordered(shop: Shop, till: Any) -> None:
    till.locator("#find").fill("zzz-999")
    till.locator("[data-lose]").wait_for()
    till.keyboard.press("F7")
    till.keyboard.press("Enter")
    till.get_by_text("Noted as a lost sale.").wait_for()
    noted = LostSale.objects.get()
    assert (noted.asked_for, noted.quantity, noted.reason, noted.part) == ("zzz-999", 1, "not_carried", None)
    # A chosen line is what is wanted; the customer is asked for first.
    CustomerFactory(shop=shop, name="Mona Adel")
    scan_code(till, "5901234123457")
    lines(till, 1)
    till.keyboard.press("F8")
    till.get_by_text("For whom is the part ordered?").wait_for()
    till.locator("[data-customer]").click()
    till.locator("#special-deposit").fill("1000")
    till.keyboard.press("Enter")
    till.get_by_text("A deposit is not more than the price.").wait_for()
    assert SpecialOrder.objects.count() == 0
    axe_check(till)
    shoot(till, "till-special-en")
    till.locator("#special-deposit").fill("200")
    till.keyboard.press("Enter")
    till.locator("[data-ordered-dialog]").wait_for()
    order = SpecialOrder.objects.get()
    assert till.locator("[data-ordered-number]").inner_text() == order.number
    assert (order.part, order.deposit) == (Part.objects.get(number="58101-1RA00"), Decimal(200))
    assert till.locator("[data-slip]").get_attribute("href") == f"/portal/till/special-orders/{order.pk}/slip"
    assert Payment.objects.get().amount == Decimal(200)


@pytest.mark.long
def test_clerks_switch_by_pin_and_an_idle_till_locks(shop: Shop, new_page: Any) -> None:
    device, other = MemberFactory(shop=shop, role=Role.CASHIER), MemberFactory(shop=shop, role=Role.MANAGER)
    for clerk, pin in ((device, "1357"), (other, "2468")):
        set_pin(clerk.pk, shop_id=shop.pk, pin=pin, actor=Actor.user(clerk.user, "portal"))
    CashSessionFactory(register=RegisterFactory(shop=shop, code="R1"))
    page = new_page(user=device.user)
    page.clock.install()
    page.goto("/portal/till")
    page.keyboard.press("F10")
    page.locator("[data-pin-members]").select_option(str(other.pk))
    page.locator("#pin").fill("9999")
    page.keyboard.press("Enter")
    page.get_by_text("This is not the PIN.").wait_for()
    axe_check(page)
    page.locator("#pin").fill("2468")
    page.keyboard.press("Enter")
    until(page, f"document.querySelector('[data-clerk-name]').textContent === '{other.user}'")
    scan_code(page, "5901234123457")
    lines(page, 1)
    summed(page)
    assert Sale.objects.get().clerk == other.user
    page.clock.fast_forward("11:00")
    page.get_by_text("The till was left alone.").wait_for()
    assert page.locator("[data-lines]").is_hidden()
    # Neither Escape nor a reload opens it; a scan is not heard.
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    scan_code(page, "5901234123457")
    page.reload()
    page.get_by_text("The till was left alone.").wait_for()
    page.locator("[data-pin-members]").select_option(str(device.pk))
    page.locator("#pin").fill("1357")
    page.keyboard.press("Enter")
    until(page, f"document.querySelector('[data-clerk-name]').textContent === '{device.user}'")
    lines(page, 1)
    assert page.locator("[data-quantity]").input_value() == "1"


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "ar"])
def test_receipt_goes_out_and_enter_serves_the_next(shop: Shop, new_page: Any, language: str) -> None:
    CashSessionFactory(register=RegisterFactory(shop=shop, code="R1"))
    page = new_page(user=MemberFactory(shop=shop, role=Role.CASHIER).user, language=language)
    page.goto("/portal/till")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    page.locator("[data-help-dialog]").wait_for()
    axe_check(page)
    shoot(page, f"till-keys-{language}")
    page.keyboard.press("Escape")
    scan_code(page, "5901234123457")
    lines(page, 1)
    summed(page)
    page.keyboard.press("F9")
    page.locator("[data-confirm]").click()
    page.locator("[data-done-dialog]").wait_for()
    sale = Sale.objects.get()
    assert page.locator("[data-link]").get_attribute("data-copy").endswith(f"/receipt/{sale.receipt_token}")
    assert page.request.get(page.locator("[data-roll]").get_attribute("href")).body()[:4] == b"%PDF"
    axe_check(page)
    shoot(page, f"till-done-{language}")
    sent: list[Any] = []

    def note(route: Any) -> None:
        sent.append(route.request.post_data_json)
        route.fulfill(status=202, json={})

    page.context.route(f"**/api/v1/sales/{sale.pk}/receipt/mail", note)
    page.locator("#mail-to").fill("mona@example.com")
    page.keyboard.press("Enter")
    page.locator("[data-mail-said]").wait_for()
    assert sent == [{"email": "mona@example.com"}]
    until(page, "document.activeElement.matches('[data-next]')")
    page.keyboard.press("Enter")
    until(page, "document.activeElement.matches('#find')")


@pytest.mark.long
def test_old_part_that_is_handed_over_saves_its_deposit(shop: Shop, till: Any) -> None:
    Part.objects.filter(number="58101-1RA00").update(core_charge=150)
    scan_code(till, "5901234123457")
    lines(till, 1)
    summed(till)
    assert "1,000.00" in till.locator("[data-sum=total]").inner_text()
    till.get_by_label("Old part handed over").check()
    until(till, "document.querySelector('[data-sum=total]').textContent.includes('850.00')")
    summed(till)
    assert till.get_by_label("Old part handed over").is_checked()


@pytest.mark.long
def test_what_a_quote_holds_is_taken_in_one_tap(shop: Shop, till: Any) -> None:
    part = Part.objects.get(number="58101-1RA00")
    order = ask(UserFactory(), parts=[{**PADS, "quantity": 4}])
    line = {"part_id": order.lines.get().pk, "available": True, "unit_price": Decimal(100)}
    sent = quote(order, shop, lines=[{**line, "stock_part_id": part.pk}])
    scan_code(till, "5901234123457")
    lines(till, 1)
    till.locator("[data-quantity]").fill("3")
    till.keyboard.press("Enter")
    till.get_by_text("3 wanted, 2 available.").wait_for()
    till.locator("[data-take-hold]").click()
    till.get_by_text("6 on hand, 6 available").wait_for()
    sent.refresh_from_db()
    assert sent.status == "withdrawn"
    assert till.locator("[data-take-hold]").count() == 0


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "ar"])
def test_till_passes_axe_and_fits_a_phone(shop: Any, new_page: Any, language: str) -> None:
    CashSessionFactory(register=RegisterFactory(shop=shop, code="R1"))
    page = new_page(user=MemberFactory(shop=shop, role=Role.CASHIER).user, language=language)
    customer = CustomerFactory(shop=shop, name="منى عادل", credit_limit=3000, customer_class="workshop")
    CustomerVehicle.objects.create(
        customer=customer, make_name="Hyundai", model_name="Accent", plate="س م 123"
    )
    CustomerBalance.objects.filter(customer=customer).update(credit=50)
    page.goto("/portal/till")
    page.keyboard.press("F3")
    page.locator("[data-customer]").click()
    scan_code(page, "5901234123457")
    lines(page, 1)
    page.locator(".line-facts .status").wait_for()
    scan_code(page, "18855-10060")
    page.locator("[data-take]").first.wait_for()
    summed(page)
    axe_check(page)
    shoot(page, f"till-{language}")
    page.set_viewport_size(TABLET)
    assert page.evaluate("document.documentElement.scrollWidth") <= 820
    picture(page, f"till-{language}-tablet")
    page.keyboard.press("F3")
    page.locator("[data-customer]").wait_for()
    axe_check(page)
    shoot(page, f"till-customer-{language}")
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.keyboard.press("F9")
    page.locator("[data-pay-dialog]").wait_for()
    axe_check(page)
    shoot(page, f"till-pay-{language}")
