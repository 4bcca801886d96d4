"""What the shop's pages show: the queue, what was won, what was quoted, and a few figures.

Each function costs a fixed number of queries, however many rows it returns.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _

from clutch.feed.models import Transition
from inventory.queries import Availability
from orders import rules
from orders.enums import (
    ACCEPTED_OR_LATER,
    LIVE_QUOTE,
    OPEN,
    InvitationStatus,
    OrderStatus,
    PaymentMethod,
    PaymentStatus,
    QuoteStatus,
)
from orders.models import (
    Invitation,
    LinePhoto,
    Message,
    MessageThread,
    Order,
    OrderLine,
    Quote,
    QuoteDraft,
    QuoteLine,
    Shipment,
    TrackingEvent,
)
from orders.portal.wording import StockWord, source_text, stock_word
from orders.stock_source import there_of
from orders.sums import Chosen, Sums, quote_sums
from shops.enums import ShopStatus
from shops.models import Member, Shop

KEEP_SHOWING = timedelta(days=30)
URGENT_MINUTES, SOON_MINUTES = 15, 45

QUEUE_VIEWS: Mapping[str, Any] = {
    "new": _("New"),
    "quoted": _("Quoted"),
    "declined": _("Declined"),
    "all": _("All"),
}
ORDER_VIEWS: Mapping[str, Any] = {
    "prepare": _("To prepare"),
    "ship": _("To ship"),
    "deliver": _("On the way"),
    "done": _("Finished"),
    "all": _("All"),
}
ORDERS_OF_VIEW: Mapping[str, Q] = {
    "prepare": Q(status=OrderStatus.ACCEPTED),
    "ship": Q(status=OrderStatus.PROCESSING),
    "deliver": Q(status=OrderStatus.SHIPPED),
    "done": Q(status__in=(OrderStatus.DELIVERED, OrderStatus.CANCELLED)),
    "all": Q(),
}


# --- the queue -----------------------------------------------------------------------------------


def _is_open(now: datetime) -> Q:
    return Q(order__status__in=OPEN, order__quotes_close_at__gt=now, deadline__gt=now)


def _queue_filter(view: str, now: datetime) -> Q:
    # By the deadline too, which is never before it was asked: the index of a shop's requests has it.
    recent = Q(created_at__gt=now - KEEP_SHOWING, deadline__gt=now - KEEP_SHOWING)
    return {
        "new": Q(status=InvitationStatus.INVITED) & _is_open(now),
        "quoted": Q(status=InvitationStatus.QUOTED) & _is_open(now),
        "declined": Q(status=InvitationStatus.DECLINED) & _is_open(now),
    }.get(view, recent)


def queue(requests: QuerySet[Invitation], view: str, now: datetime) -> QuerySet[Invitation]:
    """One view of a shop's requests, the most pressing first; of all of them the newest first."""
    rows = with_request(requests.filter(_queue_filter(view, now)))
    return (
        rows.order_by("-created_at", "pk") if view == "all" else rows.order_by("-priority", "deadline", "pk")
    )


def with_request(requests: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Invitations with their order, its parts and photos, the prepared draft and the shop's quotes."""
    offers = Prefetch("lines", QuoteLine.objects.select_related("line").order_by("position", "pk"))
    quotes = Quote.objects.select_related("sent_by").prefetch_related(offers).order_by("-created_at")
    return requests.select_related("order", "draft").prefetch_related(
        Prefetch("order__lines", _lines_now(), to_attr="parts_now"),
        Prefetch("quotes", quotes, to_attr="own_quotes"),
    )


def _lines_now() -> QuerySet[OrderLine]:
    """The parts that are still asked for, with their photos."""
    return OrderLine.objects.filter(removed_in__isnull=True).prefetch_related("photos")


def queue_counts(requests: QuerySet[Invitation], now: datetime) -> dict[str, int]:
    """How many requests each view of the queue holds. One query."""
    # What is older is in no view; a shop of some years has hundreds of times as much of it.
    return (
        requests.filter(deadline__gt=now - KEEP_SHOWING)
        .order_by()
        .aggregate(**{view: Count("pk", filter=_queue_filter(view, now)) for view in QUEUE_VIEWS})
    )


def waiting(requests: QuerySet[Invitation], now: datetime) -> int:
    """How many requests the shop has not answered yet."""
    return requests.filter(_queue_filter("new", now)).count()


@dataclass(frozen=True)
class Tab:
    """One view of a list, with how many rows it holds."""

    key: str
    name: Any
    count: int
    current: bool


def tabs(views: Mapping[str, Any], counts: Mapping[str, int], current: str) -> list[Tab]:
    """The views of a list as the page shows them."""
    return [Tab(key, name, counts.get(key, 0), key == current) for key, name in views.items()]


@dataclass(frozen=True)
class Ticket:
    """A request as a shop sees it in its queue: never the customer, never the exact place."""

    invitation: Invitation
    now: datetime
    # The idempotency key of the card's one-tap form.
    key: str = ""
    # What there is of the own parts that the draft and the quotes are about.
    there: Mapping[UUID, Availability] = field(default_factory=dict)

    @property
    def order(self) -> Order:
        return self.invitation.order

    @property
    def parts(self) -> list[OrderLine]:
        """The parts that are asked for now."""
        return list(getattr(self.order, "parts_now", ()))

    @property
    def asked(self) -> dict[UUID, int]:
        """Part id → quantity."""
        return {part.pk: part.quantity for part in self.parts}

    @property
    def closes_at(self) -> datetime:
        """The earlier of the shop's deadline and the request's close."""
        close = self.order.quotes_close_at
        return min(self.invitation.deadline, close) if close else self.invitation.deadline

    @property
    def is_open(self) -> bool:
        """Whether this shop may still quote, this second."""
        return self.order.status in OPEN and self.now < self.closes_at

    @property
    def minutes_left(self) -> int:
        """Whole minutes until the close, 0 once it is past."""
        return max(0, int((self.closes_at - self.now).total_seconds() // 60))

    @property
    def tone(self) -> str:
        """How pressing the time is; the page says it in words too."""
        if self.minutes_left < URGENT_MINUTES:
            return "urgent"
        return "soon" if self.minutes_left < SOON_MINUTES else ""

    @property
    def draft(self) -> QuoteDraft | None:
        """The prepared quote, while it answers what is asked for now."""
        draft: QuoteDraft | None = getattr(self.invitation, "draft", None)
        return draft if draft is not None and draft.answers_revision == self.order.revision else None

    @property
    def can_send_draft(self) -> bool:
        """Whether one tap is enough: every part has a price, and nothing was sent yet."""
        draft = self.draft
        if draft is None or not self.is_open or self.live_quote is not None:
            return False
        return draft.priced_parts == len(self.parts) > 0

    @property
    def quote(self) -> Quote | None:
        """The shop's newest quote for this request, whatever became of it."""
        quotes: Sequence[Quote] = getattr(self.invitation, "own_quotes", ())
        return quotes[0] if quotes else None

    def own_quote(self, quote_id: str | None) -> Quote | None:
        """One of the shop's quotes for this request, by the id that a form sent back."""
        quotes: Sequence[Quote] = getattr(self.invitation, "own_quotes", ())
        return next((quote for quote in quotes if str(quote.pk) == quote_id), None)

    @property
    def live_quote(self) -> Quote | None:
        """The quote that stands, this second."""
        quote = self.quote
        return quote if quote is not None and quote.is_live(self.now) else None

    @property
    def quote_status(self) -> QuoteStatus | None:
        """What has become of the newest quote, this second."""
        return self.quote.status_at(self.now) if self.quote else None

    @property
    def won(self) -> bool:
        """Whether the customer took this shop's quote."""
        return self.quote_status == QuoteStatus.ACCEPTED

    @property
    def may_be_quoted(self) -> bool:
        """Whether a quote can be sent, or the one that stands be changed (after the close too)."""
        return self.is_open or (self.live_quote is not None and self.order.status in OPEN)

    @property
    def drafted(self) -> list["DraftRow"]:
        """The prices of the draft, beside the parts they are for."""
        names = {str(part.pk): part for part in self.parts}
        lines = self.draft.lines if self.draft else []
        return [
            DraftRow(names[line["part_id"]], line, self.order.currency, self.there)
            for line in lines
            if line["part_id"] in names and line.get("unit_price") is not None
        ]

    @property
    def from_stock(self) -> bool:
        """Whether the draft has a price of a part in stock."""
        return any(row.line.get("stock_part_id") for row in self.drafted)

    @property
    def draft_sums(self) -> Sums:
        """What the draft adds up to."""
        chosen = {row.part.pk: row.chosen for row in self.drafted}
        fee = self.draft.delivery_fee if self.draft else Decimal(0)
        return quote_sums(self.asked, chosen, delivery_fee=fee, currency=self.order.currency)

    @property
    def quote_is_outdated(self) -> bool:
        """Whether the customer has changed the request since the quote was sent."""
        quote = self.live_quote
        return quote is not None and quote.answers_revision != self.order.revision


def tickets(
    rows: Sequence[Invitation], now: datetime, *, keys: Callable[[], str] | None = None
) -> list[Ticket]:
    """Invitations (`with_request`) as tickets, with what is in stock of what they propose. Two queries."""
    drafts = [row.draft for row in rows if hasattr(row, "draft")]
    quotes = [quote for row in rows for quote in getattr(row, "own_quotes", ())]
    there = there_of(drafts, [offer for quote in quotes for offer in quote.lines.all()])
    return [Ticket(row, now, key=keys() if keys else "", there=there) for row in rows]


@dataclass(frozen=True)
class DraftRow:
    """One price of a draft."""

    part: OrderLine
    line: Mapping[str, Any]
    currency: str
    there: Mapping[UUID, Availability]

    @property
    def stock(self) -> StockWord | None:
        """What there is of it, in words; None for a price that is not of a part in stock."""
        part_id = self.line.get("stock_part_id")
        return stock_word(self.there.get(UUID(part_id)), self.part.quantity) if part_id else None

    @property
    def source(self) -> str:
        """Where the price comes from, in words."""
        return source_text(self.line.get("source"), self.line["unit_price"], self.currency)

    @property
    def chosen(self) -> Chosen:
        """The offer as it is summed."""
        return Chosen(Decimal(self.line["unit_price"]), Decimal(self.line.get("core_charge") or 0))


# --- figures -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """What the top of the queue says. `won_share` and `response` cover 30 days."""

    waiting: int
    response: timedelta | None
    won_share: int | None
    to_prepare: int


def figures(shop_id: UUID, now: datetime, *, waiting: int) -> Figures:
    """Two queries: how fast and how often quotes won, and how many orders wait to be prepared."""
    decided = (QuoteStatus.ACCEPTED, QuoteStatus.LOST)
    found = Quote.objects.filter(shop=shop_id, created_at__gt=now - KEEP_SHOWING).aggregate(
        response=Avg(F("created_at") - F("invitation__created_at")),
        won=Count("pk", filter=Q(status=QuoteStatus.ACCEPTED)),
        decided=Count("pk", filter=Q(status__in=decided)),
    )
    share = round(100 * found["won"] / found["decided"]) if found["decided"] else None
    to_prepare = Order.objects.filter(shop=shop_id, status=OrderStatus.ACCEPTED).count()
    return Figures(waiting, found["response"], share, to_prepare)


def standing_reason(shop: Shop) -> str:
    """Why a shop is suspended or closed, as its history says; "" for one that is neither."""
    if shop.status not in (ShopStatus.SUSPENDED, ShopStatus.INACTIVE):
        return ""
    last = Transition.objects.filter(kind="shops.shop", object_id=shop.pk, to_status=shop.status)
    return last.order_by("-at").values_list("reason", flat=True).first() or ""


# --- orders that were won --------------------------------------------------------------------------


def won_orders(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Orders with what the shop promised: the quote that was taken and its offers."""
    offers = QuoteLine.objects.select_related("line").order_by("position", "pk")
    return (
        orders.select_related("customer", "selected_quote", "shipment")
        .prefetch_related(Prefetch("selected_quote__lines", offers))
        .order_by("-accepted_at", "-pk")
    )


def orders_to_do(orders: QuerySet[Order], view: str, search: str) -> QuerySet[Order]:
    """One view of a shop's orders. What is still to do comes the oldest first, what is done the newest."""
    rows = won_orders(orders.filter(ORDERS_OF_VIEW[view]))
    if search:
        rows = rows.filter(Q(number__icontains=search) | Q(customer__name__icontains=search))
    return rows if view in ("done", "all") else rows.order_by("accepted_at", "pk")


def order_counts(orders: QuerySet[Order]) -> dict[str, int]:
    """How many orders each view holds. One query."""
    counted = {view: Count("pk", filter=wanted, distinct=True) for view, wanted in ORDERS_OF_VIEW.items()}
    return orders.order_by().aggregate(**counted)


@dataclass(frozen=True)
class Job:
    """An order as the shop works on it."""

    order: Order
    now: datetime

    @property
    def quote(self) -> Quote | None:
        """The quote that was taken."""
        return self.order.selected_quote

    @property
    def to_pick(self) -> list[QuoteLine]:
        """The offers that the customer bought."""
        return [offer for offer in self.quote.lines.all() if offer.preferred] if self.quote else []

    @property
    def ready(self) -> int:
        """How many of the bought parts lie ready."""
        return sum(offer.picked >= offer.line.quantity for offer in self.to_pick)

    @property
    def shipment(self) -> Shipment | None:
        """Who brings it, once that is known."""
        return getattr(self.order, "shipment", None)

    @property
    def promised_at(self) -> datetime | None:
        """When the customer expects it: the courier's word, else the quote's minutes after acceptance."""
        shipment, quote = self.shipment, self.quote
        if shipment is not None and shipment.eta is not None:
            return shipment.eta
        if quote is None or self.order.accepted_at is None:
            return None
        return self.order.accepted_at + timedelta(minutes=quote.estimated_delivery_minutes)

    @property
    def is_late(self) -> bool:
        """Whether it should be there by now, and is not."""
        over = self.order.status in (OrderStatus.DELIVERED, OrderStatus.CANCELLED)
        return not over and self.promised_at is not None and self.promised_at < self.now

    @property
    def waits_for_card(self) -> bool:
        """Whether the customer's card is not authorised yet: nothing is prepared before that."""
        return self.order.status == OrderStatus.ACCEPTED and self.order.payment_due_at is not None

    @property
    def shows_customer(self) -> bool:
        """Whether address and phone are the shop's business: not any more once it is cancelled."""
        return self.order.status in ACCEPTED_OR_LATER

    @property
    def cash_is_due(self) -> bool:
        """Whether the cash of a delivered order is not noted yet."""
        order = self.order
        return (
            order.status == OrderStatus.DELIVERED
            and order.payment_method == PaymentMethod.CASH
            and order.payment_status != PaymentStatus.PAID
        )

    @property
    def steps(self) -> list[tuple[Any, bool, bool]]:
        """The way of an order: name, done, current."""
        way = list(ACCEPTED_OR_LATER)
        at = way.index(OrderStatus(self.order.status)) if self.order.status in way else -1
        return [(step.label, n <= at, n == at) for n, step in enumerate(way)]


def map_points(order: Order, shop: Shop) -> str:
    """The shop and the customer, as the map on the order's page takes them (JSON)."""
    points = [
        {"lat": shop.latitude, "lon": shop.longitude, "kind": "shop", "label": shop.name},
        {"lat": order.latitude, "lon": order.longitude, "kind": "", "label": order.address},
    ]
    return json.dumps(points)


def history(order: Order) -> list[tuple[str, Transition]]:
    """The changes of an order's status since the shop won it, the newest first."""
    rows = Transition.objects.filter(kind="orders.order", object_id=order.pk, field="status")
    labels = dict(OrderStatus.choices)
    found = []
    for row in rows.order_by("-at"):
        found.append((str(labels.get(row.to_status, row.to_status)), row))
        # What was before is not the shop's business: who else quoted, what the customer changed.
        if row.to_status == OrderStatus.ACCEPTED:
            break
    return found


def tracking(order: Order) -> QuerySet[TrackingEvent]:
    """What happened on the way, the newest first."""
    return TrackingEvent.objects.filter(shipment__order=order).select_related("by").order_by("-at")


# --- quotes ----------------------------------------------------------------------------------------

QUOTE_VIEWS: Mapping[str, Any] = {"all": _("All"), **{str(s.value): s.label for s in QuoteStatus}}


def _quote_filter(view: str, now: datetime) -> Q:
    """Quotes of one status; one whose time has run out is expired before any job says so."""
    over = Q(status__in=LIVE_QUOTE, expires_at__lte=now)
    if view == "all":
        return Q()
    return Q(status=view) | over if view == QuoteStatus.EXPIRED else Q(status=view) & ~over


def quotes(shop_id: UUID, view: str, search: str, now: datetime) -> QuerySet[Quote]:
    """A shop's quotes of one status, the newest first; `search` is part of an order's number."""
    rows = Quote.objects.filter(_quote_filter(view, now), shop=shop_id).select_related("order", "sent_by")
    if search:
        rows = rows.filter(order__number__icontains=search)
    return rows.order_by("-created_at", "pk")


def quote_counts(shop_id: UUID, now: datetime) -> dict[str, int]:
    """How many quotes each view holds. One query."""
    return Quote.objects.filter(shop=shop_id).aggregate(
        **{view: Count("pk", filter=_quote_filter(view, now)) for view in QUOTE_VIEWS}
    )


# --- messages --------------------------------------------------------------------------------------


def threads(shop_id: UUID) -> QuerySet[MessageThread]:
    """A shop's conversations, the newest first, each with the last thing said."""
    last = Message.objects.filter(thread=OuterRef("pk")).order_by("-at")
    return (
        MessageThread.objects.filter(shop=shop_id, last_message_at__isnull=False)
        .select_related("order")
        .annotate(
            last_text=Subquery(last.values("text")[:1]),
            last_side=Subquery(last.values("side")[:1]),
        )
        .order_by("-last_message_at", "pk")
    )


def unread(shop_id: UUID) -> int:
    """How many messages nobody in the shop has read."""
    sums = MessageThread.objects.filter(shop=shop_id).aggregate(unread=Sum("shop_unread"))
    return sums["unread"] or 0


# --- photos ----------------------------------------------------------------------------------------


def photo(member: Member, kind: str, photo_id: UUID) -> FieldFile | None:
    """A photo that a member's shop may see, or None: of a part it was asked for, of its own offers,
    of its conversations, of its deliveries."""
    shop_id = member.shop_id
    asked = rules.requests_for(member).values("order")
    found: Mapping[str, QuerySet[Any]] = {
        "part": LinePhoto.objects.filter(line__order__in=asked),
        "offer": QuoteLine.objects.filter(shop=shop_id),
        "message": Message.objects.filter(thread__shop=shop_id),
        "delivery": Shipment.objects.filter(shop=shop_id),
    }
    if kind not in found:
        return None
    row = found[kind].filter(pk=photo_id).first()
    file: FieldFile | None = getattr(row, "file" if kind == "part" else "photo", None)
    return file or None
