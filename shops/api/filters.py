"""Filters of the vehicle lists."""

import django_filters
from django.db.models import Q, QuerySet

from clutch.core.lists import FilterSet
from shops.keys import name_key
from shops.models import Make, VehicleModel


class MakeFilter(FilterSet):
    """Makes by what was typed so far, in Latin or Arabic."""

    search = django_filters.CharFilter(method="by_name", label="the beginning of a name, any spelling")
    is_common = django_filters.BooleanFilter()

    class Meta:
        model = Make
        fields = ["is_common"]

    def by_name(self, queryset: QuerySet[Make], name: str, value: str) -> QuerySet[Make]:
        """Names and other names that begin with it."""
        key = name_key(value)
        return queryset.filter(Q(key__startswith=key) | Q(aliases__key__startswith=key)).distinct()


class ModelFilter(FilterSet):
    """Models by name and by a year in which they were made."""

    search = django_filters.CharFilter(method="by_name", label="a part of the name")
    year = django_filters.NumberFilter(method="of_year", label="a model year", min_value=1800, max_value=2200)

    class Meta:
        model = VehicleModel
        fields: list[str] = []

    def by_name(self, queryset: QuerySet[VehicleModel], name: str, value: str) -> QuerySet[VehicleModel]:
        """Names that contain it."""
        return queryset.filter(key__contains=name_key(value))

    def of_year(self, queryset: QuerySet[VehicleModel], name: str, value: int) -> QuerySet[VehicleModel]:
        """Made in that year as far as the list knows; open and unknown years count."""
        return queryset.filter(
            Q(year_from=None) | Q(year_from__lte=value), Q(year_to=None) | Q(year_to__gte=value)
        )
