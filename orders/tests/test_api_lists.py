"""Lists: the same number of queries for 1 and 3 rows (and for 30), filters, pages, order."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clutch.accounts.models import User
from clutch.accounts.tests.factories import StaffFactory, UserFactory
from orders import actions
from orders.models import Invitation, LinePhoto, Order, Quote
from orders.tests.acts import accept, api, as_user, ask, quote
from orders.tests.factories import InvitationFactory, OrderFactory, QuoteFactory
from shops.models import Shop
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.django_db


def rows(customer: User, shop: Shop, count: int) -> None:
    """Requests with two parts, a photo each, and quotes of two shops."""
    for _ in range(count):
        order = OrderFactory(customer=customer, status="quoted", parts=2)
        for line in order.lines.all():
            LinePhoto.objects.bulk_create([LinePhoto(line=line, file="orders/x.jpg", width=4, height=3)])
        QuoteFactory(order=order, shop=shop)
        QuoteFactory(order=order)


@pytest.mark.parametrize(
    ("path", "person"),
    [
        ("auto-parts-orders/user/{customer}", "customer"),
        ("auto-parts-orders/user/{customer}", "staff"),
        ("shop-requests", "member"),
        ("shop-quotes/shop-quotes", "member"),
    ],
)
def test_queries_do_not_grow(path: str, person: str) -> None:
    """1, 3 and 30 rows cost the same."""
    customer, member = UserFactory(), MemberFactory()
    people = {"customer": customer, "member": member.user, "staff": StaffFactory()}
    client = api(people[person])
    url = f"/api/v1/{path.format(customer=customer.pk)}?pageSize=100"
    costs = []
    for count, total in ((1, 1), (2, 3), (27, 30)):
        rows(customer, member.shop, count)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(url).json()
        assert (answer["count"], len(answer["results"])) == (total, total)
        costs.append(len(queries))
    assert len(set(costs)) == 1, costs


def test_orders_by_status_time_and_page() -> None:
    """Several statuses at once, from and before, pages of a size."""
    customer = UserFactory()
    client = api(customer)
    old = OrderFactory(customer=customer, status="submitted")
    Order.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=3))
    draft, cancelled = OrderFactory(customer=customer), OrderFactory(customer=customer, status="cancelled")
    OrderFactory()

    def numbers(query: str) -> list[str]:
        answer = client.get(f"/api/v1/auto-parts-orders/user/{customer.pk}?{query}")
        return [row["orderNumber"] for row in answer.json()["results"]]

    assert numbers("") == [cancelled.number, draft.number, old.number]
    assert numbers("status=draft&status=submitted") == [draft.number, old.number]
    since = (timezone.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert numbers(f"createdAfter={since}&ordering=createdAt") == [draft.number, cancelled.number]
    assert numbers(f"createdBefore={since}") == [old.number]
    assert numbers("pageSize=2&page=2") == [old.number]
    assert numbers(f"requestId={old.request_id}") == [old.number]
    assert numbers("paymentStatus=paid") == []


def test_quotes_by_status_order_and_time() -> None:
    """What has run out is expired, whether a job has said so or not."""
    member = MemberFactory()
    live, run_out, swept = (QuoteFactory(shop=member.shop) for _ in range(3))
    Quote.objects.filter(pk=run_out.pk).update(expires_at=timezone.now())
    Quote.objects.filter(pk=swept.pk).update(status="expired")
    client = api(member.user)

    def ids(query: str) -> set[str]:
        found = client.get(f"/api/v1/shop-quotes/shop-quotes?{query}").json()["results"]
        return {row["quoteId"] for row in found}

    assert ids("status=submitted") == {str(live.pk)}
    assert ids("status=expired") == {str(run_out.pk), str(swept.pk)}
    assert ids("status=expired&status=submitted") == {str(live.pk), str(run_out.pk), str(swept.pk)}
    assert ids(f"order={live.order_id}") == {str(live.pk)}
    assert ids(f"orderNumber={swept.order.number.lower()}") == {str(swept.pk)}
    assert ids("createdBefore=2020-01-01T00:00:00Z") == set()


def states(member: Any) -> dict[str, Callable[[], Order]]:
    """A request in each state for the shop of a member."""

    def asked() -> Order:
        return ask(UserFactory())

    def closed() -> Order:
        order = OrderFactory(status="submitted", quotes_close_at=timezone.now())
        InvitationFactory(order=order, shop=member.shop)
        return order

    def won() -> Order:
        order = asked()
        return accept(order, quote(order, member.shop))

    def taken() -> Order:
        order = asked()
        rival = Invitation.objects.filter(order=order).exclude(shop=member.shop).get().shop
        return accept(order, quote(order, rival))

    def cancelled() -> Order:
        order = asked()
        return actions.cancel_order(order.pk, actor=as_user(order.customer))

    def taken_and_cancelled() -> Order:
        order = taken()
        return actions.cancel_order(order.pk, actor=as_user(order.customer))

    def won_and_cancelled() -> Order:
        order = won()
        return actions.cancel_order(order.pk, actor=as_user(order.customer))

    return {
        "open": asked,
        "closed": closed,
        "won": won,
        "taken": taken,
        "cancelled": cancelled,
        "taken, then cancelled": taken_and_cancelled,
        "won, then cancelled": won_and_cancelled,
    }


def test_requests_by_state() -> None:
    """The filter in SQL and the state that is shown are the same, for every state."""
    member = MemberFactory()
    ShopFactory()
    made = {name: make().number for name, make in states(member).items()}
    client = api(member.user)
    shown = {
        row["orderNumber"]: row["state"]
        for row in client.get("/api/v1/shop-requests?pageSize=100").json()["results"]
    }
    expected = {name: name for name in ("open", "closed", "won", "taken", "cancelled")}
    expected |= {"taken, then cancelled": "taken", "won, then cancelled": "cancelled"}
    assert shown == {made[name]: state for name, state in expected.items()}
    for state in set(expected.values()):
        found = client.get(f"/api/v1/shop-requests?state={state}").json()["results"]
        assert {row["orderNumber"] for row in found} == {
            number for number, each in shown.items() if each == state
        }


def test_requests_by_make_and_whether_seen() -> None:
    """The first look is noted, by a GET of one request."""
    member = MemberFactory()
    first, second = ask(UserFactory()), ask(UserFactory(), vehicle={"make": "Zzyzx"})
    client = api(member.user)
    assert client.get(f"/api/v1/shop-requests/{first.number}").json()["seenAt"] is not None

    def numbers(query: str) -> list[str]:
        return [row["orderNumber"] for row in client.get(f"/api/v1/shop-requests?{query}").json()["results"]]

    assert numbers("seen=true") == [first.number]
    assert numbers("seen=false") == [second.number]
    assert numbers("make=zzyzx") == [second.number]
    assert numbers("ordering=createdAt") == [first.number, second.number]
