"""What the pages of customers show beside the rows themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from orders.enums import OrderStatus, QuoteStatus
from sales import queries
from sales.enums import CustomerClass, CustomerStatus, HistoryKind, SaleStatus, SpecialOrderStatus
from sales.finding import matching
from sales.models import Customer

STATES: dict[str, Any] = {
    HistoryKind.SALE: SaleStatus,
    HistoryKind.SPECIAL_ORDER: SpecialOrderStatus,
    HistoryKind.QUOTE: QuoteStatus,
    HistoryKind.ORDER: OrderStatus,
}


def asked_of(query: Mapping[str, str]) -> dict[str, str]:
    """What the list is asked for, by the names of its form."""
    return {name: query.get(name, "").strip()[:120] for name in ("q", "class", "status", "owing")}


def listed(shop_id: UUID, asked: Mapping[str, str]) -> QuerySet[Customer]:
    """The customers of a shop that are asked for, the best match first, with their balances."""
    rows = matching(queries.customers_here(shop_id), asked["q"]).select_related("balance")
    if asked["class"] in CustomerClass.values:
        rows = rows.filter(customer_class=asked["class"])
    if asked["status"] in CustomerStatus.values:
        rows = rows.filter(status=asked["status"])
    return rows.filter(balance__owed__gt=0) if asked["owing"] else rows


@dataclass(frozen=True)
class Shown:
    """One thing of a history; `url` is its page, "" where it has none."""

    kind: str
    number: str
    at: datetime
    state: str
    state_label: str
    amount: Decimal
    note: str
    url: str


def shown(row: dict[str, Any]) -> Shown:
    """A row of `sales.customer_history.history`, as the page says it."""
    kind = HistoryKind(row["kind"])
    states = STATES.get(kind)
    label = states(row["state"]).label if states and row["state"] else ""
    return Shown(
        kind=str(kind.label), number=row["reference"] or _("without a number"), at=row["said_at"],
        state=row["state"], state_label=str(label), amount=row["sum"], note=row["said"], url=_url(kind, row),
    )  # fmt: skip


def _url(kind: HistoryKind, row: dict[str, Any]) -> str:
    if kind == HistoryKind.SALE:
        return reverse("counter:sale", args=[row["row_id"]])
    if kind == HistoryKind.RETURN:
        return reverse("counter:credit-note", args=[row["row_id"]])
    if kind == HistoryKind.ORDER:
        return reverse("portal:order", args=[row["reference"]])
    return ""
