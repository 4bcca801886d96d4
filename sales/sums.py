"""The sums of a sale, in one place. All amounts are in the currency of the sale, and rounded per line.

    gross   = unit price × quantity − discount                       (of one line, as it is priced)
    tax     = gross × r / (100 + r)  where prices include tax, else  gross × r / 100
    net     = gross − tax            where prices include tax, else  gross
    goods   = Σ net
    total   = goods + delivery without its tax + Σ tax + core charges + rounding of cash

A core charge is a deposit for the old part: it carries no tax. Delivery is taxed at the standard rate.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from clutch.core.money import round_money

ZERO = Decimal(0)
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Taxed:
    """An amount as it is priced (`gross`), split into `net` and `tax`; what is paid is their sum."""

    gross: Decimal
    net: Decimal
    tax: Decimal

    @property
    def total(self) -> Decimal:
        """What is paid."""
        return self.net + self.tax


def taxed(gross: Decimal, *, rate: Decimal, included: bool, currency: str) -> Taxed:
    """Split an amount: `rate` in percent, `included` where the price has the tax in it."""
    if included:
        tax = round_money(gross * rate / (HUNDRED + rate), currency)
        return Taxed(gross, gross - tax, tax)
    return Taxed(gross, gross, round_money(gross * rate / HUNDRED, currency))


def line_sums(
    unit_price: Decimal,
    quantity: int,
    discount: Decimal = ZERO,
    *,
    rate: Decimal,
    included: bool,
    currency: str,
) -> Taxed:
    """The sums of one line: rounded here, and nowhere later."""
    gross = round_money(unit_price * quantity - discount, currency)
    return taxed(gross, rate=rate, included=included, currency=currency)


def percent_of(amount: Decimal, percent: Decimal, currency: str) -> Decimal:
    """A share of an amount, rounded to the currency."""
    return round_money(amount * percent / HUNDRED, currency)


def reduction_percent(list_price: Decimal, unit_price: Decimal, quantity: int, discount: Decimal) -> Decimal:
    """How far a line lies below the list price, in percent, unrounded; 0 where it does not."""
    asked = list_price * quantity
    off = asked - (unit_price * quantity - discount)
    return off / asked * HUNDRED if asked > 0 and off > 0 else ZERO


@dataclass(frozen=True)
class Totals:
    """What a sale adds up to, before the rounding of cash."""

    goods: Decimal
    discount: Decimal
    tax: Decimal
    delivery_tax: Decimal
    core: Decimal
    total: Decimal


@dataclass(frozen=True)
class Summed:
    """One line as `totals` adds it up: `core` is the deposit of all its units."""

    net: Decimal
    tax: Decimal
    discount: Decimal = ZERO
    core: Decimal = ZERO


def totals(lines: Iterable[Summed], *, delivery: Taxed) -> Totals:
    """Add up a sale."""
    rows = list(lines)
    goods = sum((row.net for row in rows), ZERO)
    tax = sum((row.tax for row in rows), ZERO) + delivery.tax
    core = sum((row.core for row in rows), ZERO)
    return Totals(
        goods=goods,
        discount=sum((row.discount for row in rows), ZERO),
        tax=tax,
        delivery_tax=delivery.tax,
        core=core,
        total=goods + delivery.net + tax + core,
    )


def to_coin(amount: Decimal, coin: Decimal) -> Decimal:
    """Round an amount of cash to the smallest coin, halves away from zero; coin 0 rounds nothing."""
    if coin <= 0:
        return amount
    return (amount / coin).quantize(Decimal(1), rounding=ROUND_HALF_UP) * coin


def share(amount: Decimal, *, before: int, units: int, of: int, currency: str) -> Decimal:
    """What `units` of a line of `of` units are worth, when `before` of them are gone already.

    round(amount × (before + units) / of) − round(amount × before / of): the shares of all units
    add up to the amount exactly, in whatever portions they come back.
    """
    upto = round_money(amount * (before + units) / of, currency)
    return upto - round_money(amount * before / of, currency)
