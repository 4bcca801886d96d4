"""Special orders with their deposits, lost sales, and money for what customers owe."""

from decimal import Decimal as D
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from clutch.core.errors import Conflict, Invalid
from inventory.actions.holds import Wanted, hold_parts
from inventory.actions.misfits import Vehicle
from inventory.actions.stock import Units, receive_stock
from inventory.checks import differences
from inventory.enums import HoldKind
from inventory.ledger import Document
from inventory.models import Hold, Stock
from inventory.tests.factories import PartFactory
from sales.actions.accounts import pay_on_account
from sales.actions.lost_sales import record_lost_sale
from sales.actions.special_orders import (
    cancel_special_order,
    collect_special_order,
    order_special,
    special_order_arrived,
    take_special_order,
)
from sales.actions.voiding import void_sale
from sales.enums import SPECIAL_ORDER_TRANSITIONS, RefundBy, SpecialOrderStatus, Tender
from sales.models import AccountEntry, Customer, CustomerBalance, LostSale, Sale, SpecialOrder
from sales.reports import expected_cash, session_report
from sales.tests.acts import Till, as_member, books_of, cash, paid
from sales.tests.factories import CustomerFactory
from shops.enums import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def till() -> Till:
    """An open register with 200 in it."""
    return Till()


def take(till: Till, customer: Customer, **given: Any) -> SpecialOrder:
    """A bumper for 4,000, half of it paid ahead in cash."""
    asked: dict[str, Any] = {
        "description": "Front bumper", "quantity": 1, "unit_price": D(4000), "deposit": D(2000),
        "payments": [cash("2000")], "register_id": till.register.pk, **given,
    }  # fmt: skip
    return take_special_order(till.shop.pk, customer_id=customer.pk, actor=till.actor, **asked)


def test_deposit_is_owed_to_the_customer_until_the_part_is_collected(till: Till) -> None:
    customer = CustomerFactory(shop=till.shop)
    part = PartFactory(shop=till.shop, selling_price=4500)
    order = take(till, customer, part_id=part.pk, description="")
    year = order.created_at.astimezone(till.shop.zone).year
    assert (order.number, order.status, order.description) == (
        f"SO-{year}-000001",
        "waiting",
        "Front brake pads",
    )
    assert CustomerBalance.objects.get(customer=customer).deposit == 2000
    report = session_report(till.session)
    assert (report["deposits"], report["sales"]["total"], expected_cash(till.session)) == (
        "2000.00",
        "0.00",
        D(2200),
    )
    order_special(order.pk, shop_id=till.shop.pk, expected_on=timezone.now().date(), actor=till.actor)
    with pytest.raises(Conflict) as early:
        special_order_arrived(order.pk, shop_id=till.shop.pk, actor=till.actor)
    assert early.value.code == "not_enough_stock"
    keeper = as_member(till.shop, Role.STOREKEEPER)
    receive_stock(till.shop.pk, [Units(part.pk, 1, unit_cost=D(3000))], actor=keeper)
    special_order_arrived(order.pk, shop_id=till.shop.pk, actor=keeper)
    with pytest.raises(Conflict):
        till.sell((part, 1))
    sale = collect_special_order(
        order.pk, shop_id=till.shop.pk, register_id=till.register.pk, payments=[cash()], actor=till.actor
    )
    assert {row.method: row.amount for row in sale.payments.all()} == {"deposit": D(2000), "cash": D(2000)}
    # Agreed at 4,000 though 4,500 is asked now, and nobody's PIN was needed.
    assert (sale.total, sale.lines.get().cost) == (D(4000), D(3000))
    order.refresh_from_db()
    assert (order.status, order.sale, CustomerBalance.objects.get(customer=customer).deposit) == (
        "collected", sale, D(0),
    )  # fmt: skip
    assert Hold.objects.get().status == "consumed"
    assert [entry.amount for entry in AccountEntry.objects.order_by("at")] == [D(2000), D(-2000)]


def test_voided_collection_waits_again_with_its_deposit_and_its_part(till: Till) -> None:
    customer = CustomerFactory(shop=till.shop)
    part = PartFactory(shop=till.shop, on_hand=1)
    order = take(till, customer, part_id=part.pk)
    special_order_arrived(order.pk, shop_id=till.shop.pk, actor=till.actor)
    before = books_of(till.shop)

    def collect() -> Sale:
        return collect_special_order(
            order.pk, shop_id=till.shop.pk, register_id=till.register.pk, payments=[cash()], actor=till.actor
        )

    void_sale(collect().pk, shop_id=till.shop.pk, reason="x", actor=as_member(till.shop, Role.MANAGER))
    order.refresh_from_db()
    assert (order.status, order.sale, books_of(till.shop)) == ("arrived", None, before)
    with pytest.raises(Conflict):
        till.sell((part, 1))
    assert collect().status == "completed"
    assert differences() == []


@pytest.mark.parametrize(
    ("refund", "drawer", "credit"),
    [(RefundBy.CASH, 200, 0), (RefundBy.ORIGINAL, 200, 0), (RefundBy.STORE_CREDIT, 2200, 2000)],
)
def test_deposit_goes_back_when_it_is_given_up(
    till: Till, refund: RefundBy, drawer: int, credit: int
) -> None:
    customer = CustomerFactory(shop=till.shop)
    part = PartFactory(shop=till.shop, on_hand=1)
    order = take(till, customer, part_id=part.pk)
    special_order_arrived(order.pk, shop_id=till.shop.pk, actor=till.actor)
    cancel_special_order(
        order.pk, shop_id=till.shop.pk, reason="sold the car", refund=refund, register_id=till.register.pk,
        actor=till.actor,
    )  # fmt: skip
    balance = CustomerBalance.objects.get(customer=customer)
    assert expected_cash(till.session) == drawer
    assert (balance.credit, balance.deposit) == (D(credit), D(0))
    assert Hold.objects.get().status == "released"
    assert till.sell((part, 1)).status == "completed"


def test_what_is_wrong_with_a_special_order_is_said_at_its_field(till: Till) -> None:
    customer = CustomerFactory(shop=till.shop)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"description": " "}, "description"),
        ({"quantity": 0}, "quantity"),
        ({"unit_price": D("0.001")}, "unit_price"),
        ({"deposit": D(4001)}, "deposit"),
        ({"part_id": CustomerFactory().pk}, "part_id"),
        ({"payments": []}, "payments"),
    ]
    for change, field in wrong:
        with pytest.raises(Invalid) as refused:
            take(till, customer, **change)
        assert list(refused.value.fields) == [field]
    with pytest.raises(Invalid):
        take(till, CustomerFactory())
    assert not SpecialOrder.objects.exists()


VERBS: dict[str, Any] = {
    "ordered": lambda till, pk: order_special(pk, shop_id=till.shop.pk, actor=till.actor),
    "arrived": lambda till, pk: special_order_arrived(pk, shop_id=till.shop.pk, actor=till.actor),
    "collected": lambda till, pk: collect_special_order(
        pk, shop_id=till.shop.pk, register_id=till.register.pk, payments=[cash()], actor=till.actor
    ),
    "cancelled": lambda till, pk: cancel_special_order(
        pk, shop_id=till.shop.pk, reason="x", register_id=till.register.pk, actor=till.actor
    ),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", SpecialOrderStatus.values)
def test_special_order_goes_only_where_its_table_says(till: Till, status: str, verb: str) -> None:
    order = take(till, CustomerFactory(shop=till.shop))
    SpecialOrder.objects.filter(pk=order.pk).update(status=status)
    # A voided sale alone brings what was collected back.
    allowed = verb in SPECIAL_ORDER_TRANSITIONS[status] and (status, verb) != ("collected", "arrived")
    if allowed:
        VERBS[verb](till, order.pk)
        order.refresh_from_db()
        assert order.status == verb
    elif (status, verb) != ("collected", "arrived"):
        with pytest.raises(Conflict) as refused:
            VERBS[verb](till, order.pk)
        assert refused.value.code == "wrong_status"
        order.refresh_from_db()
        assert order.status == status


def test_customer_pays_what_they_owe_and_no_more(till: Till) -> None:
    customer = CustomerFactory(shop=till.shop)
    CustomerBalance.objects.filter(customer=customer).update(owed=500, credit=100)

    def pay(amount: str, *payments: Any) -> AccountEntry:
        return pay_on_account(
            till.shop.pk, customer_id=customer.pk, amount=D(amount), payments=list(payments),
            register_id=till.register.pk, actor=till.actor,
        )  # fmt: skip

    entry = pay("300", paid(Tender.STORE_CREDIT, "100"), cash("500"))
    assert (entry.amount, entry.balance_after, expected_cash(till.session)) == (D(-300), D(200), D(400))
    balance = CustomerBalance.objects.get(customer=customer)
    assert (balance.owed, balance.credit) == (D(200), D(0))
    assert session_report(till.session)["paidOnAccount"] == "300.00"
    for amount, payment in (("200.01", cash()), ("0", cash()), ("50", paid(Tender.ACCOUNT, "50"))):
        with pytest.raises(Invalid):
            pay(amount, payment)
    with pytest.raises(Conflict):
        pay("50", paid(Tender.STORE_CREDIT, "50"))


def test_lost_sale_keeps_what_was_asked_for(till: Till) -> None:
    part = PartFactory(shop=till.shop)
    record_lost_sale(
        till.shop.pk, asked_for="58101-1ra00", vehicle=Vehicle(make_name="Kia"), actor=till.actor
    )
    record_lost_sale(till.shop.pk, part_id=part.pk, quantity=2, actor=till.actor)
    record_lost_sale(till.shop.pk, asked_for="something for the door", actor=till.actor)
    rows = LostSale.objects.order_by("at")
    assert [(row.asked_for, row.part_key, row.quantity) for row in rows] == [
        ("58101-1ra00", "581011RA00", 1),
        ("Front brake pads", part.number_key, 2),
        ("something for the door", "", 1),
    ]
    with pytest.raises(Invalid) as refused:
        record_lost_sale(till.shop.pk, actor=till.actor)
    assert list(refused.value.fields) == ["asked_for"]


def test_orders_and_lost_sales_over_the_api(till: Till) -> None:
    from sales.tests.acts import api

    client, customer = api(till.cashier.user), CustomerFactory(shop=till.shop)
    lost = client.post("/api/v1/lost-sales", {"askedFor": "mirror", "vehicle": {"makeName": "Kia"}})
    assert (lost.status_code, lost.json()["askedFor"]) == (201, "mirror")
    assert client.get("/api/v1/lost-sales?reason=out_of_stock").json()["count"] == 1
    body = {
        "customerId": str(customer.pk), "description": "Front bumper", "unitPrice": "4000.00",
        "deposit": "2000.00", "payments": [{"method": "cash"}], "registerId": str(till.register.pk),
    }  # fmt: skip
    made = client.post("/api/v1/special-orders", body, headers={"Idempotency-Key": "so-1"})
    assert made.status_code == 201, made.json()
    assert (
        client.post("/api/v1/special-orders", body, headers={"Idempotency-Key": "so-1"}).json() == made.json()
    )
    path = f"/api/v1/special-orders/{made.json()['specialOrderId']}"
    assert client.post(f"{path}/ordered", {"expectedOn": "2026-12-24"}).json()["status"] == "ordered"
    assert client.post(f"{path}/arrived").json()["status"] == "arrived"
    register = {"registerId": str(till.register.pk)}
    sold = client.post(f"{path}/collect", {"payments": [{"method": "cash"}], **register})
    assert (sold.status_code, sold.json()["total"]) == (201, "4000.00")
    assert client.get(path).json()["saleId"] == sold.json()["saleId"]
    assert client.post(f"{path}/cancel", {"reason": "x"}).json()["code"] == "wrong_status"
    CustomerBalance.objects.filter(customer=customer).update(owed=500)
    owed = {
        "customerId": str(customer.pk), "amount": "200.00",
        "payments": [{"method": "transfer", "amount": "200.00"}],
    }  # fmt: skip
    paid_ = client.post("/api/v1/account-payments", owed)
    assert (paid_.status_code, paid_.json()["balanceAfter"]) == (201, "300.00")
    assert Stock.objects.count() == 0


def test_what_quotes_hold_beside_it_does_not_keep_a_special_order_from_its_customer(till: Till) -> None:
    """Three are there: one is kept for the customer, two are in a quote. Nobody's unit is taken."""
    customer = CustomerFactory(shop=till.shop)
    part = PartFactory(shop=till.shop, on_hand=3)
    order = take(till, customer, part_id=part.pk)
    special_order_arrived(order.pk, shop_id=till.shop.pk, actor=till.actor)
    hold_parts(
        till.shop.pk, [Wanted(part.pk, 2)], kind=HoldKind.SOFT, document=Document("quote", uuid4(), "Q"),
        expires_at=None, actor=till.actor,
    )  # fmt: skip
    sale = collect_special_order(
        order.pk, shop_id=till.shop.pk, register_id=till.register.pk, payments=[cash()], actor=till.actor
    )
    assert sale.status == "completed"
    open_now = Hold.objects.filter(status="open").values_list("kind", "quantity")
    assert (list(open_now), Stock.objects.get(part=part).on_hand) == ([("soft", 2)], 2)
