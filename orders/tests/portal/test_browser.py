"""The shop's pages in a real browser: what comes live, what the keyboard does, and whom axe would stop."""

import io
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from clutch.live.tests.browser import axe_check, until
from orders import actions
from orders.actions.message import send_message
from orders.enums import OrderStatus, PaymentStatus, QuoteStatus
from orders.inputs import PartInput
from orders.models import Invitation, LinePhoto, Message, Order, Quote, QuoteLine, Shipment
from orders.tests import acts
from orders.tests.factories import InvitationFactory, OrderFactory, OrderLineFactory, QuoteFactory
from orders.tests.portal.conftest import People
from shops.tests.factories import MakeFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Any]
# The sound is counted where the browser would make it; no loudspeaker is needed.
COUNT_SOUNDS = """
window.sounds = 0;
const create = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () { window.sounds += 1; return create.call(this); };
"""


# What the desktop would show, and whether the window is behind another; both are outside the page.
KEEP_NOTES = """
window.notes = [];
window.Notification = class {
  static permission = "granted";
  constructor(title, options) { window.notes.push([title, options.body, options.tag]); }
};
Object.defineProperty(document, "hidden", { get: () => window.away === true });
"""


@pytest.fixture
def at_queue(new_page: Open, people: People) -> Any:
    """The owner's browser on the queue, with the stream connected."""
    page = new_page(user=people["owner"])
    page.add_init_script(COUNT_SOUNDS + KEEP_NOTES)
    page.goto("/portal/requests")
    page.wait_for_selector("html[data-live-state=on]")
    return page


def asked(people: People, **fields: Any) -> Order:
    """An open request for pads and two filters that the shop was asked for."""
    order: Order = OrderFactory(status=OrderStatus.SUBMITTED, parts=0, **fields)
    OrderLineFactory(order=order, position=0)
    OrderLineFactory(order=order, position=1, name="Oil filter", part_number="", quantity=2)
    InvitationFactory(order=order, shop=people.shop)
    return order


def test_new_request_arrives_by_itself_with_a_sound_and_a_desktop_notification(
    at_queue: Any, people: People
) -> None:
    at_queue.get_by_role("button", name="Turn sound on").click()
    before = at_queue.evaluate("window.sounds")
    vehicle = {**acts.VEHICLE, "make": MakeFactory(name="Hyundai").name}
    order = acts.ask(people["customer"], vehicle=vehicle)
    card = at_queue.locator(f"#request-{order.number}")
    card.wait_for()
    assert "Front brake pads" in card.inner_text()
    assert "fresh" in (card.get_attribute("class") or "")
    until(at_queue, f"window.sounds > {before}")
    assert at_queue.evaluate("window.notes") == []
    at_queue.evaluate("window.away = true")
    second = acts.ask(people["customer"], vehicle=vehicle)
    until(at_queue, "window.notes.length > 0")
    told = ["A new request for parts", "Open Clutch to quote it.", str(second.pk)]
    assert at_queue.evaluate("window.notes") == [told]
    actions.cancel_order(order.pk, actor=acts.as_user(people["customer"]))
    card.wait_for(state="detached")


def test_prepared_quote_goes_out_with_one_tap(at_queue: Any, people: People) -> None:
    former = QuoteFactory(shop=people.shop, unit_price=Decimal("820.00"), status=QuoteStatus.LOST)
    Order.objects.filter(pk=former.order_id).update(status=OrderStatus.CANCELLED)
    order = acts.ask(people["customer"], parts=[acts.PADS])
    send = at_queue.locator(f"#send-{order.number}")
    send.wait_for()
    assert send.inner_text() == "Send this quote: EGP\u00a0870.00"
    send.click()
    at_queue.get_by_text(f"Your quote is with the customer of {order.number}.").wait_for()
    at_queue.locator(f"#request-{order.number}").wait_for(state="detached")
    quote = Quote.objects.get(order=order, shop=people.shop)
    assert (quote.status, quote.total_price) == ("submitted", Decimal("870.00"))


@pytest.mark.long
def test_declining_asks_why_and_keeps_the_focus_in_the_dialog(at_queue: Any, people: People) -> None:
    order = asked(people)
    at_queue.reload()
    at_queue.locator(f"#decline-{order.number}").click()
    dialog = at_queue.get_by_role("dialog", name="Decline the request")
    dialog.wait_for()
    axe_check(at_queue)
    dialog.get_by_label("Reason").select_option("other")
    dialog.get_by_role("button", name="Decline").click()
    dialog.get_by_text("Say in a few words why.").wait_for()
    dialog.get_by_label("Note").fill("Only German cars here")
    dialog.get_by_role("button", name="Decline").click()
    at_queue.locator(f"#request-{order.number}").wait_for(state="detached")
    assert not at_queue.locator("#ask").is_visible()
    assert Invitation.objects.get(order=order).decline_note == "Only German cars here"


@pytest.mark.long
def test_quote_is_typed_summed_by_the_server_and_sent_by_keyboard(new_page: Open, people: People) -> None:
    order = asked(people, vin="KMHCT4AE5DU123456")
    page = new_page(user=people["owner"])
    page.goto(f"/portal/requests/{order.number}")
    pads = page.get_by_role("group", name=re.compile("^1× Front brake pads"))
    pads.get_by_label("Unit price").fill("850")
    # Enter goes on to the next field and does not send.
    pads.get_by_label("Unit price").press("Enter")
    assert page.evaluate("document.activeElement.id").endswith("part_type")
    pads.get_by_role("button", name="Another offer").click()
    second = pads.locator(".offer").nth(1)
    second.get_by_label("Unit price").fill("400.50")
    second.get_by_label("Counts in the total").check()
    page.get_by_role("group", name=re.compile("^2× Oil filter")).get_by_label("Not available").check()
    page.get_by_label("Delivery fee").fill("50")
    page.get_by_role("button", name="1 h", exact=True).click()
    page.locator("#total .price", has_text="EGP\u00a0450.50").wait_for()
    axe_check(page)
    page.get_by_label("Delivery fee").press("Control+Enter")
    page.get_by_role("heading", name="Your quote").wait_for()
    quote = Quote.objects.get(order=order)
    assert (quote.total_price, quote.estimated_delivery_minutes) == (Decimal("450.50"), 60)
    prices = list(QuoteLine.objects.order_by("position").values_list("unit_price", "preferred"))
    assert prices == [(Decimal("850"), False), (Decimal("400.5"), True), (None, False)]
    axe_check(page)


@pytest.mark.long
def test_refused_quote_keeps_what_was_typed_and_the_chosen_photo(new_page: Open, people: People) -> None:
    order = asked(people)
    page = new_page(user=people["owner"])
    page.goto(f"/portal/requests/{order.number}")
    prices = page.get_by_label("Unit price")
    prices.nth(0).fill("850")
    page.locator("main details summary").first.click()
    page.locator("input[type=file]").first.set_input_files(
        files=[{"name": "pads.png", "mimeType": "image/png", "buffer": picture()}]
    )
    page.get_by_role("button", name="Send the quote").click()
    page.get_by_text("Enter a price, or mark the part as not available.").wait_for()
    assert prices.nth(0).input_value() == "850"
    prices.nth(1).fill("90")
    page.get_by_role("button", name="Send the quote").click()
    page.get_by_role("heading", name="Your quote").wait_for()
    assert [bool(row.photo) for row in QuoteLine.objects.order_by("position")] == [True, False]


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(file, "PNG")
    return file.getvalue()


@pytest.mark.long
def test_request_that_changes_while_it_is_open_says_so(new_page: Open, people: People) -> None:
    order = acts.ask(people["customer"], parts=[acts.PADS])
    page = new_page(user=people["owner"])
    page.goto(f"/portal/requests/{order.number}")
    page.wait_for_selector("html[data-live-state=on]")
    page.get_by_label("Unit price").fill("850")
    parts: list[PartInput] = [{**acts.PADS, "part_id": order.lines.get().pk, "quantity": 2}]
    actions.amend_order(order.pk, parts=parts, actor=acts.as_user(people["customer"]))
    page.get_by_text("The customer has changed the request since you opened it.").wait_for()
    assert page.get_by_label("Unit price").input_value() == "850"


@pytest.mark.long
def test_order_is_shipped_and_handed_over_by_the_code(new_page: Open, people: People) -> None:
    order = asked(people, customer=people["customer"])
    acts.accept(order, acts.quote(order, people.shop))
    page = new_page(user=people["owner"])
    page.goto(f"/portal/orders/{order.number}")
    page.get_by_role("button", name="Start preparing").click()
    page.get_by_role("link", name="Hand it to the courier").click()
    page.get_by_label("Courier or driver").fill("Ali, motorbike")
    page.get_by_role("button", name="It is on its way").click()
    # The button that had the focus is gone; the keyboard goes on with what comes next.
    until(page, "document.activeElement.id === 'deliver'")
    page.get_by_role("link", name="Hand it over").click()
    code = Shipment.objects.get().code
    page.get_by_label("Customer's code").fill("000000" if code != "000000" else "111111")
    page.get_by_role("button", name="It is delivered").click()
    page.get_by_text("This is not the customer's code.").wait_for()
    page.get_by_label("Customer's code").fill(code)
    page.get_by_role("button", name="It is delivered").click()
    page.get_by_role("link", name="Cash received").click()
    page.get_by_role("button", name="I have the cash").click()
    page.get_by_text("cash on delivery: paid").wait_for()
    axe_check(page)
    order.refresh_from_db()
    assert (order.status, order.payment_status) == (OrderStatus.DELIVERED, PaymentStatus.PAID)


@pytest.mark.long
def test_photo_opens_large_and_the_chassis_number_is_copied(new_page: Open, people: People) -> None:
    order = asked(people, vin="KMHCT4AE5DU123456")
    line = order.lines.first()
    assert line is not None
    LinePhoto.objects.create(line=line, file=SimpleUploadedFile("p.png", picture(), "image/png"))
    page = new_page(user=people["owner"], permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"/portal/requests/{order.number}")
    page.get_by_role("button", name="Copy the chassis number").click()
    assert page.evaluate("navigator.clipboard.readText()") == "KMHCT4AE5DU123456"
    page.get_by_role("link", name="Photo of Front brake pads").click()
    viewer = page.get_by_role("dialog", name="Photo")
    viewer.get_by_role("button", name="Full size").click()
    assert page.evaluate("document.querySelector('[data-zoom-image]').naturalWidth") == 60
    axe_check(page)
    page.keyboard.press("Escape")
    viewer.wait_for(state="hidden")


@pytest.mark.long
def test_message_of_the_customer_appears_and_is_answered(new_page: Open, people: People) -> None:
    order = asked(people, customer=people["customer"])
    acts.quote(order, people.shop)
    page = new_page(user=people["owner"])
    page.goto(f"/portal/requests/{order.number}")
    page.wait_for_selector("html[data-live-state=on]")
    send_message(order.pk, shop_id=people.shop.pk, text="Genuine?", actor=acts.as_user(people["customer"]))
    page.get_by_text("Genuine?").wait_for()
    page.get_by_label("Message", exact=True).fill("Yes, in the box.")
    page.get_by_role("button", name="Send the message").click()
    page.locator(".thread .mine", has_text="Yes, in the box.").wait_for()
    assert Message.objects.count() == 2
