"""The pages of registers and drawers: opening, cash in and out, the count, reports, who sees what."""

from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clutch.core.errors import Invalid
from inventory.tests.factories import PartFactory
from sales.actions.registers import close_session
from sales.denominations import denominations_of
from sales.models import CashSession, Payment
from sales.receipts.z_report import report_paper
from sales.reports import expected_cash
from sales.tests.acts import Till, cash, member
from sales.tests.factories import CashSessionFactory, RegisterFactory
from shops.enums import Role
from shops.rules import PERMISSIONS, Act
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = {
    "": Act.SEE_SALES,
    "/in": Act.RUN_REGISTER,
    "/out": Act.RUN_REGISTER,
    "/close": Act.RUN_REGISTER,
    "/paper": Act.SEE_TAKINGS,
    "/paper?paper=a4": Act.SEE_TAKINGS,
}


@pytest.fixture
def till() -> Till:
    return Till()


def signed_in(till: Till, role: Role = Role.CASHIER) -> Client:
    client = Client()
    client.force_login(member(till.shop, role).user)
    return client


@pytest.mark.parametrize("role", Role)
def test_every_page_of_a_drawer_is_for_who_may(till: Till, role: Role) -> None:
    client = signed_in(till, role)
    found = {page: client.get(f"/portal/cash/{till.session.pk}{page}").status_code for page in PAGES}
    assert found == {page: 200 if role in PERMISSIONS[act] else 403 for page, act in PAGES.items()}
    may = {act: 200 if role in PERMISSIONS[act] else 403 for act in (Act.SEE_SALES, Act.RUN_REGISTER)}
    assert client.get("/portal/cash").status_code == may[Act.SEE_SALES]
    opening = client.get(f"/portal/cash/open/{till.register.pk}")
    assert opening.status_code == may[Act.RUN_REGISTER]


def test_drawers_of_another_shop_do_not_exist(till: Till) -> None:
    stranger = Client()
    stranger.force_login(MemberFactory(shop=ShopFactory()).user)
    paths = [f"/portal/cash/{till.session.pk}{page}" for page in PAGES]
    paths.append(f"/portal/cash/open/{till.register.pk}")
    assert {stranger.get(path).status_code for path in paths} == {404}
    said = {"amount": "5", "reason": "x", "counted": "200", "opening_float": "5"}
    assert {stranger.post(path, said).status_code for path in paths} == {404, 405}
    assert {Client().get(path).status_code for path in paths} == {302}
    assert (CashSession.objects.get().status, Payment.objects.count()) == ("open", 0)


def test_a_register_is_opened_once_and_the_page_says_who_has_it(till: Till) -> None:
    other = RegisterFactory(shop=till.shop, code="R2")
    client = signed_in(till)
    page = client.get("/portal/cash").content.decode()
    assert (f"open/{other.pk}" in page, f"open/{till.register.pk}" in page) == (True, False)
    assert str(till.cashier.user) in page
    refused = client.post(f"/portal/cash/open/{till.register.pk}", {"opening_float": "50"})
    assert (refused.status_code, CashSession.objects.count()) == (422, 1)
    assert f"open already, by {till.cashier.user}" in refused.content.decode()
    assert client.post(f"/portal/cash/open/{other.pk}", {"opening_float": "50"}).status_code == 302
    assert CashSession.objects.get(register=other).opening_float == D(50)


def test_cash_in_and_out_needs_a_reason_and_never_more_than_is_there(till: Till) -> None:
    client = signed_in(till)
    path = f"/portal/cash/{till.session.pk}"
    answers = [
        client.post(f"{path}/in", {"amount": "50", "reason": ""}),
        client.post(f"{path}/out", {"amount": "200.01", "reason": "Bank"}),
        client.post(f"{path}/out", {"amount": "-5", "reason": "Bank"}),
    ]
    assert [answer.status_code for answer in answers] == [422] * 3
    assert Payment.objects.count() == 0
    assert client.post(f"{path}/in", {"amount": "50", "reason": "Change"}).status_code == 302
    assert client.post(f"{path}/out", {"amount": "30", "reason": "Tea"}).status_code == 302
    assert expected_cash(till.session) == D(220)
    page = client.get(path).content.decode()
    assert ("Tea" in page, "Should be there" in page) == (True, False)
    assert "Should be there" in signed_in(till, Role.OWNER).get(path).content.decode()


def test_a_difference_is_said_after_the_count_and_needs_a_reason(till: Till) -> None:
    till.sell((PartFactory(shop=till.shop, on_hand=9, selling_price=100), 1), payments=[cash("100")])
    client = signed_in(till)
    path = f"/portal/cash/{till.session.pk}/close"
    assert "300.00" not in client.get(path).content.decode()
    counted = {"coin-200": "1", "coin-50": "1", "coin-0.50": "3"}
    refused = client.post(path, counted)
    nothing = client.post(path, {})
    assert (refused.status_code, nothing.status_code) == (422, 422)
    assert "differs by -48.50 EGP" in refused.content.decode()
    assert CashSession.objects.get().status == "open"
    assert client.post(path, {**counted, "note": "Given by mistake"}).status_code == 302
    session = CashSession.objects.get()
    assert (session.status, session.difference, session.z_number) == ("closed", D("-48.50"), 1)
    assert session.denominations == {"200.00": 1, "50.00": 1, "0.50": 3}
    page = client.get("/portal/cash").content.decode()
    assert ("R1-Z1" in page, "Given by mistake" in page) == (True, True)
    assert client.get(path).status_code == 409
    made = signed_in(till, Role.OWNER).get(f"/portal/cash/{session.pk}/paper?paper=a4")
    assert (made["Content-Type"], made.content[:4]) == ("application/pdf", b"%PDF")


def test_only_the_sum_may_be_entered_and_no_reason_where_nothing_differs(till: Till) -> None:
    client = signed_in(till)
    assert client.post(f"/portal/cash/{till.session.pk}/close", {"counted": "200"}).status_code == 302
    assert CashSession.objects.get().difference == 0


def test_report_has_the_figures_of_the_session(till: Till) -> None:
    till.sell((PartFactory(shop=till.shop, on_hand=9, selling_price=114), 2), payments=[cash("300")])
    paper = report_paper(till.session)
    rows = {row.words: row.amount.replace("\xa0", " ") for block in paper.blocks for row in block.sums}
    assert (paper.title, paper.number) == ("X report", "R1-X")
    assert (rows["Sales (1)"], rows["Cash"], rows["Should be there"]) == (
        "EGP 228.00", "EGP 228.00", "EGP 428.00",
    )  # fmt: skip
    with pytest.raises(Invalid):
        close_session(till.session.pk, shop_id=till.shop.pk, counted=D(1), explained=True, actor=till.actor)
    closed = close_session(till.session.pk, shop_id=till.shop.pk, counted=D(428), actor=till.actor)
    assert report_paper(closed).number == "R1-Z1"


def test_list_costs_the_same_for_one_and_for_three(till: Till) -> None:
    client = signed_in(till)
    counts: set[int] = set()
    for more in (1, 2):
        for _n in range(more):
            done = CashSessionFactory(register=RegisterFactory(shop=till.shop), shop=till.shop)
            close_session(done.pk, shop_id=till.shop.pk, counted=D(200), actor=till.actor)
        client.get("/portal/cash")
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/portal/cash").status_code == 200
        counts.add(len(seen))
    assert len(counts) == 1


@pytest.mark.parametrize(
    ("currency", "first", "last"),
    [
        ("EGP", D(200), D("0.25")),
        ("SAR", D(500), D("0.01")),
        ("JPY", D(500), D(1)),
        ("KWD", D(500), D("0.01")),
    ],
)
def test_denominations_fall(currency: str, first: Any, last: Any) -> None:
    coins = denominations_of(currency)
    assert (coins[0], coins[-1], coins) == (first, last, sorted(set(coins), reverse=True))
