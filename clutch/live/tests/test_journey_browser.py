"""The whole journey with nothing but the pages: a customer and three shops in four browser windows.

The shops sign up and onboard on a phone, staff verify them in the admin beside their documents, the
customer asks, watches the quotes arrive, accepts, pays in cash, follows the delivery and rates it.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from clutch.accounts.tests.factories import StaffFactory
from clutch.live.tests.browser import at_url, axe_check, shoot, sign_in
from clutch.live.tests.server import AsgiServer
from orders.models import Order
from shops.models import Shop

pytestmark = [pytest.mark.browser, pytest.mark.long]

ADDRESS = "12 Example Street, flat 3"


def sign_up(page: Any, server: AsgiServer, *, name: str, phone: str, then: str) -> None:
    """Make an account with the code of a text message."""
    page.goto(f"/sign-up?next={then}")
    page.fill("[name=name]", name)
    page.fill("[name=phone]", phone)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_role("heading", name="Enter the code").wait_for()
    texts = re.findall(rf"SMS to {re.escape(phone)}: .*?(\d{{6}})", server.log.read_text())
    page.fill("[name=code]", texts[-1])
    page.get_by_role("button", name="Go on").click()
    at_url(page, f"**{then}")


def document(folder: Path) -> str:
    """A photo to upload as a document."""
    path = folder / "register.png"
    Image.new("RGB", (800, 600), "white").save(path)
    return str(path)


def place(page: Any, latitude: float, longitude: float) -> None:
    """Type the coordinates, as one would where the map cannot be used."""
    page.get_by_text("Enter coordinates").click()
    page.fill("[name=latitude]", str(latitude))
    page.fill("[name=longitude]", str(longitude))


def go_on(page: Any, step: int) -> None:
    """Save a step of onboarding and wait for the next page."""
    page.get_by_role("button", name="Save and go on").click()
    at_url(page, f"**/step/{step + 1}*")


def onboard(page: Any, *, name: str, phone: str, north: float, folder: Path) -> None:
    """The six steps, from the first page to "is being verified"."""
    page.goto("/portal")
    at_url(page, "**/portal/onboarding")
    page.get_by_role("button", name="Begin").click()
    at_url(page, "**/step/1")
    page.fill("[name=name]", name)
    page.fill("[name=phone]", phone)
    axe_check(page)
    go_on(page, 1)
    page.fill("[name=address]", f"{name}, Example Street")
    page.fill("[name=district]", "Downtown")
    place(page, 30.05 + north, 31.24)
    page.locator("[name=hours_preset][value=always]").check()
    go_on(page, 2)
    page.get_by_label("Hyundai", exact=True).check()
    go_on(page, 3)
    page.get_by_role("button", name="Use the usual settings").click()
    at_url(page, "**/step/5*")
    page.get_by_role("button", name="Use the usual settings").click()
    at_url(page, "**/step/6*")
    page.set_input_files("[name=document-file]", document(folder))
    page.get_by_role("button", name="Add the document").click()
    page.get_by_role("link", name="register").wait_for()
    page.fill("[name=owner_name]", "The owner")
    page.fill("[name=commercial_register]", "12345")
    page.get_by_role("button", name="Save and review").click()
    at_url(page, "**/review")
    page.get_by_role("button", name="Send for verification").click()
    page.get_by_role("heading", name="is being verified").wait_for()


def verify(page: Any, name: str) -> None:
    """Staff look at the documents and decide."""
    page.goto("/admin/")
    page.get_by_role("link", name=name).click()
    page.locator("img[src*='/shop-documents/']").wait_for()
    page.get_by_role("link", name="Verify", exact=True).click()
    page.get_by_role("button", name="Verify", exact=True).click()
    page.get_by_text("Done: Verify").wait_for()


def ask(page: Any) -> str:
    """Send a request for two parts; return its number."""
    page.goto("/")
    page.fill("[name=make]", "Hyundai")
    page.fill("[name=model]", "Accent")
    page.fill("[name=year]", "2018")
    page.fill("[name=parts-0-name]", "Front brake pads")
    page.fill("[name=parts-0-part_number]", "58101-1RA00")
    page.get_by_role("button", name="Add another part").click()
    page.fill("[name=parts-1-name]", "Oil filter")
    page.fill("[name=address]", ADDRESS)
    place(page, 30.05, 31.24)
    page.get_by_role("button", name="Ask the shops").click()
    at_url(page, "**/orders/CL-*")
    return str(page.url.rpartition("/")[2])


def quote(page: Any, number: str, *, price: str, missing_second: bool = False) -> None:
    """Wait for the request in the queue, without a reload, and answer it."""
    card = page.locator("article, li, .card").filter(has_text=number).first
    card.wait_for()
    page.goto(f"/portal/requests/{number}")
    assert ADDRESS not in page.content()
    prices = page.locator("input[name$=unit_price]")
    prices.nth(0).fill(price)
    if missing_second:
        page.locator(".missing-switch").nth(1).check()
    else:
        prices.nth(1).fill(price)
    page.fill("[name$=delivery_fee]", "50")
    page.fill("[name$=estimated_delivery_minutes]", "90")
    page.get_by_role("button", name="Send the quote").click()
    page.get_by_role("button", name="Send the quote").wait_for(state="detached")


def answer(page: Any) -> None:
    """Send the small question that is open, and wait until it has closed."""
    form = page.locator("#ask-body form")
    form.locator("button").last.click()
    form.wait_for(state="hidden")


def fulfil(page: Any, customer: Any, number: str, *, cash: str) -> None:
    """Prepare, hand to the courier, hand over against the code that the customer sees, take the cash."""
    page.goto(f"/portal/orders/{number}")
    page.get_by_text(ADDRESS).first.wait_for()
    page.locator("#start").click()
    page.locator("#ship").click()
    page.fill("[name=courier_name]", "A courier")
    answer(page)
    page.locator("#deliver").wait_for()
    code = customer.get_by_text(re.compile(r"^\d{6}$")).first
    code.wait_for()
    page.locator("#deliver").click()
    page.fill("#ask-body [name=code]", re.sub(r"\D", "", code.inner_text()))
    answer(page)
    page.locator("#cash").click()
    page.fill("[name=amount]", cash)
    answer(page)
    page.locator("#cash").wait_for(state="detached")


@pytest.mark.usefixtures("vehicle_data")
def test_from_onboarding_to_a_rated_delivery(
    live_site: str, asgi_server: AsgiServer, new_page: Any, tmp_path: Path
) -> None:
    shops = []
    for n in range(3):
        phone = f"+20101000000{n}"
        page = new_page(phone=True)
        sign_up(page, asgi_server, name=f"Owner {n}", phone=phone, then="/portal/onboarding")
        onboard(page, name=f"Shop {n}", phone=phone, north=n / 100, folder=tmp_path)
        shops.append(page)
    staff = new_page()
    member_of_staff = StaffFactory(is_superuser=True)
    sign_in(staff, member_of_staff)
    for n, page in enumerate(shops):
        verify(staff, f"Shop {n}")
        page.get_by_role("link", name="Go to the shop").click()
        at_url(page, "**/portal/requests")
        page.wait_for_selector("html[data-live-state=on]")

    customer = new_page(phone=True)
    sign_up(customer, asgi_server, name="A driver", phone="+201020000000", then="/")
    number = ask(customer)
    customer.wait_for_selector("html[data-live-state=on]")
    customer.evaluate("window.neverReloaded = true")

    quote(shops[0], number, price="400")
    quote(shops[1], number, price="300")
    quote(shops[2], number, price="100", missing_second=True)
    customer.get_by_text("Shop 2").first.wait_for()
    assert customer.evaluate("window.neverReloaded") is True
    axe_check(customer)
    shoot(customer, "journey-quotes")

    customer.get_by_role("link", name=re.compile(r"Choose.*Shop 1")).first.click()
    customer.get_by_role("button", name="Accept").click()
    at_url(customer, f"**/orders/{number}")
    shops[1].goto("/portal/orders")
    shops[1].get_by_text(number).first.wait_for()

    fulfil(shops[1], customer, number, cash="650")
    customer.get_by_role("heading", name="How was Shop 1?").wait_for()
    customer.locator(".star-row label").nth(4).click()
    customer.get_by_role("button", name="Send the rating").click()
    customer.get_by_role("heading", name="Your rating").wait_for()
    shoot(customer, "journey-rated")

    order = Order.objects.get(number=number)
    assert (order.status, order.payment_status, str(order.shop)) == ("delivered", "paid", "Shop 1")
    assert Shop.objects.get(name="Shop 1").rating_count == 1
    for loser in (shops[0], shops[2]):
        assert loser.goto(f"/portal/orders/{number}").status == 404
