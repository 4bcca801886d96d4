"""The garage on pages."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clutch.accounts.tests.factories import UserFactory
from clutch.core.ids import new_id
from shops.models import GarageVehicle
from shops.tests.factories import GarageVehicleFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vehicle_data")]
CAR = {"make": "hyundai", "model": "accent", "year": "2018", "vin": ""}


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def browser(user):
    client = Client()
    client.force_login(user)
    return client


def test_first_vehicle_is_added_and_is_the_default(browser):
    assert "No vehicle yet" in browser.get("/garage").content.decode()
    assert browser.get("/garage/add").status_code == 200
    assert browser.post("/garage/add", CAR).url == "/garage"
    vehicle = GarageVehicle.objects.get()
    assert (str(vehicle), vehicle.is_default) == ("Hyundai Accent 2018", True)
    assert "Hyundai Accent 2018" in browser.get("/garage").content.decode()


def test_double_press_adds_one(browser):
    body = {**CAR, "idempotency_key": str(new_id())}
    assert [browser.post("/garage/add", body).url for _ in range(2)] == ["/garage", "/garage"]
    assert GarageVehicle.objects.count() == 1


def test_vin_alone_is_enough(browser):
    browser.post("/garage/add", {"vin": "kmhct4ae0du-123456"})
    vehicle = GarageVehicle.objects.get()
    assert (vehicle.make_name, vehicle.model_name, vehicle.year) == ("Hyundai", "Accent", 2013)


def test_unlisted_vehicle_is_taken_and_said_so(browser):
    answer = browser.post("/garage/add", {"make": "Zaporozhets", "model": "968"}, follow=True)
    assert answer.content.decode().count("not in our list") == 1
    assert GarageVehicle.objects.get().make is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"year": "18"}, "This year looks wrong."),
        ({"year": "2100"}, "This year looks wrong."),
        ({"vin": "abc"}, "A VIN or chassis number has 5 to 17 characters."),
    ],
)
def test_odd_year_or_number_is_taken_and_said_so(change, said, browser):
    answer = browser.post("/garage/add", {**CAR, **change}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [said]
    vehicle = GarageVehicle.objects.get()
    assert {name: str(getattr(vehicle, name)).lower() for name in change} == change


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"make": ""}, "make"),
        ({"model": ""}, "model"),
        ({"vin": "x" * 18}, "vin"),
        ({"year": "soon"}, "year"),
        ({"year": "-1"}, "year"),
        ({"year": "10000"}, "year"),
    ],
)
def test_wrong_field_is_marked(change, field, browser):
    answer = browser.post("/garage/add", {**CAR, **change})
    assert answer.status_code == 400
    assert field in answer.context["form"].errors
    assert not GarageVehicle.objects.exists()


def test_edit_default_and_remove(browser, user):
    first, second = GarageVehicleFactory.create_batch(2, user=user)
    browser.post(f"/garage/{first.pk}", {**CAR, "nickname": "Old friend"})
    browser.post(f"/garage/{first.pk}/default")
    first.refresh_from_db()
    assert (first.nickname, first.is_default) == ("Old friend", True)
    browser.post(f"/garage/{first.pk}/remove")
    second.refresh_from_db()
    assert second.is_default
    assert (
        "Old friend" not in browser.get("/garage").content.decode().partition("<main")[2].partition("<ul")[2]
    )


def test_stale_edit_is_not_saved(browser, user):
    vehicle = GarageVehicleFactory(user=user)
    GarageVehicle.objects.update(nickname="Meanwhile")
    answer = browser.post(f"/garage/{vehicle.pk}", {**CAR, "nickname": "Mine", "version": "1"})
    assert answer.status_code == 400
    assert GarageVehicle.objects.get().nickname == "Meanwhile"


def test_garage_is_ones_own(browser, client):
    vehicle = GarageVehicleFactory()
    base = f"/garage/{vehicle.pk}"
    assert browser.get(base).status_code == 404
    for url in (base, f"{base}/remove", f"{base}/default"):
        assert browser.post(url, CAR).status_code == 404
        assert client.post(url, CAR).url.startswith("/sign-in")
    assert client.get("/garage").url == "/sign-in?next=/garage"
    vehicle.refresh_from_db()
    assert vehicle.version == 1


def test_garage_costs_the_same_for_one_and_three(browser, user):
    counts = []
    for more in (1, 2):
        GarageVehicleFactory.create_batch(more, user=user)
        with CaptureQueriesContext(connection) as captured:
            browser.get("/garage")
        counts.append(len(captured))
    assert counts[0] == counts[1]
