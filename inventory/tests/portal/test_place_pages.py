"""The pages of categories and bins: who sees and changes them, what they say, what is refused where."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clutch.live.tests.browser import in_both_languages, look_at
from inventory.models import Bin, Category, Part
from inventory.tests.factories import BinFactory, CategoryFactory, PartFactory, received
from inventory.tests.test_portal import signed_in
from shops.enums import Role
from shops.rules import PERMISSIONS, Act
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.django_db(transaction=True)

QUESTIONS = (
    "categories/new", "categories/{category}", "categories/{category}/merge", "categories/{category}/remove",
    "bins/new", "bins/{bin}", "bins/{bin}/use",
)  # fmt: skip


@pytest.mark.parametrize("role", [*Role, None])
def test_pages_are_for_who_may(role: Role | None) -> None:
    category = CategoryFactory()
    shelf = BinFactory(shop=category.shop)
    client = signed_in(category.shop, role) if role else signed_in(ShopFactory())
    said = {"name": "New", "code": "New", "into_id": CategoryFactory(shop=category.shop).pk}
    for page in ("categories", "bins"):
        shown = client.get(f"/portal/{page}")
        sees = bool(role) and page == "categories"
        assert (shown.status_code, category.name in shown.content.decode()) == (200, sees)
    for question in QUESTIONS:
        address = f"/portal/{question.format(category=category.pk, bin=shelf.pk)}"
        may = role in PERMISSIONS[Act.EDIT_PARTS] if role else question.endswith("new")
        assert client.get(address).status_code == (200 if may else 403 if role else 404), question
        if not may:
            assert client.post(address, said).status_code == (403 if role else 404)
            assert Client().post(address, said).status_code == 302
    assert set(Category.objects.filter(shop=category.shop).values_list("name", flat=True)) >= {category.name}
    assert Bin.objects.filter(shop=category.shop).values_list("code", "is_active").get() == (shelf.code, True)


def test_tree_is_kept_by_questions() -> None:
    shop = ShopFactory()
    owner, at = signed_in(shop), "/portal/categories"
    for name in ("Brakes", "Filters"):
        assert owner.post(f"{at}/new", {"name": name}).status_code == 302
    brakes, filters = Category.objects.order_by("name")
    below = owner.get(f"{at}/new?below={brakes.pk}").content.decode()
    assert f'value="{brakes.pk}" selected' in below
    owner.post(f"{at}/new", {"name": "Pads", "parent_id": brakes.pk})
    pads = Category.objects.get(name="Pads")
    PartFactory(shop=shop, category=pads)
    page = owner.get(at).content.decode()
    assert ("depth-1" in page, "1 part<" in page) == (True, True)
    refused = owner.post(f"{at}/{brakes.pk}", {"name": "Brakes", "parent_id": pads.pk})
    assert (refused.status_code, "below itself" in refused.content.decode()) == (422, True)
    kept = owner.post(f"{at}/{pads.pk}/remove", {})
    assert (kept.status_code, Category.objects.count()) == (422, 3)
    owner.post(f"{at}/{pads.pk}/merge", {"into_id": filters.pk})
    owner.post(f"{at}/{brakes.pk}/remove", {})
    owner.post(f"{at}/{filters.pk}", {"name": "Oil filters"})
    assert Part.objects.get().category == Category.objects.get()
    assert Category.objects.get().name == "Oil filters"


def test_bin_is_kept_by_questions() -> None:
    shop = ShopFactory()
    owner, at = signed_in(shop), "/portal/bins"
    assert "No bins yet" in owner.get(at).content.decode()
    owner.post(f"{at}/new", {"code": "A-01", "name": "Shelf"})
    shelf = Bin.objects.get()
    taken = owner.post(f"{at}/new", {"code": "a01"})
    assert (taken.status_code, "such a bin already" in taken.content.decode()) == (422, True)
    part = PartFactory(shop=shop)
    received(part, 2, part.cost_price, bin_id=shelf.pk)
    used = owner.post(f"{at}/{shelf.pk}/use", {})
    assert (used.status_code, "Move them first" in used.content.decode()) == (422, True)
    other = BinFactory(shop=shop)
    owner.post(f"{at}/{other.pk}/use", {})
    owner.post(f"{at}/{shelf.pk}", {"code": "A-02", "name": ""})
    page = owner.get(at).content.decode()
    assert ("A-02" in page, "out of use" in page, f"?bin={shelf.pk}" in page) == (True, True, True)
    assert f'name="bin-{shelf.pk}"' in owner.get("/portal/labels?bins=all").content.decode()


def test_lists_cost_the_same_for_one_and_for_three() -> None:
    shop = ShopFactory()
    owner, costs = signed_in(shop), []
    for more in (1, 2):
        for _n in range(more):
            CategoryFactory(shop=shop, parent=CategoryFactory(shop=shop))
            BinFactory(shop=shop)
        cost = []
        for page in ("categories", "bins"):
            owner.get(f"/portal/{page}")
            with CaptureQueriesContext(connection) as seen:
                owner.get(f"/portal/{page}")
            cost.append(len(seen))
        costs.append(cost)
    assert costs[0] == costs[1]


@pytest.mark.browser
@pytest.mark.long
@in_both_languages
def test_pages_of_places(live_site: str, new_page: Any, language: str) -> None:
    shop = ShopFactory(name="Nile Parts")
    page = new_page(user=MemberFactory(shop=shop).user, language=language)

    def steps() -> Any:
        for name in ("categories", "bins"):
            page.goto(f"/portal/{name}")
            yield f"{name}-empty"
        top = CategoryFactory(shop=shop, name="Brakes and everything that belongs to them")
        CategoryFactory(
            shop=shop, name="تيل فرامل", parent=CategoryFactory(shop=shop, name="Pads", parent=top)
        )
        shelf = BinFactory(shop=shop, code="L-03", name="Left of the door")
        BinFactory(shop=shop, is_active=False)
        part = PartFactory(shop=shop, category=top)
        received(part, 2, part.cost_price, bin_id=shelf.pk)
        for name in ("categories", "bins"):
            page.goto(f"/portal/{name}")
            yield name
            page.goto(f"/portal/{name}/new")
            yield f"{name}-new"

    look_at(page, steps())
