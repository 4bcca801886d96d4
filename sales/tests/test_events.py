"""What the stream says of counter and stock: a page that applies the events to its state has the new one."""

from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import pytest

from clutch.feed.streams import heads_of, read_after, shop_stream
from inventory.actions.stock import Units, adjust_stock, receive_stock
from inventory.enums import Reason
from inventory.models import Part
from inventory.tests.factories import PartFactory
from sales.actions.carts import park_sale, resume_sale, save_cart
from sales.actions.registers import close_session, open_session
from sales.actions.returns import exchange, take_return
from sales.actions.special_orders import (
    cancel_special_order,
    collect_special_order,
    special_order_arrived,
    take_special_order,
)
from sales.actions.voiding import void_sale
from sales.inputs import BackInput, ReturnInput
from sales.models import Sale, SpecialOrder
from sales.tests.acts import Till, api, as_member, cash, member
from sales.tests.factories import CustomerFactory, RegisterFactory
from shops.enums import Role

pytestmark = pytest.mark.django_db
State = dict[str, dict[str, Any]]
SALE = ("number", "status", "channel", "label", "registerId", "customerId")


class Screen:
    """A page beside the till: its sales, sessions and special orders, and what is on the shelf."""

    def __init__(self, till: Till) -> None:
        self.user, self.stream = member(till.shop, Role.OWNER).user, shop_stream(till.shop.pk)
        self.head = heads_of([self.stream])[self.stream]
        self.state = self.fetch()

    def rows(self, address: str) -> list[dict[str, Any]]:
        """What a list of the API shows now."""
        answer = api(self.user).get(f"/api/v1/{address}")
        assert answer.status_code == 200, answer.content
        found: list[dict[str, Any]] = answer.json()["results"]
        return found

    def fetch(self) -> State:
        """The state by the API."""
        return {
            "sales": {row["saleId"]: {key: row[key] for key in SALE} for row in self.rows("sales")},
            "stock": {row["partId"]: row["stock"]["onHand"] for row in self.rows("inventory/parts")},
            "sessions": {row["sessionId"]: row["status"] for row in self.rows("cash-sessions")},
            "specials": {
                row["specialOrderId"]: (row["number"], row["status"], row["saleId"])
                for row in self.rows("special-orders")
            },
        }

    def apply(self, kind: str, data: dict[str, Any]) -> None:
        """One event."""
        if kind == "sale-returned":
            if data["saleId"]:
                self.state["sales"][data["saleId"]]["status"] = data["saleStatus"]
        elif kind.startswith("sale-"):
            self.state["sales"][data["saleId"]] = {key: data[key] for key in SALE}
        elif kind == "stock-changed":
            self.state["stock"].update({row["partId"]: row["onHand"] for row in data["parts"]})
        elif kind.startswith("cash-session-"):
            self.state["sessions"][data["sessionId"]] = data["status"]
        elif kind == "special-order-changed":
            self.state["specials"][data["specialOrderId"]] = (data["number"], data["status"], data["saleId"])


class Day:
    """A shop with a sale of two units, a cart, a parked one, and two special orders of which one has come."""

    def __init__(self) -> None:
        self.till = Till()
        self.owner = as_member(self.till.shop, Role.OWNER)
        self.part: Part = PartFactory(shop=self.till.shop, on_hand=9, selling_price=100, core_charge=10)
        self.customer = CustomerFactory(shop=self.till.shop)
        self.sale = self.till.sell((self.part, 2))
        self.cart, parked = (self.save() for _ in range(2))
        self.parked = park_sale(parked.pk, label="Red car", **self.at())
        self.waiting, self.come = (self.order() for _ in range(2))
        special_order_arrived(self.come.pk, **self.at())

    def at(self) -> dict[str, Any]:
        """Which shop, and who acts."""
        return {"shop_id": self.till.shop.pk, "actor": self.owner}

    def save(self, sale_id: Any = None, **given: Any) -> Sale:
        """A cart, new or anew."""
        cart = self.till.cart((self.part, 1), customer_id=self.customer.pk, **given)
        return save_cart(self.till.shop.pk, cart=cart, sale_id=sale_id, actor=self.owner)

    def order(self) -> SpecialOrder:
        """A part for the customer."""
        given: dict[str, Any] = {"part_id": self.part.pk, "quantity": 1, "unit_price": D(90)}
        return take_special_order(self.till.shop.pk, customer_id=self.customer.pk, actor=self.owner, **given)

    def back(self, units: int) -> ReturnInput:
        """Units of the sale."""
        return ReturnInput([BackInput(self.sale.lines.get().pk, units)], register_id=self.till.register.pk)

    def collect(self) -> Sale:
        """The order that has come is paid."""
        register = self.till.register.pk
        return collect_special_order(self.come.pk, register_id=register, payments=[cash()], **self.at())


CASES: dict[str, Callable[[Day], Any]] = {
    "sold": lambda day: day.till.sell((day.part, 3), customer_id=day.customer.pk),
    "cart changed": lambda day: day.save(day.cart.pk, label="Blue car"),
    "cart parked": lambda day: park_sale(day.cart.pk, label="Ali", **day.at()),
    "parked one taken up": lambda day: resume_sale(day.parked.pk, **day.at()),
    "cart given up": lambda day: void_sale(day.cart.pk, reason="No", **day.at()),
    "voided": lambda day: void_sale(day.sale.pk, reason="No", **day.at()),
    "one came back": lambda day: take_return(day.sale.pk, given=day.back(1), **day.at()),
    "all came back": lambda day: take_return(day.sale.pk, given=day.back(2), **day.at()),
    "exchanged": lambda day: exchange(
        day.sale.pk, given=day.back(2), cart=day.till.cart((day.part, 3)), payments=[cash()], **day.at()
    ),
    "received": lambda day: receive_stock(day.till.shop.pk, [Units(day.part.pk, 4)], actor=day.owner),
    "adjusted": lambda day: adjust_stock(day.part.pk, quantity=-1, reason=Reason.LOST, **day.at()),
    "closed": lambda day: close_session(day.till.session.pk, counted=D(1), **day.at()),
    "opened": lambda day: open_session(
        day.till.shop.pk,
        register_id=RegisterFactory(shop=day.till.shop, code="T2").pk,
        opening_float=D(5),
        actor=day.owner,
    ),
    "ordered": lambda day: day.order(),
    "arrived": lambda day: special_order_arrived(day.waiting.pk, **day.at()),
    "given up": lambda day: cancel_special_order(day.come.pk, reason="No", **day.at()),
    "collected": lambda day: day.collect(),
    "collected and voided": lambda day: void_sale(day.collect().pk, reason="No", **day.at()),
}


@pytest.mark.parametrize("case", CASES)
def test_state_and_events_give_the_new_state(case: str) -> None:
    day = Day()
    screen = Screen(day.till)
    before = screen.fetch()
    CASES[case](day)
    for entry in read_after({screen.stream: screen.head}):
        screen.apply(entry.type, entry.data)
        # Applying an event twice is harmless.
        screen.apply(entry.type, entry.data)
    assert screen.state == screen.fetch()
    assert screen.state != before
