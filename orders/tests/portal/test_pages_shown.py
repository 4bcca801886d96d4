"""Every page of a shop's market, looked at in a browser at both widths and in both languages."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clutch.accounts.models import User
from clutch.live.tests.browser import in_both_languages, look_at
from orders import actions
from orders.actions.message import send_message
from orders.enums import OrderStatus, QuoteStatus
from orders.models import LinePhoto, Order, Shipment
from orders.tests import acts, paying
from orders.tests.factories import InvitationFactory, OrderFactory, OrderLineFactory, QuoteFactory
from orders.tests.pictures import jpeg
from orders.tests.portal.conftest import People

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.long]


def asked(people: People, **fields: Any) -> Order:
    """An open request for pads, with a photo, and two filters."""
    order: Order = OrderFactory(status=OrderStatus.SUBMITTED, parts=0, vin="KMHCT4AE5DU123456", **fields)
    pads = OrderLineFactory(order=order, position=0, notes="The left one squeals")
    LinePhoto.objects.create(line=pads, file=SimpleUploadedFile("p.jpg", jpeg(), "image/jpeg"))
    OrderLineFactory(order=order, position=1, name="Oil filter", part_number="", part_key="", quantity=2)
    InvitationFactory(order=order, shop=people.shop)
    return order


def won(people: People, **changes: Any) -> Order:
    """An order that the shop has won."""
    order = asked(people, customer=people["customer"])
    return acts.accept(order, acts.quote(order, people.shop), **changes)


def the_market(page: Any, people: People) -> Iterator[str]:
    """The queue, a request before and after its quote, messages."""
    page.goto("/portal/requests")
    yield "portal-queue-empty"
    former = QuoteFactory(shop=people.shop, unit_price=Decimal("820.00"), status=QuoteStatus.LOST)
    Order.objects.filter(pk=former.order_id).update(status=OrderStatus.CANCELLED)
    request, quoted = asked(people), asked(people, customer=people["customer"])
    acts.ask(people["customer"], parts=[acts.PADS])
    acts.quote(quoted, people.shop)
    send_message(quoted.pk, shop_id=people.shop.pk, text="Genuine?", actor=acts.as_user(people["customer"]))
    for name, address in {
        "queue": "requests",
        "queue-all": "requests?view=all",
        "request": f"requests/{request.number}",
        "request-sent": f"requests/{quoted.number}",
        "request-change": f"requests/{quoted.number}?edit=1",
        "request-withdraw": f"requests/{quoted.number}/withdraw",
        "request-decline": f"requests/{request.number}/decline",
        "messages": "messages",
        "thread": f"messages/{quoted.number}",
        "quotes": "quotes",
    }.items():
        page.goto(f"/portal/{address}")
        yield f"portal-{name}"
    page.goto(f"/portal/requests/{request.number}")
    page.locator("form[data-quote] button[type=submit]").click()
    page.locator("[aria-invalid=true]").first.wait_for()
    yield "portal-request-refused"
    actions.cancel_order(request.pk, actor=acts.as_user(request.customer))
    page.goto(f"/portal/requests/{request.number}")
    yield "portal-request-over"


def the_orders(page: Any, people: People) -> Iterator[str]:
    """Orders from won to paid, and what each step asks."""
    page.goto("/portal/orders")
    yield "portal-orders-empty"
    order, by_card = won(people), won(people, payment_method="card")
    page.goto(f"/portal/orders/{by_card.number}")
    yield "portal-order-unpaid"
    for name, step, ask in (
        ("accepted", None, "cancel"),
        ("processing", paying.prepare, "ship"),
        ("shipped", paying.ship, "deliver"),
        ("delivered", paying.deliver, "cash"),
    ):
        if step:
            step(order)
        for asks in ("", f"/{ask}"):
            page.goto(f"/portal/orders/{order.number}{asks}")
            yield f"portal-order-{ask if asks else name}"
    for name, address in {"orders": "", "slip": f"/{order.number}/slip"}.items():
        page.goto(f"/portal/orders{address}")
        yield f"portal-{name}"
    assert Shipment.objects.exists()


@in_both_languages
@pytest.mark.parametrize("walk", [the_market, the_orders])
def test_pages_of_a_shop(new_page: Any, people: People, language: str, walk: Any) -> None:
    User.objects.update(language=language)
    page = new_page(user=people["owner"], language=language)
    look_at(page, walk(page, people))
