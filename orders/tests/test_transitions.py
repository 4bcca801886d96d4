"""Every change of a status: what exists, who may cause it, and what is refused."""

from typing import Any

import pytest
from django.conf import settings

from clutch.accounts.tests.factories import StaffFactory, UserFactory
from clutch.core.errors import Conflict, NotAllowed, NotFound
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.models import Transition
from clutch.feed.transition import transition
from orders import rules
from orders.enums import (
    ACCEPTED_OR_LATER,
    INVITATION_TRANSITIONS,
    ORDER_TRANSITIONS,
    PAYMENT_TRANSITIONS,
    QUOTE_TRANSITIONS,
    WHO,
    InvitationStatus,
    OrderStatus,
    PaymentStatus,
    QuoteStatus,
    Side,
)
from orders.models import Order
from orders.tests.acts import as_member, as_user
from orders.tests.factories import InvitationFactory, OrderFactory, QuoteFactory, accepted_order
from shops.enums import Role
from shops.tests.factories import MemberFactory

pytestmark = pytest.mark.django_db

move = action(transition)
ORDER_PAIRS = [(a, b) for a in OrderStatus for b in OrderStatus]
QUOTE_PAIRS = [(a, b) for a in QuoteStatus for b in QuoteStatus]
INVITATION_PAIRS = [(a, b) for a in InvitationStatus for b in InvitationStatus]

ALLOWED_ORDER = {
    ("draft", "submitted"): "customer",
    ("draft", "cancelled"): "customer",
    ("submitted", "quoted"): "shop",
    ("submitted", "cancelled"): "customer staff",
    ("quoted", "submitted"): "customer shop system",
    ("quoted", "accepted"): "customer",
    ("quoted", "cancelled"): "customer staff",
    ("accepted", "quoted"): "system",
    ("accepted", "submitted"): "system",
    ("accepted", "processing"): "shop staff",
    ("accepted", "cancelled"): "customer shop staff",
    ("processing", "shipped"): "shop staff",
    ("processing", "cancelled"): "shop staff",
    ("shipped", "delivered"): "shop staff",
    ("shipped", "cancelled"): "shop staff",
}
ALLOWED_QUOTE = {
    "submitted": {"updated", "withdrawn", "accepted", "lost", "expired"},
    "updated": {"updated", "withdrawn", "accepted", "lost", "expired"},
    "withdrawn": set(),
    "accepted": {"submitted", "updated", "expired"},
    "lost": {"submitted", "updated", "expired"},
    "expired": set(),
}
ALLOWED_INVITATION = {"invited": {"quoted", "declined"}, "quoted": {"invited"}, "declined": {"quoted"}}


def order_in(status: OrderStatus) -> Order:
    """An order that has come as far as a status."""
    if status in ACCEPTED_OR_LATER:
        return accepted_order(status=status)
    return OrderFactory(status=status)


def extra(order: Order, to: str) -> dict[str, Any]:
    """The columns that go with a status by the constraint of the table."""
    if to in ACCEPTED_OR_LATER and order.selected_quote_id is None:
        quote = QuoteFactory(order=order)
        return {"selected_quote": quote, "shop_id": quote.shop_id, "total": quote.total_price}
    if to in (OrderStatus.QUOTED, OrderStatus.SUBMITTED):
        return {"selected_quote": None, "shop": None, "total": None}
    return {}


@pytest.mark.parametrize(("status", "to"), ORDER_PAIRS)
def test_order_moves_only_as_the_table_says(status: OrderStatus, to: OrderStatus) -> None:
    """Every allowed change is made and recorded, every other one is a conflict that changes nothing."""
    order = order_in(status)
    if (status, to) in ALLOWED_ORDER:
        move(order, to, transitions=ORDER_TRANSITIONS, actor=Actor.beat(), **extra(order, to))
        expected, recorded = to, 1
    else:
        with pytest.raises(Conflict) as refused:
            move(order, to, transitions=ORDER_TRANSITIONS, actor=Actor.beat())
        assert refused.value.extra["currentStatus"] == status
        expected, recorded = status, 0
    order.refresh_from_db()
    assert order.status == expected
    assert Transition.objects.filter(object_id=order.pk, field="status").count() == recorded


@pytest.mark.parametrize(("status", "to"), QUOTE_PAIRS)
def test_quote_moves_only_as_the_table_says(status: QuoteStatus, to: QuoteStatus) -> None:
    """All allowed and all refused statuses of a quote."""
    quote = QuoteFactory(status=status)
    if to in ALLOWED_QUOTE[status]:
        move(quote, to, transitions=QUOTE_TRANSITIONS, actor=Actor.beat())
    else:
        with pytest.raises(Conflict):
            move(quote, to, transitions=QUOTE_TRANSITIONS, actor=Actor.beat())
    quote.refresh_from_db()
    assert quote.status == (to if to in ALLOWED_QUOTE[status] else status)


@pytest.mark.parametrize(("status", "to"), INVITATION_PAIRS)
def test_invitation_moves_only_as_the_table_says(status: InvitationStatus, to: InvitationStatus) -> None:
    """All allowed and all refused statuses of an invitation."""
    invitation = InvitationFactory(status=status)
    if to in ALLOWED_INVITATION[status]:
        move(invitation, to, transitions=INVITATION_TRANSITIONS, actor=Actor.beat())
    else:
        with pytest.raises(Conflict):
            move(invitation, to, transitions=INVITATION_TRANSITIONS, actor=Actor.beat())
    invitation.refresh_from_db()
    assert invitation.status == (to if to in ALLOWED_INVITATION[status] else status)


def test_payment_table() -> None:
    """The payment statuses of the plan, and nothing comes back from refunded."""
    assert {(a, b) for a, targets in PAYMENT_TRANSITIONS.items() for b in targets} == {
        (PaymentStatus.PENDING, PaymentStatus.PAID),
        (PaymentStatus.PENDING, PaymentStatus.FAILED),
        (PaymentStatus.FAILED, PaymentStatus.PENDING),
        (PaymentStatus.FAILED, PaymentStatus.PAID),
        (PaymentStatus.PAID, PaymentStatus.REFUNDED),
    }


def actors(order: Order) -> dict[Side, Actor]:
    """One actor on each side of an order; the shop's is its owner."""
    found = {
        Side.CUSTOMER: as_user(order.customer),
        Side.STAFF: as_user(StaffFactory()),
        Side.SYSTEM: Actor.beat(),
    }
    if order.shop is not None:
        found[Side.SHOP] = as_member(order.shop)
    return found


@pytest.mark.parametrize(("status", "to"), sorted(ALLOWED_ORDER))
def test_who_may_move_an_order(status: str, to: str) -> None:
    """Each change for each side: let pass by the table, else refused."""
    order = order_in(OrderStatus(status))
    assert WHO[status, to] == {Side(name) for name in ALLOWED_ORDER[status, to].split()}
    for side, actor in actors(order).items():
        if side in ALLOWED_ORDER[status, to].split():
            assert rules.require(actor, order, to) == {side}
        else:
            with pytest.raises(NotAllowed):
                rules.require(actor, order, to)
    with pytest.raises(NotFound):
        rules.require(as_user(UserFactory()), order, to)
    with pytest.raises(NotFound):
        rules.require(as_user(MemberFactory().user), order, to)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(("status", "to"), [("accepted", "processing"), ("accepted", "cancelled")])
def test_roles_of_a_shop(role: Role, status: str, to: str) -> None:
    """Storekeepers prepare and ship; owners and managers alone give an order up."""
    order = accepted_order()
    allowed = rules.ROLES_FOR_STATUS[to]
    assert order.shop is not None
    actor = as_member(order.shop, role)
    if role in allowed:
        assert rules.require(actor, order, to) == {Side.SHOP}
    else:
        with pytest.raises(NotAllowed):
            rules.require(actor, order, to)
    assert Role.STOREKEEPER in rules.ROLES_FOR_STATUS["processing"]
    assert rules.ROLES_FOR_STATUS["cancelled"] == {Role.OWNER, Role.MANAGER}


def test_former_member_may_nothing() -> None:
    """A member who has left stands on no side."""
    order = accepted_order()
    member = MemberFactory(shop=order.shop, is_active=False)
    with pytest.raises(NotFound):
        rules.require(as_user(member.user), order, OrderStatus.PROCESSING)


def test_the_document_shows_the_table() -> None:
    """docs/market.md says what the table says."""
    text = (settings.BASE_DIR / "docs" / "market.md").read_text()
    section = text.partition("## Statuses of an order")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:4]] for line in section.splitlines() if "|" in line]
    told = {(a, b): " ".join(who.split(", ")) for a, b, who in rows[2:]}
    assert told == ALLOWED_ORDER
