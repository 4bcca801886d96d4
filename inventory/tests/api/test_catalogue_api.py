"""What belongs to a part over the API: every endpoint for every person, and what it answers."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import Fitment, Part, PartNumber, Supersession
from inventory.tests.api.test_parts_api import ALL, NEW, PARTS, STOCK, state
from inventory.tests.factories import PartFactory, PartNumberFactory
from shops.tests.api.people import client, people
from shops.tests.factories import MakeFactory, ShopFactory, VehicleModelFactory

pytestmark = pytest.mark.django_db


class World:
    """A part with one of everything that belongs to it, and another beside it."""

    def __init__(self) -> None:
        self.shop = ShopFactory()
        self.part = PartFactory(shop=self.shop, number="GDB 1330")
        self.other = PartFactory(shop=self.shop, number="GDB 1331")
        self.number = PartNumberFactory(part=self.part, number="58101-1RA00", kind="oem")
        self.model = VehicleModelFactory(make=MakeFactory(name="Hyundai"), name="Accent")
        self.make = self.model.make
        self.fitment = Fitment.objects.create(shop=self.shop, part=self.part, make=self.make, year_from=2001)
        self.people = people(self.shop)


@pytest.fixture
def world() -> World:
    return World()


# One row a way of calling: method, address below the part, body, and who gets what.
TABLE: dict[str, tuple[str, str, Any, dict[str, int]]] = {
    "add a number": ("post", "numbers", {"number": "A-1", "kind": "supplier"}, NEW),
    "change a number": ("put", "numbers/{number}", {"number": "A-1"}, STOCK),
    "remove a number": ("delete", "numbers/{number}", None, STOCK),
    "replacement": ("get", "supersession", None, ALL),
    "replace": ("post", "supersession", {"newPartId": "{other}"}, STOCK),
    "take a replacement back": (
        "delete", "supersession", None, {**STOCK, "owner": 409, "manager": 409, "storekeeper": 409},
    ),
    "interchange": ("get", "interchange", None, ALL),
    "join": ("post", "interchange", {"otherId": "{other}"}, STOCK),
    "leave": ("delete", "interchange", None, {**STOCK, "owner": 409, "manager": 409, "storekeeper": 409}),
    "vehicles": ("get", "fitments", None, ALL),
    "add vehicles": ("post", "fitments", {"fitments": [{"makeId": "{make}"}]}, NEW),
    "change a vehicle": ("put", "fitments/{fitment}", {"makeId": "{make}", "yearTo": 2003}, STOCK),
    "remove a vehicle": ("delete", "fitments/{fitment}", None, STOCK),
}  # fmt: skip


def filled(world: World, value: Any) -> Any:
    """A body or an address with the ids of the world in it."""
    if isinstance(value, dict):
        return {name: filled(world, found) for name, found in value.items()}
    if isinstance(value, list):
        return [filled(world, found) for found in value]
    if not isinstance(value, str) or "{" not in value:
        return value
    return value.format(**{name: row.pk for name, row in vars(world).items() if hasattr(row, "pk")})


@pytest.mark.parametrize(("name", "person"), [(name, who) for name in TABLE for who in TABLE[name][3]])
def test_endpoint_for_person(world: World, name: str, person: str) -> None:
    """The table says the status; a refusal leaves every row and every stream as it was."""
    method, path, body, expected = TABLE[name]
    before = [state(), Supersession.objects.count()]
    sent = [filled(world, body)] if body else []
    address = f"{PARTS}/{world.part.pk}/{filled(world, path)}"
    answer = getattr(client(world.people[person]), method)(address, *sent)
    assert answer.status_code == expected[person], answer.content[:500]
    if answer.status_code >= 400:
        assert [state(), Supersession.objects.count()] == before
        assert answer["Content-Type"] == "application/problem+json"


def test_numbers_answer_what_was_said(world: World) -> None:
    owner, numbers = client(world.people["owner"]), f"{PARTS}/{world.part.pk}/numbers"
    sent = {"number": "gdb 3548", "kind": "aftermarket", "brand": "TRW"}
    made = [owner.post(numbers, sent, headers={"Idempotency-Key": "n"}) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    row = PartNumber.objects.get(key="GDB3548")
    assert made[0].json() == {"numberId": str(row.pk), **sent}
    changed = owner.put(f"{numbers}/{row.pk}", {**sent, "kind": "oem"})
    assert changed.json() == {"numberId": str(row.pk), **sent, "kind": "oem"}
    taken = owner.put(f"{numbers}/{row.pk}", {"number": "581011RA00", "kind": "oem"})
    assert (taken.status_code, taken.json()["code"]) == (409, "number_exists")
    assert owner.delete(f"{numbers}/{row.pk}").json()["number"] == "gdb 3548"
    assert owner.delete(f"{numbers}/{row.pk}").status_code == 404
    wrong = owner.post(numbers, {"number": "-"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "number")
    assert PartNumber.objects.count() == 1


def test_replacement_is_shown_step_by_step_with_its_history(world: World) -> None:
    newest = PartFactory(shop=world.shop, number="GDB 1332")
    owner = client(world.people["owner"])
    address = f"{PARTS}/{world.part.pk}/supersession"
    owner.post(f"{PARTS}/{world.other.pk}/supersession", {"newPartId": str(newest.pk)})
    shown = owner.post(address, {"newPartId": str(world.other.pk), "note": "Bulletin 12"}).json()
    assert [row["number"] for row in shown["replacedBy"]] == ["GDB 1331", "GDB 1332"]
    assert shown["replaces"] == []
    assert [(row["newPart"]["number"], row["note"]) for row in shown["history"]] == [
        ("GDB 1331", "Bulletin 12")
    ]
    back = owner.get(f"{PARTS}/{newest.pk}/supersession").json()
    assert [row["number"] for row in back["replaces"]] == ["GDB 1331"]
    circle = owner.post(f"{PARTS}/{newest.pk}/supersession", {"newPartId": str(world.part.pk)})
    assert (circle.status_code, circle.json()["errors"][0]["field"]) == (400, "newPartId")
    undone = owner.delete(address).json()
    assert (undone["replacedBy"], undone["history"][0]["newPart"]) == ([], None)
    foreign = owner.post(address, {"newPartId": str(PartFactory().pk)})
    assert foreign.status_code == 404
    assert Part.objects.get(pk=world.part.pk).superseded_by is None


def test_interchange_shows_what_stands_in_and_hides_cost(world: World) -> None:
    owner, address = client(world.people["owner"]), f"{PARTS}/{world.part.pk}/interchange"
    joined = owner.post(address, {"otherId": str(world.other.pk)}).json()
    assert [row["number"] for row in joined["parts"]] == ["GDB 1331"]
    for who, sees in (("owner", True), ("cashier", False)):
        [row] = client(world.people[who]).get(address).json()["parts"]
        assert (row["stock"]["value"] is not None) == sees
    left = owner.delete(f"{PARTS}/{world.other.pk}/interchange").json()
    assert (left["interchangeId"], left["parts"]) == (None, [])
    assert owner.get(address).json()["parts"] == []


def test_vehicles_are_added_listed_narrowed_and_found(world: World) -> None:
    owner, address = client(world.people["owner"]), f"{PARTS}/{world.part.pk}/fitments"
    tucson = VehicleModelFactory(make=world.make, name="Tucson")
    given = {
        "makeId": world.make.pk, "modelIds": [world.model.pk, tucson.pk], "yearFrom": 2011, "yearTo": 2017,
        "engine": "1.6 GDI", "position": "front", "notes": "280 mm",
    }  # fmt: skip
    made = owner.post(address, {"fitments": [given]}).json()["fitments"]
    assert [row["model"] for row in made] == ["Accent", "Tucson"]
    assert {**made[0], "fitmentId": "", "modelId": 0} == {
        "fitmentId": "", "makeId": world.make.pk, "make": "Hyundai", "modelId": 0, "model": "Accent",
        "yearFrom": 2011, "yearTo": 2017, "engine": "1.6 GDI", "position": "front", "notes": "280 mm",
        "version": 1,
    }  # fmt: skip
    for query, expected in (
        ("", 3), (f"?modelId={tucson.pk}", 1), ("?year=2001", 1), ("?year=2017", 3), ("?makeId=0", 0),
    ):  # fmt: skip
        assert owner.get(address + query).json()["count"] == expected, query
    found = owner.get(f"{PARTS}?makeId={world.make.pk}&modelId={tucson.pk}&year=2012").json()["results"]
    assert [row["partId"] for row in found] == [str(world.part.pk)]
    wrong = owner.post(address, {"fitments": [{"makeId": world.make.pk}, {"makeId": 99999}]})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "fitments.1.makeId")
    assert Fitment.objects.count() == 3


def test_lists_cost_the_same_for_one_row_and_for_three(world: World) -> None:
    owner = client(world.people["owner"])
    addresses = [f"{PARTS}/{world.part.pk}/{name}" for name in ("fitments", "interchange", "supersession")]
    owner.post(addresses[1], {"otherId": str(world.other.pk)})
    owner.post(addresses[2], {"newPartId": str(world.other.pk)})
    costs = []
    for more in (0, 2):
        for n in range(more):
            row = PartFactory(shop=world.shop)
            owner.post(addresses[1], {"otherId": str(row.pk)})
            owner.post(addresses[2], {"newPartId": str(row.pk)})
            Fitment.objects.create(shop=world.shop, part=world.part, make=MakeFactory(), year_to=n)
        cost = []
        for address in addresses:
            with CaptureQueriesContext(connection) as seen:
                assert owner.get(address).status_code == 200
            cost.append(len(seen))
        costs.append(cost)
    assert costs[0] == costs[1]
