"""Codes: what they say, when they are wrong, and what they mean in a shop."""

import io
from decimal import Decimal
from typing import Any, cast

import pytest
import zxingcpp
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from clutch.core.errors import Conflict, Invalid, NotAllowed, NotFound
from clutch.feed.actor import Actor
from inventory.actions.barcodes import attach_barcode, detach_barcode, give_bin_codes, give_part_codes
from inventory.barcodes import (
    barcode_key,
    check_digit,
    checked_code,
    codes_in_photo,
    in_store_code,
    is_gtin,
    read_scan,
)
from inventory.enums import Symbology
from inventory.lookup import find_by_code
from inventory.models import Barcode, Bin
from inventory.tests.factories import BinFactory, PartFactory, PartNumberFactory, received
from shops.enums import Role
from shops.tests.factories import MemberFactory, ShopFactory

EAN = "5901234123457"
UPC = "036000291452"


def actor_of(shop, role=Role.OWNER):
    return Actor.user(MemberFactory(shop=shop, role=role).user, "portal", shop_id=shop.pk)


@pytest.mark.parametrize("code", [EAN, UPC, "0" + UPC, "96385074", "10614141000415"])
def test_check_digit_is_the_last_of_a_gtin(code):
    assert check_digit(code[:-1]) == int(code[-1])
    assert is_gtin(code)
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    assert not is_gtin(wrong)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (UPC, "0" + UPC, True),
        (UPC, "]E0" + UPC, True),
        ("04252614", "042100005264", True),  # UPC-E and the UPC-A that it shortens
        ("abc-1", "ABC-1", True),
        ("٥٩٠١٢٣٤١٢٣٤٥٧", EAN, True),
        (EAN, "1" + EAN, False),
        ("ABC-1", "ABC1", False),
        ("123456789012", "0123456789012", True),
        ("123456789013", "0123456789013", False),  # no check digit: just two texts
    ],
)
def test_codes_are_compared_by_what_they_mean(one, other, same):
    assert (barcode_key(one) == barcode_key(other)) is same


@pytest.mark.parametrize(
    ("code", "kind", "field"),
    [
        ("5901234123458", "ean13", "code"),
        ("590123412345", "ean13", "code"),
        ("036000291453", "upca", "code"),
        ("0360002914X2", "upca", "code"),
        ("abc_1", "code39", "code"),
        ("فلتر", "code128", "code"),
        ("", None, "code"),
        ("x" * 121, None, "code"),
        ("a\tb", None, "code"),
        ("ABC", "morse", "symbology"),
    ],
)
def test_wrong_code_is_refused_at_its_field(code, kind, field):
    with pytest.raises(Invalid) as refused:
        checked_code(code, kind)
    assert list(refused.value.fields) == [field]


def test_wrong_check_digit_names_the_right_one():
    with pytest.raises(Invalid) as refused:
        checked_code("5901234123458", "ean13")
    assert "should be 7" in str(refused.value.fields["code"][0])


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (EAN, Symbology.EAN13),
        (UPC, Symbology.UPCA),
        ("GDB 1330", Symbology.CODE128),
        ("فلتر 12", Symbology.OTHER),
    ],
)
def test_kind_is_told_by_the_characters(code, kind):
    assert checked_code(code) == (code, kind)


def test_gs1_data_gives_the_trade_item_and_the_count():
    scan = read_scan(f"]C1010{EAN}3012\x1d240GDB-1330")
    assert (scan.code, scan.symbology, scan.units) == (EAN, Symbology.EAN13, 12)
    assert scan.numbers == ("GDB-1330",)
    assert barcode_key(EAN) in scan.keys
    assert read_scan(f"(01)0{EAN}(30)5").units == 5
    assert read_scan(f"(01)1061414100041{5}").code == "10614141000415"
    assert read_scan(f"010{EAN}240no spaces allowed here").code == EAN
    assert read_scan("(99) no data").units == 1


def test_pieces_of_a_makers_label_may_be_a_number():
    assert read_scan("P/N:GDB1330;QTY:2;KG:1.25").numbers == ("GDB1330", "1.25")
    assert read_scan("]Q1ABC").symbology == Symbology.QR
    with pytest.raises(Invalid):
        read_scan("  ")


def photo(*codes, name="box.jpg"):
    """A picture of codes, one under the other, the first the largest."""
    sheet = Image.new("L", (900, 420 * max(len(codes), 1)), 255)
    for n, (text, kind) in enumerate(codes):
        made = zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(text, kind), scale=4 - n)
        view: Any = memoryview(cast(Any, made))
        picture = Image.frombytes("L", (view.shape[1], view.shape[0]), bytes(view))
        sheet.paste(picture, (60, 420 * n + 40))
    out = io.BytesIO()
    sheet.save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


KINDS = zxingcpp.BarcodeFormat


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (EAN, KINDS.EAN13),
        ("GDB-1330", KINDS.Code128),
        ("GDB-1330", KINDS.Code39),
        ("P/N:GDB1330;QTY:2", KINDS.DataMatrix),
        ("https://example.org/p/1", KINDS.QRCode),
    ],
)
def test_photo_is_read(text, kind):
    assert codes_in_photo(photo((text, kind))) == [text]


def test_photo_with_several_codes_gives_all_and_without_one_none():
    assert codes_in_photo(photo(("GDB-1330", KINDS.Code128), (EAN, KINDS.EAN13))) == ["GDB-1330", EAN]
    assert codes_in_photo(photo()) == []
    with pytest.raises(Invalid):
        codes_in_photo(SimpleUploadedFile("a.jpg", b"no photo"))


pytestmark = pytest.mark.django_db


def test_code_finds_its_part_with_price_stock_and_bins():
    part = PartFactory(on_hand=2)
    shelf = BinFactory(shop=part.shop)
    received(part, 3, part.cost_price, bin_id=shelf.pk)
    attach_barcode(part.pk, shop_id=part.shop_id, code=EAN, units=4, actor=actor_of(part.shop))
    found = find_by_code(part.shop, f"  {EAN}\n")
    assert (found.kind, found.is_attached) == ("part", True)
    [candidate] = found.candidates
    assert (candidate.part.pk, candidate.units, candidate.price) == (part.pk, 4, Decimal(850))
    assert (candidate.stock.on_hand, candidate.stock.available) == (5, 5)
    assert [(row.bin, row.quantity) for row in candidate.bins] == [(shelf, 3), (None, 2)]
    assert find_by_code(ShopFactory(), EAN).kind == "unknown"


def test_count_in_the_code_multiplies_the_units():
    part = PartFactory()
    attach_barcode(part.pk, shop_id=part.shop_id, code=EAN, units=2, actor=actor_of(part.shop))
    [candidate] = find_by_code(part.shop, f"010{EAN}3005").candidates
    assert candidate.units == 10


def test_number_of_two_brands_gives_both_and_a_barcode_only_its_own():
    one = PartFactory(number="GDB 1330", brand="TRW", brand_key="trw")
    two = PartFactory(shop=one.shop, number="gdb-1330", brand="Lucas", brand_key="lucas")
    other = PartNumberFactory(part=PartFactory(shop=one.shop), number="GDB1330").part
    found = find_by_code(one.shop, "GDB.1330")
    assert {(c.part, c.match) for c in found.candidates} == {
        (one, "number"), (two, "number"), (other, "other_number"),
    }  # fmt: skip
    assert not found.is_attached
    attach_barcode(two.pk, shop_id=one.shop_id, code="GDB.1330", actor=actor_of(one.shop))
    assert [c.part for c in find_by_code(one.shop, "gdb.1330").candidates] == [two]


def test_unknown_code_suggests_the_part_whose_number_it_spells():
    part = PartFactory(number="GDB 1330")
    PartFactory(shop=part.shop, number="GDB 1331")
    found = find_by_code(part.shop, "P/N:GDB1330;QTY:2")
    assert (found.kind, found.candidates) == ("unknown", [])
    assert [(c.part, c.match) for c in found.suggestions] == [(part, "suggestion")]


def test_lookup_costs_the_same_for_one_and_three(django_assert_num_queries):
    shop = ShopFactory()
    for n in range(3):
        PartFactory(shop=shop, number="GDB 1330", brand_key=f"brand{n}", on_hand=1)
    PartFactory(shop=shop, number="GDB 1", on_hand=1)
    with django_assert_num_queries(8):
        assert len(find_by_code(shop, "GDB 1").candidates) == 1
    with django_assert_num_queries(8):
        assert len(find_by_code(shop, "GDB1330").candidates) == 3


def test_code_of_another_part_is_refused_with_its_name():
    mine, other = PartFactory(name="Clutch kit", number="K-1"), None
    other = PartFactory(shop=mine.shop)
    actor = actor_of(mine.shop)
    attach_barcode(mine.pk, shop_id=mine.shop_id, code=UPC, actor=actor)
    with pytest.raises(Conflict) as refused:
        attach_barcode(other.pk, shop_id=mine.shop_id, code="0" + UPC, actor=actor)
    assert (refused.value.code, refused.value.extra["partId"]) == ("barcode_taken", str(mine.pk))
    assert "Clutch kit, number K-1" in str(refused.value.detail)
    elsewhere = PartFactory()
    attach_barcode(elsewhere.pk, shop_id=elsewhere.shop_id, code=UPC, actor=actor_of(elsewhere.shop))
    assert Barcode.objects.count() == 2


def test_attaching_again_changes_the_units_and_detaching_frees_the_code():
    part, other = PartFactory(), None
    other = PartFactory(shop=part.shop)
    actor = actor_of(part.shop, Role.STOREKEEPER)
    first = attach_barcode(part.pk, shop_id=part.shop_id, code="BOX-10", actor=actor)
    again = attach_barcode(part.pk, shop_id=part.shop_id, code="box-10", units=10, actor=actor)
    assert (again.pk, again.code, again.units) == (first.pk, "BOX-10", 10)
    detach_barcode(first.pk, shop_id=part.shop_id, actor=actor)
    with pytest.raises(NotFound):
        detach_barcode(first.pk, shop_id=part.shop_id, actor=actor)
    assert attach_barcode(other.pk, shop_id=part.shop_id, code="BOX-10", actor=actor).part == other


@pytest.mark.parametrize("role", [Role.CASHIER, Role.ACCOUNTANT])
def test_role_decides_who_attaches(role):
    part = PartFactory()
    with pytest.raises(NotAllowed):
        attach_barcode(part.pk, shop_id=part.shop_id, code="A-1", actor=actor_of(part.shop, role))
    with pytest.raises(NotFound):
        attach_barcode(part.pk, shop_id=part.shop_id, code="A-1", actor=actor_of(ShopFactory()))
    with pytest.raises(Invalid):
        attach_barcode(part.pk, shop_id=part.shop_id, code="A-1", units=0, actor=actor_of(part.shop))
    assert not Barcode.objects.exists()


def test_in_store_codes_are_given_once_and_never_twice():
    part, coded = PartFactory(), None
    coded = PartFactory(shop=part.shop)
    actor = actor_of(part.shop)
    # What the shop's older system gave out stays where it is.
    attach_barcode(coded.pk, shop_id=part.shop_id, code=in_store_code("20", 1), actor=actor)
    [made] = give_part_codes(part.shop_id, [part.pk, coded.pk], actor=actor)
    assert (made.part, made.code, made.symbology) == (part, in_store_code("20", 2), "ean13")
    assert is_gtin(made.code)
    assert give_part_codes(part.shop_id, [part.pk, coded.pk], actor=actor) == []
    with pytest.raises(NotFound):
        give_part_codes(part.shop_id, [PartFactory().pk], actor=actor)


def test_label_of_a_bin_finds_it_and_cannot_be_a_parts_code():
    shelf = BinFactory(code="A-01")
    part = PartFactory(shop=shelf.shop)
    actor = actor_of(shelf.shop)
    [first] = give_bin_codes(shelf.shop_id, [shelf.pk], actor=actor)
    [again] = give_bin_codes(shelf.shop_id, [shelf.pk], actor=actor)
    assert first.label_code == again.label_code == in_store_code("21", 1)
    assert find_by_code(shelf.shop, first.label_code).bin == shelf
    assert find_by_code(shelf.shop, "a 01").bin == shelf
    with pytest.raises(Conflict) as refused:
        attach_barcode(part.pk, shop_id=shelf.shop_id, code=first.label_code, actor=actor)
    assert refused.value.code == "barcode_of_bin"
    Bin.objects.update(is_active=False)
    assert find_by_code(shelf.shop, first.label_code).kind == "unknown"
