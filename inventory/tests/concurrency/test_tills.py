"""Many tills, the last units, real threads and real commits: never one too many, and no deadlock.

The controls switch the lock off and show that the race is real.
"""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from django.db.models import Sum
from django.utils import timezone

from clutch.core.errors import Conflict
from clutch.core.tests.race import losers, side_by_side, winners
from clutch.feed.actor import Actor
from inventory import checks, queries
from inventory.actions import stock as acts
from inventory.actions.holds import Wanted, end_holds, hold_parts, sweep_expired_holds
from inventory.actions.stock import move_stock
from inventory.enums import HoldKind, HoldStatus, MovementKind
from inventory.ledger import Document, Entry
from inventory.models import Hold, Movement, Part, Stock
from inventory.tests.factories import PartFactory
from shops.models import Shop
from shops.tests.factories import ShopFactory

pytestmark = pytest.mark.django_db(transaction=True)
TILLS = 20


@pytest.fixture(autouse=True)
def retries(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How often an act began again after a deadlock: it pauses before it does."""
    paused: list[float] = []
    monkeypatch.setattr("clutch.feed.action.time.sleep", paused.append)
    return paused


def sell(shop: Shop, parts: list[Any], quantity: int = 1) -> list[Movement]:
    """One till sells `quantity` of each part, in the order of its cart."""
    entries = [Entry(part.pk, -quantity, MovementKind.SALE) for part in parts]
    return move_stock(shop.pk, entries, document=Document("sale", uuid4(), "S"), actor=Actor.beat())


def on_hand(part: Part) -> int:
    return Stock.objects.get(part=part).on_hand


def sold(part: Part) -> int:
    units = Movement.objects.filter(part=part, kind=MovementKind.SALE).aggregate(n=Sum("quantity"))["n"]
    return -(units or 0)


def told(error: Exception) -> dict[str, int]:
    """What a loser heard: how many are left of each part that it could not have."""
    assert isinstance(error, Conflict), error
    assert error.code == "not_enough_stock"
    return {row["partId"]: row["available"] for row in error.extra["parts"]}


def test_twenty_tills_take_the_last_units_of_the_same_parts(retries: list[float]) -> None:
    """Three of each pack of three can be sold of ten; whoever comes later hears that one is left."""
    shop = ShopFactory()
    parts = [PartFactory(shop=shop, on_hand=10) for _ in range(4)]
    carts = [random.Random(n).sample(parts, len(parts)) for n in range(TILLS)]
    outcomes = side_by_side([partial(sell, shop, cart, 3) for cart in carts])
    assert len(winners(outcomes)) == 3
    assert [told(error) for error in losers(outcomes)] == [{str(part.pk): 1 for part in parts}] * 17
    assert [(on_hand(part), sold(part)) for part in parts] == [(1, 9)] * 4
    assert checks.differences() == []
    assert retries == []


def test_carts_that_overlap_wait_for_one_another_and_never_lock_up(retries: list[float]) -> None:
    """Each till sells two neighbours of a ring of parts: everybody meets everybody."""
    shop = ShopFactory()
    ring = [PartFactory(shop=shop, on_hand=4) for _ in range(5)]
    pairs = [[ring[n % 5], ring[(n + 1) % 5]][:: 1 if n % 2 else -1] for n in range(TILLS)]
    outcomes = side_by_side([partial(sell, shop, pair) for pair in pairs])
    won = len(winners(outcomes))
    assert sum(sold(part) for part in ring) == 2 * won
    assert all(on_hand(part) == 4 - sold(part) >= 0 for part in ring)
    for error in losers(outcomes):
        assert set(told(error).values()) == {0}
    assert checks.differences() == []
    assert retries == []


def test_control_without_one_order_of_locks_two_tills_lock_one_another_out(retries: list[float]) -> None:
    """Each takes its first part, then wants the other's: the database ends one, which begins again."""
    shop = ShopFactory()
    parts = [PartFactory(shop=shop, on_hand=2) for _ in range(2)]
    both_have_one = threading.Barrier(2)
    backwards: set[int] = set()

    def one_by_one(shop_id: UUID, part_ids: Any) -> dict[UUID, Stock]:
        order = sorted(part_ids, reverse=threading.get_ident() in backwards)
        found = {}
        for n, part_id in enumerate(order):
            found[part_id] = Stock.objects.select_for_update(no_key=True).get(part=part_id)
            if n == 0 and not retries:
                both_have_one.wait(10)
        return found

    def turned() -> Any:
        backwards.add(threading.get_ident())
        return sell(shop, parts)

    with patch("inventory.locks.stocks", one_by_one):
        outcomes = side_by_side([partial(sell, shop, parts), turned])
    assert losers(outcomes) == []
    assert len(retries) == 1


# --- with and without the lock ---


def _unlocked(shop_id: UUID, part_ids: Any) -> dict[UUID, Stock]:
    return {row.part_id: row for row in Stock.objects.filter(shop=shop_id, part__in=part_ids)}


def _unlocked_all(part_ids: Any) -> dict[UUID, Stock]:
    return {row.part_id: row for row in Stock.objects.filter(part__in=part_ids)}


@contextmanager
def locks_off() -> Iterator[None]:
    with (
        patch("inventory.locks.stocks", _unlocked),
        patch("inventory.locks.stocks_of", _unlocked_all),
    ):
        yield


def one_stands_while_the_other_acts(
    first: Callable[[], Any], second: Callable[[], Any], *, at: str, patience: float
) -> list[Any]:
    """Hold `first` after it has read and checked (at the function `at`) until `second` is done.

    With the lock on `second` cannot get so far; after `patience` seconds the first goes on.
    """
    reached, done = threading.Event(), threading.Event()
    module, _dot, name = at.rpartition(".")
    real = getattr(__import__(module, fromlist=[name]), name)

    def held(*args: Any, **kwargs: Any) -> Any:
        result = real(*args, **kwargs)
        if threading.current_thread() is threads[0]:
            reached.set()
            done.wait(patience)
        return result

    threads: list[threading.Thread] = []

    def begin() -> Any:
        threads.append(threading.current_thread())
        return first()

    def follow() -> Any:
        reached.wait(10)
        try:
            return second()
        finally:
            done.set()

    with patch(at, held):
        return side_by_side([begin, follow])


CHECKED = "inventory.actions.stock._check_enough"
COUNTED = "inventory.queries.availability"


@pytest.mark.parametrize("locked", [False, True])
def test_two_tills_and_one_unit(locked: bool) -> None:
    """Without the lock both have it, and the books no longer agree; with it one is told."""
    shop = ShopFactory()
    part = PartFactory(shop=shop, on_hand=1)
    till = partial(sell, shop, [part])
    with nullcontext() if locked else locks_off():
        outcomes = one_stands_while_the_other_acts(till, till, at=CHECKED, patience=0.5 if locked else 10)
    if locked:
        assert [told(error) for error in losers(outcomes)] == [{str(part.pk): 0}]
        assert (sold(part), on_hand(part), checks.differences()) == (1, 0, [])
    else:
        assert (len(winners(outcomes)), sold(part)) == (2, 2)
        assert checks.differences() != []


def hold(part: Part, kind: HoldKind, quantity: int = 1, **kwargs: Any) -> list[Hold]:
    kwargs.setdefault("document", Document("order" if kind == HoldKind.HARD else "quote", uuid4(), "CL"))
    return hold_parts(
        part.shop_id, [Wanted(part.pk, quantity)], kind=kind, actor=Actor.beat(),
        expires_at=kwargs.pop("expires_at", None), **kwargs,
    )  # fmt: skip


@pytest.mark.parametrize("locked", [False, True])
def test_an_order_and_a_till_and_one_unit(locked: bool) -> None:
    """Without the lock the order holds what the till sells meanwhile."""
    shop = ShopFactory()
    part = PartFactory(shop=shop, on_hand=1)
    order = partial(hold, part, HoldKind.HARD)
    with nullcontext() if locked else locks_off():
        outcomes = one_stands_while_the_other_acts(
            order, partial(sell, shop, [part]), at=COUNTED, patience=0.5 if locked else 10
        )
    there = queries.availability([part.pk])[part.pk]
    if locked:
        assert [told(error) for error in losers(outcomes)] == [{str(part.pk): 0}]
        assert (there.on_hand, there.reserved) == (1, 1)
    else:
        assert losers(outcomes) == []
        assert (there.on_hand, there.reserved) == (0, 1)


def test_orders_and_tills_share_what_there_is(retries: list[float]) -> None:
    """Ten orders and ten tills for seven units: seven get one, whoever they are."""
    shop = ShopFactory()
    part = PartFactory(shop=shop, on_hand=7)
    calls: list[Callable[[], Any]] = [partial(hold, part, HoldKind.HARD), partial(sell, shop, [part])] * 10
    outcomes = side_by_side(calls)
    there = queries.availability([part.pk])[part.pk]
    assert len(winners(outcomes)) == 7
    assert there.available == 0
    assert sold(part) + there.reserved == 7
    assert all(told(error) == {str(part.pk): 0} for error in losers(outcomes))
    assert retries == []


def test_quotes_hold_no_unit_twice_while_tills_sell(retries: list[float]) -> None:
    """Soft holds share what is there; tills sell whatever they stand for."""
    shop = ShopFactory()
    part = PartFactory(shop=shop, on_hand=12)
    quotes = [partial(hold, part, HoldKind.SOFT, 2, partly=True) for _ in range(12)]
    tills = [partial(sell, shop, [part]) for _ in range(8)]
    outcomes = side_by_side([*quotes, *tills])
    assert losers(outcomes) == []
    held = Hold.objects.aggregate(n=Sum("quantity"))["n"]
    assert (on_hand(part), held <= 12, sold(part)) == (4, True, 8)
    assert retries == []


def test_holds_end_expire_and_begin_at_one_moment(retries: list[float]) -> None:
    """Releases, the sweep, new holds and sales of the same part: none waits for good, none counts twice."""
    shop = ShopFactory()
    part = PartFactory(shop=shop, on_hand=10)
    now = timezone.now()
    documents = [Document("quote", uuid4(), "CL") for _ in range(5)]
    for document in documents:
        hold(part, HoldKind.SOFT, document=document)
    for _ in range(5):
        hold(part, HoldKind.SOFT, expires_at=now + timedelta(hours=1))
    Hold.objects.filter(expires_at__isnull=False).update(expires_at=now)
    outcomes = side_by_side(
        [
            *[partial(_end, document) for document in documents],
            *[partial(sweep_expired_holds, actor=Actor.beat())] * 3,
            *[partial(hold, part, HoldKind.HARD)] * 4,
            *[partial(sell, shop, [part])] * 6,
        ]
    )
    assert losers(outcomes) == []
    assert sum(Hold.objects.filter(status=HoldStatus.EXPIRED).values_list("quantity", flat=True)) == 5
    there = queries.availability([part.pk])[part.pk]
    assert (there.on_hand, there.reserved, there.soft) == (4, 4, 0)
    assert retries == []


def _end(document: Document) -> Any:
    assert document.id is not None
    return end_holds(document.id, to=HoldStatus.RELEASED, actor=Actor.beat())


def test_the_controls_patch_what_the_acts_call() -> None:
    """A lock that moves elsewhere must not leave the controls without meaning."""
    called: Any = vars(acts)["locks"]
    assert called.stocks.__module__ == "inventory.locks"
    with locks_off():
        assert called.stocks is _unlocked
