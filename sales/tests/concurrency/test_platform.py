"""A customer of the platform and one at the counter want the last unit: one has it, the other is told."""

from contextlib import nullcontext
from functools import partial
from typing import Any

import pytest

from clutch.accounts.tests.factories import UserFactory
from clutch.core.tests.race import losers, side_by_side, winners
from clutch.feed.models import StreamEntry
from clutch.feed.streams import shop_stream
from inventory.checks import differences
from inventory.models import Hold, Part, Stock, StockPolicy
from inventory.tests.concurrency.test_tills import locks_off, one_stands_while_the_other_acts
from inventory.tests.factories import PartFactory
from orders.models import Order
from orders.tests.acts import PADS, accept, ask, offers_for, quote
from sales.models import Sale
from sales.tests.acts import Till
from shops.tests.factories import ShopFactory

pytestmark = pytest.mark.django_db(transaction=True)
# Where each has read what is left, and has not written yet.
HELD, CHECKED = "inventory.actions.holds._hold", "inventory.actions.stock._check_enough"


def quoted(till: Till, part: Part) -> Any:
    """What the customer does who accepts a quote for the part."""
    order = ask(UserFactory(), parts=[PADS])
    sent = quote(order, till.shop, lines=offers_for(order, stock_part_id=part.pk))
    return partial(accept, order, sent)


@pytest.fixture
def till() -> Till:
    """A counter whose quotes hold nothing: who is first has it."""
    shop = ShopFactory()
    StockPolicy.objects.create(shop=shop, quote_holds_stock=False)
    return Till(shop)


def promised() -> int:
    """Units that orders hold for good."""
    return sum(Hold.objects.filter(kind="hard", status="open").values_list("quantity", flat=True))


@pytest.mark.parametrize("locked", [False, True])
@pytest.mark.parametrize("first", ["order", "counter"])
def test_acceptance_and_counter_and_the_last_unit(till: Till, first: str, locked: bool) -> None:
    part = PartFactory(shop=till.shop, number=PADS["part_number"], on_hand=1)
    order, sale = quoted(till, part), partial(till.sell, (part, 1))
    acts = (order, sale) if first == "order" else (sale, order)
    at = HELD if first == "order" else CHECKED
    with nullcontext() if locked else locks_off():
        outcomes = one_stands_while_the_other_acts(*acts, at=at, patience=0.5 if locked else 10)
    on_hand = Stock.objects.get(part=part).on_hand
    short = StreamEntry.objects.filter(stream=shop_stream(till.shop.pk), type="order-short").count()
    assert (Order.objects.get().status, differences()) == ("accepted", [])
    if not locked:
        # Sold, and promised to somebody else for good.
        assert (losers(outcomes), on_hand, promised(), short) == ([], 0, 1, 0)
    elif first == "order":
        assert [error.code for error in losers(outcomes)] == ["not_enough_stock"]  # type: ignore[attr-defined]
        assert (on_hand, promised(), short, Sale.objects.count()) == (1, 1, 0, 0)
    else:
        # The order stands, and its shop is told that it lacks the unit.
        assert (losers(outcomes), on_hand, promised(), short) == ([], 0, 0, 1)


def test_orders_and_counters_share_what_there_is(till: Till) -> None:
    """Six of each for five units: as many leave or are promised as there are, and every other is told."""
    part = PartFactory(shop=till.shop, number=PADS["part_number"], on_hand=5)
    acts = [quoted(till, part) for _ in range(6)] + [partial(till.sell, (part, 1)) for _ in range(6)]
    outcomes = side_by_side(acts)
    sold = len([found for found in winners(outcomes) if isinstance(found, Sale)])
    assert {error.code for error in losers(outcomes)} <= {"not_enough_stock"}  # type: ignore[attr-defined]
    assert Order.objects.filter(status="accepted").count() == 6
    assert (sold + promised(), Stock.objects.get(part=part).on_hand) == (5, 5 - sold)
    assert StreamEntry.objects.filter(type="order-short").count() == 6 - promised()
    assert differences() == []
