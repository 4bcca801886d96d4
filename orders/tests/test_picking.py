"""The picking list: where the parts lie, what is checked off, and who may."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clutch.accounts.tests.factories import StaffFactory, UserFactory
from clutch.core.errors import Conflict, NotFound
from clutch.feed.models import StreamEntry
from inventory.actions.barcodes import attach_barcode
from inventory.actions.stock import Units, receive_stock
from inventory.models import Hold, Part
from inventory.tests.factories import BinFactory, PartFactory
from orders import actions
from orders.actions.picking import scan_picked, set_picked
from orders.enums import OrderStatus
from orders.models import Order, Quote, QuoteLine
from orders.tests.acts import FILTER, PADS, accept, api, as_member, ask, offers_for, quote
from shops.enums import Role
from shops.models import Member, Shop
from shops.tests.factories import MemberFactory, ShopFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return ShopFactory()


@pytest.fixture
def pads(shop: Shop) -> Part:
    """Three sets: one in its own bin A-1, two in B-7."""
    own, other = BinFactory(shop=shop, code="A-1"), BinFactory(shop=shop, code="B-7")
    part = PartFactory(shop=shop, number="58101-1RA00", default_bin=own)
    units = [Units(part.pk, 1, bin_id=own.pk), Units(part.pk, 2, bin_id=other.pk)]
    receive_stock(shop.pk, units, actor=as_member(shop))
    return part


def sold(shop: Shop, part: Part, quantity: int = 1) -> Order:
    """An accepted order for some of a part and for two filters that are not from stock."""
    order = ask(UserFactory(), parts=[{**PADS, "quantity": quantity}, FILTER])
    lines = offers_for(order)
    lines[0]["stock_part_id"] = part.pk
    lines[1]["part_number"] = "LF 3012"
    return accept(order, quote(order, shop, lines=lines))


def picks(shop: Shop, query: str = "") -> list[dict[str, Any]]:
    owner = Member.objects.filter(shop=shop, role=Role.OWNER).first()
    assert owner is not None
    found: list[dict[str, Any]] = api(owner.user).get(f"/api/v1/shop-picking{query}").json()["results"]
    return found


def test_list_says_where_it_lies_what_is_there_and_what_is_missing(shop: Shop, pads: Part) -> None:
    order = sold(shop, pads, quantity=5)
    first, second = picks(shop)
    assert first["bins"] == [{"code": "A-1", "quantity": 1}, {"code": "B-7", "quantity": 2}]
    names = ("orderNumber", "number", "quantity", "picked", "onHand", "held", "missing")
    assert [first[name] for name in names] == [order.number, "58101-1RA00", 5, 0, 3, 3, 2]
    assert [second[name] for name in names] == [order.number, "LF 3012", 2, 0, None, None, 0]
    assert second["bins"] == []
    assert picks(shop, f"?orderId={order.pk}") == [first, second]
    assert picks(shop, "?orderId=nonsense") == []


def test_list_has_what_is_to_be_prepared_and_shipped_only(shop: Shop, pads: Part) -> None:
    order = sold(shop, pads)
    other = sold(shop, pads)
    Order.objects.filter(pk=other.pk).update(payment_due_at=timezone.now())
    assert {row["orderId"] for row in picks(shop)} == {str(order.pk)}
    assert len(picks(shop, f"?orderId={other.pk}")) == 2
    actions.start_processing(order.pk, shop_id=shop.pk, actor=as_member(shop))
    assert len(picks(shop)) == 2
    actions.ship_order(order.pk, shop_id=shop.pk, actor=as_member(shop))
    assert picks(shop) == []


def test_list_costs_the_same_for_one_order_as_for_three(shop: Shop, pads: Part) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            picks(shop)
        return len(seen)

    sold(shop, pads)
    one = cost()
    sold(shop, PartFactory(shop=shop, on_hand=1))
    sold(shop, PartFactory(shop=shop, on_hand=1))
    assert cost() == one


def test_scan_checks_off_the_oldest_order_first_and_a_box_all_its_units(shop: Shop, pads: Part) -> None:
    first, second = sold(shop, pads, 1), sold(shop, pads, 2)
    actor = as_member(shop)
    attach_barcode(pads.pk, shop_id=shop.pk, code="5901234123457", units=10, actor=actor)
    rows = [scan_picked(code, shop_id=shop.pk, actor=actor) for code in ("58101 1ra00", "5901234123457")]
    assert [(row.quote.order_id, row.picked) for row in rows] == [(first.pk, 1), (second.pk, 2)]
    said = StreamEntry.objects.filter(type="order-picked").order_by("seq").values_list("data", flat=True)
    assert [row["picked"] for row in said] == [1, 2]
    with pytest.raises(Conflict) as refused:
        scan_picked("5901234123457", shop_id=shop.pk, actor=actor)
    assert refused.value.code == "picked_already"


def test_scan_knows_the_number_of_a_part_that_is_not_from_stock(shop: Shop, pads: Part) -> None:
    sold(shop, pads)
    row = scan_picked("lf-3012", shop_id=shop.pk, actor=as_member(shop))
    assert (row.line.name, row.picked) == ("Oil filter", 1)


def test_wrong_part_is_refused(shop: Shop, pads: Part) -> None:
    order = sold(shop, PartFactory(shop=shop, on_hand=1))
    elsewhere = sold(shop, pads)
    actor = as_member(shop)
    for code in ("4006633374668", "58101-1RA00"):
        with pytest.raises(Conflict) as refused:
            scan_picked(code, shop_id=shop.pk, order_id=order.pk, actor=actor)
        assert refused.value.code == "not_on_list"
    assert scan_picked("58101-1RA00", shop_id=shop.pk, order_id=elsewhere.pk, actor=actor).picked == 1


def test_picked_by_hand_within_what_was_bought(shop: Shop, pads: Part) -> None:
    sold(shop, pads, 2)
    row = QuoteLine.objects.get(stock_part=pads)
    client = api(Member.objects.get(shop=shop, role=Role.OWNER).user)
    path = f"/api/v1/shop-picking/{row.pk}"
    answer = client.put(path, {"picked": 2}, headers={"If-Match": f'"{row.version}"'})
    assert (answer.status_code, answer.json()["picked"], answer.json()["version"]) == (
        200,
        2,
        row.version + 1,
    )
    assert client.put(path, {"picked": 1}, headers={"If-Match": f'"{row.version}"'}).status_code == 412
    refused = client.put(path, {"picked": 3})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "picked")
    assert client.put(path, {"picked": 0}).json()["picked"] == 0
    actions.cancel_order(row.quote.order_id, reason="no", actor=as_member(shop))
    assert client.put(path, {"picked": 1}).json()["code"] == "not_to_pick"


def test_offer_that_was_not_bought_is_not_picked(shop: Shop, pads: Part) -> None:
    rival = ShopFactory()
    order = ask(UserFactory(), parts=[PADS])
    lost = quote(order, shop)
    with pytest.raises(NotFound):
        set_picked(lost.lines.get().pk, shop_id=shop.pk, picked=1, actor=as_member(shop))
    accept(order, quote(order, rival))
    answer = api(Member.objects.get(shop=shop).user).put(
        f"/api/v1/shop-picking/{lost.lines.get().pk}", {"picked": 1}
    )
    assert answer.status_code == 404


# --- everybody else ---


@pytest.fixture
def people(shop: Shop) -> dict[str, Any]:
    return {
        **{role.value: MemberFactory(shop=shop, role=role).user for role in Role},
        "former": MemberFactory(shop=shop, is_active=False).user,
        "rival": MemberFactory().user,
        "customer": UserFactory(),
        "staff": StaffFactory(),
        "anonymous": None,
    }


HANDLING = {"owner", "manager", "cashier", "storekeeper"}
SELLING = {"owner", "manager", "cashier"}
LEADING = {"owner", "manager"}
MEMBERS = {role.value for role in Role}


def expected(who: str, allowed: set[str], *, others: int) -> int:
    """200 for who may, 403 by role, 401 without a sign-in, `others` for strangers to the shop."""
    if who == "anonymous":
        return 401
    if who not in MEMBERS:
        return others
    return 200 if who in allowed else 403


WHO = [*sorted(MEMBERS), "former", "rival", "customer", "staff", "anonymous"]


@pytest.mark.parametrize("who", WHO)
def test_who_may_see_and_check_off(shop: Shop, pads: Part, people: Any, who: str) -> None:
    order = sold(shop, pads)
    row = QuoteLine.objects.get(stock_part=pads)
    client = api(people[who])
    body = {"shopId": str(shop.pk)}
    calls = [
        client.get(f"/api/v1/shop-picking?shopId={shop.pk}"),
        client.put(f"/api/v1/shop-picking/{row.pk}", {**body, "picked": 1}),
        client.post("/api/v1/shop-picking/scan", {**body, "code": "LF3012", "orderId": str(order.pk)}),
    ]
    status = expected(who, HANDLING, others=404)
    assert [call.status_code for call in calls] == [expected(who, MEMBERS, others=404), status, status]
    picked = list(QuoteLine.objects.order_by("position").values_list("picked", flat=True))
    assert picked == ([1, 1] if status == 200 else [0, 0])


def test_rival_cannot_check_off_by_naming_their_own_shop(shop: Shop, pads: Part, people: Any) -> None:
    order = sold(shop, pads)
    client = api(people["rival"])
    row = QuoteLine.objects.get(stock_part=pads)
    assert client.put(f"/api/v1/shop-picking/{row.pk}", {"picked": 1}).status_code == 404
    answer = client.post("/api/v1/shop-picking/scan", {"code": "LF3012", "orderId": str(order.pk)})
    assert answer.json()["code"] == "not_on_list"
    assert client.get("/api/v1/shop-picking").json()["results"] == []


@pytest.mark.parametrize("who", WHO)
def test_who_may_take_what_a_quote_holds(shop: Shop, people: Any, who: str) -> None:
    part = PartFactory(shop=shop, on_hand=1)
    order = ask(UserFactory(), parts=[PADS])
    sent = quote(order, shop, lines=offers_for(order, stock_part_id=part.pk))
    answer = api(people[who]).post(f"/api/v1/stock-holds/{Hold.objects.get().pk}/take", {})
    status = expected(who, SELLING, others=404)
    assert answer.status_code == status
    sent.refresh_from_db()
    assert sent.status == ("withdrawn" if status == 200 else "submitted")
    if status == 200:
        assert (answer.json()["quoteId"], answer.json()["status"]) == (str(sent.pk), "withdrawn")


@pytest.mark.parametrize("who", WHO)
def test_who_may_see_and_set_the_stock_policy(shop: Shop, people: Any, who: str) -> None:
    client = api(people[who])
    path = "/api/v1/inventory/policy"
    body = {
        "shopId": str(shop.pk), "allowsNegative": False, "quoteHoldsStock": True,
        "quoteUnattended": True, "quoteMaxTotal": "5000.00",
    }  # fmt: skip
    seen = client.get(f"{path}?shopId={shop.pk}")
    assert seen.status_code == expected(who, MEMBERS, others=404)
    status = expected(who, LEADING, others=404)
    assert client.put(path, body, headers={"If-Match": '"1"'}).status_code == status
    again = api(people["owner"]).get(path).json()
    assert again["quoteUnattended"] is (status == 200)
    if status == 200:
        assert again["quoteMaxTotal"] == "5000.00"
        assert client.put(path, body, headers={"If-Match": '"1"'}).status_code == 412
        for limit in (None, "0.00", "1.001"):
            refused = client.put(path, {**body, "quoteMaxTotal": limit})
            assert refused.json()["errors"][0]["field"] == "quoteMaxTotal"


def test_customer_never_sees_which_part_it_is(shop: Shop, pads: Part) -> None:
    order = sold(shop, pads)
    shown = api(order.customer).get(f"/api/v1/auto-parts-orders/{order.pk}").json()["quotes"][0]
    assert {"sentByRule"} & set(shown) == set()
    assert "stockPartId" not in shown["lines"][0]
    owner = Member.objects.get(shop=shop, role=Role.OWNER).user
    [own] = api(owner).get("/api/v1/shop-quotes/shop-quotes").json()["results"]
    assert (own["sentByRule"], own["lines"][0]["stockPartId"]) == (False, str(pads.pk))
    assert Quote.objects.get().status == OrderStatus.ACCEPTED
