"""The pages of parts in a real browser: found by typing, received in a dialog, fit for a phone."""

from typing import Any

import pytest

from clutch.live.tests.browser import axe_check, shoot, until
from inventory.models import Hold, PartNumber, Stock
from inventory.tests.factories import BinFactory, CategoryFactory, PartFactory, PartNumberFactory, received
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(live_site: str) -> Any:
    shop = ShopFactory(name="Nile Parts")
    brakes = CategoryFactory(shop=shop, name="Brakes")
    shelf = BinFactory(shop=shop, code="A-03")
    pads = PartFactory(
        shop=shop,
        number="58101-1RA00",
        category=brakes,
        default_bin=shelf,
        reorder_point=2,
        warranty="6 months",
    )
    received(pads, 6, pads.cost_price, bin_id=shelf.pk)
    PartNumberFactory(part=pads, number="GDB 3548")
    PartFactory(shop=shop, number="28113-1R100", name="فلتر هواء", brand="Mahle")
    PartFactory(shop=shop, number="92101-1R000", name="Headlamp, left", brand="TYC", selling_price=None)
    Hold.objects.create(
        shop=shop, part=pads, kind="hard", quantity=1, document_kind="order",
        document_id=pads.pk, document_number="CL-2026-000123",
    )  # fmt: skip
    return shop


def test_part_is_found_by_typing_and_received_in_a_dialog(shop: Any, new_page: Any) -> None:
    page = new_page(user=MemberFactory(shop=shop).user)
    page.goto("/portal/parts")
    page.get_by_label("Number, barcode or name").fill("gdb3548")
    until(page, "document.querySelectorAll('#parts .row-link').length === 1")
    page.get_by_role("link", name="Front brake pads").click()
    page.get_by_role("link", name="Receive").click()
    page.get_by_label("How many").fill("4")
    page.keyboard.press("Enter")
    page.get_by_text("The stock is up to date.").wait_for()
    page.locator("#part-state dd").get_by_text("10", exact=True).wait_for()
    assert Stock.objects.get(part=PartNumber.objects.get().part).on_hand == 10


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "ar"])
def test_pages_pass_axe_and_fit_a_phone(shop: Any, new_page: Any, language: str) -> None:
    page = new_page(user=MemberFactory(shop=shop).user, language=language)
    part = PartNumber.objects.get().part
    shown = {
        "parts": "/portal/parts",
        "part": f"/portal/parts/{part.pk}",
        "part-form": f"/portal/parts/{part.pk}/edit",
        "part-adjust": f"/portal/parts/{part.pk}/adjust",
        "parts-nothing": "/portal/parts?q=nothing",
    }
    for name, path in shown.items():
        page.goto(path)
        axe_check(page)
        shoot(page, f"{name}-{language}")
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        page.set_viewport_size({"width": 1280, "height": 900})
