"""A request as a shop sees it in its queue, with what there is of the parts it is drafted for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from inventory.queries import Availability
from orders.enums import (
    OPEN,
    QuoteStatus,
)
from orders.models import (
    Invitation,
    Order,
    OrderLine,
    Quote,
    QuoteDraft,
)
from orders.portal.wording import StockWord, source_text, stock_word
from orders.stock_source import there_of
from orders.sums import Chosen, Sums, quote_sums

URGENT_MINUTES, SOON_MINUTES = 15, 45


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
