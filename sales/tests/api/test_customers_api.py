"""Customers through the API: rows of the contract, who may what, lists, history, duplicates."""

from decimal import Decimal as D
from uuid import uuid4

import pytest

from inventory.tests.factories import PartFactory
from orders.tests.paying import bought
from sales.actions.accounts import pay_on_account
from sales.actions.customers import add_customer
from sales.actions.returns import take_return
from sales.enums import RefundBy, Tender
from sales.inputs import BackInput, ReturnInput
from sales.models import Customer, CustomerVehicle
from sales.tests.acts import Till, api, as_member, cash, member, paid
from sales.tests.factories import CustomerFactory
from sales.tests.test_orders import take
from shops.enums import Role
from shops.tests.factories import ShopFactory

pytestmark = pytest.mark.django_db
PATH = "/api/v1/customers"


def test_a_customer_is_entered_once_and_others_with_the_phone_are_suggested():
    shop = ShopFactory()
    before = CustomerFactory(shop=shop, phone="+201001234567")
    client = api(member(shop).user)
    body = {
        "name": "Nile Workshop", "phone": "٠١٠٠ ١٢٣ ٤٥٦٧", "customerClass": "workshop",
        "vehicles": [{"make": "Hyundai", "model": "H-1", "year": 1890, "plate": "س ص ع 1234"}],
    }  # fmt: skip
    first = client.post(PATH, body, headers={"Idempotency-Key": "c-1"})
    again = client.post(PATH, body, headers={"Idempotency-Key": "c-1"})
    shown = first.json()
    assert (first.status_code, again.json()) == (201, shown)
    assert (shown["number"], shown["phone"], shown["owed"]) == ("C-000001", "+201001234567", "0.00")
    assert [row["plate"] for row in shown["vehicles"]] == ["س ص ع 1234"]
    assert [row["customerId"] for row in shown["duplicates"]] == [str(before.pk)]
    other = client.get(f"{PATH}/{before.pk}").json()["duplicates"]
    assert [row["customerId"] for row in other] == [shown["customerId"]]
    changed = client.put(
        f"{PATH}/{shown['customerId']}", {"notes": "Closed on Fridays"}, headers={"If-Match": first["ETag"]}
    )
    assert (changed.status_code, changed.json()["notes"]) == (200, "Closed on Fridays")
    assert changed["ETag"] != first["ETag"]
    wrong = client.post(PATH, {"phone": "12", "creditLimit": "5"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_role")
    assert Customer.objects.count() == 2


CALLS = {
    ("get", ""): "owner manager cashier accountant",
    ("post", ""): "owner manager cashier",
    ("get", "/{id}"): "owner manager cashier accountant",
    ("put", "/{id}"): "owner manager cashier",
    ("get", "/{id}/history"): "owner manager cashier accountant",
    ("post", "/{id}/merge"): "owner manager",
    ("post", "/{id}/erase"): "owner",
    ("post", "/{id}/store-credit"): "owner manager accountant",
    ("post", "/{id}/vehicles"): "owner manager cashier",
    ("put", "/{id}/vehicles/{vehicle}"): "owner manager cashier",
    ("delete", "/{id}/vehicles/{vehicle}"): "owner manager cashier",
}
BODIES = {
    "": {"name": "Ali"},
    "/{id}": {"name": "Ali"},
    "/{id}/erase": {},
    "/{id}/store-credit": {"amount": "5.00", "reason": "Came late"},
}


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_roles_shops_and_strangers(method, path):
    shop = ShopFactory()
    customer = CustomerFactory(shop=shop, name="Mona")
    vehicle = CustomerVehicle.objects.create(customer=customer, make_name="Kia")
    address = PATH + path.format(id=customer.pk, vehicle=vehicle.pk)
    other = CustomerFactory(shop=shop)
    bodies = {**BODIES, "/{id}/merge": {"customerId": str(other.pk)}}
    body = None if method == "get" else bodies.get(path, {"make": "Fiat"})
    whole = [list(Customer.objects.values()), list(CustomerVehicle.objects.values())]

    def call(user):
        return getattr(api(user), method)(address, body).status_code

    refused = {role: 403 for role in Role if role not in CALLS[method, path].split()}
    assert {role: call(member(shop, role).user) for role in refused} == refused
    stranger = member(ShopFactory(), Role.OWNER).user
    # A list is of one's own shop: a stranger sees or adds to theirs.
    assert (call(None), path and call(stranger)) == (401, path and 404)
    assert [list(Customer.objects.values()), list(CustomerVehicle.objects.values())] == whole
    allowed = Role(CALLS[method, path].split()[-1])
    done = {"get": 200, "post": 201, "put": 200, "delete": 204}[method]
    done = 200 if path.endswith(("merge", "erase")) else done
    assert call(member(shop, allowed).user) == done
    assert api(member(shop).user).get(f"{PATH}/{uuid4()}").status_code == 404


def test_list_is_of_the_shop_filtered_and_as_cheap_for_three(django_assert_num_queries):
    shop = ShopFactory()
    client, owner = api(member(shop).user), as_member(shop, Role.OWNER)
    CustomerFactory()
    add_customer(shop.pk, given={"name": "Ali", "tags": ["vans"], "credit_limit": D(9)}, actor=owner)
    costs = []
    for names in (("Ali",), ("Ali", "Mona", "Sara")):
        for name in names[1:]:
            add_customer(shop.pk, given={"name": name, "customer_class": "fleet"}, actor=owner)
        with django_assert_num_queries(3) as queries:
            answer = client.get(PATH).json()
        costs.append(len(queries))
        assert [row["name"] for row in answer["results"]] == list(names)
    assert answer["results"][0]["creditLeft"] == "9.00"

    def found(query):
        return [row["name"] for row in client.get(f"{PATH}?{query}").json()["results"]]

    assert found("q=monna") == found("q=mon") == found("q=C-000002") == ["Mona"]
    assert found("customerClass=fleet&ordering=-name") == ["Sara", "Mona"]
    assert (found("tag=vans"), found("owing=true"), found("status=suspended")) == (["Ali"], [], [])


def test_history_is_one_list_of_all_kinds_at_one_price(django_assert_num_queries):
    order = bought("cash")
    shop = order.shop
    assert shop is not None
    till = Till(shop)
    owner = as_member(shop, Role.OWNER)
    customer = add_customer(shop.pk, given={"name": "Mona", "credit_limit": D(5000)}, actor=owner)
    Customer.objects.filter(pk=customer.pk).update(user=order.customer)
    part = PartFactory(shop=shop, on_hand=9, selling_price=850)
    client = api(till.cashier.user)
    path = f"{PATH}/{customer.pk}/history"
    with django_assert_num_queries(5):
        rows = client.get(path).json()["results"]
    assert [(row["kind"], row["number"], row["status"]) for row in rows] == [
        ("order", order.number, "accepted"),
        ("quote", order.number, "accepted"),
    ]
    sale = till.sell((part, 2), customer_id=customer.pk, payments=[paid(Tender.ACCOUNT, "1700")])
    back = ReturnInput([BackInput(sale.lines.get().pk, 1)], refund=RefundBy.STORE_CREDIT)
    note = take_return(sale.pk, shop_id=shop.pk, given=back, actor=till.actor)
    entry = pay_on_account(
        shop.pk, customer_id=customer.pk, amount=D(500), payments=[cash()],
        register_id=till.register.pk, actor=till.actor,
    )  # fmt: skip
    special = take(till, customer)
    CustomerFactory(shop=shop)
    with django_assert_num_queries(5):
        body = client.get(path).json()
    assert body["count"] == 7
    assert [(row["kind"], row["number"], row["amount"]) for row in body["results"][:-2]] == [
        ("payment", special.number, "2000.00"),
        ("special_order", special.number, "4000.00"),
        ("payment", entry.document_number, "500.00"),
        ("return", note.number, "850.00"),
        ("sale", sale.number, "1700.00"),
    ]
    only = client.get(f"{path}?kind=sale&kind=return&pageSize=1&page=2").json()
    assert (only["count"], only["results"][0]["number"]) == (2, sale.number)
    assert client.get(f"{path}?kind=x").status_code == 400
