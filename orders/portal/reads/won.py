"""The orders that a shop has won."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clutch.feed.models import Transition
from orders.enums import (
    ACCEPTED_OR_LATER,
    OrderStatus,
    PaymentMethod,
    PaymentStatus,
)
from orders.models import (
    Order,
    Quote,
    QuoteLine,
    Shipment,
    TrackingEvent,
)
from shops.models import Shop

ORDER_VIEWS: Mapping[str, Any] = {
    "prepare": _("To prepare"),
    "ship": _("To ship"),
    "deliver": _("On the way"),
    "done": _("Finished"),
    "all": _("All"),
}
ORDERS_OF_VIEW: Mapping[str, Q] = {
    "prepare": Q(status=OrderStatus.ACCEPTED),
    "ship": Q(status=OrderStatus.PROCESSING),
    "deliver": Q(status=OrderStatus.SHIPPED),
    "done": Q(status__in=(OrderStatus.DELIVERED, OrderStatus.CANCELLED)),
    "all": Q(),
}


def won_orders(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Orders with what the shop promised: the quote that was taken and its offers."""
    offers = QuoteLine.objects.select_related("line").order_by("position", "pk")
    return (
        orders.select_related("customer", "selected_quote", "shipment")
        .prefetch_related(Prefetch("selected_quote__lines", offers))
        .order_by("-accepted_at", "-pk")
    )


def orders_to_do(orders: QuerySet[Order], view: str, search: str) -> QuerySet[Order]:
    """One view of a shop's orders. What is still to do comes the oldest first, what is done the newest."""
    rows = won_orders(orders.filter(ORDERS_OF_VIEW[view]))
    if search:
        rows = rows.filter(Q(number__icontains=search) | Q(customer__name__icontains=search))
    return rows if view in ("done", "all") else rows.order_by("accepted_at", "pk")


def order_counts(orders: QuerySet[Order]) -> dict[str, int]:
    """How many orders each view holds. One query."""
    counted = {view: Count("pk", filter=wanted, distinct=True) for view, wanted in ORDERS_OF_VIEW.items()}
    return orders.order_by().aggregate(**counted)


@dataclass(frozen=True)
class Job:
    """An order as the shop works on it."""

    order: Order
    now: datetime

    @property
    def quote(self) -> Quote | None:
        """The quote that was taken."""
        return self.order.selected_quote

    @property
    def to_pick(self) -> list[QuoteLine]:
        """The offers that the customer bought."""
        return [offer for offer in self.quote.lines.all() if offer.preferred] if self.quote else []

    @property
    def ready(self) -> int:
        """How many of the bought parts lie ready."""
        return sum(offer.picked >= offer.line.quantity for offer in self.to_pick)

    @property
    def shipment(self) -> Shipment | None:
        """Who brings it, once that is known."""
        return getattr(self.order, "shipment", None)

    @property
    def promised_at(self) -> datetime | None:
        """When the customer expects it: the courier's word, else the quote's minutes after acceptance."""
        shipment, quote = self.shipment, self.quote
        if shipment is not None and shipment.eta is not None:
            return shipment.eta
        if quote is None or self.order.accepted_at is None:
            return None
        return self.order.accepted_at + timedelta(minutes=quote.estimated_delivery_minutes)

    @property
    def is_late(self) -> bool:
        """Whether it should be there by now, and is not."""
        over = self.order.status in (OrderStatus.DELIVERED, OrderStatus.CANCELLED)
        return not over and self.promised_at is not None and self.promised_at < self.now

    @property
    def waits_for_card(self) -> bool:
        """Whether the customer's card is not authorised yet: nothing is prepared before that."""
        return self.order.status == OrderStatus.ACCEPTED and self.order.payment_due_at is not None

    @property
    def shows_customer(self) -> bool:
        """Whether address and phone are the shop's business: not any more once it is cancelled."""
        return self.order.status in ACCEPTED_OR_LATER

    @property
    def cash_is_due(self) -> bool:
        """Whether the cash of a delivered order is not noted yet."""
        order = self.order
        return (
            order.status == OrderStatus.DELIVERED
            and order.payment_method == PaymentMethod.CASH
            and order.payment_status != PaymentStatus.PAID
        )

    @property
    def steps(self) -> list[tuple[Any, bool, bool]]:
        """The way of an order: name, done, current."""
        way = list(ACCEPTED_OR_LATER)
        at = way.index(OrderStatus(self.order.status)) if self.order.status in way else -1
        return [(step.label, n <= at, n == at) for n, step in enumerate(way)]


def map_points(order: Order, shop: Shop) -> str:
    """The shop and the customer, as the map on the order's page takes them (JSON)."""
    points = [
        {"lat": shop.latitude, "lon": shop.longitude, "kind": "shop", "label": shop.name},
        {"lat": order.latitude, "lon": order.longitude, "kind": "", "label": order.address},
    ]
    return json.dumps(points)


def history(order: Order) -> list[tuple[str, Transition]]:
    """The changes of an order's status since the shop won it, the newest first."""
    rows = Transition.objects.filter(kind="orders.order", object_id=order.pk, field="status")
    labels = dict(OrderStatus.choices)
    found = []
    for row in rows.order_by("-at"):
        found.append((str(labels.get(row.to_status, row.to_status)), row))
        # What was before is not the shop's business: who else quoted, what the customer changed.
        if row.to_status == OrderStatus.ACCEPTED:
            break
    return found


def tracking(order: Order) -> QuerySet[TrackingEvent]:
    """What happened on the way, the newest first."""
    return TrackingEvent.objects.filter(shipment__order=order).select_related("by").order_by("-at")
