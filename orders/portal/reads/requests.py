"""The queue of a shop: its views, counts, tabs and figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, F, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clutch.feed.models import Transition
from orders.enums import (
    OPEN,
    InvitationStatus,
    OrderStatus,
    QuoteStatus,
)
from orders.models import (
    Invitation,
    Order,
    OrderLine,
    Quote,
    QuoteLine,
)
from shops.enums import ShopStatus
from shops.models import Shop

KEEP_SHOWING = timedelta(days=30)


QUEUE_VIEWS: Mapping[str, Any] = {
    "new": _("New"),
    "quoted": _("Quoted"),
    "declined": _("Declined"),
    "all": _("All"),
}


def _is_open(now: datetime) -> Q:
    return Q(order__status__in=OPEN, order__quotes_close_at__gt=now, deadline__gt=now)


def _queue_filter(view: str, now: datetime) -> Q:
    # By the deadline too, which is never before it was asked: the index of a shop's requests has it.
    recent = Q(created_at__gt=now - KEEP_SHOWING, deadline__gt=now - KEEP_SHOWING)
    return {
        "new": Q(status=InvitationStatus.INVITED) & _is_open(now),
        "quoted": Q(status=InvitationStatus.QUOTED) & _is_open(now),
        "declined": Q(status=InvitationStatus.DECLINED) & _is_open(now),
    }.get(view, recent)


def queue(requests: QuerySet[Invitation], view: str, now: datetime) -> QuerySet[Invitation]:
    """One view of a shop's requests, the most pressing first; of all of them the newest first."""
    rows = with_request(requests.filter(_queue_filter(view, now)))
    return (
        rows.order_by("-created_at", "pk") if view == "all" else rows.order_by("-priority", "deadline", "pk")
    )


def with_request(requests: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Invitations with their order, its parts and photos, the prepared draft and the shop's quotes."""
    offers = Prefetch("lines", QuoteLine.objects.select_related("line").order_by("position", "pk"))
    quotes = Quote.objects.select_related("sent_by").prefetch_related(offers).order_by("-created_at")
    return requests.select_related("order", "draft").prefetch_related(
        Prefetch("order__lines", _lines_now(), to_attr="parts_now"),
        Prefetch("quotes", quotes, to_attr="own_quotes"),
    )


def _lines_now() -> QuerySet[OrderLine]:
    """The parts that are still asked for, with their photos."""
    return OrderLine.objects.filter(removed_in__isnull=True).prefetch_related("photos")


def queue_counts(requests: QuerySet[Invitation], now: datetime) -> dict[str, int]:
    """How many requests each view of the queue holds. One query."""
    # What is older is in no view; a shop of some years has hundreds of times as much of it.
    return (
        requests.filter(deadline__gt=now - KEEP_SHOWING)
        .order_by()
        .aggregate(**{view: Count("pk", filter=_queue_filter(view, now)) for view in QUEUE_VIEWS})
    )


def waiting(requests: QuerySet[Invitation], now: datetime) -> int:
    """How many requests the shop has not answered yet."""
    return requests.filter(_queue_filter("new", now)).count()


@dataclass(frozen=True)
class Tab:
    """One view of a list, with how many rows it holds."""

    key: str
    name: Any
    count: int
    current: bool


def tabs(views: Mapping[str, Any], counts: Mapping[str, int], current: str) -> list[Tab]:
    """The views of a list as the page shows them."""
    return [Tab(key, name, counts.get(key, 0), key == current) for key, name in views.items()]


@dataclass(frozen=True)
class Figures:
    """What the top of the queue says. `won_share` and `response` cover 30 days."""

    waiting: int
    response: timedelta | None
    won_share: int | None
    to_prepare: int


def figures(shop_id: UUID, now: datetime, *, waiting: int) -> Figures:
    """Two queries: how fast and how often quotes won, and how many orders wait to be prepared."""
    decided = (QuoteStatus.ACCEPTED, QuoteStatus.LOST)
    found = Quote.objects.filter(shop=shop_id, created_at__gt=now - KEEP_SHOWING).aggregate(
        response=Avg(F("created_at") - F("invitation__created_at")),
        won=Count("pk", filter=Q(status=QuoteStatus.ACCEPTED)),
        decided=Count("pk", filter=Q(status__in=decided)),
    )
    share = round(100 * found["won"] / found["decided"]) if found["decided"] else None
    to_prepare = Order.objects.filter(shop=shop_id, status=OrderStatus.ACCEPTED).count()
    return Figures(waiting, found["response"], share, to_prepare)


def standing_reason(shop: Shop) -> str:
    """Why a shop is suspended or closed, as its history says; "" for one that is neither."""
    if shop.status not in (ShopStatus.SUSPENDED, ShopStatus.INACTIVE):
        return ""
    last = Transition.objects.filter(kind="shops.shop", object_id=shop.pk, to_status=shop.status)
    return last.order_by("-at").values_list("reason", flat=True).first() or ""
