"""What an import does to the parts of a shop."""

from decimal import Decimal
from typing import Any

import pytest

from inventory.checks import differences
from inventory.keys import keys_of
from inventory.models import Barcode, Bin, BinStock, Category, Movement, Part, PartNumber, Stock
from inventory.tests.factories import BinFactory, PartFactory
from inventory.tests.importing.acts import checked, csv, imported, issues, undone, xlsx

pytestmark = pytest.mark.django_db


def test_blank_cells_leave_what_is_there(shop):
    part: Any = PartFactory(shop=shop, number="A1", name="Pads", selling_price=5, warranty="1 year")
    source = imported(shop, csv("number,name,price,warranty", "A1,,6,"))
    part.refresh_from_db()
    assert (part.name, part.selling_price, part.warranty) == ("Pads", 6, "1 year")
    assert (source.parts_updated, source.parts_created, source.parts_unchanged) == (1, 0, 0)
    assert imported(shop, csv("number,price", "A1,6")).parts_unchanged == 1
    part.refresh_from_db()
    assert part.version == 2


def test_new_part_has_all_its_keys_and_defaults(shop):
    imported(shop, csv("number,name,brand,type", "ab-12,فرامل Front,Bosch GmbH,أصلي"))
    part: Any = Part.objects.get(shop=shop)
    keys = keys_of(part.number, part.name, part.brand)
    assert {name: getattr(part, name) for name in keys} == keys
    assert (part.part_type, part.status, part.tax_class, part.is_universal) == (
        "genuine", "active", "standard", False,
    )  # fmt: skip
    stock: Any = Stock.objects.get(part=part)
    assert (stock.on_hand, stock.value, stock.shop_id, stock.low_since) == (0, 0, shop.pk, None)


def test_new_name_follows_the_brand_that_the_part_has(shop):
    part: Any = PartFactory(shop=shop, number="A1", name="Pads", brand="TRW", brand_key="trw")
    imported(shop, csv("number,name", "A1,Brake discs"))
    part.refresh_from_db()
    assert (part.name_key, part.words) == ("brakediscs", "brake disc trw")


def test_row_without_brand_means_the_only_part_of_its_number(shop):
    part: Any = PartFactory(shop=shop, number="A1", brand="Bosch", brand_key="bosch", part_type="oes")
    other: Any = PartFactory(shop=shop, number="B1", brand="TRW", brand_key="trw")
    PartFactory(shop=shop, number="B1", brand="ATE", brand_key="ate")
    source = imported(shop, csv("number,price", "a-1,7", "B1,8"))
    assert issues(source) == [(3, "number", "several")]
    part.refresh_from_db(), other.refresh_from_db()
    assert (part.selling_price, other.selling_price) == (7, 850)
    assert Part.objects.filter(shop=shop).count() == 3


def test_other_shops_parts_are_not_touched(shop):
    foreign: Any = PartFactory(number="A1")
    imported(shop, csv("number,name,price", "A1,Pads,7"))
    foreign.refresh_from_db()
    assert (foreign.selling_price, Part.objects.filter(shop=shop).count()) == (850, 1)


def test_rows_out_of_the_catalogue_may_be_left_out(shop):
    PartFactory(shop=shop, number="A1")
    source = imported(shop, csv("number,price", "A1,7", "B1,8", "C1,9"), creates=False)
    assert (source.parts_updated, source.parts_created, source.rows_bad) == (1, 0, 0)
    assert source.notes == {"not_in_catalogue": [2, 0]}
    assert Part.objects.filter(shop=shop).count() == 1


def test_price_list_never_touches_stock(shop):
    part: Any = PartFactory(shop=shop, number="A1", on_hand=3, unit_cost="40")
    imported(shop, csv("number,name,price,cost", "A1,Pads,7,5", "B1,Discs,8,6"))
    assert Movement.objects.count() == 1
    assert Stock.objects.get(part=part).value == 120
    assert differences() == []


def test_fixed_values_stand_for_what_rows_do_not_say(shop):
    imported(
        shop,
        csv("number,name,brand", "A1,Pads,", "B1,Discs,ATE"),
        fixed={"brand": "Bosch", "part_type": "oes"},
    )
    rows = Part.objects.filter(shop=shop).order_by("number").values_list("brand", "brand_key", "part_type")
    assert list(rows) == [("Bosch", "bosch", "oes"), ("ATE", "ate", "oes")]


def test_categories_and_bins_are_made_where_they_are_missing(shop):
    brakes = Category.objects.create(shop=shop, name="Brakes", key="brakes")
    BinFactory(shop=shop, code="A-1", key="a1")
    imported(
        shop,
        csv(
            "number,name,category,subcategory,bin",
            "1,x,BRAKES,Pads,a 1",
            "2,y,Filters,,B-2",
            "3,z,Brakes,pads,",
        ),
    )
    assert sorted(Category.objects.filter(shop=shop).values_list("name", "parent")) == [
        ("Brakes", None), ("Filters", None), ("Pads", brakes.pk),
    ]  # fmt: skip
    assert sorted(Bin.objects.filter(shop=shop).values_list("code", flat=True)) == ["A-1", "B-2"]
    parts: Any = Part.objects.filter(shop=shop).order_by("number")
    assert [(part.category.name, part.default_bin and part.default_bin.code) for part in parts] == [
        ("Pads", "A-1"), ("Filters", "B-2"), ("Pads", None),
    ]  # fmt: skip


def test_other_numbers_and_barcodes_are_added_once(shop):
    part: Any = PartFactory(shop=shop, number="A1")
    lines = "number;name;oem;cross reference;barcode", "A1;Pads;58101-1RA00 / a1;X1, X2;5901234123457"
    source = imported(shop, csv(*lines))
    assert (source.status, source.failure) == ("done", "")
    assert (source.parts_updated, source.parts_created) == (1, 0)
    kept = PartNumber.objects.filter(part=part).order_by("key").values_list("kind", "number", "key", "shop")
    assert list(kept) == [
        ("oem", "58101-1RA00", "581011RA00", shop.pk),
        ("cross", "X1", "X1", shop.pk),
        ("cross", "X2", "X2", shop.pk),
    ]  # fmt: skip
    code = Barcode.objects.get(part=part)
    assert (code.code, code.key, code.symbology) == ("5901234123457", "05901234123457", "ean13")
    again = imported(shop, csv(*lines))
    assert (again.parts_unchanged, again.parts_updated, issues(again)) == (1, 0, [])


def test_barcode_of_another_part_is_an_error(shop):
    imported(shop, csv("number,name,barcode", "A1,Pads,5901234123457"))
    source = checked(
        shop,
        csv("number,name,barcode", "B1,Discs,5901234123457", "C1,Oil,555", "D1,Bulb,555", "E1,x,5.90E+12"),
    )
    assert issues(source) == [
        (2, "barcode", "barcode_taken"), (4, "barcode", "barcode_twice"), (5, "barcode", "number_scientific"),
    ]  # fmt: skip


def test_cost_and_markup_propose_the_price_of_a_new_part(shop):
    imported(shop, csv("number,name,cost,markup", "A1,Pads,99.99,25%"))
    assert Part.objects.get(shop=shop).selling_price == Decimal("124.99")


def test_opening_stock_moves_units_with_their_cost(shop):
    part: Any = PartFactory(shop=shop, number="A1", cost_price=40)
    source = imported(
        shop,
        csv(
            "number,name,qty,unit value,bin",
            "A1,Pads,5,,S-1",
            "B1,Discs,2,12.50,S-2",
            "C1,Oil,0,,",
            "B1,Discs,3,12.50,S-3",
        ),
        kind="opening_stock",
    )
    assert (source.units_moved, source.parts_created, issues(source)) == (10, 2, [])
    part.refresh_from_db()
    assert (part.stock.on_hand, part.stock.value, part.stock.proven_at) == (5, 200, None)
    discs: Any = Part.objects.get(shop=shop, number="B1")
    assert (discs.stock.on_hand, discs.stock.value) == (5, Decimal("62.5"))
    assert discs.default_bin.code == "S-2"
    lying = BinStock.objects.filter(part=discs).order_by("bin__code").values_list("bin__code", "quantity")
    assert list(lying) == [("S-2", 2), ("S-3", 3)]
    moved = Movement.objects.filter(part=part).values_list(
        "kind", "reason", "document_kind", "document_number"
    )
    assert list(moved) == [("adjustment", "opening", "import", source.number)]
    assert differences() == []


def test_part_that_has_moved_gets_no_opening_stock(shop):
    PartFactory(shop=shop, number="A1", on_hand=3)
    source = checked(shop, csv("number,name,qty", "A1,Pads,5"), kind="opening_stock")
    assert issues(source) == [(2, "quantity", "has_moved")]


def test_same_opening_file_again_does_not_double(shop):
    file = "number,name,qty", "A1,Pads,5"
    imported(shop, csv(*file), kind="opening_stock")
    again = imported(shop, csv(*file), kind="opening_stock")
    assert (again.units_moved, issues(again)) == (0, [(2, "quantity", "has_moved")])
    assert Stock.objects.get(part__number="A1").on_hand == 5


def test_low_stock_is_noted_and_nobody_is_told(shop, django_assert_num_queries):
    from clutch.notifications.models import Notification

    imported(shop, csv("number,name,qty,reorder point", "A1,Pads,5,5", "B1,Discs,6,5"), kind="opening_stock")
    low = Stock.objects.filter(shop=shop, low_since__isnull=False).values_list("part__number", flat=True)
    assert (list(low), Notification.objects.count()) == (["A1"], 0)
    imported(shop, csv("number,reorder point", "A1,4", "B1,9"))
    low = Stock.objects.filter(shop=shop, low_since__isnull=False).values_list("part__number", flat=True)
    assert list(low) == ["B1"]


def test_undo_restores_removes_and_moves_back(shop):
    part: Any = PartFactory(
        shop=shop, number="A1", name="Pads", selling_price=5, cost_price=None, warranty=""
    )
    source = imported(
        shop,
        csv(
            "number,name,price,cost,warranty,category,bin,oem,barcode",
            "A1,New pads,6,4,1 year,Brakes,S-1,OEM1,555",
            "B1,Discs,8,,,Brakes,,,",
        ),
    )  # fmt: skip
    assert (source.parts_created, source.parts_updated) == (1, 1)
    before = PartFactory.build(shop=shop, number="A1", name="Pads")
    undone(source)
    part.refresh_from_db()
    assert (part.name, part.name_key, part.words) == (before.name, before.name_key, "pad hankook frixa")
    assert (part.selling_price, part.cost_price, part.warranty) == (5, None, "")
    assert (part.category, part.default_bin) == (None, None)
    assert list(Part.objects.filter(shop=shop)) == [part]
    assert [model.objects.count() for model in (PartNumber, Barcode, Category, Bin)] == [0, 0, 0, 0]
    assert (source.status, source.parts_restored, source.parts_removed, source.parts_kept) == (
        "undone",
        1,
        1,
        0,
    )


def test_undo_leaves_what_was_changed_since_and_says_so(shop):
    part: Any = PartFactory(shop=shop, number="A1", name="Pads", selling_price=5)
    source = imported(shop, csv("number,name,price", "A1,New pads,6", "B1,Discs,8", "C1,Oil,9"))
    Part.objects.filter(number="A1").update(selling_price=7)
    Part.objects.filter(number="B1").update(warranty="2 years")
    PartNumber.objects.create(part=Part.objects.get(number="C1"), shop=shop, number="X", key="X")
    undone(source)
    part.refresh_from_db()
    assert (part.name, part.selling_price) == ("Pads", 7)
    assert sorted(Part.objects.values_list("number", flat=True)) == ["A1", "B1", "C1"]
    assert issues(source, at_undo=True) == [
        (2, "", "changed_since"),
        (3, "", "used_since"),
        (4, "", "used_since"),
    ]
    assert (source.parts_restored, source.parts_removed, source.parts_kept) == (1, 0, 3)


def test_undo_of_opening_stock_moves_it_back(shop):
    part: Any = PartFactory(shop=shop, number="A1", cost_price=40)
    sold = PartFactory(shop=shop, number="B1")
    source = imported(
        shop,
        csv("number,name,qty,bin", "A1,Pads,5,S-1", "B1,Discs,4,", "C1,Oil,2,S-1", "D1,Bulb,0,"),
        kind="opening_stock",
    )
    from inventory.tests.factories import received

    received(sold, 1, Decimal(3))
    undone(source)
    stocks = dict(Stock.objects.filter(shop=shop).values_list("part__number", "on_hand"))
    assert stocks == {"A1": 0, "B1": 5, "C1": 0}
    assert Part.objects.get(number="C1").status == "inactive"
    assert part.stock.value == 0
    assert issues(source, at_undo=True) == [(3, "", "moved_since")]
    assert differences() == []
    again = imported(shop, csv("number,name,qty", "A1,Pads,6"), kind="opening_stock")
    assert (again.units_moved, Stock.objects.get(part=part).on_hand) == (6, 6)


def test_workbook_goes_the_same_way(shop):
    source = imported(shop, xlsx(["Part No", "Name", "Price"], ["A1", "Pads", 12.5], [5810, "Discs", 3]))
    prices = dict(Part.objects.filter(shop=shop).values_list("number", "selling_price"))
    assert prices == {"A1": Decimal("12.5"), "5810": 3}
    assert source.notes == {"number_as_number": [1, 3]}
