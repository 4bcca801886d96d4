"""Onboarding, profile, members and garage in a real browser, on a phone."""

import re

import pytest

from clutch.accounts.tests.factories import UserFactory
from clutch.live.tests.browser import at_url, sign_in
from shops.models import GarageVehicle, Member, Onboarding, Shop
from shops.tests.api.people import photo
from shops.tests.factories import MemberFactory

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("vehicle_data")]


def go_on(page):
    page.get_by_role("button", name=re.compile("Save and go on")).click()


def look(page, heading):
    """Wait for a page by its heading."""
    page.get_by_role("heading", level=1, name=heading).wait_for()
    page.wait_for_load_state()


def filled(page, name):
    """Wait until a hidden coordinate has a value."""
    from playwright.sync_api import expect

    expect(page.locator(f"#id_{name}")).not_to_have_value("")


@pytest.mark.long
def test_shop_comes_in_on_a_phone(live_site, phone_page):
    page, user = phone_page, UserFactory(name="Mona")
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 30.05, "longitude": 31.24})
    sign_in(page, user)

    page.goto(f"{live_site}/portal/onboarding")
    look(page, "Sell parts to drivers near you")
    page.get_by_role("button", name="Begin").click()

    page.get_by_label("Name of the shop").fill("Nile Parts")
    page.get_by_label("Phone").fill("0100")
    go_on(page)
    page.get_by_text("Enter a phone number").wait_for()
    look(page, "Business info")
    page.get_by_label("Phone").fill("01001234567")
    go_on(page)

    page.get_by_label("Address", exact=True).fill("12 Example Street")
    page.get_by_label(re.compile("^District")).fill("Downtown")
    page.get_by_role("button", name="Use my location").click()
    filled(page, "latitude")
    page.get_by_label("Other hours").check()
    page.get_by_label("Saturday, opens", exact=True).fill("18:00")
    page.get_by_label("Saturday, closes", exact=True).fill("02:00")
    look(page, "Location and hours")
    go_on(page)

    page.get_by_label("Search makes").fill("هيون")
    assert page.locator("[data-words]:visible").count() == 1
    page.get_by_label("Search makes").press("Enter")
    page.get_by_label("Search makes").fill("toyota")
    page.get_by_label("Toyota", exact=True).check()
    assert page.get_by_text("2 makes chosen").is_visible()
    look(page, "Vehicle brands")
    go_on(page)

    look(page, "Inventory set-up")
    page.get_by_role("button", name="Use the usual settings").click()
    look(page, "Pricing strategy")
    page.get_by_role("button", name="Use the usual settings").click()

    page.get_by_label("Commercial register number").fill("123456")
    page.get_by_label("Photo or PDF").set_input_files(
        {"name": "register.png", "mimeType": "image/png", "buffer": photo().read()}
    )
    page.get_by_role("button", name="Add the document").click()
    page.get_by_role("link", name=re.compile("commercial register")).wait_for()
    look(page, "Verification")
    page.get_by_role("button", name="Save and review").click()

    at_url(page, "**/portal/onboarding/review")
    assert page.get_by_text("Hyundai, Toyota").is_visible()
    look(page, "Look it over")
    page.get_by_role("button", name="Send for verification").click()
    look(page, "Nile Parts is being verified")

    shop = Shop.objects.get()
    assert (round(shop.latitude, 3), round(shop.longitude, 3)) == (30.05, 31.24)
    assert [str(row) for row in shop.opening_hours.all()] == [
        f"{day} {'18:00-02:00' if day == 5 else '10:00-22:00'}" for day in range(7)
    ]
    assert sorted(make.name for make in shop.makes.all()) == ["Hyundai", "Toyota"]


def test_pin_is_put_by_keyboard(live_site, page):
    user = UserFactory()
    sign_in(page, user)
    Onboarding.objects.create(user=user)
    page.goto(f"{live_site}/portal/onboarding/step/2")
    page.locator("[data-map]").focus()
    page.keyboard.press("Enter")
    filled(page, "longitude")


@pytest.mark.long
def test_colleague_joins_by_link_and_the_list_shows_it(live_site, page, phone_page):
    owner = MemberFactory()
    sign_in(page, owner.user)
    page.goto(f"{live_site}/portal/members")
    page.get_by_label("Role", exact=True).select_option("storekeeper")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Link to join").input_value()
    path = link.partition("/portal/")[2]

    guest = UserFactory(name="Ali")
    sign_in(phone_page, guest)
    phone_page.goto(f"{live_site}/portal/{path}")
    phone_page.get_by_role("button", name="Join").click()
    at_url(phone_page, "**/portal/requests")
    assert Member.objects.get(user=guest).role == "storekeeper"
    page.locator("#members").get_by_text("Ali", exact=True).wait_for()


@pytest.mark.long
def test_profile_is_changed(live_site, phone_page):
    page, owner = phone_page, MemberFactory()
    sign_in(page, owner.user)
    page.goto(f"{live_site}/portal/profile")
    page.get_by_role("link", name=re.compile("Change.*Location and hours")).click()
    page.get_by_label("Always open, 24 hours").check()
    page.get_by_role("button", name="Save").click()
    at_url(page, "**/portal/profile")
    assert owner.shop.opening_hours.count() == 7


@pytest.mark.long
def test_vehicle_by_its_chassis_number(live_site, new_page):
    page = new_page(phone=True, user=UserFactory())
    page.goto("/garage/add")
    page.get_by_label("VIN or chassis number").fill("KMHCT4AE0DU123456")
    page.get_by_role("button", name="Use this vehicle").click()
    page.get_by_role("button", name="Save").click()
    at_url(page, "**/garage")
    vehicle = GarageVehicle.objects.get()
    assert (vehicle.make_name, vehicle.model_name, vehicle.year) == ("Hyundai", "Accent", 2013)
