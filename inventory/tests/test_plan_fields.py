"""Every field of the plan's `auto_parts` is on the API, and a code is found by scan and by search alike."""

from typing import Any

import pytest

from inventory.actions.barcodes import attach_barcode
from inventory.actions.fitments import add_fitments
from inventory.lookup import find_by_code
from inventory.models import Part, PriceTier
from inventory.search import search
from inventory.tests.factories import (
    BinFactory,
    CategoryFactory,
    PartDocumentFactory,
    PartFactory,
    PartNumberFactory,
    PartPhotoFactory,
)
from inventory.tests.test_parts import as_member
from shops.tests.api.people import client
from shops.tests.factories import MakeFactory, MemberFactory

pytestmark = pytest.mark.django_db

# Each column of `auto_parts` in the architecture plan, and where the API of a part has it. What the
# plan keeps as text or JSON in one column is rows of their own here; `+` is an address below the part.
AUTO_PARTS: dict[str, str] = {
    "id": "partId",
    "part_number": "number",
    "name": "name",
    "description": "description",
    "category": "category.parent.name",
    "subcategory": "category.name",
    "brand": "brand",
    "oem_part_number": "numbers[oem]",
    "aftermarket_part_number": "numbers[aftermarket]",
    "dimensions": "lengthMm widthMm heightMm weightG",
    "cost_price": "costPrice",
    "selling_price": "sellingPrice",
    "markup_percentage": "markupPercent",
    "discount_price": "discountPrice discountFrom discountUntil",
    "bulk_pricing": "tiers",
    "current_quantity": "stock.onHand",
    "min_level": "minLevel",
    "max_level": "maxLevel",
    "reorder_point": "reorderPoint",
    "reorder_quantity": "reorderQuantity",
    "location": "defaultBin.code",
    "vehicle_compatibility": "+fitments",
    "suppliers": "numbers[supplier]",
    "images": "photos",
    "documents": "documents",
    "warranty": "warranty",
    "barcode": "barcodes[ean13]",
    "qr_code": "barcodes[qr]",
    "status": "status",
    "created_at": "createdAt",
    "updated_at": "updatedAt",
    "last_sold_at": "stock.lastSoldAt",
    "last_restocked_at": "stock.lastRestockedAt",
}


def filled() -> Part:
    """A part of which everything is said."""
    shop = MemberFactory().shop
    part = PartFactory(
        shop=shop, description="Set of 4",
        category=CategoryFactory(shop=shop, parent=CategoryFactory(shop=shop)),
        default_bin=BinFactory(shop=shop), length_mm=1, width_mm=1, height_mm=1, weight_g=1,
        markup_percent=10, discount_price=800, discount_from="2026-01-01",
        discount_until="2026-12-31", max_level=9, warranty="1 year", on_hand=1,
    )  # fmt: skip
    for kind in ("oem", "aftermarket", "supplier"):
        PartNumberFactory(part=part, kind=kind)
    PriceTier.objects.create(part=part, min_quantity=2, unit_price=1)
    PartPhotoFactory(part=part)
    PartDocumentFactory(part=part)
    actor = as_member(shop)
    for code, kind in (("5901234123457", "ean13"), ("https://maker.example/1", "qr")):
        attach_barcode(part.pk, shop_id=shop.pk, code=code, symbology=kind, actor=actor)
    add_fitments(part.pk, shop_id=shop.pk, given=[{"make_id": MakeFactory().pk}], actor=actor)
    return part


def read(body: Any, path: str) -> Any:
    """What the API says under a path: a dot goes inside, brackets take the first of a kind."""
    for step in path.split("."):
        name, _bracket, kind = step.partition("[")
        body = body[name]
        if kind:
            body = next(row for row in body if kind.rstrip("]") in (row.get("kind"), row.get("symbology")))
    return body


def test_every_field_of_the_plan_is_on_the_api() -> None:
    part = filled()
    owner = client(part.shop.members.all()[0].user)
    address = f"/api/v1/inventory/parts/{part.pk}"
    body = owner.get(address).json()
    for path in AUTO_PARTS.values():
        for one in path.split():
            if one.startswith("+"):
                assert owner.get(f"{address}/{one[1:]}").json()["count"] == 1
                continue
            found = read(body, one)
            # Nothing of it was sold yet; all else has been said.
            assert found not in (None, "", []) or one == "stock.lastSoldAt", one


UPC, AS_EAN = "036000291452", "0036000291452"


@pytest.mark.parametrize("kept", [UPC, AS_EAN])
@pytest.mark.parametrize("asked", [UPC, AS_EAN, f"]E0{AS_EAN}", "٠٣٦٠٠٠٢٩١٤٥٢"])
def test_upc_and_its_ean_are_one_code_by_scan_and_by_search(kept: str, asked: str) -> None:
    part = PartFactory()
    attach_barcode(part.pk, shop_id=part.shop_id, code=kept, actor=as_member(part.shop))
    assert [row.part.pk for row in find_by_code(part.shop, asked).candidates] == [part.pk]
    assert [(hit.part_id, str(hit.matched_by)) for hit in search(part.shop_id, asked).hits] == [
        (part.pk, "barcode")
    ]
