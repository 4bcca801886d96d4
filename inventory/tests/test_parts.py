"""A part's own acts: enter, change, take out of use, delete; and who may."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clutch.core.errors import Conflict, Invalid, NotAllowed, NotFound, StaleVersion
from clutch.feed.actor import Actor
from clutch.feed.models import StreamEntry, Transition
from inventory.actions.parts import change_status, create_part, delete_part, update_part
from inventory.enums import PART_TRANSITIONS, NumberKind, PartStatus
from inventory.models import Part, PartNumber, PriceTier, Stock
from inventory.tests.factories import BinFactory, CategoryFactory, PartFactory
from shops.enums import Role
from shops.models import Shop
from shops.rules import PERMISSIONS, Act
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.django_db


def as_member(shop: Shop, role: Role = Role.OWNER) -> Actor:
    return Actor.user(MemberFactory(shop=shop, role=role).user, "portal", shop_id=shop.pk)


def create(shop: Shop, actor: Actor | None = None, **given: Any) -> Part:
    values: Any = {"number": "58101-1RA00", "name": "Front brake pads", "brand": "TRW", **given}
    return create_part(shop.pk, given=values, actor=actor or as_member(shop))


def update(part: Part, actor: Actor | None = None, version: int | None = None, **given: Any) -> Part:
    values: Any = given
    return update_part(
        part.pk,
        shop_id=part.shop_id,
        given=values,
        expected_version=version,
        actor=actor or as_member(part.shop),
    )


def test_part_is_entered_with_all_that_is_said_of_it() -> None:
    shop = ShopFactory()
    category, bin_ = CategoryFactory(shop=shop), BinFactory(shop=shop)
    given = {
        "number": " 58101 - 1RA00 ", "name": "Front  brake pads", "brand": "TRW", "description": "Set of 4",
        "category_id": category.pk, "default_bin_id": bin_.pk, "part_type": "oes", "origin": "Germany",
        "length_mm": 155, "width_mm": 65, "height_mm": 20, "weight_g": 1400,
        "cost_price": Decimal(500), "selling_price": Decimal("850.50"), "markup_percent": Decimal("70.1"),
        "discount_price": Decimal(800), "core_charge": Decimal(50), "tax_class": "reduced",
        "warranty": "6 months", "min_level": 2, "max_level": 20, "reorder_point": 4, "reorder_quantity": 10,
        "is_universal": False,
    }  # fmt: skip
    numbers = [{"number": "GDB 3549", "brand": "TRW"}, {"number": "58101-1R000", "kind": "oem"}]
    tiers = [{"min_quantity": 10, "unit_price": Decimal(700)}]
    part = Part.objects.get(pk=create(shop, **given, numbers=numbers, tiers=tiers).pk)
    cleaned = {"number": "58101 - 1RA00", "name": "Front brake pads"}
    assert {name: getattr(part, name) for name in given} == {**given, **cleaned}
    assert (part.number_key, part.brand_key, part.name_key) == ("581011RA00", "trw", "frontbrakepads")
    assert part.words == "front brake pad trw"
    found = PartNumber.objects.filter(part=part).order_by("kind").values_list("shop", "kind", "key", "brand")
    assert list(found) == [(shop.pk, "cross", "GDB3549", "TRW"), (shop.pk, "oem", "581011R000", "")]
    assert list(part.tiers.values_list("min_quantity", "unit_price")) == [(10, Decimal(700))]
    stock = Stock.objects.get(part=part)
    assert (stock.shop_id, stock.on_hand, stock.low_since is not None) == (shop.pk, 0, True)
    event = StreamEntry.objects.get(type="part-changed")
    assert event.data == {"shopId": str(shop.pk), "partId": str(part.pk), "change": "created"}


def test_blank_number_gets_the_next_one_of_the_shop() -> None:
    shop = ShopFactory()
    create(shop, number="P 000002")
    numbers = [create(shop, number=" ", brand="TRW").number for _ in range(2)]
    assert numbers == ["P-000001", "P-000003"]
    assert create(ShopFactory(), number="").number == "P-000001"
    part = Part.objects.get(number="P-000001", shop=shop)
    assert part.number_generated
    assert update(part, name="Pads", number="").number == "P-000001"
    assert not update(part, number="X1").number_generated


@pytest.mark.parametrize(
    ("changes", "is_taken"),
    [
        ({"number": "58101 1ra00"}, True),
        ({"number": "٥٨١٠١-1RA00", "brand": "trw"}, True),
        ({"brand": "Bosch"}, False),
        ({"part_type": "genuine"}, False),
        ({"number": "58101-1RA01"}, False),
    ],
)
def test_number_is_one_per_shop_brand_and_type(changes: dict[str, Any], is_taken: bool) -> None:
    shop = ShopFactory()
    first = create(shop)
    create(ShopFactory())
    if not is_taken:
        create(shop, **changes)
        return
    with pytest.raises(Conflict) as refused:
        create(shop, **changes)
    assert (refused.value.code, refused.value.extra) == ("part_exists", {"partId": str(first.pk)})
    message = "“Front brake pads” has this number, brand and part type already."
    assert refused.value.fields == {"number": [message]}
    other = create(shop, number="other")
    with pytest.raises(Conflict):
        update(other, **changes if "number" in changes else {"number": "58101-1RA00", **changes})
    assert Part.objects.get(pk=other.pk).number == "other"


def test_database_itself_refuses_the_second_of_two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = ShopFactory()
    create(shop)
    monkeypatch.setattr("inventory.actions.part_values.check_is_only", lambda part: None)
    with pytest.raises(Conflict) as refused:
        create(shop)
    assert (refused.value.code, list(refused.value.fields)) == ("part_exists", ["number"])


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"name": "x" * 121}, "name"),
    ({"number": "--"}, "number"),
    ({"part_type": "stolen"}, "part_type"),
    ({"tax_class": "none"}, "tax_class"),
    ({"selling_price": Decimal(-1)}, "selling_price"),
    ({"selling_price": Decimal("1.001")}, "selling_price"),
    ({"cost_price": Decimal(100_000_000)}, "cost_price"),
    ({"markup_percent": Decimal(-100)}, "markup_percent"),
    ({"discount_price": Decimal(5)}, "discount_price"),
    ({"discount_from": "2026-02-01", "discount_until": "2026-01-01"}, "discount_until"),
    ({"min_level": 5, "max_level": 4}, "max_level"),
    ({"weight_g": -1}, "weight_g"),
    ({"category_id": uuid4()}, "category_id"),
    ({"default_bin_id": uuid4()}, "default_bin_id"),
    ({"tiers": [{"min_quantity": 1, "unit_price": Decimal(1)}]}, "tiers.0.min_quantity"),
    ({"tiers": [{"min_quantity": 2, "unit_price": Decimal(1)}] * 2}, "tiers.1.min_quantity"),
    ({"tiers": [{"min_quantity": 2, "unit_price": Decimal(-1)}]}, "tiers.0.unit_price"),
    ({"numbers": [{"number": "A1"}, {"number": "a-1"}]}, "numbers.1.number"),
    ({"numbers": [{"number": "-"}]}, "numbers.0.number"),
    ({"numbers": [{"number": "1" * 61}]}, "numbers.0.number"),
    ({"numbers": [{"number": "A1", "kind": "x"}]}, "numbers.0.kind"),
]


@pytest.mark.parametrize(("given", "field"), WRONG)
def test_what_is_wrong_is_said_at_its_field(given: dict[str, Any], field: str) -> None:
    shop = ShopFactory()
    for wrong in (given, {"category_id": CategoryFactory().pk}, {"default_bin_id": BinFactory().pk}):
        with pytest.raises(Invalid) as refused:
            create(shop, **wrong)
        assert list(refused.value.fields) == [field if wrong is given else next(iter(wrong))]
    assert (Part.objects.count(), StreamEntry.objects.count()) == (0, 0)


def test_cost_and_markup_propose_the_price() -> None:
    shop = ShopFactory()
    markup: dict[str, Any] = {"cost_price": Decimal("33.33"), "markup_percent": Decimal("25.5")}
    assert create(shop, **markup).selling_price == Decimal("41.83")
    kept = create(shop, number="2", selling_price=Decimal(40), **markup)
    assert kept.selling_price == Decimal(40)
    assert update(kept, cost_price=Decimal(50)).selling_price == Decimal(40)


def test_change_keeps_what_is_not_named_and_raises_the_version() -> None:
    part = create(ShopFactory(), selling_price=Decimal(10), numbers=[{"number": "A1"}, {"number": "B2"}])
    kept = PartNumber.objects.get(key="B2")
    changed = update(part, version=part.version, name="Pads", numbers=[{"number": "b-2"}, {"number": "C3"}])
    assert changed.version > part.version
    assert (changed.name, changed.words, changed.selling_price) == ("Pads", "pad trw", Decimal(10))
    assert set(PartNumber.objects.values_list("key", "number")) == {("B2", "b-2"), ("C3", "C3")}
    assert PartNumber.objects.get(key="B2").pk == kept.pk
    with pytest.raises(StaleVersion):
        update(part, version=part.version, name="Late")
    assert Part.objects.get().name == "Pads"


def test_reorder_point_says_at_once_what_is_low_and_notifies_nobody() -> None:
    part = PartFactory(on_hand=5)
    assert update(part, reorder_point=5)
    assert Stock.objects.get().low_since is not None
    assert update(part, reorder_point=4)
    assert Stock.objects.get().low_since is None
    assert not StreamEntry.objects.filter(type="notification").exists()


@pytest.mark.parametrize("start", list(PartStatus))
@pytest.mark.parametrize("to", list(PartStatus))
def test_status_changes_by_the_table(start: PartStatus, to: PartStatus) -> None:
    part = PartFactory(status=start)
    actor = as_member(part.shop)
    if to in PART_TRANSITIONS[start]:
        change_status(part.pk, shop_id=part.shop_id, status=to, reason="old", actor=actor)
        assert Transition.objects.get(object_id=part.pk).reason == "old"
    else:
        with pytest.raises(Conflict, match="not possible"):
            change_status(part.pk, shop_id=part.shop_id, status=to, actor=actor)
    if to != start and to not in PART_TRANSITIONS[start]:
        with pytest.raises(Conflict):
            update(part, actor, status=to)
    assert Part.objects.get().status == (to if to in PART_TRANSITIONS[start] else start)


def test_status_in_a_change_is_a_transition_too() -> None:
    part = update(PartFactory(), name="Pads", status="discontinued")
    assert (part.name, part.status) == ("Pads", "discontinued")
    assert Transition.objects.get().to_status == "discontinued"
    assert update(part, status="discontinued", name="Old pads").name == "Old pads"


def test_part_without_history_is_deleted_and_one_with_it_stays() -> None:
    fresh, moved = PartFactory(), PartFactory(on_hand=1)
    actor = as_member(fresh.shop)
    PartNumber.objects.create(part=fresh, shop=fresh.shop, number="A", key="A")
    PriceTier.objects.create(part=fresh, min_quantity=2, unit_price=1)
    with pytest.raises(StaleVersion):
        delete_part(fresh.pk, shop_id=fresh.shop_id, expected_version=99, actor=actor)
    delete_part(fresh.pk, shop_id=fresh.shop_id, actor=actor)
    assert list(Part.objects.all()) == [moved]
    assert StreamEntry.objects.get(type="part-changed").data["partId"] == str(fresh.pk)
    with pytest.raises(Conflict) as refused:
        delete_part(moved.pk, shop_id=moved.shop_id, actor=as_member(moved.shop))
    assert refused.value.code == "part_in_use"
    assert Stock.objects.get(part=moved).on_hand == 1


PRICES: list[dict[str, Any]] = [
    {"selling_price": Decimal(9)}, {"cost_price": Decimal(9)}, {"core_charge": Decimal(9)},
    {"discount_price": Decimal(9)}, {"markup_percent": Decimal(9)}, {"tax_class": "zero"},
    {"tiers": [{"min_quantity": 2, "unit_price": Decimal(9)}]}, {"selling_price": None},
]  # fmt: skip


@pytest.mark.parametrize("given", PRICES)
def test_prices_are_for_those_who_set_them(given: dict[str, Any]) -> None:
    part = PartFactory()
    keeper = as_member(part.shop, Role.STOREKEEPER)
    with pytest.raises(NotAllowed):
        update(part, keeper, name="Pads", **given)
    if given != {"selling_price": None}:
        with pytest.raises(NotAllowed):
            create(part.shop, keeper, **{"selling_price": Decimal(1), **given})
    same = {name: getattr(part, name) for name in given if name != "tiers"}
    assert update(part, keeper, name="Pads", **same).name == "Pads"
    assert update(part, as_member(part.shop, Role.MANAGER), name="Pads 2", **given).name == "Pads 2"
    assert Part.objects.count() == 1


@pytest.mark.parametrize("role", list(Role))
def test_roles_that_edit_parts(role: Role) -> None:
    part = PartFactory()
    actor, stranger = as_member(part.shop, role), as_member(ShopFactory(), role)
    acts: list[Any] = [
        lambda who: create(part.shop, who, number="new"),
        lambda who: update(part, who, name="Pads"),
        lambda who: change_status(part.pk, shop_id=part.shop_id, status="inactive", actor=who),
        lambda who: delete_part(part.pk, shop_id=part.shop_id, actor=who),
    ]
    for act in acts:
        with pytest.raises(NotFound):
            act(stranger)
        if role in PERMISSIONS[Act.EDIT_PARTS]:
            act(actor)
        else:
            with pytest.raises(NotAllowed):
                act(actor)
    expected = {"new"} if role in PERMISSIONS[Act.EDIT_PARTS] else {part.number}
    assert set(Part.objects.values_list("number", flat=True)) == expected


def test_part_of_another_shop_is_not_there() -> None:
    mine, other = PartFactory(), PartFactory()
    actor = as_member(mine.shop)
    with pytest.raises(NotFound):
        update_part(other.pk, shop_id=mine.shop_id, given={"name": "x"}, actor=actor)
    with pytest.raises(NotFound):
        delete_part(other.pk, shop_id=mine.shop_id, actor=actor)


def test_number_of_statements_does_not_grow_with_the_lists() -> None:
    part = PartFactory()
    actor = as_member(part.shop)
    costs = []
    for count in (1, 2, 30):
        numbers = [{"number": f"N{count}-{n}", "kind": NumberKind.OEM} for n in range(count)]
        tiers = [{"min_quantity": n + 2, "unit_price": Decimal(1)} for n in range(count)]
        with CaptureQueriesContext(connection) as queries:
            update(part, actor, numbers=numbers, tiers=tiers)
        costs.append(len(queries))
    assert costs[1] == costs[2], costs
