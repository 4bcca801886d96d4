"""How lists of this app are filtered. Statuses compare with the clock, as everywhere."""

from typing import Any

import django_filters
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from clutch.core.lists import FilterSet
from orders.enums import (
    LIVE_QUOTE,
    OPEN,
    InvitationStatus,
    OrderStatus,
    PaymentStatus,
    QuoteStatus,
    RequestState,
)
from orders.models import Invitation, Order, Quote


class Dated(FilterSet):
    """Filters by the time of creation: `createdAfter` is inclusive, `createdBefore` is not."""

    created_after = django_filters.IsoDateTimeFilter("created_at", "gte")
    created_before = django_filters.IsoDateTimeFilter("created_at", "lt")


class OrderFilter(Dated):
    """Orders by status, payment and time."""

    status = django_filters.MultipleChoiceFilter(choices=OrderStatus.choices)
    payment_status = django_filters.ChoiceFilter(choices=PaymentStatus.choices)
    request_id = django_filters.UUIDFilter()

    class Meta:
        model = Order
        fields: list[str] = []


class QuoteFilter(Dated):
    """A shop's quotes by status, order and time."""

    status = django_filters.MultipleChoiceFilter(choices=QuoteStatus.choices, method="by_status")
    order = django_filters.UUIDFilter("order_id")
    order_number = django_filters.CharFilter("order__number", "iexact")

    class Meta:
        model = Quote
        fields: list[str] = []

    def by_status(self, quotes: QuerySet[Quote], name: str, wanted: list[str]) -> QuerySet[Quote]:
        """Filter by the status as it is shown: what has run out is expired, swept or not."""
        if not wanted:
            return quotes
        run_out = Q(status__in=LIVE_QUOTE, expires_at__lte=timezone.now())
        found = Q(status__in=wanted) & ~run_out
        return quotes.filter(found | run_out if QuoteStatus.EXPIRED in wanted else found)


class RequestFilter(Dated):
    """A shop's requests by state, by what it has done, by make."""

    state = django_filters.ChoiceFilter(choices=RequestState.choices, method="by_state")
    status = django_filters.MultipleChoiceFilter(choices=InvitationStatus.choices)
    make = django_filters.CharFilter("order__make_name", "iexact")
    seen = django_filters.BooleanFilter("seen_at", "isnull", exclude=True)

    class Meta:
        model = Invitation
        fields: list[str] = []

    def by_state(self, rows: QuerySet[Invitation], name: str, state: str) -> QuerySet[Invitation]:
        """Filter by `orders.queries.request_state`, in SQL."""
        return rows.filter(self._states()[state])

    def _states(self) -> dict[str, Any]:
        now = timezone.now()
        is_open = Q(order__status__in=OPEN)
        cancelled = Q(order__status=OrderStatus.CANCELLED)
        others = ~is_open & Q(order__shop__isnull=False) & ~Q(order__shop=F("shop"))
        return {
            RequestState.OPEN: is_open & Q(deadline__gt=now),
            RequestState.CLOSED: is_open & Q(deadline__lte=now),
            RequestState.CANCELLED: cancelled & ~others,
            RequestState.WON: ~is_open & ~cancelled & Q(order__shop=F("shop")),
            RequestState.TAKEN: others,
        }
