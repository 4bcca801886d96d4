"""What a quote says: its offers, its terms and their sums, checked and written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from clutch.core.files import delete_after_commit
from clutch.core.money import MAX_AMOUNT
from orders import checks, queries
from orders.inputs import OfferInput
from orders.models import Order, OrderLine, Quote, QuoteLine
from orders.stock_source import parts_offered
from orders.sums import Chosen, quote_sums
from shops.models import Shop

LONGEST_VALIDITY = timedelta(days=30)


@dataclass(frozen=True)
class GivenTerms:
    """What was said apart from the lines, unchecked; None is for the usual."""

    delivery_fee: Decimal
    estimated_delivery_minutes: int | None = None
    notes: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Terms:
    """What a quote says apart from its lines, checked."""

    delivery_fee: Decimal
    estimated_delivery_minutes: int
    notes: str
    expires_at: datetime


@dataclass(frozen=True)
class Contents:
    """A quote as it will stand: for which parts, with which offers, on which terms, and what it comes to."""

    asked: list[OrderLine]
    offers: list[checks.Offer]
    terms: Terms
    sums: dict[str, Any]


def check_contents(
    order: Order,
    shop_id: UUID,
    lines: Sequence[OfferInput],
    given: GivenTerms,
    *,
    expires_at: datetime,
    now: datetime,
    existing: Mapping[UUID, QuoteLine],
) -> Contents:
    """Check what a shop says against what is asked for now. Raises Invalid at the fields.

    `existing` are the offers of the quote that is revised, by id.
    """
    asked = list(queries.current_lines(order))
    problems = checks.Problems()
    offers = checks.clean_offers(
        lines,
        problems,
        asked={line.pk: line.quantity for line in asked},
        currency=order.currency,
        own_offers=existing,
    )
    terms = _check_terms(order, given, expires_at=expires_at, now=now, problems=problems)
    sums = _sums_of(order, asked, offers, terms.delivery_fee, problems)
    problems.refuse()
    _link_stock(shop_id, lines, offers, existing)
    return Contents(asked, offers, terms, sums)


def _check_terms(
    order: Order, given: GivenTerms, *, expires_at: datetime, now: datetime, problems: checks.Problems
) -> Terms:
    if not now < expires_at <= now + LONGEST_VALIDITY:
        problems.add(
            "expires_at",
            _("A quote is valid from now on for at most %(days)d days.") % {"days": LONGEST_VALIDITY.days},
        )
    minutes = problems.whole(
        "estimated_delivery_minutes",
        given.estimated_delivery_minutes or 0,
        least=1,
        most=checks.MAX_DELIVERY_MINUTES,
    )
    return Terms(
        delivery_fee=problems.money("delivery_fee", given.delivery_fee, order.currency) or Decimal(0),
        estimated_delivery_minutes=minutes or 0,
        notes=problems.text("notes", given.notes, longest=1000, lines=True),
        expires_at=expires_at,
    )


def _sums_of(
    order: Order,
    asked: Sequence[OrderLine],
    offers: Sequence[checks.Offer],
    delivery_fee: Decimal,
    problems: checks.Problems,
) -> dict[str, Any]:
    """The sums of a quote: preferred offers × quantities, their core charges, and what is missing."""
    if problems.fields:
        return {}
    chosen = {
        offer.part_id: Chosen(offer.fields["unit_price"], offer.fields["core_charge"] or Decimal(0))
        for offer in offers
        if offer.preferred
    }
    quantities = {line.pk: line.quantity for line in asked}
    sums = quote_sums(quantities, chosen, delivery_fee=delivery_fee, currency=order.currency)
    if sums.total_price > MAX_AMOUNT:
        problems.add("lines", _("The total is too large."))
    return {name: value for name, value in vars(sums).items() if name != "delivery_fee"}


def _link_stock(
    shop_id: UUID,
    lines: Sequence[OfferInput],
    offers: Sequence[checks.Offer],
    existing: Mapping[UUID, QuoteLine],
) -> None:
    """Say of each checked offer which of the shop's own parts it is of; a revised one keeps its part."""
    said = []
    for line, offer in zip(lines, offers, strict=True):
        named = {"stock_part_id": line["stock_part_id"]} if "stock_part_id" in line else {}
        former = existing[offer.offer_id].stock_part_id if offer.offer_id else None
        if former is not None:
            named = {"stock_part_id": former, **named}
        said.append({**offer.fields, **named})
    for offer, part_id in zip(offers, parts_offered(shop_id, said), strict=True):
        offer.fields["stock_part_id"] = part_id


def default_expiry(order: Order, shop: Shop, now: datetime) -> datetime:
    """When a quote ends that names no end: hours after the close, as the shop's strategy says."""
    closes_at = max(order.quotes_close_at or now, now)
    hours = shop.pricing_strategy.get("quoteValidHours", settings.QUOTE_VALID_HOURS)
    # A request that stays open for weeks is no reason to refuse a quote that names no expiry.
    return min(closes_at + timedelta(hours=hours), now + LONGEST_VALIDITY)


def write_offers(quote: Quote, contents: Contents, existing: Mapping[UUID, QuoteLine]) -> None:
    """Make the offers of a quote say what was checked; those with an id keep their row and so their photo."""
    lines = {line.pk: line for line in contents.asked}
    if existing:
        # A preference moves from one row to another: first nobody has it, so that no two ever do.
        quote.lines.filter(preferred=True).update(preferred=False)
        dropped = existing.keys() - {offer.offer_id for offer in contents.offers}
        delete_after_commit(existing[offer_id].photo for offer_id in dropped)
        quote.lines.filter(pk__in=dropped).delete()
    new = []
    for position, offer in enumerate(contents.offers):
        line = lines[offer.part_id]
        row = existing[offer.offer_id] if offer.offer_id else QuoteLine(quote=quote)
        row.line, row.shop_id, row.position, row.preferred = line, quote.shop_id, position, offer.preferred
        row.part_key, row.name_key = line.part_key, line.name_key
        for name, value in offer.fields.items():
            setattr(row, name, value)
        if offer.offer_id:
            row.save()
        else:
            new.append(row)
    QuoteLine.objects.bulk_create(new)
