"""The request form: who may send it, what it refuses, what survives."""

import io
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from clutch.accounts.tests.factories import UserFactory
from clutch.core.ids import new_id
from orders.models import LinePhoto, Order, OrderLine
from orders.tests.factories import OrderFactory
from shops.tests.factories import GarageVehicleFactory, MakeFactory, ShopFactory, VehicleModelFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Any) -> None:
    settings.PRIVATE_ROOT = tmp_path / "private"


@pytest.fixture
def customer(client: Client) -> Any:
    user = UserFactory()
    client.force_login(user)
    return user


def png(name: str = "pads.png") -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "PNG")
    file.seek(0)
    file.name = name
    return file


EMPTY_ROW = {"parts-0-name": "", "parts-0-part_number": "", "parts-0-quantity": "1"}


def status_of(client: Client, path: str) -> int:
    """The status of a file's address; the file is closed again."""
    response = client.get(path)
    if response.streaming:
        b"".join(response)
    return response.status_code


def filled(**changes: Any) -> dict[str, Any]:
    """A form that can be sent; a value of None leaves its field out."""
    data = {
        "idempotency_key": str(new_id()),
        "vin": "",
        "make": "Hyundai",
        "model": "Accent",
        "year": "2018",
        "address": "12 Example Street",
        "district": "Downtown",
        "latitude": "30.0444",
        "longitude": "31.2357",
        "parts-TOTAL_FORMS": "1",
        "parts-INITIAL_FORMS": "0",
        "parts-0-name": "Front brake pads",
        "parts-0-part_number": "58101-1RA00",
        "parts-0-quantity": "2",
        "parts-0-notes": "",
        "send": "1",
        **changes,
    }
    return {name: value for name, value in data.items() if value is not None}


def test_request_is_sent_to_shops_nearby(client: Client, customer: Any) -> None:
    shop = ShopFactory()
    response = client.post("/", filled())
    order = Order.objects.get()
    assert response.status_code == 302
    assert response["Location"] == f"/orders/{order.number}"
    assert (order.customer_id, order.status, order.make_name) == (customer.pk, "submitted", "Hyundai")
    assert [(line.name, line.quantity) for line in order.lines.all()] == [("Front brake pads", 2)]
    assert [invitation.shop_id for invitation in order.invitations.all()] == [shop.pk]


def test_request_sent_twice_is_one_order(client: Client, customer: Any) -> None:
    data = filled()
    first, second = client.post("/", data), client.post("/", data)
    assert first["Location"] == second["Location"]
    assert Order.objects.count() == 1


def test_request_edited_after_going_back_is_a_second_order(client: Client, customer: Any) -> None:
    data = filled()
    client.post("/", data)
    client.post("/", {**data, "parts-0-quantity": "3"})
    assert Order.objects.count() == 2


def test_draft_is_kept_and_asks_nobody(client: Client, customer: Any) -> None:
    ShopFactory()
    client.post("/", filled(send=None, save_draft="1", **EMPTY_ROW))
    order = Order.objects.get()
    assert (order.status, order.lines.count(), order.invitations.count()) == ("draft", 0, 0)


@pytest.mark.parametrize(
    ("field", "value", "at"),
    [
        ("latitude", "91", "latitude"),
        ("latitude", "nan", "latitude"),
        ("longitude", "-181", "longitude"),
        ("longitude", "", "longitude"),
        ("address", "", "address"),
        ("address", "x" * 301, "address"),
        ("address", "a\x00b", "address"),
        ("make", "", "make"),
        ("year", "20 18", "year"),
        ("year", "99999", "year"),
        ("vin", "1HGCM82633A0043521X", "vin"),
        ("parts-0-name", "", "parts-0-name"),
        ("parts-0-name", "x" * 121, "parts-0-name"),
        ("parts-0-name", "a\x1bb", "parts-0-name"),
        ("parts-0-quantity", "0", "parts-0-quantity"),
        ("parts-0-quantity", "-1", "parts-0-quantity"),
        ("parts-0-quantity", "1000", "parts-0-quantity"),
        ("parts-0-quantity", "many", "parts-0-quantity"),
        ("parts-0-notes", "x" * 501, "parts-0-notes"),
        ("parts-0-part_number", "x" * 61, "parts-0-part_number"),
    ],
)
def test_bad_input_is_said_at_its_field(
    client: Client, customer: Any, field: str, value: str, at: str
) -> None:
    response = client.post("/", filled(**{field: value}))
    assert response.status_code == 400
    assert f'id="id_{at}_error"' in response.content.decode()
    assert Order.objects.count() == 0


@pytest.mark.parametrize("year", ["18", "1849", "2150"])
def test_odd_year_only_warns(client: Client, customer: Any, year: str) -> None:
    assert client.post("/", filled(year=year)).status_code == 302
    order = Order.objects.get()
    assert order.year == int(year)
    assert "This year looks wrong." in order.vehicle_warnings


def test_nothing_typed_is_lost_on_an_error(client: Client, customer: Any) -> None:
    data = filled(address="", **{"parts-0-notes": "left side", "vin": "KMHCT41BAHU123456"})
    page = client.post("/", data).content.decode()
    for value in ("Front brake pads", "58101-1RA00", "left side", "KMHCT41BAHU123456", "31.2357"):
        assert value in page


def test_rows_are_added_and_removed_without_javascript(client: Client, customer: Any) -> None:
    added = client.post("/", filled(send=None, add_part="1"))
    assert added.status_code == 200
    assert added.context["rows"].total_form_count() == 2
    assert "field-errors" not in added.content.decode()
    removed = client.post("/", filled(send=None, remove_part="0", **{"parts-TOTAL_FORMS": "2"}))
    assert [bool(row["DELETE"].value()) for row in removed.context["rows"]] == [True, False]
    assert Order.objects.count() == 0


def test_request_without_a_part_is_not_sent(client: Client, customer: Any) -> None:
    response = client.post("/", filled(**EMPTY_ROW))
    assert 'id="id_parts-0-name_error"' in response.content.decode()
    assert Order.objects.count() == 0


def test_removed_and_empty_rows_are_not_parts(client: Client, customer: Any) -> None:
    rows = {
        "parts-TOTAL_FORMS": "3",
        "parts-0-DELETE": "on",
        "parts-1-name": "Air filter",
        "parts-1-quantity": "1",
        "parts-2-name": "",
        "parts-2-quantity": "1",
    }
    client.post("/", filled(**rows))
    assert [line.name for line in OrderLine.objects.all()] == ["Air filter"]


def test_photos_survive_an_error_and_reach_the_line(client: Client, customer: Any) -> None:
    refused = client.post("/", {**filled(address=""), "parts-0-photos": [png("a.png"), png("b.png")]})
    kept = refused.context["rows"].forms[0]["kept"].value()
    assert len(kept.split(",")) == 2
    assert status_of(client, f"/request/photos/{kept.split(',')[0]}") == 200
    client.post("/", filled(**{"parts-0-kept": kept}))
    assert LinePhoto.objects.filter(line__order=Order.objects.get()).count() == 2
    assert status_of(client, f"/request/photos/{kept.split(',')[0]}") == 404


def test_what_is_no_photo_is_refused_at_its_row(client: Client, customer: Any) -> None:
    fake = io.BytesIO(b"<svg onload=alert(1)>")
    fake.name = "fake.png"
    response = client.post("/", {**filled(), "parts-0-photos": fake})
    assert response.status_code == 400
    assert "photos" in response.context["rows"].forms[0].errors
    assert Order.objects.count() == 0


def test_strangers_photos_are_counted_by_the_address_behind_our_proxies(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a proxy every request comes from its address; each client has a count of its own."""
    monkeypatch.setattr("orders.pages.stash.MOST_UNKNOWN", 1)
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    answers = [
        Client().post("/request/photos", {"photo": png()}, headers={"X-Forwarded-For": address}).status_code
        for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2")
    ]
    assert answers == [200, 400, 200]


def test_photo_of_another_session_is_not_served(client: Client) -> None:
    answer = client.post("/request/photos", {"photo": png()})
    token = answer.content.decode().partition('data-token="')[2].partition('"')[0]
    assert status_of(client, f"/request/photos/{token}") == 200
    assert status_of(Client(), f"/request/photos/{token}") == 404


def test_anonymous_keeps_the_form_across_the_sign_in(client: Client) -> None:
    response = client.post("/", {**filled(), "parts-0-photos": png()})
    assert response["Location"] == "/sign-in?next=%2F"
    assert Order.objects.count() == 0
    user = UserFactory(password="correct horse")
    client.force_login(user)
    page = client.get("/")
    assert page.context["rows"].forms[0]["name"].value() == "Front brake pads"
    kept = page.context["rows"].forms[0]["kept"].value()
    client.post("/", filled(**{"parts-0-kept": kept}))
    assert (Order.objects.get().customer_id, LinePhoto.objects.count()) == (user.pk, 1)
    assert client.get("/").context["rows"].forms[0]["name"].value() is None


def test_anonymous_sees_the_form(client: Client) -> None:
    assert client.get("/").status_code == 200


def test_vehicle_of_the_garage_is_taken(client: Client, customer: Any) -> None:
    vehicle = GarageVehicleFactory(
        user=customer, make_name="Lada", model_name="Niva", year=1999, vin="ABC12345"
    )
    client.post("/", filled(garage=str(vehicle.pk), make="", model="", year="not a year"))
    order = Order.objects.get()
    assert (order.make_name, order.model_name, order.year, order.vin) == ("Lada", "Niva", 1999, "ABC12345")


def test_vehicle_of_another_garage_is_refused(client: Client, customer: Any) -> None:
    vehicle = GarageVehicleFactory()
    response = client.post("/", filled(garage=str(vehicle.pk)))
    assert response.status_code == 400
    assert Order.objects.count() == 0


def test_last_place_is_offered_again(client: Client, customer: Any) -> None:
    OrderFactory(customer=customer, address="5 Other Street", latitude=30.1, longitude=31.3)
    page = client.get("/")
    assert page.context["form"]["address"].value() == "5 Other Street"


def test_models_follow_the_make(client: Client) -> None:
    make = MakeFactory(name="Exampla")
    VehicleModelFactory(make=make, name="Uno")
    VehicleModelFactory(name="Other")
    assert client.get("/request/models?make=exampla").content.decode().count("<option") == 1
    assert "<option" not in client.get("/request/models?make=Nothing").content.decode()


@pytest.mark.parametrize("vin", ["", "AB", "x" * 500, "KMHCT41BAHU123456", "<script>", "١٢٣٤٥"])
def test_vin_never_blocks(client: Client, vin: str) -> None:
    response = client.get("/request/vin", {"vin": vin})
    assert response.status_code == 200
    assert "<script" not in response.content.decode()


def test_huge_row_count_is_refused(client: Client, customer: Any) -> None:
    response = client.post("/", filled(**{"parts-TOTAL_FORMS": "100000"}))
    assert response.status_code == 400
    assert Order.objects.count() == 0


def test_management_form_that_was_tampered_with_is_refused(client: Client, customer: Any) -> None:
    response = client.post("/", filled(**{"parts-TOTAL_FORMS": "x"}))
    assert response.status_code == 400
    assert Order.objects.count() == 0


def test_draft_is_continued_and_sent(client: Client, customer: Any) -> None:
    order = OrderFactory(customer=customer)
    page = client.get(f"/orders/{order.number}/edit")
    assert page.context["form"]["make"].value() == "Hyundai"
    line = order.lines.get()
    data = filled(version=order.version, make="Kia", **{"parts-0-part_id": line.pk, "parts-0-quantity": "5"})
    response = client.post(f"/orders/{order.number}/edit", data)
    order.refresh_from_db()
    line.refresh_from_db()
    assert response["Location"] == f"/orders/{order.number}"
    assert (order.status, order.make_name, line.quantity) == ("submitted", "Kia", 5)


def test_sent_request_changes_its_parts_only(client: Client, customer: Any) -> None:
    order = OrderFactory(customer=customer, status="submitted")
    line = order.lines.get()
    data = filled(version=order.version, make="Kia", address="", **{"parts-0-part_id": line.pk})
    client.post(f"/orders/{order.number}/edit", data)
    order.refresh_from_db()
    line.refresh_from_db()
    assert (order.make_name, order.address, order.revision, line.quantity) == (
        "Hyundai", "12 Example Street, third floor", 2, 2,
    )  # fmt: skip


def test_edit_of_an_outdated_form_changes_nothing(client: Client, customer: Any) -> None:
    order = OrderFactory(customer=customer, status="submitted")
    line = order.lines.get()
    data = filled(version=order.version, **{"parts-0-part_id": line.pk})
    Order.objects.filter(pk=order.pk).update(urgency="urgent")
    response = client.post(f"/orders/{order.number}/edit", data)
    line.refresh_from_db()
    assert (response.status_code, line.quantity) == (412, 1)


def test_part_of_another_request_is_refused(client: Client, customer: Any) -> None:
    order, other = OrderFactory(customer=customer), OrderFactory()
    line = other.lines.get()
    data = filled(version=order.version, **{"parts-0-part_id": line.pk, "parts-0-name": "Stolen"})
    response = client.post(f"/orders/{order.number}/edit", data)
    line.refresh_from_db()
    assert (response.status_code, line.name) == (400, "Front brake pads")
