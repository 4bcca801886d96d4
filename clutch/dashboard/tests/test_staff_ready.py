"""Staff without a second factor: outside the demo they get everywhere what a stranger gets."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from clutch.accounts.models import User
from clutch.accounts.tests.factories import StaffFactory, UserFactory
from clutch.core.errors import DomainError
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.streams import STAFF_STREAM, user_stream
from clutch.live import audiences, cursor
from clutch.live.middleware import LiveCursorMiddleware
from clutch.live.tests.client import emit
from clutch.notifications.broadcasts import send_broadcast
from orders import queries, rules
from orders.enums import OrderStatus
from orders.models import Order
from orders.tests.factories import QuoteFactory, accepted_order
from shops.models import ShopDocument
from shops.rules import documents_for
from shops.tests.factories import ShopFactory

pytestmark = pytest.mark.django_db

MESSAGE = {"audience": "all", "title": "News", "message": "Text"}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    return client


def got(user: User, path: str) -> int:
    return client_of(user).get(f"/api/v1/{path}").status_code


def sent(user: User) -> int:
    body = MESSAGE, "application/json"
    return client_of(user).post("/api/v1/notifications/send", *body).status_code


def broadcast(user: User) -> str:
    message: dict[str, Any] = dict(MESSAGE)
    try:
        send_broadcast(user.pk, **message, actor=Actor.user(user, "app"))
    except DomainError as refused:
        return refused.code
    return "sent"


def moved(user: User, order: Order) -> str:
    @action
    def act(*, actor: Actor) -> str:
        return ",".join(rules.require(actor, order, OrderStatus.CANCELLED))

    try:
        return act(actor=Actor.user(user, "app"))
    except DomainError as refused:
        return refused.code


def page_streams(user: User) -> Any:
    emit(STAFF_STREAM)
    request = RequestFactory().get("/")
    request.user = user
    LiveCursorMiddleware(lambda request: HttpResponse()).process_view(request, None, (), {})
    return set(cursor.decode(request.live_cursor)) - {user_stream(user.pk)}  # type: ignore[attr-defined]


def shown_quotes(user: User) -> list[Any]:
    return [
        quote.pk for order in queries.orders_shown(Order.objects.all(), user) for quote in order.quotes.all()
    ]


WAYS: dict[str, Callable[[User, Order], Any]] = {
    "an order": lambda user, order: got(user, f"auto-parts-orders/{order.pk}"),
    "orders of another": lambda user, order: got(user, f"auto-parts-orders/user/{order.customer_id}"),
    "all orders": lambda user, order: list(rules.orders_for(user)),
    "requests": lambda user, order: list(rules.requests_seen_by(user)),
    "all quotes": lambda user, order: list(rules.quotes_for(user)),
    "quotes seen": lambda user, order: list(rules.quotes_seen_by(user)),
    "quotes of orders": lambda user, order: shown_quotes(user),
    "acting as staff": moved,
    "side": lambda user, order: rules.sides(Actor.user(user, "app"), order),
    "documents": lambda user, order: list(documents_for(user)),
    "sending": lambda user, order: sent(user),
    "broadcast": lambda user, order: broadcast(user),
    "socket": lambda user, order: audiences.streams_of(user) - {user_stream(user.pk)},
    "page": lambda user, order: page_streams(user),
}


@pytest.fixture
def order() -> Order:
    """An order with a quote, and a shop with a document."""
    order = accepted_order()
    QuoteFactory()
    document = ShopDocument(shop=ShopFactory(), kind="tax_card", filename="a.jpg", size=1)
    document.file.save("a.jpg", ContentFile(b"x"), save=True)
    return order


@pytest.mark.parametrize("way", WAYS)
def test_staff_without_a_second_factor_gets_what_a_stranger_gets(
    way: str, order: Order, settings: Any
) -> None:
    settings.DEMO = False
    staff, stranger = StaffFactory(second_factor=False), UserFactory()
    refused = WAYS[way](stranger, order)
    assert WAYS[way](staff, order) == refused
    assert WAYS[way](StaffFactory(), order) != refused
    settings.DEMO = True
    assert WAYS[way](staff, order) != refused


def test_audiences_of_many_staff_cost_as_much_as_of_one() -> None:
    staff = [StaffFactory() for _ in range(3)]
    ids = [str(user.pk) for user in staff]
    with CaptureQueriesContext(
        connection,
    ) as one:
        audiences.look_up(ids[:1])
    with CaptureQueriesContext(connection) as many:
        found = audiences.look_up(ids)
    assert len(many) == len(one)
    assert all(STAFF_STREAM in streams for streams in found.by_user.values())
