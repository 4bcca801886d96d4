"""Rows for tests, as the acts would have left them. `PartFactory(on_hand=5, unit_cost="40")` has stock."""

from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from clutch.feed.action import action
from clutch.feed.actor import Actor
from inventory import ledger, locks
from inventory.enums import MovementKind
from inventory.keys import keys_of, part_key, part_name_key
from inventory.models import Bin, Category, Part, PartDocument, PartNumber, PartPhoto, Stock
from shops.keys import name_key
from shops.tests.factories import ShopFactory


class CategoryFactory(DjangoModelFactory[Category]):
    """A category at the top of a shop's tree."""

    class Meta:
        model = Category

    shop = factory.SubFactory(ShopFactory)
    name = factory.Sequence(lambda n: f"Category {n}")
    key = factory.LazyAttribute(lambda row: name_key(row.name))


class BinFactory(DjangoModelFactory[Bin]):
    """A bin of a shop."""

    class Meta:
        model = Bin

    shop = factory.SubFactory(ShopFactory)
    code = factory.Sequence(lambda n: f"A-{n:02d}")
    key = factory.LazyAttribute(lambda row: name_key(row.code))


class PartFactory(DjangoModelFactory[Part]):
    """A front brake pad set for 850, without stock unless `on_hand` (at `unit_cost`) is given."""

    class Meta:
        model = Part
        skip_postgeneration_save = True

    shop = factory.SubFactory(ShopFactory)
    number = factory.Sequence(lambda n: f"58101-{n:05d}")
    number_key = factory.LazyAttribute(lambda part: part_key(part.number))
    name = "Front brake pads"
    name_key = factory.LazyAttribute(lambda part: part_name_key(part.name))
    brand = "Hankook Frixa"
    brand_key = factory.LazyAttribute(lambda part: name_key(part.brand))
    words = factory.LazyAttribute(lambda part: keys_of("", part.name, part.brand)["words"])
    selling_price = Decimal(850)
    cost_price = Decimal(500)

    @classmethod
    def _create(cls, model_class: type[Part], *args: Any, **kwargs: Any) -> Part:
        on_hand = kwargs.pop("on_hand", 0)
        unit_cost = Decimal(kwargs.pop("unit_cost", 500))
        part = model_class._default_manager.create(*args, **kwargs)
        Stock.objects.create(part=part, shop=part.shop)
        if on_hand:
            received(part, on_hand, unit_cost)
        return part


class PartNumberFactory(DjangoModelFactory[PartNumber]):
    """A cross-reference of a new part."""

    class Meta:
        model = PartNumber

    part = factory.SubFactory(PartFactory)
    shop = factory.LazyAttribute(lambda row: row.part.shop)
    number = factory.Sequence(lambda n: f"GDB {n:04d}")
    key = factory.LazyAttribute(lambda row: part_key(row.number))


class PartPhotoFactory(DjangoModelFactory[PartPhoto]):
    """A photo of a new part, with its files."""

    class Meta:
        model = PartPhoto

    part = factory.SubFactory(PartFactory)
    image = factory.django.ImageField(filename="front.jpg")
    small = factory.django.ImageField(filename="front.jpg")


class PartDocumentFactory(DjangoModelFactory[PartDocument]):
    """A data sheet of a new part, with its file."""

    class Meta:
        model = PartDocument

    part = factory.SubFactory(PartFactory)
    name = "Data sheet"
    file = factory.django.FileField(filename="sheet.pdf", data=b"%PDF-1.7")


@action
def received(part: Part, quantity: int, unit_cost: Decimal, *, bin_id: Any = None) -> None:
    """Put units on the shelf as a receipt without a document."""
    stocks = locks.stocks(part.shop_id, [part.pk])
    entry = ledger.Entry(part.pk, quantity, MovementKind.RECEIPT, bin_id, unit_cost=unit_cost)
    ledger.post(stocks, [entry], currency=part.shop.currency, document=ledger.Document(), actor=Actor.beat())
