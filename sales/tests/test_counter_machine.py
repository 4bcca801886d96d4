"""Whatever happens at a counter in whatever order, shelf, drawer and customers are as on paper.

The machine keeps a small shop twice: through the acts, and in plain Python (`sales/tests/paper.py`).
Both must refuse the same things, and after each act say the same. Where the units lie is the matter
of the machine of the ledger; here they all lie on the floor.
"""

from copy import deepcopy
from decimal import Decimal as D
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from inventory import queries
from inventory.actions.holds import Wanted, end_holds, hold_parts, take_hold
from inventory.actions.stock import Units, move_stock, receive_stock
from inventory.enums import HoldKind, HoldStatus, MovementKind, Reason
from inventory.ledger import Document, Entry
from sales.actions.accounts import pay_on_account
from sales.actions.carts import park_sale, resume_sale, save_cart
from sales.actions.checkout import complete_sale, ring_up
from sales.actions.cores import return_core
from sales.actions.registers import close_session, move_cash, open_session
from sales.actions.returns import exchange, take_return
from sales.actions.special_orders import (
    cancel_special_order,
    collect_special_order,
    special_order_arrived,
    take_special_order,
)
from sales.actions.store_credit import give_store_credit
from sales.actions.voiding import void_sale
from sales.enums import Condition, RefundBy, ReturnReason
from sales.inputs import BackInput, ReturnInput
from sales.models import CoreDeposit, Sale
from sales.tests.counter_books import CORES, CounterBooks
from sales.tests.paper import FLOAT, ZERO, Line, Paper, Receipt, Special, cents, nonzero

PARTS, UNITS, WHICH = st.integers(0, 2), st.integers(1, 4), st.integers(0, 30)
WHO = st.sampled_from([None, 0, 1])
CART = st.lists(st.tuples(PARTS, st.integers(1, 3)), min_size=1, max_size=2, unique_by=lambda line: line[0])
OFF = st.sampled_from([ZERO, D("1.25")])
WAYS = st.sampled_from(["cash", "cash", "card", "account", "store_credit", "split"])
BY = st.sampled_from(list(RefundBy))
AMOUNT = st.sampled_from([D("0.01"), D(20), D("133.33"), D(300)])


class Counter(CounterBooks):
    """What happens in a shop, in any order."""

    @rule(part=PARTS, units=UNITS, cost=st.none() | st.sampled_from([D("9.99"), D("12.34"), ZERO]))
    def receive(self, part: int, units: int, cost: D | None) -> None:
        into = Units(self.parts[part].pk, units, unit_cost=cost)

        def note(paper: Paper) -> None:
            there = paper.units[part]
            each = paper.value[part] / there if there > 0 else paper.average[part]
            # Without an average there is the list cost.
            each = each if paper.average[part] else D(500)
            paper.move(part, units, cents((each if cost is None else cost) * units))

        self.both(note, lambda: receive_stock(self.shop_id, [into], actor=self.actor))

    @rule(part=PARTS, counted=st.integers(0, 9))
    def count(self, part: int, counted: int) -> None:
        change = counted - self.paper.units[part]
        if not change:
            return
        entry = Entry(self.parts[part].pk, change, MovementKind.COUNT, reason=Reason.MISCOUNT)
        sheet = Document("count", uuid4(), "C")

        def note(paper: Paper) -> None:
            there = paper.units[part]
            each = paper.value[part] / there if there > 0 else paper.average[part]
            worth = -paper.value[part] if counted == 0 else cents(each * change)
            paper.move(part, change, worth)

        self.both(note, lambda: move_stock(self.shop_id, [entry], document=sheet, actor=self.actor))

    @rule(cart=CART, off=OFF, who=WHO, way=WAYS)
    def sell(self, cart: list[tuple[int, int]], off: D, who: int | None, way: str) -> None:
        new = self.receipt(cart, off, who)
        payments = self.ways(new.total, way)

        def note(paper: Paper) -> None:
            paper.sell(new, payments)
            paper.sales.append(new)

        act = {"cart": self.cart_of(new), "payments": self.given(payments), "actor": self.actor}
        if done := self.both(note, lambda: ring_up(self.shop_id, **act)):
            assert done.total == new.total
            new.id = done.pk

    @rule(cart=CART, off=OFF, who=WHO)
    def park(self, cart: list[tuple[int, int]], off: D, who: int | None) -> None:
        new = self.receipt(cart, off, who)
        saved = save_cart(self.shop_id, cart=self.cart_of(new), actor=self.actor)
        new.id = park_sale(saved.pk, **self.where()).pk
        self.paper.sales.append(new)

    @precondition(lambda self: any(sale.status == "parked" for sale in self.paper.sales))
    @rule(which=WHICH, way=WAYS, resumed=st.booleans())
    def finish_parked(self, which: int, way: str, resumed: bool) -> None:
        parked = [n for n, sale in enumerate(self.paper.sales) if sale.status == "parked"]
        at = parked[which % len(parked)]
        sale_id = self.paper.sales[at].id
        assert sale_id is not None
        payments = self.ways(self.paper.sales[at].total, way)
        if resumed and Sale.objects.get(pk=sale_id).status == "parked":
            resume_sale(sale_id, **self.where())
        self.both(
            lambda paper: paper.sell(paper.sales[at], payments),
            lambda: complete_sale(sale_id, payments=self.given(payments), **self.where()),
        )

    @precondition(lambda self: self.paper.sales)
    @rule(which=WHICH)
    def void(self, which: int) -> None:
        at = self.sale(which)
        sale_id = self.paper.sales[at].id
        assert sale_id is not None
        self.both(
            lambda paper: paper.void(paper.sales[at]),
            lambda: void_sale(sale_id, reason="Wrong customer", **self.where()),
        )

    def back(self, sale: Receipt, whole: bool, units: int, position: int) -> dict[int, int]:
        if whole:
            left = {n: line.units - line.back for n, line in enumerate(sale.lines)}
            return {n: units for n, units in left.items() if units} or {0: 1}
        return {position % len(sale.lines): units}

    def coming(
        self, sale: Receipt, back: dict[int, int], damaged: bool, fee: bool, by: RefundBy
    ) -> ReturnInput:
        condition = Condition.DAMAGED if damaged else Condition.RESALEABLE
        reason = ReturnReason.NOT_NEEDED if fee else ReturnReason.DEFECTIVE
        lines = [BackInput(self.line_id(sale, n), units, condition, reason) for n, units in back.items()]
        return ReturnInput(lines, by, self.till.register.pk)

    @precondition(lambda self: self.paper.sales)
    @rule(
        which=WHICH, whole=st.booleans(), units=st.integers(1, 3), position=st.integers(0, 1),
        damaged=st.booleans(), fee=st.booleans(), by=BY,
    )  # fmt: skip
    def take_back(
        self, *, which: int, whole: bool, units: int, position: int, damaged: bool, fee: bool, by: RefundBy
    ) -> None:
        at = self.sale(which)
        sale = self.paper.sales[at]
        sale_id = sale.id
        assert sale_id is not None
        back = self.back(sale, whole, units, position)
        given = self.coming(sale, back, damaged, fee, by)

        def note(paper: Paper) -> None:
            mine = paper.sales[at]
            credit = paper.come_back(mine, back, damaged=damaged, fee=fee)
            paper.give_back(credit, by, mine.customer, mine.paid)

        self.both(note, lambda: take_return(sale_id, given=given, **self.where()))

    @precondition(lambda self: self.paper.sales)
    @rule(which=WHICH, units=st.integers(1, 3), cart=CART, fee=st.booleans(), by=BY)
    def swap(self, which: int, units: int, cart: list[tuple[int, int]], fee: bool, by: RefundBy) -> None:
        at = self.sale(which)
        sale = self.paper.sales[at]
        sale_id = sale.id
        assert sale_id is not None
        back = self.back(sale, False, units, 0)
        new = self.receipt(cart, ZERO, sale.customer)
        given = self.coming(sale, back, False, fee, by)
        # What is dearer is paid in cash; what is not, with nothing.
        trial = deepcopy(self.paper)
        credit = trial.come_back(trial.sales[at], back, damaged=False, fee=fee)
        payments = self.given([("cash", max(new.total - credit, ZERO))])

        def note(paper: Paper) -> None:
            paper.come_back(paper.sales[at], back, damaged=False, fee=fee)
            if not paper.why:
                paper.exchange(paper.sales[at], new, credit, by)
                paper.sales.append(new)

        act = {"given": given, "cart": self.cart_of(new), "payments": payments, **self.where()}
        if done := self.both(note, lambda: exchange(sale_id, **act)):
            new.id = done.exchange_id

    @precondition(lambda self: any(line.core for sale in self.paper.sales for line in sale.lines))
    @rule(which=WHICH, units=st.integers(1, 2), by=st.sampled_from([RefundBy.CASH, RefundBy.STORE_CREDIT]))
    def bring_old_part(self, which: int, units: int, by: RefundBy) -> None:
        cores = list(CoreDeposit.objects.filter(shop=self.shop_id).order_by("pk").select_related("sale_line"))
        if not cores:
            return
        core = cores[which % len(cores)]
        at = next(n for n, sale in enumerate(self.paper.sales) if sale.id == core.sale_line.sale_id)
        line = core.sale_line.position
        self.both(
            lambda paper: paper.bring_old_part(paper.sales[at], paper.sales[at].lines[line], units, by),
            lambda: return_core(core.pk, quantity=units, refund=by, **self.where()),
        )

    # --- promises ---

    @rule(part=PARTS, units=st.integers(1, 3), kind=st.sampled_from(HoldKind))
    def hold(self, part: int, units: int, kind: HoldKind) -> None:
        paper_of = Document("quote", uuid4(), "CL")
        wanted = [Wanted(self.parts[part].pk, units)]
        act: dict[str, Any] = {"kind": kind, "document": paper_of, "expires_at": None, "actor": self.actor}
        key = paper_of.id
        assert key is not None
        self.both(
            lambda paper: paper.hold(key, part, kind, units),
            lambda: hold_parts(self.shop_id, wanted, **act),
        )

    def mine(self, kind: str | None = None) -> list[UUID]:
        orders = {order.id for order in self.paper.specials}
        return [key for key, row in self.paper.held.items() if key not in orders and kind in (None, row[1])]

    @precondition(lambda self: self.mine())
    @rule(which=WHICH)
    def release(self, which: int) -> None:
        key = self.mine()[which % len(self.mine())]
        self.both(
            lambda paper: paper.held.pop(key),
            lambda: end_holds(key, to=HoldStatus.RELEASED, actor=self.actor),
        )

    @precondition(lambda self: self.mine("soft"))
    @rule(which=WHICH, keep=st.integers(1, 2))
    def take_what_is_held(self, which: int, keep: int) -> None:
        key = self.mine("soft")[which % len(self.mine("soft"))]
        held = queries.open_holds([part.pk for part in self.parts]).get(document_id=key)
        self.both(
            lambda paper: paper.take_hold(key, keep), lambda: take_hold(held.pk, keep=keep, actor=self.actor)
        )

    # --- money by itself ---

    @rule(who=st.integers(0, 1), amount=AMOUNT, way=st.sampled_from(["cash", "card", "store_credit"]))
    def pay_debt(self, who: int, amount: D, way: str) -> None:
        def note(paper: Paper) -> None:
            if amount > paper.owed[who]:
                paper.why.add("invalid")
            paper.pay(way, amount, who)
            paper.owed[who] -= amount

        act: dict[str, Any] = {"amount": amount, "payments": self.given([(way, amount)]), "actor": self.actor}
        act |= {"register_id": self.till.register.pk, "customer_id": self.customer_id(who)}
        self.both(note, lambda: pay_on_account(self.shop_id, **act))

    @rule(who=st.integers(0, 1), amount=AMOUNT)
    def give_credit(self, who: int, amount: D) -> None:
        act = {"customer_id": self.customers[who].pk, "amount": amount, "reason": "Goodwill"}

        def note(paper: Paper) -> None:
            paper.credit[who] += amount

        self.both(note, lambda: give_store_credit(self.shop_id, actor=self.actor, **act))

    @rule(amount=AMOUNT, out=st.booleans())
    def put_or_take_cash(self, amount: D, out: bool) -> None:
        def note(paper: Paper) -> None:
            if out and amount > paper.drawer:
                paper.why.add("not_enough_cash")
            paper.drawer += -amount if out else amount
            paper.takings["cash"] = paper.takings.get("cash", ZERO) + (-amount if out else amount)

        act = {"amount": amount, "out": out, "reason": "Bank", **self.where()}
        self.both(note, lambda: move_cash(self.session.pk, **act))

    @rule()
    def change_shift(self) -> None:
        """The drawer is counted, and the Z report says what was taken since it was opened."""
        counted = max(self.paper.drawer, ZERO)
        closed = close_session(self.session.pk, counted=counted, **self.where())
        assert (closed.expected_cash, closed.counted_cash) == (self.paper.drawer, counted)
        said = {row["method"]: D(row["net"]) for row in closed.totals["tenders"]}
        assert nonzero(said) == nonzero(self.paper.shift)
        self.session = open_session(
            self.shop_id, register_id=self.till.register.pk, opening_float=FLOAT, actor=self.actor
        )
        self.paper.drawer, self.paper.shift = FLOAT, {}

    # --- special orders ---

    @rule(who=st.integers(0, 1), part=PARTS, units=st.integers(1, 2), way=st.sampled_from(["cash", "card"]),
          ahead=st.sampled_from([ZERO, D("7.77"), D(15)]))  # fmt: skip
    def order_special(self, who: int, part: int, units: int, way: str, ahead: D) -> None:
        price = D("17.50")
        new = Special(who, Line(part, units, price, core=CORES[part]), {})
        act: dict[str, Any] = {"customer_id": self.customers[who].pk, "part_id": self.parts[part].pk}
        act |= {"quantity": units, "unit_price": price, "deposit": ahead, "actor": self.actor}
        act |= {"payments": self.given([(way, ahead)]), "register_id": self.till.register.pk}
        taken = take_special_order(self.shop_id, **act)
        new.id = taken.pk
        self.paper.order(new, way, ahead)

    @precondition(lambda self: self.paper.specials)
    @rule(which=WHICH)
    def special_arrives(self, which: int) -> None:
        at = which % len(self.paper.specials)
        order_id = self.paper.specials[at].id
        self.both(
            lambda paper: paper.arrive(paper.specials[at]),
            lambda: special_order_arrived(order_id, **self.where()),
        )

    @precondition(lambda self: self.paper.specials)
    @rule(which=WHICH, by=BY)
    def give_special_up(self, which: int, by: RefundBy) -> None:
        at = which % len(self.paper.specials)
        act = {"reason": "No", "refund": by, "register_id": self.till.register.pk, **self.where()}
        self.both(
            lambda paper: paper.give_up(paper.specials[at], by),
            lambda: cancel_special_order(self.paper.specials[at].id, **act),
        )

    @precondition(lambda self: any(order.status == "arrived" for order in self.paper.specials))
    @rule(which=WHICH, way=st.sampled_from(["cash", "card", "account"]))
    def collect_special(self, which: int, way: str) -> None:
        arrived = [n for n, order in enumerate(self.paper.specials) if order.status == "arrived"]
        at = arrived[which % len(arrived)]
        order = self.paper.specials[at]
        sale = Receipt([deepcopy(order.line)], order.customer)
        payments = self.given([(way, max(sale.total - sum(order.paid.values(), ZERO), ZERO))])
        act = {"register_id": self.till.register.pk, "payments": payments, **self.where()}
        if done := self.both(
            lambda paper: paper.collect(at, sale, way), lambda: collect_special_order(order.id, **act)
        ):
            sale.id = done.pk


def _run(examples: int, steps: int) -> None:
    run(
        Counter,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            # Shrinking plays the story again a hundred times, and each takes seconds.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.long
@pytest.mark.django_db
def test_counter_is_as_on_paper_whatever_happens() -> None:
    _run(examples=30, steps=40)
