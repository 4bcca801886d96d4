"""What the pages of past sales show: the list with its filters and sums, one sale with all that followed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Count, DecimalField, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from clutch.accounts.models import User
from clutch.feed.models import Transition
from inventory.keys import part_key
from inventory.lookup import find_by_code
from sales import queries
from sales.actions.voiding import why_not_void
from sales.enums import Channel, SaleStatus
from sales.models import CoreDeposit, Register, Sale, SaleLine, SaleReturn
from shops.models import Member, Shop

ZERO = Decimal(0)
TOKEN = re.compile(r"/receipt/([A-Za-z0-9_-]{20,43})(?:[/?#]|$)")
# What the list can show: a cart has no number and is no sale yet.
LISTED = (SaleStatus.COMPLETED, SaleStatus.VOIDED, SaleStatus.RETURNED)


def receipt_scanned(shop_id: UUID, code: str) -> Sale | None:
    """The sale whose receipt was scanned: by the link in its code, or by its number as it is written."""
    sales = Sale.objects.filter(shop=shop_id).exclude(number="")
    if found := TOKEN.search(code):
        return sales.filter(receipt_token=found[1]).first()
    return sales.filter(number=code.strip().upper()).first()


def credit_note_scanned(shop_id: UUID, code: str) -> SaleReturn | None:
    """The credit note with a number as it is written."""
    return SaleReturn.objects.filter(shop=shop_id, number=code.strip().upper()).first()


@dataclass(frozen=True)
class Asked:
    """What the list of sales is narrowed to; what makes no sense narrows nothing."""

    text: str
    day: date | None
    clerk: UUID | None
    register: UUID | None
    channel: str
    status: str

    @classmethod
    def of(cls, given: Mapping[str, str], today: date) -> "Asked":
        """Read a query string. Without any it is today; a text that is searched looks at all days."""
        text = given.get("q", "").strip()[:200]
        day = _date(given["day"]) if "day" in given else today
        return cls(
            text=text,
            day=None if text else day,
            clerk=_uuid(given.get("clerk", "")),
            register=_uuid(given.get("register", "")),
            channel=given.get("channel", "") if given.get("channel") in Channel.values else "",
            status=given.get("status", "") if given.get("status") in LISTED else "",
        )

    @property
    def narrowed(self) -> bool:
        """Whether more than the day is asked."""
        return any((self.clerk, self.register, self.channel, self.status))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def listed(shop: Shop, asked: Asked) -> QuerySet[Sale]:
    """The sales that are asked for, newest first."""
    rows = Sale.objects.filter(shop=shop, status__in=LISTED).exclude(number="")
    if asked.day is not None:
        start = datetime.combine(asked.day, time.min, shop.zone)
        until = datetime.combine(asked.day + timedelta(days=1), time.min, shop.zone)
        rows = rows.filter(completed_at__gte=start, completed_at__lt=until)
    for name, value in {"clerk": asked.clerk, "register": asked.register}.items():
        if value is not None:
            rows = rows.filter(**{name: value})
    for name, words in {"channel": asked.channel, "status": asked.status}.items():
        if words:
            rows = rows.filter(**{name: words})
    if asked.text:
        rows = rows.filter(_matching(shop, asked.text))
    return rows.order_by("-completed_at", "-pk")


def _matching(shop: Shop, text: str) -> Q:
    """By receipt number or its end, customer, order of the platform, or a part by any number it has."""
    found = Q(number__icontains=text) | Q(order__number__iexact=text)
    found |= Q(customer__name__icontains=text) | Q(customer__number__iexact=text)
    digits = re.sub(r"\D", "", text)
    if len(digits) >= 6:
        found |= Q(customer__phone__endswith=digits.lstrip("0"))
    lines = SaleLine.objects.filter(sale=OuterRef("pk"))
    of_part = Q(part__in=[row.part.pk for row in find_by_code(shop, text).candidates])
    if key := part_key(text):
        of_part |= Q(part__number_key=key)
    return found | Q(Exists(lines.filter(of_part | Q(part_number__iexact=text))))


def with_more(rows: QuerySet[Sale]) -> QuerySet[Sale]:
    """The same with what a row of the list says beside: how many lines, what has come back."""
    returned = SaleReturn.objects.filter(sale=OuterRef("pk")).order_by().values("sale")
    money = DecimalField(max_digits=14, decimal_places=3)
    return rows.select_related("register", "clerk", "customer", "order").annotate(
        line_count=Count("lines"),
        returned=Subquery(returned.annotate(sum=Sum("refund_total")).values("sum"), output_field=money),
    )


@dataclass(frozen=True)
class Sums:
    """What the sales of a list come to; voided ones count for nothing. `margin` is before returns."""

    count: int
    total: Decimal
    returned: Decimal
    margin: Decimal | None


def sums_of(rows: QuerySet[Sale], *, sees_cost: bool) -> Sums:
    """Add a list up. Two queries, three with the margin."""
    kept = rows.exclude(status=SaleStatus.VOIDED).order_by()
    found = kept.aggregate(count=Count("pk"), total=Coalesce(Sum("total"), ZERO))
    back = SaleReturn.objects.filter(sale__in=kept.values("pk")).aggregate(sum=Sum("refund_total"))["sum"]
    margin = None
    if sees_cost:
        lines = SaleLine.objects.filter(sale__in=kept.values("pk"), cost__isnull=False)
        parts = lines.aggregate(net=Coalesce(Sum("net"), ZERO), cost=Coalesce(Sum("cost"), ZERO))
        margin = parts["net"] - parts["cost"]
    return Sums(found["count"], found["total"], back or ZERO, margin)


def clerks_of(shop_id: UUID) -> list[User]:
    """Who belongs to the shop, for the filter."""
    rows = Member.objects.filter(shop=shop_id).select_related("user").order_by("user__name", "pk")
    return [row.user for row in rows]


def registers_of(shop_id: UUID) -> list[Register]:
    """All registers, those out of use too: they have sold something."""
    return list(Register.objects.filter(shop=shop_id).order_by("code"))


@dataclass(frozen=True)
class Line:
    """A line of a sale with what came back of it; `margin` is None where the cost is not known."""

    line: SaleLine
    returned: int

    @property
    def left(self) -> int:
        """How many units can still come back."""
        return self.line.quantity - self.returned

    @property
    def margin(self) -> Decimal | None:
        """What was earned, without tax."""
        return None if self.line.cost is None else self.line.net - self.line.cost


class SaleFacts:
    """One sale with all that followed, in a fixed number of queries."""

    def __init__(self, sale: Sale) -> None:
        self.sale = sale

    @cached_property
    def lines(self) -> list[Line]:
        """Its lines."""
        gone = queries.returned_units(self.sale.pk)
        return [Line(line, gone.get(line.pk, 0)) for line in self.sale.lines.all()]

    @property
    def left(self) -> int:
        """How many units can still come back."""
        return sum(row.left for row in self.lines) if self.sale.status == SaleStatus.COMPLETED else 0

    @cached_property
    def margin(self) -> Decimal | None:
        """What was earned on the lines whose cost is known."""
        known = [row.margin for row in self.lines if row.margin is not None]
        return sum(known, ZERO) if known else None

    @cached_property
    def cores(self) -> list[CoreDeposit]:
        """Deposits for old parts."""
        rows = CoreDeposit.objects.filter(sale_line__sale=self.sale.pk).select_related("sale_line")
        return list(rows.order_by("sale_line__position"))

    @cached_property
    def notes(self) -> list[SaleReturn]:
        """The credit notes that cite it, oldest first."""
        rows = SaleReturn.objects.filter(sale=self.sale.pk).select_related("exchange")
        return list(rows.order_by("created_at", "pk"))

    @cached_property
    def came_from(self) -> SaleReturn | None:
        """The credit note of which this sale is the other side."""
        return SaleReturn.objects.filter(exchange=self.sale.pk).first()

    @cached_property
    def history(self) -> list[dict[str, Any]]:
        """Each change of its status: when, to what, by whom, why; the newest first."""
        rows = list(
            Transition.objects.filter(kind="sales.sale", object_id=self.sale.pk).order_by("-at", "-pk")
        )
        ids = [found for row in rows if row.actor_kind == "user" and (found := _uuid(row.actor_id))]
        names = {str(user.pk): str(user) for user in User.objects.filter(pk__in=ids)}
        labels = dict(SaleStatus.choices)
        return [
            {
                "at": row.at,
                "status": row.to_status,
                "label": labels.get(row.to_status, row.to_status),
                "by": names.get(row.actor_id, ""),
                "reason": row.reason,
            }
            for row in rows
        ]

    @cached_property
    def why_not_void(self) -> str:
        """What stands in the way of voiding it, "" where nothing does."""
        refused = why_not_void(self.sale)
        return str(refused.detail) if refused else ""

    @property
    def now(self) -> datetime:
        """For what runs out."""
        return timezone.now()


def sale_of(shop_id: UUID, sale_id: UUID) -> Sale | None:
    """A sale of the shop with what its page shows."""
    rows = Sale.objects.filter(shop=shop_id, pk=sale_id).exclude(number="")
    related = ("shop", "register", "clerk", "customer", "vehicle", "order", "session", "void_approved_by")
    shown = rows.select_related(*related, "discount_approved_by").prefetch_related(
        "lines__part", "lines__bin", "payments"
    )
    return shown.first()
