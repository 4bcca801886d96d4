"""Categories and bins: added, renamed, moved, merged, taken out of use; what is refused, and over the API."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clutch.core.errors import Conflict, Invalid, NotFound
from clutch.feed.actor import Actor
from inventory.actions.places import (
    add_bin,
    add_category,
    change_bin,
    change_category,
    merge_category,
    remove_category,
)
from inventory.models import Bin, Category, Part
from inventory.search import Filters, search
from inventory.tests.factories import BinFactory, CategoryFactory, PartFactory, received
from inventory.tests.test_parts import as_member
from shops.models import Shop
from shops.tests.api.people import client
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return ShopFactory()


@pytest.fixture
def actor(shop: Shop) -> Actor:
    return as_member(shop)


def tree() -> set[tuple[str, str]]:
    return {
        (row.parent.name if row.parent else "", row.name) for row in Category.objects.select_related("parent")
    }


def test_tree_is_built_renamed_and_moved(shop: Shop, actor: Actor) -> None:
    names: Any = {"shop_id": shop.pk, "actor": actor}
    brakes = add_category(shop.pk, name=" Brakes ", actor=actor)
    pads = add_category(shop.pk, name="Pads", parent_id=brakes.pk, actor=actor)
    filters = add_category(shop.pk, name="Filters", actor=actor)
    add_category(shop.pk, name="Pads", parent_id=filters.pk, actor=actor)
    for parent in (brakes.pk, None):
        with pytest.raises(Conflict) as taken:
            add_category(shop.pk, name="BRAKES" if parent is None else "pads", parent_id=parent, actor=actor)
        assert (taken.value.code, list(taken.value.fields)) == ("category_exists", ["name"])
    change_category(brakes.pk, name="Braking", parent_id=filters.pk, **names)
    assert tree() == {("", "Filters"), ("Filters", "Braking"), ("Braking", "Pads"), ("Filters", "Pads")}
    for under in (brakes.pk, pads.pk):
        with pytest.raises(Invalid) as circle:
            change_category(brakes.pk, name="Braking", parent_id=under, **names)
        assert list(circle.value.fields) == ["parent_id"]
    with pytest.raises(Conflict):
        change_category(pads.pk, name="Pads", parent_id=filters.pk, **names)
    for name, parent, field in (
        ("", None, "name"),
        ("x" * 81, None, "name"),
        ("A", CategoryFactory().pk, "parent_id"),
    ):
        with pytest.raises(Invalid) as refused:
            add_category(shop.pk, name=name, parent_id=parent, actor=actor)
        assert list(refused.value.fields) == [field]
    with pytest.raises(NotFound):
        change_category(CategoryFactory().pk, name="A", parent_id=None, **names)


def test_tree_has_a_depth(shop: Shop, actor: Actor) -> None:
    parent: Category | None = None
    top: Category | None = None
    for n in range(5):
        parent = add_category(shop.pk, name=f"L{n}", parent_id=parent.pk if parent else None, actor=actor)
        top = top or parent
    other = add_category(shop.pk, name="Other", actor=actor)
    assert parent is not None
    assert top is not None
    for act in (
        lambda: add_category(shop.pk, name="L5", parent_id=parent.pk, actor=actor),
        lambda: change_category(top.pk, shop_id=shop.pk, name="L0", parent_id=other.pk, actor=actor),
    ):
        with pytest.raises(Invalid):
            act()
    assert Category.objects.filter(parent=None).count() == 2


def test_merging_takes_parts_and_subcategories_along(shop: Shop, actor: Actor) -> None:
    names: Any = {"shop_id": shop.pk, "actor": actor}
    old, new = CategoryFactory(shop=shop, name="Old"), CategoryFactory(shop=shop, name="New")
    child = CategoryFactory(shop=shop, name="Pads", parent=old)
    part = PartFactory(shop=shop, category=old, name="Brake pads")
    with pytest.raises(Conflict) as used:
        remove_category(old.pk, **names)
    assert used.value.code == "category_in_use"
    for into in (old.pk, child.pk):
        with pytest.raises(Invalid):
            merge_category(old.pk, into_id=into, **names)
    twin = CategoryFactory(shop=shop, name="pads", parent=new)
    with pytest.raises(Conflict):
        merge_category(old.pk, into_id=new.pk, **names)
    remove_category(twin.pk, **names)
    merge_category(old.pk, into_id=new.pk, **names)
    assert tree() == {("", "New"), ("New", "Pads")}
    assert Part.objects.get().category == new
    assert [hit.part_id for hit in search(shop.pk, "pads", filters=Filters(category_id=new.pk)).hits] == [
        part.pk
    ]


def test_bin_is_renamed_and_archived_once_it_is_empty(shop: Shop, actor: Actor) -> None:
    names: Any = {"shop_id": shop.pk, "actor": actor}
    shelf = add_bin(shop.pk, code="A-01", name="Shelf", actor=actor)
    part = PartFactory(shop=shop)
    received(part, 2, part.cost_price, bin_id=shelf.pk)
    with pytest.raises(Conflict) as taken:
        add_bin(shop.pk, code="a 01", actor=actor)
    assert (taken.value.code, list(taken.value.fields)) == ("bin_exists", ["code"])
    with pytest.raises(Conflict) as used:
        change_bin(shelf.pk, code="A-01", is_active=False, **names)
    assert used.value.code == "bin_in_use"
    changed = change_bin(shelf.pk, code="A-02", name="", **names)
    assert (changed.code, changed.key, changed.is_active) == ("A-02", "a02", True)
    empty = BinFactory(shop=shop)
    assert not change_bin(empty.pk, code=empty.code, is_active=False, **names).is_active
    assert change_bin(empty.pk, code=empty.code, **names).is_active
    for code, name, field in (("", "", "code"), ("x" * 41, "", "code"), ("B", "x" * 81, "name")):
        with pytest.raises(Invalid) as refused:
            add_bin(shop.pk, code=code, name=name, actor=actor)
        assert list(refused.value.fields) == [field]
    with pytest.raises(NotFound):
        change_bin(BinFactory().pk, code="X", **names)


def test_places_over_the_api(shop: Shop) -> None:
    owner = client(MemberFactory(shop=shop).user)
    categories = "/api/v1/inventory/categories"
    made = owner.post("/api/v1/inventory/categories", {"name": "Brakes"}).json()
    below = owner.post(
        "/api/v1/inventory/categories", {"name": "Pads", "parentId": made["categoryId"]}
    ).json()
    PartFactory(shop=shop, category_id=below["categoryId"])
    shelf = owner.post("/api/v1/inventory/bins", {"code": "A-01"}).json()
    part = PartFactory(shop=shop)
    received(part, 1, part.cost_price, bin_id=shelf["binId"])
    costs = []
    for more in (0, 2):
        for _n in range(more):
            CategoryFactory(shop=shop)
            BinFactory(shop=shop)
        with CaptureQueriesContext(connection) as seen:
            tree_, bins = (
                owner.get("/api/v1/inventory/categories").json(),
                owner.get("/api/v1/inventory/bins").json(),
            )
        costs.append(len(seen))
    assert costs[0] == costs[1]
    assert {row["name"]: row["parts"] for row in tree_["results"]}["Pads"] == 1
    assert {row["code"]: row["parts"] for row in bins["results"]}["A-01"] == 1
    taken = owner.post("/api/v1/inventory/bins", {"code": "a01"})
    assert (taken.status_code, taken.json()["code"]) == (409, "bin_exists")
    merged = owner.post(
        f"/api/v1/inventory/categories/{below['categoryId']}/merge", {"intoId": made["categoryId"]}
    )
    assert (merged.json()["name"], merged.json()["parts"]) == ("Brakes", 1)
    assert owner.delete(f"{categories}/{made['categoryId']}").status_code == 409
    away = {"code": "A-01", "isActive": False}
    assert owner.put(f"/api/v1/inventory/bins/{shelf['binId']}", away).json()["code"] == "bin_in_use"
    assert Bin.objects.get(pk=shelf["binId"]).is_active
