"""`If-Match` over the whole API: what declares it refuses a stale version, and nothing else declares it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from clutch.accounts.tests.factories import UserFactory
from clutch.core.schema_views import description
from inventory.models import Fitment, StockPolicy
from inventory.tests.factories import BinFactory, CategoryFactory, PartFactory
from inventory.tests.importing.acts import csv, uploaded
from orders.models import Order, Quote, Shipment
from orders.tests.acts import api, ask, quote
from orders.tests.paying import bought, prepare, ship
from sales.actions.carts import park_sale, save_cart
from sales.models import CustomerVehicle, TillPolicy
from sales.tests.acts import Till
from sales.tests.factories import CashSessionFactory, CustomerFactory, RegisterFactory
from shops.enums import Role
from shops.models import Member
from shops.tests.api.people import STEPS
from shops.tests.factories import (
    GarageVehicleFactory,
    MakeFactory,
    MemberFactory,
    OnboardingFactory,
    ShopFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.urls("clutch.urls")]

STALE = {"If-Match": '"999999"'}
ORDER = "/api/v1/auto-parts-orders/{orderId}"


@dataclass
class Call:
    """A call by somebody who may make it, and the row whose version counts."""

    user: Any
    address: str
    body: dict[str, Any]
    row: Any


def owner_of(order: Order) -> Any:
    """The owner of the shop that the customer has chosen."""
    return Member.objects.get(shop=order.shop_id, role=Role.OWNER).user


def me() -> Call:
    user = UserFactory()
    return Call(user, "/api/v1/me", {"name": "Another"}, user)


def garage() -> Call:
    vehicle = GarageVehicleFactory()
    body = {"make": "Kia", "model": "Rio", "year": 2019, "vin": "", "nickname": "", "isDefault": True}
    return Call(vehicle.user, f"/api/v1/garage/{vehicle.pk}", body, vehicle)


def onboarding(address: str, body: dict[str, Any]) -> Call:
    row = OnboardingFactory()
    return Call(row.user, f"/api/v1/shop-onboarding/{row.pk}/{address}", body, row)


def shop(address: str, body: dict[str, Any]) -> Call:
    member = MemberFactory()
    return Call(member.user, f"/api/v1/shops/{member.shop_id}{address}", body, member.shop)


def member() -> Call:
    owner = MemberFactory()
    other = MemberFactory(shop=owner.shop, role=Role.CASHIER)
    address = f"/api/v1/shops/{owner.shop_id}/members/{other.pk}"
    return Call(owner.user, address, {"role": "manager"}, other)


def request(address: str, body: dict[str, Any]) -> Call:
    ShopFactory()
    order = ask(UserFactory())
    return Call(order.customer, f"/api/v1/auto-parts-orders/{order.pk}{address}", body, order)


def draft() -> Call:
    order = ask(UserFactory(), draft=True)
    return Call(order.customer, f"/api/v1/auto-parts-orders/{order.pk}", {"status": "submitted"}, order)


def moved(status: str, *before: Callable[[Order], None], **body: Any) -> Call:
    order = bought("cash")
    for step in before:
        step(order)
    address = f"/api/v1/auto-parts-orders/{order.pk}"
    return Call(owner_of(order), address, {"status": status, **body}, order)


def delivered() -> Call:
    call = moved("delivered", prepare, ship)
    call.body["code"] = Shipment.objects.get(order=call.row).code
    return call


def offer(body: bool) -> Call:
    chosen = ShopFactory()
    given: Quote = quote(ask(UserFactory()), chosen)
    owner = Member.objects.get(shop=chosen, role=Role.OWNER).user
    lines = [
        {"partId": str(row.line_id), "available": True, "unitPrice": "1.00"} for row in given.lines.all()
    ]
    return Call(owner, f"/api/v1/shop-quotes/{given.pk}", {"lines": lines} if body else {}, given)


def part(address: str = "", **body: Any) -> Call:
    row = PartFactory()
    return Call(MemberFactory(shop=row.shop).user, f"/api/v1/inventory/parts/{row.pk}{address}", body, row)


def fitment() -> Call:
    row = Fitment.objects.create(part=(part := PartFactory()), shop=part.shop, make=MakeFactory())
    address = f"/api/v1/inventory/parts/{part.pk}/fitments/{row.pk}"
    return Call(MemberFactory(shop=part.shop).user, address, {"makeId": row.make_id, "yearTo": 2012}, row)


def category() -> Call:
    row = CategoryFactory()
    user = MemberFactory(shop=row.shop).user
    return Call(user, f"/api/v1/inventory/categories/{row.pk}", {"name": "Brakes"}, row)


def place() -> Call:
    row = BinFactory()
    return Call(MemberFactory(shop=row.shop).user, f"/api/v1/inventory/bins/{row.pk}", {"code": "Z-9"}, row)


def stock_policy() -> Call:
    row = StockPolicy.objects.create(shop=ShopFactory())
    user = MemberFactory(shop=row.shop).user
    body = {
        "allowsNegative": False,
        "quoteHoldsStock": True,
        "quoteUnattended": True,
        "quoteMaxTotal": "5000.00",
    }
    return Call(user, "/api/v1/inventory/policy", body, row)


def till_policy() -> Call:
    row = TillPolicy.objects.create(shop=ShopFactory())
    return Call(MemberFactory(shop=row.shop).user, "/api/v1/till-policy", {"returnDays": 7}, row)


def import_file(address: str, **body: Any) -> Call:
    row = uploaded(ShopFactory(), csv("number,name,price", "A-1,Filter,10"))
    user = Member.objects.get(shop=row.shop).user
    return Call(user, f"/api/v1/inventory/imports/{row.pk}/{address}", body, row)


def sale(address: str, body: dict[str, Any] | None = None, *, status: str = "draft") -> Call:
    till = Till()
    stocked = PartFactory(shop=till.shop, on_hand=5)
    cart = till.cart((stocked, 1))
    if status == "completed":
        row = till.sell((stocked, 1))
    else:
        row = save_cart(till.shop.pk, cart=cart, actor=till.actor)
    if status == "parked":
        row = park_sale(row.pk, shop_id=till.shop.pk, label="", actor=till.actor)
    lines = {"lines": [{"partId": str(stocked.pk), "quantity": 2}]}
    owner = MemberFactory(shop=till.shop).user
    return Call(owner, f"/api/v1/sales/{row.pk}{address}", lines if body is None else body, row)


def register() -> Call:
    row = RegisterFactory()
    return Call(MemberFactory(shop=row.shop).user, f"/api/v1/registers/{row.pk}", {"name": "Back"}, row)


def drawer() -> Call:
    row = CashSessionFactory()
    address = f"/api/v1/cash-sessions/{row.pk}/close"
    return Call(MemberFactory(shop=row.shop).user, address, {"counted": "200.00"}, row)


def picked() -> Call:
    order = bought("cash")
    assert order.selected_quote is not None
    row = order.selected_quote.lines.order_by("pk")[0]
    return Call(owner_of(order), f"/api/v1/shop-picking/{row.pk}", {"picked": 1}, row)


def customer(address: str = "", **body: Any) -> Call:
    row = CustomerFactory()
    return Call(MemberFactory(shop=row.shop).user, f"/api/v1/customers/{row.pk}{address}", body, row)


def driven() -> Call:
    row = CustomerVehicle.objects.create(customer=CustomerFactory(), make_name="Kia")
    user = MemberFactory(shop=row.customer.shop).user
    return Call(user, f"/api/v1/customers/{row.customer_id}/vehicles/{row.pk}", {"plate": "AB 12"}, row)


CALLS: dict[tuple[str, str], list[Callable[[], Call]]] = {
    ("put", "/api/v1/me"): [me],
    ("put", "/api/v1/garage/{vehicleId}"): [garage],
    ("put", "/api/v1/shop-onboarding/{id}/step/{step}"): [lambda: onboarding("step/1", STEPS[1])],
    ("post", "/api/v1/shop-onboarding/{id}/complete"): [lambda: onboarding("complete", {})],
    ("put", "/api/v1/shops/{shopId}"): [
        lambda: shop("", {**STEPS[1], **STEPS[2], "servesAnyMake": True, "makeIds": []})
    ],
    ("put", "/api/v1/shops/{shopId}/hours"): [
        lambda: shop("/hours", {"openingHours": STEPS[2]["openingHours"]})
    ],
    ("put", "/api/v1/shops/{shopId}/members/{memberId}"): [member],
    ("put", ORDER): [
        lambda: request("", {"urgency": "urgent"}),
        lambda: request("", {"status": "cancelled"}),
        draft,
        lambda: moved("processing"),
        lambda: moved("shipped", prepare),
        delivered,
    ],
    ("post", f"{ORDER}/extend"): [lambda: request("/extend", {})],
    ("post", f"{ORDER}/widen"): [lambda: request("/widen", {})],
    ("put", "/api/v1/shop-quotes/{quoteId}"): [lambda: offer(True)],
    ("delete", "/api/v1/shop-quotes/{quoteId}"): [lambda: offer(False)],
    ("put", "/api/v1/shop-picking/{offerId}"): [picked],
    ("put", "/api/v1/inventory/parts/{id}"): [lambda: part(name="Rear brake pads")],
    ("delete", "/api/v1/inventory/parts/{id}"): [part],
    ("put", "/api/v1/inventory/parts/{id}/fitments/{fitmentId}"): [fitment],
    ("put", "/api/v1/inventory/categories/{categoryId}"): [category],
    ("put", "/api/v1/inventory/bins/{binId}"): [place],
    ("put", "/api/v1/inventory/policy"): [stock_policy],
    ("put", "/api/v1/inventory/imports/{importId}/layout"): [lambda: import_file("layout", headerRow=1)],
    ("put", "/api/v1/inventory/imports/{importId}/mapping"): [
        lambda: import_file(
            "mapping", columns=[{"index": 0, "field": "number"}, {"index": 1, "field": "name"}]
        )
    ],
    ("put", "/api/v1/sales/{id}"): [lambda: sale("")],
    ("post", "/api/v1/sales/{id}/complete"): [
        lambda: sale("/complete", {"payments": [{"method": "cash", "tendered": "850.00"}]})
    ],
    ("post", "/api/v1/sales/{id}/park"): [lambda: sale("/park", {"label": "Blue van"})],
    ("post", "/api/v1/sales/{id}/resume"): [lambda: sale("/resume", {}, status="parked")],
    ("post", "/api/v1/sales/{id}/void"): [
        lambda: sale("/void", {"reason": "Typed twice"}, status="completed")
    ],
    ("put", "/api/v1/customers/{id}"): [lambda: customer(notes="Fridays")],
    ("post", "/api/v1/customers/{id}/erase"): [lambda: customer("/erase")],
    ("put", "/api/v1/customers/{id}/vehicles/{vehicleId}"): [driven],
    ("delete", "/api/v1/customers/{id}/vehicles/{vehicleId}"): [driven],
    ("put", "/api/v1/registers/{registerId}"): [register],
    ("post", "/api/v1/cash-sessions/{sessionId}/close"): [drawer],
    ("put", "/api/v1/till-policy"): [till_policy],
}
EACH = [(method, make) for (method, _path), calls in CALLS.items() for make in calls]


@pytest.mark.parametrize(("method", "make"), EACH)
def test_a_stale_version_is_412_and_changes_nothing(method: str, make: Callable[[], Call]) -> None:
    call = make()
    call.row.refresh_from_db()
    before = vars(call.row).copy()
    client = api(call.user)
    answer = getattr(client, method)(call.address, call.body, headers=STALE)
    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version"), answer.json()
    assert answer.json()["currentVersion"] == call.row.version
    call.row.refresh_from_db()
    assert {**vars(call.row), "_state": 0} == {**before, "_state": 0}

    current = {"If-Match": f'"{call.row.version}"'}
    answer = getattr(client, method)(call.address, call.body, headers=current)
    # An empty onboarding is refused for what it lacks, and no longer for its version.
    assert answer.status_code in {200, 202, 204, 422}, answer.content


def test_what_declares_the_header_is_what_was_called() -> None:
    schema = description("clutch.urls", "en")
    declared = {
        (method, path)
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
        if "If-Match" in {found["name"] for found in operation.get("parameters", [])}
    }
    assert declared == set(CALLS)
