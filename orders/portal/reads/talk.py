"""A shop's conversations, and the photos that it may see."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.fields.files import FieldFile

from orders import rules
from orders.models import (
    LinePhoto,
    Message,
    MessageThread,
    QuoteLine,
    Shipment,
)
from shops.models import Member


def threads(shop_id: UUID) -> QuerySet[MessageThread]:
    """A shop's conversations, the newest first, each with the last thing said."""
    last = Message.objects.filter(thread=OuterRef("pk")).order_by("-at")
    return (
        MessageThread.objects.filter(shop=shop_id, last_message_at__isnull=False)
        .select_related("order")
        .annotate(
            last_text=Subquery(last.values("text")[:1]),
            last_side=Subquery(last.values("side")[:1]),
        )
        .order_by("-last_message_at", "pk")
    )


def unread(shop_id: UUID) -> int:
    """How many messages nobody in the shop has read."""
    sums = MessageThread.objects.filter(shop=shop_id).aggregate(unread=Sum("shop_unread"))
    return sums["unread"] or 0


def photo(member: Member, kind: str, photo_id: UUID) -> FieldFile | None:
    """A photo that a member's shop may see, or None: of a part it was asked for, of its own offers,
    of its conversations, of its deliveries."""
    shop_id = member.shop_id
    asked = rules.requests_for(member).values("order")
    found: Mapping[str, QuerySet[Any]] = {
        "part": LinePhoto.objects.filter(line__order__in=asked),
        "offer": QuoteLine.objects.filter(shop=shop_id),
        "message": Message.objects.filter(thread__shop=shop_id),
        "delivery": Shipment.objects.filter(shop=shop_id),
    }
    if kind not in found:
        return None
    row = found[kind].filter(pk=photo_id).first()
    file: FieldFile | None = getattr(row, "file" if kind == "part" else "photo", None)
    return file or None
