"""What the pages of customers show beside the rows themselves."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from orders.enums import OrderStatus, QuoteStatus
from sales.enums import HistoryKind, SaleStatus, SpecialOrderStatus

STATES: dict[str, Any] = {
    HistoryKind.SALE: SaleStatus,
    HistoryKind.SPECIAL_ORDER: SpecialOrderStatus,
    HistoryKind.QUOTE: QuoteStatus,
    HistoryKind.ORDER: OrderStatus,
}


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
