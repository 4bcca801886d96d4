"""Who may open which page, and who may act: everybody else changes nothing."""

from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from django.db import connection
from django.test import Client

from clutch.core.tests.sharing import shared_rows
from orders.enums import OrderStatus
from orders.models import (
    Invitation,
    Message,
    MessageThread,
    Order,
    PaymentEntry,
    Quote,
    QuoteLine,
    Shipment,
    TrackingEvent,
)
from orders.tests.factories import InvitationFactory, OrderFactory, QuoteFactory, accepted_order
from orders.tests.portal.conftest import People, make_people
from orders.tests.portal.forms import quote_form
from shops.enums import Role

pytestmark = pytest.mark.django_db

MEMBERS = tuple(Role)
QUOTING = (Role.OWNER, Role.MANAGER, Role.CASHIER)
HANDLING = (*QUOTING, Role.STOREKEEPER)
RUNNING = (Role.OWNER, Role.MANAGER)
STRANGERS = ("other_owner", "customer", "nobody")
# What the acts could change.
TABLES = (
    Order,
    Quote,
    QuoteLine,
    Invitation,
    Shipment,
    TrackingEvent,
    PaymentEntry,
    Message,
    MessageThread,
)


@pytest.fixture(scope="module")
def everything_made(django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[[], Any]]:
    def make() -> tuple[People, dict[str, Any]]:
        people = make_people()
        return people, _rows(people)

    with shared_rows(django_db_blocker, make) as copy:
        yield copy


@pytest.fixture
def made(everything_made: Callable[[], Any], db: None) -> Any:
    return everything_made()


@pytest.fixture
def people(made: Any) -> People:
    """The people of the portal's other tests, shared by this file."""
    return cast("People", made[0])


@pytest.fixture
def rows(made: Any) -> Any:
    """One row of each kind that the pages are about."""
    return made[1]


def _rows(people: People) -> dict[str, Any]:
    request = OrderFactory(status=OrderStatus.SUBMITTED, parts=1)
    InvitationFactory(order=request, shop=people.shop)
    shipped = accepted_order(shop=people.shop, status=OrderStatus.SHIPPED)
    prepared = accepted_order(shop=people.shop, status=OrderStatus.PROCESSING)
    for order in (shipped, prepared):
        Shipment.objects.create(order=order, shop=people.shop, code="123456")
    return {
        "request": request,
        "quoted": QuoteFactory(shop=people.shop).order,
        "won": accepted_order(shop=people.shop),
        "prepared": prepared,
        "shipped": shipped,
        "delivered": accepted_order(shop=people.shop, status=OrderStatus.DELIVERED),
    }


# path, row, who may open it. Lists show everybody their own shop's rows, so strangers to the shop
# with a shop of their own get an empty one.
PAGES = [
    ("/portal/requests/{}", "request", MEMBERS),
    ("/portal/requests/{}", "quoted", MEMBERS),
    ("/portal/requests/{}/state", "request", MEMBERS),
    ("/portal/requests/{}/decline", "request", QUOTING),
    ("/portal/requests/{}/withdraw", "quoted", QUOTING),
    ("/portal/orders/{}", "won", MEMBERS),
    ("/portal/orders/{}/slip", "won", MEMBERS),
    ("/portal/orders/{}/ship", "prepared", HANDLING),
    ("/portal/orders/{}/tracking", "shipped", HANDLING),
    ("/portal/orders/{}/deliver", "shipped", HANDLING),
    ("/portal/orders/{}/cash", "delivered", HANDLING),
    ("/portal/orders/{}/cancel", "won", RUNNING),
    ("/portal/messages/{}", "request", MEMBERS),
]
COUNTS = ["/portal/counts/requests", "/portal/counts/messages"]
LISTS = ["/portal/requests", "/portal/quotes", "/portal/orders", "/portal/messages"]


def expected(who: str, allowed: tuple[str, ...]) -> int:
    """The status that somebody gets: 200, 403 for the role, 404 for other shops, or sent elsewhere."""
    if who in ("nobody", "customer"):
        return 302
    if who == "other_owner":
        return 404
    return 200 if who in allowed else 403


def client_of(people: People, as_user: Callable[..., Client], who: str) -> Client:
    return as_user(None if who == "nobody" else people[who])


@pytest.mark.parametrize("who", [*MEMBERS, *STRANGERS])
@pytest.mark.parametrize("page", PAGES)
def test_page_opens_for_the_roles_it_is_for(
    people: People, as_user: Any, rows: Any, page: Any, who: str
) -> None:
    path, row, allowed = page
    response = client_of(people, as_user, who).get(path.format(rows[row].number))
    assert response.status_code == expected(who, allowed)


@pytest.mark.parametrize("who", [*MEMBERS, *STRANGERS])
@pytest.mark.parametrize("path", LISTS)
def test_list_shows_the_own_shop_only(people: People, as_user: Any, rows: Any, path: str, who: str) -> None:
    MessageThread.objects.create(order=rows["won"], shop=people.shop, last_message_at=rows["won"].accepted_at)
    response = client_of(people, as_user, who).get(f"{path}?view=all")
    numbers = [order.number for order in rows.values() if order.number in response.content.decode()]
    if who in MEMBERS:
        assert (response.status_code, bool(numbers)) == (200, True)
    else:
        assert (response.status_code, numbers) == (200 if who == "other_owner" else 302, [])


@pytest.mark.parametrize("path", ["/portal", *LISTS, *COUNTS])
def test_who_has_no_shop_is_sent_to_the_onboarding_and_nobody_to_sign_in(
    people: People, as_user: Any, path: str
) -> None:
    assert as_user(people["customer"]).get(path)["Location"] == "/portal/onboarding"
    assert as_user(None).get(path)["Location"] == f"/sign-in?next={path}"
    fragment = as_user(people["customer"]).get(path, headers={"HX-Request": "true"})
    assert fragment["HX-Redirect"] == "/portal/onboarding"


def acts(people: People, rows: dict[str, Any]) -> list[tuple[str, dict[str, Any], tuple[str, ...]]]:
    """Every act of the pages with input that would pass, and who may do it."""
    request, quoted = rows["request"], rows["quoted"]
    return [
        (f"/portal/requests/{request.number}", quote_form(request, people.shop), QUOTING),
        (f"/portal/requests/{request.number}/send", {"draft": "1"}, QUOTING),
        (f"/portal/requests/{request.number}/decline", {"reason": "too_far"}, QUOTING),
        (f"/portal/requests/{quoted.number}/withdraw", {"reason": "sold out"}, QUOTING),
        (f"/portal/orders/{rows['won'].number}/start", {}, HANDLING),
        (f"/portal/orders/{rows['prepared'].number}/ship", {"courier_name": "Ali"}, HANDLING),
        (f"/portal/orders/{rows['shipped'].number}/tracking", {"kind": "arrived"}, HANDLING),
        (f"/portal/orders/{rows['shipped'].number}/deliver", {"code": "123456"}, HANDLING),
        (f"/portal/orders/{rows['delivered'].number}/cash", {"amount": "900.00"}, HANDLING),
        (f"/portal/orders/{rows['won'].number}/cancel", {"reason": "broken"}, RUNNING),
        (f"/portal/messages/{request.number}", {"text": "Which side?"}, HANDLING),
        (f"/portal/messages/{request.number}/read", {}, HANDLING),
    ]


def everything() -> list[Any]:
    """All rows and the number of events, so that a refusal can be shown to have changed nothing."""
    tables = (
        Order,
        Quote,
        QuoteLine,
        Invitation,
        Shipment,
        TrackingEvent,
        PaymentEntry,
        Message,
        MessageThread,
    )
    rows: list[Any] = [list(table.objects.order_by("pk").values_list()) for table in tables]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM feed_streamentry")
        return [*rows, cursor.fetchone()]


@pytest.mark.parametrize("who", [*MEMBERS, *STRANGERS])
def test_act_of_who_may_not_changes_nothing(people: People, as_user: Any, rows: Any, who: str) -> None:
    client, before = client_of(people, as_user, who), everything()
    for path, data, allowed in acts(people, rows):
        if who in allowed:
            continue
        # The form's own field names the shop it was shown for; a stranger cannot name it either.
        for sent in (data, {**data, "shop": str(people.shop.pk)}):
            response = client.post(path, sent)
            wanted = {"nobody": {302}, "customer": {302, 404}, "other_owner": {404}}.get(who, {403})
            assert response.status_code in wanted, path
            assert everything() == before, path


# The draft and the cash need more rows (test_queue, test_orders); declining and cancelling come after
# acts on the same row; reading answers without a redirect.
NOT_HERE = ("/send", "/decline", "/cash", "/cancel", "/read")


@pytest.mark.parametrize("who", MEMBERS)
def test_act_of_who_may_goes_through(people: People, as_user: Any, rows: Any, who: str) -> None:
    client = as_user(people[who])
    for path, data, allowed in acts(people, rows):
        if who in allowed and not path.endswith(NOT_HERE):
            assert client.post(path, data).status_code == 302, path


@pytest.mark.parametrize("method", ["get", "post"])
def test_revoked_member_is_out_at_once(people: People, as_user: Any, rows: Any, method: str) -> None:
    client = as_user(people["cashier"])
    people["cashier"].memberships.update(is_active=False)
    before = everything()
    response = getattr(client, method)(f"/portal/requests/{rows['request'].number}")
    assert response["Location"] == "/portal/onboarding"
    shown_for = client.post(
        f"/portal/requests/{rows['request'].number}/decline",
        {"reason": "too_far", "shop": str(people.shop.pk)},
    )
    assert shown_for.status_code == 404
    assert everything() == before
