"""How lists of customers are filtered."""

from typing import Any

import django_filters
from django.db.models import QuerySet

from clutch.core.lists import FilterSet
from sales.enums import CustomerClass, CustomerKind, CustomerStatus
from sales.finding import matching
from sales.models import Customer


class CustomerFilter(FilterSet):
    """Customers by text (best match first), status, class, kind, tag, what they owe, and time."""

    q = django_filters.CharFilter(
        method="find", max_length=200, help_text="Name, phone, number, number plate or VIN, in any spelling."
    )
    status = django_filters.MultipleChoiceFilter(choices=CustomerStatus.choices)
    customer_class = django_filters.MultipleChoiceFilter(choices=CustomerClass.choices)
    kind = django_filters.ChoiceFilter(choices=CustomerKind.choices)
    tag = django_filters.CharFilter(method="tagged", max_length=40)
    owing = django_filters.BooleanFilter(method="owe", help_text="Whether anything is owed on account.")
    created_after = django_filters.IsoDateTimeFilter("created_at", "gte")
    created_before = django_filters.IsoDateTimeFilter("created_at", "lt")

    class Meta:
        model = Customer
        fields: list[str] = []

    def find(self, rows: QuerySet[Customer], _name: str, text: str) -> QuerySet[Customer]:
        """Those whom the text may mean."""
        return matching(rows, text)

    def tagged(self, rows: QuerySet[Customer], _name: str, tag: str) -> QuerySet[Customer]:
        """Those with a tag."""
        return rows.filter(tags__contains=[tag])

    def owe(self, rows: QuerySet[Customer], _name: str, value: Any) -> QuerySet[Customer]:
        """Those who owe something, or those who do not."""
        return rows.filter(balance__owed__gt=0) if value else rows.filter(balance__owed__lte=0)
