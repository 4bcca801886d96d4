"""Scanning in a real browser: a scanner without focus, an Arabic keyboard, a photo, and plain typing."""

import pytest
from playwright.sync_api import expect

from clutch.live.tests.browser import at_url, axe_check, scan_code, shoot, sign_in
from inventory.actions.barcodes import attach_barcode
from inventory.tests.factories import BinFactory, PartFactory, received
from inventory.tests.test_barcodes import EAN, KINDS, actor_of, photo
from shops.enums import Role
from shops.tests.factories import MemberFactory

pytestmark = pytest.mark.browser

# What a scanner sends while the keyboard is set to Arabic: the same keys, other letters.
ARABIC_BURST = """() => {
    const keys = [["KeyG", "ل"], ["KeyD", "ي"], ["KeyB", "لا"], ["Minus", "-"], ["Digit1", "١"],
                  ["Digit3", "٣"], ["Digit3", "٣"], ["Digit0", "٠"], ["Enter", "Enter"]];
    const target = document.activeElement;
    let taken = false;
    for (const [code, key] of keys)
        taken = !target.dispatchEvent(
            new KeyboardEvent("keydown", {code, key, bubbles: true, cancelable: true}));
    return taken;
}"""


@pytest.fixture
def part(transactional_db):
    made = PartFactory(number="GDB-1330", on_hand=3)
    received(made, 4, made.cost_price, bin_id=BinFactory(shop=made.shop, code="A-01").pk)
    attach_barcode(made.pk, shop_id=made.shop_id, code=EAN, actor=actor_of(made.shop))
    return made


@pytest.mark.long
def test_scanner_photo_and_typing_find_the_part(live_site, phone_page, part):
    page = phone_page
    sign_in(page, MemberFactory(shop=part.shop, role=Role.STOREKEEPER).user)
    page.goto(f"{live_site}/portal/scan")
    page.get_by_role("heading", name="Scan any code").wait_for()
    axe_check(page)
    shoot(page, "scan-empty")
    found = page.locator("#found")

    # A scanner, with the focus nowhere.
    scan_code(page, EAN)
    found.get_by_role("heading", name="Front brake pads").wait_for()
    at_url(page, f"**/portal/scan?code={EAN}")
    axe_check(page)
    shoot(page, "scan-found")

    # A scanner behind an Arabic keyboard, with the focus in the field: it types nothing into it.
    page.locator("#code").fill("half a word")
    page.locator("#code").focus()
    assert page.evaluate(ARABIC_BURST)
    expect(page.locator("#code")).to_have_value("GDB-1330".lower())
    at_url(page, "**/portal/scan?code=gdb-1330")

    # A person types slowly, and sends it with Enter: nothing is taken away.
    page.locator("#code").fill("")
    page.keyboard.type("9999", delay=130)
    expect(page.locator("#code")).to_have_value("9999")
    page.keyboard.press("Enter")
    found.get_by_role("heading", name="Nobody knows this code yet").wait_for()

    # There is no camera here: a photo of the box does the same.
    page.get_by_role("button", name="Camera").click()
    page.get_by_text("may not use the camera").wait_for()
    axe_check(page)
    shoot(page, "scan-camera")
    page.locator("[data-scan-photo]").set_input_files(
        {"name": "box.jpg", "mimeType": "image/jpeg", "buffer": photo((EAN, KINDS.EAN13)).read()}
    )
    found.get_by_role("heading", name="Front brake pads").wait_for()

    # An unknown code is attached, and known from then on.
    scan_code(page, "NEW-CODE-77")
    found.get_by_role("heading", name="Nobody knows this code yet").wait_for()
    page.get_by_label("Find the part").fill("brake")
    found.get_by_role("button", name="Attach to Front brake pads").wait_for()
    axe_check(page)
    shoot(page, "scan-unknown")
    found.get_by_role("button", name="Attach to Front brake pads").click()
    found.get_by_role("heading", name="Front brake pads").wait_for()
    found.get_by_text("2 codes of this part").click()
    found.get_by_text("NEW-CODE-77").wait_for()
    shoot(page, "scan-codes")


@pytest.mark.long
def test_scanning_fills_the_list_of_labels(live_site, new_page, part):
    user = MemberFactory(shop=part.shop, role=Role.STOREKEEPER).user
    page = new_page(phone=True, language="ar", user=user)
    page.goto(f"{live_site}/portal/labels?bins=all")
    for _time in range(2):
        scan_code(page, EAN)
        expect(page.locator("#code")).to_have_value("")
        page.locator(f"[name='part-{part.pk}']").wait_for()
    expect(page.locator(f"[name='part-{part.pk}']")).to_have_value("2")
    expect(page.locator("[data-label-total]")).to_have_text("الملصقات: 3")
    axe_check(page)
    shoot(page, "labels")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="اطبع الملصقات").click()
    opened.value.close()
