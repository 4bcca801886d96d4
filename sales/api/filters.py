"""How lists of the counter are filtered."""

import django_filters

from clutch.core.lists import FilterSet
from sales.enums import Channel, CoreStatus, LostReason, SaleStatus, SpecialOrderStatus
from sales.models import CoreDeposit, LostSale, Sale, SaleReturn, SpecialOrder


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


class ReturnFilter(FilterSet):
    """Credit notes by sale, customer, session, number and time."""

    sale_id = django_filters.UUIDFilter("sale_id")
    customer_id = django_filters.UUIDFilter("customer_id")
    session_id = django_filters.UUIDFilter("session_id")
    number = django_filters.CharFilter("number", "iexact")
    created_after = django_filters.IsoDateTimeFilter("created_at", "gte")
    created_before = django_filters.IsoDateTimeFilter("created_at", "lt")

    class Meta:
        model = SaleReturn
        fields: list[str] = []


class CoreFilter(FilterSet):
    """Deposits by status, sale and customer."""

    status = django_filters.MultipleChoiceFilter(choices=CoreStatus.choices)
    sale_id = django_filters.UUIDFilter("sale_line__sale_id")
    customer_id = django_filters.UUIDFilter("customer_id")

    class Meta:
        model = CoreDeposit
        fields: list[str] = []


class LostSaleFilter(FilterSet):
    """Lost sales by reason, part and time."""

    reason = django_filters.MultipleChoiceFilter(choices=LostReason.choices)
    part_id = django_filters.UUIDFilter("part_id")
    after = django_filters.IsoDateTimeFilter("at", "gte")
    before = django_filters.IsoDateTimeFilter("at", "lt")

    class Meta:
        model = LostSale
        fields: list[str] = []


class SpecialOrderFilter(FilterSet):
    """Special orders by status, customer and part."""

    status = django_filters.MultipleChoiceFilter(choices=SpecialOrderStatus.choices)
    customer_id = django_filters.UUIDFilter("customer_id")
    part_id = django_filters.UUIDFilter("part_id")

    class Meta:
        model = SpecialOrder
        fields: list[str] = []
