"""Customers: what is said of them and by whom, how they are found, their vehicles."""

from decimal import Decimal as D
from typing import Any

import pytest

from clutch.accounts.tests.factories import UserFactory
from clutch.core.errors import Conflict, Invalid, NotAllowed, NotFound, StaleVersion
from clutch.feed.models import Transition
from orders.models import Order
from orders.tests.paying import bought
from sales.actions.customer_vehicles import VehicleInput, add_vehicle, archive_vehicle, change_vehicle
from sales.actions.customers import add_customer, change_customer, customer_of_phone
from sales.enums import CUSTOMER_TRANSITIONS, CustomerStatus
from sales.models import Customer, CustomerBalance, CustomerVehicle
from sales.queries import duplicates_of, find_customers
from sales.tests.acts import as_member
from sales.tests.factories import CustomerFactory
from shops.enums import Role
from shops.models import Shop
from shops.tests.factories import ShopFactory

pytestmark = pytest.mark.django_db

ALL = {
    "kind": "business", "name": "Nile Workshop", "phone": "0100 123 4567", "second_phone": "02 2735 1234",
    "email": "nile@example.org", "address": "12 Tahrir St", "district": "Dokki", "company": "Nile Co",
    "contact_person": "Mona Adel", "tax_number": "123-456-789", "customer_class": "workshop",
    "tags": ["vans", "vans", " pays late "], "language": "ar", "receipt_by": "email",
    "marketing_consent": True, "notes": "Closed on Fridays\nCall first",
}  # fmt: skip


@pytest.fixture
def shop() -> Shop:
    return ShopFactory()


def add(shop, role=Role.CASHIER, **given):
    said: Any = {"name": "Ahmed", **given}
    return add_customer(shop.pk, given=said, actor=as_member(shop, role))


def test_every_field_is_kept_and_the_number_is_the_shops_next(shop):
    customer = add(shop, **ALL)
    kept = {name: getattr(customer, name) for name in ALL if name != "marketing_consent"}
    assert kept == {
        **{name: value for name, value in ALL.items() if name != "marketing_consent"},
        "phone": "+201001234567",
        "second_phone": "+20227351234",
        "tags": ["vans", "pays late"],
    }
    assert customer.marketing_consent_at is not None
    assert (customer.number, customer.status) == ("C-000001", "active")
    assert CustomerBalance.objects.get().owed == 0
    assert (add(shop).number, add(ShopFactory()).number) == ("C-000002", "C-000001")


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"name": "", "phone": ""}, ["name"]),
        ({"phone": "12"}, ["phone"]),
        ({"second_phone": "x", "email": "no"}, ["second_phone", "email"]),
        ({"credit_limit": D("1.005"), "terms_days": 400}, ["credit_limit", "terms_days"]),
        ({"credit_limit": D(-1), "discount_percent": D(101)}, ["credit_limit", "discount_percent"]),
        ({"language": "xx", "tags": ["x" * 41]}, ["language", "tags"]),
        ({"kind": "robot", "receipt_by": "pigeon"}, ["kind", "receipt_by"]),
    ],
)
def test_what_cannot_be_is_refused_at_its_fields(shop, given, fields):
    with pytest.raises(Invalid) as refused:
        add(shop, Role.OWNER, **given)
    assert sorted(refused.value.fields) == sorted(fields)
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        ({"notes": "x"}, "owner manager cashier"),
        ({"credit_limit": D(100), "terms_days": 30}, "owner manager accountant"),
        ({"credit_limit": D(100), "notes": "x"}, "owner manager"),
        ({"discount_percent": D(50)}, "owner manager"),
        ({"status": "suspended"}, "owner manager accountant"),
        ({"status": "inactive"}, "owner manager cashier"),
    ],
)
@pytest.mark.parametrize("role", Role)
def test_who_may_say_what(shop, role, given, allowed):
    customer = CustomerFactory(shop=shop)
    act = {"shop_id": shop.pk, "given": given, "actor": as_member(shop, role)}
    if role in allowed.split():
        changed = change_customer(customer.pk, **act)
        assert {name: getattr(changed, name) for name in given} == given
        return
    with pytest.raises(NotAllowed):
        change_customer(customer.pk, **act)
    assert Customer.objects.get().version == customer.version


@pytest.mark.parametrize("to", CustomerStatus)
@pytest.mark.parametrize("status", CustomerStatus)
def test_status_moves_as_the_table_says(shop, status, to):
    customer = CustomerFactory(shop=shop, status=status)
    act = {
        "shop_id": shop.pk,
        "given": {"status": to.value},
        "reason": "Cheque",
        "actor": as_member(shop, Role.OWNER),
    }
    if to == status or to in CUSTOMER_TRANSITIONS[status]:
        assert change_customer(customer.pk, **act).status == to
        said = list(Transition.objects.values_list("from_status", "to_status", "reason"))
        assert said == ([] if to == status else [(status, to, "Cheque")])
    else:
        with pytest.raises(Conflict):
            change_customer(customer.pk, **act)
        assert Customer.objects.get().status == status


def test_a_stale_version_a_foreign_shop_and_one_who_is_gone_change_nothing(shop):
    customer = CustomerFactory(shop=shop)
    owner = as_member(shop, Role.OWNER)
    change_customer(customer.pk, shop_id=shop.pk, given={"notes": "1"}, actor=owner)
    with pytest.raises(StaleVersion):
        change_customer(customer.pk, shop_id=shop.pk, given={"notes": "2"}, expected_version=1, actor=owner)
    other = ShopFactory()
    with pytest.raises(NotFound):
        change_customer(
            customer.pk, shop_id=other.pk, given={"notes": "2"}, actor=as_member(other, Role.OWNER)
        )
    into = CustomerFactory(shop=shop)
    Customer.objects.filter(pk=customer.pk).update(merged_into=into)
    with pytest.raises(Conflict) as merged:
        change_customer(customer.pk, shop_id=shop.pk, given={"notes": "2"}, actor=owner)
    assert merged.value.extra == {"mergedIntoId": str(into.pk)}
    assert Customer.objects.get(pk=customer.pk).notes == "1"


@pytest.mark.parametrize(
    "text",
    [
        "ahmed", "HASSAN", "أحمد", "hassan ahm", "0100 123 4567", "+201001234567", "1234567", "C-000001",
        "c000001", "س ص ع ١٢٣٤", "سصع 1234", "kmhcg45c", "KMHCG45C-12U123456", "ahmad hasan", "nile",
    ],
)  # fmt: skip
def test_found_by_whatever_is_known(shop, text):
    name = "أحمد حسن" if text == "أحمد" else "Ahmed Hassan"
    customer = add(shop, name=name, phone="01001234567", company="Nile Trading")
    actor = as_member(shop)
    given: VehicleInput = {
        "make": "Hyundai",
        "model": "Accent",
        "vin": "KMHCG45C12U123456",
        "plate": "س ص ع 1234",
    }
    vehicle = add_vehicle(shop.pk, customer_id=customer.pk, given=given, actor=actor)
    add(shop, name="Somebody Else", phone="01112223334")
    add(ShopFactory(), name=name, phone="01001234567")
    found = find_customers(shop.pk, text)
    assert [(row.number, row.phone, list(row.vehicles)) for row in found] == [
        ("C-000001", "+201001234567", [vehicle])
    ]


def test_search_says_what_is_left_at_a_constant_number_of_queries(shop, django_assert_num_queries):
    for n, owed in enumerate((50, 10, 0)):
        customer = add(shop, Role.OWNER, name=f"Ali {n}", credit_limit=D(30))
        CustomerBalance.objects.filter(customer=customer).update(owed=owed, credit=5)
        add_vehicle(shop.pk, customer_id=customer.pk, given={"make": "Kia"}, actor=as_member(shop))
    with django_assert_num_queries(3):
        assert [row.credit_left for row in find_customers(shop.pk, "ali")] == [0, 20, 30]
    with django_assert_num_queries(3):
        assert [row.store_credit for row in find_customers(shop.pk, "ali 1")] == [5]
    Customer.objects.filter(name="Ali 2").update(status="suspended")
    assert find_customers(shop.pk, "ali 2")[0].credit_left == 0
    assert find_customers(shop.pk, "ali", limit=2)[1].name == "Ali 1"
    assert find_customers(shop.pk, "zzzz") == []


def test_duplicates_share_a_phone_an_address_or_a_vin(shop):
    first = add(shop, phone="01001234567", email="a@example.org")
    same = add(shop, second_phone="+20 100 123 4567")
    mail = add(shop, email="A@example.org")
    add(shop, phone="01001234568")
    add(ShopFactory(), phone="01001234567")
    assert duplicates_of(first) == [same, mail]
    assert duplicates_of(same) == [first]
    Customer.objects.filter(pk=same.pk).update(merged_into=first)
    assert duplicates_of(first) == [mail]


def test_vehicle_is_listed_checked_and_taken_out(shop):
    customer, actor = add(shop), as_member(shop)
    act = {"customer_id": customer.pk, "actor": actor}
    vehicle = add_vehicle(
        shop.pk, given={"make": "hyundai", "model": "accent", "year": 1899, "vin": "abc-12"}, **act
    )
    assert (vehicle.make_name, vehicle.model_name, vehicle.vin, vehicle.year) == (
        "Hyundai",
        "Accent",
        "ABC12",
        1899,
    )
    assert vehicle.make_id is not None
    assert "This year looks wrong." in vehicle.warnings
    for field, value in (("vin", "1234"), ("vin", "1" * 18), ("make", " "), ("year", 12345)):
        given: Any = {field: value}
        with pytest.raises(Invalid) as refused:
            change_vehicle(shop.pk, vehicle_id=vehicle.pk, given=given, **act)
        assert list(refused.value.fields) == [field]
    changed = change_vehicle(
        shop.pk, vehicle_id=vehicle.pk, given={"plate": "AB 12", "mileage_km": 90}, **act
    )
    assert (changed.vin, changed.plate, changed.mileage_km) == ("ABC12", "AB 12", 90)
    with pytest.raises(StaleVersion):
        archive_vehicle(shop.pk, vehicle_id=vehicle.pk, expected_version=vehicle.version - 1, **act)
    archive_vehicle(shop.pk, vehicle_id=vehicle.pk, **act)
    assert find_customers(shop.pk, "AB 12") == []
    with pytest.raises(NotFound):
        change_vehicle(shop.pk, vehicle_id=vehicle.pk, given={"plate": ""}, **act)
    with pytest.raises(NotAllowed):
        add_vehicle(
            shop.pk, customer_id=customer.pk, given={"make": "Kia"}, actor=as_member(shop, Role.ACCOUNTANT)
        )
    assert CustomerVehicle.objects.count() == 1


def test_customer_of_phone_is_found_again_and_linked_to_who_bought_here():
    order: Order = bought("cash")
    person = order.customer
    person.phone, person.phone_verified = "+201001234567", True
    person.save()
    shop = order.shop
    assert shop is not None
    customer = customer_of_phone(shop.pk, phone="0100 123 4567", name="Mona", actor=as_member(shop))
    assert (customer.name, customer.user) == ("Mona", person)
    assert customer_of_phone(shop.pk, phone="+201001234567", actor=as_member(shop)) == customer
    stranger = UserFactory(phone="+201112223334", phone_verified=True)
    assert add(shop, phone=stranger.phone).user is None
