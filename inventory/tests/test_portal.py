"""The shop's pages of parts and stock: who sees what, what they say, what is refused where."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.models import Movement, Part, Stock
from inventory.tests.factories import BinFactory, PartFactory
from shops.enums import Role
from shops.rules import PERMISSIONS, Act
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(shop: Any, role: Role = Role.OWNER) -> Client:
    client = Client()
    client.force_login(MemberFactory(shop=shop, role=role).user)
    return client


PAGES = {
    "": Act.SEE_STOCK,
    "/movements": Act.SEE_STOCK,
    "/edit": Act.EDIT_PARTS,
    "/status": Act.EDIT_PARTS,
    "/delete": Act.EDIT_PARTS,
    "/receive": Act.MOVE_STOCK,
    "/transfer": Act.MOVE_STOCK,
    "/adjust": Act.ADJUST_STOCK,
}


@pytest.mark.parametrize("role", Role)
def test_every_page_of_a_part_is_for_who_may(role: Role) -> None:
    part = PartFactory(on_hand=2)
    client = signed_in(part.shop, role)
    found = {page: client.get(f"/portal/parts/{part.pk}{page}").status_code for page in PAGES}
    assert found == {page: 200 if role in PERMISSIONS[act] else 403 for page, act in PAGES.items()}
    assert client.get("/portal/parts/new").status_code == (
        200 if role in PERMISSIONS[Act.EDIT_PARTS] else 403
    )


@pytest.mark.parametrize("page", PAGES)
def test_parts_of_another_shop_do_not_exist(page: str) -> None:
    part = PartFactory(on_hand=2)
    stranger = signed_in(ShopFactory())
    assert stranger.get(f"/portal/parts/{part.pk}{page}").status_code == 404
    assert stranger.post(f"/portal/parts/{part.pk}{page}", {"quantity": 1, "name": "x"}).status_code in (
        404,
        405,
    )
    assert Client().get(f"/portal/parts/{part.pk}{page}").status_code == 302
    assert (Movement.objects.count(), Part.objects.get().name) == (1, "Front brake pads")


@pytest.mark.parametrize(
    ("role", "seen"), [(Role.OWNER, True), (Role.CASHIER, False), (Role.ACCOUNTANT, True)]
)
def test_cost_is_for_who_may_see_it(role: Role, seen: bool) -> None:
    part = PartFactory(on_hand=2, unit_cost="612.50")
    page = signed_in(part.shop, role).get(f"/portal/parts/{part.pk}").content.decode()
    assert ("612.50" in page, "1,225.00" in page) == (seen, seen)


def test_storekeeper_changes_a_part_and_never_its_price() -> None:
    part = PartFactory()
    client = signed_in(part.shop, Role.STOREKEEPER)
    page = client.get(f"/portal/parts/{part.pk}/edit").content.decode()
    assert ("selling_price" in page, "cost_price" in page) == (False, False)
    said = {
        "name": "Brake pads, front",
        "number": part.number,
        "brand": part.brand,
        "part_type": part.part_type,
        "version": part.version,
        "selling_price": "1",
    }
    assert client.post(f"/portal/parts/{part.pk}/edit", said).status_code == 302
    part.refresh_from_db()
    assert (part.name, part.selling_price) == ("Brake pads, front", Decimal(850))


def test_part_is_entered_and_refused_at_its_field() -> None:
    shop = ShopFactory()
    client = signed_in(shop)
    said = {
        "name": "Air filter",
        "number": "28113-1R100",
        "brand": "Mahle",
        "part_type": "oes",
        "tax_class": "standard",
        "selling_price": "120.555",
    }
    refused = client.post("/portal/parts/new", said)
    assert (refused.status_code, Part.objects.count()) == (422, 0)
    assert "id_selling_price_error" in refused.content.decode()
    assert client.post("/portal/parts/new", {**said, "selling_price": "120.5"}).status_code == 302
    assert Part.objects.get().selling_price == Decimal("120.5")
    again = client.post("/portal/parts/new", {**said, "selling_price": "1", "number": "281131R100"})
    assert (again.status_code, Part.objects.count()) == (422, 1)
    assert "id_number_error" in again.content.decode()


def test_edit_of_what_somebody_else_has_changed_is_refused_in_words() -> None:
    part = PartFactory()
    client = signed_in(part.shop)
    Part.objects.filter(pk=part.pk).update(warranty="1 year")
    said = {
        "name": "Mine",
        "number": part.number,
        "part_type": part.part_type,
        "tax_class": "standard",
        "version": 1,
    }
    refused = client.post(f"/portal/parts/{part.pk}/edit", said)
    assert refused.status_code == 422
    assert Part.objects.get().name == "Front brake pads"


def test_stock_is_received_corrected_and_moved_by_questions() -> None:
    part = PartFactory(on_hand=1)
    shelf = BinFactory(shop=part.shop)
    client = signed_in(part.shop)
    at = f"/portal/parts/{part.pk}"
    client.post(f"{at}/receive", {"quantity": 4, "unit_cost": "400", "bin": shelf.pk})
    client.post(f"{at}/adjust", {"quantity": -1, "reason": "damaged", "bin": shelf.pk, "note": "Wet box"})
    client.post(f"{at}/transfer", {"quantity": 2, "from_bin": shelf.pk, "to_bin": ""})
    assert Stock.objects.get().on_hand == 4
    page = client.get(f"{at}/movements").content.decode()
    assert ("receipt" in page, "Wet box" in page) == (True, True)
    refused = client.post(f"{at}/adjust", {"quantity": "many", "reason": ""}, headers={"HX-Request": "true"})
    assert (refused.status_code, Stock.objects.get().on_hand) == (422, 4)
    refused = client.post(f"{at}/transfer", {"quantity": 9, "from_bin": shelf.pk, "to_bin": ""})
    assert "Only 1 is in this bin." in refused.content.decode()


def test_same_question_sent_twice_acts_once() -> None:
    part = PartFactory()
    client = signed_in(part.shop)
    said = {"quantity": 4, "idempotency_key": str(uuid4())}
    for _ in range(2):
        assert client.post(f"/portal/parts/{part.pk}/receive", said).status_code == 302
    assert Stock.objects.get().on_hand == 4


def test_list_costs_the_same_for_one_part_and_for_many() -> None:
    shop = ShopFactory()
    client = signed_in(shop)

    def cost() -> int:
        client.get("/portal/parts")
        with CaptureQueriesContext(connection) as seen:
            client.get("/portal/parts")
        return len(seen)

    PartFactory(shop=shop, on_hand=1)
    once = cost()
    for _ in range(3):
        PartFactory(shop=shop, on_hand=1)
    assert cost() == once


def test_search_finds_in_any_spelling_and_offers_to_enter_what_is_not_there() -> None:
    part = PartFactory(number="58101-1RA00")
    client = signed_in(part.shop)
    found = client.get("/portal/parts", {"q": "58101 1ra00"}, headers={"HX-Request": "true"}).content.decode()
    assert f"/portal/parts/{part.pk}" in found
    assert "<html" not in found
    missing = client.get("/portal/parts", {"q": "ZZ 99"}).content.decode()
    assert "/portal/parts/new?number=ZZ%2099" in missing


def test_deleting_is_refused_once_it_has_moved() -> None:
    part, moved = PartFactory(), PartFactory(on_hand=1)
    assert signed_in(part.shop).post(f"/portal/parts/{part.pk}/delete").status_code == 302
    assert signed_in(moved.shop).post(f"/portal/parts/{moved.pk}/delete").status_code == 422
    assert list(Part.objects.values_list("pk", flat=True)) == [moved.pk]
