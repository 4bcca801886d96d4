"""What a quote form begins with: the quote that stands, the last one, the prepared draft, or nothing."""

from typing import Any
from uuid import UUID

from orders.models import Invitation, Quote, QuoteDraft, QuoteLine
from orders.portal.forms import QuoteSheet
from orders.portal.reads import Ticket
from orders.portal.wording import plain, source_text, stock_word

# The fields of an offer that a draft and a sent offer have in common.
OFFER_FIELDS = (
    "unit_price",
    "core_charge",
    "part_type",
    "grade",
    "brand",
    "origin",
    "part_number",
    "warranty",
    "lead_time_minutes",
    "notes",
)


def sheet_for(ticket: Ticket) -> QuoteSheet:
    """The quote form of a request, as full as it can be."""
    if ticket.live_quote is not None:
        return _of_quote(ticket, ticket.live_quote, revise=True)
    if ticket.draft is not None and ticket.quote is None:
        return _of_draft(ticket, ticket.draft)
    if ticket.quote is not None:
        return _of_quote(ticket, ticket.quote, revise=False)
    return QuoteSheet.of_offers(ticket.parts, {}, head=_head_of_invitation(ticket.invitation))


def _head_of_invitation(invitation: Invitation) -> dict[str, Any]:
    return {"estimated_delivery_minutes": invitation.estimated_delivery_minutes}


def _of_quote(ticket: Ticket, quote: Quote, *, revise: bool) -> QuoteSheet:
    offers: dict[UUID, list[dict[str, Any]]] = {}
    missing = []
    for row in quote.lines.all():
        if row.available:
            offers.setdefault(row.line_id, []).append(_said_of(ticket, row, revise=revise))
        else:
            missing.append(row.line_id)
    head = {
        "delivery_fee": plain(quote.delivery_fee, quote.currency),
        "estimated_delivery_minutes": quote.estimated_delivery_minutes,
        "notes": quote.notes,
    }
    return QuoteSheet.of_offers(ticket.parts, offers, head=head, missing=missing)


def _said_of(ticket: Ticket, row: QuoteLine, *, revise: bool) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in OFFER_FIELDS}
    if row.stock_part_id:
        there = ticket.there.get(row.stock_part_id)
        said |= {"stock_part": row.stock_part_id, "stock": stock_word(there, row.line.quantity)}
    for name in ("unit_price", "core_charge"):
        said[name] = plain(said[name], row.quote.currency)
    said["preferred"] = row.preferred
    if revise:
        said |= {"offer_id": row.pk, "photo_id": row.pk if row.photo else None}
    return said


def _of_draft(ticket: Ticket, draft: QuoteDraft) -> QuoteSheet:
    currency = ticket.order.currency
    offers: dict[UUID, list[dict[str, Any]]] = {}
    for line in draft.lines:
        said = {name: line[name] for name in OFFER_FIELDS if line.get(name) is not None}
        for name in ("unit_price", "core_charge"):
            said[name] = plain(said.get(name), currency)
        said["source_text"] = source_text(line.get("source"), line.get("unit_price"), currency)
        said["preferred"] = True
        part_id = UUID(line["part_id"])
        if line.get("stock_part_id"):
            stock_part = UUID(line["stock_part_id"])
            there = ticket.there.get(stock_part)
            said |= {"stock_part": stock_part, "stock": stock_word(there, ticket.asked.get(part_id, 1))}
        offers.setdefault(part_id, []).append(said)
    head = {
        "delivery_fee": plain(draft.delivery_fee, currency),
        "estimated_delivery_minutes": draft.estimated_delivery_minutes,
    }
    return QuoteSheet.of_offers(ticket.parts, offers, head=head)
