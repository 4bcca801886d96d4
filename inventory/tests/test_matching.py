"""Which part answers what is asked for, at which price."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clutch.feed.actor import Actor
from inventory.actions.holds import Wanted, hold_parts
from inventory.enums import HoldKind, NumberKind, PartStatus
from inventory.keys import part_key
from inventory.ledger import Document
from inventory.matching import Asked, By, Match, Vehicle, find
from inventory.models import Fitment, Part, PriceTier
from inventory.tests.factories import PartFactory, PartNumberFactory
from shops.models import Shop
from shops.tests.factories import MakeFactory, ShopFactory, VehicleModelFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return ShopFactory(pricing_strategy={"markupPercent": "25.00", "roundTo": "5"})


def by_number(shop: Shop, number: str, quantity: int = 1) -> list[Match]:
    """What answers a number."""
    line = Asked(uuid4(), quantity, part_key(number), "whatever")
    return find(shop, [line], Vehicle()).get(line.id, [])


def by_name(shop: Shop, name: str, vehicle: Vehicle) -> list[Match]:
    """What answers a name for a vehicle."""
    line = Asked(uuid4(), 1, "", name)
    return find(shop, [line], vehicle).get(line.id, [])


def said(matches: list[Match]) -> list[tuple[Any, By, bool]]:
    return [(match.part, match.by, match.is_exact) for match in matches]


def test_own_number_however_it_is_written(shop: Shop) -> None:
    part = PartFactory(shop=shop, number="58101-1RA00", on_hand=3)
    PartFactory(number="58101-1RA00", on_hand=3)
    [match] = by_number(shop, "58101 1ra.00")
    assert (match.part, match.by, match.is_exact, match.price) == (part, By.PART_NUMBER, True, Decimal(850))
    assert match.there.available == 3


def test_other_numbers_are_cross_references_and_own_ones_are_not(shop: Shop) -> None:
    part = PartFactory(shop=shop, on_hand=1)
    PartNumberFactory(part=part, number="GDB 3548")
    PartNumberFactory(part=part, number="OLD-7", kind=NumberKind.OWN)
    assert said(by_number(shop, "gdb3548")) == [(part, By.CROSS_REFERENCE, False)]
    assert said(by_number(shop, "old7")) == [(part, By.PART_NUMBER, True)]


def test_replacement_is_followed_to_its_end_and_around_a_ring(shop: Shop) -> None:
    last = PartFactory(shop=shop, on_hand=2)
    middle = PartFactory(shop=shop, superseded_by=last)
    first = PartFactory(shop=shop, number="A-1", superseded_by=middle)
    assert said(by_number(shop, "a1")) == [(last, By.SUPERSESSION, False)]
    Part.objects.filter(pk=last.pk).update(superseded_by=first)
    assert by_number(shop, "a1")[0].part == last


def test_old_part_is_sold_off_while_there_is_enough(shop: Shop) -> None:
    new = PartFactory(shop=shop, on_hand=5)
    old = PartFactory(shop=shop, number="A-1", on_hand=2, superseded_by=new)
    assert said(by_number(shop, "A-1", 2)) == [(old, By.PART_NUMBER, True), (new, By.SUPERSESSION, False)]
    assert said(by_number(shop, "A-1", 3)) == [(new, By.SUPERSESSION, False)]
    gone = PartFactory(shop=shop, number="B-1", status=PartStatus.DISCONTINUED)
    assert by_number(shop, gone.number) == []


def test_number_of_two_brands_is_not_exact_and_what_is_there_comes_first(shop: Shop) -> None:
    cheap = PartFactory(shop=shop, number="C-1", brand="A", selling_price=100)
    dear = PartFactory(shop=shop, number="C-1", brand="B", selling_price=200, on_hand=1)
    PartFactory(shop=shop, number="C-1", brand="D", status=PartStatus.INACTIVE, on_hand=9)
    assert said(by_number(shop, "C-1")) == [(dear, By.PART_NUMBER, False), (cheap, By.PART_NUMBER, False)]


def test_name_needs_a_part_that_fits(shop: Shop) -> None:
    make, other = MakeFactory(name="Hyundai"), MakeFactory(name="Kia")
    accent, elantra = (VehicleModelFactory(make=make, name=name) for name in ("Accent X", "Elantra X"))
    part = PartFactory(shop=shop, name="Brake pads, front", on_hand=1)
    Fitment.objects.create(shop=shop, part=part, make=make, model=accent, year_from=2015, year_to=2020)
    bulb = PartFactory(shop=shop, name="Bulb H7", is_universal=True)
    fits = Vehicle(make.pk, accent.pk, 2018)
    assert said(by_name(shop, "Front brake pads", fits)) == [(part, By.FITMENT_AND_NAME, False)]
    for vehicle in (
        Vehicle(make.pk, accent.pk, 2014),
        Vehicle(make.pk, elantra.pk, 2018),
        Vehicle(other.pk, None, 2018),
        Vehicle(),
    ):
        assert by_name(shop, "Front brake pads", vehicle) == []
    assert by_name(shop, "Rear brake pads", fits) == []
    assert by_name(shop, "Bulb H4", fits) == []
    Fitment.objects.update(position="left")
    assert said(by_name(shop, "brake pad left", fits)) == [(part, By.FITMENT_AND_NAME, False)]
    assert said(by_name(shop, "bulb h7", Vehicle())) == [(bulb, By.FITMENT_AND_NAME, False)]
    # With a number that the shop does not have, the same word may be another part.
    line = Asked(uuid4(), 1, "UNKNOWN", "bulb h7")
    assert find(shop, [line], fits) == {}


def test_price_by_discount_dates_bulk_and_markup(shop: Shop) -> None:
    today = timezone.now().astimezone(shop.zone).date()
    day = timedelta(days=1)
    PartFactory(shop=shop, number="D-1", discount_price=700, discount_from=today - day, discount_until=today)
    PartFactory(shop=shop, number="D-2", discount_price=700, discount_from=today + day)
    bulk = PartFactory(shop=shop, number="D-3")
    PriceTier.objects.create(part=bulk, min_quantity=4, unit_price=600)
    PartFactory(shop=shop, number="D-4", selling_price=None, cost_price=Decimal("333"))
    PartFactory(shop=shop, number="D-5", selling_price=None, cost_price=100, markup_percent=50)
    PartFactory(shop=shop, number="D-6", selling_price=None, cost_price=None, on_hand=1, unit_cost="80")
    PartFactory(shop=shop, number="D-7", selling_price=None, cost_price=None)
    asked = [("D-1", 1), ("D-2", 1), ("D-3", 3), ("D-3", 4), ("D-4", 1), ("D-5", 1), ("D-6", 1), ("D-7", 1)]
    prices = [by_number(shop, *each)[0].price for each in asked]
    assert prices == [700, 850, 850, 600, 415, 150, 100, None]


def test_what_is_held_is_not_there(shop: Shop) -> None:
    part = PartFactory(shop=shop, number="E-1", on_hand=2)
    hold_parts(
        shop.pk, [Wanted(part.pk, 2)], kind=HoldKind.SOFT, expires_at=None,
        document=Document("quote", uuid4()), actor=Actor.beat(),
    )  # fmt: skip
    assert by_number(shop, "E-1")[0].there.available == 0


def test_as_many_queries_for_one_line_as_for_twenty(shop: Shop) -> None:
    lines = []
    for n in range(20):
        part = PartFactory(shop=shop, number=f"N-{n}", name=f"Oil filter {n}", is_universal=True, on_hand=1)
        PriceTier.objects.create(part=part, min_quantity=2, unit_price=1)
        by = {"part_key": part.number_key} if n % 2 else {"name": part.name}
        lines.append(Asked(uuid4(), 1, **by))

    def cost(count: int) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert len(find(shop, lines[:count], Vehicle())) == count
        return len(seen)

    assert (cost(2), cost(20)) == (5, 5)
