"""Profile, password and devices: who may, what is refused, and that a refusal changes nothing."""

from typing import Any

import pytest
from django.test import Client
from fcm_django.models import FCMDevice

from clutch.accounts.models import User
from clutch.accounts.tests.conftest import App
from clutch.accounts.tests.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "a fine long passphrase"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def send(client: Client, method: str, path: str, body: Any = None) -> Any:
    import json

    data = "" if body is None else json.dumps(body)
    return client.generic(method, f"/api/v1{path}", data, "application/json")


def test_me_shows_the_person_and_no_secret() -> None:
    user = UserFactory(name="Mona", language="ar", password=PASSWORD)
    assert send(client_of(user), "GET", "/me").json() == {
        "id": str(user.pk),
        "name": "Mona",
        "phone": user.phone,
        "phoneVerified": True,
        "email": None,
        "language": "ar",
        "timeZone": "",
        "hasPassword": True,
        "isStaff": False,
    }


def test_profile_changes_what_is_given() -> None:
    user = UserFactory(name="Mona")
    response = send(client_of(user), "PUT", "/me", {"language": "ar", "timeZone": "Africa/Cairo"})
    assert response.status_code == 200
    user.refresh_from_db()
    assert (user.name, user.language, user.time_zone) == ("Mona", "ar", "Africa/Cairo")


def test_profile_has_a_version_that_a_sign_in_does_not_raise() -> None:
    user = UserFactory(name="Mona")
    client = client_of(user)  # writes `last_login`
    assert send(client, "GET", "/me")["ETag"] == '"1"'
    changed = send(client, "PUT", "/me", {"name": "Mona B."})
    assert (changed["ETag"], send(client, "GET", "/me")["ETag"]) == ('"2"', '"2"')
    password = send(client, "PUT", "/me/password", {"newPassword": "a fine long passphrase"})
    assert (password.status_code, password["ETag"]) == (200, '"3"')


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "a\nb"}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"language": "fr"}, "language"),
        ({"timeZone": "Mars/Base"}, "timeZone"),
        ({"isStaff": True}, "isStaff"),
        ({"phone": "+201001234567"}, "phone"),
        ({"time_zone": "Africa/Cairo"}, "time_zone"),
    ],
)
def test_profile_refuses_at_the_field(body: Any, field: str) -> None:
    user = UserFactory(name="Mona")
    response = send(client_of(user), "PUT", "/me", body)
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [field]
    user.refresh_from_db()
    assert (user.name, user.language, user.is_staff) == ("Mona", "en", False)


DEVICE = {"token": "fcm-token", "type": "android", "name": "Phone"}


def test_device_is_registered_once_and_listed() -> None:
    client = client_of(UserFactory())
    first = send(client, "POST", "/me/devices", DEVICE)
    again = send(client, "POST", "/me/devices", {**DEVICE, "name": "My phone"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert send(client, "GET", "/me/devices").json()["results"] == [
        {"id": first.json()["id"], "type": "android", "name": "My phone", "active": True}
    ]


def test_device_that_changed_hands_tells_its_last_owner_nothing() -> None:
    before, now = UserFactory(), UserFactory()
    send(client_of(before), "POST", "/me/devices", DEVICE)
    send(client_of(now), "POST", "/me/devices", DEVICE)
    assert FCMDevice.objects.get().user == now


@pytest.mark.parametrize(
    ("change", "field"),
    [({"token": ""}, "token"), ({"token": "a b"}, "token"), ({"type": "fridge"}, "type"), ({"x": 1}, "x")],
)
def test_odd_devices_are_refused(change: Any, field: str) -> None:
    response = send(client_of(UserFactory()), "POST", "/me/devices", {**DEVICE, **change})
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert not FCMDevice.objects.exists()


def test_device_is_removed_by_its_owner_alone() -> None:
    owner = client_of(UserFactory())
    number = send(owner, "POST", "/me/devices", DEVICE).json()["id"]
    for other in (client_of(UserFactory()), client_of(StaffFactory())):
        assert send(other, "DELETE", f"/me/devices/{number}").status_code == 404
    assert FCMDevice.objects.exists()
    assert send(owner, "DELETE", f"/me/devices/{number}").status_code == 204
    assert send(owner, "DELETE", f"/me/devices/{number}").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_devices_cost_the_same_queries(rows: int, django_assert_num_queries: Any) -> None:
    user = UserFactory()
    client = client_of(user)
    for number in range(rows):
        FCMDevice.objects.create(user=user, registration_id=f"t{number}", type="ios")
    with django_assert_num_queries(4):
        assert send(client, "GET", "/me/devices").json()["count"] == rows


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/me", None),
        ("PUT", "/me", {"name": "x"}),
        ("PUT", "/me/password", {"newPassword": PASSWORD}),
        ("GET", "/me/devices", None),
        ("POST", "/me/devices", DEVICE),
        ("DELETE", "/me/devices/1", None),
    ],
)
def test_anonymous_may_nothing(method: str, path: str, body: Any) -> None:
    user = UserFactory()
    response = send(Client(), method, path, body)
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert not FCMDevice.objects.exists()
    assert not User.objects.get(pk=user.pk).has_usable_password()


def test_first_password_needs_no_old_one() -> None:
    user = UserFactory()
    user.set_unusable_password()
    user.save()
    client = client_of(user)
    assert send(client, "PUT", "/me/password", {"newPassword": PASSWORD}).status_code == 200
    assert send(client, "GET", "/me").json()["hasPassword"] is True


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"newPassword": "another fine one"}, "currentPassword"),
        ({"newPassword": "another fine one", "currentPassword": "wrong"}, "currentPassword"),
        ({"newPassword": "short", "currentPassword": PASSWORD}, "newPassword"),
        ({"newPassword": "password", "currentPassword": PASSWORD}, "newPassword"),
        ({}, "newPassword"),
    ],
)
def test_password_is_refused_at_its_field(body: Any, field: str) -> None:
    user = UserFactory(password=PASSWORD)
    response = send(client_of(user), "PUT", "/me/password", body)
    assert response.status_code == 400
    assert field in {error["field"] for error in response.json()["errors"]}
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_password_change_keeps_this_session_and_ends_the_others(signed_in: App) -> None:
    user = User.objects.get()
    other = client_of(user)
    assert send(other, "GET", "/me").status_code == 200
    assert signed_in.api("PUT", "/me/password", {"newPassword": PASSWORD}).status_code == 200
    assert signed_in.api("GET", "/me").status_code == 200
    assert send(other, "GET", "/me").status_code == 401


def test_old_password_is_not_guessed_without_end() -> None:
    user = UserFactory(password=PASSWORD)
    client = client_of(user)
    body = {"newPassword": "another fine one"}
    for _guess in range(5):
        send(client, "PUT", "/me/password", {**body, "currentPassword": "wrong"})
    response = send(client, "PUT", "/me/password", {**body, "currentPassword": PASSWORD})
    assert response.status_code == 400
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
