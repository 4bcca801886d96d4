"""The customer's pages in a real browser: by keyboard, without barriers, live."""

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from clutch.accounts.tests.factories import UserFactory
from clutch.feed.actor import Actor
from clutch.live.tests.browser import at_url, axe_check, sign_in, until
from orders.actions.quotes import provide_quote
from orders.inputs import OfferInput
from orders.models import Order
from orders.tests.factories import LONG_NAME, InvitationFactory, OrderFactory, compared_order
from shops.tests.factories import (
    MakeFactory,
    MemberFactory,
    ShopFactory,
    VehicleModelFactory,
)

pytestmark = pytest.mark.browser


@pytest.fixture
def problems(page: Any) -> list[str]:
    """What the browser complains about: broken scripts, refused content, missing files."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda said: found.append(said.text) if is_fault(said) else None)
    return found


def is_fault(said: Any) -> bool:
    """Whether a line of the console is one; a look-up that a newer one replaced is told of in two lines."""
    replaced = (
        "htmx:sendAbort, [object HTMLDataListElement]",
        "htmx:afterRequest, [object HTMLDataListElement]",
    )
    return said.type == "error" and said.text not in replaced


@pytest.fixture
def customer(page: Any) -> Any:
    user = UserFactory()
    sign_in(page, user)
    return user


def provide(order: Order, shop: Any) -> None:
    """Quote for every part as a member of the shop would."""
    actor = Actor.user(MemberFactory(shop=shop).user, "portal", shop_id=shop.pk)
    offers: list[OfferInput] = [
        {"part_id": part.pk, "available": True, "unit_price": Decimal(800), "part_type": "genuine"}
        for part in order.lines.all()
    ]
    provide_quote(
        order.pk,
        shop_id=shop.pk,
        lines=offers,
        delivery_fee=Decimal(50),
        estimated_delivery_minutes=60,
        notes="",
        actor=actor,
    )


def arrived(page: Any) -> Any:
    """The column of the shop whose quote the tests send."""
    return page.locator(".compare thead").get_by_text("Nile Parts", exact=True)


def test_quote_arrives_without_reload(live_site: str, page: Any, customer: Any, problems: list[str]) -> None:
    order = OrderFactory(customer=customer, status="submitted")
    shop = ShopFactory(name="Nile Parts")
    InvitationFactory(order=order, shop=shop)
    page.goto(f"/orders/{order.number}")
    page.wait_for_selector("html[data-live-state=on]")
    page.evaluate("window.neverReloaded = true")
    provide(order, shop)
    arrived(page).wait_for()
    page.locator("#order-state").get_by_text("1 offer").wait_for()
    until(page, "document.querySelector('[data-said]').textContent.includes('1 offer')")
    page.locator(".site-nav [data-unread]").get_by_text("1", exact=True).wait_for()
    assert page.evaluate("window.neverReloaded") is True
    assert problems == []


@pytest.mark.long
def test_refresh_waits_while_somebody_types(live_site: str, page: Any, customer: Any) -> None:
    order = OrderFactory(customer=customer, status="submitted")
    shop = ShopFactory(name="Nile Parts")
    InvitationFactory(order=order, shop=shop)
    page.goto(f"/orders/{order.number}")
    page.wait_for_selector("html[data-live-state=on]")
    page.get_by_text("Cancel this request").click()
    page.get_by_label("Reason").press_sequentially("I have fou")
    provide(order, shop)
    page.locator("#order-state").get_by_text("1 offer").wait_for()
    page.wait_for_timeout(600)
    assert page.get_by_label("Reason").input_value() == "I have fou"
    page.get_by_role("heading", level=1).click()
    arrived(page).wait_for()


@pytest.mark.long
def test_lost_connection_is_shown_and_made_good(live_site: str, page: Any, customer: Any) -> None:
    order = OrderFactory(customer=customer, status="submitted")
    shop = ShopFactory(name="Nile Parts")
    InvitationFactory(order=order, shop=shop)
    page.add_init_script(
        """const Plain = WebSocket;
        const NOWHERE = location.origin.replace("http", "ws") + "/ws/nowhere";
        window.cut = false; window.sockets = [];
        window.WebSocket = class extends Plain {
          constructor(...all) { super(window.cut ? NOWHERE : all[0]); window.sockets.push(this); }
        };"""
    )
    page.goto(f"/orders/{order.number}")
    page.wait_for_selector("html[data-live-state=on]")
    page.route("**/api/v1/stream*", lambda route: route.abort())
    page.evaluate("window.cut = true; window.sockets.at(-1).close()")
    page.get_by_text("Reconnecting").wait_for()
    provide(order, shop)
    page.evaluate("window.cut = false")
    arrived(page).wait_for(timeout=40000)
    page.get_by_text("Reconnecting").wait_for(state="hidden")


@pytest.mark.long
def test_countdown_goes_by_the_clock_of_the_server(live_site: str, page: Any, customer: Any) -> None:
    order = OrderFactory(customer=customer, status="submitted")
    InvitationFactory(order=order)
    page.clock.install(time="2020-01-01T00:00:00Z")
    page.goto(f"/orders/{order.number}")
    left = page.locator("#order-state time[data-countdown]")
    until(page, "document.querySelector('[data-countdown]').textContent.includes(' h')")
    assert left.inner_text() in ("2 h", "1 h 59 min", "1 h 58 min")


@pytest.mark.long
def test_countdown_at_zero_shows_what_is_then(live_site: str, page: Any, customer: Any) -> None:
    soon = timezone.now() + timedelta(seconds=6)
    order = OrderFactory(customer=customer, status="submitted", quotes_close_at=soon)
    InvitationFactory(order=order)
    page.goto(f"/orders/{order.number}")
    page.locator("#order-state").get_by_text("The time for offers is over").wait_for(timeout=20000)


@pytest.mark.long
def test_signed_out_meanwhile_leads_to_the_sign_in(live_site: str, page: Any, customer: Any) -> None:
    order = OrderFactory(customer=customer, status="submitted")
    page.goto(f"/orders/{order.number}")
    page.context.clear_cookies()
    page.evaluate("window.clutch.refreshAll()")
    at_url(page, "**/sign-in?next=/orders/*")


@pytest.mark.long
def test_without_sockets_the_page_still_follows(live_site: str, page: Any, customer: Any) -> None:
    order = OrderFactory(customer=customer, status="submitted")
    shop = ShopFactory(name="Nile Parts")
    InvitationFactory(order=order, shop=shop)
    page.add_init_script(
        """const Plain = WebSocket;
        const NOWHERE = location.origin.replace("http", "ws") + "/ws/nowhere";
        window.WebSocket = class extends Plain { constructor() { super(NOWHERE); } };"""
    )
    page.goto(f"/orders/{order.number}")
    page.wait_for_selector("html[data-live-state=on]", timeout=30000)
    provide(order, shop)
    arrived(page).wait_for(timeout=40000)


def test_request_by_keyboard_alone(live_site: str, page: Any, customer: Any, problems: list[str]) -> None:
    VehicleModelFactory(make=MakeFactory(name="Hyundai"), name="Accent")
    shop = ShopFactory()
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    _tab_to(page, "id_vin")
    _tab_to(page, "id_make")
    page.keyboard.type("Hyundai")
    _tab_to(page, "id_model")
    page.wait_for_selector("#model-options option", state="attached")
    page.keyboard.type("Accent")
    _tab_to(page, "id_year")
    page.keyboard.type("2018")
    _tab_to(page, "id_parts-0-name")
    page.keyboard.type("Front brake pads")
    _press(page, "[data-row]:not([hidden]) [data-step='1']")
    assert page.locator("#id_parts-0-quantity").input_value() == "2"
    _press(page, "[data-add-row]")
    page.keyboard.type("Air filter")
    _press(page, "[data-row]:nth-of-type(2) [data-remove-row]")
    _tab_to(page, "id_address")
    page.keyboard.type("12 Example Street")
    _focus(page, "[data-map]")
    page.keyboard.press("Enter")
    assert page.locator("#id_latitude").input_value().startswith("30.")
    page.locator("#id_address").focus()
    page.keyboard.press("Enter")
    at_url(page, "**/orders/CL-*")
    order = Order.objects.get()
    assert [(line.name, line.quantity) for line in order.lines.all()] == [("Front brake pads", 2)]
    assert [row.shop_id for row in order.invitations.all()] == [shop.pk]
    assert problems == []


def _tab_to(page: Any, wanted: str) -> None:
    """Press Tab until the element with this id has the focus."""
    for _n in range(25):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == wanted:
            return
    raise AssertionError(f"Tab never reaches {wanted}")


def _focus(page: Any, selector: str) -> None:
    for _n in range(25):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")


def _press(page: Any, selector: str) -> None:
    _focus(page, selector)
    page.keyboard.press("Enter")


@pytest.mark.long
def test_errors_take_the_focus_and_lose_nothing(live_site: str, page: Any, customer: Any) -> None:
    page.goto("/")
    page.get_by_label("Make").fill("Hyundai")
    page.get_by_role("button", name="Ask the shops").click()
    page.locator("#id_parts-0-name_error").wait_for()
    until(page, "document.activeElement.getAttribute('aria-invalid') === 'true'")
    assert page.get_by_label("Make").input_value() == "Hyundai"
    axe_check(page)


@pytest.mark.long
def test_photo_is_made_smaller_and_sent_ahead(
    live_site: str, page: Any, customer: Any, problems: list[str]
) -> None:
    file = io.BytesIO()
    Image.effect_noise((2400, 1800), 90).convert("RGB").save(file, "JPEG", quality=95)
    page.goto("/")
    with page.expect_request("**/request/photos") as sent:
        page.locator("#id_parts-0-photos").set_input_files(
            {"name": "pads.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}
        )
    size = len(sent.value.post_data_buffer or b"")
    assert size < len(file.getvalue()), size
    page.locator("[data-photo-list] img").wait_for()
    until(page, "document.querySelector('[data-photo-list] img').naturalWidth > 0")
    assert len(page.locator("[name=parts-0-kept]").input_value()) == 32
    page.get_by_role("button", name="Remove this photo").click()
    assert page.locator("[name=parts-0-kept]").input_value() == ""
    assert problems == []


@pytest.mark.long
def test_my_location_puts_the_pin(live_site: str, new_page: Any) -> None:
    place = {"latitude": 31.2, "longitude": 29.9}
    page = new_page(phone=True, geolocation=place, permissions=["geolocation"])
    page.goto("/")
    page.get_by_role("button", name="Use my location").click()
    until(page, "document.getElementById('id_latitude').value === '31.200000'")
    assert page.locator(".map .pin").count() == 1


@pytest.mark.long
def test_vin_is_decoded_and_offered(live_site: str, page: Any) -> None:
    page.goto("/")
    page.get_by_label("VIN or chassis number").fill("1HGCM82633A004352")
    page.get_by_role("button", name="Use this vehicle").wait_for()
    until(page, "document.getElementById('id_make').value.toUpperCase() === 'HONDA'")


@pytest.mark.long
def test_offer_is_compared_accepted_and_rated(
    live_site: str, page: Any, customer: Any, problems: list[str]
) -> None:
    order = compared_order(customer)
    page.goto(f"/orders/{order.number}")
    page.get_by_role("link", name="Rating").click()
    page.locator("#sort-rating[aria-current]").wait_for()
    page.locator(".compare").get_by_role("link", name="Choose").first.click()
    page.get_by_text(LONG_NAME).first.wait_for()
    page.get_by_label("cash on delivery").check()
    page.get_by_role("button", name="Accept").click()
    page.get_by_text("You have accepted the offer of").wait_for()
    order.refresh_from_db()
    assert (order.status, order.payment_method) == ("accepted", "cash")
    assert problems == []


@pytest.mark.long
def test_without_javascript_a_request_is_made(live_site: str, new_page: Any) -> None:
    user = UserFactory()
    page = new_page(user=user, java_script_enabled=False)
    page.goto("/")
    page.get_by_label("Make").fill("Hyundai")
    page.locator("#id_parts-0-name").fill("Front brake pads")
    page.get_by_role("button", name="Add another part").click()
    page.locator("#id_parts-1-name").fill("Air filter")
    page.get_by_label("Address").fill("12 Example Street")
    page.get_by_text("Enter coordinates").click()
    page.get_by_label("Latitude").fill("30.05")
    page.get_by_label("Longitude").fill("31.24")
    page.get_by_role("button", name="Ask the shops").click()
    at_url(page, "**/orders/CL-*")
    assert [line.name for line in Order.objects.get().lines.all()] == ["Front brake pads", "Air filter"]
