"""Accepting: one winner, everyone else told what happened."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from clutch.accounts.tests.factories import StaffFactory, UserFactory
from clutch.core.errors import Conflict, Invalid, NotAllowed, NotFound
from clutch.feed.actor import Actor
from clutch.feed.models import StreamEntry
from clutch.feed.streams import shop_stream
from orders import actions
from orders.enums import OrderStatus, QuoteStatus
from orders.models import Order, Quote
from orders.tests.acts import accept, as_member, as_user, ask, offers_for, quote
from shops.actions.standing import close_shop, suspend_shop
from shops.enums import ShopStatus
from shops.models import Shop
from shops.tests.factories import ShopFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shops() -> list[Shop]:
    """Three shops near the customer."""
    return [ShopFactory() for _ in range(3)]


@pytest.fixture
def order(shops: list[Shop]) -> Order:
    """A request that all three were asked for."""
    return ask(UserFactory())


def test_one_wins_and_the_others_lose(order: Order, shops: list[Shop]) -> None:
    """The order takes shop, sum and quote; the losers hear it, and not by whom."""
    cheap, dear = quote(order, shops[0], "100.00"), quote(order, shops[1], "200.00")
    taken = accept(order, cheap)
    assert (taken.status, taken.selected_quote_id, taken.shop_id) == ("accepted", cheap.pk, shops[0].pk)
    assert (taken.total, taken.payment_method, taken.payment_status) == (Decimal("350"), "cash", "pending")
    assert taken.accepted_at is not None
    dear.refresh_from_db()
    assert dear.status == QuoteStatus.LOST
    heard = {
        shop.pk: list(
            StreamEntry.objects.filter(stream=shop_stream(shop.pk))
            .order_by("seq")
            .values_list("type", flat=True)
        )
        for shop in shops
    }
    assert heard == {
        shops[0].pk: ["new-parts-order", "quote-sent", "quote-accepted", "order-status-update"],
        shops[1].pk: ["new-parts-order", "quote-sent", "quote-lost", "parts-order-closed"],
        shops[2].pk: ["new-parts-order", "parts-order-closed"],
    }
    for entry in StreamEntry.objects.filter(stream=shop_stream(shops[1].pk)):
        assert str(shops[0].pk) not in str(entry.data)
        assert str(cheap.pk) not in str(entry.data)


def test_after_the_close_a_valid_quote_can_still_be_taken(order: Order, shops: list[Shop]) -> None:
    """The close ends the quoting, not the choosing."""
    given = quote(order, shops[0])
    Order.objects.filter(pk=order.pk).update(quotes_close_at=timezone.now() - timedelta(hours=1))
    assert accept(order, given).status == OrderStatus.ACCEPTED


def refused(order: Order, given: Quote, **changes: int) -> str:
    """The code of the conflict that accepting meets; asserts that nothing has changed."""
    order.refresh_from_db()
    before = (order.version, list(order.quotes.order_by("pk").values_list("version", flat=True)))
    with pytest.raises(Conflict) as found:
        accept(order, given, **changes)
    order.refresh_from_db()
    assert (order.version, list(order.quotes.order_by("pk").values_list("version", flat=True))) == before
    return found.value.code


def test_second_tap(order: Order, shops: list[Shop]) -> None:
    """The same quote again, and another one: already accepted."""
    first, second = quote(order, shops[0]), quote(order, shops[1])
    accept(order, first)
    assert refused(order, first) == "already_accepted"
    assert refused(order, second) == "already_accepted"


def test_withdrawn(order: Order, shops: list[Shop]) -> None:
    """A quote that its shop took back."""
    given = quote(order, shops[0])
    quote(order, shops[1])
    actions.withdraw_quote(given.pk, actor=as_member(shops[0]))
    assert refused(order, given) == "quote_withdrawn"


def test_revised(order: Order, shops: list[Shop]) -> None:
    """The customer saw another version; with the present one it goes through."""
    given = quote(order, shops[0])
    seen = given.version
    revised = actions.update_quote(given.pk, lines=offers_for(order, "999.00"), actor=as_member(shops[0]))
    assert refused(order, given, quote_version=seen) == "quote_revised"
    assert accept(order, given, quote_version=revised.version).total == revised.total_price


def test_expired_but_not_swept(order: Order, shops: list[Shop]) -> None:
    """The clock counts, not the job."""
    given = quote(order, shops[0])
    Quote.objects.filter(pk=given.pk).update(expires_at=timezone.now())
    assert refused(order, given) == "quote_expired"


def test_cancelled(order: Order, shops: list[Shop]) -> None:
    """The request was given up."""
    given = quote(order, shops[0])
    actions.cancel_order(order.pk, actor=as_user(order.customer))
    assert refused(order, given) == "order_cancelled"


@pytest.mark.parametrize("leave", [suspend_shop, close_shop])
def test_shop_off_the_market(order: Order, shops: list[Shop], leave: Callable[..., Shop]) -> None:
    """Suspended or closed it sells nothing new; back on the market its quote can be taken again."""
    given = quote(order, shops[0])
    staff = StaffFactory()
    leave(shops[0].pk, reason="papers", actor=Actor.user(staff, "staff"))
    assert refused(order, given) == "shop_not_active"
    Shop.objects.filter(pk=shops[0].pk).update(status=ShopStatus.ACTIVE)
    assert accept(order, given).status == OrderStatus.ACCEPTED


def test_an_expired_rival_expires_rather_than_loses(order: Order, shops: list[Shop]) -> None:
    """It did not lose to anybody."""
    given, old = quote(order, shops[0]), quote(order, shops[1])
    Quote.objects.filter(pk=old.pk).update(expires_at=timezone.now())
    accept(order, given)
    old.refresh_from_db()
    assert old.status == QuoteStatus.EXPIRED


def test_who_may_accept(order: Order, shops: list[Shop]) -> None:
    """The customer alone: strangers and shops get 404, staff 403; a foreign quote is 404."""
    given = quote(order, shops[0])
    for actor in (as_user(UserFactory()), as_member(shops[0])):
        with pytest.raises(NotFound):
            actions.accept_quote(order.pk, quote_id=given.pk, actor=actor)
    with pytest.raises(NotAllowed):
        actions.accept_quote(order.pk, quote_id=given.pk, actor=as_user(StaffFactory()))
    foreign = quote(ask(UserFactory()), shops[0])
    for wrong in (foreign.pk, uuid4()):
        with pytest.raises(NotFound):
            actions.accept_quote(order.pk, quote_id=wrong, actor=as_user(order.customer))
    with pytest.raises(Invalid):
        accept(order, given, payment_method="cheque")
    order.refresh_from_db()
    assert order.status == OrderStatus.QUOTED


def test_card_answers_where_to_pay(order: Order, shops: list[Shop]) -> None:
    """The payment stays pending, and its time runs."""
    taken = accept(order, quote(order, shops[0]), payment_method="card")
    assert taken.payment_url is not None
    assert taken.payment_url.endswith(f"/orders/{order.number}/pay")
    assert (taken.status, taken.payment_status) == ("accepted", "pending")
    assert taken.payment_due_at is not None
