"""Makes, models, VIN and the garage over the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clutch.accounts.tests.factories import UserFactory
from shops.models import GarageVehicle, UnlistedVehicle
from shops.tests.api.people import client
from shops.tests.factories import GarageVehicleFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vehicle_data")]
CAR = {"make": "hyundai", "model": "ACCENT", "year": 2018, "vin": None}


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def api(user):
    return client(user)


def test_makes_come_common_first_and_all_at_once():
    body = client().get("/api/v1/vehicles/makes?pageSize=1000").json()
    assert body["count"] == len(body["results"]) > 400
    common = [make["isCommon"] for make in body["results"]]
    assert common == sorted(common, reverse=True)


@pytest.mark.parametrize("typed", ["hyun", "HYUNDAI", "هيون", "هونداي"])
def test_makes_are_found_as_typed(typed):
    found = client().get("/api/v1/vehicles/makes", {"search": typed}).json()["results"]
    assert "Hyundai" in [make["name"] for make in found]


def models(make, **query):
    [make] = client().get("/api/v1/vehicles/makes", {"search": make}).json()["results"]
    answer = client().get(f"/api/v1/vehicles/makes/{make['id']}/models", {"pageSize": 1000, **query})
    assert answer.status_code == 200
    return {model["name"] for model in answer.json()["results"]}


def test_models_of_a_make_by_year():
    assert {"Accent", "Tucson"} <= models("Hyundai")
    assert "Scoupe" in models("Hyundai", year=1993)
    assert "Scoupe" not in models("Hyundai", year=2015)
    assert models("Hyundai", search="tucs") == {"Tucson"}


def test_models_of_no_make_and_a_wrong_year():
    assert client().get("/api/v1/vehicles/makes/999999999/models").status_code == 404
    [make] = client().get("/api/v1/vehicles/makes", {"search": "Hyundai"}).json()["results"]
    answer = client().get(f"/api/v1/vehicles/makes/{make['id']}/models?year=x")
    assert [error["field"] for error in answer.json()["errors"]] == ["year"]


def test_vin_is_read_and_found_in_the_lists():
    body = client().get("/api/v1/vehicles/vin/kmhct4ae0du-123456").json()
    assert (body["make"], body["model"], body["year"]) == ("Hyundai", "Accent", 2013)
    assert body["makeId"]
    assert body["modelId"]


@pytest.mark.parametrize("vin", ["abc", "AE101-0098234", "???", "x" * 200, "KMHCTIAE0DU123456"])
def test_odd_number_is_answered_with_a_warning(vin):
    answer = client().get(f"/api/v1/vehicles/vin/{vin.replace('?', '%3F')}")
    assert answer.status_code == 200
    assert answer.json()["warnings"]


def test_garage_takes_listed_names_and_the_first_is_the_default(api):
    first = api.post("/api/v1/garage", CAR)
    assert first.status_code == 201
    body = first.json()
    assert (body["make"], body["model"], body["isDefault"], body["warnings"]) == (
        "Hyundai",
        "Accent",
        True,
        [],
    )
    second = api.post("/api/v1/garage", {**CAR, "model": "Tucson"}).json()
    assert not second["isDefault"]
    third = api.post("/api/v1/garage", {**CAR, "isDefault": True, "nickname": "Mine"}).json()
    listed = api.get("/api/v1/garage").json()["results"]
    assert [found["id"] for found in listed] == [third["id"], second["id"], body["id"]]
    assert [found["isDefault"] for found in listed] == [True, False, False]


def test_unlisted_vehicle_is_taken_with_a_warning_and_queued(api):
    body = api.post("/api/v1/garage", {"make": "Zaporozhets", "model": "968", "year": 1985}).json()
    assert (body["make"], body["makeId"], len(body["warnings"])) == ("Zaporozhets", None, 1)
    assert UnlistedVehicle.objects.get().times == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"year": 18}, "This year looks wrong."),
        ({"year": 1849}, "This year looks wrong."),
        ({"year": timezone.now().year + 21}, "This year looks wrong."),
        ({"year": 1975}, "We do not know this model of this year."),
        ({"vin": "ABC"}, "A VIN or chassis number has 5 to 17 characters."),
        ({"vin": "ABC!@#$%"}, "A VIN or chassis number has only letters and digits."),
        (
            {"vin": "1HGCM82O33A004352"},
            "A VIN of 17 characters never has the letters I, O or Q: look for 1 and 0.",
        ),
    ],
)
def test_odd_year_or_number_only_warns_as_in_a_request(change, said, api, user):
    made = api.post("/api/v1/garage", {**CAR, **change})
    assert (made.status_code, made.json()["warnings"]) == (201, [said])
    kept = {name: getattr(GarageVehicle.objects.get(), name) for name in change}
    assert kept == change
    body = {
        "vehicle": {**CAR, **change},
        "deliveryLocation": {"latitude": 30.05, "longitude": 31.24, "address": "Cairo"},
        "parts": [{"name": "Clutch disc", "quantity": 1}],
        "draft": True,
    }
    asked = api.post("/api/v1/auto-parts-orders", body)
    assert (asked.status_code, asked.json()["vehicle"]["warnings"]) == (201, [said])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"make": ""}, "make"),
        ({"model": "x" * 81}, "model"),
        ({"year": -1}, "year"),
        ({"year": 10000}, "year"),
        ({"year": "soon"}, "year"),
        ({"vin": "X" * 18}, "vin"),
        ({"vin": "ABC\x1bDEF"}, "vin"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_vehicle_is_named_at_the_field(change, field, api):
    answer = api.post("/api/v1/garage", {**CAR, **change})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not GarageVehicle.objects.exists()


def test_change_and_stale_change(api):
    made = api.post("/api/v1/garage", CAR)
    url = f"/api/v1/garage/{made.json()['id']}"
    changed = api.put(url, {**CAR, "year": 2019}, headers={"If-Match": made["ETag"]})
    assert (changed.json()["year"], changed.json()["isDefault"]) == (2019, True)
    assert api.put(url, CAR, headers={"If-Match": made["ETag"]}).status_code == 412


def test_removing_the_default_makes_the_newest_one_it(api, user):
    first, second, third = (api.post("/api/v1/garage", CAR).json()["id"] for _ in range(3))
    assert api.delete(f"/api/v1/garage/{first}").status_code == 204
    listed = api.get("/api/v1/garage").json()["results"]
    assert [(found["id"], found["isDefault"]) for found in listed] == [(third, True), (second, False)]
    assert api.get(f"/api/v1/garage/{first}").status_code == 404
    assert user.garage.count() == 3


def test_garage_is_ones_own(api):
    vehicle = GarageVehicleFactory()
    url = f"/api/v1/garage/{vehicle.pk}"
    for caller, status in ((api, 404), (client(), 401)):
        assert caller.get(url).status_code == status
        assert caller.put(url, CAR).status_code == status
        assert caller.delete(url).status_code == status
    vehicle.refresh_from_db()
    assert (vehicle.version, vehicle.archived_at) == (1, None)
    assert client().get("/api/v1/garage").status_code == 401
    assert client().post("/api/v1/garage", CAR).status_code == 401
    assert api.get("/api/v1/garage").json()["count"] == 0


def test_same_key_adds_one_vehicle(api):
    answers = [api.post("/api/v1/garage", CAR, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert GarageVehicle.objects.count() == 1


def test_garage_costs_the_same_for_one_and_three(api, user):
    counts = []
    for more in (1, 2):
        GarageVehicleFactory.create_batch(more, user=user)
        with CaptureQueriesContext(connection) as captured:
            api.get("/api/v1/garage")
        counts.append(len(captured))
    assert counts[0] == counts[1]
