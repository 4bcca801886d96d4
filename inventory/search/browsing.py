"""Lists of parts without a text: page after page in one order, each read from where the last one ended."""

from typing import Any
from uuid import UUID

from django.db import connection

from clutch.core.db import fetch_prepared
from inventory.search.filters import Conditions, Vehicle, details_condition, vehicle_params

BY_NAME = """
SELECT p.id, p.name FROM inventory_part p
WHERE p.shop_id = %(shop)s{after}{conditions} ORDER BY p.name, p.id LIMIT %(limit)s
"""
AFTER = " AND (p.name, p.id) > (%(after_name)s, %(after_id)s)"

# What fits a vehicle, each arm in the order of the parts: of its model, of every model of its make,
# and of any vehicle.
FITTING = """
SELECT part_id, '' FROM (
    {of_model} UNION {of_make} UNION
    (SELECT p.id AS part_id FROM inventory_part p
     WHERE p.shop_id = %(shop)s AND p.is_universal{after}{conditions} ORDER BY p.id LIMIT {limit:d})
) AS fitting ORDER BY part_id LIMIT {limit:d}
"""
ARM = """(
    SELECT DISTINCT f.part_id FROM inventory_fitment f{part}
    WHERE f.shop_id = %(shop)s AND f.make_id = %(make)s::bigint AND f.model_id {model}{details}{after}
        {conditions}
    ORDER BY f.part_id LIMIT {limit:d})"""


def by_name(
    shop_id: UUID, narrowed: Conditions, limit: int, after: tuple[str, UUID] | None
) -> list[tuple[UUID, str]]:
    """Parts by name, from behind `after` (name, id) on."""
    params: dict[str, Any] = {"shop": shop_id, "limit": limit, **narrowed.params}
    if after:
        params["after_name"], params["after_id"] = after
    return _rows(BY_NAME.format(after=AFTER if after else "", conditions=narrowed.sql), params)


def fitting(
    shop_id: UUID, vehicle: Vehicle, narrowed: Conditions, limit: int, after: UUID | None
) -> list[tuple[UUID, str]]:
    """What fits a vehicle whose model is known, in the order in which the parts were entered.

    Without filters the statement is prepared: to plan its three arms takes longer than to run them. The
    limit stands in its text, or Postgres would plan for a tenth of all rows, and each time anew.
    """
    details = "".join(f" AND {condition}" for condition in details_condition(vehicle))
    arm = {
        "details": details,
        "limit": limit,
        "conditions": narrowed.sql,
        "after": " AND f.part_id > %(after_id)s" if after else "",
        "part": " JOIN inventory_part p ON p.id = f.part_id" if narrowed.sql else "",
    }
    statement = FITTING.format(
        of_model=ARM.format(model="= %(model)s::bigint", **arm),
        of_make=ARM.format(model="IS NULL", **arm),
        after=" AND p.id > %(after_id)s" if after else "",
        conditions=narrowed.sql,
        limit=limit,
    )
    params = {
        "shop": shop_id, "after_id": after, **narrowed.params, **vehicle_params(vehicle)
    }  # fmt: skip
    if narrowed.sql:
        return _rows(statement, params)
    return [(part_id, name) for part_id, name in fetch_prepared(statement, params)]


def _rows(statement: str, params: dict[str, Any]) -> list[tuple[UUID, str]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())
