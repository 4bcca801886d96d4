"""What a search is narrowed to, as conditions on the row `p` of a part."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import connection

from shops.keys import name_key


@dataclass(frozen=True)
class Vehicle:
    """A vehicle of the lists; an empty field means any."""

    make_id: int
    model_id: int | None = None
    year: int | None = None
    engine: str = ""


@dataclass(frozen=True)
class Filters:
    """What a list of parts is narrowed to; empty fields do not narrow.

    `brand` in any spelling; a category counts with its subcategories; `bin_id` is a bin in which
    the part lies or belongs; `low` is at or under the reorder point; a vehicle also has what fits any.
    """

    brand: str = ""
    category_id: UUID | None = None
    bin_id: UUID | None = None
    in_stock: bool | None = None
    low: bool | None = None
    statuses: Collection[str] = ()
    vehicle: Vehicle | None = None


EVERYTHING = Filters()


@dataclass(frozen=True)
class Conditions:
    """SQL on `p`, to be joined by AND after another condition, with its parameters.

    `facets` are keys of the index on words that a part must have, one of each group: they say again
    what the conditions say, where an index can use it.
    """

    sql: str
    params: dict[str, Any]
    facets: Sequence[Sequence[str]] = ()


TREE = """
WITH RECURSIVE tree(id) AS (
    SELECT id FROM inventory_category WHERE id = %s AND shop_id = %s
    UNION SELECT c.id FROM inventory_category c JOIN tree ON c.parent_id = tree.id
) SELECT id FROM tree ORDER BY id
"""
# The shelves are few: from a bin to its parts, and never through all parts.
IN_BIN = """p.id IN (
    SELECT part_id FROM inventory_binstock WHERE bin_id = %(bin)s AND quantity <> 0
    UNION SELECT id FROM inventory_part WHERE default_bin_id = %(bin)s)"""
# Asked of each part that comes by, where EXISTS would be turned into a join with all of the stock.
IN_STOCK = "(SELECT s.on_hand > 0 FROM inventory_stock s WHERE s.part_id = p.id)"
LOW = "p.id IN (SELECT part_id FROM inventory_stock WHERE shop_id = %(shop)s AND low_since IS NOT NULL)"
FITS = """(p.is_universal OR EXISTS (
    SELECT FROM inventory_fitment f WHERE f.part_id = p.id AND {vehicle}))"""


def conditions(shop_id: UUID, filters: Filters) -> Conditions:
    """The conditions of filters, all but the vehicle, for a statement whose shop is `%(shop)s`.

    A category costs a statement: with its subcategories it becomes a list of ids.
    """
    found: list[str] = []
    facets: list[list[str]] = []
    params: dict[str, Any] = {}
    if filters.brand:
        found.append("p.brand_key = %(brand)s")
        params["brand"] = name_key(filters.brand)
        facets.append([f"brand {params['brand']}"])
    if filters.category_id is not None:
        found.append("p.category_id = ANY(%(categories)s)")
        params["categories"] = subcategories(shop_id, filters.category_id)
        facets.append([f"category {category}" for category in params["categories"]])
    if filters.bin_id is not None:
        found.append(IN_BIN)
        params["bin"] = filters.bin_id
    if filters.in_stock is not None:
        found.append(IN_STOCK if filters.in_stock else f"NOT {IN_STOCK}")
    if filters.low is not None:
        found.append(LOW if filters.low else LOW.replace(" IN ", " NOT IN ", 1))
    if filters.statuses:
        found.append("p.status = ANY(%(statuses)s)")
        params["statuses"] = list(filters.statuses)
    return Conditions("".join(f" AND {condition}" for condition in found), params, facets)


def with_vehicle(narrowed: Conditions, vehicle: Vehicle | None) -> Conditions:
    """The same for what fits a vehicle, asked of each part that comes by."""
    if vehicle is None:
        return narrowed
    sql = f"{narrowed.sql} AND {FITS.format(vehicle=vehicle_condition(vehicle))}"
    return replace(narrowed, sql=sql, params={**narrowed.params, **vehicle_params(vehicle)})


def subcategories(shop_id: UUID, category_id: UUID) -> list[UUID]:
    """A category of the shop and all below it; nothing for another shop's."""
    with connection.cursor() as cursor:
        cursor.execute(TREE, [category_id, shop_id])
        return [row[0] for row in cursor.fetchall()]


def vehicle_condition(vehicle: Vehicle) -> str:
    """When a fitment `f` is of a vehicle: what it leaves open fits, and so does what is not asked."""
    found = ["f.make_id = %(make)s"]
    if vehicle.model_id is not None:
        found.append("(f.model_id = %(model)s OR f.model_id IS NULL)")
    return " AND ".join([*found, *details_condition(vehicle)])


def details_condition(vehicle: Vehicle) -> list[str]:
    """The same for the years and the engine alone."""
    found = []
    if vehicle.year is not None:
        found.append("coalesce(f.year_from, 0) <= %(year)s AND coalesce(f.year_to, 9999) >= %(year)s")
    if vehicle.engine:
        found.append("(f.engine = '' OR lower(f.engine) = lower(%(engine)s))")
    return found


def vehicle_params(vehicle: Vehicle) -> dict[str, Any]:
    """The parameters of both."""
    return {
        "make": vehicle.make_id,
        "model": vehicle.model_id,
        "year": vehicle.year,
        "engine": vehicle.engine.strip(),
    }
