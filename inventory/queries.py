"""Reads of stock that several acts and pages share. Whatever has a time is compared with `now`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from inventory.enums import HoldKind, HoldStatus
from inventory.models import BinStock, Fitment, Hold, Part, PartPhoto, Stock, Supersession
from shops.models import Member
from shops.rules import PERMISSIONS, Act


@dataclass(frozen=True)
class Availability:
    """What there is of a part, in units: `available` is on hand less all that is held.

    `soft` of the reserved units stand for sent quotes, and the counter may take them.
    """

    on_hand: int
    reserved: int
    soft: int
    value: Decimal

    @property
    def available(self) -> int:
        """On hand less reserved; below zero when more was promised than is there."""
        return self.on_hand - self.reserved

    @property
    def for_counter(self) -> int:
        """What the counter may sell: soft holds give way."""
        return self.on_hand - (self.reserved - self.soft)


NOTHING = Availability(0, 0, 0, Decimal(0))


def counting(now: datetime) -> Q:
    """The holds that reserve their units at `now`, swept or not."""
    return Q(status=HoldStatus.OPEN) & (Q(expires_at=None) | Q(expires_at__gt=now))


def open_holds(part_ids: Collection[UUID], now: datetime | None = None) -> QuerySet[Hold]:
    """The holds of parts that count now, oldest first."""
    return Hold.objects.filter(counting(now or timezone.now()), part__in=part_ids).order_by(
        "created_at", "pk"
    )


def availability(
    part_ids: Collection[UUID],
    *,
    now: datetime | None = None,
    stocks: Mapping[UUID, Stock] | None = None,
    spare: Collection[UUID] = (),
) -> dict[UUID, Availability]:
    """What there is of each part. Two queries; one when the (locked) `stocks` are at hand.

    The holds of the documents in `spare` do not count.
    """
    if stocks is None:
        stocks = {stock.part_id: stock for stock in Stock.objects.filter(part__in=part_ids)}
    held = (
        open_holds(part_ids, now)
        .exclude(document_id__in=spare)
        .order_by()
        .values("part")
        .annotate(reserved=Sum("quantity"), soft=Sum("quantity", filter=Q(kind=HoldKind.SOFT), default=0))
    )
    reserved = {row["part"]: (row["reserved"], row["soft"]) for row in held}
    return {
        part_id: Availability(stock.on_hand, *reserved.get(part_id, (0, 0)), stock.value)
        for part_id, stock in stocks.items()
        if part_id in part_ids
    }


def left_for_counter(stocks: Mapping[UUID, Stock], *, spare: Collection[UUID] = ()) -> dict[UUID, int]:
    """How many units of each (locked) part a sale may take: all but those of hard holds.

    The holds of the documents in `spare` do not count. One query.
    """
    hard = (
        open_holds(list(stocks))
        .filter(kind=HoldKind.HARD)
        .exclude(document_id__in=spare)
        .order_by()
        .values("part")
        .annotate(units=Sum("quantity"))
        .values_list("part", "units")
    )
    held = dict(hard)
    return {part_id: stock.on_hand - held.get(part_id, 0) for part_id, stock in stocks.items()}


def held_units(document_ids: Collection[UUID], now: datetime | None = None) -> dict[UUID, int]:
    """How many units each line of documents holds now, by the id of the line. One query."""
    rows = Hold.objects.filter(counting(now or timezone.now()), document_id__in=document_ids)
    sums = rows.order_by().values("document_line_id").annotate(units=Sum("quantity"))
    return {row["document_line_id"]: row["units"] for row in sums if row["document_line_id"]}


def in_bin(part_id: UUID, bin_id: UUID | None) -> int:
    """How many units of a part lie in a bin, or nowhere in particular."""
    row = BinStock.objects.filter(part=part_id, bin=bin_id).first()
    return row.quantity if row else 0


def stock_keepers(shop_id: UUID) -> list[UUID]:
    """The people of a shop who look after its stock."""
    roles = PERMISSIONS[Act.MOVE_STOCK]
    members = Member.objects.filter(shop=shop_id, is_active=True, role__in=roles)
    return list(members.order_by("user").values_list("user_id", flat=True))


# A circle that an old file may have brought ends where it closes.
SUCCESSORS = """
WITH RECURSIVE chain(id, path) AS (
    SELECT %s::uuid, ARRAY[%s::uuid]
    UNION ALL
    SELECT p.superseded_by_id, path || p.superseded_by_id
    FROM chain c JOIN inventory_part p ON p.id = c.id
    WHERE p.superseded_by_id IS NOT NULL AND NOT p.superseded_by_id = ANY(path)
) SELECT id FROM chain ORDER BY cardinality(path)
"""


def successors(part_id: UUID) -> list[UUID]:
    """A part and what replaces it, what replaces that, and so on, in order. One query."""
    with connection.cursor() as cursor:
        cursor.execute(SUCCESSORS, [part_id, part_id])
        return [row[0] for row in cursor.fetchall()]


def photo_url(photo: PartPhoto) -> str:
    """Where the API serves a photo of a part."""
    return f"/api/v1/inventory/parts/{photo.part_id}/photos/{photo.pk}"


def small_photo_url(photo: PartPhoto) -> str:
    """Where the API serves the small form of a photo."""
    return f"{photo_url(photo)}/small"


def vehicles_of(part_id: UUID) -> QuerySet[Fitment]:
    """The vehicles that a part fits, by name and year. One query."""
    rows = Fitment.objects.filter(part=part_id).select_related("make", "model")
    return rows.order_by("make__name", F("model__name").asc(nulls_first=True), "year_from", "pk")


def replacing_history(part_id: UUID) -> QuerySet[Supersession]:
    """What was said to replace a part, newest first; an entry without a part took it back. One query."""
    return Supersession.objects.filter(part=part_id).select_related("new_part").order_by("-at", "-pk")


def stand_ins(part: Part) -> QuerySet[Part]:
    """The other parts of the group of a part that stand in for one another."""
    others = Part.objects.filter(shop=part.shop_id, interchange=part.interchange_id)
    return others.exclude(pk=part.pk).order_by("name", "pk") if part.interchange_id else Part.objects.none()


def parts_shown(parts: QuerySet[Part]) -> QuerySet[Part]:
    """Parts with what a list shows of them: stock, `reserved` and `soft` units, places, prices, photos."""
    held = Hold.objects.filter(counting(timezone.now()), part=OuterRef("pk")).order_by().values("part")

    def units(holds: QuerySet[Hold, Any]) -> Coalesce:
        total = holds.annotate(total=Sum("quantity")).values("total")
        return Coalesce(Subquery(total), 0, output_field=IntegerField())

    return (
        parts.select_related("shop", "stock", "category__parent", "default_bin", "superseded_by")
        .annotate(reserved=units(held), soft=units(held.filter(kind=HoldKind.SOFT)))
        .prefetch_related("tiers", "photos")
    )


def parts_whole(parts: QuerySet[Part]) -> QuerySet[Part]:
    """Parts with everything that is said of one."""
    return parts_shown(parts).prefetch_related("numbers", "barcodes", "documents")


def in_order_of(part_ids: Sequence[UUID]) -> list[Part]:
    """The parts with these ids as lists show them, in this order; those that are gone are left out."""
    found = {part.pk: part for part in parts_shown(Part.objects.filter(pk__in=part_ids))}
    return [found[part_id] for part_id in part_ids if part_id in found]
