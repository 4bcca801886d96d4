"""Which parts of a shop answer what somebody asks for by number, or by name and vehicle."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from inventory import pricing
from inventory.enums import PartStatus
from inventory.keys import part_name_key
from inventory.models import Part
from inventory.queries import NOTHING, Availability, availability
from shops.keys import name_key
from shops.models import Shop


class By(IntEnum):
    """What the part was found by, the surest first."""

    PART_NUMBER = 0
    CROSS_REFERENCE = 1
    SUPERSESSION = 2
    FITMENT_AND_NAME = 3


@dataclass(frozen=True)
class Asked:
    """One line of what is asked for; `part_key` is made by inventory.keys."""

    id: UUID
    quantity: int
    part_key: str = ""
    name: str = ""


@dataclass(frozen=True)
class Vehicle:
    """The vehicle it is for, as listed; None where it is in no list or not said."""

    make_id: int | None = None
    model_id: int | None = None
    year: int | None = None


@dataclass(frozen=True)
class Match:
    """A part that answers a line, at the shop's price (in its currency), with what there is of it.

    `is_exact`: the number that was asked for is this part's own, and no other part's.
    """

    part: Part
    by: By
    price: Decimal | None
    there: Availability
    is_exact: bool


@dataclass(frozen=True)
class _Found:
    """A part that was found for a key; `far` orders those of the same kind, the nearest first."""

    part_id: UUID
    by: By
    far: float


# Own numbers, then every other number that a part is known by, then whatever replaced what was found.
BY_NUMBER = """
WITH RECURSIVE named(key, part_id, way) AS (
    SELECT number_key, id, 0 FROM inventory_part WHERE shop_id = %(shop)s AND number_key = ANY(%(keys)s)
    UNION ALL
    SELECT key, part_id, CASE WHEN kind = 'own' THEN 0 ELSE 1 END
    FROM inventory_partnumber WHERE shop_id = %(shop)s AND key = ANY(%(keys)s)
), followed(key, way, path) AS (
    SELECT key, way, ARRAY[part_id] FROM named
    UNION ALL
    SELECT f.key, 2, f.path || p.superseded_by_id
    FROM followed f JOIN inventory_part p ON p.id = f.path[cardinality(f.path)]
    WHERE p.superseded_by_id IS NOT NULL
      AND NOT p.superseded_by_id = ANY(f.path) AND cardinality(f.path) < 20
)
SELECT key, path[cardinality(path)], min(way), min(cardinality(path)) FROM followed GROUP BY 1, 2
"""
# The parts that fit and have one of the words in their name; which has all of them, is asked below.
BY_NAME = """
SELECT wanted.name, found.id, found.words, found.likeness FROM (VALUES {names}) AS wanted(name, key, patterns)
CROSS JOIN LATERAL (
    SELECT part.id, concat_ws(' ', part.name, fits.positions) AS words,
           similarity(part.name_key, wanted.key) AS likeness
    FROM inventory_part part
    LEFT JOIN LATERAL (
        SELECT string_agg(DISTINCT position, ' ') AS positions, count(*) AS n FROM inventory_fitment
        WHERE part_id = part.id AND make_id = %s AND (model_id IS NULL OR model_id = %s)
          AND (%s::int IS NULL OR %s::int BETWEEN coalesce(year_from, 0) AND coalesce(year_to, 9999))
    ) fits ON true
    WHERE part.shop_id = %s AND part.name_key LIKE ANY(wanted.patterns)
      AND (part.is_universal OR fits.n > 0)
    ORDER BY likeness DESC, part.id LIMIT 200
) AS found
"""


def find(shop: Shop, asked: Sequence[Asked], vehicle: Vehicle) -> dict[UUID, list[Match]]:
    """The parts of a shop that answer each line, the best first; lines without any are left out.

    A line with a number is looked up by it alone: a part of the same name may be another one. What
    is there in the quantity wanted comes before what is not, then the surest way of finding it,
    then the lower price. A part that is out of use is not offered, and one that was replaced or is
    no longer made only as long as there is enough of it. Five queries however many lines.
    """
    keys = {line.part_key for line in asked if line.part_key}
    names = {line.name for line in asked if words_of(line.name) and not line.part_key}
    found = _by_number(shop.pk, keys) if keys else {}
    named = _by_name(shop.pk, names, vehicle) if names else {}
    stocked = _Stocked.load(
        shop, {row.part_id for rows in (*found.values(), *named.values()) for row in rows}
    )
    matches = {}
    for line in asked:
        rows = found.get(line.part_key, []) if line.part_key else named.get(line.name, [])
        best = stocked.ranked(rows, line.quantity)
        if best:
            matches[line.id] = best
    return matches


def _by_number(shop_id: UUID, keys: set[str]) -> dict[str, list[_Found]]:
    found: dict[str, list[_Found]] = {}
    with connection.cursor() as cursor:
        cursor.execute(BY_NUMBER, {"shop": shop_id, "keys": list(keys)})
        for key, part_id, way, steps in cursor.fetchall():
            found.setdefault(key, []).append(_Found(part_id, By(way), steps))
    return found


def _by_name(shop_id: UUID, names: set[str], vehicle: Vehicle) -> dict[str, list[_Found]]:
    """The parts that fit and whose name, or place in the vehicle, has every word that was said."""
    params: list[Any] = []
    for name in names:
        # Words of one or two letters are in every name.
        words = [word for word in words_of(name) if len(word) > 2] or words_of(name)
        params += [name, part_name_key(name), [f"%{word}%" for word in words]]
    years = [vehicle.year, vehicle.year]
    params += [vehicle.make_id, vehicle.model_id, *years, shop_id]
    found: dict[str, list[_Found]] = {}
    with connection.cursor() as cursor:
        rows = ", ".join(["(%s, %s, %s::text[])"] * len(names))
        cursor.execute(BY_NAME.format(names=rows), params)
        for name, part_id, words, likeness in cursor.fetchall():
            if has_words(words_of(name), words_of(words)):
                found.setdefault(name, []).append(_Found(part_id, By.FITMENT_AND_NAME, 1 - likeness))
    return found


def words_of(name: str) -> list[str]:
    """The words of a name as they are compared: without case, accents and punctuation."""
    return [key for word in re.split(r"[\W_]+", name) if (key := name_key(word))]


def has_words(said: Sequence[str], words: Sequence[str]) -> bool:
    """Whether every word that was said is among `words`, give or take an ending ("pad", "pads")."""
    return all(any(_same(word, other) for other in words) for word in said)


def _same(word: str, other: str) -> bool:
    if word == other:
        return True
    short, long = sorted((word, other), key=len)
    return len(short) > 2 and len(long) - len(short) <= 2 and short.isalpha() and long.startswith(short)


@dataclass(frozen=True)
class _Stocked:
    """The parts that were found, with their stock."""

    shop: Shop
    parts: dict[UUID, Part]
    there: dict[UUID, Availability]

    @classmethod
    def load(cls, shop: Shop, part_ids: set[UUID]) -> "_Stocked":
        rows = Part.objects.filter(pk__in=part_ids).exclude(status=PartStatus.INACTIVE)
        parts = {part.pk: part for part in rows.select_related("stock").prefetch_related("tiers")}
        stocks = {part.pk: part.stock for part in parts.values() if hasattr(part, "stock")}
        return cls(shop, parts, availability(list(parts), stocks=stocks) if parts else {})

    def ranked(self, rows: Sequence[_Found], quantity: int) -> list[Match]:
        known = [row for row in rows if row.part_id in self.parts]
        alone = sum(row.by == By.PART_NUMBER for row in known) == 1
        matches = [(row, self._match(row, quantity, alone)) for row in known]
        offered = [(row, match) for row, match in matches if _is_offered(match, quantity)]
        return [match for row, match in sorted(offered, key=lambda pair: _rank(pair[0], pair[1], quantity))]

    def _match(self, row: _Found, quantity: int, alone: bool) -> Match:
        part = self.parts[row.part_id]
        price = pricing.asking_price(
            part,
            getattr(part, "stock", None),
            strategy=self.shop.pricing_strategy,
            currency=self.shop.currency,
            day=timezone.now().astimezone(self.shop.zone).date(),
            quantity=quantity,
        )
        there = self.there.get(part.pk, NOTHING)
        return Match(part, row.by, price, there, alone and row.by == By.PART_NUMBER)


def _is_offered(match: Match, quantity: int) -> bool:
    ends = match.part.superseded_by_id is not None or match.part.status == PartStatus.DISCONTINUED
    return match.there.available >= quantity or not ends


def _rank(row: _Found, match: Match, quantity: int) -> tuple[Any, ...]:
    lacking = 0 if match.there.available >= quantity else 1 if match.there.available > 0 else 2
    price = match.price if match.price is not None else Decimal("Infinity")
    return (price.is_infinite(), lacking, row.by, row.far, price, match.part.pk)
