"""A small shop kept on paper: plain Python beside the acts of the counter, told what each should come to.

It knows nothing of the code that it is compared with. What an act would be refused for is gathered
in `why`; whoever plays an act forgets the paper that was written for one that is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID, uuid4

ZERO = Decimal(0)
FLOAT, LIMIT, FEE = Decimal(200), Decimal(400), Decimal("0.10")
Money = dict[str, Decimal]


def cents(amount: Decimal) -> Decimal:
    """Rounded as on paper."""
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def portion(amount: Decimal, before: int, units: int, of: int) -> Decimal:
    """What `units` of `of` are worth, when `before` are gone: in the end all of the amount."""
    return cents(amount * (before + units) / of) - cents(amount * before / of)


@dataclass
class Line:
    """Units of a part on a receipt; `awaited` is for how many of them the old part may still come."""

    part: int
    units: int
    price: Decimal
    discount: Decimal = ZERO
    core: Decimal = ZERO
    cost: Decimal = ZERO
    back: int = 0
    awaited: int = 0

    @property
    def gross(self) -> Decimal:
        """What the goods cost, tax and all."""
        return cents(self.price * self.units - self.discount)


@dataclass
class Receipt:
    """A sale, or a cart that is put aside."""

    lines: list[Line]
    customer: int | None = None
    status: str = "parked"
    paid: Money = field(default_factory=dict)
    has_returns: bool = False
    is_exchange: bool = False
    special: int | None = None
    id: UUID | None = None

    @property
    def total(self) -> Decimal:
        """What is paid for it."""
        return sum((line.gross + line.core * line.units for line in self.lines), ZERO)


@dataclass
class Special:
    """A part that is got for one customer."""

    customer: int
    line: Line
    paid: Money
    status: str = "waiting"
    id: UUID = field(default_factory=uuid4)


class Paper:
    """Stock, drawer, takings and what customers owe, have, and paid ahead."""

    def __init__(self, stock: Sequence[tuple[int, Decimal]], customers: int) -> None:
        self.units = [units for units, _value in stock]
        self.value = [value for _units, value in stock]
        self.average = [value / units for units, value in stock]
        self.owed, self.credit, self.deposit = ([ZERO] * customers for _ in range(3))
        self.held: dict[UUID, tuple[int, str, int]] = {}
        self.drawer = FLOAT
        self.takings: Money = {}
        self.shift: Money = {}
        self.sales: list[Receipt] = []
        self.specials: list[Special] = []
        self.why: set[str] = set()

    # --- stock ---

    def move(self, part: int, units: int, value: Decimal) -> None:
        """Units come or go at a value."""
        self.units[part] += units
        self.value[part] += value
        if self.units[part] > 0:
            self.average[part] = round(self.value[part] / self.units[part], 6)

    def cost_of(self, part: int, units: int) -> Decimal:
        """What units are worth at the moving average; the last take all that is left."""
        there = self.units[part]
        if units == there:
            return self.value[part]
        each = self.value[part] / there if there > 0 else self.average[part]
        return cents(each * units)

    def promised(self, part: int, kind: str, spare: UUID | None = None) -> int:
        """Units that are held."""
        rows = self.held.items()
        return sum(row[2] for key, row in rows if row[:2] == (part, kind) and key != spare)

    def for_counter(self, part: int, spare: UUID | None = None) -> int:
        """All but what is promised for good."""
        return self.units[part] - self.promised(part, "hard", spare)

    def hold(self, key: UUID, part: int, kind: str, units: int) -> None:
        """Promise units; for good comes before what quotes hold."""
        self.held.pop(key, None)
        free = self.for_counter(part) - (self.promised(part, "soft") if kind == "soft" else 0)
        if units > free:
            self.why.add("not_enough_stock")
        self.held[key] = (part, kind, units)

    def take_hold(self, key: UUID, keep: int) -> None:
        """The counter takes what a quote holds; the quote keeps some where they are left."""
        part, kind, units = self.held.pop(key)
        if self.for_counter(part) - self.promised(part, "soft") - units >= keep:
            self.held[key] = (part, kind, keep)

    # --- money ---

    def pay(self, method: str, amount: Decimal, who: int | None = None, paid: Money | None = None) -> None:
        """Money comes, or goes where it is negative; `paid` is what its document has of each way."""
        if not amount:
            return
        for sums in (self.takings, self.shift, paid if paid is not None else {}):
            sums[method] = sums.get(method, ZERO) + amount
        if method == "cash":
            self.drawer += amount
        if method not in ("account", "store_credit", "deposit"):
            return
        if who is None:
            self.why.add("no_customer")
        elif method == "account":
            if amount > max(LIMIT - self.owed[who], ZERO):
                self.why.add("over_limit")
            self.owed[who] += amount
        else:
            sums_of = self.credit if method == "store_credit" else self.deposit
            if amount > sums_of[who]:
                self.why.add("not_enough_credit")
            sums_of[who] -= amount

    def give_back(self, amount: Decimal, by: str, who: int | None, paid: Money) -> None:
        """A refund: as store credit, in cash, or as it was paid with the rest in cash."""
        if by == "store_credit":
            self.pay(by, -amount, who, paid)
            return
        had, rest = dict(paid), amount
        if by == "original":
            for method in ("account", "store_credit", "card"):
                part = min(rest, max(had.get(method, ZERO), ZERO))
                self.pay(method, -part, who, paid)
                rest -= part
            if rest > max(sum((had.get(way, ZERO) for way in ("cash", "deposit", "exchange")), ZERO), ZERO):
                self.why.add("paid_less")
        self.pay("cash", -rest, who, paid)

    # --- sales ---

    def sell(self, sale: Receipt, payments: Sequence[tuple[str, Decimal]], spare: UUID | None = None) -> None:
        """Money in, stock out."""
        if sale.status != "parked":
            self.why.add("wrong_status")
            return
        for method, amount in payments:
            self.pay(method, amount, sale.customer, sale.paid)
        for line in sale.lines:
            left = self.for_counter(line.part, spare)
            if line.units > left:
                self.why.add("not_enough_stock")
            elif line.units > left - self.promised(line.part, "soft"):
                self.why.add("held_by_quote")
        for line in sale.lines:
            line.cost = self.cost_of(line.part, line.units)
            line.awaited = line.units if line.core else 0
            self.move(line.part, -line.units, -line.cost)
        sale.status = "completed"

    def void(self, sale: Receipt) -> None:
        """As if it had not been."""
        if sale.status == "parked":
            sale.status = "voided"
            return
        if sale.status != "completed":
            self.why.add("wrong_status")
        if sale.has_returns:
            self.why.add("has_returns")
        if sale.is_exchange:
            self.why.add("not_voidable")
        for method, amount in list(sale.paid.items()):
            self.pay(method, -amount, sale.customer, sale.paid)
        for line in sale.lines:
            self.move(line.part, line.units, line.cost)
            line.awaited = 0
        if sale.special is not None:
            order = self.specials[sale.special]
            order.status = "arrived"
            self.hold(order.id, order.line.part, "hard", order.line.units)
        sale.status = "voided"

    def come_back(self, sale: Receipt, units: dict[int, int], *, damaged: bool, fee: bool) -> Decimal:
        """Units of lines come back; what the customer gets for them, before anything is paid."""
        if sale.status != "completed":
            self.why.add("wrong_status")
            return ZERO
        goods = cores = ZERO
        for position, back in units.items():
            line = sale.lines[position]
            if back > line.units - line.back:
                self.why.add("more_than_sold")
                return ZERO
            goods += portion(line.gross, line.back, back, line.units)
            cost = portion(line.cost, line.back, back, line.units)
            deposits = min(back, line.awaited)
            line.awaited -= deposits
            cores += line.core * deposits
            line.back += back
            self.move(line.part, back, cost)
            if damaged:
                self.move(line.part, -back, -cost)
        sale.has_returns = True
        if all(line.back == line.units for line in sale.lines):
            sale.status = "returned"
        return goods + cores - (cents(goods * FEE) if fee else ZERO)

    def bring_old_part(self, sale: Receipt, line: Line, units: int, by: str) -> None:
        """The old part comes later, and its deposit goes."""
        if not line.awaited:
            self.why.add("core_over")
        elif units > line.awaited:
            self.why.add("more_than_sold")
        line.awaited -= units
        sale.has_returns = True
        self.give_back(line.core * units, by, sale.customer, sale.paid)

    def exchange(self, sale: Receipt, new: Receipt, credit: Decimal, by: str) -> None:
        """What came back pays first; the rest is paid in cash, or given back."""
        used = min(credit, new.total)
        self.give_back(credit - used, by, new.customer, sale.paid)
        self.pay("exchange", -used, new.customer, sale.paid)
        self.sell(new, [("exchange", used), ("cash", new.total - used)])
        new.is_exchange = True

    # --- special orders ---

    def order(self, special: Special, method: str, deposit: Decimal) -> None:
        """A deposit is paid ahead."""
        self.pay(method, deposit, special.customer, special.paid)
        self.deposit[special.customer] += deposit
        self.specials.append(special)

    def arrive(self, special: Special) -> None:
        """It is kept for its customer."""
        if special.status != "waiting":
            self.why.add("wrong_status")
        self.hold(special.id, special.line.part, "hard", special.line.units)
        special.status = "arrived"

    def give_up(self, special: Special, by: str) -> None:
        """The deposit goes back."""
        if special.status not in ("waiting", "arrived"):
            self.why.add("wrong_status")
        self.held.pop(special.id, None)
        left = sum(special.paid.values(), ZERO)
        self.give_back(left, by, special.customer, special.paid)
        self.deposit[special.customer] -= left
        special.status = "cancelled"

    def collect(self, which: int, sale: Receipt, method: str) -> None:
        """The deposit pays first."""
        special = self.specials[which]
        if special.status != "arrived":
            self.why.add("wrong_status")
        ahead = min(sum(special.paid.values(), ZERO), sale.total)
        self.sell(sale, [("deposit", ahead), (method, sale.total - ahead)], spare=special.id)
        self.held.pop(special.id, None)
        special.status = "collected"
        sale.special = which
        self.sales.append(sale)


def nonzero(sums: dict[Any, Decimal]) -> dict[Any, Decimal]:
    """Without what came to nothing."""
    return {key: amount for key, amount in sums.items() if amount}
