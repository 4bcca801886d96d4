"""The pages of imports: who may open and do what, what they refuse, and that lists cost the same."""

import csv as csv_module
import io
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext

from clutch.feed.jobs import run_due
from inventory.models import ImportIssue, Part, PartImport
from inventory.tests.importing.acts import checked, csv, imported, uploaded
from inventory.tests.importing.conftest import private_files  # noqa: F401
from shops.tests.api.people import people
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.django_db
LIST = "/portal/parts/import"


def signed_in(user: Any) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


@pytest.fixture
def shop(db: None) -> Any:
    return ShopFactory()


def test_file_comes_in_is_mapped_and_imported(shop: Any) -> None:
    browser = signed_in(MemberFactory(shop=shop).user)
    file = SimpleUploadedFile("p.csv", b"Code,Title,Rest\nA1,Pads,x\nB1,Discs,y\n")
    answer = browser.post(LIST, {"kind": "price_list", "file": file, "shop": shop.pk})
    source = PartImport.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}/{source.pk}")
    said = {"shop": shop.pk, "decimal_mark": ".", "create_parts": "on", "brand": "TRW"}
    answer = browser.post(f"{LIST}/{source.pk}/columns", {**said, "column_0": "number", "column_1": "name"})
    assert answer.status_code == 302
    run_due()
    page = browser.get(f"{LIST}/{source.pk}").content.decode()
    assert "Import 2 rows" in page
    browser.post(f"{LIST}/{source.pk}/run", {"shop": shop.pk})
    run_due()
    assert sorted(Part.objects.values_list("number", "name", "brand")) == [
        ("A1", "Pads", "TRW"), ("B1", "Discs", "TRW"),
    ]  # fmt: skip
    # The next file with these headers needs no word.
    again = uploaded(shop, csv("Code,Title,Rest", "C1,Oil,z"))
    assert again.mapping == {"number": 0, "name": 1}


def test_refusals_say_what_to_do_and_change_nothing(shop: Any) -> None:
    browser = signed_in(MemberFactory(shop=shop).user)
    answer = browser.post(LIST, {"shop": shop.pk})
    assert (answer.status_code, "Choose a file." in answer.content.decode()) == (422, True)
    broken = SimpleUploadedFile("p.xlsx", b"PK\x03\x04 broken")
    answer = browser.post(LIST, {"kind": "price_list", "file": broken, "shop": shop.pk})
    assert (answer.status_code, "it is damaged" in answer.content.decode()) == (422, True)
    assert not PartImport.objects.exists()
    source = uploaded(shop, csv("number,name,price", "A1,Pads,7"))
    said = {"shop": shop.pk, "decimal_mark": ".", "column_0": "name", "column_1": "name"}
    answer = browser.post(f"{LIST}/{source.pk}/columns", said)
    assert (answer.status_code, "“number” is this already." in answer.content.decode()) == (422, True)
    answer = browser.post(f"{LIST}/{source.pk}/columns", {**said, "column_1": ""})
    assert (answer.status_code, "holds the part number" in answer.content.decode()) == (422, True)
    answer = browser.post(f"{LIST}/{source.pk}/layout", {"shop": shop.pk, "header_row": "99"})
    assert answer.status_code == 422
    browser.post(f"{LIST}/{source.pk}/run", {"shop": shop.pk})
    source.refresh_from_db()
    assert (source.status, source.version) == ("uploaded", 1)


def test_other_layout_finds_other_headers(shop: Any) -> None:
    browser = signed_in(MemberFactory(shop=shop).user)
    source = uploaded(shop, csv("number,name", "A1,Pads"))
    layout = {"shop": shop.pk, "encoding": "utf-8-sig", "delimiter": ",", "header_row": "0"}
    assert browser.post(f"{LIST}/{source.pk}/layout", layout).status_code == 302
    source.refresh_from_db()
    assert (source.headers, source.mapping) == (["A", "B"], {})
    assert browser.post(f"{LIST}/{source.pk}/layout", {**layout, "delimiter": ";"}).status_code == 302
    source.refresh_from_db()
    assert (source.layout["delimiter"], len(source.headers)) == (";", 1)


async def sent(user: Any, path: str) -> bytes:
    """What a streaming answer sends."""
    client = AsyncClient()
    await client.aforce_login(user)
    answer: Any = await client.get(path)
    return b"".join([chunk async for chunk in answer])


def test_refused_rows_come_as_a_file_that_can_be_mended(shop: Any) -> None:
    user = MemberFactory(shop=shop).user
    source = checked(shop, csv("number,name,price", "A1,=1+1,-7", "B1,Discs,8", "5.8E+10,Oil,9"))
    assert source.rows_bad == 2
    text = async_to_sync(sent)(user, f"{LIST}/{source.pk}/refused.csv").decode("utf-8-sig")
    rows = list(csv_module.reader(io.StringIO(text)))
    assert rows[0] == ["number", "name", "price", "Row", "What is wrong", "What to do"]
    assert [row[:4] for row in rows[1:]] == [["A1", "'=1+1", "'-7", "2"], ["5.8E+10", "Oil", "9", "4"]]
    assert rows[1][4:] == ["price: This is below zero.", "Write zero or more, or leave the cell empty."]
    mended = "\n".join(",".join(row[:3]) for row in rows).replace("'-7", "7").replace("5.8E+10", "C1")
    assert imported(shop, csv(mended)).parts_created == 2
    assert Part.objects.get(number="A1").name == "=1+1"


ACTS = {
    "list": ("get", ""),
    "upload": ("post", ""),
    "page": ("get", "/{id}"),
    "layout": ("post", "/{id}/layout"),
    "columns": ("post", "/{id}/columns"),
    "run": ("post", "/{id}/run"),
    "cancel": ("post", "/{id}/cancel"),
    "undo": ("get", "/{id}/undo"),
    "undo it": ("post", "/{id}/undo"),
    "refused": ("get", "/{id}/refused.csv"),
}


OUTSIDERS = ["cashier", "storekeeper", "accountant", "other shop", "customer", "anonymous"]


@pytest.mark.parametrize("who", OUTSIDERS)
def test_who_may_not_changes_nothing(who: str, shop: Any) -> None:
    source = checked(shop, csv("number,name,price", "A1,Pads,-7", "B1,Discs,8"))
    browser = signed_in(people(shop)[who])
    found = {}
    for name, (method, path) in ACTS.items():
        answer = getattr(browser, method)(LIST + path.format(id=source.pk), {"kind": "price_list"})
        found[name] = answer.status_code
    refusal = {"other shop": 404, "customer": 302, "anonymous": 302}.get(who, 403)
    expected = dict.fromkeys(ACTS, refusal)
    if who == "other shop":
        # Their own list, and a form that lacks its file.
        expected |= {"list": 200, "upload": 422}
    assert found == expected
    before = (source.status, source.version)
    source.refresh_from_db()
    assert ((source.status, source.version), Part.objects.count()) == (before, 0)


def test_pages_cost_the_same_for_one_and_three(shop: Any) -> None:
    browser = signed_in(MemberFactory(shop=shop).user)
    costs = []
    for bad in (1, 3):
        source = checked(shop, csv("number,price", *[f"A{n},-1" for n in range(bad)]))
        for path in (LIST, f"{LIST}/{source.pk}"):
            browser.get(path)
            with CaptureQueriesContext(connection) as captured:
                assert browser.get(path).status_code == 200
            costs.append(len(captured))
        for _more in range(bad):
            uploaded(shop, csv("number,name", "A1,x"))
    assert costs[:2] == costs[2:]
    assert ImportIssue.objects.filter(source=source).count() == 3
