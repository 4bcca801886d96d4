"""What a customer and a shop had with one another: one list of many kinds, newest first."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import CharField, DecimalField, F, Q, QuerySet, Value
from django.db.models.functions import Abs, Cast

from orders.models import Order, Quote
from sales.enums import Account, HistoryKind
from sales.models import AccountEntry, Customer, Sale, SaleReturn, SpecialOrder

# What every row says, whatever it is of. Amounts are in the shop's currency.
COLUMNS = ("kind", "row_id", "reference", "said_at", "state", "sum", "said")
_AMOUNT = DecimalField(max_digits=14, decimal_places=3)
# Money that came for what was owed, for a special order, or was given as credit: each its own entry.
_PAID = Q(account=Account.OWED, document_kind="account_payment") | Q(
    account=Account.DEPOSIT, document_kind="special_order", amount__gt=0
)


def family(customer: Customer) -> list[UUID]:
    """The customer and those who were merged into them: facts keep the name they were written under."""
    return [customer.pk, *Customer.objects.filter(merged_into=customer.pk).values_list("pk", flat=True)]


def history(customer: Customer, kinds: Collection[str] = ()) -> QuerySet[Any, dict[str, Any]]:
    """Sales, returns, special orders, payments, and quotes and orders of the platform, as dicts of COLUMNS.

    `kinds` leaves only some. One statement for a page of it, however many kinds and rows there are.
    """
    ids = family(customer)
    parts = {**_counter(ids), **_market(customer)}
    first, *rest = [rows for kind, rows in parts.items() if not kinds or kind in kinds]
    return first.union(*rest, all=True).order_by("-said_at", "-row_id")


def _counter(ids: list[UUID]) -> dict[str, QuerySet[Any, dict[str, Any]]]:
    sales = Sale.objects.filter(customer__in=ids).exclude(number="")
    returns = SaleReturn.objects.filter(customer__in=ids)
    entries = AccountEntry.objects.filter(customer__in=ids)
    paid: dict[str, Any] = {"at": "at", "number": "document_number", "amount": Abs("amount"), "note": "note"}
    special = SpecialOrder.objects.filter(customer__in=ids)
    price = F("unit_price") * F("quantity")
    return {
        HistoryKind.SALE: _rows(
            sales, HistoryKind.SALE, at="completed_at", state="status", amount=F("total"), note="note"
        ),
        HistoryKind.RETURN: _rows(returns, HistoryKind.RETURN, amount=F("refund_total"), note="note"),
        HistoryKind.SPECIAL_ORDER: _rows(
            special, HistoryKind.SPECIAL_ORDER, state="status", amount=price, note="description"
        ),
        HistoryKind.PAYMENT: _rows(entries.filter(_PAID), HistoryKind.PAYMENT, **paid),
        HistoryKind.CREDIT: _rows(
            entries.filter(document_kind="store_credit"), HistoryKind.CREDIT, **paid
        ),
    }  # fmt: skip


def _market(customer: Customer) -> dict[str, QuerySet[Any, dict[str, Any]]]:
    """What the person behind a customer asked of the shop on the platform; nothing without one."""
    quotes, orders = Quote.objects.none(), Order.objects.none()
    if customer.user_id is not None:
        quotes = Quote.objects.filter(shop=customer.shop_id, order__customer=customer.user_id)
        orders = Order.objects.filter(shop=customer.shop_id, customer=customer.user_id)
    return {
        HistoryKind.QUOTE: _rows(
            quotes, HistoryKind.QUOTE, number="order__number", state="status", amount=F("total_price")
        ),
        HistoryKind.ORDER: _rows(
            orders, HistoryKind.ORDER, at="accepted_at", state="status", amount=F("total")
        ),
    }


def _rows(
    rows: QuerySet[Any],
    kind: HistoryKind,
    *,
    amount: Any,
    at: str = "created_at",
    number: str = "number",
    state: str = "",
    note: str = "",
) -> QuerySet[Any, dict[str, Any]]:
    """The rows of one kind under the names of all; texts alike in type, as a union wants them."""
    found: QuerySet[Any, dict[str, Any]] = (
        rows.order_by()
        .annotate(
            kind=Value(kind.value, CharField()),
            row_id=F("pk"),
            reference=Cast(number, CharField()),
            said_at=F(at),
            state=Cast(state, CharField()) if state else Value("", CharField()),
            sum=Cast(amount, _AMOUNT),
            said=Cast(note, CharField()) if note else Value("", CharField()),
        )
        .values(*COLUMNS)
    )
    return found
