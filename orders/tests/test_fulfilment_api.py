"""The API after an acceptance: who may, what is answered, what bad input gets, what a repeat gets."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from clutch.accounts.tests.factories import StaffFactory, UserFactory
from clutch.feed.models import StreamEntry
from orders import actions
from orders.models import Message, Order, PaymentEntry, Rating, Shipment, TrackingEvent
from orders.tests.acts import accept, api, as_member, as_user
from orders.tests.paying import (
    approve,
    bought,
    card_of,
    cheapest,
    deliver,
    fulfil,
    prepare,
    quoted,
    run_payment_jobs,
    seller,
    ship,
    shop_of,
    sums,
)
from shops.enums import Role
from shops.models import Member, Shop
from shops.tests.factories import MemberFactory

pytestmark = pytest.mark.django_db

BASE = "/api/v1/auto-parts-orders"


def photo(name: str = "door.jpg") -> SimpleUploadedFile:
    """A small real photo."""
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")


@dataclass
class Case:
    """One request: its method, path, body, and who gets which status. 404 and 403 change nothing."""

    method: str
    path: str
    stage: str
    body: dict[str, Any] | None
    customer: int
    owner: int
    accountant: int

    def send(self, user: Any, order: Order) -> Any:
        """Ask as somebody."""
        client = api(user)
        url = f"{BASE}/{order.number}/{self.path}"
        if self.method == "GET":
            return client.get(url)
        if self.body and "photo" in self.body:
            return client.post(url, {**self.body, "photo": photo()}, format="multipart")
        return client.post(url, self.body or {})


CASES = [
    Case("GET", "payment", "accepted", None, 200, 200, 200),
    Case("POST", "payment", "card", None, 201, 404, 404),
    Case("GET", "payment/entries", "accepted", None, 200, 200, 200),
    Case("POST", "cash-collected", "delivered", {"amount": "350.00"}, 403, 201, 403),
    Case("POST", "refunds", "collected", {"amount": "50.00", "reason": "late"}, 403, 201, 403),
    Case("GET", "tracking", "shipped", None, 200, 200, 200),
    Case("POST", "tracking", "shipped", {"kind": "arrived"}, 403, 201, 403),
    Case("GET", "delivery-code", "shipped", None, 200, 404, 404),
    Case("POST", "delivery-code", "shipped", None, 201, 404, 404),
    Case("POST", "delivery-photo", "shipped", {"photo": True}, 403, 201, 403),
    Case("GET", "contacts", "accepted", None, 200, 200, 200),
    Case("POST", "rating", "delivered", {"stars": 5, "comment": "Fast."}, 201, 403, 403),
    Case("POST", "messages", "accepted", {"text": "Hello"}, 201, 201, 403),
    Case("GET", "messages", "talked", None, 200, 200, 403),
    Case("POST", "messages/read", "talked", None, 200, 200, 403),
]
IDS = [f"{case.method} {case.path}" for case in CASES]


def at(stage: str) -> Order:
    """An order at a stage of its life."""
    order = bought("card" if stage == "card" else "cash")
    if stage in ("shipped", "delivered", "collected"):
        prepare(order)
        ship(order)
    if stage in ("delivered", "collected"):
        deliver(order)
    if stage == "collected":
        assert order.total is not None
        actions.collect_cash(order.pk, shop_id=shop_of(order), amount=order.total, actor=seller(order))
    if stage == "talked":
        actions.send_message(order.pk, shop_id=shop_of(order), text="Hi", actor=as_user(order.customer))
    return order


def member(order: Order, role: Role) -> Any:
    """A user of the selected shop."""
    assert order.shop is not None
    as_member(order.shop, role)
    return Member.objects.get(shop=order.shop, role=role).user


def state() -> tuple[int, ...]:
    """A fingerprint of everything that these requests could change."""
    return (
        PaymentEntry.objects.count(),
        TrackingEvent.objects.count(),
        Message.objects.count(),
        Rating.objects.count(),
        StreamEntry.objects.count(),
        *Shipment.objects.values_list("version", flat=True),
        *Order.objects.values_list("version", flat=True),
    )


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_every_endpoint_for_every_role(case: Case) -> None:
    order = at(case.stage)
    strangers: list[tuple[Any, int]] = [
        (None, 401),
        (UserFactory(), 404),
        (MemberFactory().user, 404),
        (member(order, Role.ACCOUNTANT), case.accountant),
    ]
    insiders = ((order.customer, case.customer), (member(order, Role.OWNER), case.owner))
    strangers += [(user, expected) for user, expected in insiders if expected >= 400]
    before = state()
    for user, expected in strangers:
        answer = case.send(user, order)
        assert answer.status_code == expected, (user, answer.content)
        if expected >= 400:
            assert answer["Content-Type"] == "application/problem+json"
    assert state() == before
    for user, expected in insiders:
        if expected < 400:
            answer = case.send(user, order)
            assert answer.status_code == expected, answer.content


def test_staff_see_the_payment_and_the_way() -> None:
    order = at("shipped")
    client = api(StaffFactory())
    for path in ("payment", "tracking", "contacts", "payment/entries"):
        assert client.get(f"{BASE}/{order.pk}/{path}").status_code == 200
    assert client.get(f"{BASE}/{order.pk}/delivery-code").status_code == 404


def test_lost_shop_sees_nothing_after_the_acceptance() -> None:
    order = quoted(shops=2)
    loser = order.quotes.order_by("-total_price").first()
    assert loser is not None
    accept(order, cheapest(order), payment_method="cash")
    client = api(as_member_user(loser.shop))
    for path in ("payment", "tracking", "contacts", "rating", "payment/entries"):
        assert client.get(f"{BASE}/{order.number}/{path}").status_code == 404


def as_member_user(shop: Shop) -> Any:
    """The owner of a shop."""
    as_member(shop)
    return Member.objects.get(shop=shop, role=Role.OWNER).user


def test_address_and_phone_only_after_the_acceptance() -> None:
    order = quoted()
    shop = api(as_member_user(order.quotes.get().shop))
    assert shop.get(f"{BASE}/{order.number}/contacts").status_code == 404
    accept(order, cheapest(order), payment_method="cash")
    shown = shop.get(f"{BASE}/{order.number}/contacts").json()
    assert (shown["address"], shown["customerPhone"]) == (order.address, order.customer.phone)
    assert shown["customerName"] == order.customer.name


def test_card_page_is_opened_and_approved() -> None:
    order = bought("card")
    driver = api(order.customer)
    page = driver.post(f"{BASE}/{order.number}/payment")
    assert page.status_code == 201, page.content
    assert page.json()["paymentUrl"].endswith(f"/payments/pretend/{card_of(order).token}")
    again = driver.post(f"{BASE}/{order.number}/payment")
    assert again.json()["paymentId"] == page.json()["paymentId"]
    before = driver.get(f"{BASE}/{order.number}/payment").json()
    assert (before["authorised"], before["paymentStatus"], before["outstanding"]) == (
        False,
        "pending",
        "350.00",
    )
    approve(order)
    after = driver.get(f"{BASE}/{order.number}/payment").json()
    assert (after["authorised"], after["payBefore"]) == (True, None)
    refused = driver.post(f"{BASE}/{order.number}/payment")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_paid")


def test_same_key_gets_the_same_page() -> None:
    order = bought("card")
    driver = api(order.customer)
    headers = {"Idempotency-Key": "abc"}
    first = driver.post(f"{BASE}/{order.number}/payment", headers=headers)
    second = driver.post(f"{BASE}/{order.number}/payment", headers=headers)
    assert (second.json(), second["Idempotency-Replayed"]) == (first.json(), "true")


@pytest.mark.parametrize(
    ("stage", "path", "body", "rows"),
    [
        ("delivered", "cash-collected", {"amount": "350.00"}, PaymentEntry),
        ("collected", "refunds", {"amount": "50.00", "reason": "late"}, PaymentEntry),
        ("shipped", "tracking", {"kind": "arrived"}, TrackingEvent),
        ("accepted", "messages", {"text": "Hello"}, Message),
    ],
)
def test_idempotency_key_makes_one_of_two(stage: str, path: str, body: dict[str, Any], rows: Any) -> None:
    order = at(stage)
    client = api(member(order, Role.OWNER))
    headers = {"Idempotency-Key": "k1"}
    first = client.post(f"{BASE}/{order.number}/{path}", body, headers=headers)
    count = rows.objects.count()
    second = client.post(f"{BASE}/{order.number}/{path}", body, headers=headers)
    assert (first.status_code, second.status_code, second.json()) == (201, 201, first.json())
    assert rows.objects.count() == count
    other = client.post(f"{BASE}/{order.number}/{path}", {**body, "x": 1}, headers=headers)
    assert other.status_code in (400, 409)


def test_rating_twice_with_a_key_is_answered_and_without_is_a_conflict() -> None:
    order = at("delivered")
    driver = api(order.customer)
    for _ in range(2):
        answer = driver.post(f"{BASE}/{order.number}/rating", {"stars": 5}, headers={"Idempotency-Key": "r"})
        assert answer.status_code == 201
    assert driver.post(f"{BASE}/{order.number}/rating", {"stars": 5}).status_code == 409
    assert driver.get(f"{BASE}/{order.number}/rating").json()["stars"] == 5


@pytest.mark.parametrize(
    ("stage", "path", "body", "field"),
    [
        ("delivered", "cash-collected", {"amount": "-1"}, "amount"),
        ("delivered", "cash-collected", {"amount": "350.001"}, "amount"),
        ("delivered", "cash-collected", {"amount": "NaN"}, "amount"),
        ("delivered", "cash-collected", {"amount": "349.00"}, "amount"),
        ("delivered", "cash-collected", {}, "amount"),
        ("delivered", "cash-collected", {"amount": "350.00", "odd": 1}, "odd"),
        ("collected", "refunds", {"amount": "0", "reason": "x"}, "amount"),
        ("collected", "refunds", {"amount": "351", "reason": "x"}, "amount"),
        ("collected", "refunds", {"amount": "1"}, "reason"),
        ("shipped", "tracking", {"kind": "flown"}, "kind"),
        ("shipped", "tracking", {"kind": "arrived", "latitude": 91, "longitude": 0}, "latitude"),
        ("shipped", "tracking", {"kind": "arrived", "latitude": 1}, "longitude"),
        ("shipped", "tracking", {"kind": "note", "note": "a\u0000b"}, "note"),
        ("shipped", "tracking", {"kind": "note", "note": "x" * 301}, "note"),
        ("accepted", "messages", {"text": "x" * 2001}, "text"),
        ("accepted", "messages", {"text": "a\u0007b"}, "text"),
        ("accepted", "messages", {"text": ""}, "text"),
        ("accepted", "messages", {"text": "a", "shopId": "x"}, "shopId"),
        ("accepted", "messages", {"text": "a", "to": "x"}, "to"),
    ],
)
def test_bad_input_is_refused_at_its_field(stage: str, path: str, body: dict[str, Any], field: str) -> None:
    order = at(stage)
    before = state()
    answer = api(member(order, Role.OWNER)).post(f"{BASE}/{order.number}/{path}", body)
    assert answer.status_code == 400, answer.content
    assert {error["field"] for error in answer.json()["errors"]} == {field}
    assert state() == before


@pytest.mark.parametrize(
    "body", [{"stars": 0}, {"stars": 6}, {"stars": "many"}, {}, {"stars": 5, "comment": "x" * 1001}]
)
def test_bad_rating_is_refused(body: dict[str, Any]) -> None:
    order = at("delivered")
    answer = api(order.customer).post(f"{BASE}/{order.number}/rating", body)
    assert answer.status_code == 400
    assert not Rating.objects.exists()


def test_what_is_no_photo_is_refused() -> None:
    order = at("shipped")
    fake = SimpleUploadedFile("door.jpg", b"not a photo", content_type="image/jpeg")
    answer = api(member(order, Role.OWNER)).post(
        f"{BASE}/{order.number}/delivery-photo", {"photo": fake}, format="multipart"
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "photo")
    order.refresh_from_db()
    assert order.status == "shipped"


def test_delivery_photo_is_shown_to_both_sides_only() -> None:
    order = at("shipped")
    owner = api(member(order, Role.OWNER))
    assert owner.get(f"{BASE}/{order.number}/delivery-photo").status_code == 404
    owner.post(f"{BASE}/{order.number}/delivery-photo", {"photo": photo()}, format="multipart")
    for client, expected in ((owner, 200), (api(order.customer), 200), (api(UserFactory()), 404)):
        answer: Any = client.get(f"{BASE}/{order.number}/delivery-photo")
        assert answer.status_code == expected
        if expected == 200:
            assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")


def test_message_photo_is_shown_to_its_conversation_only() -> None:
    order = quoted(shops=2)
    mine, other = order.quotes.order_by("total_price")
    driver = api(order.customer)
    sent = driver.post(
        f"{BASE}/{order.number}/messages",
        {"shopId": str(mine.shop_id), "photo": photo()},
        format="multipart",
    )
    assert sent.status_code == 201, sent.content
    url = sent.json()["photo"]
    people = ((driver, 200), (api(as_member_user(mine.shop)), 200), (api(as_member_user(other.shop)), 404))
    for client, expected in people:
        answer: Any = client.get(url)
        assert answer.status_code == expected
        if expected == 200:
            assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")


def test_customer_of_several_shops_says_which() -> None:
    order = quoted(shops=2)
    driver = api(order.customer)
    for answer in (
        driver.get(f"{BASE}/{order.number}/messages"),
        driver.post(f"{BASE}/{order.number}/messages", {"text": "Hello"}),
    ):
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "shopId")


def test_shop_sees_its_own_conversation_only() -> None:
    order = quoted(shops=2)
    mine, other = order.quotes.order_by("total_price")
    actions.send_message(order.pk, shop_id=mine.shop_id, text="Secret", actor=as_user(order.customer))
    rival = api(as_member_user(other.shop))
    assert rival.get(f"{BASE}/{order.number}/messages").json()["results"] == []
    assert rival.get(f"{BASE}/{order.number}/messages?shopId={mine.shop_id}").status_code == 404
    assert rival.get("/api/v1/message-threads").json()["count"] == 0
    threads = api(as_member_user(mine.shop)).get("/api/v1/message-threads").json()["results"]
    assert [(row["orderNumber"], row["shopUnread"]) for row in threads] == [(order.number, 1)]


def test_delivery_by_code_goes_through_the_order_itself() -> None:
    order = bought("cash")
    owner = api(member(order, Role.OWNER))
    for body in ({"status": "processing"}, {"status": "shipped", "courierName": "Example courier"}):
        answer = owner.put(f"{BASE}/{order.number}", body)
        assert answer.status_code == 200, answer.content
    code = api(order.customer).get(f"{BASE}/{order.number}/delivery-code").json()
    wrong = owner.put(f"{BASE}/{order.number}", {"status": "delivered", "code": "nonsense"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "code")
    left = api(order.customer).get(f"{BASE}/{order.number}/delivery-code").json()
    assert (code["triesLeft"], left["triesLeft"]) == (5, 4)
    keyed = {"Idempotency-Key": "d"}
    for _ in range(2):
        right = owner.put(
            f"{BASE}/{order.number}", {"status": "delivered", "code": code["code"]}, headers=keyed
        )
        assert (right.status_code, right.json()["status"]) == (200, "delivered")


@pytest.mark.parametrize("number", ["", "0", "x"])
def test_unknown_orders_are_not_found(number: str) -> None:
    answer = api(UserFactory()).get(f"{BASE}/CL-1999-{number}/payment")
    assert answer.status_code == 404


# -- lists cost the same for one and for three -------------------------------------------------------------


def _queries(call: Callable[[], Any]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert call().status_code == 200
    return len(captured)


@pytest.mark.parametrize("path", ["messages", "tracking", "payment/entries"])
def test_lists_of_an_order_cost_the_same_for_one_and_three(path: str) -> None:
    order = at("shipped")
    owner = api(member(order, Role.OWNER))

    def more() -> None:
        actions.send_message(order.pk, shop_id=shop_of(order), text="Hi", actor=as_user(order.customer))
        actions.record_tracking(order.pk, shop_id=shop_of(order), kind="in_transit", actor=seller(order))
        PaymentEntry.objects.create(
            order=order, kind="failed", amount=0, currency="EGP", method="cash", reference=f"x{state()}"[:200]
        )

    more()
    one = _queries(lambda: owner.get(f"{BASE}/{order.number}/{path}"))
    more()
    more()
    assert _queries(lambda: owner.get(f"{BASE}/{order.number}/{path}")) == one


def test_list_of_conversations_costs_the_same_for_one_and_three() -> None:
    order = quoted(shops=3)
    driver = api(order.customer)
    quotes = list(order.quotes.all())

    def talk(n: int) -> None:
        actions.send_message(order.pk, shop_id=quotes[n].shop_id, text="Hi", actor=as_user(order.customer))

    talk(0)
    one = _queries(lambda: driver.get("/api/v1/message-threads"))
    talk(1)
    talk(2)
    assert _queries(lambda: driver.get("/api/v1/message-threads")) == one
    assert driver.get("/api/v1/message-threads").json()["count"] == 3


# -- initial state + events = refetched state ---------------------------------------------------------------


def _reduce(shown: dict[str, Any], stream: str, after: int) -> dict[str, Any]:
    """What a client knows that fetched once and applied the events since, each of them twice."""
    for entry in StreamEntry.objects.filter(stream=stream, seq__gt=after).order_by("seq"):
        for _ in range(2):
            data = dict(entry.data)
            if entry.type == "payment-update":
                shown["payment"] = data
            elif entry.type == "tracking-update":
                event = data.pop("event")
                known = {row["eventId"]: row for row in shown["tracking"].get("events", [])}
                known[event["eventId"]] = event
                shown["tracking"] = {**data, "events": list(known.values())}
            elif entry.type == "message":
                message = data.pop("message")
                known = {row["messageId"]: row for row in shown["messages"]}
                known[message["messageId"]] = message
                shown["messages"] = list(known.values())
                shown["thread"] = data
            elif entry.type == "messages-read":
                shown["thread"] = data
            elif entry.type == "rating":
                shown["rating"] = data
    return shown


def _fetch(client: Any, order: Order) -> dict[str, Any]:
    base = f"{BASE}/{order.number}"

    def body(path: str) -> Any:
        answer = client.get(f"{base}/{path}")
        return answer.json() if answer.status_code == 200 else {}

    threads = client.get("/api/v1/message-threads").json()["results"]
    return {
        "payment": body("payment"),
        "tracking": body("tracking"),
        "messages": body("messages").get("results", []),
        "thread": {
            name: value
            for name, value in (threads[0] if threads else {}).items()
            if name not in ("orderNumber", "shopName")
        },
        "rating": body("rating"),
    }


@pytest.mark.parametrize("side", ["customer", "shop"])
@pytest.mark.parametrize("method", ["card", "cash"])
def test_initial_state_and_events_make_the_refetched_state(side: str, method: str) -> None:
    order = bought(method)
    user = order.customer if side == "customer" else member(order, Role.OWNER)
    stream = f"user/{user.pk}" if side == "customer" else f"shop/{order.shop_id}"
    client = api(user)
    shown = _fetch(client, order)
    after = StreamEntry.objects.filter(stream=stream).count()
    actions.send_message(order.pk, shop_id=shop_of(order), text="Hello", actor=as_user(order.customer))
    fulfil(order)
    actions.send_message(order.pk, shop_id=shop_of(order), text="Thanks", actor=seller(order))
    actions.mark_read(order.pk, shop_id=shop_of(order), actor=as_user(order.customer))
    if method == "cash":
        assert order.total is not None
        actions.collect_cash(order.pk, shop_id=shop_of(order), amount=order.total, actor=seller(order))
    run_payment_jobs()
    actions.refund(order.pk, amount=sums(order)["due"] / 2, reason="", actor=seller(order))
    run_payment_jobs()
    actions.rate_order(order.pk, stars=5, comment="Fast.", actor=as_user(order.customer))
    assert _reduce(shown, stream, after) == _fetch(client, order)


def test_every_event_of_a_shop_is_of_its_own_orders() -> None:
    order = quoted(shops=2)
    loser = order.quotes.order_by("-total_price").first()
    assert loser is not None
    accept(order, cheapest(order), payment_method="card")
    order.refresh_from_db()
    fulfil(order)
    run_payment_jobs()
    theirs = StreamEntry.objects.filter(stream=f"shop/{loser.shop_id}").values_list("type", flat=True)
    assert not set(theirs) & {"payment-update", "tracking-update", "message", "rating", "order-status-update"}
