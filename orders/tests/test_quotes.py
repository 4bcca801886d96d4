"""Quotes: checked at their fields, summed by the server, sealed, revised, withdrawn, expired."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from clutch.accounts.tests.factories import UserFactory
from clutch.core.errors import Conflict, Invalid, NotAllowed, NotFound, StaleVersion
from clutch.feed.actor import Actor
from clutch.feed.models import StreamEntry
from orders import actions
from orders.enums import InvitationStatus, OrderStatus, QuoteStatus
from orders.models import Invitation, Order, Quote, QuoteLine
from orders.tests.acts import PADS, as_member, as_user, ask, offers_for, quote
from shops.enums import Role, ShopStatus
from shops.models import Shop
from shops.tests.factories import ShopFactory

pytestmark = pytest.mark.django_db

D = Decimal


@pytest.fixture
def shop() -> Shop:
    """A shop round the corner."""
    return ShopFactory()


@pytest.fixture
def order(shop: Shop) -> Order:
    """A request for one set of pads and two oil filters that the shop was asked for."""
    return ask(UserFactory())


def test_server_makes_the_sums(order: Order, shop: Shop) -> None:
    """Preferred offers × quantities, core charges beside them, delivery; missing parts counted."""
    pads, oil = order.lines.all()
    given = quote(
        order,
        shop,
        lines=[
            {"part_id": oil.pk, "available": True, "unit_price": D("100.25"), "core_charge": D("10")},
            {"part_id": oil.pk, "available": True, "unit_price": D("80"), "preferred": False},
            {"part_id": pads.pk, "available": False},
        ],
    )
    assert (given.parts_total, given.core_charges, given.delivery_fee) == (D("200.50"), D("20"), D("50"))
    assert (given.total_price, given.available_parts, given.missing_parts) == (D("270.50"), 1, 1)
    assert [line.preferred for line in given.lines.all()] == [True, False, False]
    order.refresh_from_db()
    assert order.status == OrderStatus.QUOTED


def test_a_part_that_is_not_mentioned_is_missing(order: Order, shop: Shop) -> None:
    """Leaving a part out says the same as not available."""
    given = quote(order, shop, lines=offers_for(order)[:1])
    assert (given.available_parts, given.missing_parts) == (1, 1)


def test_the_preferred_offer_counts(order: Order, shop: Shop) -> None:
    """The one that is marked, wherever it stands."""
    pads = order.lines.all()[0]
    given = quote(
        order,
        shop,
        lines=[
            {"part_id": pads.pk, "available": True, "unit_price": D("900"), "part_type": "genuine"},
            {"part_id": pads.pk, "available": True, "unit_price": D("300"), "preferred": True},
        ],
    )
    assert given.parts_total == D("300")
    assert [line.preferred for line in given.lines.all()] == [False, True]


def bad_lines(order: Order) -> dict[str, tuple[list[Any], set[str]]]:
    """Lines that cannot be accepted, and where that is said."""
    pads, oil = order.lines.all()

    def line(**changes: Any) -> dict[str, Any]:
        return {"part_id": pads.pk, "available": True, "unit_price": D("10"), **changes}

    return {
        "none": ([], {"lines"}),
        "foreign part": ([line(part_id=uuid4())], {"lines.0.part_id"}),
        "no price": ([line(unit_price=None)], {"lines.0.unit_price"}),
        "negative": ([line(unit_price=D("-1"))], {"lines.0.unit_price"}),
        "too precise": ([line(unit_price=D("1.001"))], {"lines.0.unit_price"}),
        "not a number": ([line(unit_price=D("NaN"))], {"lines.0.unit_price"}),
        "infinite": ([line(unit_price=D("Infinity"))], {"lines.0.unit_price"}),
        "a float": ([line(unit_price=1.5)], {"lines.0.unit_price"}),
        "too large": ([line(unit_price=D("1e9"))], {"lines.0.unit_price"}),
        "total too large": ([line(unit_price=D("99999999"), core_charge=D("99999999"))], {"lines"}),
        "core charge": ([line(core_charge=D("0.001"))], {"lines.0.core_charge"}),
        "price of nothing": ([line(), line(part_id=oil.pk, available=False)], {"lines.1.unit_price"}),
        "core of nothing": (
            [line(), line(part_id=oil.pk, available=False, unit_price=None, core_charge=D("1"))],
            {"lines.1.core_charge"},
        ),
        "nothing preferred": (
            [line(), line(part_id=oil.pk, available=False, unit_price=None, preferred=True)],
            {"lines.1.preferred"},
        ),
        "two preferred": ([line(preferred=True), line(preferred=True)], {"lines.1.preferred"}),
        "both ways": ([line(), line(available=False, unit_price=None)], {"lines.1.available"}),
        "all missing": ([line(available=False, unit_price=None)], {"lines"}),
        "seven offers": ([line() for _ in range(7)], {"lines.6.part_id"}),
        "part type": ([line(part_type="new")], {"lines.0.part_type"}),
        "brand": ([line(brand="x" * 81)], {"lines.0.brand"}),
        "grade": ([line(grade="a\x07")], {"lines.0.grade"}),
        "lead time": ([line(lead_time_minutes=-1)], {"lines.0.lead_time_minutes"}),
        "offer id": ([line(offer_id=uuid4())], {"lines.0.offer_id"}),
    }


CASES = [
    "none", "foreign part", "no price", "negative", "too precise", "not a number", "infinite", "a float",
    "too large", "total too large", "core charge", "price of nothing", "core of nothing",
    "nothing preferred", "two preferred", "both ways", "all missing", "seven offers", "part type", "brand",
    "grade", "lead time", "offer id",
]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_bad_lines_are_refused_at_their_fields(order: Order, shop: Shop, case: str) -> None:
    """Every field says what is wrong, and nothing is left behind."""
    lines, fields = bad_lines(order)[case]
    assert set(bad_lines(order)) == set(CASES)
    actor = as_member(shop)
    before = StreamEntry.objects.count()
    with pytest.raises(Invalid) as refused:
        actions.provide_quote(order.pk, shop_id=shop.pk, lines=lines, actor=actor)
    assert set(refused.value.fields) == fields
    order.refresh_from_db()
    assert (order.status, Quote.objects.count(), QuoteLine.objects.count()) == (OrderStatus.SUBMITTED, 0, 0)
    assert StreamEntry.objects.count() == before


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"delivery_fee": D("-1")}, "delivery_fee"),
        ({"delivery_fee": D("0.001")}, "delivery_fee"),
        ({"estimated_delivery_minutes": 0}, "estimated_delivery_minutes"),
        ({"estimated_delivery_minutes": 86401}, "estimated_delivery_minutes"),
        ({"notes": "x" * 1001}, "notes"),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "expires_at"),
        ({"expires_at": timezone.now() + timedelta(days=40)}, "expires_at"),
    ],
)
def test_bad_terms_are_refused_at_their_fields(
    order: Order, shop: Shop, terms: dict[str, Any], field: str
) -> None:
    """Fee, time, notes and expiry."""
    with pytest.raises(Invalid) as refused:
        quote(order, shop, **terms)
    assert set(refused.value.fields) == {field}
    assert not Quote.objects.exists()


def test_a_currency_with_three_decimals(order: Order, shop: Shop) -> None:
    """Fils count where the currency has them."""
    Order.objects.filter(pk=order.pk).update(currency="KWD")
    assert quote(order, shop, price="1.005", delivery_fee=D(0)).total_price == D("3.015")


def test_who_may_quote(order: Order, shop: Shop) -> None:
    """Owner, manager and cashier of an invited, active shop; nobody else."""
    for role in (Role.STOREKEEPER, Role.ACCOUNTANT):
        with pytest.raises(NotAllowed):
            actions.provide_quote(
                order.pk, shop_id=shop.pk, lines=offers_for(order), actor=as_member(shop, role)
            )
    with pytest.raises(NotFound):
        actions.provide_quote(
            order.pk, shop_id=shop.pk, lines=offers_for(order), actor=as_user(UserFactory())
        )
    uninvited = ShopFactory()
    with pytest.raises(NotFound):
        quote(order, uninvited)
    Shop.objects.filter(pk=shop.pk).update(status=ShopStatus.SUSPENDED)
    with pytest.raises(NotAllowed) as refused:
        quote(order, shop)
    assert refused.value.code == "shop_not_active"
    assert not Quote.objects.exists()


@pytest.mark.parametrize("role", [Role.OWNER, Role.MANAGER, Role.CASHIER])
def test_roles_that_quote(order: Order, shop: Shop, role: Role) -> None:
    """The three that answer for the shop."""
    given = actions.provide_quote(
        order.pk, shop_id=shop.pk, lines=offers_for(order), actor=as_member(shop, role)
    )
    assert given.sent_by_id == as_member(shop, role).user_id


def test_second_quote_is_a_conflict(order: Order, shop: Shop) -> None:
    """It replaces nothing silently; the answer names the one that stands."""
    first = quote(order, shop)
    with pytest.raises(Conflict) as refused:
        quote(order, shop, price="1.00")
    assert (refused.value.code, refused.value.extra) == ("quote_exists", {"quoteId": str(first.pk)})


def test_after_the_close_nobody_quotes_and_everybody_revises(order: Order, shop: Shop) -> None:
    """The close counts at its second, without any job."""
    late = ShopFactory()
    actions.widen_search(order.pk, radius_km=60, actor=as_user(order.customer))
    given = quote(order, shop)
    Invitation.objects.filter(order=order).update(deadline=timezone.now())
    with pytest.raises(Conflict) as refused:
        quote(order, late)
    assert refused.value.code == "window_closed"
    revised = actions.update_quote(given.pk, lines=offers_for(order, "90.00"), actor=as_member(shop))
    assert revised.total_price == D("320.00")


def test_revision_keeps_offers_that_are_named(order: Order, shop: Shop) -> None:
    """An offer with its id keeps its row; preference may move between them; others go."""
    given = quote(order, shop)
    pads, oil = given.lines.all()
    revised = actions.update_quote(
        given.pk,
        lines=[
            {"part_id": oil.line_id, "offer_id": oil.pk, "available": True, "unit_price": D("70")},
            {"part_id": oil.line_id, "available": True, "unit_price": D("60"), "preferred": True},
        ],
        delivery_fee=D("0"),
        actor=as_member(shop),
    )
    kept, new = revised.lines.all()
    assert (kept.pk, kept.preferred, new.preferred) == (oil.pk, False, True)
    assert (revised.status, revised.revision, revised.total_price) == (QuoteStatus.UPDATED, 2, D("120"))
    assert not QuoteLine.objects.filter(pk=pads.pk).exists()
    assert revised.version > given.version


def test_revision_of_another_version_is_stale(order: Order, shop: Shop) -> None:
    """412, and nothing changes."""
    given = quote(order, shop)
    with pytest.raises(StaleVersion):
        actions.update_quote(
            given.pk,
            lines=offers_for(order, "1.00"),
            expected_version=given.version + 1,
            actor=as_member(shop),
        )
    given.refresh_from_db()
    assert given.total_price == D("350")


def test_only_its_shop_touches_a_quote(order: Order, shop: Shop) -> None:
    """Another shop and the customer get 404."""
    given = quote(order, shop)
    for actor in (as_member(ShopFactory()), as_user(order.customer)):
        with pytest.raises(NotFound):
            actions.update_quote(given.pk, lines=offers_for(order), actor=actor)
        with pytest.raises(NotFound):
            actions.withdraw_quote(given.pk, actor=actor)
    with pytest.raises(NotAllowed):
        actions.withdraw_quote(given.pk, actor=as_member(shop, Role.STOREKEEPER))
    given.refresh_from_db()
    assert given.status == QuoteStatus.SUBMITTED


DEAD = {
    QuoteStatus.WITHDRAWN: "quote_withdrawn",
    QuoteStatus.ACCEPTED: "quote_accepted",
    QuoteStatus.LOST: "quote_lost",
    QuoteStatus.EXPIRED: "quote_expired",
}


@pytest.mark.parametrize("status", DEAD)
def test_a_dead_quote_is_neither_revised_nor_withdrawn(order: Order, shop: Shop, status: QuoteStatus) -> None:
    """The conflict says what happened."""
    given = quote(order, shop)
    Quote.objects.filter(pk=given.pk).update(status=status)
    acts: list[Callable[[], Any]] = [
        partial(actions.update_quote, given.pk, lines=offers_for(order), actor=as_member(shop)),
        partial(actions.withdraw_quote, given.pk, actor=as_member(shop)),
    ]
    for act in acts:
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.code == DEAD[status]


def test_expiry_counts_before_it_is_swept(order: Order, shop: Shop) -> None:
    """Run out is run out: no revision, a new quote instead, and the old one is written down as expired."""
    given = quote(order, shop)
    Quote.objects.filter(pk=given.pk).update(expires_at=timezone.now())
    with pytest.raises(Conflict) as refused:
        actions.update_quote(given.pk, lines=offers_for(order), actor=as_member(shop))
    assert refused.value.code == "quote_expired"
    second = quote(order, shop)
    given.refresh_from_db()
    order.refresh_from_db()
    assert (given.status, second.status) == (QuoteStatus.EXPIRED, QuoteStatus.SUBMITTED)
    assert order.status == OrderStatus.QUOTED


def test_withdrawing_the_last_quote(order: Order, shop: Shop) -> None:
    """quoted → submitted, the invitation is open again, and the shop may send another."""
    given = quote(order, shop)
    actions.withdraw_quote(given.pk, reason="Sold", actor=as_member(shop))
    given.refresh_from_db()
    order.refresh_from_db()
    assert (given.status, given.withdraw_reason) == (QuoteStatus.WITHDRAWN, "Sold")
    assert order.status == OrderStatus.SUBMITTED
    assert order.invitations.get(shop=shop).status == InvitationStatus.INVITED
    assert quote(order, shop).status == QuoteStatus.SUBMITTED


def test_withdrawing_one_of_two_keeps_the_request_quoted(shop: Shop) -> None:
    """Somebody else's still stands."""
    other = ShopFactory()
    order = ask(UserFactory())
    given = quote(order, shop)
    quote(order, other)
    actions.withdraw_quote(given.pk, actor=as_member(shop))
    order.refresh_from_db()
    assert order.status == OrderStatus.QUOTED


def test_expire_quote_is_idempotent(order: Order, shop: Shop) -> None:
    """Before its time nothing, at its time once, then nothing."""
    given = quote(order, shop)
    assert not actions.expire_quote(given.pk, actor=Actor.beat())
    Quote.objects.filter(pk=given.pk).update(expires_at=timezone.now())
    assert actions.expire_quote(given.pk, actor=Actor.beat())
    assert not actions.expire_quote(given.pk, actor=Actor.beat())
    assert not actions.expire_quote(uuid4(), actor=Actor.beat())
    assert StreamEntry.objects.filter(type="quote-expired").count() == 2


def test_declining(order: Order, shop: Shop) -> None:
    """With a reason; other needs words; a shop may change its mind; with a quote it must withdraw."""
    actor = as_member(shop)
    with pytest.raises(Invalid):
        actions.decline_invitation(order.pk, shop_id=shop.pk, reason="other", actor=actor)
    with pytest.raises(NotAllowed):
        actions.decline_invitation(
            order.pk, shop_id=shop.pk, reason="too_far", actor=as_member(shop, Role.ACCOUNTANT)
        )
    row = actions.decline_invitation(order.pk, shop_id=shop.pk, reason="too_busy", actor=actor)
    assert (row.status, row.decline_reason, row.declined_by_id) == ("declined", "too_busy", actor.user_id)
    with pytest.raises(Conflict):
        actions.decline_invitation(order.pk, shop_id=shop.pk, reason="too_busy", actor=actor)
    assert quote(order, shop).status == QuoteStatus.SUBMITTED
    with pytest.raises(Conflict):
        actions.decline_invitation(order.pk, shop_id=shop.pk, reason="too_busy", actor=actor)


def test_nobody_quotes_a_cancelled_request(order: Order, shop: Shop) -> None:
    """The conflict says that it was cancelled."""
    actions.cancel_order(order.pk, actor=as_user(order.customer))
    with pytest.raises(Conflict) as refused:
        quote(order, shop)
    assert refused.value.code == "order_cancelled"


def test_quote_answers_parts_asked_for_now(order: Order, shop: Shop) -> None:
    """A part that an amendment has removed is refused."""
    pads, oil = order.lines.all()
    actions.amend_order(order.pk, parts=[{"part_id": pads.pk, **PADS}], actor=as_user(order.customer))
    lines: list[Any] = [{"part_id": oil.pk, "available": True, "unit_price": D("1")}]
    with pytest.raises(Invalid) as refused:
        quote(order, shop, lines=lines)
    assert set(refused.value.fields) == {"lines.0.part_id"}
