"""Credit notes, returns without a receipt, special orders, lost sales, the counter's settings."""

import re
from decimal import Decimal as D
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory.models import Stock
from inventory.tests.factories import PartFactory
from sales.actions.lost_sales import record_lost_sale
from sales.actions.pins import check_pin, set_pin
from sales.actions.special_orders import take_special_order
from sales.models import (
    ClerkPin,
    CoreDeposit,
    CustomerBalance,
    Register,
    Sale,
    SaleReturn,
    SpecialOrder,
    TillPolicy,
)
from sales.reports import expected_cash
from sales.tests.acts import Till, as_member, cash, member
from sales.tests.factories import CustomerFactory
from shops.enums import Role
from shops.rules import PERMISSIONS, Act
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def till() -> Till:
    return Till()


def signed_in(till: Till, role: Role = Role.CASHIER) -> Client:
    client = Client()
    client.force_login(member(till.shop, role).user)
    return client


def special(till: Till, **given: Any) -> SpecialOrder:
    part = PartFactory(shop=till.shop, on_hand=3)
    order: SpecialOrder = take_special_order(
        till.shop.pk, customer_id=CustomerFactory(shop=till.shop).pk, part_id=part.pk, quantity=1,
        unit_price=D(900), deposit=D(300), payments=[cash()], register_id=till.register.pk,
        actor=till.actor, **given,
    )  # fmt: skip
    return order


PAGES = {
    "cores": Act.SEE_SALES,
    "returns": Act.SEE_SALES,
    "returns/new": Act.TAKE_RETURN,
    "returns/new/found?code=x": Act.TAKE_RETURN,
    "special-orders": Act.SEE_SALES,
    "special-orders?view=done": Act.SEE_SALES,
    "special-orders/{order}/ordered": Act.SELL,
    "special-orders/{order}/arrived": Act.SELL,
    "special-orders/{order}/collect": Act.SELL,
    "special-orders/{order}/cancel": Act.SELL,
    "lost-sales": Act.SEE_SALES,
    "counter-settings": Act.SELL,
    "counter-settings/registers": Act.SET_TILL_POLICY,
    "counter-settings/registers/{register}": Act.SET_TILL_POLICY,
}


def paths(till: Till, order: SpecialOrder) -> dict[str, Act]:
    names = {"order": order.pk, "register": till.register.pk}
    return {f"/portal/{path.format(**names)}": act for path, act in PAGES.items()}


@pytest.mark.parametrize("role", Role)
def test_pages_are_for_who_may(till: Till, role: Role) -> None:
    wanted = paths(till, special(till))
    client = signed_in(till, role)
    found = {path: client.get(path).status_code for path in wanted}
    assert found == {path: 200 if role in PERMISSIONS[act] else 403 for path, act in wanted.items()}


def test_what_another_shop_has_does_not_exist(till: Till) -> None:
    order = special(till)
    stranger = Client()
    stranger.force_login(MemberFactory(shop=ShopFactory()).user)
    own = [path for path in paths(till, order) if str(order.pk) in path or str(till.register.pk) in path]
    own.append(f"/portal/counter-settings/pins/{till.cashier.pk}")
    said = {"reason": "x", "refund": "cash", "pay_by": "cash", "name": "x", "pin": "8264", "again": "8264"}
    assert {stranger.get(path).status_code for path in own} == {404}
    assert {stranger.post(path, said).status_code for path in own} == {404}
    assert {Client().get(path).status_code for path in own} == {302}
    order.refresh_from_db()
    assert (order.status, ClerkPin.objects.count(), Sale.objects.count()) == ("waiting", 0, 0)
    assert order.number not in stranger.get("/portal/special-orders").content.decode()


def test_without_a_receipt_the_lowest_price_is_shown_and_then_given(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=3, selling_price=100)
    boss = member(till.shop, Role.MANAGER)
    set_pin(boss.pk, shop_id=till.shop.pk, pin="8264", actor=as_member(till.shop, Role.MANAGER))
    client = signed_in(till)
    form = {
        f"taken-{part.pk}": "2",
        "condition": "resaleable",
        "reason": "not_needed",
        "phone": "01001234567",
    }
    page = client.post("/portal/returns/new/preview", form).content.decode()
    stamp = re.search(r'name="shown" value="([^"]+)"', page)
    assert stamp is not None
    assert "EGP 200.00 as store credit" in page.replace("\xa0", " ")
    given = {**form, "shown": stamp[1], "approver": str(boss.pk), "pin": "8264"}
    refused = [
        {**given, "shown": "1.00"}, {**given, "pin": "1111"}, {**given, "phone": ""},
        {name: value for name, value in given.items() if not name.startswith("taken")},
    ]  # fmt: skip
    assert [client.post("/portal/returns/new", said).status_code for said in refused] == [422] * 4
    assert SaleReturn.objects.count() == 0
    done = client.post("/portal/returns/new", {**given, "idempotency_key": str(uuid4())})
    note = SaleReturn.objects.get()
    assert done["Location"] == f"/portal/returns/{note.pk}"
    assert (CustomerBalance.objects.get().credit, note.approved_by) == (D(200), boss.user)
    assert Stock.objects.get(part=part).on_hand == 5
    assert note.number in client.get("/portal/returns", {"q": note.number[-4:]}).content.decode()


def test_special_order_goes_from_waiting_to_the_customer(till: Till) -> None:
    order = special(till)
    client = signed_in(till)
    path = f"/portal/special-orders/{order.pk}"
    assert client.post(f"{path}/ordered", {"expected_on": "2030-01-02"}).status_code == 302
    assert "expected 2 Jan 2030" in client.get("/portal/special-orders").content.decode()
    assert client.post(f"{path}/arrived", {}).status_code == 302
    assert order.number in client.get("/portal/special-orders?view=arrived").content.decode()
    page = client.get(f"{path}/collect").content.decode().replace("\xa0", " ")
    assert "still pays EGP 600.00" in page
    assert client.post(f"{path}/collect", {"pay_by": "cash", "tendered": "500"}).status_code == 422
    assert Sale.objects.count() == 0
    assert client.post(f"{path}/collect", {"pay_by": "card", "reference": "1234"}).status_code == 302
    sale = Sale.objects.get()
    assert sorted((row.method, row.amount) for row in sale.payments.all()) == [
        ("card", D(600)), ("deposit", D(300)),
    ]  # fmt: skip
    assert sale.number in client.get("/portal/special-orders?view=done").content.decode()


def test_special_order_given_up_gives_its_deposit_back(till: Till) -> None:
    order = special(till)
    client = signed_in(till)
    assert expected_cash(till.session) == D(500)
    path = f"/portal/special-orders/{order.pk}/cancel"
    assert client.post(path, {"reason": "", "refund": "cash"}).status_code == 422
    assert client.post(path, {"reason": "Found one", "refund": "original"}).status_code == 302
    order.refresh_from_db()
    assert (order.status, expected_cash(till.session)) == ("cancelled", D(200))


def test_lost_sales_are_counted_however_they_were_typed(till: Till) -> None:
    part = PartFactory(shop=till.shop, number="58101-1RA00")
    asked: list[dict[str, Any]] = [
        {"asked_for": "Radiator cap"}, {"asked_for": "radiator cap", "quantity": 2},
        {"asked_for": "58101 1ra00"}, {"part_id": part.pk}, {"part_id": part.pk},
    ]  # fmt: skip
    for given in asked:
        record_lost_sale(till.shop.pk, actor=till.actor, **given)
    page = " ".join(signed_in(till).get("/portal/lost-sales").content.decode().split())
    assert ("asked for 3 times" in page, "asked for 2 times" in page) == (True, True)
    assert f"/portal/parts/{part.pk}" in page
    assert page.index("asked for 3 times") < page.index("asked for 2 times")


def test_settings_are_saved_by_who_may_and_refused_where_they_are_wrong(till: Till) -> None:
    said = {
        "prices_include_tax": "on", "standard_rate": "14", "reduced_rate": "5", "cash_rounding": "0.25",
        "cashier_discount_percent": "7.5", "return_days": "30", "restocking_percent": "10",
        "core_days": "60", "receipt_footer": "Come again", "needs_session": "on",
    }  # fmt: skip
    owner, path = signed_in(till, Role.OWNER), "/portal/counter-settings"
    assert 'name="standard_rate"' not in signed_in(till).get(path).content.decode()
    assert signed_in(till).post(path, said).status_code == 403
    assert owner.post(path, {**said, "standard_rate": "101"}).status_code == 422
    assert TillPolicy.objects.count() == 0
    assert owner.post(path, said).status_code == 302
    policy = TillPolicy.objects.get()
    assert (policy.cashier_discount_percent, policy.cash_rounding, policy.return_days) == (
        D("7.50"), D("0.25"), 30,
    )  # fmt: skip
    assert owner.post(path, {**said, "version": str(policy.version - 1)}).status_code == 422
    added = owner.post(f"{path}/registers", {"code": "R2", "name": "Back"})
    assert (added.status_code, Register.objects.get(code="R2").name) == (302, "Back")
    taken = owner.post(f"{path}/registers/{till.register.pk}", {"name": "Front"})
    assert (taken.status_code, "Close the register first." in taken.content.decode()) == (422, True)
    assert (
        owner.post(f"{path}/registers/{Register.objects.get(code='R2').pk}", {"name": "Yard"}).status_code
        == 302
    )
    assert (Register.objects.get(code="R2").name, Register.objects.get(code="R2").is_active) == (
        "Yard",
        False,
    )


def test_one_sets_the_own_pin_and_a_manager_those_of_others(till: Till) -> None:
    boss, owner = member(till.shop, Role.MANAGER), member(till.shop, Role.OWNER)
    clerk, manager = signed_in(till), signed_in(till, Role.MANAGER)

    def put(client: Client, of: Any, pin: str = "8264", again: str = "8264") -> int:
        said = {"pin": pin, "again": again}
        return client.post(f"/portal/counter-settings/pins/{of.pk}", said).status_code

    assert [put(clerk, till.cashier, again="8265"), put(clerk, till.cashier, "1234", "1234")] == [422, 422]
    assert [put(clerk, boss), put(manager, owner)] == [404, 404]
    assert ClerkPin.objects.count() == 0
    assert [put(clerk, till.cashier), put(manager, boss), put(manager, till.cashier, "7391", "7391")] == [
        302
    ] * 3
    found = check_pin(till.shop.pk, member_id=till.cashier.pk, pin="7391", actor=till.actor)
    assert found == till.cashier


def test_old_parts_that_are_awaited_are_listed_until_they_run_out(till: Till) -> None:
    sale = till.sell((PartFactory(shop=till.shop, on_hand=3, core_charge=150), 2))
    client, path = signed_in(till), "/portal/cores"
    assert (sale.number in client.get(path).content.decode()) is True
    CoreDeposit.objects.update(expires_at=timezone.now())
    assert "No old part is awaited" in client.get(path).content.decode()


@pytest.mark.parametrize(
    "path", ["/portal/special-orders", "/portal/returns", "/portal/lost-sales", "/portal/cores"]
)
def test_lists_cost_the_same_for_one_and_for_three(till: Till, path: str) -> None:
    client = signed_in(till)
    counts: set[int] = set()
    for more in (1, 2):
        for n in range(more):
            special(till)
            till.sell((PartFactory(shop=till.shop, on_hand=3, core_charge=150), 1))
            record_lost_sale(till.shop.pk, asked_for=f"Cap {more}{n}", actor=till.actor)
            SaleReturn.objects.create(
                shop=till.shop,
                number=f"CR-{more}{n}",
                currency="EGP",
                goods_total=1,
                tax_total=0,
                refund_total=1,
            )
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        counts.add(len(seen))
    assert len(counts) == 1
