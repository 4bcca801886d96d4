"""A shop's file in a real browser: chosen, mapped, checked, imported, mended, and taken back."""

import base64
import csv
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from clutch.live.tests.browser import at_url, axe_check, look_at
from inventory.models import Movement, Part, PartImport, Stock
from inventory.tests.factories import PartFactory, received
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.long]

# As a program writes it: a title, Windows-1256, Arabic headers, semicolons, decimal commas.
FILE = """قائمة المخزون;;;;
;;;;
رقم القطعة;الاسم;السعر;الكمية;الرف
58101-1RA00;تيل فرامل أمامي;900,50;4;A-01
5,81E+10;فلتر زيت;120,00;2;A-02
GDB 1330;تيل فرامل خلفي;450,00;3;A-01
W 712;فلتر زيت;-5;1;B-01
""".encode("cp1256")
DROP = """([name, text]) => {
    const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], name));
    document.querySelector("[data-file-drop]").dispatchEvent(
        new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def shop(live_site: str) -> Any:
    return ShopFactory(name="Nile Parts")


def the_way(page: Any, shop: Any) -> Any:
    """All that a file goes through, from the empty list of parts to what stays after the undo."""
    page.goto("/portal/parts")
    page.get_by_role("link", name="Import a file").or_(page.locator(".empty a[href$=import]")).click()
    at_url(page, "**/portal/parts/import")
    yield "import-empty"
    page.locator("[name=kind][value=opening_stock]").check(force=True)
    page.locator("#id_file").set_input_files(
        {"name": "notes.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    )
    page.locator(".action-bar button").click()
    page.locator("[aria-invalid=true]").wait_for()
    yield "import-refused"
    page.locator("[name=kind][value=opening_stock]").check(force=True)
    page.evaluate(DROP, ["stock.csv", base64.b64encode(FILE).decode()])
    page.locator(".action-bar button").click()
    at_url(page, "**/portal/parts/import/*")
    chosen = page.locator("select[name^=column]").evaluate_all("all => all.map((one) => one.value)")
    assert chosen == ["number", "name", "selling_price", "quantity", "bin"]
    assert page.locator("[name=header_row]").input_value() == "3"
    assert page.locator("[name=decimal_mark]").input_value() == ","
    yield "import-columns"
    page.locator(".action-bar button").click()
    page.locator("[name=skip_errors]").wait_for()
    assert page.locator(".figures dd").all_inner_texts() == ["2", "0", "2", "4"]
    assert page.locator(".issues li").count() == 2
    with page.expect_download() as refused:
        page.locator("a[download]").click()
    with refused.value.path().open(encoding="utf-8-sig", newline="") as file:
        assert [row[0] for row in csv.reader(file)][1:] == ["5,81E+10", "W 712"]
    yield "import-ready"
    page.locator("[name=skip_errors]").check()
    page.locator("form[action$=run] .btn-primary").click()
    page.locator("#undo").wait_for()
    assert page.locator(".figures dd").all_inner_texts() == ["2", "0", "0", "2"]
    yield "import-done"
    sold = Part.objects.get(shop=shop, number="58101-1RA00")
    received(sold, 1, Decimal(40))
    page.locator("#undo").click()
    page.locator("#ask-body form .btn-danger").click()
    page.locator(".figures.plain").wait_for()
    expect(page.locator("dialog[open]")).to_have_count(0)
    yield "import-undone"
    page.goto("/portal/parts/import")
    yield "imports"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_file_goes_all_the_way_and_back(shop: Any, new_page: Any, language: str) -> None:
    page = new_page(user=MemberFactory(shop=shop).user, language=language)
    look_at(page, the_way(page, shop))
    source = PartImport.objects.get()
    assert (source.status, source.parts_created, source.units_moved, source.rows_bad) == ("undone", 2, 7, 2)
    assert (source.parts_removed, source.parts_kept) == (1, 1)
    left = Stock.objects.filter(shop=shop).order_by("part__number").values_list("part__number", "on_hand")
    assert list(left) == [("58101-1RA00", 5), ("GDB 1330", 0)]
    assert Movement.objects.count() == 4


def test_progress_survives_a_reload_and_moves_by_itself(shop: Any, new_page: Any, asgi_server: Any) -> None:
    """The worker rests while the page is looked at, and what it does then is shown without a reload."""
    PartFactory(shop=shop, number="A1")
    page = new_page(user=MemberFactory(shop=shop).user)
    page.goto("/portal/parts/import")
    page.locator("#id_file").set_input_files(
        {"name": "p.csv", "mimeType": "text/csv", "buffer": b"number,name,price\nA1,Pads,7\n"}
    )
    page.get_by_role("button", name="Look into the file").click()
    at_url(page, "**/portal/parts/import/*")
    asgi_server.order("rest")
    page.get_by_role("button", name="Check the file").click()
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("value", "0")
    axe_check(page)
    page.reload()
    expect(bar).to_have_attribute("value", "0")
    asgi_server.order("run")
    page.get_by_role("button", name="Import 1 row").click()
    page.get_by_role("link", name="Show the parts").wait_for()
    assert page.locator(".figures dd").all_inner_texts() == ["0", "1", "0", "0"]
    assert str(Part.objects.get(shop=shop).selling_price) == "7.000"
