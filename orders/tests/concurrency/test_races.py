"""Accepting against everything that can happen at the same moment: one winner, the others told.

Each race has a control with the locks off that shows it, and then holds with them on.
"""

import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from django.db import IntegrityError
from django.utils import timezone

from clutch.accounts.tests.factories import StaffFactory, UserFactory
from clutch.core.errors import Conflict
from clutch.core.models import NumberSeries
from clutch.feed.actor import Actor
from clutch.feed.models import StreamEntry, Transition
from orders import actions
from orders.actions.quote_endings import lose_quotes
from orders.enums import LIVE_QUOTE, OrderStatus, QuoteStatus
from orders.models import Order, Quote
from orders.tests.acts import as_member, as_user, ask, offers_for, quote
from orders.tests.concurrency.tools import Outcome, first_is_held, locks_off, together
from shops.actions.standing import suspend_shop
from shops.models import Shop
from shops.tests.factories import ShopFactory

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 3


@dataclass
class Market:
    """A quoted request with two quotes, and the acts that meet there."""

    order: Order
    mine: Quote
    other: Quote
    shop: Shop

    def accept(self, given: Quote) -> Callable[[], Any]:
        return partial(
            actions.accept_quote,
            self.order.pk,
            quote_id=given.pk,
            quote_version=given.version,
            actor=as_user(self.order.customer),
        )

    @property
    def acts(self) -> dict[str, Callable[[], Any]]:
        """What can happen while the customer accepts `mine`."""
        shop = as_member(self.shop)
        lines = offers_for(self.order, "999.00")
        return {
            "second tap": self.accept(self.mine),
            "other quote": self.accept(self.other),
            "withdraw": partial(actions.withdraw_quote, self.mine.pk, actor=shop),
            "update": partial(actions.update_quote, self.mine.pk, lines=lines, actor=shop),
            "cancel": partial(
                actions.cancel_order, self.order.pk, actor=as_user(self.order.customer), reason="no"
            ),
        }

    def expire(self) -> bool:
        """What the clock does: the quote has run out for it, though not for who read the time before."""
        Quote.objects.filter(pk=self.mine.pk).update(expires_at=timezone.now())
        return actions.expire_quote(self.mine.pk, actor=Actor.beat())

    def check(self) -> None:
        """What must hold whatever happened: status, quotes, sums and history agree."""
        self.order.refresh_from_db()
        quotes = {given.pk: given for given in self.order.quotes.all()}
        taken = [given.pk for given in quotes.values() if given.status == QuoteStatus.ACCEPTED]
        if self.order.status == OrderStatus.ACCEPTED:
            assert taken == [self.order.selected_quote_id]
            assert self.order.total == quotes[taken[0]].total_price
            assert not any(given.status in LIVE_QUOTE for given in quotes.values())
        elif self.order.status in (OrderStatus.QUOTED, OrderStatus.SUBMITTED):
            assert taken == []
        for given in quotes.values():
            accepted = Transition.objects.filter(object_id=given.pk, to_status="accepted").count()
            assert accepted == (given.pk in taken)
            events = StreamEntry.objects.filter(type="quote-accepted", data__quoteId=str(given.pk))
            assert events.count() == accepted


@pytest.fixture
def market() -> Market:
    """Two shops have quoted."""
    shops = [ShopFactory(), ShopFactory()]
    order = ask(UserFactory())
    mine, other = quote(order, shops[0]), quote(order, shops[1])
    order.refresh_from_db()
    return Market(order, mine, other, shops[0])


MEETINGS = ["second tap", "other quote", "withdraw", "update", "cancel"]


@pytest.mark.parametrize("other", MEETINGS)
def test_control_without_locks_both_go_through(market: Market, other: str) -> None:
    """The race is real: with the locks off nobody is told, or the database itself has to object."""
    with locks_off():
        first, second = first_is_held(market.accept(market.mine), market.acts[other], patience=10)
    assert second.won, second.error
    if other == "other quote":
        assert isinstance(first.error, IntegrityError)
    else:
        assert first.won, first.error
        with pytest.raises(AssertionError):
            told_and_true(market, first, second)


def told_and_true(market: Market, first: Outcome, second: Outcome) -> None:
    """One has won, the other was told, and the rows agree."""
    assert [first.won, second.won].count(True) == 1
    market.check()


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ("second tap", {"already_accepted"}),
        ("other quote", {"already_accepted"}),
        ("withdraw", {"quote_accepted"}),
        ("update", {"quote_accepted"}),
    ],
)
def test_who_comes_second_waits_and_is_told(market: Market, other: str, code: set[str]) -> None:
    """The same meeting with the locks on."""
    first, second = first_is_held(market.accept(market.mine), market.acts[other], patience=0.5)
    assert first.won, first.error
    assert isinstance(second.error, Conflict)
    assert second.code in code
    market.check()
    assert market.order.selected_quote_id == market.mine.pk


def test_cancel_that_comes_second_gives_up_the_order(market: Market) -> None:
    """After the acceptance a cancel is allowed again: it waits, and then cancels an accepted order."""
    first, second = first_is_held(market.accept(market.mine), market.acts["cancel"], patience=0.5)
    assert (first.won, second.won) == (True, True)
    history = Transition.objects.filter(object_id=market.order.pk).order_by("at", "pk")
    assert [(row.from_status, row.to_status) for row in history][-2:] == [
        ("quoted", "accepted"),
        ("accepted", "cancelled"),
    ]
    assert StreamEntry.objects.filter(type="quote-accepted").count() == 1


def test_accept_that_comes_after_a_cancel_is_told(market: Market) -> None:
    """The cancel is held under its lock, the acceptance waits and hears of it."""
    first, second = first_is_held(market.acts["cancel"], market.accept(market.mine), patience=0.5)
    assert first.won, first.error
    assert second.code == "order_cancelled"
    market.check()


@pytest.mark.parametrize("locked", [False, True])
def test_expiry_at_the_same_moment(market: Market, locked: bool) -> None:
    """Without locks the quote both wins and runs out; with them the clock waits and does nothing."""
    accept = market.accept(market.mine)
    if locked:
        first, second = first_is_held(
            accept, partial(actions.expire_quote, market.mine.pk, actor=Actor.beat()), patience=0.5
        )
        assert (first.won, second.result) == (True, False)
        market.check()
    else:
        with locks_off():
            first, second = first_is_held(accept, market.expire, patience=10)
        assert (first.won, second.result) == (True, True)
        events = StreamEntry.objects.filter(type__in=["quote-accepted", "quote-expired"])
        assert set(events.values_list("type", flat=True)) == {"quote-accepted", "quote-expired"}


@pytest.mark.parametrize("other", MEETINGS)
def test_at_one_moment_one_wins(market: Market, other: str) -> None:
    """Let loose together, whoever comes first: one acceptance at most, rows and events agree."""
    first, second = together(market.accept(market.mine), market.acts[other])
    told = {"already_accepted", "quote_accepted", "quote_withdrawn", "quote_revised", "order_cancelled", ""}
    assert {first.code, second.code} <= told
    assert first.won or second.won
    for outcome in (first, second):
        assert outcome.won or isinstance(outcome.error, Conflict)
    if other == "cancel":
        assert second.won
    else:
        assert [first.won, second.won].count(True) == 1
    market.check()


def test_many_taps(market: Market) -> None:
    """Eight devices: one acceptance, seven conflicts, one line of history."""
    outcomes = together(*[market.accept(market.mine)] * 4, *[market.accept(market.other)] * 4)
    assert [outcome.won for outcome in outcomes].count(True) == 1
    assert {outcome.code for outcome in outcomes} == {"", "already_accepted"}
    market.check()


@pytest.mark.parametrize("locked", [False, True])
def test_shop_is_suspended_at_the_same_moment(market: Market, locked: bool) -> None:
    """Without the lock the shop leaves between the check and the sale; with it the suspension waits."""
    checked, left = threading.Event(), threading.Event()
    early: list[bool] = []

    def held(*args: Any, **kwargs: Any) -> Any:
        checked.set()
        early.append(left.wait(timeout=0.5 if locked else 10))
        return lose_quotes(*args, **kwargs)

    def suspend() -> Shop:
        checked.wait(timeout=10)
        shop = suspend_shop(market.shop.pk, reason="papers", actor=as_user(staff))
        left.set()
        return shop

    staff = StaffFactory()
    unlocked = patch("orders.actions.acceptance.locked_shop", lambda pk: Shop.objects.filter(pk=pk))
    with patch("orders.actions.acceptance.lose_quotes", held), nullcontext() if locked else unlocked:
        sold, suspended = together(market.accept(market.mine), suspend)
    assert (sold.error, suspended.error, early) == (None, None, [not locked])
    market.check()


def test_two_members_quote_at_once() -> None:
    """One quote per shop: the second hears of the first."""
    shop = ShopFactory()
    order = ask(UserFactory())
    actor, lines = as_member(shop), offers_for(order)
    send = partial(actions.provide_quote, order.pk, shop_id=shop.pk, lines=lines, actor=actor)
    outcomes = together(send, send)
    assert sorted(outcome.code for outcome in outcomes) == ["", "quote_exists"]
    assert Quote.objects.count() == 1


def test_a_draft_is_submitted_by_one_of_two_taps() -> None:
    """The shops hear of it once."""
    ShopFactory()
    customer = UserFactory()
    draft = ask(customer, draft=True)
    send = partial(actions.submit_order, draft.pk, actor=as_user(customer))
    outcomes = together(send, send)
    assert sorted(outcome.code for outcome in outcomes) == ["", "wrong_status"]
    assert StreamEntry.objects.filter(type="new-parts-order").count() == 1


def test_quote_and_amendment_at_once() -> None:
    """A quote answers the request as it is when the quote is in: never a revision it has not seen."""
    shop = ShopFactory()
    order = ask(UserFactory())
    pads = order.lines.all()[0]
    amend = partial(
        actions.amend_order,
        order.pk,
        parts=[{"part_id": pads.pk, "name": "Rear brake pads", "quantity": 1}],
        actor=as_user(order.customer),
    )
    send = partial(
        actions.provide_quote, order.pk, shop_id=shop.pk, lines=offers_for(order), actor=as_member(shop)
    )
    first, second = together(amend, send)
    assert first.won
    order.refresh_from_db()
    given = Quote.objects.first()
    if second.won:
        assert given is not None
        assert (given.answers_revision, order.status) == (1, OrderStatus.SUBMITTED)
    else:
        assert given is None


def test_numbers_taken_at_once_have_no_gaps() -> None:
    """Twelve requests at one moment, of which three fail late: nine numbers in a row."""
    customers = [UserFactory() for _ in range(12)]

    def make(index: int) -> str:
        actor = as_user(customers[index])
        if index % 4 == 3:
            return _failing(customers[index], actor)
        return ask(customers[index], draft=True).number

    outcomes = together(*[partial(make, index) for index in range(12)])
    numbers = sorted(outcome.result for outcome in outcomes if outcome.won)
    year = timezone.now().year
    assert numbers == [f"CL-{year}-{n:06d}" for n in range(1, 10)]
    assert NumberSeries.objects.get().last == 9


def _failing(customer: Any, actor: Actor) -> str:
    from clutch.feed.action import action

    @action
    def make_and_fail() -> str:
        ask(customer, draft=True)
        raise Conflict("late")

    return make_and_fail()
