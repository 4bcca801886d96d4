"""A status changes in one place: by its table, with one winner, with a history."""

from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from clutch.core.actor import Actor
from clutch.core.errors import Conflict
from clutch.core.tests.race import losers, side_by_side, winners
from clutch.feed.action import action
from clutch.feed.models import Transition
from clutch.feed.transition import transition
from shops.enums import SHOP_TRANSITIONS as TRANSITIONS
from shops.enums import ShopStatus
from shops.models import Shop
from shops.tests.factories import ShopFactory

pytestmark = pytest.mark.django_db
# Real commits: for threads, and for what happens at a commit.
committed = pytest.mark.django_db(transaction=True)
BEAT = Actor.beat()


@action
def move(shop_id: UUID, to: str, *, lock: bool = True, wait: Any = None, **changes: Any) -> Shop:
    """Move a shop as an action of `shops` would."""
    rows = Shop.objects.select_for_update(no_key=True, of=("self",)) if lock else Shop.objects.all()
    shop = rows.get(pk=shop_id)
    if wait:
        wait()
    return transition(shop, to, transitions=TRANSITIONS, actor=BEAT, reason="because", **changes)


PAIRS = [(one, other) for one in ShopStatus.values for other in ShopStatus.values]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_every_pair_is_allowed_or_refused_as_the_table_says(one: str, other: str) -> None:
    shop = ShopFactory(status=one)
    if other in TRANSITIONS.get(one, frozenset()):
        assert move(shop.pk, other).status == other
        row = Transition.objects.get()
        assert (row.from_status, row.to_status, row.object_id, row.reason) == (one, other, shop.pk, "because")
        assert (row.actor_kind, row.actor_id, row.via) == ("system", "beat", "beat")
    else:
        with pytest.raises(Conflict) as refused:
            move(shop.pk, other)
        assert refused.value.extra == {"currentStatus": one, "requestedStatus": other}
        assert not Transition.objects.exists()
    shop.refresh_from_db()
    assert shop.status == (other if other in TRANSITIONS.get(one, frozenset()) else one)


def test_further_fields_are_written_in_the_same_statement() -> None:
    shop = ShopFactory(status=ShopStatus.ACTIVE)
    assert move(shop.pk, ShopStatus.SUSPENDED, name="New name").name == "New name"


@committed
def test_outside_an_act_it_is_refused() -> None:
    shop = ShopFactory(status=ShopStatus.ACTIVE)
    with pytest.raises(RuntimeError, match="inside an @action"), transaction.atomic():
        transition(shop, ShopStatus.SUSPENDED, transitions=TRANSITIONS, actor=BEAT)


@committed
@pytest.mark.parametrize("lock", [True, False])
def test_two_at_once_have_one_winner(lock: bool) -> None:
    """With the lock off both have read the same status, and the conditional update still decides."""
    import threading

    shop = ShopFactory(status=ShopStatus.ACTIVE)
    meet = None if lock else threading.Barrier(2).wait
    calls = [
        partial(move, shop.pk, to, lock=lock, wait=meet) for to in (ShopStatus.SUSPENDED, ShopStatus.INACTIVE)
    ]
    outcomes = side_by_side(calls)
    assert len(winners(outcomes)) >= 1
    for lost in losers(outcomes):
        assert isinstance(lost, Conflict)
    history = list(Transition.objects.order_by("at").values_list("from_status", "to_status"))
    assert len(history) == len(winners(outcomes))
    if not lock:
        assert len(losers(outcomes)) == 1


@committed
def test_control_an_unconditional_update_has_two_winners() -> None:
    import threading

    shop = ShopFactory(status=ShopStatus.ACTIVE)
    both_have_read = threading.Barrier(2)

    def naive(to: str) -> None:
        with transaction.atomic():
            row = Shop.objects.get(pk=shop.pk)
            assert row.status == ShopStatus.ACTIVE
            both_have_read.wait(20)
            Shop.objects.filter(pk=shop.pk).update(status=to)

    outcomes = side_by_side([partial(naive, "suspended"), partial(naive, "inactive")])
    assert losers(outcomes) == []


def test_history_cannot_be_rewritten() -> None:
    shop = ShopFactory(status=ShopStatus.ACTIVE)
    move(shop.pk, ShopStatus.SUSPENDED)
    for sql in ("UPDATE feed_transition SET reason = 'other'", "DELETE FROM feed_transition"):
        refused = pytest.raises(Exception, match="Cannot update or delete")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert Transition.objects.get().reason == "because"


def test_version_is_raised_by_the_database() -> None:
    shop = ShopFactory(status=ShopStatus.ACTIVE)
    before = Shop.objects.get(pk=shop.pk).version
    assert move(shop.pk, ShopStatus.SUSPENDED).version == before + 1
