"""Two clerks, or one with two fingers, at one moment: through the pages, on real commits."""

from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from orders.enums import OrderStatus
from orders.models import Order, Quote, Shipment
from orders.tests.concurrency.tools import together
from orders.tests.factories import InvitationFactory, OrderFactory, QuoteFactory, accepted_order
from orders.tests.portal.conftest import People
from orders.tests.portal.forms import quote_form, revision_form
from shops.enums import Role

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerks(people: People, as_user: Any) -> list[Client]:
    """The owner and the cashier, each at a screen."""
    return [as_user(people[role]) for role in (Role.OWNER, Role.CASHIER)]


def posted(clients: list[Client], path: str, *forms: dict[str, Any]) -> list[int]:
    """The statuses of answers to forms that were sent at one moment, sorted."""
    acts = [partial(client.post, path, form) for client, form in zip(clients, forms, strict=True)]
    outcomes = together(*acts)
    assert [outcome.error for outcome in outcomes] == [None] * len(acts)
    return sorted(outcome.result.status_code for outcome in outcomes)


def test_two_clerks_send_a_quote_one_is_sent(people: People, clerks: list[Client]) -> None:
    order = OrderFactory(status=OrderStatus.SUBMITTED, parts=2)
    InvitationFactory(order=order, shop=people.shop)
    forms = [quote_form(order, people.shop, price=price) for price in ("100", "200")]
    assert posted(clerks, f"/portal/requests/{order.number}", *forms) == [302, 409]
    assert Quote.objects.filter(order=order).count() == 1


def test_two_clerks_revise_a_quote_one_revision_stands(people: People, clerks: list[Client]) -> None:
    quote = QuoteFactory(shop=people.shop)
    forms = [revision_form(quote, price=price) for price in ("100", "200")]
    assert posted(clerks, f"/portal/requests/{quote.order.number}", *forms) == [302, 409]
    quote.refresh_from_db()
    assert quote.revision == 2


def test_one_clerk_presses_twice_one_quote_is_sent(people: People, clerks: list[Client]) -> None:
    order = OrderFactory(status=OrderStatus.SUBMITTED)
    InvitationFactory(order=order, shop=people.shop)
    form = quote_form(order, people.shop, idempotency_key=str(uuid4()))
    # The second answer is the stored one, or says that the first is still being worked on.
    statuses = posted([clerks[0], clerks[0]], f"/portal/requests/{order.number}", form, form)
    assert statuses in ([302, 302], [302, 409])
    assert Quote.objects.filter(order=order).count() == 1


def test_two_clerks_start_an_order_one_shipment_is_made(people: People, clerks: list[Client]) -> None:
    order = accepted_order(shop=people.shop)
    assert posted(clerks, f"/portal/orders/{order.number}/start", {}, {}) == [302, 302]
    assert Shipment.objects.filter(order=order).count() == 1
    assert Order.objects.get(pk=order.pk).status == OrderStatus.PROCESSING
