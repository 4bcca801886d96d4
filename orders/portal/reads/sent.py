"""The quotes that a shop has sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from orders.enums import (
    LIVE_QUOTE,
    QuoteStatus,
)
from orders.models import (
    Quote,
)

QUOTE_VIEWS: Mapping[str, Any] = {"all": _("All"), **{str(s.value): s.label for s in QuoteStatus}}


def _quote_filter(view: str, now: datetime) -> Q:
    """Quotes of one status; one whose time has run out is expired before any job says so."""
    over = Q(status__in=LIVE_QUOTE, expires_at__lte=now)
    if view == "all":
        return Q()
    return Q(status=view) | over if view == QuoteStatus.EXPIRED else Q(status=view) & ~over


def quotes(shop_id: UUID, view: str, search: str, now: datetime) -> QuerySet[Quote]:
    """A shop's quotes of one status, the newest first; `search` is part of an order's number."""
    rows = Quote.objects.filter(_quote_filter(view, now), shop=shop_id).select_related("order", "sent_by")
    if search:
        rows = rows.filter(order__number__icontains=search)
    return rows.order_by("-created_at", "pk")


def quote_counts(shop_id: UUID, now: datetime) -> dict[str, int]:
    """How many quotes each view holds. One query."""
    return Quote.objects.filter(shop=shop_id).aggregate(
        **{view: Count("pk", filter=_quote_filter(view, now)) for view in QUOTE_VIEWS}
    )
