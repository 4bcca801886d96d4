"""Customers out of the system and into it: export, preview with errors, import, and back again."""

import csv
import io
from decimal import Decimal as D
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncClient, Client
from python_calamine import CalamineWorkbook

from sales.actions.customers import add_customer
from sales.models import Customer, CustomerBalance
from sales.queries import find_customers
from sales.tests.acts import as_member, member
from sales.tests.factories import CustomerFactory
from shops.enums import Role
from shops.models import Shop
from shops.tests.factories import ShopFactory

pytestmark = pytest.mark.django_db
LIST = "/portal/customers"


@pytest.fixture
def shop() -> Shop:
    return ShopFactory()


def signed_in(shop: Shop, role: Role = Role.MANAGER) -> Client:
    client = Client()
    client.force_login(member(shop, role).user)
    return client


def brought(client: Client, *lines: str, name: str = "customers.csv") -> Any:
    """The page that shows what a file would do."""
    file = SimpleUploadedFile(name, "\n".join(lines).encode())
    return client.post(f"{LIST}/import", {"file": file}, follow=True)


FILE = (
    "Our customers,,,",
    "الاسم,الموبايل,حد الائتمان,نوع العميل",
    "Mona,٠١٠٠١٢٣٤٥٦٧,1500.50,ورشة",
    "Ali,01112223334,,fleet",
    "Nobody,12,,",
    "Sara,34,much,king",
    "Mona again,+201001234567,,",
)


def test_a_file_is_looked_at_before_it_changes_anything(shop: Shop) -> None:
    known: Any = {"name": "Ali", "phone": "01112223334", "notes": "Old"}
    add_customer(shop.pk, given=known, actor=as_member(shop, Role.OWNER))
    client = signed_in(shop)
    page = brought(client, *FILE)
    path = page.redirect_chain[-1][0]
    context = page.context
    assert [field for _index, _head, field in context["columns"]] == [
        "name", "phone", "credit_limit", "customer_class",
    ]  # fmt: skip
    wrong = [(error["row"], error["value"]) for error in context["errors"]]
    assert sorted(wrong) == [(5, "12"), (6, "34"), (6, "king"), (6, "much")]
    assert Customer.objects.count() == 1
    # Without the column of the class, its cells are no error.
    again = client.get(f"{path}?c3=-")
    outcome = again.context["outcome"]
    assert (outcome.created, outcome.updated, again.context["bad_rows"]) == (1, 1, 2)
    assert [error["row"] for error in again.context["errors"]] == [5, 6, 6]
    form = {"c0": "name", "c1": "phone", "c2": "credit_limit", "c3": "-"}
    assert client.post(path, form).headers["Location"] == LIST
    rows = Customer.objects.order_by("number").values_list("number", "name", "phone", "credit_limit", "notes")
    assert list(rows) == [
        ("C-000001", "Ali", "+201112223334", 0, "Old"),
        ("C-000002", "Mona again", "+201001234567", D("1500.5"), ""),
    ]
    assert CustomerBalance.objects.count() == 2
    assert [row.number for row in find_customers(shop.pk, "mona 1234567")] == ["C-000002"]
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("lines", "name", "said"),
    [
        (["a,b", "1,2"], "x.csv", "No row of this file names a column"),
        (["Name,Phone"], "x.csv", "no rows below its headers"),
        (["Name"], "x.pdf", "Send a CSV or an Excel file"),
        ([""], "x.csv", "This file is empty"),
    ],
)
def test_what_is_no_table_of_customers_is_refused(shop: Shop, lines: Any, name: str, said: str) -> None:
    page = brought(signed_in(shop), *lines, name=name)
    assert (page.status_code, said in page.content.decode()) == (422, True)


def test_files_are_for_who_may_and_wait_for_who_brought_them(shop: Shop) -> None:
    path = brought(signed_in(shop), "Name", "Mona").redirect_chain[-1][0]
    for role in set(Role) - {Role.OWNER, Role.MANAGER}:
        client = signed_in(shop, role)
        pages = [client.get(f"{LIST}/{page}").status_code for page in ("import", "export")]
        assert [*pages, client.get(path).status_code, client.post(path).status_code] == [403] * 4
    assert {
        signed_in(shop, Role.OWNER).get(path).status_code,
        signed_in(ShopFactory()).get(path).status_code,
    } == {404}
    assert Client().get(f"{LIST}/export").status_code == 302
    assert not Customer.objects.exists()


async def sent(user: Any, path: str) -> bytes:
    """A file, as its chunks come."""
    client = AsyncClient()
    await client.aforce_login(user)
    answer: Any = await client.get(path)
    return b"".join([chunk async for chunk in answer])


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_export_is_what_is_shown_and_comes_back_as_it_was(kind: str) -> None:
    shop, user, before = made()
    body = async_to_sync(sent)(user, f"{LIST}/export?format={kind}&class=workshop")
    table = read(body, kind)
    assert table[0][:3] == ["Number", "Name", "Phone"]
    # What looks like a formula is marked as text.
    assert [row[:3] for row in table[1:]] == [["C-000001", "'=HYPERLINK(1)", "010 01234567"]]
    back(shop, body, kind)
    assert list(Customer.objects.order_by("pk").values(*before[0])) == before


def made() -> Any:
    """A workshop with a bad name, somebody who is not asked for, and somebody elsewhere."""
    shop = ShopFactory()
    given: Any = {
        "name": "=HYPERLINK(1)", "phone": "01001234567", "customer_class": "workshop", "tags": ["a", "b"],
        "credit_limit": D("12.50"), "terms_days": 7, "notes": "-2+3",
    }  # fmt: skip
    add_customer(shop.pk, given=given, actor=as_member(shop, Role.OWNER))
    CustomerFactory(shop=shop)
    CustomerFactory(customer_class="workshop")
    names = [*given, "number", "words", "name_key"]
    return shop, member(shop, Role.MANAGER).user, list(Customer.objects.order_by("pk").values(*names))


def read(body: bytes, kind: str) -> list[list[Any]]:
    """The cells of a file."""
    if kind == "csv":
        return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0)
    return sheet.to_python()


def back(shop: Shop, body: bytes, kind: str) -> None:
    """Import what was exported; nothing is new."""
    client = signed_in(shop)
    file = SimpleUploadedFile(f"again.{kind}", body)
    page = client.post(f"{LIST}/import", {"file": file}, follow=True)
    outcome = page.context["outcome"]
    assert (outcome.created, outcome.updated, page.context["errors"]) == (0, 1, [])
    assert client.post(page.redirect_chain[-1][0], {}).status_code == 302
