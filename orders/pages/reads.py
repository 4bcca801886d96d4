"""What the order page shows, read in a fixed number of queries whatever the number of quotes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from orders.enums import ACCEPTED_OR_LATER, OPEN, InvitationStatus, OrderStatus, PaymentMethod, QuoteStatus
from orders.models import Invitation, Order, OrderLine, Quote, QuoteLine
from shops.enums import ShopStatus
from shops.hours import opening_of, opens_at

SORTS = {
    # A quote that lacks a part is never the cheapest answer.
    "price": lambda row: (row.quote.missing_parts, row.quote.total_price),
    "time": lambda row: (row.quote.estimated_delivery_minutes, row.quote.total_price),
    "rating": lambda row: (-(row.quote.shop.rating or 0), row.quote.total_price),
}
SORT_LABELS = {"price": _("Price"), "time": _("Delivery time"), "rating": _("Rating")}

STEPS = (_("Asked"), _("Offers"), _("Preparing"), _("On its way"), _("Delivered"))
STEP_OF = {
    OrderStatus.DRAFT: 0,
    OrderStatus.SUBMITTED: 1,
    OrderStatus.QUOTED: 1,
    OrderStatus.ACCEPTED: 2,
    OrderStatus.PROCESSING: 2,
    OrderStatus.SHIPPED: 3,
    OrderStatus.DELIVERED: 4,
}


def own_orders(request: HttpRequest) -> QuerySet[Order]:
    """The orders that the person who looks has made."""
    return Order.objects.filter(customer=request.user.pk)


def own_order(request: HttpRequest, number: str) -> Order:
    """One of them, by its number. Raises Http404."""
    order = own_orders(request).select_related("shop").filter(number=number.upper()).first()
    if order is None:
        raise Http404
    return order


@dataclass
class Cell:
    """What one quote says about one asked part: its offers, the preferred one first."""

    line: OrderLine
    offers: list[QuoteLine] = field(default_factory=list)

    @property
    def best(self) -> QuoteLine | None:
        """The offer that counts in the total."""
        return next((offer for offer in self.offers if offer.available and offer.preferred), None)

    @property
    def others(self) -> list[QuoteLine]:
        """What the shop has besides."""
        return [offer for offer in self.offers if offer.available and not offer.preferred]


@dataclass
class Row:
    """One quote beside the asked parts, with what the invitation knows of the shop."""

    quote: Quote
    cells: list[Cell]
    unread: int = 0

    @property
    def missing(self) -> list[OrderLine]:
        """The asked parts that this shop does not have."""
        return [cell.line for cell in self.cells if cell.best is None]


class OrderPage:
    """Everything the templates of one order ask for; nothing is read before it is asked for."""

    def __init__(self, order: Order, *, sort: str = "", now: datetime | None = None) -> None:
        self.order = order
        self.now = now or timezone.now()
        self.sort = sort if sort in SORTS else "price"

    # --- the request ---------------------------------------------------------------------------

    @cached_property
    def lines(self) -> list[OrderLine]:
        """The parts that are asked for now, with their photos."""
        return list(self.order.lines.filter(removed_in=None).prefetch_related("photos"))

    @cached_property
    def invitations(self) -> list[Invitation]:
        """The shops that were asked, with their hours."""
        rows = self.order.invitations.select_related("shop").prefetch_related("shop__opening_hours")
        return list(rows)

    @property
    def asked(self) -> int:
        """How many shops were asked. That one declined is not the customer's to know."""
        return len(self.invitations)

    @property
    def is_open(self) -> bool:
        """Whether shops may quote now."""
        return self.order.is_open(self.now)

    @property
    def is_request(self) -> bool:
        """Whether it is still looking for a quote."""
        return self.order.status in OPEN

    @property
    def is_accepted(self) -> bool:
        """Whether a shop works on it, or has."""
        return self.order.status in ACCEPTED_OR_LATER

    @property
    def is_editable(self) -> bool:
        """Whether the parts may still be changed."""
        return self.order.status in (OrderStatus.DRAFT, *OPEN)

    @property
    def is_cancellable(self) -> bool:
        """Whether its customer may cancel it."""
        return self.order.status in (OrderStatus.DRAFT, *OPEN, OrderStatus.ACCEPTED)

    @cached_property
    def opens_at(self) -> datetime | None:
        """When the first of the asked shops opens; None while one is open, or nobody was asked."""
        waiting = [row for row in self.invitations if row.status != InvitationStatus.DECLINED]
        moments = []
        for invitation in waiting:
            opening = opening_of(invitation.shop)
            moments.append(opens_at(opening.week, opening.zone, self.now))
        first = min(moments, default=None)
        return first if first is not None and first > self.now else None

    @property
    def steps(self) -> list[tuple[Any, str]]:
        """(label, "done" | "now" | "") for the progress; none for a cancelled order."""
        at = STEP_OF.get(OrderStatus(self.order.status), -1)
        done = self.order.status == OrderStatus.DELIVERED
        return [
            (label, "done" if step < at or done else "now" if step == at else "")
            for step, label in enumerate(STEPS)
        ]

    # --- the quotes ----------------------------------------------------------------------------

    @cached_property
    def quotes(self) -> list[Quote]:
        """All quotes for this order with shops and offers."""
        offers = QuoteLine.objects.order_by("position", "id")
        return list(
            self.order.quotes.select_related("shop", "invitation").prefetch_related(
                Prefetch("lines", queryset=offers)
            )
        )

    def _row(self, quote: Quote) -> Row:
        by_line: dict[UUID, list[QuoteLine]] = {}
        for offer in quote.lines.all():
            by_line.setdefault(offer.line_id, []).append(offer)
        cells = [Cell(line, by_line.get(line.pk, [])) for line in self.lines]
        return Row(quote, cells, self.unread_by_shop.get(quote.shop_id, 0))

    @property
    def _live(self) -> list[Quote]:
        """The quotes that stand, of shops on the market."""
        return [q for q in self.quotes if q.is_live(self.now) and q.shop.status == ShopStatus.ACTIVE]

    @cached_property
    def rows(self) -> list[Row]:
        """The quotes that can be accepted now, sorted."""
        live = [q for q in self._live if q.answers_revision == self.order.revision]
        return sorted((self._row(quote) for quote in live), key=SORTS[self.sort])

    @cached_property
    def waiting(self) -> list[Row]:
        """Live quotes that answer an earlier list and have to be confirmed by their shops."""
        stale = [q for q in self._live if q.answers_revision != self.order.revision]
        return [self._row(quote) for quote in stale]

    @cached_property
    def gone(self) -> list[Quote]:
        """Quotes that were withdrawn or have run out, or whose shop is off the market."""
        over = (QuoteStatus.WITHDRAWN, QuoteStatus.EXPIRED)
        return [
            quote
            for quote in self.quotes
            if quote.status_at(self.now) in over
            or (quote.is_live(self.now) and quote.shop.status != ShopStatus.ACTIVE)
        ]

    @property
    def has_notes(self) -> bool:
        """Whether a shop wrote something to its quote."""
        return any(row.quote.notes for row in self.rows)

    @property
    def sorts(self) -> list[tuple[str, Any, bool]]:
        """(name, label, chosen) of each way to sort."""
        return [(name, label, name == self.sort) for name, label in SORT_LABELS.items()]

    @cached_property
    def lowest(self) -> UUID | None:
        """The cheapest quote that has every part."""
        full = [row.quote for row in self.rows if not row.quote.missing_parts]
        return min(full, key=lambda q: q.total_price).pk if len(full) > 1 else None

    @cached_property
    def fastest(self) -> UUID | None:
        """The quickest quote."""
        quotes = [row.quote for row in self.rows]
        return min(quotes, key=lambda q: q.estimated_delivery_minutes).pk if len(quotes) > 1 else None

    # --- after acceptance ----------------------------------------------------------------------

    @cached_property
    def selected(self) -> Row | None:
        """The quote that was taken."""
        found = next((q for q in self.quotes if q.pk == self.order.selected_quote_id), None)
        return self._row(found) if found else None

    @property
    def to_pay(self) -> bool:
        """Whether the customer has to authorise a card now."""
        order = self.order
        return (
            order.payment_method == PaymentMethod.CARD
            and order.status == OrderStatus.ACCEPTED
            and order.payment_due_at is not None
            and order.payment_due_at > self.now
        )

    @cached_property
    def shipment(self) -> Any:
        """The way to the customer, once it is prepared."""
        return getattr(self.order, "shipment", None) if self.is_accepted else None

    @cached_property
    def tracking(self) -> Sequence[Any]:
        """What happened on the way, newest first."""
        return list(self.shipment.events.order_by("-at")) if self.shipment else []

    @property
    def points_json(self) -> str:
        """`points` for the map."""
        return json.dumps(self.points)

    @cached_property
    def points(self) -> list[dict[str, Any]]:
        """The points of the map: where it goes, the shop, and the last known place on the way."""
        order = self.order
        found = [{"lat": order.latitude, "lon": order.longitude, "kind": "", "label": str(_("Your address"))}]
        if order.shop is not None:
            shop = order.shop
            found.append({"lat": shop.latitude, "lon": shop.longitude, "kind": "shop", "label": shop.name})
        seen = next((event for event in self.tracking if event.latitude is not None), None)
        if seen is not None and order.status == OrderStatus.SHIPPED:
            here = {"lat": seen.latitude, "lon": seen.longitude, "kind": "driver"}
            found.append({**here, "label": str(_("Last seen here"))})
        return found

    @cached_property
    def rating(self) -> Any:
        """What the customer said of the shop, or None."""
        return getattr(self.order, "rating", None) if self.order.status == OrderStatus.DELIVERED else None

    @cached_property
    def unread_by_shop(self) -> dict[UUID, int]:
        """Unread messages of each shop."""
        threads = self.order.message_threads.filter(customer_unread__gt=0)
        return dict(threads.values_list("shop_id", "customer_unread"))
