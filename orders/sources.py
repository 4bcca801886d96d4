"""Where draft quotes get their prices. Each source is named in settings.QUOTE_SOURCES.

A source is a function `(shop_id, order, lines) -> {line id: Priced}`; the first one that prices a
part wins. It only reads.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils.module_loading import import_string

from orders.models import Order, OrderLine, QuoteLine


@dataclass(frozen=True)
class Origin:
    """Which document a price comes from.

    `kind` is "quote" (`number` is that of its order) or "stock" (`number` is that of the part, `at`
    when somebody last had it in hand, else when the part was last written).
    """

    kind: str
    id: str
    number: str
    at: datetime
    matched_by: str


@dataclass(frozen=True)
class Priced:
    """An offer that a source proposes for one part, and where it comes from."""

    unit_price: Decimal
    origin: Origin
    core_charge: Decimal | None = None
    part_type: str = ""
    grade: str = ""
    brand: str = ""
    origin_country: str = ""
    part_number: str = ""
    warranty: str = ""
    lead_time_minutes: int | None = None
    stock_part_id: UUID | None = None
    is_exact: bool = False

    def as_offer(self, line: OrderLine) -> dict[str, Any]:
        """The offer as a draft keeps it: plain JSON types, snake_case."""
        fields = asdict(self)
        source, country = fields.pop("origin"), fields.pop("origin_country")
        for name in ("unit_price", "core_charge"):
            fields[name] = None if fields[name] is None else str(fields[name])
        source["at"] = self.origin.at.isoformat()
        fields["stock_part_id"] = None if self.stock_part_id is None else str(self.stock_part_id)
        return {
            "part_id": str(line.pk),
            "available": True,
            "preferred": True,
            "notes": "",
            "origin": country,
            "source": source,
            **fields,
        }


Source = Callable[[UUID, Order, Sequence[OrderLine]], Mapping[UUID, Priced]]


def price(shop_id: UUID, order: Order, lines: Sequence[OrderLine]) -> dict[UUID, Priced]:
    """Ask the sources in their order for prices of the parts of a request; the first answer counts."""
    found: dict[UUID, Priced] = {}
    for name in settings.QUOTE_SOURCES:
        source: Source = import_string(name)
        open_lines = [line for line in lines if line.pk not in found]
        if open_lines:
            found.update(source(shop_id, order, open_lines))
    return found


# The newest offer per key: one step down the index for each, however often a shop has quoted it.
# A withdrawn quote is not what the shop means to charge.
NEWEST = """
SELECT newest.id FROM unnest(%s::text[]) AS wanted(key) CROSS JOIN LATERAL (
    SELECT offer.id FROM orders_quoteline AS offer
    JOIN orders_quote AS quote ON quote.id = offer.quote_id
    JOIN orders_order AS asked ON asked.id = quote.order_id
    WHERE offer.shop_id = %s AND offer.{key} = wanted.key AND offer.{key} <> ''
      AND offer.available AND offer.preferred
      AND quote.currency = %s AND quote.status <> 'withdrawn' AND asked.id <> %s AND {more}
    ORDER BY offer.created_at DESC LIMIT 1
) AS newest
"""
BY_NUMBER = NEWEST.format(key="part_key", more="true")
BY_NAME = NEWEST.format(key="name_key", more="(asked.make_id = %s OR asked.make_name = %s)")


def quoted_before(shop_id: UUID, order: Order, lines: Sequence[OrderLine]) -> dict[UUID, Priced]:
    """Price parts as the shop quoted them last: same part number, or same name for the same make.

    Two queries however many parts. Only preferred, available offers in the request's currency.
    """
    numbers = {line.part_key for line in lines if line.part_key}
    names = {line.name_key for line in lines if line.name_key and not line.part_key}
    own = [shop_id, order.currency, order.pk]
    by_number = {row.part_key: row for row in _offers(BY_NUMBER, [list(numbers), *own])}
    by_name = {
        row.name_key: row for row in _offers(BY_NAME, [list(names), *own, order.make_id, order.make_name])
    }
    found: dict[UUID, Priced] = {}
    for line in lines:
        if line.part_key in by_number:
            found[line.pk] = _priced(by_number[line.part_key], "part_number")
        elif not line.part_key and line.name_key in by_name:
            # With a number that was never quoted, a price for the same word may be another part's.
            found[line.pk] = _priced(by_name[line.name_key], "name_and_make")
    return found


def _offers(statement: str, params: list[Any]) -> QuerySet[QuoteLine]:
    # The statement is one of the two above; what comes from outside is a parameter.
    newest = RawSQL(statement, params)  # noqa: S611
    return QuoteLine.objects.filter(pk__in=newest).select_related("quote__order")


def _priced(row: QuoteLine, matched_by: str) -> Priced:
    quote = row.quote
    assert row.unit_price is not None
    return Priced(
        unit_price=row.unit_price,
        origin=Origin("quote", str(quote.pk), quote.order.number, row.created_at, matched_by),
        core_charge=row.core_charge,
        part_type=row.part_type,
        grade=row.grade,
        brand=row.brand,
        origin_country=row.origin,
        part_number=row.part_number,
        warranty=row.warranty,
        lead_time_minutes=row.lead_time_minutes,
    )
