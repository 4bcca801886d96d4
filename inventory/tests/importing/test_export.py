"""Parts as a file: what a filter shows, for whom, and that an import of it brings the same back."""

import csv as csv_module
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import AsyncClient
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from inventory.exporting import Export
from inventory.importing.fields import labels
from inventory.importing.headers import meant_by
from inventory.models import Part, PartNumber
from inventory.search import Filters
from inventory.tests.factories import BinFactory, CategoryFactory, PartFactory, PartNumberFactory
from inventory.tests.importing.acts import imported, issues
from shops.tests.api.people import OUTSIDE, people
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.django_db
PAGE, API = "/portal/parts/export", "/api/v1/inventory/parts/export"


async def sent(user: Any, path: str, asked: dict[str, Any], language: str = "en") -> tuple[int, Any, bytes]:
    """Status, headers and body of a streaming answer."""
    client = AsyncClient()
    if user is not None:
        await client.aforce_login(user)
    answer: Any = await client.get(path, asked, headers={"accept-language": language})
    if not answer.streaming:
        return answer.status_code, answer.headers, answer.content
    return answer.status_code, answer.headers, b"".join([chunk async for chunk in answer])


def rows_of(user: Any, path: str = PAGE, **asked: Any) -> list[list[str]]:
    status, _headers, content = async_to_sync(sent)(user, path, asked)
    assert status == 200
    return list(csv_module.reader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.fixture
def filled(shop: Any) -> Any:
    """A shop with parts that say everything, and one that says nothing but its name."""
    brakes = CategoryFactory(shop=shop, name="Brakes")
    pads = CategoryFactory(shop=shop, name="Pads", parent=brakes)
    full = PartFactory(
        shop=shop, number="=58101-1RA00", name="+Pads, “front”", brand="@TRW", brand_key="trw", on_hand=3,
        selling_price=Decimal("1234.5"), cost_price=Decimal("900.25"), discount_price=Decimal("1000"),
        markup_percent=Decimal("37.13"), core_charge=Decimal("0.5"), tax_class="exempt", part_type="oes",
        category=pads, default_bin=BinFactory(shop=shop, code="-A-01", key="a01"), origin="'kr",
        description="two\nlines", warranty="=1+1", min_level=1, max_level=9, reorder_point=2,
        reorder_quantity=4, weight_g=1200, length_mm=1, width_mm=2, height_mm=3,
    )  # fmt: skip
    PartNumberFactory(part=full, number="58101-2RA00", kind="oem")
    PartNumberFactory(part=full, number="-GDB 1", kind="cross")
    PartFactory(
        shop=shop, number="00123", name="فلتر زيت", brand="", brand_key="", category=brakes,
        selling_price=None, cost_price=None,
    )  # fmt: skip
    return shop


def everything(shop: Any) -> list[Any]:
    """All that a file can say of the parts of a shop."""
    columns = [
        "number", "name", "words", "brand", "part_type", "selling_price", "cost_price", "discount_price",
        "markup_percent", "core_charge", "tax_class", "description", "origin", "warranty", "min_level",
        "max_level", "reorder_point", "reorder_quantity", "weight_g", "length_mm", "width_mm", "height_mm",
        "category__name", "category__parent__name", "default_bin__code",
    ]  # fmt: skip
    numbers = PartNumber.objects.filter(shop=shop).order_by("number").values_list("kind", "number")
    return [*Part.objects.filter(shop=shop).order_by("number").values_list(*columns), *numbers]


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_export_brought_into_another_shop_is_the_same(filled: Any, kind: str, language: str) -> None:
    owner = MemberFactory(shop=filled).user
    status, headers, content = async_to_sync(sent)(owner, PAGE, {"as": kind}, language)
    assert (status, headers["Content-Disposition"].endswith(f'.{kind}"')) == (200, True)
    for shop, created, unchanged in ((ShopFactory(), 2, 0), (filled, 0, 2)):
        source = imported(shop, SimpleUploadedFile(f"parts.{kind}", content))
        assert (source.status, issues(source)) == ("done", [])
        assert (source.parts_created, source.parts_updated, source.parts_unchanged) == (created, 0, unchanged)
        assert everything(shop) == everything(filled)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_header_is_known_again(language: str) -> None:
    export = Export(ShopFactory(), "", Filters(), True)
    with override(language):
        shown = dict(zip(export.fields, export.headers(), strict=True))
        known = {name: meant_by(header, {}) for name, header in {**labels(), **shown}.items()}
    assert known == {name: name for name in known}


def test_workbook_has_numbers_as_numbers_and_no_formula(filled: Any) -> None:
    owner = MemberFactory(shop=filled).user
    _status, _headers, content = async_to_sync(sent)(owner, PAGE, {"as": "xlsx"})
    sheet: Any = openpyxl.load_workbook(io.BytesIO(content)).active
    cells = {cell.value: cell for row in sheet.rows for cell in row}
    assert cells[1234.5].data_type == "n"
    assert {cell.data_type for cell in cells.values()} == {"s", "n"}


@pytest.mark.parametrize(
    ("asked", "api", "numbers"),
    [
        ({}, {}, {"'=58101-1RA00", "00123"}),
        ({"q": "gdb1"}, {"q": "gdb1"}, {"'=58101-1RA00"}),
        ({"q": "nothing at all"}, {"q": "nothing at all"}, set()),
        ({"stock": "out"}, {"inStock": "false"}, {"00123"}),
        ({"brand": "trw"}, {"brand": "trw"}, {"'=58101-1RA00"}),
    ],
)
def test_file_holds_what_the_list_shows(filled: Any, asked: Any, api: Any, numbers: set[str]) -> None:
    owner = MemberFactory(shop=filled).user
    assert {row[0] for row in rows_of(owner, **asked)[1:]} == numbers
    assert {row[0] for row in rows_of(owner, API, **api)[1:]} == numbers


def test_costs_are_for_who_may_see_them(filled: Any) -> None:
    everyone = people(filled)
    assert "cost" in rows_of(everyone["manager"])[0]
    for path in (PAGE, API):
        rows = rows_of(everyone["cashier"], path)
        assert ("cost" in rows[0], any("900.25" in row for row in rows)) == (False, False)


@pytest.mark.parametrize("who", OUTSIDE)
def test_others_get_nothing(filled: Any, who: str) -> None:
    user = people(filled)[who]
    mine = rows_of(user)[1:] if who == "other shop" else []
    status, _headers, _content = async_to_sync(sent)(user, API, {"shopId": str(filled.pk)})
    assert (mine, status) == ([], OUTSIDE[who])
    if who != "other shop":
        assert async_to_sync(sent)(user, PAGE, {})[0] == 302


def test_unknown_format_of_the_api_is_refused(filled: Any) -> None:
    status, _headers, content = async_to_sync(sent)(
        MemberFactory(shop=filled).user, API, {"fileFormat": "pdf"}
    )
    assert (status, b"fileFormat" in content) == (400, True)


def test_rows_cost_the_same_for_two_and_twenty(filled: Any, monkeypatch: Any) -> None:
    def cost() -> tuple[int, list[int]]:
        with CaptureQueriesContext(connection) as captured:
            sizes = [len(batch) for batch in Export(filled, "", Filters(), True).batches()]
        return len(captured), sizes

    one, sizes = cost()
    assert sizes == [2]
    for n in range(18):
        PartNumberFactory(part=PartFactory(shop=filled, number=f"N{n}", default_bin=None), number=f"X{n}")
    assert cost() == (one, [20])
    # A page at a time, whatever the whole is.
    monkeypatch.setattr("inventory.exporting.BATCH", 8)
    assert cost()[1] == [8, 8, 4]
