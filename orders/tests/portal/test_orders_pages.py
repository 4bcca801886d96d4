"""Orders that were won: from the accepted quote to the cash, and the pages around them."""

import io
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from clutch.accounts.tests.factories import UserFactory
from orders.enums import OrderStatus, PaymentStatus, QuoteStatus
from orders.models import LinePhoto, Message, MessageThread, Order, Quote, Shipment, TrackingEvent
from orders.tests import acts
from orders.tests.factories import InvitationFactory, OrderFactory, QuoteFactory, accepted_order
from orders.tests.portal.conftest import People

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def won(people: People) -> Order:
    """An order of 250.00 in cash, won by the acts themselves."""
    order = OrderFactory(status=OrderStatus.SUBMITTED, parts=2, customer=people["customer"])
    InvitationFactory(order=order, shop=people.shop)
    return acts.accept(order, acts.quote(order, people.shop))


def path(order: Order, act: str = "") -> str:
    return f"/portal/orders/{order.number}{act}"


def status(order: Order) -> str:
    return Order.objects.values_list("status", flat=True).get(pk=order.pk)


def numbers(response: Any) -> list[str]:
    return [job.order.number for job in response.context["jobs"]]


# --- the way of an order -----------------------------------------------------------------------------


def test_order_goes_from_accepted_to_paid(owner: Client, won: Order) -> None:
    assert owner.post(path(won, "/start"), headers=HTMX).status_code == 204
    assert status(won) == OrderStatus.PROCESSING
    shipping = {"courier_name": "Ali, motorbike", "courier_phone": "+201001112223", "eta_minutes": "40"}
    assert owner.post(path(won, "/ship"), shipping, headers=HTMX).status_code == 204
    shipment = Shipment.objects.get(order=won)
    assert (shipment.courier_name, status(won)) == ("Ali, motorbike", OrderStatus.SHIPPED)
    assert timedelta(minutes=39) < (shipment.eta or timezone.now()) - timezone.now() <= timedelta(minutes=40)
    owner.post(path(won, "/tracking"), {"kind": "arrived", "note": "At the gate"})
    kinds = list(TrackingEvent.objects.order_by("at").values_list("kind", flat=True))
    assert kinds == ["handed_to_courier", "arrived"]
    assert owner.post(path(won, "/deliver"), {"code": shipment.code}, headers=HTMX).status_code == 204
    assert status(won) == OrderStatus.DELIVERED
    asked = owner.get(path(won, "/cash")).context["form"]["amount"].value()
    assert asked == "250.00"
    assert owner.post(path(won, "/cash"), {"amount": asked}, headers=HTMX).status_code == 204
    assert Order.objects.get(pk=won.pk).payment_status == PaymentStatus.PAID
    history = [name for name, _row in owner.get(path(won)).context["history"]]
    assert history == ["delivered", "on its way", "being prepared", "accepted"]


def test_code_may_be_typed_with_spaces_and_arabic_digits(owner: Client, won: Order) -> None:
    owner.post(path(won, "/start"))
    owner.post(path(won, "/ship"), {"courier_name": "Ali"})
    Shipment.objects.update(code="120945")
    owner.post(path(won, "/deliver"), {"code": "١٢٠ ٩٤٥"})
    assert status(won) == OrderStatus.DELIVERED


def test_wrong_code_is_refused_at_its_field_and_counted(owner: Client, won: Order) -> None:
    owner.post(path(won, "/start"))
    owner.post(path(won, "/ship"), {"courier_name": "Ali"})
    Shipment.objects.update(code="111111")
    response = owner.post(path(won, "/deliver"), {"code": "222222"})
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["code"])
    assert (Shipment.objects.get().wrong_codes, status(won)) == (1, OrderStatus.SHIPPED)


def test_photo_is_a_proof_too(owner: Client, won: Order) -> None:
    owner.post(path(won, "/start"))
    owner.post(path(won, "/ship"), {"courier_name": "Ali"})
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(file, "JPEG")
    photo = SimpleUploadedFile("door.jpg", file.getvalue(), "image/jpeg")
    owner.post(path(won, "/deliver"), {"photo": photo})
    shipment = Shipment.objects.get()
    assert (shipment.proof, status(won)) == ("photo", OrderStatus.DELIVERED)
    assert owner.get(f"/portal/photos/delivery/{shipment.pk}").status_code == 200


@pytest.mark.parametrize(
    ("act", "said", "field"),
    [
        ("/ship", {"courier_name": ""}, "courier_name"),
        ("/ship", {"courier_name": "a\x00b"}, "courier_name"),
        ("/ship", {"courier_name": "Ali", "eta_minutes": "-5"}, "eta_minutes"),
        ("/deliver", {}, "__all__"),
        ("/deliver", {"code": "x" * 13}, "code"),
        ("/tracking", {"kind": "nonsense"}, "kind"),
        ("/tracking", {"kind": "note", "note": ""}, "note"),
        ("/cash", {"amount": "-1"}, "amount"),
        ("/cash", {"amount": "abc"}, "amount"),
        ("/cancel", {"reason": " "}, "reason"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_nothing_moves(
    owner: Client, won: Order, act: str, said: dict[str, str], field: str
) -> None:
    response = owner.post(path(won, act), said)
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert status(won) == OrderStatus.ACCEPTED


@pytest.mark.parametrize("act", ["/ship", "/tracking", "/deliver", "/cash"])
def test_act_before_its_time_says_why_not(owner: Client, won: Order, act: str) -> None:
    said = {"courier_name": "Ali", "kind": "arrived", "code": "123456", "amount": "250.00"}
    response = owner.post(path(won, act), said)
    assert response.status_code == 422
    assert response.context["form"].non_field_errors()
    assert status(won) == OrderStatus.ACCEPTED


def test_starting_twice_is_refused_kindly(owner: Client, won: Order) -> None:
    owner.post(path(won, "/start"))
    again = owner.post(path(won, "/start"), headers=HTMX)
    assert again.status_code == 409
    assert "being prepared" in json.loads(again["HX-Trigger"])["portal-done"]["text"]


def test_wrong_sum_of_cash_is_refused_at_the_amount(owner: Client, won: Order) -> None:
    owner.post(path(won, "/start"))
    owner.post(path(won, "/ship"), {"courier_name": "Ali"})
    owner.post(path(won, "/deliver"), {"code": Shipment.objects.get().code})
    response = owner.post(path(won, "/cash"), {"amount": "1.00"})
    assert list(response.context["form"].errors) == ["amount"]
    assert Order.objects.get(pk=won.pk).payment_status == PaymentStatus.PENDING


def test_cancelling_tells_the_reason_and_hides_the_customer(owner: Client, won: Order) -> None:
    Order.objects.filter(pk=won.pk).update(address="Hidden Lane 7")
    assert "Hidden Lane 7" in owner.get(path(won)).content.decode()
    owner.post(path(won, "/cancel"), {"reason": "The part is broken"})
    page = owner.get(path(won)).content.decode()
    assert ("The part is broken" in page, "Hidden Lane 7" in page) == (True, False)
    assert "Hidden Lane 7" not in owner.get(path(won, "/slip")).content.decode()


def test_order_whose_card_is_not_confirmed_waits(owner: Client, people: People) -> None:
    due = timezone.now() + timedelta(minutes=10)
    order = accepted_order(shop=people.shop, payment_method="card", payment_due_at=due)
    page = owner.get(path(order)).content.decode()
    assert ("has not confirmed the card" in page, "Start preparing" in page) == (True, False)


def test_order_of_a_request_that_was_not_won_is_not_there(owner: Client, people: People) -> None:
    order = OrderFactory(status=OrderStatus.SUBMITTED)
    InvitationFactory(order=order, shop=people.shop)
    foreign = accepted_order(shop=people.other_shop)
    InvitationFactory(order=foreign, shop=people.shop)
    for number in (order.number, foreign.number, "CL-0000-000000", "nonsense"):
        assert owner.get(f"/portal/orders/{number}").status_code == 404


# --- lists ---------------------------------------------------------------------------------------------


def test_orders_are_counted_and_listed_by_what_is_to_do(owner: Client, people: People) -> None:
    made = {
        view: accepted_order(shop=people.shop, status=step)
        for view, step in (
            ("prepare", OrderStatus.ACCEPTED),
            ("ship", OrderStatus.PROCESSING),
            ("deliver", OrderStatus.SHIPPED),
            ("done", OrderStatus.DELIVERED),
        )
    }
    for view, order in made.items():
        assert numbers(owner.get(f"/portal/orders?view={view}")) == [order.number]
    counts = {tab.key: tab.count for tab in owner.get("/portal/orders").context["tabs"]}
    assert counts == {"prepare": 1, "ship": 1, "deliver": 1, "done": 1, "all": 4}
    found = owner.get(f"/portal/orders?view=all&q={made['ship'].number[-6:]}")
    assert numbers(found) == [made["ship"].number]


def test_late_order_is_said_to_be_late(owner: Client, people: People) -> None:
    order = accepted_order(shop=people.shop)
    assert not owner.get("/portal/orders").context["jobs"][0].is_late
    Order.objects.filter(pk=order.pk).update(accepted_at=timezone.now() - timedelta(minutes=91))
    response = owner.get("/portal/orders")
    assert response.context["jobs"][0].is_late
    assert "late: promised for" in response.content.decode()


def test_orders_come_in_pages(owner: Client, people: People) -> None:
    made = [accepted_order(shop=people.shop) for _n in range(21)]
    assert len(numbers(owner.get("/portal/orders?view=all"))) == 20
    assert numbers(owner.get("/portal/orders?view=all&page=2")) == [made[0].number]
    assert numbers(owner.get("/portal/orders?view=all&page=nonsense"))[0] == made[-1].number


def test_quotes_are_filtered_by_what_became_of_them_and_found_by_number(
    owner: Client, people: People
) -> None:
    kept = {
        state: QuoteFactory(shop=people.shop, status=state) for state in ("submitted", "withdrawn", "lost")
    }
    run_out = QuoteFactory(shop=people.shop)
    Quote.objects.filter(pk=run_out.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    QuoteFactory(shop=people.other_shop)

    def shown(query: str) -> set[str]:
        return {
            quote.order.number for quote, _status in owner.get(f"/portal/quotes?{query}").context["quotes"]
        }

    for state, quote in kept.items():
        assert shown(f"view={state}") == {quote.order.number}
    assert shown("view=expired") == {run_out.order.number}
    assert len(shown("view=all")) == 4
    assert shown(f"view=all&q={kept['lost'].order.number[-6:]}") == {kept["lost"].order.number}
    counts = {tab.key: tab.count for tab in owner.get("/portal/quotes").context["tabs"] if tab.count}
    assert counts == {"all": 4, "submitted": 1, "withdrawn": 1, "lost": 1, "expired": 1}
    statuses = {status for _quote, status in owner.get("/portal/quotes").context["quotes"]}
    assert statuses == {QuoteStatus.SUBMITTED, QuoteStatus.WITHDRAWN, QuoteStatus.LOST, QuoteStatus.EXPIRED}


def thread(people: People, *, unread: int = 1) -> MessageThread:
    order = OrderFactory(status=OrderStatus.SUBMITTED)
    InvitationFactory(order=order, shop=people.shop)
    made = MessageThread.objects.create(
        order=order, shop=people.shop, last_message_at=timezone.now(), shop_unread=unread
    )
    Message.objects.create(thread=made, side="customer", sender=order.customer, text="Is it in stock?")
    return made


@pytest.mark.parametrize("list_", ["orders?view=all", "quotes", "messages"])
def test_list_costs_the_same_for_one_row_and_for_three(owner: Client, people: People, list_: str) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert owner.get(f"/portal/{list_}").status_code == 200
        return len(queries)

    def more(parts: int) -> None:
        accepted_order(shop=people.shop, parts=parts)
        thread(people)

    more(1)
    owner.get(f"/portal/{list_}")
    one = cost()
    more(2)
    more(3)
    assert cost() == one


@pytest.mark.parametrize("page", ["requests", "orders"])
def test_page_costs_the_same_for_one_part_and_for_three(owner: Client, people: People, page: str) -> None:
    def cost(parts: int) -> int:
        order = accepted_order(shop=people.shop, parts=parts)
        with CaptureQueriesContext(connection) as queries:
            assert owner.get(f"/portal/{page}/{order.number}").status_code == 200
        return len(queries)

    cost(1)
    assert cost(1) == cost(3)


# --- messages and photos -----------------------------------------------------------------------------------


def test_messages_are_read_and_answered(owner: Client, people: People) -> None:
    made = thread(people)
    listed = owner.get("/portal/messages").content.decode()
    assert "Is it in stock?" in listed
    number = made.order.number
    shown = owner.get(f"/portal/messages/{number}").content.decode()
    assert "data-read" in shown
    assert owner.post(f"/portal/messages/{number}/read").status_code == 204
    made.refresh_from_db()
    assert made.shop_unread == 0
    answer = owner.post(f"/portal/messages/{number}", {"text": "Yes, both sides."}, headers=HTMX)
    assert "Yes, both sides." in answer.content.decode()
    made.refresh_from_db()
    assert (made.customer_unread, Message.objects.filter(thread=made).count()) == (1, 2)


@pytest.mark.parametrize("text", ["", " ", "x" * 2001, "a\x00b"])
def test_message_that_says_nothing_or_too_much_is_refused(owner: Client, people: People, text: str) -> None:
    made = thread(people)
    response = owner.post(f"/portal/messages/{made.order.number}", {"text": text})
    assert (response.status_code, list(response.context["message_form"].errors)) == (422, ["text"])
    assert Message.objects.count() == 1


def test_conversation_that_is_over_takes_no_more(owner: Client, people: People) -> None:
    made = thread(people)
    Order.objects.filter(pk=made.order_id).update(status=OrderStatus.CANCELLED)
    assert "This conversation is over." in owner.get(f"/portal/messages/{made.order.number}").content.decode()
    assert owner.post(f"/portal/messages/{made.order.number}", {"text": "Hello?"}).status_code == 422
    assert Message.objects.count() == 1


def test_photos_are_for_the_shop_that_was_asked(people: People, as_user: Any) -> None:
    order = OrderFactory(status=OrderStatus.SUBMITTED)
    InvitationFactory(order=order, shop=people.shop)
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(file, "JPEG")
    photo = LinePhoto.objects.create(
        line=order.lines.get(), file=SimpleUploadedFile("p.jpg", file.getvalue(), "image/jpeg")
    )
    seen = {who: as_user(people[who]).get(f"/portal/photos/part/{photo.pk}").status_code for who in
            ("owner", "accountant", "other_owner", "customer")}  # fmt: skip
    assert seen == {"owner": 200, "accountant": 200, "other_owner": 404, "customer": 302}
    assert as_user(people["owner"]).get(f"/portal/photos/offer/{photo.pk}").status_code == 404
    assert as_user(people["owner"]).get(f"/portal/photos/nonsense/{photo.pk}").status_code == 404


def test_map_shows_the_shop_and_the_customer(owner: Client, people: People) -> None:
    order = accepted_order(shop=people.shop, customer=UserFactory(name="</script><b>x"))
    response = owner.get(path(order))
    points = json.loads(response.context["map_points"])
    assert [(p["lat"], p["lon"]) for p in points] == [(30.0444, 31.2357), (30.0444, 31.2357)]
    assert "</script><b>x" not in response.content.decode()


def test_slip_names_what_to_pick_and_what_to_collect(owner: Client, people: People) -> None:
    order = accepted_order(shop=people.shop)
    page = owner.get(path(order, "/slip")).content.decode()
    shown = [text in page for text in ("58101-1RA00", "Collect EGP\u00a0900.00 in cash", order.address)]
    assert shown == [True] * 3
    assert Decimal("900.00") == Order.objects.get(pk=order.pk).total
