"""The pages of customers: found, entered, shown, paid, merged, erased; and the statement of account."""

from datetime import datetime, timedelta
from decimal import Decimal as D
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone

from inventory.tests.factories import PartFactory
from sales.actions.accounts import pay_on_account
from sales.actions.customers import add_customer
from sales.enums import Tender
from sales.models import Customer, CustomerBalance, CustomerVehicle, Payment
from sales.receipts.statement import statement_of
from sales.tests.acts import Till, as_member, cash, member, paid
from sales.tests.factories import CustomerFactory
from shops.enums import Role
from shops.rules import PERMISSIONS, Act
from shops.tests.factories import ShopFactory

pytestmark = pytest.mark.django_db
LIST = "/portal/customers"


@pytest.fixture
def till() -> Till:
    """An open register with 200 in it."""
    return Till()


def signed_in(till: Till, role: Role = Role.CASHIER) -> Client:
    client = Client()
    client.force_login(member(till.shop, role).user)
    return client


def owing(till: Till) -> Customer:
    """Mona, who bought for 1,700 on account."""
    given: Any = {"name": "Mona", "phone": "01001234567", "credit_limit": D(5000), "terms_days": 30}
    vehicles: Any = [{"make": "Kia", "plate": "AB 12"}]
    customer = add_customer(
        till.shop.pk, given=given, vehicles=vehicles, actor=as_member(till.shop, Role.OWNER)
    )
    part = PartFactory(shop=till.shop, on_hand=9, selling_price=850)
    till.sell((part, 2), customer_id=customer.pk, payments=[paid(Tender.ACCOUNT, "1700")])
    return customer


PAGES = {
    "": Act.SEE_CUSTOMERS,
    "/edit": Act.EDIT_CUSTOMERS,
    "/history": Act.SEE_CUSTOMERS,
    "/statement": Act.SEE_CUSTOMERS,
    "/credit": Act.SET_CREDIT,
    "/status": Act.SEE_CUSTOMERS,
    "/pay": Act.SELL,
    "/store-credit": Act.SET_CREDIT,
    "/erase": Act.ERASE_CUSTOMER,
    "/merge/{other}": Act.MERGE_CUSTOMERS,
    "/vehicles/new": Act.EDIT_CUSTOMERS,
    "/vehicles/{vehicle}/edit": Act.EDIT_CUSTOMERS,
    "/vehicles/{vehicle}/archive": Act.EDIT_CUSTOMERS,
}


def test_every_page_is_for_who_may_and_of_one_shop(till: Till) -> None:
    customer, other = owing(till), CustomerFactory(shop=till.shop)
    ids = {"other": other.pk, "vehicle": CustomerVehicle.objects.get().pk}
    paths = {f"{LIST}/{customer.pk}{page.format(**ids)}": act for page, act in PAGES.items()}
    whole = {LIST: Act.SEE_CUSTOMERS, f"{LIST}/new": Act.EDIT_CUSTOMERS, **paths}
    for role in Role:
        client = signed_in(till, role)
        found = {path: client.get(path).status_code for path in whole}
        assert found == {path: 200 if role in PERMISSIONS[act] else 403 for path, act in whole.items()}
    stranger = Client()
    stranger.force_login(member(ShopFactory(), Role.OWNER).user)
    assert {stranger.get(path).status_code for path in paths} == {404}
    posts = [path for path, act in paths.items() if act != Act.SEE_CUSTOMERS]
    assert {stranger.post(path, {}).status_code for path in posts} == {404}
    assert {Client().get(path).status_code for path in whole} == {302}
    assert customer.name not in stranger.get(LIST).content.decode()


def test_a_customer_is_entered_and_changed_and_a_twin_is_suggested(till: Till) -> None:
    client = signed_in(till, Role.MANAGER)
    form = {"name": "Nile", "phone": "0100 123 4567", "kind": "business", "customer_class": "workshop"}
    wrong = client.post(f"{LIST}/new", {**form, "phone": "12", "terms_days": "999"})
    assert (wrong.status_code, Customer.objects.count()) == (422, 0)
    assert wrong.context["form"].errors.keys() == {"terms_days"}
    wrong = client.post(f"{LIST}/new", {**form, "phone": "12"})
    assert wrong.context["form"].errors.keys() == {"phone"}
    made = client.post(f"{LIST}/new", {**form, "credit_limit": "500", "tags": "vans، late,"})
    customer: Any = Customer.objects.get()
    assert made.headers["Location"] == f"{LIST}/{customer.pk}"
    assert (customer.phone, customer.credit_limit, customer.tags) == ("+201001234567", 500, ["vans", "late"])
    twin = CustomerFactory(shop=till.shop, phone=customer.phone, name="Twin")
    page = client.get(f"{LIST}/{customer.pk}").content.decode()
    assert f"{LIST}/{customer.pk}/merge/{twin.pk}" in page
    assert ("tel:+201001234567" in page, "https://wa.me/201001234567" in page) == (True, True)
    stale = client.post(f"{LIST}/{customer.pk}/edit", {**form, "version": customer.version - 1})
    assert stale.status_code == 422
    # A cashier's form has no limit, and saving it leaves the one that was set.
    edited = signed_in(till).post(
        f"{LIST}/{customer.pk}/edit", {**form, "notes": "x", "version": customer.version}
    )
    assert edited.status_code == 302
    customer.refresh_from_db()
    assert (customer.notes, customer.credit_limit, customer.tags) == ("x", 500, [])


def test_list_finds_and_costs_the_same_for_three(till: Till, django_assert_num_queries: Any) -> None:
    client = signed_in(till)
    assert "No customers yet" in client.get(LIST).content.decode()
    owing(till)
    client.get(LIST)
    costs = []
    for _round in range(2):
        with django_assert_num_queries(8) as queries:
            client.get(LIST)
        costs.append(len(queries))
        CustomerFactory.create_batch(2, shop=till.shop, name="Ali")
    assert costs[0] == costs[1]

    def found(query: str) -> list[str]:
        return [row.name for row in client.get(f"{LIST}?{query}").context["customers"]]

    assert found("q=ab12") == found("q=0100 123") == found("owing=1") == found("q=mona") == ["Mona"]
    assert (len(found("q=ali")), found("class=fleet"), found("status=suspended")) == (4, [], [])
    assert "Nobody matches" in client.get(f"{LIST}?q=zzz").content.decode()


def test_page_and_history_cost_the_same_however_much_there_was(
    till: Till, django_assert_max_num_queries: Any
) -> None:
    customer, client = owing(till), signed_in(till)
    part = PartFactory(shop=till.shop, on_hand=9)
    client.get(f"{LIST}/{customer.pk}")
    costs = []
    for _round in range(2):
        with django_assert_max_num_queries(20) as queries:
            page = client.get(f"{LIST}/{customer.pk}")
        costs.append(len(queries))
        for _more in range(2):
            till.sell((part, 1), customer_id=customer.pk, payments=[cash("1000")])
    assert costs[0] == costs[1]
    assert "EGP\xa01,700.00" in page.content.decode()
    whole = client.get(f"{LIST}/{customer.pk}/history", headers={"HX-Request": "true"})
    only = client.get(f"{LIST}/{customer.pk}/history?kind=payment", headers={"HX-Request": "true"})
    assert (len(whole.context["rows"]), len(only.context["rows"])) == (5, 0)
    assert "Nothing of this kind yet" in only.content.decode()


def test_acts_from_the_page(till: Till) -> None:
    customer: Any = owing(till)
    owner, path = signed_in(till, Role.OWNER), f"{LIST}/{customer.pk}"
    asked = signed_in(till).get(f"{path}/pay")
    assert asked.context["form"].initial == {"amount": D(1700), "register_id": till.register.pk}
    much = owner.post(f"{path}/pay", {"amount": "1800", "method": "cash", "register_id": till.register.pk})
    assert (much.status_code, Payment.objects.filter(method="cash").count()) == (422, 0)
    pay = {"amount": "700", "method": "cash", "register_id": till.register.pk}
    assert owner.post(f"{path}/pay", pay).status_code == 302
    assert Payment.objects.get(method="cash").session == till.session
    card = {"amount": "500", "method": "card", "reference": "TT-1"}
    assert owner.post(f"{path}/pay", card).status_code == 302
    assert owner.post(f"{path}/store-credit", {"amount": "30", "reason": "Late"}).status_code == 302
    assert owner.post(f"{path}/credit", {"credit_limit": "900", "terms_days": ""}).status_code == 302
    balance: Any = CustomerBalance.objects.get(customer=customer)
    assert (balance.owed, balance.credit) == (500, 30)
    vehicle = CustomerVehicle.objects.get()
    changed = {"make": "Kia", "model": "Rio", "plate": "CD 34"}
    assert owner.post(f"{path}/vehicles/{vehicle.pk}/edit", changed).status_code == 302
    assert owner.post(f"{path}/vehicles/new", {"make": "Fiat", "vin": "123"}).status_code == 422
    assert owner.post(f"{path}/vehicles/new", {"make": "Fiat"}).status_code == 302
    assert owner.post(f"{path}/vehicles/{vehicle.pk}/archive").status_code == 302
    driven = CustomerVehicle.objects.order_by("pk")
    found = [(row.plate, row.make_name, row.archived_at is None) for row in driven]
    assert found == [("CD 34", "Kia", False), ("", "Fiat", True)]
    suspend = {"status": "suspended", "reason": "Cheque"}
    assert signed_in(till).post(f"{path}/status", suspend).status_code == 403
    assert owner.post(f"{path}/status", suspend).status_code == 302
    customer.refresh_from_db()
    assert (customer.credit_limit, customer.terms_days, customer.status) == (900, 0, "suspended")
    assert owner.post(f"{path}/erase").status_code == 422
    assert Customer.objects.get().name == "Mona"


def test_merging_asks_who_stays_and_the_other_page_leads_there(till: Till) -> None:
    goes, stays = owing(till), CustomerFactory(shop=till.shop, name="Mona Adel")
    owner = signed_in(till, Role.OWNER)
    path = f"{LIST}/{goes.pk}/merge/{stays.pk}"
    assert owner.post(path, {"stays": str(CustomerFactory().pk)}).status_code == 422
    assert owner.post(path, {"stays": str(stays.pk)}).status_code == 302
    there = owner.get(f"{LIST}/{goes.pk}", follow=True)
    assert there.redirect_chain == [(f"{LIST}/{stays.pk}", 302)]
    assert there.context["customer"].balance.owed == 1700
    assert owner.post(f"{LIST}/{stays.pk}/erase").status_code == 422
    other = CustomerFactory(shop=till.shop, name="Gone")
    assert owner.post(f"{LIST}/{other.pk}/erase").status_code == 302
    page = owner.get(f"{LIST}/{other.pk}").content.decode()
    assert ("Gone" in page, "Personal data was erased" in page) == (False, True)


def test_statement_is_of_the_shops_days_and_adds_up(till: Till) -> None:
    night = datetime(2026, 11, 2, 0, 30, tzinfo=till.shop.zone)
    with patch("django.utils.timezone.now", return_value=night):
        customer = owing(till)
    with patch("django.utils.timezone.now", return_value=night + timedelta(days=2)):
        pay_on_account(
            till.shop.pk, customer_id=customer.pk, amount=D(500), payments=[cash()],
            register_id=till.register.pk, actor=till.actor,
        )  # fmt: skip
    day = night.date()
    whole: Any = statement_of(customer, day, day + timedelta(days=2))
    assert [(line.day, line.bought, line.paid, line.balance) for line in whole.lines] == [
        (day, 1700, 0, 1700),
        (day + timedelta(days=2), 0, 500, 1200),
    ]
    assert (whole.opening, whole.closing) == (0, 1200)
    # Half past midnight here is still yesterday in Greenwich.
    before: Any = statement_of(customer, day - timedelta(days=9), day - timedelta(days=1))
    later: Any = statement_of(customer, day + timedelta(days=1), day + timedelta(days=1))
    assert [(row.opening, len(row.lines), row.closing) for row in (before, later)] == [
        (0, 0, 0),
        (1700, 0, 1700),
    ]
    client = signed_in(till)
    today = timezone.localdate().isoformat()
    paper = client.get(f"{LIST}/{customer.pk}/statement?begins=2026-11-01&ends={today}")
    assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    wrong = client.get(f"{LIST}/{customer.pk}/statement?begins=2026-11-03&ends=2026-11-01")
    assert wrong.status_code == 422
