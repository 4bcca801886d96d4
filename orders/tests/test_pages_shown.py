"""Every page of a customer, looked at in a browser at both widths and in both languages."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from clutch.accounts.tests.factories import UserFactory
from clutch.live.tests.browser import in_both_languages, look_at
from orders.actions.rating import rate_order
from orders.enums import OrderStatus, TrackingKind
from orders.models import Order, Quote, Shipment, TrackingEvent
from orders.tests import acts, paying
from orders.tests.factories import InvitationFactory, OrderFactory, accepted_order, compared_order
from shops.tests.factories import GarageVehicleFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.long]


def asking(customer: Any) -> Iterator[tuple[str, Order]]:
    """Requests: nobody asked, asked, shops closed, time over."""
    yield "draft", OrderFactory(customer=customer, parts=2)
    yield "nobody", OrderFactory(customer=customer, status="submitted")
    waiting = OrderFactory(customer=customer, status="submitted")
    InvitationFactory(order=waiting)
    yield "waiting", waiting
    past = timezone.now() - timedelta(minutes=1)
    over = OrderFactory(customer=customer, status="submitted", quotes_close_at=past)
    InvitationFactory(order=over)
    yield "over", over
    yield "cancelled", OrderFactory(customer=customer, status="cancelled", cancel_reason="Found one here")


def buying(customer: Any) -> Iterator[tuple[str, Order]]:
    """Orders: accepted, on the way, delivered, rated."""
    yield "accepted", accepted_order(customer=customer, parts=2)
    yield "processing", accepted_order(customer=customer, status=OrderStatus.PROCESSING)
    shipped = accepted_order(customer=customer, status=OrderStatus.SHIPPED)
    eta = timezone.now() + timedelta(minutes=40)
    shipment = Shipment.objects.create(
        order=shipped, shop_id=str(shipped.shop_id), code="314159", courier_name="Example courier",
        courier_phone="+201000000009", eta=eta,
    )  # fmt: skip
    TrackingEvent.objects.create(shipment=shipment, kind=TrackingKind.IN_TRANSIT, at=timezone.now())
    yield "shipped", shipped
    yield "delivered", accepted_order(customer=customer, status=OrderStatus.DELIVERED)
    rated = accepted_order(customer=customer, status=OrderStatus.DELIVERED)
    rate_order(rated.pk, stars=4, comment="Quick", actor=acts.as_user(customer))
    yield "rated", rated


def around_a_request(page: Any, customer: Any) -> Iterator[str]:
    """Asking, and everything until an offer is taken."""
    page.goto("/orders")
    yield "orders-empty"
    page.goto("/")
    yield "request-first"
    GarageVehicleFactory(user=customer)
    page.goto("/")
    yield "request"
    page.locator("[data-add-row]").click()
    page.locator(
        "form[data-request-form] .action-bar button, form[data-request-form] [type=submit]"
    ).last.click()
    page.locator("[aria-invalid=true]").first.wait_for()
    yield "request-refused"
    for name, order in asking(customer):
        page.goto(f"/orders/{order.number}")
        yield f"order-{name}"
    order = compared_order(customer)
    quote = order.quotes.first()
    assert quote is not None
    for name, rest in {
        "quoted": "",
        "edit": "/edit",
        "accept": f"/quotes/{quote.pk}/accept",
        "messages": f"/messages/{quote.shop_id}",
    }.items():
        page.goto(f"/orders/{order.number}{rest}")
        yield f"order-{name}"


def around_an_order(page: Any, customer: Any) -> Iterator[str]:
    """From the offer that was taken to the rating, and paying by card."""
    for name, order in buying(customer):
        page.goto(f"/orders/{order.number}")
        yield f"order-{name}"
    page.goto("/orders")
    yield "orders"
    by_card = paying.bought("card")
    Order.objects.update(customer=customer)
    address = f"/orders/{by_card.number}"
    page.goto(address)
    yield "order-to-pay"
    page.goto(f"{address}/pay")
    yield "pay-pretended"
    page.locator("[value=approve]").click()
    page.locator("#order-state").wait_for()
    yield "order-paid"
    page.goto(f"{address}/pay")
    yield "pay-cannot"
    page.goto(f"/payments/pretend/{paying.card_of(by_card).token}")
    yield "pay-settled"


@in_both_languages
@pytest.mark.parametrize("walk", [around_a_request, around_an_order])
def test_pages_of_a_customer(new_page: Any, language: str, walk: Any) -> None:
    customer = UserFactory(name="Mona", language=language)
    page = new_page(language=language, user=customer)
    look_at(page, walk(page, customer))
    assert Quote.objects.exists()
