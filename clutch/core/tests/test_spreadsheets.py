"""Tables as spreadsheets open them: no text becomes a formula, and all of it comes back."""

import asyncio
import csv
import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from clutch.core import spreadsheets
from clutch.core.spreadsheets import SIGNS, guarded, stream, unguarded, writer_of

pytestmark = pytest.mark.django_db

TEXTS = [
    *[f"{sign}1+cmd|' /C calc'!A0" for sign in SIGNS],
    *["-", "=", "'", "''", "'=1", "''=1", "'5W40", "O'Neil", "", "plain", "فرامل", '="00123"', "#REF!"],
    *["a,b", 'say "no"', "two\nlines", "_x000D_", "<b>&amp;</b>", "-5", "+201001234567"],
]


@pytest.mark.parametrize("text", TEXTS)
def test_guarded_text_is_no_formula_and_comes_back(text):
    assert guarded(text)[:1] not in tuple(SIGNS)
    assert unguarded(guarded(text)) == text
    assert (guarded(text) == text) is (text[:1] not in (*SIGNS, "'"))


def written(kind, headers, *batches):
    async def collect():
        return b"".join([chunk async for chunk in stream(writer_of(kind, "Parts", headers), iter(batches))])

    return asyncio.run(collect())


ROWS = [["=1+1", -5, Decimal("-12.50"), None], ["+20100", 3, Decimal("1E+3"), date(2026, 1, 31)]]


def test_csv_guards_text_and_leaves_numbers():
    text = written("csv", ["Name", "Units", "-", "Day"], ROWS[:1], ROWS[1:]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["Name", "Units", "'-", "Day"], ["'=1+1", "-5", "-12.50", ""], ["'+20100", "3", "1000", "2026-01-31"],
    ]  # fmt: skip


def test_table_without_rows_has_its_headers():
    assert written("csv", ["Name"]) == b"\xef\xbb\xbfName\r\n"
    sheet = openpyxl.load_workbook(io.BytesIO(written("xlsx", ["Name"]))).active
    assert [[cell.value for cell in row] for row in sheet.rows] == [["Name"]]


def test_workbook_holds_text_as_text_and_numbers_as_numbers():
    texts = [text for text in TEXTS if text]
    content = written("xlsx", ["Name", "Units", "Price", "Day"], ROWS, [[text] for text in texts])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    rows = list(sheet.iter_rows(min_row=2))
    assert [[cell.value for cell in row] for row in rows[:2]] == [
        ["'=1+1", -5, -12.5, None], ["+20100", 3, 1000, "2026-01-31"],
    ]  # fmt: skip
    assert {cell.data_type for row in rows for cell in row if isinstance(cell.value, str)} == {"s"}
    assert {row[0].number_format for row in rows} == {"@"}
    assert [unguarded(unescape(row[0].value)) for row in rows[2:]] == texts


def test_workbook_goes_on_in_another_sheet(monkeypatch):
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 3)
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", ["N"], [[n] for n in range(5)])))
    shown = {sheet.title: [row[0].value for row in sheet.rows] for sheet in book}
    assert shown == {"Parts": ["N", 0, 1], "Parts 2": ["N", 2, 3], "Parts 3": ["N", 4]}


def test_nothing_is_asked_before_it_is_sent():
    asked: list[int] = []

    def batches():
        for n in range(3):
            asked.append(n)
            yield [[n]]

    async def first():
        chunks = stream(writer_of("csv", "", ["N"]), batches())
        await anext(chunks)
        await chunks.aclose()

    asyncio.run(first())
    assert asked == [0]
