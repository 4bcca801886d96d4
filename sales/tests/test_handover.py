"""Orders of the platform become sales when they are handed over: same takings, tax, stock and returns."""

from decimal import Decimal as D
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from clutch.accounts.tests.factories import UserFactory
from clutch.core.errors import Conflict, Invalid, NotAllowed
from clutch.feed.actor import Actor
from inventory.actions.holds import Wanted, hold_parts
from inventory.checks import differences
from inventory.enums import HoldKind
from inventory.ledger import Document
from inventory.models import Hold, Misfit, Movement, Part, Stock
from inventory.tests.factories import PartFactory
from orders import ledger
from orders.actions import payment
from orders.models import Order
from orders.tests.acts import FILTER, PADS, accept, as_member, ask, offers_for, quote
from orders.tests.paying import bought, deliver, faults, fulfil, prepare, run_payment_jobs, ship
from sales.actions.handover import sell_handed_over
from sales.actions.returns import take_return
from sales.actions.voiding import void_sale
from sales.enums import RefundBy, ReturnReason
from sales.inputs import BackInput, ReturnInput
from sales.models import CoreDeposit, Sale, SaleReturn
from sales.reports import expected_cash
from sales.tests.acts import Till
from sales.tests.factories import CustomerFactory
from shops.enums import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def till() -> Till:
    """An open register of the shop."""
    return Till()


@pytest.fixture
def pads(till: Till) -> Part:
    """Five sets of the pads that `PADS` names, bought at 500."""
    part: Part = PartFactory(shop=till.shop, number="58101-1RA00", on_hand=5)
    return part


def handed_over(till: Till, part: Part, quantity: int = 2, **offer: Any) -> Order:
    """An order for pads from stock and a filter that the shop gets, paid at the door."""
    order = ask(UserFactory(), parts=[{**PADS, "quantity": quantity}, FILTER])
    offers = offers_for(order, "570.00")
    offers[0] |= {"stock_part_id": part.pk, **offer}
    accept(order, quote(order, till.shop, lines=offers))
    order.refresh_from_db()
    prepare(order)
    ship(order)
    deliver(order)
    order.refresh_from_db()
    return order


def test_order_becomes_a_sale_with_its_takings_tax_and_stock(till: Till, pads: Part) -> None:
    order = handed_over(till, pads, core_charge=D(25))
    sale = Sale.objects.get()
    assert (sale.order, sale.channel, sale.status) == (order, "platform", "completed")
    assert sale.number == f"PL-{sale.created_at.astimezone(till.shop.zone).year}-000001"
    assert sale.total == order.total == D("2380.00")
    assert (sale.core_total, sale.delivery_fee) == (D(50), D(50))
    # 14/114 of 1140, of 1140 and of the delivery.
    assert sale.tax_total == D("140.00") * 2 + D("6.14")
    first, second = sale.lines.all()
    assert (first.part, first.quantity, first.cost) == (pads, 2, D(1000))
    assert (second.part, second.name, second.cost) == (None, "Oil filter", None)
    [paid] = sale.payments.all()
    assert (paid.method, paid.amount, paid.reference, paid.session) == (
        "on_delivery", order.total, order.number, None,
    )  # fmt: skip
    assert Stock.objects.get(part=pads).on_hand == 3
    move = Movement.objects.get(part=pads, kind="sale")
    assert (move.document_kind, move.document_id) == ("sale", sale.pk)
    assert [hold.status for hold in Hold.objects.filter(document_id=order.pk)] == ["consumed"]
    assert CoreDeposit.objects.get().quantity == 2
    assert differences() == []


def test_only_once_however_often_it_is_said(till: Till, pads: Part) -> None:
    order = handed_over(till, pads)
    again = sell_handed_over(order.pk, Actor.beat())
    assert again == Sale.objects.get()
    assert Stock.objects.get(part=pads).on_hand == 3


def test_what_the_books_do_not_have_is_a_line_without_a_part(till: Till, pads: Part) -> None:
    handed_over(till, pads, quantity=7)
    lines = Sale.objects.get().lines.filter(name="Front brake pads")
    assert [(line.part, line.quantity, line.net + line.tax) for line in lines] == [
        (pads, 5, D("2850.00")), (None, 2, D("1140.00")),
    ]  # fmt: skip
    assert Stock.objects.get(part=pads).on_hand == 0
    assert differences() == []


def test_known_customer_of_the_shop_has_it_in_their_history(till: Till, pads: Part) -> None:
    buyer = UserFactory()
    customer = CustomerFactory(shop=till.shop, user=buyer)
    order = ask(buyer, parts=[PADS])
    accept(order, quote(order, till.shop))
    order.refresh_from_db()
    for step in (prepare, ship, deliver):
        step(order)
    assert Sale.objects.get().customer == customer


def test_it_comes_back_like_any_other(till: Till, pads: Part) -> None:
    order = handed_over(till, pads)
    sale, cashier = Sale.objects.get(), till.actor
    with pytest.raises(Conflict) as refused:
        void_sale(sale.pk, shop_id=till.shop.pk, reason="x", actor=as_member(till.shop, Role.OWNER))
    assert refused.value.code == "not_voidable"
    back = BackInput(sale.lines.all()[0].pk, 1, reason=ReturnReason.DOES_NOT_FIT)
    given = ReturnInput([back], register_id=till.register.pk)
    note = take_return(sale.pk, shop_id=till.shop.pk, given=given, actor=cashier)
    assert [(row.method, row.amount) for row in note.payments.all()] == [("cash", D(-570))]
    assert expected_cash(till.session) == 200 - 570
    assert Stock.objects.get(part=pads).on_hand == 4
    misfit = Misfit.objects.get()
    assert (misfit.make_name, misfit.model_name, misfit.year) == ("Hyundai", "Accent", 2018)
    assert order.status == "delivered"


def test_card_money_goes_back_through_the_platform_by_who_may() -> None:
    order = bought("card")
    fulfil(order)
    run_payment_jobs()
    sale = Sale.objects.get()
    assert [(row.method, row.amount) for row in sale.payments.all()] == [("platform", D("350.00"))]
    given = ReturnInput([BackInput(sale.lines.all()[0].pk, 1)], refund=RefundBy.ORIGINAL)
    shop_id = sale.shop_id
    with pytest.raises(NotAllowed):
        take_return(sale.pk, shop_id=shop_id, given=given, actor=as_member(sale.shop, Role.CASHIER))
    note = take_return(sale.pk, shop_id=shop_id, given=given, actor=as_member(sale.shop, Role.OWNER))
    run_payment_jobs()
    assert [(row.method, row.amount) for row in note.payments.all()] == [("platform", D(-100))]
    assert ledger.balance(order.pk).refunded == D(100)
    assert faults() == []
    rest = ledger.balance(order.pk).refundable
    payment.refund(order.pk, amount=rest, reason="all of it", actor=as_member(sale.shop, Role.OWNER))
    last = ReturnInput([BackInput(sale.lines.all()[1].pk, 1)], refund=RefundBy.ORIGINAL)
    with pytest.raises(Invalid):
        take_return(sale.pk, shop_id=shop_id, given=last, actor=as_member(sale.shop, Role.OWNER))
    assert SaleReturn.objects.count() == 1


@pytest.mark.parametrize("lapsed", [False, True])
def test_what_quotes_hold_of_the_rest_does_not_stop_an_order(till: Till, pads: Part, lapsed: bool) -> None:
    """The goods are out, whatever a quote has promised since, even past the order's hold."""
    order = ask(UserFactory(), parts=[{**PADS, "quantity": 2}])
    sent = quote(order, till.shop, lines=offers_for(order, stock_part_id=pads.pk))
    accept(order, sent)
    if lapsed:
        Hold.objects.filter(document_id=order.pk).update(expires_at=timezone.now())
    hold_parts(
        till.shop.pk, [Wanted(pads.pk, 5 if lapsed else 3)], kind=HoldKind.SOFT,
        document=Document("quote", uuid4(), "Q"), expires_at=None, actor=Actor.beat(),
    )  # fmt: skip
    order.refresh_from_db()
    prepare(order)
    ship(order)
    deliver(order)
    assert Sale.objects.get().lines.get().part_id == pads.pk
    open_hard = Hold.objects.filter(kind="hard", status="open").count()
    assert (Stock.objects.get(part=pads).on_hand, open_hard) == (3, 0)
