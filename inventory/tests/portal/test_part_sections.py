"""The sections of a part's page that are edited in place, and what leads from a vehicle to its parts."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.models import Fitment, Part, PartNumber, Supersession
from inventory.portal.part_forms import VehiclesForm
from inventory.tests.factories import PartFactory, PartNumberFactory
from inventory.tests.test_portal import signed_in
from shops.enums import Role
from shops.rules import PERMISSIONS, Act
from shops.tests.factories import MakeFactory, ShopFactory, VehicleModelFactory

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
SECTIONS = ("numbers", "replacing", "interchange", "vehicles")


@pytest.fixture
def part() -> Part:
    return PartFactory(number="GDB 1330")


@pytest.fixture
def owner(part: Part) -> Client:
    return signed_in(part.shop)


def do(client: Client, part: Part, section: str, **said: Any) -> Any:
    """Press a button of a section, as htmx does."""
    return client.post(f"/portal/parts/{part.pk}/{section}", said, headers=HTMX)


def undo_of(answer: Any) -> dict[str, Any]:
    """The fields behind the button that undoes."""
    found = re.search(r'<div class="said".*?</form>', answer.content.decode(), re.S)
    assert found, answer.content.decode()
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found[0]))
    return {name: value for name, value in fields.items() if name not in ("shop", "csrfmiddlewaretoken")}


@pytest.mark.parametrize("role", [*Role, None])
@pytest.mark.parametrize("section", SECTIONS)
def test_section_is_for_who_may(part: Part, section: str, role: Role | None) -> None:
    number = PartNumberFactory(part=part)
    client = signed_in(part.shop, role) if role else signed_in(ShopFactory())
    address = f"/portal/parts/{part.pk}/{section}"
    said = {"do": "add", "number": "A-1", "kind": "oem", "q": PartFactory(shop=part.shop).number,
            "make": MakeFactory().pk}  # fmt: skip
    shown, posted = client.get(address, headers=HTMX), client.post(address, said, headers=HTMX)
    may = role in PERMISSIONS[Act.EDIT_PARTS] if role else False
    assert shown.status_code == (200 if role else 404)
    assert ("<form" in shown.content.decode()) == may
    assert posted.status_code == (200 if may else 403 if role else 404)
    if not may:
        assert list(PartNumber.objects.all()) == [number]
        assert not Fitment.objects.exists()
        assert not Part.objects.exclude(superseded_by=None, interchange=None).exists()
    assert Client().post(address, said).status_code == 302


def test_number_is_added_changed_removed_and_brought_back(part: Part, owner: Client) -> None:
    added = do(owner, part, "numbers", do="add", number="58101-1RA00", kind="oem", brand="Hyundai")
    assert "Added: 58101-1RA00." in added.content.decode()
    row = PartNumber.objects.get()
    edit = owner.get(f"/portal/parts/{part.pk}/numbers?edit={row.pk}", headers=HTMX).content.decode()
    assert (f'name="row" value="{row.pk}"' in edit, 'value="58101-1RA00"' in edit) == (True, True)
    do(owner, part, "numbers", do="add", row=row.pk, number="58101-1RA05", kind="oem")
    row.refresh_from_db()
    assert (row.key, row.brand) == ("581011RA05", "")
    removed = do(owner, part, "numbers", do="remove", row=row.pk)
    assert not PartNumber.objects.exists()
    do(owner, part, "numbers", **undo_of(removed))
    assert PartNumber.objects.get().number == "58101-1RA05"
    refused = do(owner, part, "numbers", do="add", number="--", kind="oem")
    assert (refused.status_code, "at least one letter or digit" in refused.content.decode()) == (422, True)
    assert do(owner, part, "numbers", do="remove", row="x").status_code == 404
    assert do(owner, part, "numbers", do="explode").status_code == 404
    plain = owner.post(f"/portal/parts/{part.pk}/numbers", {"do": "add", "number": "X1", "kind": "cross"})
    assert (plain.status_code, plain["Location"]) == (302, f"/portal/parts/{part.pk}")


def test_replacement_is_named_by_number_and_taken_back(part: Part, owner: Client) -> None:
    new = PartFactory(shop=part.shop, number="GDB 2000")
    twins = [PartFactory(shop=part.shop, number="TWIN", brand=brand) for brand in ("TRW", "Bosch")]
    shown = do(owner, part, "replacing", do="add", q="gdb2000", note="Bulletin 12").content.decode()
    assert (f"/portal/parts/{new.pk}" in shown, "Bulletin 12" in shown) == (True, True)
    taken_back = do(owner, part, "replacing", do="remove")
    assert Part.objects.get(pk=part.pk).superseded_by is None
    do(owner, part, "replacing", **undo_of(taken_back))
    assert Part.objects.get(pk=part.pk).superseded_by == new
    for text, words in (("twin", "Choose one of these parts."), ("zz9", "No part has this number.")):
        refused = do(owner, part, "replacing", do="add", q=text)
        assert (refused.status_code, words in refused.content.decode()) == (422, True)
    asked = do(owner, part, "replacing", do="add", q="twin").content.decode()
    assert [f'value="{twin.pk}"' in asked for twin in twins] == [True, True]
    do(owner, part, "replacing", do="add", q="twin", other=twins[1].pk)
    assert Part.objects.get(pk=part.pk).superseded_by == twins[1]
    circle = do(owner, twins[1], "replacing", do="add", q=part.number)
    assert (circle.status_code, "circle" in circle.content.decode()) == (422, True)
    assert Supersession.objects.count() == 4


def test_stand_in_is_added_removed_and_brought_back(part: Part, owner: Client) -> None:
    other = PartFactory(shop=part.shop, number="P 85 020", on_hand=3)
    shown = do(owner, part, "interchange", do="add", q="p85020").content.decode()
    assert (f"/portal/parts/{other.pk}" in shown, "3 available" in shown) == (True, True)
    removed = do(owner, part, "interchange", do="remove", row=other.pk)
    assert Part.objects.get(pk=part.pk).interchange is None
    do(owner, part, "interchange", **undo_of(removed))
    assert Part.objects.exclude(interchange=None).count() == 2
    assert do(owner, part, "interchange", do="remove", row=PartFactory(shop=part.shop).pk).status_code == 404


def test_many_models_and_years_are_said_at_once(part: Part, owner: Client) -> None:
    make = MakeFactory(name="Hyundai")
    models = [VehicleModelFactory(make=make, name=name) for name in ("Accent", "Tucson")]
    ticks = owner.get("/portal/vehicle-models", {"make": make.pk}).content.decode()
    assert [f'value="{model.pk}"' in ticks for model in models] == [True, True]
    said = {
        "do": "add", "make": make.pk, "models": [model.pk for model in models],
        "years": "2008–2012، 2015", "engine": "1.6", "place": "front", "notes": "ABS",
    }  # fmt: skip
    shown = do(owner, part, "vehicles", **said)
    assert "Vehicles: 4." in shown.content.decode()
    rows = Fitment.objects.values_list("model", "year_from", "year_to", "engine", "position", "notes")
    assert set(rows) == {
        (model.pk, *years, "1.6", "front", "ABS")
        for model in models
        for years in ((2008, 2012), (2015, 2015))
    }  # fmt: skip
    row = Fitment.objects.get(model=models[0], year_from=2008)
    edit = owner.get(f"/portal/parts/{part.pk}/vehicles?edit={row.pk}", headers=HTMX).content.decode()
    assert ('value="2008-2012"' in edit, f'value="{models[0].pk}" checked' in edit) == (True, True)
    do(owner, part, "vehicles", do="add", row=row.pk, make=make.pk, models=[models[0].pk], years="2009-")
    row.refresh_from_db()
    assert (row.year_from, row.year_to, row.engine) == (2009, None, "")
    refused = do(owner, part, "vehicles", **{**said, "row": row.pk})
    assert (refused.status_code, "This row is one vehicle" in refused.content.decode()) == (422, True)
    removed = do(owner, part, "vehicles", do="remove", row=row.pk)
    assert Fitment.objects.count() == 3
    do(owner, part, "vehicles", **undo_of(removed))
    assert Fitment.objects.filter(model=models[0], year_from=2009, year_to=None).count() == 1
    do(owner, part, "vehicles", do="universal")
    assert Part.objects.get(pk=part.pk).is_universal


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", [(None, None)]), ("2015", [(2015, 2015)]), ("2008-2012, 2015", [(2008, 2012), (2015, 2015)]),
        ("2018 –", [(2018, None)]), ("-1999", [(None, 1999)]), ("٢٠٠٨-٢٠١٢", [(2008, 2012)]),
        ("-", None), ("soon", None), ("200-300", None), ("2008 2012", None),
    ],
)  # fmt: skip
def test_years_are_read_as_people_write_them(text: str, spans: Any) -> None:
    form = VehiclesForm({"years": text})
    form.is_valid()
    assert form.cleaned_data.get("years") == spans
    assert ("years" in form.errors) == (spans is None)


def test_bulk_prices_are_lines_of_the_form(part: Part, owner: Client) -> None:
    said = {"name": part.name, "number": part.number, "part_type": part.part_type, "tax_class": "standard",
            "selling_price": "850"}  # fmt: skip
    address = f"/portal/parts/{part.pk}/edit"
    assert owner.post(address, {**said, "bulk": "10 780\n\n50: 700.50"}).status_code == 302
    assert list(part.tiers.values_list("min_quantity", "unit_price")) == [(10, 780), (50, Decimal("700.5"))]
    assert "10 780.00\n50 700.50" in owner.get(address).content.decode()
    for wrong in ("many 780", "10", "10 NaN", "1 780", "10 780\n10 700"):
        assert owner.post(address, {**said, "bulk": wrong}).status_code == 422
    assert part.tiers.count() == 2
    keeper = signed_in(part.shop, Role.STOREKEEPER)
    assert keeper.post(address, {**said, "bulk": ""}).status_code == 302
    assert part.tiers.count() == 2


def test_list_is_narrowed_to_a_vehicle_by_words_or_vin(part: Part, owner: Client) -> None:
    model = VehicleModelFactory(make=MakeFactory(name="Honda"), name="Accord")
    years = {"year_from": 2003, "year_to": 2003}
    Fitment.objects.create(shop=part.shop, part=part, make=model.make, model=model, **years)
    PartFactory(shop=part.shop, name="Oil filter")

    def found(**query: str) -> tuple[bool, bool]:
        page = owner.get("/portal/parts", query, headers=HTMX).content.decode()
        return f"/portal/parts/{part.pk}" in page, "Oil filter" in page

    # The sample VIN of 49 CFR 565's explanations: a Honda Accord of 2003.
    vin = "1HGCM82633A004352"
    for query in ({"vehicle": "honda accord 2003"}, {"vehicle": vin}, {"q": f"{vin[:3]} {vin[3:]}"}):
        assert found(**query) == (True, False), query
    assert found(vehicle="honda accord 2004") == (False, False)
    assert found(vehicle="Wolseley") == (True, True)
    assert "in no list" in owner.get("/portal/parts", {"vehicle": "Wolseley"}).content.decode()


def test_page_costs_the_same_with_one_of_everything_and_with_three(part: Part, owner: Client) -> None:
    costs = []
    for more in (1, 2):
        for _n in range(more):
            PartNumberFactory(part=part)
            Fitment.objects.create(shop=part.shop, part=part, make=MakeFactory(), model=VehicleModelFactory())
            other, new = PartFactory(shop=part.shop, on_hand=1), PartFactory(shop=part.shop)
            do(owner, part, "interchange", do="add", q=other.number)
            do(owner, part, "replacing", do="add", q=new.number)
        owner.get(f"/portal/parts/{part.pk}")
        with CaptureQueriesContext(connection) as seen:
            assert owner.get(f"/portal/parts/{part.pk}").status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1]
