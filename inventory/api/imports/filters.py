"""How lists of imports are filtered."""

import django_filters

from clutch.core.lists import FilterSet
from inventory.models import ImportIssue


class IssueFilter(FilterSet):
    """Issues by code, and those of the file or of the undo."""

    code = django_filters.CharFilter("code")
    at_undo = django_filters.BooleanFilter("at_undo")

    class Meta:
        model = ImportIssue
        fields: list[str] = []
