"""What belongs to a part: other numbers, what replaces it, what stands in for it, what it fits."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clutch.core.errors import Conflict, Invalid, NotAllowed, NotFound, StaleVersion
from clutch.feed.actor import Actor
from clutch.feed.models import StreamEntry
from inventory import queries
from inventory.actions.fitments import add_fitments, change_fitment, remove_fitments
from inventory.actions.numbers import add_number, change_number, remove_number
from inventory.actions.replacing import (
    join_interchange,
    leave_interchange,
    supersede_part,
    undo_supersession,
)
from inventory.models import Fitment, InterchangeGroup, Part, PartNumber, Supersession
from inventory.search import Filters, Vehicle, search
from inventory.search.browsing import fitting
from inventory.search.filters import conditions
from inventory.tests.factories import PartFactory, PartNumberFactory
from inventory.tests.test_parts import as_member
from shops.enums import Role
from shops.models import Shop
from shops.tests.factories import MakeFactory, ShopFactory, VehicleModelFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return ShopFactory()


@pytest.fixture
def actor(shop: Shop) -> Actor:
    return as_member(shop)


def chain(part: Part) -> list[str]:
    rows = Part.objects.in_bulk()
    return [rows[pk].number for pk in queries.successors(part.pk)]


def test_numbers_are_added_changed_and_removed(shop: Shop, actor: Actor) -> None:
    part = PartFactory(shop=shop)
    names: Any = {"part_id": part.pk, "shop_id": shop.pk, "actor": actor}
    row = add_number(**names, given={"number": " GDB  3548 ", "kind": "aftermarket", "brand": "TRW"})
    assert (row.number, row.key, row.kind, row.brand) == ("GDB 3548", "GDB3548", "aftermarket", "TRW")
    same = add_number(**names, given={"number": "gdb-3548", "kind": "aftermarket"})
    other = add_number(**names, given={"number": "gdb-3548", "kind": "oem"})
    assert (same.pk, other.pk == row.pk) == (row.pk, False)
    with pytest.raises(Conflict) as refused:
        change_number(other.pk, **names, given={"number": "GDB3548", "kind": "aftermarket"})
    assert (refused.value.code, list(refused.value.fields)) == ("number_exists", ["number"])
    change_number(other.pk, **names, given={"number": "P 85 020", "kind": "supplier", "brand": "Brembo"})
    assert [hit.part_id for hit in search(shop.pk, "p85020").hits] == [part.pk]
    was = remove_number(other.pk, **names)
    assert (was.number, was.kind, was.brand) == ("P 85 020", "supplier", "Brembo")
    assert search(shop.pk, "p85020").hits == []
    assert list(PartNumber.objects.values_list("pk", flat=True)) == [row.pk]
    assert StreamEntry.objects.filter(type="part-changed").count() == 4


def test_number_is_refused_at_its_field_and_of_another_part_is_not_there(shop: Shop, actor: Actor) -> None:
    row = PartNumberFactory(part__shop=shop)
    names: Any = {"shop_id": shop.pk, "actor": actor}
    cases: list[tuple[Any, str]] = [
        ({"number": "-"}, "number"),
        ({"number": "1" * 61}, "number"),
        ({"number": "A1", "kind": "x"}, "kind"),
    ]
    for given, field in cases:
        for act in (add_number, lambda **kw: change_number(row.pk, **kw)):
            with pytest.raises(Invalid) as refused:
                act(part_id=row.part_id, given=given, **names)
            assert list(refused.value.fields) == [field]
    for part_id in (PartFactory(shop=shop).pk, PartFactory().pk):
        with pytest.raises(NotFound):
            remove_number(row.pk, part_id=part_id, **names)
    assert list(PartNumber.objects.values_list("number")) == [(row.number,)]


def test_replacement_is_followed_by_the_search_and_kept_as_history(shop: Shop, actor: Actor) -> None:
    old, new, newest = (PartFactory(shop=shop, number=number) for number in ("OLD 1", "NEW 1", "NEW 2"))
    names: Any = {"shop_id": shop.pk, "actor": actor}
    supersede_part(old.pk, new_part_id=new.pk, note="  Bulletin   12 ", **names)
    supersede_part(new.pk, new_part_id=newest.pk, **names)
    assert chain(old) == ["OLD 1", "NEW 1", "NEW 2"]
    hits = search(shop.pk, "old-1").hits
    assert [(hit.part_id, hit.matched_by, hit.replaces) for hit in hits] == [
        (old.pk, "number", None), (new.pk, "supersession", old.pk), (newest.pk, "supersession", new.pk),
    ]  # fmt: skip
    supersede_part(old.pk, new_part_id=newest.pk, **names)
    assert undo_supersession(old.pk, **names).superseded_by is None
    assert [hit.part_id for hit in search(shop.pk, "old-1").hits] == [old.pk]
    said = queries.replacing_history(old.pk).values_list("new_part__number", "note", "actor_name")
    assert list(said) == [
        (None, "", actor.name), ("NEW 2", "", actor.name), ("NEW 1", "Bulletin 12", actor.name),
    ]  # fmt: skip
    with pytest.raises(Conflict) as refused:
        undo_supersession(old.pk, **names)
    assert (refused.value.code, Supersession.objects.count()) == ("not_superseded", 4)


def test_replacement_never_goes_in_a_circle(shop: Shop, actor: Actor) -> None:
    a, b, c = (PartFactory(shop=shop) for _ in range(3))
    foreign = PartFactory()
    names: Any = {"shop_id": shop.pk, "actor": actor}
    supersede_part(a.pk, new_part_id=b.pk, **names)
    supersede_part(b.pk, new_part_id=c.pk, **names)
    supersede_part(b.pk, new_part_id=c.pk, **names)
    for part, new in ((a, a), (b, a), (c, a), (c, b)):
        with pytest.raises(Invalid) as refused:
            supersede_part(part.pk, new_part_id=new.pk, **names)
        assert list(refused.value.fields) == ["new_part_id"]
    for part_id, new_id in ((c.pk, foreign.pk), (foreign.pk, c.pk), (c.pk, uuid4())):
        with pytest.raises(NotFound):
            supersede_part(part_id, new_part_id=new_id, **names)
    assert chain(a) == [a.number, b.number, c.number]
    assert Supersession.objects.count() == 2


def test_interchange_is_one_group_whoever_joins_it(shop: Shop, actor: Actor) -> None:
    a, b, c, d, alone = (PartFactory(shop=shop, name=name) for name in "abcde")
    names: Any = {"shop_id": shop.pk, "actor": actor}
    join_interchange(a.pk, other_id=b.pk, **names)
    join_interchange(c.pk, other_id=d.pk, **names)
    assert InterchangeGroup.objects.count() == 2
    joined = join_interchange(d.pk, other_id=a.pk, **names)
    assert InterchangeGroup.objects.get().pk == joined.interchange_id
    for part in (a, b, c, d):
        part.refresh_from_db()
        assert {row.name for row in queries.stand_ins(part)} == set("abcd") - {part.name}
    version = Part.objects.get(pk=b.pk).version
    join_interchange(b.pk, other_id=c.pk, **names)
    assert Part.objects.get(pk=b.pk).version == version
    for part in (a, b, c):
        assert leave_interchange(part.pk, **names).interchange is None
    assert Part.objects.filter(interchange__isnull=False).count() == 0
    assert InterchangeGroup.objects.count() == 0
    for part in (d, alone):
        with pytest.raises(Conflict) as refused:
            leave_interchange(part.pk, **names)
        assert refused.value.code == "not_interchanged"
    with pytest.raises(Invalid) as itself:
        join_interchange(a.pk, other_id=a.pk, **names)
    assert list(itself.value.fields) == ["other_id"]
    with pytest.raises(NotFound):
        join_interchange(a.pk, other_id=PartFactory().pk, **names)
    assert InterchangeGroup.objects.count() == 0


def test_group_has_a_limit(shop: Shop, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inventory.actions.replacing.MOST_IN_GROUP", 2)
    a, b, c = (PartFactory(shop=shop) for _ in range(3))
    names: Any = {"shop_id": shop.pk, "actor": actor}
    join_interchange(a.pk, other_id=b.pk, **names)
    with pytest.raises(Invalid):
        join_interchange(c.pk, other_id=a.pk, **names)
    assert Part.objects.get(pk=c.pk).interchange is None


def test_many_vehicles_are_said_at_once_and_each_once(shop: Shop, actor: Actor) -> None:
    part = PartFactory(shop=shop)
    hyundai = MakeFactory(name="Hyundai")
    accent, tucson = (VehicleModelFactory(make=hyundai, name=name) for name in ("Accent", "Tucson"))
    names: Any = {"part_id": part.pk, "shop_id": shop.pk, "actor": actor}
    given: Any = [
        {"make_id": hyundai.pk, "model_id": accent.pk, "year_from": 2011, "year_to": 2017,
         "engine": " 1.6  GDI "},
        {"make_id": hyundai.pk, "model_id": accent.pk, "year_from": 2019, "position": "front"},
        {"make_id": hyundai.pk, "model_id": tucson.pk, "notes": "280 mm"},
        {"make_id": hyundai.pk},
        {"make_id": hyundai.pk},
    ]  # fmt: skip
    with CaptureQueriesContext(connection) as one:
        add_fitments(**names, given=given[:1])
    with CaptureQueriesContext(connection) as all_:
        rows = add_fitments(**names, given=given)
    assert len(all_) == len(one)
    shown = [
        (row.model.name if row.model else "", row.year_from, row.year_to, row.engine, row.position, row.notes)
        for row in queries.vehicles_of(part.pk)
    ]
    assert shown == [
        ("", None, None, "", "", ""), ("Accent", 2011, 2017, "1.6 GDI", "", ""),
        ("Accent", 2019, None, "", "front", ""), ("Tucson", None, None, "", "", "280 mm"),
    ]  # fmt: skip
    assert len(rows) == Fitment.objects.count() == 4
    gone = remove_fitments(part.pk, shop_id=shop.pk, fitment_ids=[rows[0].pk, rows[1].pk], actor=actor)
    assert {row.model_id for row in gone} == {accent.pk}
    for ids in ([rows[0].pk], [rows[2].pk, uuid4()], []):
        with pytest.raises(NotFound):
            remove_fitments(part.pk, shop_id=shop.pk, fitment_ids=ids, actor=actor)
    assert Fitment.objects.count() == 2


def test_vehicle_is_said_anew(shop: Shop, actor: Actor) -> None:
    part, make = PartFactory(shop=shop), MakeFactory()
    names: Any = {"part_id": part.pk, "shop_id": shop.pk, "actor": actor}
    first, second = add_fitments(**names, given=[{"make_id": make.pk, "year_to": 2010}, {"make_id": make.pk}])
    changed = change_fitment(
        first.pk, **names, given={"make_id": make.pk, "year_from": 2009, "position": "rear"},
        expected_version=1,
    )  # fmt: skip
    assert (changed.year_from, changed.year_to, changed.position, changed.version) == (2009, None, "rear", 2)
    with pytest.raises(StaleVersion):
        change_fitment(first.pk, **names, given={"make_id": make.pk}, expected_version=1)
    with pytest.raises(Conflict) as taken:
        change_fitment(first.pk, **names, given={"make_id": make.pk})
    with pytest.raises(Invalid) as refused:
        change_fitment(second.pk, **names, given={"make_id": 0, "engine": "x" * 41})
    assert (taken.value.code, set(refused.value.fields)) == ("fitment_exists", {"make_id", "engine"})
    with pytest.raises(NotFound):
        change_fitment(second.pk, **{**names, "part_id": PartFactory(shop=shop).pk}, given={"make_id": 1})
    assert Fitment.objects.filter(year_from=2009).count() == 1


def test_wrong_vehicles_are_named_and_none_is_written(shop: Shop, actor: Actor) -> None:
    part, make = PartFactory(shop=shop), MakeFactory()
    other = VehicleModelFactory()
    cases: list[tuple[dict[str, Any], str]] = [
        ({"make_id": 0}, "make_id"),
        ({"model_id": other.pk}, "model_id"),
        ({"model_id": 0}, "model_id"),
        ({"year_from": 1899}, "year_from"),
        ({"year_from": 2011, "year_to": 2010}, "year_to"),
        ({"engine": "x" * 41}, "engine"),
        ({"position": "x" * 41}, "position"),
        ({"notes": "x" * 201}, "notes"),
    ]
    for said, field in cases:
        given: Any = [{"make_id": make.pk}, {"make_id": make.pk, **said}]
        with pytest.raises(Invalid) as refused:
            add_fitments(part.pk, shop_id=shop.pk, given=given, actor=actor)
        assert list(refused.value.fields) == [f"fitments.1.{field}"]
    for count in (0, 501):
        with pytest.raises(Invalid) as counted:
            add_fitments(part.pk, shop_id=shop.pk, given=[{"make_id": make.pk}] * count, actor=actor)
        assert list(counted.value.fields) == ["fitments"]
    assert Fitment.objects.count() == 0


def test_both_questions_of_fitment_are_one_query_each(shop: Shop, actor: Actor) -> None:
    make = MakeFactory()
    model = VehicleModelFactory(make=make)
    parts = [PartFactory(shop=shop) for _ in range(3)]
    for part in parts:
        add_fitments(
            part.pk, shop_id=shop.pk, actor=actor,
            given=[{"make_id": make.pk, "model_id": model.pk, "year_from": year} for year in (2001, 2002)],
        )  # fmt: skip
    vehicle = Vehicle(make.pk, model.pk, 2020)
    with CaptureQueriesContext(connection) as what_fits:
        found = fitting(shop.pk, vehicle, conditions(shop.pk, Filters()), 20, None)
    with CaptureQueriesContext(connection) as which_vehicles:
        rows = [(row.make.name, row.model and row.model.name) for row in queries.vehicles_of(parts[0].pk)]
    assert ([pk for pk, _name in found], rows) == ([part.pk for part in parts], [(make.name, model.name)] * 2)
    assert (len(what_fits), len(which_vehicles)) == (1, 1)
    with CaptureQueriesContext(connection) as searched:
        page = search(shop.pk, filters=Filters(vehicle=vehicle))
    assert ([hit.part_id for hit in page.hits], len(searched)) == ([part.pk for part in parts], 1)


@pytest.mark.parametrize("role", [Role.CASHIER, Role.ACCOUNTANT, None])
def test_acts_ask_for_the_role(shop: Shop, role: Role | None) -> None:
    part, other = PartFactory(shop=shop), PartFactory(shop=shop)
    number = PartNumberFactory(part=part)
    actor = as_member(shop, role) if role else as_member(ShopFactory())
    names: Any = {"shop_id": shop.pk, "actor": actor}
    for act in (
        lambda: add_number(part.pk, given={"number": "A"}, **names),
        lambda: change_number(number.pk, part_id=part.pk, given={"number": "A"}, **names),
        lambda: remove_number(number.pk, part_id=part.pk, **names),
        lambda: supersede_part(part.pk, new_part_id=other.pk, **names),
        lambda: undo_supersession(part.pk, **names),
        lambda: join_interchange(part.pk, other_id=other.pk, **names),
        lambda: leave_interchange(part.pk, **names),
        lambda: add_fitments(part.pk, given=[{"make_id": 1}], **names),
        lambda: change_fitment(number.pk, part_id=part.pk, given={"make_id": 1}, **names),
        lambda: remove_fitments(part.pk, fitment_ids=[number.pk], **names),
    ):
        with pytest.raises(NotAllowed if role else NotFound):
            act()
    assert (PartNumber.objects.get().number, Supersession.objects.count()) == (number.number, 0)
    assert not Part.objects.exclude(superseded_by=None, interchange=None).exists()
