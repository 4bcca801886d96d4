"""Tills at one moment, on real threads and real commits: never one too many, and each loser told.

Each race has a control with its lock off that shows it.
"""

from contextlib import ExitStack
from decimal import Decimal as D
from functools import partial
from unittest.mock import patch

import pytest
from django.db import IntegrityError

from clutch.core.errors import Conflict
from clutch.core.models import NumberSeries
from clutch.core.tests.race import losers, side_by_side, winners
from clutch.feed.actor import Actor
from inventory import queries
from inventory.checks import differences
from inventory.models import Movement, Stock
from inventory.tests.factories import PartFactory
from orders.tests.paying import bought, fulfil
from sales.actions import returns, voiding
from sales.actions.accounts import pay_on_account
from sales.actions.carts import save_cart
from sales.actions.checkout import complete_sale
from sales.actions.handover import sell_handed_over
from sales.actions.pins import check_pin, set_pin
from sales.actions.registers import close_session, open_session
from sales.enums import Tender
from sales.inputs import BackInput, ReturnInput
from sales.models import (
    AccountEntry,
    CashSession,
    ClerkPin,
    CustomerBalance,
    Payment,
    Sale,
)
from sales.queries import returned_units
from sales.reports import expected_cash
from sales.tests.acts import Till, as_member, cash, paid
from sales.tests.concurrency.tools import (
    meeting,
    plain_balance,
    plain_open_session,
    plain_sale,
    plain_session,
    plain_stocks,
)
from sales.tests.factories import CashSessionFactory, CustomerFactory, RegisterFactory
from shops.enums import Role
from shops.tests.factories import MemberFactory

pytestmark = pytest.mark.django_db(transaction=True)
TILLS = 20


def tills(count: int) -> list[Till]:
    """As many open registers of one shop."""
    first = Till()
    found = [first]
    for n in range(1, count):
        other = Till.__new__(Till)
        other.shop, other.cashier, other.actor = first.shop, first.cashier, first.actor
        other.register = RegisterFactory(shop=first.shop, code=f"T{n}")
        other.session = CashSessionFactory(
            register=other.register, shop=first.shop, opened_by=first.cashier.user
        )
        found.append(other)
    return found


def test_twenty_tills_sell_the_last_units_of_the_same_parts() -> None:
    """Each wants one of three parts in its own order; there are enough for some of them."""
    counters = tills(TILLS)
    parts = [PartFactory(shop=counters[0].shop, on_hand=units, selling_price=100) for units in (12, 30, 15)]
    calls = []
    for n, till in enumerate(counters):
        lines = [(part, 1) for part in (parts[n % 3 :] + parts[: n % 3])]
        calls.append(partial(till.sell, *lines))
    outcomes = side_by_side(calls)
    sold, refused = winners(outcomes), losers(outcomes)
    assert (len(sold), len(refused)) == (12, 8)
    assert {type(error) for error in refused} == {Conflict}
    assert all(error.code == "not_enough_stock" and error.extra["parts"] for error in refused)  # type: ignore[attr-defined]
    left = {stock.part_id: stock.on_hand for stock in Stock.objects.all()}
    assert [left[part.pk] for part in parts] == [0, 18, 3]
    # The loser's number came back: every register that sold gave its first one.
    assert {sale.number[-6:] for sale in sold} == {"000001"}
    assert Payment.objects.count() == Sale.objects.exclude(number="").count() == 12
    assert differences() == []


def test_one_register_gives_numbers_without_gaps_whoever_fails() -> None:
    till = Till()
    part = PartFactory(shop=till.shop, on_hand=9, selling_price=100)
    outcomes = side_by_side([partial(till.sell, (part, 1)) for _ in range(14)])
    numbers = sorted(int(sale.number[-6:]) for sale in winners(outcomes))
    assert numbers == list(range(1, 10))
    series = NumberSeries.objects.get(name__startswith=f"sale/{till.shop.pk}/R1/")
    assert series.last == 9
    assert expected_cash(till.session) == 200 + 900


@pytest.mark.parametrize("locked", [False, True])
def test_last_unit_is_sold_once(locked: bool) -> None:
    first, second = tills(2)
    part = PartFactory(shop=first.shop, on_hand=1)
    with ExitStack() as stack:
        if not locked:
            stack.enter_context(patch("inventory.locks.stocks", plain_stocks))
        stack.enter_context(meeting("inventory.queries.left_for_counter", queries.left_for_counter))
        outcomes = side_by_side([partial(till.sell, (part, 1)) for till in (first, second)])
    if locked:
        assert (len(winners(outcomes)), Stock.objects.get(part=part).on_hand) == (1, 0)
    else:
        # Both saw one; the sequence of the ledger alone stops the second, as an error that no till expects.
        assert [type(error) for error in losers(outcomes)] == [IntegrityError]


@pytest.mark.parametrize("locked", [False, True])
def test_unit_comes_back_once(locked: bool) -> None:
    till = Till()
    part = PartFactory(shop=till.shop, on_hand=3, selling_price=100)
    sale = till.sell((part, 3))
    given = ReturnInput([BackInput(sale.lines.get().pk, 2)], register_id=till.register.pk)
    call = partial(returns.take_return, sale.pk, shop_id=till.shop.pk, given=given, actor=till.actor)
    with ExitStack() as stack:
        if not locked:
            stack.enter_context(patch("sales.locks.sale", plain_sale))
        wait = 0.5 if locked else 10
        stack.enter_context(meeting("sales.actions.backs.returned_units", returned_units, seconds=wait))
        outcomes = side_by_side([call, call])
    back = sum(returned_units(sale.pk).values())
    # Without the lock both find the units there; only the money that is left of the sale stops the second.
    code = "more_than_sold" if locked else "paid_less"
    assert [error.code for error in losers(outcomes)] == [code]  # type: ignore[attr-defined]
    assert (back, expected_cash(till.session)) == (2, D(300))


def test_more_than_was_sold_never_comes_back_in_many_hands() -> None:
    till = Till()
    part = PartFactory(shop=till.shop, on_hand=5, selling_price=100)
    sale = till.sell((part, 5))
    given = ReturnInput([BackInput(sale.lines.get().pk, 2)], register_id=till.register.pk)
    call = partial(returns.take_return, sale.pk, shop_id=till.shop.pk, given=given, actor=till.actor)
    outcomes = side_by_side([call] * 8)
    assert len(winners(outcomes)) == 2
    assert {error.code for error in losers(outcomes)} == {"more_than_sold"}  # type: ignore[attr-defined]
    assert (Stock.objects.get(part=part).on_hand, expected_cash(till.session)) == (4, D(300))
    assert differences() == []


def test_return_and_void_of_one_sale_do_not_both_happen() -> None:
    till = Till()
    part = PartFactory(shop=till.shop, on_hand=2, selling_price=100)
    sale = till.sell((part, 2))
    given = ReturnInput([BackInput(sale.lines.get().pk, 1)], register_id=till.register.pk)
    manager = as_member(till.shop, Role.MANAGER)
    outcomes = side_by_side(
        [
            partial(returns.take_return, sale.pk, shop_id=till.shop.pk, given=given, actor=manager),
            partial(voiding.void_sale, sale.pk, shop_id=till.shop.pk, reason="x", actor=manager),
        ]
    )
    assert len(winners(outcomes)) == 1
    assert (Stock.objects.get(part=part).on_hand, expected_cash(till.session)) in [(1, D(300)), (2, D(200))]
    assert differences() == []


def test_cart_is_completed_once_by_two_tills() -> None:
    till = Till()
    part = PartFactory(shop=till.shop, on_hand=5)
    cart = save_cart(till.shop.pk, cart=till.cart((part, 1)), actor=till.actor)
    call = partial(complete_sale, cart.pk, shop_id=till.shop.pk, payments=[cash()], actor=till.actor)
    outcomes = side_by_side([call] * 4)
    assert len(winners(outcomes)) == 1
    assert {error.code for error in losers(outcomes)} == {"wrong_status"}  # type: ignore[attr-defined]
    assert (Stock.objects.get(part=part).on_hand, Payment.objects.count()) == (4, 1)


@pytest.mark.parametrize("locked", [False, True])
def test_credit_limit_is_for_all_tills_together(locked: bool) -> None:
    counters = tills(2)
    customer = CustomerFactory(shop=counters[0].shop, credit_limit=150)
    parts = [PartFactory(shop=counters[0].shop, on_hand=1, selling_price=100) for _ in counters]
    calls = [
        partial(till.sell, (part, 1), customer_id=customer.pk, payments=[paid(Tender.ACCOUNT, "100")])
        for till, part in zip(counters, parts, strict=True)
    ]
    from sales import locks

    with ExitStack() as stack:
        if not locked:
            stack.enter_context(meeting("sales.locks.balance", plain_balance))
        outcomes = side_by_side(calls)
    assert locks.balance is not plain_balance
    owed = sum(entry.amount for entry in AccountEntry.objects.filter(account="owed"))
    if locked:
        assert [error.code for error in losers(outcomes)] == ["over_limit"]  # type: ignore[attr-defined]
        assert owed == CustomerBalance.objects.get(customer=customer).owed == 100
    else:
        assert owed == 200
        assert CustomerBalance.objects.get(customer=customer).owed == 100


@pytest.mark.parametrize("locked", [False, True])
def test_sale_lands_in_the_drawer_before_the_count_or_not_at_all(locked: bool) -> None:
    till = Till()
    part = PartFactory(shop=till.shop, on_hand=5, selling_price=100)
    close = partial(close_session, till.session.pk, shop_id=till.shop.pk, counted=D(200), actor=till.actor)
    with ExitStack() as stack:
        if not locked:
            stack.enter_context(patch("sales.locks.session", plain_session))
            stack.enter_context(patch("sales.locks.open_session", plain_open_session))
            stack.enter_context(meeting("sales.actions.registers.expected_cash", expected_cash, seconds=0.7))
        outcomes = side_by_side([close, partial(till.sell, (part, 1))])
    session = CashSession.objects.get()
    assert session.status == "closed"
    if not locked:
        # Sold after the drawer was counted, and in its books all the same.
        assert (session.expected_cash, expected_cash(session)) == (D(200), D(300))
    else:
        assert session.expected_cash == expected_cash(session)
        assert all(error.code == "no_session" for error in losers(outcomes))  # type: ignore[attr-defined]


def test_register_is_opened_once() -> None:
    till = Till()
    CashSession.objects.all().delete()
    call = partial(
        open_session, till.shop.pk, register_id=till.register.pk, opening_float=D(5), actor=till.actor
    )
    outcomes = side_by_side([call] * 4)
    assert (len(winners(outcomes)), CashSession.objects.count()) == (1, 1)
    assert {error.code for error in losers(outcomes)} == {"session_open"}  # type: ignore[attr-defined]


def test_order_becomes_one_sale_however_often_it_is_said_at_once() -> None:
    order = bought("cash")
    with patch("django.conf.settings.ON_ORDER_HANDED_OVER", []):
        fulfil(order)
    assert not Sale.objects.exists()
    outcomes = side_by_side([partial(sell_handed_over, order.pk, Actor.beat())] * 4)
    assert losers(outcomes) == []
    assert Sale.objects.get().total == order.total


def test_debt_is_paid_once() -> None:
    till = Till()
    customer = CustomerFactory(shop=till.shop)
    CustomerBalance.objects.filter(customer=customer).update(owed=100)
    call = partial(
        pay_on_account, till.shop.pk, customer_id=customer.pk, amount=D(100), payments=[cash()],
        register_id=till.register.pk, actor=till.actor,
    )  # fmt: skip
    assert len(winners(side_by_side([call] * 4))) == 1
    assert expected_cash(till.session) == 300


def test_five_guesses_at_once_are_five_guesses() -> None:
    till = Till()
    set_pin(till.cashier.pk, shop_id=till.shop.pk, pin="4071", actor=till.actor)
    guesser = Actor.user(MemberFactory(shop=till.shop, role=Role.CASHIER).user, "app")
    call = partial(check_pin, till.shop.pk, member_id=till.cashier.pk, pin="9999", actor=guesser)
    outcomes = side_by_side([call] * 12)
    codes = sorted(error.code for error in losers(outcomes))  # type: ignore[attr-defined]
    assert codes == ["pin_locked"] * 7 + ["wrong_pin"] * 5
    assert ClerkPin.objects.get().locked_until is not None


def test_exchange_and_sale_cross_parts_without_a_deadlock() -> None:
    """Exchanges that take what others give back, in both directions."""
    counters = tills(6)
    left, right = (PartFactory(shop=counters[0].shop, on_hand=20, selling_price=100) for _ in range(2))
    calls = []
    for n, till in enumerate(counters):
        mine, other = (left, right) if n % 2 else (right, left)
        sale = till.sell((mine, 1))
        given = ReturnInput([BackInput(sale.lines.get().pk, 1)], register_id=till.register.pk)
        calls.append(
            partial(
                returns.exchange, sale.pk, shop_id=till.shop.pk, given=given,
                cart=till.cart((other, 1)), payments=[], actor=till.actor,
            )
        )  # fmt: skip
    assert losers(side_by_side(calls)) == []
    assert Movement.objects.filter(kind="return").count() == 6
    assert differences() == []
