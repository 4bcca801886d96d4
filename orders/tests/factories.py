"""Rows for tests, as the acts would have left them.

`OrderFactory(status="submitted", parts=2)` brings its lines; `QuoteFactory(order=…)` brings its
invitation and one available offer per part; `accepted_order()` is an order whose quote was taken.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from inventory.enums import PartType
from inventory.keys import part_key, part_name_key
from orders.enums import InvitationStatus, OrderStatus, QuoteStatus
from orders.models import Invitation, Order, OrderLine, Quote, QuoteLine
from shops.tests.factories import ShopFactory

# As long as names of real shops are.
LONG_NAME = "Heliopolis Spare Parts, Accessories and Batteries Trading Company"


class OrderLineFactory(DjangoModelFactory[OrderLine]):
    """One front brake pad set."""

    class Meta:
        model = OrderLine

    order = factory.SubFactory("orders.tests.factories.OrderFactory", parts=0)
    position = factory.Sequence(lambda n: n)
    name = "Front brake pads"
    part_number = "58101-1RA00"
    part_key = factory.LazyAttribute(lambda line: part_key(line.part_number))
    name_key = factory.LazyAttribute(lambda line: part_name_key(line.name))
    quantity = 1


class OrderFactory(DjangoModelFactory[Order]):
    """A draft in Cairo with one part, or with `parts` of them."""

    class Meta:
        model = Order
        skip_postgeneration_save = True

    class Params:
        open_now = factory.LazyAttribute(lambda order: order.status != OrderStatus.DRAFT)

    number = factory.Sequence(lambda n: f"CL-1999-{n:06d}")
    customer = factory.SubFactory("clutch.accounts.tests.factories.UserFactory")
    make_name = "Hyundai"
    model_name = "Accent"
    year = 2018
    latitude = 30.0444
    longitude = 31.2357
    address = "12 Example Street, third floor"
    district = "Downtown"
    currency = "EGP"
    status = OrderStatus.DRAFT
    submitted_at = factory.LazyAttribute(lambda order: timezone.now() if order.open_now else None)
    quotes_close_at = factory.LazyAttribute(
        lambda order: timezone.now() + timedelta(hours=2) if order.open_now else None
    )
    wave = factory.LazyAttribute(lambda order: 1 if order.open_now else 0)
    search_radius_km = factory.LazyAttribute(lambda order: 50 if order.open_now else 0)

    @factory.post_generation
    def parts(self: Order, create: bool, extracted: int | None, **kwargs: Any) -> None:
        """Make the requested parts: 1 unless told otherwise."""
        count = 1 if extracted is None else extracted
        if create:
            for n in range(count):
                OrderLineFactory(order=self, position=n, part_number=f"58101-1RA{n:02d}", **kwargs)


class InvitationFactory(DjangoModelFactory[Invitation]):
    """A shop 3.2 km away, asked until the request closes."""

    class Meta:
        model = Invitation

    order = factory.SubFactory(OrderFactory, status=OrderStatus.SUBMITTED)
    shop = factory.SubFactory(ShopFactory)
    wave = 1
    distance_m = 3200
    estimated_delivery_minutes = 38
    priority = 44
    deadline = factory.LazyAttribute(lambda row: row.order.quotes_close_at)


class QuoteFactory(DjangoModelFactory[Quote]):
    """A live quote: every part available at `unit_price`, delivery 50.00."""

    class Meta:
        model = Quote
        skip_postgeneration_save = True

    class Params:
        unit_price = Decimal("850.00")

    order = factory.SubFactory(OrderFactory, status=OrderStatus.QUOTED)
    shop = factory.SubFactory(ShopFactory)
    invitation = factory.LazyAttribute(
        lambda quote: (
            Invitation.objects.filter(order=quote.order, shop=quote.shop).first()
            or InvitationFactory(order=quote.order, shop=quote.shop, status=InvitationStatus.QUOTED)
        )
    )
    status = QuoteStatus.SUBMITTED
    answers_revision = factory.LazyAttribute(lambda quote: quote.order.revision)
    currency = "EGP"
    delivery_fee = Decimal("50.00")
    estimated_delivery_minutes = 90
    parts_total = factory.LazyAttribute(
        lambda quote: (
            sum(line.quantity for line in quote.order.lines.filter(removed_in=None)) * quote.unit_price
        )
    )
    core_charges = Decimal("0.00")
    total_price = factory.LazyAttribute(
        lambda quote: quote.parts_total + quote.core_charges + quote.delivery_fee
    )
    available_parts = factory.LazyAttribute(lambda quote: quote.order.lines.filter(removed_in=None).count())
    missing_parts = 0
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=24))

    @factory.post_generation
    def offers(self: Quote, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        """Make one available, preferred offer per part, unless `offers=False`."""
        if create and extracted is not False:
            lines = list(self.order.lines.filter(removed_in=None))
            asked = sum(line.quantity for line in lines)
            for line in lines:
                QuoteLineFactory(quote=self, line=line, unit_price=self.parts_total / asked, **kwargs)


class QuoteLineFactory(DjangoModelFactory[QuoteLine]):
    """An available, preferred offer."""

    class Meta:
        model = QuoteLine

    quote = factory.SubFactory(QuoteFactory, offers=False)
    line = factory.LazyAttribute(lambda offer: offer.quote.order.lines.first())
    shop = factory.LazyAttribute(lambda offer: offer.quote.shop)
    part_key = factory.LazyAttribute(lambda offer: offer.line.part_key)
    name_key = factory.LazyAttribute(lambda offer: offer.line.name_key)
    position = factory.LazyAttribute(lambda offer: offer.line.position)
    available = True
    preferred = True
    unit_price = Decimal("850.00")
    part_type = PartType.AFTERMARKET
    brand = "Example"


def accepted_order(*, status: OrderStatus = OrderStatus.ACCEPTED, **fields: Any) -> Order:
    """Return an order whose quote was taken; `fields` go to the order, `shop` and `parts` among them."""
    shop = fields.pop("shop", None) or ShopFactory()
    order = OrderFactory(status=OrderStatus.QUOTED, **fields)
    quote = QuoteFactory(order=order, shop=shop, status=QuoteStatus.ACCEPTED)
    order.status, order.selected_quote, order.shop = status, quote, shop
    order.total, order.accepted_at = quote.total_price, timezone.now()
    order.save(update_fields=["status", "selected_quote", "shop", "total", "accepted_at"])
    order.refresh_from_db()
    return order


def compared_order(customer: Any) -> Order:
    """A request with three offers, one of them without a part."""
    order = OrderFactory(customer=customer, status="quoted", parts=2)
    first, second = order.lines.all()
    OrderLine.objects.filter(pk=second.pk).update(name="Oil filter", part_number="26300-35505")
    QuoteFactory(order=order, shop=ShopFactory(name="Nile Parts"), parts_total=1500, notes="Fresh stock")
    QuoteFactory(order=order, shop=ShopFactory(name=LONG_NAME, rating_sum=45, rating_count=10))
    delta = ShopFactory(name="Delta Parts")
    less = QuoteFactory(
        order=order, shop=delta, offers=False, parts_total=700, available_parts=1, missing_parts=1
    )
    QuoteLineFactory(quote=less, line=first, unit_price=700, warranty="6 months")
    QuoteLineFactory(quote=less, line=first, unit_price=900, preferred=False, part_type="genuine")
    QuoteLineFactory(quote=less, line=second, available=False, preferred=False, unit_price=None)
    return order
