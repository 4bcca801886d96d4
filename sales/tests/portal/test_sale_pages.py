"""The pages of past sales: what is listed and found, who sees what, voiding, papers."""

from datetime import timedelta
from decimal import Decimal as D
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clutch.feed.models import Job
from inventory.tests.factories import PartFactory
from sales.actions.pins import set_pin
from sales.actions.returns import take_return
from sales.enums import SaleStatus, Tender
from sales.inputs import BackInput, ReturnInput
from sales.models import Sale
from sales.tests.acts import Till, as_member, books_of, member, paid
from sales.tests.factories import CustomerFactory
from shops.enums import Role
from shops.rules import PERMISSIONS, Act
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def till() -> Till:
    return Till()


def signed_in(till: Till, role: Role = Role.CASHIER) -> Client:
    client = Client()
    client.force_login(member(till.shop, role).user)
    return client


def shown(client: Client, **asked: str) -> str:
    return client.get("/portal/sales", asked).content.decode()


def give_back(till: Till, sale: Sale, quantity: int = 1) -> Any:
    line = sale.lines.all()[0]
    given = ReturnInput([BackInput(line.pk, quantity)], register_id=till.register.pk)
    return take_return(sale.pk, shop_id=till.shop.pk, given=given, actor=till.actor)


PAGES = {
    "": Act.SEE_SALES,
    "/receipt": Act.SEE_SALES,
    "/receipt?paper=a4": Act.SEE_SALES,
    "/mail": Act.SELL,
    "/void": Act.SELL,
}


@pytest.mark.parametrize("role", Role)
def test_every_page_of_a_sale_is_for_who_may(till: Till, role: Role) -> None:
    sale = till.sell((PartFactory(shop=till.shop, on_hand=3), 1))
    note = give_back(till, sale)
    client = signed_in(till, role)
    found = {page: client.get(f"/portal/sales/{sale.pk}{page}").status_code for page in PAGES}
    assert found == {page: 200 if role in PERMISSIONS[act] else 403 for page, act in PAGES.items()}
    may = 200 if role in PERMISSIONS[Act.SEE_SALES] else 403
    rest = ["/portal/sales", f"/portal/returns/{note.pk}", f"/portal/returns/{note.pk}/paper"]
    assert [client.get(path).status_code for path in rest] == [may] * 3


def test_sales_of_another_shop_do_not_exist(till: Till) -> None:
    sale = till.sell((PartFactory(shop=till.shop, on_hand=3), 2))
    note = give_back(till, sale)
    stranger = Client()
    stranger.force_login(MemberFactory(shop=ShopFactory()).user)
    paths = [f"/portal/sales/{sale.pk}{page}" for page in PAGES]
    paths += [f"/portal/returns/{note.pk}", f"/portal/returns/{note.pk}/paper"]
    assert {stranger.get(path).status_code for path in paths} == {404}
    assert stranger.post(f"/portal/sales/{sale.pk}/void", {"reason": "x"}).status_code == 404
    assert {Client().get(path).status_code for path in paths} == {302}
    assert str(sale.pk) not in shown(stranger, q=sale.number)
    assert Sale.objects.get().status == SaleStatus.COMPLETED


@pytest.mark.parametrize(
    ("asked", "opened"),
    [
        ("", False), ("q=x", False), ("q=x&day=2020-01-01", False), ("day=", True),
        ("day=2020-01-01", True), ("status=voided", True), ("status=nonsense", False),
    ],
)  # fmt: skip
def test_filters_are_open_where_one_is_set(till: Till, asked: str, opened: bool) -> None:
    page = signed_in(till).get(f"/portal/sales?{asked}").content.decode()
    assert ('id="narrow" open>' in page, 'id="narrow">' in page) == (opened, not opened)


def test_list_is_of_today_and_is_narrowed(till: Till) -> None:
    pads = PartFactory(shop=till.shop, number="58101-1RA00", on_hand=9, selling_price=100)
    mona = CustomerFactory(shop=till.shop, name="Mona", phone="+201001234567")
    old, walk_in = till.sell((pads, 1)), till.sell((pads, 2))
    known = till.sell(
        (PartFactory(shop=till.shop, on_hand=1, number="X-1"), 1),
        customer_id=mona.pk,
        channel="phone",
        payments=[paid(Tender.CARD, "850")],
    )
    Sale.objects.filter(pk=old.pk).update(completed_at=timezone.now() - timedelta(days=2))
    client = signed_in(till)

    def found(**asked: str) -> list[str]:
        page = shown(client, **asked)
        return [sale.number for sale in (old, walk_in, known) if sale.number in page]

    both = [walk_in.number, known.number]
    day = timezone.localtime(timezone.now() - timedelta(days=2), till.shop.zone).date().isoformat()
    assert found() == both
    assert found(day=day) == [old.number]
    assert found(day="") == [old.number, *both]
    assert found(channel="phone") == [known.number]
    assert found(status="voided") == []
    assert found(clerk=str(till.cashier.user_id), register=str(till.register.pk)) == both
    assert found(q=old.number[-6:]) == [old.number]
    assert found(q="Mona") == found(q="01001234567") == found(q=mona.number) == [known.number]
    assert found(q="58101 1ra00") == [old.number, walk_in.number]
    assert found(q="nothing") == []
    assert "No sale matches" in shown(client, q="nothing")
    assert "Nothing was sold on this day" in shown(client, day="2020-01-01")


def test_sums_are_for_who_sees_takings_and_the_margin_for_who_sees_costs(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=9, selling_price=114, unit_cost=60)
    first = till.sell((part, 2))
    second = till.sell((part, 1))
    give_back(till, first)
    owner = signed_in(till, Role.OWNER)
    assert (owner.post(f"/portal/sales/{second.pk}/void", {"reason": "Wrong"})).status_code == 302
    page = " ".join(shown(owner).replace("\xa0", " ").split())
    assert '<dt>Sales today</dt><dd class="tabular">1</dd>' in page
    assert ("EGP 228.00" in page, "EGP 114.00" in page) == (True, True)
    assert "<dt>Margin before returns</dt><dd>EGP 80.00</dd>" in page
    assert "Sales today" not in shown(signed_in(till))
    of_cashier = signed_in(till).get(f"/portal/sales/{first.pk}").content.decode()
    of_owner = owner.get(f"/portal/sales/{first.pk}").content.decode()
    assert ("Margin" in of_owner, "Margin" in of_cashier) == (True, False)


def test_list_and_page_cost_the_same_for_one_and_for_three(till: Till) -> None:
    client = signed_in(till, Role.OWNER)
    counts = []
    for _round in range(2):
        sale = till.sell((PartFactory(shop=till.shop, on_hand=9), 1))
        client.get("/portal/sales")
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get("/portal/sales").status_code == 200
        with CaptureQueriesContext(connection) as one:
            assert client.get(f"/portal/sales/{sale.pk}").status_code == 200
        counts.append((len(seen), len(one)))
        lines = [(PartFactory(shop=till.shop, on_hand=9, core_charge=50), 1) for _n in range(3)]
        till.sell(*lines)
        sale = till.sell(*lines)
        with CaptureQueriesContext(connection) as one:
            assert client.get(f"/portal/sales/{sale.pk}").status_code == 200
        counts.append((len(seen), len(one)))
    assert len(set(counts)) == 1


def test_scan_of_a_receipt_opens_its_sale(till: Till) -> None:
    sale = till.sell((PartFactory(shop=till.shop, on_hand=3), 2))
    note = give_back(till, sale)
    client = signed_in(till)

    def goes_to(code: str) -> str:
        return client.get("/portal/sales", {"scan": code}).get("Location", "")

    address = f"/portal/sales/{sale.pk}"
    assert goes_to(f"https://shop.example/receipt/{sale.receipt_token}") == address
    assert goes_to(sale.number.lower()) == address
    assert goes_to(note.number) == f"/portal/returns/{note.pk}"
    assert goes_to("5901234123457") == goes_to("https://shop.example/receipt/" + "x" * 43) == ""


def test_void_asks_for_a_reason_and_a_pin_where_the_role_needs_one(till: Till) -> None:
    part = PartFactory(shop=till.shop, on_hand=3)
    before = books_of(till.shop)
    sale = till.sell((part, 2))
    sold = books_of(till.shop)
    boss = member(till.shop, Role.MANAGER)
    set_pin(boss.pk, shop_id=till.shop.pk, pin="8264", actor=as_member(till.shop, Role.MANAGER))
    client = signed_in(till)
    path = f"/portal/sales/{sale.pk}/void"
    refused = [
        client.post(path, said)
        for said in (
            {"approver": str(boss.pk), "pin": "8264"},
            {"reason": "Wrong part"},
            {"reason": "Wrong part", "approver": str(till.cashier.pk), "pin": "8264"},
            {"reason": "Wrong part", "approver": str(boss.pk), "pin": "1357"},
        )
    ]
    assert [answer.status_code for answer in refused] == [422] * 4
    assert "Tries left: 4" in refused[-1].content.decode()
    assert books_of(till.shop) == sold
    done = client.post(path, {"reason": "Wrong part", "approver": str(boss.pk), "pin": "8264"}, follow=True)
    page = done.content.decode()
    assert ("Wrong part" in page, str(boss.user) in page) == (True, True)
    assert books_of(till.shop) == before
    sale.refresh_from_db()
    assert (sale.status, sale.void_approved_by) == (SaleStatus.VOIDED, boss.user)


def test_page_says_why_a_sale_cannot_be_voided(till: Till) -> None:
    sale = till.sell((PartFactory(shop=till.shop, on_hand=3), 2))
    client = signed_in(till, Role.OWNER)
    path = f"/portal/sales/{sale.pk}"
    assert 'id="void"' in client.get(path).content.decode()
    tomorrow = timezone.now() + timedelta(days=1)
    with patch("sales.actions.voiding.timezone.now", return_value=tomorrow):
        page = client.get(path).content.decode()
        assert client.post(f"{path}/void", {"reason": "Late"}).status_code == 422
    assert ("Only a sale of today can be voided." in page, 'id="void"' in page) == (True, False)
    give_back(till, sale)
    assert "Something of this sale has come back." in client.get(path).content.decode()


def test_receipt_goes_out_by_mail(till: Till) -> None:
    customer = CustomerFactory(shop=till.shop, email="mona@example.com", language="ar")
    sale = till.sell((PartFactory(shop=till.shop, on_hand=3), 2), customer_id=customer.pk)
    client = signed_in(till)
    path = f"/portal/sales/{sale.pk}/mail"
    assert 'value="mona@example.com"' in client.get(path).content.decode()
    jobs = Job.objects.count()
    assert client.post(path, {"email": "nobody", "language": "ar"}).status_code == 422
    assert Job.objects.count() == jobs
    assert client.post(path, {"email": "m@example.com", "language": "en"}).status_code == 302
    assert Job.objects.count() == jobs + 1
    answer = client.get(f"/portal/sales/{sale.pk}/receipt?paper=a4")
    assert (answer["Content-Type"], answer.content[:4]) == ("application/pdf", b"%PDF")
    assert sale.total == D(1700)
