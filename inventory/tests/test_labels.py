"""Labels: each one, on every paper, is rendered and read back by a decoder."""

import pypdfium2
import pytest
import zxingcpp

from clutch.core import pdf
from clutch.core.errors import Invalid, NotAllowed, NotFound
from inventory.actions.barcodes import attach_barcode
from inventory.barcodes import barcode_key, in_store_code, is_gtin
from inventory.labels import SHEETS, Label, labels_pdf
from inventory.lookup import find_by_code
from inventory.models import Barcode, Bin
from inventory.printing import Copies, print_labels
from inventory.tests.factories import BinFactory, PartFactory
from inventory.tests.test_barcodes import EAN, UPC, actor_of
from shops.enums import Role

DPI = 300
INCH = 25.4
LONG = "P/N:GDB1330;QTY:2;LOT:ABCDEFGHIJKLMNOP"


def read_back(made, sheet, places):
    """What a decoder reads on each place of the pages, as (codes, how many of them are bars)."""
    found = []
    with pypdfium2.PdfDocument(made) as document:
        pages = []
        for page in document:
            pages.append(page.render(scale=DPI / 72).to_pil().convert("L"))
            page.close()
    for place in places:
        page, number = divmod(place, sheet.places)
        row, column = divmod(number, sheet.columns)
        x = sheet.origin[0] + column * (sheet.label[0] + sheet.gap[0])
        y = sheet.origin[1] + row * (sheet.label[1] + sheet.gap[1])
        box = [round(value / INCH * DPI) for value in (x, y, x + sheet.label[0], y + sheet.label[1])]
        codes = zxingcpp.read_barcodes(pages[page].crop(box), text_mode=zxingcpp.TextMode.Plain)
        found.append(
            ({code.text for code in codes}, {code.format == zxingcpp.BarcodeFormat.QRCode for code in codes})
        )
    return found, len(pages)


BOTH, QR_ONLY, BARS_ONLY = {True, False}, {True}, {False}
TITLES = ("Front brake pads, ceramic, with wear indicator and a very long name", "طقم فحمات فرامل أمامي")


@pytest.mark.parametrize("key", SHEETS)
@pytest.mark.parametrize("code", [EAN, UPC, in_store_code("20", 7), "GDB-1330", LONG, "فلتر ١٢"])
def test_label_is_read_back(key, code):
    sheet = SHEETS[key]
    labels = [Label(code, title, "58101-1RA00 · Hankook Frixa", "EGP 850.00") for title in TITLES]
    found, _pages = read_back(labels_pdf(labels, sheet), sheet, range(2))
    small = key == "a4-5x13"
    for codes, kinds in found:
        assert {barcode_key(text) for text in codes} == {barcode_key(code)}
        if code in (LONG, "فلتر ١٢"):
            assert kinds == QR_ONLY or (code == LONG and kinds <= BOTH and key == "a4-2x7")
        elif small:
            assert kinds in (BOTH, BARS_ONLY)
        else:
            assert kinds == BOTH


def test_quantities_fill_the_pages_and_begun_sheets_are_skipped():
    sheet = SHEETS["a4-3x8"]
    labels = [Label(EAN, "One", copies=20), Label(UPC, "Two", copies=3)]
    places = [0, 4, 5, 23, 24, 25, 27, 28, 47]
    found, pages = read_back(labels_pdf(labels, sheet, skip=5), sheet, places)
    assert pages == 2
    read = [next(iter({barcode_key(text) for text in codes}), None) for codes, _kinds in found]
    one, two = barcode_key(EAN), barcode_key(UPC)
    assert read == [None, None, one, one, one, two, two, None, None]
    roll = SHEETS["roll-50x30"]
    assert read_back(labels_pdf(labels, roll, skip=5), roll, [0, 22])[1] == 23


def test_without_any_font_the_codes_are_still_printed(monkeypatch):
    monkeypatch.setattr(pdf, "font_files", lambda: None)
    sheet = SHEETS["roll-50x30"]
    found, _pages = read_back(labels_pdf([Label(EAN, TITLES[1], "x" * 90, "1.00 ج.م")], sheet), sheet, [0])
    assert found == [({EAN}, BOTH)]


def test_arabic_is_shaped_and_begins_on_the_right():
    with pypdfium2.PdfDocument(labels_pdf([Label(EAN, TITLES[1])], SHEETS["roll-58x40"])) as document:
        page = document[0]
        text = page.get_textpage()
        shown = text.get_text_range()
        # The first letter stands right of the last, and in the form it has at a word's beginning.
        first = text.get_charbox(0)
        page_width = page.get_width()
        text.close()
        page.close()
    assert pdf.begins_rtl(TITLES[1])
    assert not pdf.begins_rtl("12 GDB طقم")
    assert "?" not in shown
    assert first[0] > page_width / 4


pytestmark = pytest.mark.django_db


def test_parts_and_bins_get_codes_with_their_first_label():
    part, coded = PartFactory(name="Clutch kit"), PartFactory()
    coded = PartFactory(shop=part.shop)
    shelf = BinFactory(shop=part.shop)
    actor = actor_of(part.shop, Role.STOREKEEPER)
    for code, units in ((LONG, 1), ("BOX-1", 10), (EAN, 1)):
        attach_barcode(coded.pk, shop_id=part.shop_id, code=code, units=units, actor=actor)
    wanted = [Copies(2, part_id=part.pk), Copies(1, part_id=coded.pk), Copies(1, bin_id=shelf.pk)]
    sheet = SHEETS["a4-3x8"]
    made = print_labels(part.shop, wanted, sheet=sheet.key, actor=actor)
    found, _pages = read_back(made, sheet, range(4))
    own = Barcode.objects.get(part=part).code
    assert is_gtin(own)
    shelf.refresh_from_db()
    assert [codes for codes, _kinds in found] == [{own}, {own}, {EAN}, {shelf.label_code}]
    assert find_by_code(part.shop, own).candidates[0].part == part
    print_labels(part.shop, wanted, sheet=sheet.key, actor=actor)
    assert Barcode.objects.filter(part=part).count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [({"sheet": "a5"}, "sheet"), ({"copies": 0}, "items"), ({"copies": 1001}, "items")],
)
def test_wrong_print_is_named_at_the_field(change, field):
    part = PartFactory()
    given = {"sheet": "a4-3x8", "copies": 1, **change}
    with pytest.raises(Invalid) as refused:
        print_labels(
            part.shop, [Copies(given["copies"], part_id=part.pk)], sheet=given["sheet"],
            actor=actor_of(part.shop),
        )  # fmt: skip
    assert list(refused.value.fields) == [field]
    assert not Barcode.objects.exists()


def test_foreign_parts_and_roles_that_may_not_print():
    part, foreign = PartFactory(), PartFactory()
    with pytest.raises(NotFound):
        print_labels(part.shop, [Copies(1, part_id=foreign.pk)], sheet="a4-3x8", actor=actor_of(part.shop))
    with pytest.raises(NotFound):
        print_labels(
            part.shop, [Copies(1, bin_id=BinFactory().pk)], sheet="a4-3x8", actor=actor_of(part.shop)
        )
    with pytest.raises(NotAllowed):
        print_labels(
            part.shop, [Copies(1, part_id=part.pk)], sheet="a4-3x8", actor=actor_of(part.shop, Role.CASHIER)
        )
    assert not Barcode.objects.exists()
    assert not Bin.objects.exclude(label_code="").exists()
