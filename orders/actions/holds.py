"""What quotes and orders hold of a shop's own stock. Called inside acts that hold the order's lock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from clutch.feed.actor import Actor
from inventory.actions.holds import Promise, Wanted, end_holds, hold_all, hold_parts
from inventory.enums import HoldKind, HoldStatus
from inventory.ledger import Document
from inventory.rules import policies_of
from orders.models import Order, Quote, QuoteLine

QUOTE, ORDER = "quote", "order"


@dataclass(frozen=True)
class Short:
    """An offer that was accepted, and how many of its units could be held of those that were bought."""

    offer: QuoteLine
    asked: int
    held: int


def backed_offers(quotes: Sequence[Quote]) -> dict[UUID, list[QuoteLine]]:
    """The offers of quotes that count and are of an own part, by quote. One query."""
    rows = QuoteLine.objects.filter(quote__in=quotes, preferred=True, stock_part__isnull=False)
    found: dict[UUID, list[QuoteLine]] = {quote.pk: [] for quote in quotes}
    for row in rows.select_related("line").order_by("position", "pk"):
        found[row.quote_id].append(row)
    return found


def hold_quote(order: Order, quote: Quote, *, in_full: bool = False, actor: Actor) -> None:
    """Hold softly what a quote offers from stock until it expires; what it held before goes.

    There may be less than is asked for, unless `in_full`.
    """
    hold_quotes(order, [quote], in_full=in_full, actor=actor)


def hold_quotes(order: Order, quotes: Sequence[Quote], *, in_full: bool = False, actor: Actor) -> None:
    """Hold for several quotes of an order at once, where their shops want it."""
    offers = backed_offers(quotes)
    policies = policies_of({quote.shop_id for quote in quotes})
    promises = []
    for quote in quotes:
        if offers[quote.pk] and policies[quote.shop_id].quote_holds_stock:
            promises.append(_promise(order, quote, offers[quote.pk], partly=not in_full))
        elif quote.revision > 1:
            end_holds(quote.pk, to=HoldStatus.RELEASED, actor=actor)
    if promises:
        hold_all(promises, actor=actor)


def _promise(order: Order, quote: Quote, offers: Sequence[QuoteLine], *, partly: bool) -> Promise:
    document = Document(QUOTE, quote.pk, order.number)
    return Promise(quote.shop_id, document, _wanted(offers), HoldKind.SOFT, quote.expires_at, partly=partly)


def _wanted(offers: Sequence[QuoteLine]) -> list[Wanted]:
    return [Wanted(row.stock_part_id, row.line.quantity, row.pk) for row in offers if row.stock_part_id]


def hold_order(order: Order, quote: Quote, *, actor: Actor) -> list[Short]:
    """Hold for good what an accepted quote has sold from stock; return the offers that lack units.

    It comes before what other quotes hold softly. For good is `ORDER_HOLD_DAYS`: an order that
    nobody touches for that long does not keep the stock from everybody else.
    """
    offers = backed_offers([quote])[quote.pk]
    if not offers:
        return []
    held = hold_parts(
        quote.shop_id,
        _wanted(offers),
        kind=HoldKind.HARD,
        document=Document(ORDER, order.pk, order.number),
        expires_at=timezone.now() + timedelta(days=settings.ORDER_HOLD_DAYS),
        partly=True,
        actor=actor,
    )
    units = {row.document_line_id: row.quantity for row in held}
    short = [Short(row, row.line.quantity, units.get(row.pk, 0)) for row in offers]
    return [row for row in short if row.held < row.asked]
