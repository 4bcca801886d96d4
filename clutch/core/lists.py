"""Lists: pages, ordering and filters, with camelCase names in the query."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django_filters import rest_framework as django_filters
from rest_framework import exceptions, filters, pagination

from clutch.core.casing import camel


class PageNumberPagination(pagination.PageNumberPagination):
    """`?page=2&pageSize=50` → `{count, next, previous, results}`; at most 100 a page."""

    page_size = 20
    page_size_query_param = "pageSize"
    max_page_size = 100


class OrderingFilter(filters.OrderingFilter):
    """`?ordering=-createdAt`, by the names that the view lists in `ordering_fields` (snake_case).

    A name that is not listed is an error rather than silence, and the key is always the last
    criterion, so that no row is on two pages.
    """

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> Sequence[str]:
        """Return the model fields to order by; raise ValidationError for an unknown name."""
        asked = [name.strip() for name in request.query_params.get(self.ordering_param, "").split(",")]
        allowed = getattr(view, "ordering_fields", None) or ()
        known = {camel(name): name for name in allowed}
        wrong = [name for name in asked if name and name.removeprefix("-") not in known]
        if wrong:
            message = _("Cannot order by “%(name)s”. Known: %(known)s.")
            raise exceptions.ValidationError(
                {self.ordering_param: [message % {"name": wrong[0][:40], "known": ", ".join(known) or "—"}]}
            )
        ordering = [
            ("-" if name.startswith("-") else "") + known[name.removeprefix("-")] for name in asked if name
        ]
        ordering = ordering or list(self.get_default_ordering(view) or queryset.query.order_by)
        return ordering if {"pk", "-pk"} & set(ordering) else [*ordering, "pk"]

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameter with its allowed names; none where the view cannot be ordered."""
        names = [camel(name) for name in getattr(view, "ordering_fields", None) or ()]
        if not names:
            return []
        return [
            {
                "name": self.ordering_param,
                "required": False,
                "in": "query",
                "description": "Comma-separated, “-” for descending: " + ", ".join(names),
                "schema": {"type": "string"},
            }
        ]


class FilterSet(django_filters.FilterSet):
    """A filter set whose filters are named in camelCase on the wire (`created_after` → `createdAfter`)."""

    @classmethod
    def get_filters(cls) -> Any:
        """The filters under their wire names."""
        return OrderedDict((camel(name), found) for name, found in super().get_filters().items())
