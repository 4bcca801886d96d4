"""A shop's own stock as a source of prices for draft quotes, and which offers are of which part."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from inventory.enums import PartStatus
from inventory.keys import part_key
from inventory.matching import Asked, Match, Vehicle, find
from inventory.models import Part, PartNumber
from inventory.queries import Availability, availability
from orders.models import Order, OrderLine, QuoteDraft, QuoteLine
from orders.sources import Origin, Priced
from shops.keys import name_key
from shops.models import Shop


def in_stock(shop_id: UUID, order: Order, lines: Sequence[OrderLine]) -> dict[UUID, Priced]:
    """Price parts from the shop's catalogue, as `inventory.matching` finds them.

    Six queries however many parts. A part is proposed at its price also where there is none of it:
    what is on hand stands beside it, and a person decides. Nothing in another currency than asked.
    """
    shop = Shop.objects.get(pk=shop_id)
    if shop.currency != order.currency:
        return {}
    asked = [Asked(line.pk, line.quantity, line.part_key, line.name) for line in lines]
    found = find(shop, asked, Vehicle(order.make_id, order.model_id, order.year))
    return {
        line_id: _priced(matches[0]) for line_id, matches in found.items() if matches[0].price is not None
    }


def _priced(match: Match) -> Priced:
    part = match.part
    assert match.price is not None
    at = part.stock.proven_at or part.updated_at
    return Priced(
        unit_price=match.price,
        origin=Origin("stock", str(part.pk), part.number, at, match.by.name.lower()),
        core_charge=part.core_charge or None,
        part_type=part.part_type,
        brand=part.brand,
        origin_country=part.origin,
        part_number=part.number,
        warranty=part.warranty,
        stock_part_id=part.pk,
        is_exact=match.is_exact,
    )


def parts_offered(shop_id: UUID, offers: Sequence[Mapping[str, Any]]) -> list[UUID | None]:
    """Which own part each offer is of: `stock_part_id`, else the one with the number that is offered.

    An offer that names a number which is not of its part means the number. A number that several
    parts bear, brand and type apart, is of none. Raises nothing: a part of another shop is no part
    of this one. Three queries however many offers.
    """
    keys = [part_key(offer.get("part_number") or "") for offer in offers]
    given = {offer["stock_part_id"] for offer in offers if offer.get("stock_part_id")}
    own = {part.pk: part for part in Part.objects.filter(shop=shop_id, pk__in=given)}
    known = _numbers_of(own)
    by_number = _by_number(shop_id, {key for key in keys if key})
    found: list[UUID | None] = []
    for offer, key in zip(offers, keys, strict=True):
        part_id = offer.get("stock_part_id")
        if not offer.get("available"):
            found.append(None)
        elif part_id in own and (not key or key in known[part_id]):
            found.append(part_id)
        elif "stock_part_id" in offer and part_id is None:
            found.append(None)
        else:
            found.append(_the_one(by_number.get(key, []), offer))
    return found


def _numbers_of(parts: Mapping[UUID, Part]) -> dict[UUID, set[str]]:
    known = {pk: {part.number_key} for pk, part in parts.items()}
    for part_id, key in PartNumber.objects.filter(part__in=parts).values_list("part_id", "key"):
        known[part_id].add(key)
    return known


def _by_number(shop_id: UUID, keys: set[str]) -> dict[str, list[Part]]:
    rows = Part.objects.filter(shop=shop_id, number_key__in=keys).exclude(status=PartStatus.INACTIVE)
    found: dict[str, list[Part]] = {}
    for part in rows if keys else ():
        found.setdefault(part.number_key, []).append(part)
    return found


def _the_one(parts: Sequence[Part], offer: Mapping[str, Any]) -> UUID | None:
    brand, kind = name_key(offer.get("brand") or ""), offer.get("part_type")
    fitting = [
        part.pk
        for part in parts
        if (not brand or part.brand_key == brand) and (not kind or part.part_type == kind)
    ]
    return fitting[0] if len(fitting) == 1 else None


def there_of(drafts: Sequence[QuoteDraft], offers: Sequence[QuoteLine] = ()) -> dict[UUID, Availability]:
    """What there is now of the own parts that drafts propose and offers are of. Two queries."""
    ids = {
        UUID(line["stock_part_id"]) for draft in drafts for line in draft.lines if line.get("stock_part_id")
    }
    ids |= {offer.stock_part_id for offer in offers if offer.stock_part_id}
    return availability(list(ids)) if ids else {}
