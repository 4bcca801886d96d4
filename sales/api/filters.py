"""How lists of the counter are filtered."""

import django_filters

from clutch.core.lists import FilterSet
from sales.enums import Channel, SaleStatus
from sales.models import Sale


class SaleFilter(FilterSet):
    """Sales by status, channel, register, customer, number and time (`After` inclusive, `Before` not)."""

    status = django_filters.MultipleChoiceFilter(choices=SaleStatus.choices)
    channel = django_filters.MultipleChoiceFilter(choices=Channel.choices)
    register_id = django_filters.UUIDFilter("register_id")
    session_id = django_filters.UUIDFilter("session_id")
    customer_id = django_filters.UUIDFilter("customer_id")
    part_id = django_filters.UUIDFilter("lines__part_id", distinct=True)
    number = django_filters.CharFilter("number", "iexact")
    created_after = django_filters.IsoDateTimeFilter("created_at", "gte")
    created_before = django_filters.IsoDateTimeFilter("created_at", "lt")
    completed_after = django_filters.IsoDateTimeFilter("completed_at", "gte")
    completed_before = django_filters.IsoDateTimeFilter("completed_at", "lt")

    class Meta:
        model = Sale
        fields: list[str] = []
