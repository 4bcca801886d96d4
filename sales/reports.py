"""The X and Z report of a cash session: what was sold, how it was paid, what must lie in the drawer.

    expected cash = opening float + Σ cash payments of the session        (refunds are negative)
    Σ payments    = sales − voids − returns + deposits + paid on account + cash in − cash out

`sales` are the sales completed in the session, voided later or not; a void counts where its money
went back. Amounts are strings with the currency's decimals, as they are stored with the Z report.
"""

from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, Min, Q, Sum
from django.db.models.functions import Coalesce

from clutch.core.money import round_money
from sales.enums import Tender
from sales.models import CashSession, Payment, ReturnLine, Sale, SaleLine, SaleReturn

ZERO = Decimal(0)


def expected_cash(session: CashSession) -> Decimal:
    """What must lie in the drawer. Under the lock of the session it cannot move."""
    cash = Payment.objects.filter(session=session, method=Tender.CASH).aggregate(sum=Sum("amount"))["sum"]
    return session.opening_float + (cash or ZERO)


def session_report(session: CashSession) -> dict[str, Any]:
    """The figures of a session up to now, in a fixed number of queries."""
    currency = session.shop.currency

    def shown(amount: Decimal | None) -> str:
        return f"{round_money(amount or ZERO, currency):f}"

    sold = Sale.objects.filter(session=session).exclude(number="")
    sums = _sums(sold)
    voids = _sums(Sale.objects.filter(void_session=session))
    back = SaleReturn.objects.filter(session=session)
    returned = back.aggregate(
        count=Count("pk"), goods=_sum("goods_total"), tax=_sum("tax_total"), core=_sum("core_total"),
        delivery=_sum("delivery_fee"), fee=_sum("restocking_fee"), total=_sum("refund_total"),
    )  # fmt: skip
    return {
        "currency": currency,
        "sales": _block(sums, shown),
        "voids": _block(voids, shown),
        "returns": _block(returned, shown),
        "taxes": _taxes(session, shown),
        "deposits": shown(_deposits(session)),
        "paidOnAccount": shown(_paid_on_account(session)),
        "tenders": _tenders(session, shown),
        "cash": _cash(session, shown),
        "numbers": {"first": sums["first"] or "", "last": sums["last"] or ""},
    }


def _sum(column: str) -> Coalesce:
    return Coalesce(Sum(column), ZERO)


def _sums(sales: Any) -> dict[str, Any]:
    found: dict[str, Any] = sales.aggregate(
        count=Count("pk"), goods=_sum("goods_total"), discount=_sum("discount_total"), tax=_sum("tax_total"),
        core=_sum("core_total"), delivery=_sum("delivery_fee"), rounding=_sum("rounding"),
        total=_sum("total"), first=Min("number"), last=Max("number"),
    )  # fmt: skip
    return found


def _block(sums: dict[str, Any], shown: Any) -> dict[str, Any]:
    return {
        name: value if name == "count" else shown(value)
        for name, value in sums.items()
        if name not in ("first", "last")
    }


def _taxes(session: CashSession, shown: Any) -> list[dict[str, Any]]:
    """Net and tax by rate of what was sold and not undone in the session; delivery stands beside it."""
    rates: dict[Decimal, list[Decimal]] = {}
    sold = SaleLine.objects.filter(sale__session=session).exclude(sale__number="")
    undone = SaleLine.objects.filter(sale__void_session=session)
    back = ReturnLine.objects.filter(sale_return__session=session, sale_line__isnull=False)
    for rows, rate, sign in (
        (sold, "tax_rate", 1),
        (undone, "tax_rate", -1),
        (back, "sale_line__tax_rate", -1),
    ):
        grouped = rows.order_by().values(rate_=F(rate)).annotate(net_=Sum("net"), tax_=Sum("tax"))
        for row in grouped:
            into = rates.setdefault(row["rate_"], [ZERO, ZERO])
            into[0] += sign * row["net_"]
            into[1] += sign * row["tax_"]
    return [
        {"rate": f"{rate:f}", "net": shown(net), "tax": shown(tax)}
        for rate, (net, tax) in sorted(rates.items())
    ]


def _deposits(session: CashSession) -> Decimal:
    """What came ahead for special orders, less what was given back of it."""
    rows = Payment.objects.filter(session=session, special_order__isnull=False)
    return rows.aggregate(sum=_sum("amount"))["sum"] or ZERO


def _paid_on_account(session: CashSession) -> Decimal:
    rows = Payment.objects.filter(
        session=session, customer__isnull=False, sale=None, sale_return=None, special_order=None
    )
    return rows.aggregate(sum=_sum("amount"))["sum"] or ZERO


def _tenders(session: CashSession, shown: Any) -> list[dict[str, Any]]:
    rows = (
        Payment.objects.filter(session=session, reason="")
        .order_by()
        .values("method")
        .annotate(
            received=Coalesce(Sum("amount", filter=Q(amount__gt=0)), ZERO),
            given=Coalesce(Sum("amount", filter=Q(amount__lt=0)), ZERO),
        )
    )
    order = list(Tender.values)
    return [
        {
            "method": row["method"],
            "received": shown(row["received"]),
            "paidOut": shown(-row["given"]),
            "net": shown(row["received"] + row["given"]),
        }
        for row in sorted(rows, key=lambda row: order.index(row["method"]))
    ]


def _cash(session: CashSession, shown: Any) -> dict[str, Any]:
    by_hand, by_document = ~Q(reason=""), Q(reason="")
    found = Payment.objects.filter(session=session, method=Tender.CASH).aggregate(
        received=Coalesce(Sum("amount", filter=by_document & Q(amount__gt=0)), ZERO),
        given=Coalesce(Sum("amount", filter=by_document & Q(amount__lt=0)), ZERO),
        put_in=Coalesce(Sum("amount", filter=by_hand & Q(amount__gt=0)), ZERO),
        taken_out=Coalesce(Sum("amount", filter=by_hand & Q(amount__lt=0)), ZERO),
    )
    expected = session.opening_float + sum(found.values(), ZERO)
    return {
        "openingFloat": shown(session.opening_float),
        "received": shown(found["received"]),
        "paidOut": shown(-found["given"]),
        "putIn": shown(found["put_in"]),
        "takenOut": shown(-found["taken_out"]),
        "expected": shown(expected),
    }
