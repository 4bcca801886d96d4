"""The shop of the machine of the counter: kept by the acts, and on paper beside them."""

from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal as D
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from clutch.core.errors import DomainError
from inventory import checks
from inventory.enums import HoldStatus
from inventory.models import Hold, Stock
from inventory.tests.factories import PartFactory
from sales.enums import Tender
from sales.inputs import LineInput, PaymentInput
from sales.models import AccountEntry, CustomerBalance, Payment, Sale
from sales.reports import expected_cash
from sales.tests.acts import Till, as_member
from sales.tests.factories import CustomerFactory
from sales.tests.paper import LIMIT, ZERO, Line, Paper, Receipt, cents, nonzero
from shops.enums import Role

PRICES, CORES = (D(100), D("33.33"), D("19.99")), (D(50), ZERO, ZERO)


class CounterBooks(RuleBasedStateMachine):
    """Three parts, two customers, one till; what must hold after every act."""

    def __init__(self) -> None:
        super().__init__()
        self.sandbox = transaction.atomic()
        # As the test case's own block: acts are outermost all the same.
        self.sandbox._from_testcase = True  # type: ignore[attr-defined]
        self.sandbox.__enter__()

    def teardown(self) -> None:
        """Leave the database as it was."""
        transaction.set_rollback(True)
        self.sandbox.__exit__(None, None, None)

    @initialize()
    def open_shop(self) -> None:
        self.till = Till(restocking_percent=10)
        self.shop_id, self.actor = self.till.shop.pk, as_member(self.till.shop, Role.OWNER)
        self.session = self.till.session
        self.parts = [
            PartFactory(
                shop=self.till.shop, on_hand=7, unit_cost="10.01", selling_price=price, core_charge=core
            )
            for price, core in zip(PRICES, CORES, strict=True)
        ]
        self.customers = [CustomerFactory(shop=self.till.shop, credit_limit=LIMIT) for _ in range(2)]
        self.paper = Paper([(7, D("70.07"))] * 3, customers=2)

    def both(self, note: Callable[[Paper], Any], act: Callable[[], Any]) -> Any:
        """Write on paper what an act should come to, and do it; both go through, or neither."""
        before = deepcopy(self.paper)
        note(self.paper)
        why = self.paper.why
        if why:
            self.paper = before
        done, code = None, ""
        try:
            done = act()
        except DomainError as refused:
            code = refused.code
        # Where an act has several faults, it names one of them.
        assert code in (why or {""}), (code, why)
        return done

    # --- what the acts are given ---

    def where(self) -> dict[str, Any]:
        return {"shop_id": self.shop_id, "actor": self.actor}

    def customer_id(self, who: int | None) -> UUID | None:
        return None if who is None else self.customers[who].pk

    def cart_of(self, receipt: Receipt) -> Any:
        lines = [
            LineInput(self.parts[line.part].pk, line.units, discount=line.discount) for line in receipt.lines
        ]
        return self.till.cart(*lines, customer_id=self.customer_id(receipt.customer))

    def receipt(self, cart: list[tuple[int, int]], off: D, who: int | None) -> Receipt:
        lines = [Line(part, units, PRICES[part], core=CORES[part]) for part, units in cart]
        lines[0].discount = off
        return Receipt(lines, who)

    def ways(self, total: D, way: str) -> list[tuple[str, D]]:
        if way != "split":
            return [(way, total)]
        return [("card", cents(total / 2)), ("cash", total - cents(total / 2))]

    def given(self, payments: list[tuple[str, D]]) -> list[PaymentInput]:
        return [
            PaymentInput(Tender(way), None if way == "cash" else amount) for way, amount in payments if amount
        ]

    def sale(self, which: int) -> int:
        return which % len(self.paper.sales)

    def line_id(self, sale: Receipt, position: int) -> UUID:
        assert sale.id is not None
        return Sale.objects.get(pk=sale.id).lines.get(position=position).pk

    # --- what must hold ---

    @invariant()
    def books_are_as_on_paper(self) -> None:
        if not hasattr(self, "paper"):
            return
        assert checks.differences() == []
        paper, places = self.paper, {part.pk: n for n, part in enumerate(self.parts)}
        stocks = {places[row.part_id]: (row.on_hand, row.value) for row in Stock.objects.all()}
        assert stocks == {n: (paper.units[n], paper.value[n]) for n in range(3)}
        held = {
            row.document_id: (places[row.part_id], row.kind, row.quantity)
            for row in Hold.objects.filter(status=HoldStatus.OPEN)
        }
        assert held == paper.held
        taken = dict(Payment.objects.order_by().values_list("method").annotate(sum=Sum("amount")))
        assert nonzero(taken) == nonzero(paper.takings)
        assert expected_cash(self.session) == paper.drawer
        statuses = dict(Sale.objects.exclude(number="").values_list("pk", "status"))
        assert statuses == {
            sale.id: sale.status
            for sale in paper.sales
            if sale.paid or sale.status not in ("parked", "voided")
        }

    @invariant()
    def customers_are_as_on_paper(self) -> None:
        if not hasattr(self, "paper"):
            return
        paper = self.paper
        posted = {
            (who, account): amount
            for who, account, amount in AccountEntry.objects.order_by()
            .values_list("customer", "account")
            .annotate(sum=Sum("amount"))
        }
        for n, customer in enumerate(self.customers):
            row = CustomerBalance.objects.get(customer=customer)
            assert (row.owed, row.credit, row.deposit) == (paper.owed[n], paper.credit[n], paper.deposit[n])
            sums = tuple(posted.get((customer.pk, name), ZERO) for name in ("owed", "credit", "deposit"))
            assert sums == (row.owed, row.credit, row.deposit)
