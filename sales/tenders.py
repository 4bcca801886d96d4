"""How the payments that a clerk types become what is booked: the rest in cash, its rounding, the change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from clutch.core.errors import Conflict, Invalid
from clutch.core.money import MAX_AMOUNT, is_exact, round_money
from sales import sums
from sales.enums import RefundBy, Tender
from sales.inputs import PaymentInput

ZERO = Decimal(0)
# What a clerk may take at a till; the others come about by themselves.
TAKEN = (Tender.CASH, Tender.CARD, Tender.TRANSFER, Tender.ACCOUNT, Tender.STORE_CREDIT)
MOST_PAYMENTS = 10


@dataclass(frozen=True)
class Due:
    """One payment as it is booked: `amount` counts, `tendered` is the cash that was handed over."""

    method: Tender
    amount: Decimal
    tendered: Decimal | None = None
    reference: str = ""


@dataclass(frozen=True)
class Settlement:
    """All payments of a document; `rounding` is what the smallest coin added to its total."""

    payments: list[Due]
    rounding: Decimal
    change: Decimal

    def sum_of(self, method: Tender) -> Decimal:
        """What is paid by one method."""
        return sum((row.amount for row in self.payments if row.method == method), ZERO)


def settle(total: Decimal, given: Sequence[PaymentInput], *, coin: Decimal, currency: str) -> Settlement:
    """Split a total over the payments given. Cash pays what the others leave, rounded to the coin.

    Raises Invalid at the payment that is too much, missing, or not enough (with what is still due).
    """
    _check(given, currency)
    others = [row for row in given if row.method != Tender.CASH]
    booked = [Due(row.method, row.amount or ZERO, reference=row.reference) for row in others]
    rest = total - sum((row.amount for row in booked), ZERO)
    if rest < 0:
        raise _wrong(given, others[-1], "amount", _("This is more than what is due."))
    cash = next((row for row in given if row.method == Tender.CASH), None)
    if cash is None:
        if rest > 0:
            raise _still_due(rest, currency, "payments")
        return Settlement(booked, ZERO, ZERO)
    if rest == 0 and others:
        raise _wrong(given, cash, "method", _("Nothing is left to be paid in cash."))
    due = sums.to_coin(rest, coin)
    tendered = due if cash.tendered is None else cash.tendered
    if tendered < due:
        raise _still_due(due - tendered, currency, f"payments.{list(given).index(cash)}.tendered")
    if due or not booked:
        booked.append(Due(Tender.CASH, due, tendered, cash.reference))
    return Settlement(booked, due - rest, tendered - due)


def _check(given: Sequence[PaymentInput], currency: str) -> None:
    if len(given) > MOST_PAYMENTS:
        message = _("A sale has at most %(count)d payments.") % {"count": MOST_PAYMENTS}
        raise Invalid(message, fields={"payments": [message]})
    seen = False
    for row in given:
        if row.method not in TAKEN:
            raise _wrong(given, row, "method", _("This cannot be paid so."))
        amount = row.tendered if row.method == Tender.CASH else row.amount
        name = "tendered" if row.method == Tender.CASH else "amount"
        if row.method == Tender.CASH:
            if seen:
                raise _wrong(given, row, "method", _("Put all cash into one payment."))
            seen = True
            if amount is None:
                continue
        elif amount is None or amount == 0:
            raise _wrong(given, row, "amount", _("Enter an amount."))
        if not amount.is_finite() or not ZERO <= amount <= MAX_AMOUNT or not is_exact(amount, currency):
            raise _wrong(given, row, name, _("Check this amount."))


def _wrong(given: Sequence[PaymentInput], row: PaymentInput, name: str, message: str) -> Invalid:
    n = next(n for n, found in enumerate(given) if found is row)
    return Invalid(message, code="bad_payment", fields={f"payments.{n}.{name}": [message]})


def _still_due(rest: Decimal, currency: str, path: str) -> Invalid:
    shown = f"{round_money(rest, currency):f}"
    message = _("%(amount)s %(currency)s are still due.") % {"amount": shown, "currency": currency}
    return Invalid(message, code="still_due", fields={path: [message]}, extra={"stillDue": shown})


# What goes back first, in this order; the rest goes back as cash.
BACK_FIRST = (Tender.ACCOUNT, Tender.STORE_CREDIT, Tender.PLATFORM, Tender.CARD, Tender.TRANSFER)
# What was paid so is given back from the drawer.
BACK_AS_CASH = (Tender.CASH, Tender.DEPOSIT, Tender.EXCHANGE, Tender.ON_DELIVERY)


def give_back(
    amount: Decimal,
    by: RefundBy,
    *,
    paid: Mapping[str, Decimal],
    coin: Decimal,
    rounded: Decimal = ZERO,
    currency: str = "",
) -> Settlement:
    """Split a refund; its payments are negative. `paid` is what each way of paying has still of the sale.

    As it was paid: what was bought on account is no longer owed, cards and credit get theirs back,
    and the rest comes from the drawer, to the smallest coin and never more than was paid so. What is
    then missing is rounding only up to a coin, or up to what the sale was `rounded` by; raises
    Conflict `paid_less` where more is missing: no money disappears as rounding.
    """
    if by == RefundBy.STORE_CREDIT:
        return Settlement(_taken([Due(Tender.STORE_CREDIT, -amount)]), ZERO, ZERO)
    booked: list[Due] = []
    rest = amount
    if by == RefundBy.ORIGINAL:
        for method in BACK_FIRST:
            part = min(rest, max(paid.get(method, ZERO), ZERO))
            booked.append(Due(method, -part))
            rest -= part
    cash = sums.to_coin(rest, coin)
    if by == RefundBy.ORIGINAL:
        cash = min(cash, max(sum((paid.get(method, ZERO) for method in BACK_AS_CASH), ZERO), ZERO))
        if rest - cash > max(coin, rounded):
            raise _paid_less(rest - cash, currency)
    booked.append(Due(Tender.CASH, -cash))
    return Settlement(_taken(booked), cash - rest, ZERO)


def _paid_less(missing: Decimal, currency: str) -> Conflict:
    shown = f"{round_money(missing, currency):f}"
    message = _(
        "Less was paid in these ways than goes back; %(amount)s %(currency)s are missing. "
        "Give it in cash or as store credit."
    )
    return Conflict(
        message % {"amount": shown, "currency": currency}, code="paid_less", extra={"missing": shown}
    )


def _taken(payments: Sequence[Due]) -> list[Due]:
    return [row for row in payments if row.amount]
