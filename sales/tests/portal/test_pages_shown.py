"""Every page of past sales, looked at in a browser at both widths and in both languages."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from clutch.live.tests.browser import at_url, in_both_languages, look_at
from inventory.tests.factories import PartFactory
from sales.actions.customers import add_customer
from sales.actions.lost_sales import record_lost_sale
from sales.actions.returns import exchange
from sales.actions.special_orders import special_order_arrived, take_special_order
from sales.enums import Tender
from sales.inputs import BackInput, LineInput, PaymentInput, ReturnInput
from sales.models import SaleReturn
from sales.tests.acts import Till, as_member, cash, member
from sales.tests.factories import CustomerFactory, RegisterFactory
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
    page.goto(f"/portal/sales/{sale.pk}/return")
    page.locator("[data-line] [data-step='1']").first.click()
    page.locator("[data-line] select").first.select_option("does_not_fit")
    page.locator("[data-find-part]").fill(kit.number)
    page.keyboard.press("Enter")
    page.locator("[data-taken] li").wait_for()
    page.locator("[data-confirm]").wait_for()
    yield "sale-return"
    page.goto(f"/portal/returns/{SaleReturn.objects.get().pk}")
    yield "credit-note"
    page.goto("/portal/cores")
    yield "cores"


def customers(page: Any, till: Till) -> Iterator[str]:
    """The list, the form, a customer with all that there was, the questions."""
    page.goto("/portal/customers")
    yield "customers-empty"
    page.goto("/portal/customers/new")
    yield "customer-new"
    owner = as_member(till.shop, Role.OWNER)
    given: Any = {
        "name": "ورشة النيل", "company": "Nile Co", "phone": "01001234567", "customer_class": "workshop",
        "email": "nile@example.org", "tags": ["vans"], "credit_limit": Decimal(2000), "terms_days": 30,
        "notes": "Closed on Fridays",
    }  # fmt: skip
    vehicles: Any = [{"make": "Hyundai", "model": "H-1", "year": 2016, "plate": "س ص ع 1234"}]
    customer = add_customer(till.shop.pk, given=given, vehicles=vehicles, actor=owner)
    twin = CustomerFactory(shop=till.shop, name="Nile", phone="+201001234567")
    pads = PartFactory(shop=till.shop, on_hand=9, selling_price=850)
    owed = [PaymentInput(Tender.ACCOUNT, Decimal(1700))]
    till.sell((pads, 2), customer_id=customer.pk, payments=owed)
    till.sell((pads, 1), customer_id=customer.pk, payments=[cash("1000")])
    page.goto("/portal/customers")
    yield "customers"
    page.goto("/portal/customers?q=nobody")
    yield "customers-none"
    page.goto("/portal/customers/import")
    yield "customers-import"
    rows = "Name,Phone,Limit\nMona,01112223334,500\nNobody,12,much\n"
    page.set_input_files("#id_file", {"name": "c.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    page.click("main form button.btn-primary")
    at_url(page, "**/portal/customers/import/*")
    yield "customers-import-check"
    acts = ("edit", "history", "statement", "credit", "status", "pay", "store-credit", "erase")
    for act in ("", *acts, "vehicles/new", f"merge/{twin.pk}"):
        page.goto(f"/portal/customers/{customer.pk}/{act}".rstrip("/"))
        yield f"customer-{act.split('/')[0] or 'page'}"


def the_drawer(page: Any, till: Till) -> Iterator[str]:
    """Registers, cash in and out, the X report, the count, the Z report."""
    RegisterFactory(shop=till.shop, code="R2", name="Back counter")
    till.sell((PartFactory(shop=till.shop, on_hand=9), 2), payments=[cash("2000")])
    session = f"/portal/cash/{till.session.pk}"
    page.goto("/portal/cash")
    yield "cash"
    page.goto(f"{session}/out")
    yield "cash-out"
    page.goto(session)
    page.locator("a[href$='/out']").click()
    page.locator("#ask [name=amount]").fill("50")
    page.locator("#ask [name=reason]").fill("Tea and sugar")
    page.keyboard.press("Enter")
    page.get_by_text("Tea and sugar").wait_for()
    yield "cash-x"
    page.goto(f"{session}/close")
    page.locator("[data-coin='200']").fill("9")
    page.locator("main form button.btn-primary").click()
    page.locator("[data-error-summary]").wait_for()
    yield "cash-difference"
    page.locator("[name=note]").fill("Two notes were given by mistake")
    page.locator("main form button.btn-primary").click()
    page.locator("#session-state .figures").wait_for()
    yield "cash-z"
    page.goto("/portal/cash")
    yield "cash-closed"


def what_else_a_counter_does(page: Any, till: Till) -> Iterator[str]:
    """Credit notes, a return without a receipt, special orders, lost sales, settings."""
    kit = PartFactory(shop=till.shop, on_hand=9, name="Clutch kit with bearing and disc")
    page.goto("/portal/returns")
    yield "returns-empty"
    page.goto("/portal/returns/new")
    page.locator("[data-find-part]").fill(kit.number)
    page.keyboard.press("Enter")
    page.locator("[data-confirm]").wait_for()
    yield "return-loose"
    page.locator("[name=phone]").fill("01001234567")
    page.locator("[name=phone]").blur()
    page.locator("[data-confirm]").click()
    page.locator("article.receipt").wait_for()
    page.goto("/portal/returns")
    yield "returns"
    page.goto("/portal/special-orders")
    yield "special-empty"
    order = take_special_order(
        till.shop.pk, customer_id=CustomerFactory(shop=till.shop).pk, part_id=kit.pk, quantity=1,
        unit_price=Decimal(900), deposit=Decimal(300), payments=[cash()], register_id=till.register.pk,
        actor=till.actor,
    )  # fmt: skip
    special_order_arrived(order.pk, shop_id=till.shop.pk, actor=till.actor)
    page.goto("/portal/special-orders?view=arrived")
    yield "special"
    page.goto(f"/portal/special-orders/{order.pk}/collect")
    yield "special-collect"
    for text in ("Radiator cap", "radiator cap", "04465-33471"):
        record_lost_sale(till.shop.pk, asked_for=text, actor=till.actor)
    page.goto("/portal/lost-sales")
    yield "lost-sales"
    page.goto("/portal/counter-settings")
    yield "counter-settings"
    page.goto(f"/portal/counter-settings/pins/{till.cashier.pk}")
    yield "counter-pin"


@in_both_languages
@pytest.mark.parametrize("walk", [past_sales, customers, the_drawer, what_else_a_counter_does])
def test_pages_after_the_till(new_page: Any, language: str, walk: Any) -> None:
    till = Till()
    page = new_page(language=language, user=member(till.shop, Role.OWNER).user)
    look_at(page, walk(page, till))
