"""What the pages of parts show, in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from inventory import queries
from inventory.models import (
    Bin,
    BinStock,
    Category,
    Hold,
    Movement,
    Part,
    PartDocument,
    PartNumber,
    PartPhoto,
    Supersession,
)
from inventory.models.stock import unit_cost
from inventory.search import Hit


@dataclass(frozen=True)
class Row:
    """One part in a list: why it was found, and what there is of it."""

    part: Part
    hit: Hit
    there: queries.Availability
    price: Decimal | None
    bins: Sequence[BinStock]
    photo: str = ""


def rows(hits: Sequence[Hit]) -> list[Row]:
    """The found parts with stock, price and bins, in the order of the hits. Six queries."""
    ids = [hit.part_id for hit in hits]
    placed = BinStock.objects.exclude(quantity=0).select_related("bin").order_by("bin__code")
    found = (
        Part.objects.filter(pk__in=ids)
        .select_related("category", "default_bin")
        .prefetch_related("tiers", "photos", Prefetch("bin_stock", placed, to_attr="placed"))
        .in_bulk()
    )
    there = queries.availability(ids)
    today = timezone.localdate()
    return [
        Row(part, hit, there.get(part.pk, queries.NOTHING), part.price_on(today), part.placed, cover(part))
        for hit in hits
        if (part := found.get(hit.part_id))
    ]


def cover(part: Part) -> str:
    """Where the small form of a part's first photo is served; "" without one."""
    first = next(iter(part.photos.all()), None)
    return queries.small_photo_url(first) if first else ""


@dataclass(frozen=True)
class Photo:
    """A photo and where it is served."""

    row: PartPhoto
    url: str
    small_url: str


@dataclass(frozen=True)
class Mention:
    """An open document that wants a part: where it stands, and the page that shows it."""

    kind: Any
    number: str
    path: str
    quantity: int
    note: Any = ""


def mentions(part: Part) -> list[Mention]:
    """The open requests, quotes and orders that want a part, asked of settings.PART_MENTIONS."""
    found: list[Mention] = []
    for name in settings.PART_MENTIONS:
        found += [Mention(**said) for said in import_string(name)(part.shop_id, part.pk)]
    return found


class PartFacts:
    """Everything that the page of one part shows."""

    def __init__(self, part: Part, *, sees_cost: bool) -> None:
        self.part = part
        self.sees_cost = sees_cost

    @cached_property
    def there(self) -> queries.Availability:
        """On hand, reserved, available."""
        return queries.availability([self.part.pk]).get(self.part.pk, queries.NOTHING)

    @cached_property
    def price(self) -> Decimal | None:
        """The price of one today."""
        return self.part.price_on(timezone.localdate())

    @cached_property
    def cost(self) -> Decimal | None:
        """The moving average, or the list cost before anything came in; None for who may not see it."""
        if not self.sees_cost:
            return None
        stock = self.part.stock
        return unit_cost(stock.on_hand, stock.value, stock.average_cost) or self.part.cost_price

    @cached_property
    def margin(self) -> Decimal | None:
        """(price - cost) / price, in percent."""
        if not self.cost or not self.price:
            return None
        return (self.price - self.cost) / self.price * 100

    @cached_property
    def bins(self) -> list[BinStock]:
        """Where it lies."""
        return list(self.part.bin_stock.exclude(quantity=0).select_related("bin").order_by("bin__code"))

    @cached_property
    def holds(self) -> list[Hold]:
        """Who it is held for, now."""
        return list(queries.open_holds([self.part.pk]))

    @cached_property
    def photos(self) -> list[Photo]:
        """Its photos, the cover first."""
        return [
            Photo(row, queries.photo_url(row), queries.small_photo_url(row)) for row in self.part.photos.all()
        ]

    @cached_property
    def documents(self) -> list[tuple[PartDocument, str]]:
        """Its documents, each with its address."""
        rows_ = self.part.documents.order_by("name", "pk")
        return [(row, f"/api/v1/inventory/parts/{row.part_id}/documents/{row.pk}") for row in rows_]

    @cached_property
    def numbers(self) -> list[PartNumber]:
        """The other numbers it is known by."""
        return list(self.part.numbers.order_by("kind", "number"))

    @cached_property
    def fitments(self) -> list[Any]:
        """The vehicles it fits, by name."""
        return list(queries.vehicles_of(self.part.pk)[:200])

    @cached_property
    def replaced_by(self) -> list[Part]:
        """What replaces it, step by step to the newest."""
        if self.part.superseded_by_id is None:
            return []
        chain = queries.successors(self.part.pk)[1:]
        found = Part.objects.in_bulk(chain)
        return [found[pk] for pk in chain]

    @cached_property
    def replaces(self) -> list[Part]:
        """What it replaces."""
        return list(self.part.supersedes.order_by("number", "pk")[:50])

    @cached_property
    def history(self) -> list[Supersession]:
        """What was said to replace it, newest first."""
        return list(queries.replacing_history(self.part.pk)[:50])

    @cached_property
    def interchange(self) -> list[Row]:
        """What can stand in for it, with what there is of each."""
        if self.part.interchange_id is None:
            return []
        return rows([Hit(pk) for pk in queries.stand_ins(self.part).values_list("pk", flat=True)])

    @cached_property
    def mentions(self) -> list[Mention]:
        """The documents that want it."""
        return mentions(self.part)


def movements(part_id: UUID) -> QuerySet[Movement]:
    """The ledger of a part, newest first."""
    return Movement.objects.filter(part=part_id).select_related("bin").order_by("-seq")


def bins_of(shop_id: UUID) -> QuerySet[Bin]:
    """The bins in use."""
    return Bin.objects.filter(shop=shop_id, is_active=True).order_by("code")


def categories_of(shop_id: UUID) -> list[tuple[str, str]]:
    """The tree of categories as choices: “Brakes › Pads”, each under its parent. One query."""
    every = list(Category.objects.filter(shop=shop_id).order_by("name"))
    below: dict[UUID | None, list[Category]] = {}
    for category in every:
        below.setdefault(category.parent_id, []).append(category)

    def walk(parent: UUID | None, prefix: str) -> list[tuple[str, str]]:
        found = []
        for category in below.get(parent, []):
            name = f"{prefix}{category.name}"
            found += [(str(category.pk), name), *walk(category.pk, f"{name} › ")]
        return found

    return walk(None, "")
