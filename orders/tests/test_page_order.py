"""The customer's order pages: who sees them, what they say, and what their buttons do."""

import json
from collections.abc import Callable
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clutch.accounts.tests.factories import UserFactory
from clutch.core.ids import new_id
from orders.enums import OrderStatus, PaymentMethod
from orders.models import Message, Order, Quote, Rating, Shipment
from orders.tests.factories import (
    InvitationFactory,
    OrderFactory,
    OrderLineFactory,
    QuoteFactory,
    QuoteLineFactory,
    accepted_order,
)
from shops.models import Shop
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(client: Client) -> Any:
    user = UserFactory()
    client.force_login(user)
    return user


def quoted(customer: Any, **fields: Any) -> tuple[Order, Quote]:
    order = OrderFactory(customer=customer, status="quoted", **fields)
    return order, QuoteFactory(order=order)


# --- who ------------------------------------------------------------------------------------------


def _pages(order: Order, quote: Quote) -> list[str]:
    base = f"/orders/{order.number}"
    return [
        base,
        f"{base}/parts/state",
        f"{base}/parts/body",
        f"{base}/edit",
        f"{base}/quotes/{quote.pk}/accept",
        f"{base}/messages/{quote.shop_id}",
        f"{base}/photos/{new_id()}",
        f"{base}/offers/{new_id()}/photo",
        f"{base}/messages/photos/{new_id()}",
    ]


def _acts(order: Order, quote: Quote) -> list[str]:
    base = f"/orders/{order.number}"
    return [
        *(f"{base}/{name}" for name in ("edit", "submit", "cancel", "extend", "widen", "rate", "code")),
        f"{base}/quotes/{quote.pk}/accept",
        f"{base}/messages/{quote.shop_id}",
    ]


def _other_customer(order: Order, quote: Quote) -> Any:
    return UserFactory()


def _quoting_member(order: Order, quote: Quote) -> Any:
    return MemberFactory(shop=quote.shop).user


@pytest.mark.parametrize("person", [_other_customer, _quoting_member])
def test_others_find_nothing_and_change_nothing(
    client: Client, person: Callable[[Order, Quote], Any]
) -> None:
    order, quote = quoted(UserFactory())
    client.force_login(person(order, quote))
    before = Order.objects.values().get()
    statuses = [client.get(page).status_code for page in _pages(order, quote)]
    statuses += [
        client.post(act, {"quote_version": quote.version}).status_code for act in _acts(order, quote)
    ]
    assert set(statuses) == {404}
    assert Order.objects.values().get() == before


def test_anonymous_is_sent_to_sign_in_and_changes_nothing(client: Client) -> None:
    order, quote = quoted(UserFactory())
    before = Order.objects.values().get()
    answers = [client.get(page) for page in ["/orders", *_pages(order, quote)]]
    answers += [client.post(act) for act in _acts(order, quote)]
    assert {answer.status_code for answer in answers} == {302}
    assert all(answer["Location"].startswith("/sign-in?next=/orders") for answer in answers)
    assert Order.objects.values().get() == before


def test_list_shows_own_orders_only(client: Client, customer: Any) -> None:
    mine = OrderFactory(customer=customer)
    OrderFactory()
    page = client.get("/orders")
    assert [order.number for order in page.context["page_obj"]] == [mine.number]


@pytest.mark.parametrize(
    ("show", "status", "listed"),
    [("open", "submitted", 1), ("open", "draft", 0), ("drafts", "draft", 1), ("done", "draft", 0),
     ("nonsense", "draft", 1), ("", "cancelled", 1), ("cancelled", "cancelled", 1)],
)  # fmt: skip
def test_list_filters(client: Client, customer: Any, show: str, status: str, listed: int) -> None:
    OrderFactory(customer=customer, status=status)
    assert len(client.get(f"/orders?show={show}").context["page_obj"]) == listed


@pytest.mark.parametrize("page", ["x", "-1", "999"])
def test_list_takes_any_page_number(client: Client, customer: Any, page: str) -> None:
    assert client.get(f"/orders?page={page}").status_code == 200


# --- one query count ------------------------------------------------------------------------------


def _count(client: Client, path: str, counter: Any) -> int:
    with counter() as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.fixture
def counter() -> Any:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    return lambda: CaptureQueriesContext(connection)


def test_list_costs_the_same_for_one_and_three(client: Client, customer: Any, counter: Any) -> None:
    quoted(customer)
    one = _count(client, "/orders", counter)
    for _n in range(2):
        quoted(customer)
    assert _count(client, "/orders", counter) == one


def test_order_costs_the_same_for_one_and_three_quotes(client: Client, customer: Any, counter: Any) -> None:
    order, _quote = quoted(customer, parts=3)
    one = _count(client, f"/orders/{order.number}", counter)
    for _n in range(2):
        QuoteFactory(order=order)
    assert _count(client, f"/orders/{order.number}", counter) == one


# --- what it says ---------------------------------------------------------------------------------


def test_missing_parts_are_said_and_never_lead_by_price(client: Client, customer: Any) -> None:
    order = OrderFactory(customer=customer, status="quoted", parts=2)
    pads, discs = order.lines.all()
    discs.name = "Brake discs"
    discs.save()
    full = QuoteFactory(order=order)
    part = QuoteFactory(
        order=order, offers=False, parts_total=Decimal(100), available_parts=1, missing_parts=1
    )
    QuoteLineFactory(quote=part, line=pads, unit_price=Decimal(100))
    QuoteLineFactory(quote=part, line=discs, available=False, preferred=False, unit_price=None)
    page = client.get(f"/orders/{order.number}").context["page"]
    assert [row.quote.pk for row in page.rows] == [full.pk, part.pk]
    assert [line.name for line in page.rows[1].missing] == ["Brake discs"]


@pytest.mark.parametrize(
    ("sort", "first"), [("price", 0), ("time", 1), ("rating", 2), ("nonsense", 0), ("", 0)]
)
def test_quotes_are_sorted(client: Client, customer: Any, sort: str, first: int) -> None:
    order = OrderFactory(customer=customer, status="quoted")
    quotes = [
        QuoteFactory(order=order, unit_price=Decimal(100), estimated_delivery_minutes=90),
        QuoteFactory(order=order, unit_price=Decimal(200), estimated_delivery_minutes=30),
        QuoteFactory(order=order, unit_price=Decimal(300), shop=ShopFactory(rating_sum=10, rating_count=2)),
    ]
    page = client.get(f"/orders/{order.number}", {"sort": sort}).context["page"]
    assert page.rows[0].quote == quotes[first]


def test_quotes_that_do_not_stand_cannot_be_chosen(client: Client, customer: Any) -> None:
    order = OrderFactory(customer=customer, status="quoted", revision=2)
    good = QuoteFactory(order=order)
    stale = QuoteFactory(order=order, answers_revision=1)
    expired = QuoteFactory(order=order, expires_at=timezone.now() - timedelta(seconds=1))
    withdrawn = QuoteFactory(order=order, status="withdrawn")
    away = ShopFactory(status="suspended")
    suspended = [QuoteFactory(order=order, shop=away, answers_revision=2)]
    suspended += [QuoteFactory(order=order, shop=ShopFactory(status="inactive"), answers_revision=1)]
    answer = client.get(f"/orders/{order.number}")
    page = answer.context["page"]
    assert [row.quote for row in page.rows] == [good]
    assert [row.quote for row in page.waiting] == [stale]
    assert {quote.pk for quote in page.gone} == {expired.pk, withdrawn.pk, *(q.pk for q in suspended)}
    assert answer.content.decode().count("shop not available") == 2


def test_declining_shops_stay_unknown(client: Client, customer: Any) -> None:
    order = OrderFactory(customer=customer, status="submitted")
    InvitationFactory(order=order, status="declined", decline_reason="too_far", decline_note="Too far out")
    page = client.get(f"/orders/{order.number}").content.decode()
    assert "Too far out" not in page
    assert "1 shop has been asked" in page


def test_closed_shops_are_said_with_their_opening(client: Client, customer: Any) -> None:
    order = OrderFactory(customer=customer, status="submitted")
    tomorrow = (timezone.now() + timedelta(days=2)).weekday()
    InvitationFactory(order=order, shop=ShopFactory(hours=[(tomorrow, time(9), time(17))]))
    page = client.get(f"/orders/{order.number}")
    opens = page.context["page"].opens_at
    assert opens is not None
    assert "The shops are closed now" in page.content.decode()


def test_close_without_offers_offers_ways_on(client: Client, customer: Any) -> None:
    past = timezone.now() - timedelta(seconds=1)
    order = OrderFactory(customer=customer, status="submitted", quotes_close_at=past)
    InvitationFactory(order=order)
    page = client.get(f"/orders/{order.number}").content.decode()
    for way in ("extend", "widen", "edit", "cancel"):
        assert f"/orders/{order.number}/{way}" in page


@pytest.mark.parametrize("status", ["accepted", "processing", "shipped", "delivered"])
def test_every_status_after_acceptance_has_its_page(client: Client, customer: Any, status: Any) -> None:
    order = accepted_order(customer=customer, status=status)
    if status != "accepted":
        Shipment.objects.create(order=order, shop_id=str(order.shop_id), code="314159")
    page = client.get(f"/orders/{order.number}").content.decode()
    assert order.shop is not None
    assert order.shop.name in page
    assert ("314159" in page) == (status in ("processing", "shipped"))


def test_card_to_authorise_is_the_first_thing_to_do(client: Client, customer: Any) -> None:
    due = timezone.now() + timedelta(minutes=10)
    order = accepted_order(customer=customer, payment_method=PaymentMethod.CARD, payment_due_at=due)
    assert f"/orders/{order.number}/pay" in client.get(f"/orders/{order.number}").content.decode()
    Order.objects.filter(pk=order.pk).update(payment_due_at=timezone.now() - timedelta(seconds=1))
    assert f"/orders/{order.number}/pay" not in client.get(f"/orders/{order.number}").content.decode()


def test_markup_of_a_shop_is_shown_as_text(client: Client, customer: Any) -> None:
    order = OrderFactory(customer=customer, status="quoted")
    QuoteFactory(order=order, notes="<script>alert(1)</script>", shop=ShopFactory(name="<b>Bold</b>"))
    page = client.get(f"/orders/{order.number}").content.decode()
    assert "<script>alert" not in page
    assert "<b>Bold</b>" not in page


def test_pages_forbid_foreign_content(client: Client, customer: Any) -> None:
    header = client.get("/orders")["Content-Security-Policy"]
    assert "default-src 'self'" in header
    assert "unsafe-inline" not in header


# --- what its buttons do --------------------------------------------------------------------------


def accept(client: Client, order: Order, quote: Quote, **changes: Any) -> Any:
    data = {"payment_method": "cash", "quote_version": quote.version, "idempotency_key": str(new_id())}
    return client.post(f"/orders/{order.number}/quotes/{quote.pk}/accept", {**data, **changes})


def test_accepting_shows_the_final_sum_first_and_then_takes_the_quote(client: Client, customer: Any) -> None:
    order, quote = quoted(customer)
    other = QuoteFactory(order=order)
    page = client.get(f"/orders/{order.number}/quotes/{quote.pk}/accept").content.decode()
    assert "900.00" in page
    answer = accept(client, order, quote)
    order.refresh_from_db()
    other.refresh_from_db()
    assert answer["Location"] == f"/orders/{order.number}"
    assert (order.status, order.selected_quote_id, other.status) == ("accepted", quote.pk, "lost")


def test_accepting_by_card_goes_on_to_the_payment(client: Client, customer: Any) -> None:
    order, quote = quoted(customer)
    answer = accept(client, order, quote, payment_method="card")
    assert answer["Location"] == f"/orders/{order.number}/pay"
    # Who goes back from the payment is shown the order, without a word.
    back = client.get(f"/orders/{order.number}/quotes/{quote.pk}/accept")
    assert back["Location"] == f"/orders/{order.number}"
    assert "alert-warning" not in client.get(f"/orders/{order.number}").content.decode()


def test_accepting_twice_by_a_double_tap_says_nothing_wrong(client: Client, customer: Any) -> None:
    order, quote = quoted(customer)
    key = str(new_id())
    accept(client, order, quote, idempotency_key=key)
    accept(client, order, quote, idempotency_key=key)
    assert "alert-warning" not in client.get(f"/orders/{order.number}").content.decode()


def test_revised_quote_is_not_accepted_unseen(client: Client, customer: Any) -> None:
    order, quote = quoted(customer)
    Quote.objects.filter(pk=quote.pk).update(notes="dearer")
    accept(client, order, quote)
    order.refresh_from_db()
    assert order.status == "quoted"
    assert "revised" in client.get(f"/orders/{order.number}").content.decode()


def test_quote_of_a_shop_off_the_market_is_refused_kindly(client: Client, customer: Any) -> None:
    order, quote = quoted(customer)
    Shop.objects.update(status="suspended")
    assert accept(client, order, quote).status_code == 302
    order.refresh_from_db()
    assert order.status == "quoted"
    assert "This shop is not available" in client.get(f"/orders/{order.number}").content.decode()


@pytest.mark.parametrize("status", ["withdrawn", "expired"])
def test_quote_that_is_gone_is_refused_kindly(client: Client, customer: Any, status: str) -> None:
    order, quote = quoted(customer)
    Quote.objects.filter(pk=quote.pk).update(status=status)
    quote.refresh_from_db()
    shown = client.get(f"/orders/{order.number}/quotes/{quote.pk}/accept")
    answer = accept(client, order, quote)
    order.refresh_from_db()
    assert (shown.status_code, answer.status_code, order.status) == (302, 302, "quoted")
    assert "alert-warning" in client.get(f"/orders/{order.number}").content.decode()


@pytest.mark.parametrize("bad", [{"payment_method": "gold"}, {"payment_method": ""}, {"quote_version": "x"}])
def test_bad_acceptance_changes_nothing(client: Client, customer: Any, bad: dict[str, str]) -> None:
    order, quote = quoted(customer)
    assert accept(client, order, quote, **bad).status_code == 400
    order.refresh_from_db()
    assert order.status == "quoted"


def test_quote_of_another_order_is_not_found(client: Client, customer: Any) -> None:
    order, _mine = quoted(customer)
    _order, foreign = quoted(UserFactory())
    assert accept(client, order, foreign).status_code == 404
    foreign.refresh_from_db()
    assert foreign.status == "submitted"


def test_cancel_takes_a_reason(client: Client, customer: Any) -> None:
    order, _quote = quoted(customer)
    client.post(f"/orders/{order.number}/cancel", {"reason": "Found it"})
    order.refresh_from_db()
    assert order.status == "cancelled"
    assert "Found it" in client.get(f"/orders/{order.number}").content.decode()


def test_cancel_with_a_bad_reason_changes_nothing(client: Client, customer: Any) -> None:
    order, _quote = quoted(customer)
    answer = client.post(f"/orders/{order.number}/cancel", {"reason": "x" * 301})
    order.refresh_from_db()
    assert (answer.status_code, order.status) == (400, "quoted")


def test_delivered_order_is_not_cancelled(client: Client, customer: Any) -> None:
    order = accepted_order(customer=customer, status=OrderStatus.DELIVERED)
    client.post(f"/orders/{order.number}/cancel", {})
    order.refresh_from_db()
    assert order.status == "delivered"


def test_more_time_and_a_wider_search(client: Client, customer: Any) -> None:
    past = timezone.now() - timedelta(minutes=1)
    order = OrderFactory(customer=customer, status="submitted", quotes_close_at=past)
    client.post(f"/orders/{order.number}/extend")
    order.refresh_from_db()
    assert order.quotes_close_at is not None
    assert order.quotes_close_at > timezone.now()
    client.post(f"/orders/{order.number}/widen")
    order.refresh_from_db()
    assert order.search_radius_km == 100


def test_draft_is_sent_from_its_page(client: Client, customer: Any) -> None:
    order = OrderFactory(customer=customer)
    client.post(f"/orders/{order.number}/submit")
    order.refresh_from_db()
    assert order.status == "submitted"


def test_rating_once_after_the_delivery(client: Client, customer: Any) -> None:
    order = accepted_order(customer=customer, status=OrderStatus.DELIVERED)
    assert client.post(f"/orders/{order.number}/rate", {"stars": "6"}).status_code == 400
    assert client.post(f"/orders/{order.number}/rate", {}).status_code == 400
    assert Rating.objects.count() == 0
    client.post(f"/orders/{order.number}/rate", {"stars": "4", "comment": "Quick"})
    client.post(f"/orders/{order.number}/rate", {"stars": "1", "comment": "Again"})
    assert [(rating.stars, rating.comment) for rating in Rating.objects.all()] == [(4, "Quick")]


def test_new_code_replaces_the_old(client: Client, customer: Any) -> None:
    order = accepted_order(customer=customer, status=OrderStatus.SHIPPED)
    shipment = Shipment.objects.create(order=order, shop_id=str(order.shop_id), code="314159", wrong_codes=5)
    client.post(f"/orders/{order.number}/code")
    shipment.refresh_from_db()
    assert (shipment.code != "314159", shipment.wrong_codes) == (True, 0)


def test_messages_go_to_a_shop_that_has_quoted(client: Client, customer: Any) -> None:
    order, quote = quoted(customer)
    path = f"/orders/{order.number}/messages/{quote.shop_id}"
    assert client.post(path, {"text": ""}).status_code == 400
    assert client.post(path, {"text": "x" * 2001}).status_code == 400
    assert client.post(path, {"text": "Is it the left one?"}).status_code == 302
    assert [message.text for message in Message.objects.all()] == ["Is it the left one?"]
    assert "Is it the left one?" in client.get(path, headers={"HX-Request": "true"}).content.decode()


def test_shop_that_only_was_asked_is_not_found(client: Client, customer: Any) -> None:
    order = OrderFactory(customer=customer, status="submitted")
    invitation = InvitationFactory(order=order)
    assert client.get(f"/orders/{order.number}/messages/{invitation.shop_id}").status_code == 404


def test_map_points_are_json(client: Client, customer: Any) -> None:
    order = accepted_order(customer=customer, shop=ShopFactory(name='Quote " Parts'))
    page = client.get(f"/orders/{order.number}").context["page"]
    assert [point["label"] for point in json.loads(page.points_json)][1] == 'Quote " Parts'


def test_removed_parts_are_not_shown(client: Client, customer: Any) -> None:
    order = OrderFactory(customer=customer, status="submitted", revision=2)
    OrderLineFactory(order=order, name="Gone part", removed_in=2)
    assert "Gone part" not in client.get(f"/orders/{order.number}").content.decode()
