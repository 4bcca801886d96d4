"""What lists of stock-taking can be narrowed to."""

from django.db.models import F, QuerySet
from django_filters import rest_framework as django_filters

from clutch.core.lists import FilterSet
from inventory.enums import CountStatus
from inventory.models import CountLine, CountSheet


class SheetFilter(FilterSet):
    """Stock-takes by their state."""

    status = django_filters.ChoiceFilter(choices=CountStatus.choices)

    class Meta:
        model = CountSheet
        fields = ["status"]


class LineFilter(FilterSet):
    """Lines by their bin, and those that differ."""

    bin_id = django_filters.UUIDFilter(field_name="bin", label="the bin in which it was counted")
    only_variances = django_filters.BooleanFilter(method="by_variance", label="lines that differ only")

    class Meta:
        model = CountLine
        fields = ["bin_id"]

    def by_variance(self, queryset: QuerySet[CountLine], name: str, value: bool) -> QuerySet[CountLine]:
        """Those whose count is not what the books had."""
        return queryset.exclude(counted=F("expected")) if value else queryset
