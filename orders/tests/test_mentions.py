"""What the page of a part says about the documents that want it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory.models import Part
from inventory.portal.reads import mentions
from inventory.tests.factories import PartFactory, PartNumberFactory
from orders.enums import InvitationStatus, OrderStatus
from orders.mentions import wanted_by
from orders.models import Invitation, Order, OrderLine, Quote, QuoteLine
from orders.tests.factories import InvitationFactory, OrderFactory, QuoteFactory, accepted_order
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def part() -> Part:
    return PartFactory(number="58101-1RA00")


def said(part: Part) -> list[tuple[str, str, str, int]]:
    rows = wanted_by(part.shop_id, part.pk)
    return [(row["kind"], row["number"], row["path"], row["quantity"]) for row in rows]


def test_orders_quotes_and_requests_are_named_and_linked(part: Part) -> None:
    asked = InvitationFactory(shop=part.shop).order
    quoted = QuoteFactory(shop=part.shop).order
    sold = accepted_order(shop=part.shop)
    OrderLine.objects.filter(order=asked).update(quantity=4)
    assert said(part) == [
        ("Order", sold.number, f"/portal/orders/{sold.number}", 1),
        ("Sent quote", quoted.number, f"/portal/requests/{quoted.number}", 1),
        ("Request", asked.number, f"/portal/requests/{asked.number}", 4),
    ]
    assert [row.note for row in mentions(part)] == ["Hyundai Accent 2018"] * 3
    page = Client()
    page.force_login(MemberFactory(shop=part.shop).user)
    shown = page.get(f"/portal/parts/{part.pk}").content.decode()
    assert [f'href="{path}"' in shown for _kind, _number, path, _n in said(part)] == [True] * 3


def test_request_by_any_number_of_the_part_counts(part: Part) -> None:
    order = InvitationFactory(shop=part.shop).order
    OrderLine.objects.filter(order=order).update(part_key="GDB3548")
    assert said(part) == []
    PartNumberFactory(part=part, number="gdb 3548")
    assert [row[1] for row in said(part)] == [order.number]


def test_offer_of_the_part_itself_counts_whatever_number_was_asked_for(part: Part) -> None:
    quote = QuoteFactory(shop=part.shop)
    other = PartFactory(shop=part.shop)
    QuoteLine.objects.update(part_key="X", stock_part=part)
    assert [row[1] for row in said(part)] == [quote.order.number]
    QuoteLine.objects.update(part_key="581011RA00", stock_part=other)
    assert (said(part), [row[1] for row in said(other)]) == ([], [quote.order.number])


OVER: dict[str, Any] = {
    "request of another shop": lambda: Invitation.objects.update(shop=ShopFactory()),
    "declined": lambda: Invitation.objects.update(status=InvitationStatus.DECLINED),
    "deadline gone": lambda: Invitation.objects.update(deadline=timezone.now() - timedelta(seconds=1)),
    "cancelled": lambda: Order.objects.update(status=OrderStatus.CANCELLED),
    "part taken out": lambda: OrderLine.objects.update(removed_in=2),
}


@pytest.mark.parametrize("case", OVER)
def test_what_is_over_or_not_ours_is_not_named(part: Part, case: str) -> None:
    InvitationFactory(shop=part.shop)
    assert len(said(part)) == 1
    OVER[case]()
    assert said(part) == []


def test_quote_counts_while_it_stands(part: Part) -> None:
    QuoteFactory(shop=part.shop)
    QuoteFactory()
    assert len(said(part)) == 1
    Quote.objects.update(expires_at=timezone.now())
    assert said(part) == []


def test_order_counts_until_it_is_handed_over(part: Part) -> None:
    order = accepted_order(shop=part.shop)
    assert [row[0] for row in said(part)] == ["Order"]
    Order.objects.filter(pk=order.pk).update(status=OrderStatus.SHIPPED)
    assert said(part) == []


def test_two_queries_for_any_number_of_documents(part: Part) -> None:
    for count in (1, 2):
        for _n in range(count):
            InvitationFactory(shop=part.shop, order=OrderFactory(status=OrderStatus.SUBMITTED))
            QuoteFactory(shop=part.shop)
        with CaptureQueriesContext(connection) as seen:
            assert len(wanted_by(part.shop_id, part.pk)) == 2 * count + (count - 1) * 2
        assert len(seen) == 2
