"""The page of a part and what belongs to it, looked at at both widths and in both languages."""

from collections.abc import Iterator
from typing import Any

import pytest

from clutch.live.tests.browser import in_both_languages, look_at, until
from inventory.actions.fitments import add_fitments
from inventory.actions.replacing import join_interchange, supersede_part
from inventory.models import Part, PartNumber
from inventory.tests.factories import BinFactory, CategoryFactory, PartFactory, PartNumberFactory, received
from inventory.tests.test_parts import as_member
from shops.models import Shop
from shops.tests.factories import MakeFactory, MemberFactory, ShopFactory, VehicleModelFactory

pytestmark = [pytest.mark.browser, pytest.mark.long]


def filled(shop: Shop) -> Part:
    """A part with one of everything."""
    shelf = BinFactory(shop=shop, code="A-03")
    part = PartFactory(
        shop=shop, number="58101-1RA00", category=CategoryFactory(shop=shop, name="Brakes"),
        default_bin=shelf, warranty="6 months", weight_g=1400, core_charge=50,
    )  # fmt: skip
    received(part, 6, part.cost_price, bin_id=shelf.pk)
    PartNumberFactory(part=part, number="GDB 3548", kind="aftermarket", brand="TRW")
    actor, names = as_member(shop), {"shop_id": shop.pk}
    long = "Brake pads, front axle, with wear sensor"
    for number, name in (("P 30 012", long), ("58101-1RA05", "تيل فرامل")):
        other = PartFactory(shop=shop, number=number, name=name, brand="Brembo")
        join_interchange(part.pk, other_id=other.pk, actor=actor, **names)
    supersede_part(part.pk, new_part_id=other.pk, note="Bulletin 12/2026", actor=actor, **names)
    make = MakeFactory(name="Hyundai")
    given: Any = [
        {"make_id": make.pk, "model_id": VehicleModelFactory(make=make, name=name).pk, "year_from": 2011,
         "year_to": 2017, "engine": "1.6 GDI", "position": "front", "notes": "with 280 mm discs"}
        for name in ("Accent", "Elantra")
    ]  # fmt: skip
    add_fitments(part.pk, given=[*given, {"make_id": make.pk}], actor=actor, **names)
    return part


def steps(page: Any, part: Part) -> Iterator[str]:
    """Empty and full, refused and undone."""
    bare = PartFactory(shop=part.shop, number="28113-1R100", name="Air filter")
    page.goto(f"/portal/parts/{bare.pk}")
    yield "part-bare"
    page.goto(f"/portal/parts/{part.pk}")
    yield "part-full"
    numbers = page.locator("#part-numbers")
    numbers.locator("button[aria-label]").first.click()
    page.locator("#part-numbers-undo").wait_for()
    until(page, "document.activeElement.id === 'part-numbers-undo'")
    page.keyboard.press("Enter")
    until(page, "document.querySelectorAll('#part-numbers .code-list li').length === 1")
    assert PartNumber.objects.get(part=part).number == "GDB 3548"
    page.locator("#part-vehicles summary").click()
    page.locator("#vehiclesform_make").select_option(label="Hyundai")
    page.locator("#vehicle-models input").first.check()
    page.locator("#vehiclesform_years").fill("soon")
    page.keyboard.press("Enter")
    page.locator("#part-vehicles [aria-invalid=true]").wait_for()
    page.locator("#part-interchange summary").click()
    page.locator("#part-interchange-q").fill("air")
    page.locator("#part-interchange-found button").wait_for()
    yield "part-at-work"
    page.goto("/portal/parts?vehicle=hyundai+accent+2012")
    yield "parts-of-vehicle"


@in_both_languages
def test_pages_of_a_part(live_site: str, new_page: Any, language: str) -> None:
    shop = ShopFactory(name="Nile Parts")
    page = new_page(user=MemberFactory(shop=shop).user, language=language)
    look_at(page, steps(page, filled(shop)))
