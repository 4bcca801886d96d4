"""One customer of two, with everything they had; and what stays when personal data is erased."""

from decimal import Decimal as D
from typing import Any

import pytest

from clutch.core.errors import Conflict, Invalid, NotAllowed, NotFound
from inventory.tests.factories import PartFactory
from sales.actions.accounts import pay_on_account
from sales.actions.customer_merge import erase_customer, merge_customers
from sales.actions.customers import add_customer
from sales.actions.lost_sales import record_lost_sale
from sales.actions.special_orders import cancel_special_order
from sales.actions.store_credit import give_store_credit
from sales.customer_history import history
from sales.enums import Account, RefundBy, Tender
from sales.models import AccountEntry, Customer, CustomerBalance, LostSale
from sales.queries import find_customers
from sales.tests.acts import Till, as_member, cash, paid
from sales.tests.factories import CustomerFactory
from sales.tests.test_orders import take
from shops.enums import Role
from shops.tests.factories import ShopFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
def owner(till):
    return as_member(till.shop, Role.OWNER)


def lived(till, owner, **given) -> Customer:
    """A customer with a sale on account, half of it paid, a vehicle, credit, a special order, a lost sale."""
    said: Any = {"name": "Mona", "phone": "01001234567", "credit_limit": D(5000), **given}
    customer = add_customer(
        till.shop.pk, given=said, vehicles=[{"make": "Kia", "plate": "AB 12"}], actor=owner
    )
    part = PartFactory(shop=till.shop, on_hand=9, selling_price=850)
    till.sell((part, 2), customer_id=customer.pk, payments=[paid(Tender.ACCOUNT, "1700")])
    about = {"customer_id": customer.pk, "actor": till.actor}
    pay(till, customer, D(500))
    give_store_credit(till.shop.pk, customer_id=customer.pk, amount=D(30), reason="Came late", actor=owner)
    take(till, customer)
    record_lost_sale(till.shop.pk, asked_for="Bumper", **about)
    return customer


def pay(till, customer, amount):
    """In cash, for what is owed."""
    pay_on_account(
        till.shop.pk, customer_id=customer.pk, amount=amount, payments=[cash()],
        register_id=till.register.pk, actor=till.actor,
    )  # fmt: skip


def sums(customer):
    return CustomerBalance.objects.values_list("owed", "credit", "deposit").get(customer=customer)


def rows(customer):
    return sorted((row["kind"], row["reference"], row["sum"]) for row in history(customer))


def test_everything_of_one_becomes_the_others(till, owner):
    goes = lived(till, owner, email="m@example.org", tags=["vans"], notes="Old")
    before = rows(goes)
    given: Any = {"name": "Mona Adel", "phone": "01112223334", "tags": ["late"], "notes": "New"}
    stays = add_customer(till.shop.pk, given=given, actor=owner)
    give_store_credit(till.shop.pk, customer_id=stays.pk, amount=D(5), reason="Gift", actor=owner)
    older = CustomerFactory(shop=till.shop, merged_into=goes)
    merged = merge_customers(till.shop.pk, stays_id=stays.pk, goes_id=goes.pk, actor=owner)
    assert (merged.pk, merged.phone, merged.second_phone) == (stays.pk, "+201112223334", "+201001234567")
    assert (merged.email, merged.tags, merged.notes) == ("m@example.org", ["late", "vans"], "New\nOld")
    assert merged.credit_limit == 0
    assert (sums(stays), sums(goes)) == ((1200, 35, 2000), (0, 0, 0))
    for account, owed in zip((Account.OWED, Account.CREDIT, Account.DEPOSIT), sums(stays), strict=True):
        entries = AccountEntry.objects.filter(customer=stays, account=account)
        assert sum(entry.amount for entry in entries) == owed
    assert [row for row in rows(merged) if row[2] != 5] == before
    assert set(Customer.objects.filter(merged_into=stays)) == {goes, older}
    assert [(row.number, row.vehicles[0].plate) for row in find_customers(till.shop.pk, "AB 12")] == [
        (stays.number, "AB 12")
    ]
    with pytest.raises(NotFound):
        pay(till, goes, D(1))
    with pytest.raises(Conflict):
        merge_customers(till.shop.pk, stays_id=stays.pk, goes_id=goes.pk, actor=owner)


def test_merging_is_for_two_of_one_shop_by_who_may(till, owner):
    one, two = CustomerFactory(shop=till.shop), CustomerFactory(shop=till.shop)
    foreign = CustomerFactory()
    for stays, goes, actor, error in (
        (one, one, owner, Invalid),
        (one, foreign, owner, NotFound),
        (foreign, one, owner, NotFound),
        (one, two, till.actor, NotAllowed),
        (one, two, as_member(ShopFactory(), Role.OWNER), NotFound),
    ):
        with pytest.raises(error):
            merge_customers(till.shop.pk, stays_id=stays.pk, goes_id=goes.pk, actor=actor)
    assert not Customer.objects.exclude(merged_into=None).exists()


def test_erasing_leaves_number_and_books(till, owner):
    goes = lived(till, owner)
    customer = CustomerFactory(shop=till.shop, name="Mona A.", email="m@example.org", notes="x", tags=["a"])
    merge_customers(till.shop.pk, stays_id=customer.pk, goes_id=goes.pk, actor=owner)
    erase = {"shop_id": till.shop.pk, "actor": owner}
    with pytest.raises(Conflict) as owing:
        erase_customer(customer.pk, **erase)
    assert owing.value.code == "not_settled"
    assert Customer.objects.get(pk=customer.pk).name == "Mona A."
    pay(till, customer, D(1200))
    part = PartFactory(shop=till.shop, on_hand=9, selling_price=30)
    till.sell((part, 1), customer_id=customer.pk, payments=[paid(Tender.STORE_CREDIT, "30")])
    order = customer.special_orders.get()
    cancel_special_order(
        order.pk,
        shop_id=till.shop.pk,
        reason="x",
        refund=RefundBy.CASH,
        register_id=till.register.pk,
        actor=till.actor,
    )
    before = rows(customer)
    erased = erase_customer(customer.pk, **erase)
    for row in (erased, Customer.objects.get(pk=goes.pk)):
        assert (row.name, row.phone, row.email, row.notes, row.tags) == (row.number, "", "", "", [])
        assert (row.words, row.user, row.vehicles.count(), row.erased_at is None) == ("", None, 0, False)
    assert rows(erased) == before
    assert (LostSale.objects.count(), find_customers(till.shop.pk, "Mona")) == (1, [])
    with pytest.raises(Conflict) as again:
        erase_customer(customer.pk, **erase)
    assert again.value.code == "erased"


def test_store_credit_is_given_by_who_sets_credit_and_says_why(till, owner):
    customer = CustomerFactory(shop=till.shop)
    act = {"customer_id": customer.pk, "actor": owner}
    for amount, reason, field in ((D(0), "x", "amount"), (D("1.005"), "x", "amount"), (D(1), " ", "reason")):
        with pytest.raises(Invalid) as refused:
            give_store_credit(till.shop.pk, amount=amount, reason=reason, **act)
        assert list(refused.value.fields) == [field]
    with pytest.raises(NotAllowed):
        give_store_credit(till.shop.pk, amount=D(1), reason="x", customer_id=customer.pk, actor=till.actor)
    assert (sums(customer), AccountEntry.objects.count()) == ((0, 0, 0), 0)
    entry = give_store_credit(till.shop.pk, amount=D(30), reason="Came late", **act)
    assert (sums(customer), entry.note, entry.document_kind) == ((0, 30, 0), "Came late", "store_credit")
