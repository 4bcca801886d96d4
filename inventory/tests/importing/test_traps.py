"""Files as shops have them, through the real reader: read as they are meant, or refused at their place."""

import io
import struct
import zipfile
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clutch.core.errors import Invalid
from inventory.importing import reading, xlsx_parts
from inventory.models import Part, PartImport
from inventory.tests.importing.acts import checked, csv, imported, issues, uploaded, xlsx

pytestmark = pytest.mark.django_db

ARABIC = ("رقم القطعة;الاسم;السعر;الكمية", "58101-1RA00;تيل فرامل;900,50;4")


@pytest.mark.parametrize(
    ("file", "delimiter"),
    [
        (csv(*ARABIC, encoding="cp1256"), ";"),
        (csv(*ARABIC, encoding="utf-8-sig"), ";"),
        (csv(*ARABIC, encoding="utf-16"), ";"),
        (csv(*[line.replace(";", "\t") for line in ARABIC], encoding="utf-8"), "\t"),
        (csv(*[line.replace(";", "|") for line in ARABIC], encoding="cp1256"), "|"),
        (csv("قائمة", "", *ARABIC, "", ";;;", encoding="cp1256"), ";"),
    ],
)
def test_arabic_file_is_read_in_any_set_and_with_any_sign(shop: Any, file: Any, delimiter: str) -> None:
    source = imported(shop, file, kind="opening_stock", mark=",")
    assert (source.layout["delimiter"], issues(source), source.rows_total) == (delimiter, [], 1)
    assert list(Part.objects.values_list("number", "name", "selling_price", "stock__on_hand")) == [
        ("58101-1RA00", "تيل فرامل", Decimal("900.5"), 4)
    ]


def test_arabic_indic_digits_are_digits(shop: Any) -> None:
    imported(shop, csv("number,name,price,qty", "A1,Pads,١٢٣٫٥٠,٧"), kind="opening_stock")
    assert list(Part.objects.values_list("selling_price", "stock__on_hand")) == [(Decimal("123.5"), 7)]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("5.81E+10", "number_scientific"), ("5,81E+10", "number_scientific"), ("01-Jan", "number_date"),
        ("Mar-05", "number_date"), ("2026-01-05", "number_date"), ("يناير-٠٥", "number_date"),
        ("05/10/81", "number_date"), ("---", "number_empty"), ("#REF!", "formula"), ("", "number_missing"),
    ],
)  # fmt: skip
def test_mangled_number_of_a_text_file_is_flagged_and_never_guessed(
    shop: Any, number: str, code: str
) -> None:
    source = imported(shop, csv("number;name", f"{number};Pads"))
    assert issues(source) == [(2, "number", code)]
    assert not Part.objects.exists()


def test_mangled_numbers_of_a_workbook_are_flagged(shop: Any) -> None:
    def mangle(_book: Any, sheet: Any) -> None:
        shown_so = [
            (58100000000, "0.00E+00"), (46027, "dd-mmm"), (1.5, "General"), (1234567890123456, "0"),
            (7, "0.0%"),
        ]  # fmt: skip
        for row, (value, shown) in enumerate(shown_so, 2):
            sheet.cell(row, 1, value).number_format = shown
            sheet.cell(row, 2, "Pads")
        sheet["A7"], sheet["B7"] = "=A2&1", "Pads"
        sheet["A8"].number_format, sheet["A8"], sheet["B8"] = "00000", 123, "Discs"
        sheet["A8"].number_format = "00000"

    source = imported(shop, xlsx(["Part No", "Name"], change=mangle))
    assert [code for _row, _field, code in issues(source)] == [
        "number_scientific", "number_date", "number_decimal", "number_precision", "number_format", "formula",
    ]  # fmt: skip
    assert [row for row, *_rest in issues(source)] == [2, 3, 4, 5, 6, 7]
    assert list(Part.objects.values_list("number", "name")) == [("00123", "Discs")]


def test_sheet_that_names_most_is_taken_and_hidden_ones_come_last(shop: Any) -> None:
    def sheets(book: Any, sheet: Any) -> None:
        hidden = book.create_sheet("Old", 0)
        hidden.append(["Part No", "Name", "Price"])
        hidden.sheet_state = "hidden"
        more = book.create_sheet("Prices")
        for row in (["Price list 2026"], [], ["Part No", "Name", "Price", "Brand"], ["A1", "Pads", 7, "TRW"]):
            more.append(row)

    source = imported(shop, xlsx(["Read me first"], change=sheets))
    assert (source.sheets, source.layout["sheet"], source.layout["header_row"]) == (
        ["Parts", "Prices", "Old"], "Prices", 3,
    )  # fmt: skip
    assert list(Part.objects.values_list("number", "brand")) == [("A1", "TRW")]


def test_merged_cells_speak_for_their_rows_but_not_for_quantities(shop: Any) -> None:
    def merge(_book: Any, sheet: Any) -> None:
        sheet.merge_cells("B2:B3")
        sheet.merge_cells("D2:D3")

    rows = ["Part No", "Brand", "Name", "Qty"], ["A1", "TRW", "Pads", 4], ["B1", None, "Discs", None]
    source = imported(shop, xlsx(*rows, change=merge), kind="opening_stock")
    assert issues(source) == [(3, "quantity", "merged")]
    assert list(Part.objects.values_list("number", "brand", "stock__on_hand")) == [("A1", "TRW", 4)]
    listed = imported(
        shop, xlsx(*[row[:3] for row in rows], change=lambda _b, sheet: sheet.merge_cells("B2:B3"))
    )
    assert issues(listed) == []
    assert dict(Part.objects.values_list("number", "brand")) == {"A1": "TRW", "B1": "TRW"}


def test_same_part_twice_counts_once(shop: Any) -> None:
    source = imported(
        shop, csv("number,name,price", "A-1,Pads,7", "", "a 1,Discs,8", ",,", "number,name,price")
    )
    assert (issues(source), source.notes) == ([(4, "number", "duplicate")], {"repeated_header": [1, 6]})
    assert list(Part.objects.values_list("number", "selling_price")) == [("A-1", Decimal(7))]


def bomb() -> bytes:
    """A workbook whose sheet would unpack to more than is taken."""
    content = xlsx(["Part No", "Name"], ["A1", "Pads"]).read()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(item.filename, old.read(item))
        with new.open("xl/media/pad.bin", "w", force_zip64=True) as pad:
            for _mb in range(xlsx_parts.MOST_UNPACKED // (1 << 20) + 1):
                pad.write(bytes(1 << 20))
    return out.getvalue()


def protected() -> bytes:
    """A workbook whose members say that they are encrypted."""
    content = bytearray(xlsx(["Part No", "Name"]).read())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        begin = content.find(mark)
        while begin >= 0:
            flags = struct.unpack_from("<H", content, begin + at)[0]
            struct.pack_into("<H", content, begin + at, flags | 1)
            begin = content.find(mark, begin + 4)
    return bytes(content)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("p.csv", lambda: b"", "file_empty"),
        ("p.pdf", lambda: b"number,name\nA1,Pads\n", "file_kind"),
        ("p.xls", lambda: b"<html><table><tr><td>A1</td></tr></table>", "file_kind"),
        ("p.xlsx", lambda: xlsx(["Part No", "Name"]).read()[:400], "file_damaged"),
        ("p.xlsx", lambda: b"PK\x03\x04" + b"x" * 500, "file_damaged"),
        ("p.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "file_damaged"),
        ("p.xlsx", protected, "file_protected"),
        pytest.param("p.xlsx", bomb, "file_unpacks", marks=pytest.mark.long),
    ],
)
def test_what_is_no_table_is_refused_at_the_file(shop: Any, name: str, content: Any, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        uploaded(shop, SimpleUploadedFile(name, content()))
    assert (refused.value.code, list(refused.value.fields)) == (code, ["file"])
    assert not PartImport.objects.exists()


def test_wrong_extension_does_not_matter(shop: Any) -> None:
    workbook = xlsx(["Part No", "Name"], ["A1", "Pads"], name="parts.csv")
    text = csv("Part No,Name", "B1,Discs", name="parts.xls")
    assert [imported(shop, file).layout["format"] for file in (workbook, text)] == ["xlsx", "csv"]
    assert sorted(Part.objects.values_list("number", flat=True)) == ["A1", "B1"]


def test_very_wide_file_is_read_as_far_as_columns_are_taken(shop: Any) -> None:
    wide = ["Part No", "Name", *[f"Extra {n}" for n in range(1000)]]
    source = uploaded(shop, csv(",".join(wide), ",".join(["A1", "Pads", *["x"] * 1000])))
    assert (len(source.headers), source.mapping) == (reading.MOST_COLUMNS, {"number": 0, "name": 1})


def test_quotation_mark_that_is_not_closed_fails_with_its_row(shop: Any) -> None:
    lines = ["number,name", *[f"A{n},Pads" for n in range(60)], 'B1,"Discs', *["x" * 90] * 1500]
    source = checked(shop, csv(*lines), mapping={"number": 0, "name": 1})
    assert (source.status, "61" in source.failure) == ("failed", True)
    assert not Part.objects.exists()


def test_workbook_of_another_writer_is_read(shop: Any) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Prices")
    sheet.append(["Part No", "Name", "Price"])
    sheet.append(["A1", "Pads", 12.1])
    content = io.BytesIO()
    book.save(content)
    imported(shop, SimpleUploadedFile("p.xlsx", content.getvalue()))
    assert str(Part.objects.get().selling_price) == "12.100"
