"""The customers that the till offers, with what it needs to know of one."""

import json
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clutch.core.money import round_money
from sales import queries
from sales.enums import CustomerClass, CustomerStatus
from sales.finding import matching
from sales.models import Customer
from shops.keys import name_key
from shops.models import Shop

MOST = 8


def _here(shop: Shop) -> QuerySet[Customer]:
    return (
        queries.customers_here(shop.pk).select_related("balance", "shop").prefetch_related(queries.VEHICLES)
    )


def found(shop: Shop, text: str) -> list[Customer]:
    """The customers whom a text may mean: by name, phone, number or plate."""
    if not name_key(text):
        return list(_here(shop).order_by("-updated_at", "pk")[:MOST])
    return list(matching(_here(shop), text)[:MOST])


def by_id(shop: Shop, given: str) -> list[Customer]:
    """The customer with an id, or nobody."""
    try:
        return list(_here(shop).filter(pk=UUID(given)))
    except ValueError:
        return []


def as_typed(text: str) -> dict[str, str]:
    """What the form for somebody new begins with: a phone if it looks like one, else a name."""
    digits = sum(sign.isdigit() for sign in text)
    return {"phone": text} if digits >= max(4, len(text) // 2) else {"name": text}


def shown(row: Any) -> dict[str, Any]:
    """A customer as the till takes one: sums as decimal text, vehicles as JSON."""
    currency = row.shop.currency
    active = row.status == CustomerStatus.ACTIVE
    left = queries.credit_left(row)
    standing = [] if row.customer_class == CustomerClass.RETAIL else [row.get_customer_class_display()]
    if row.discount_percent:
        standing.append(_("%(percent)s %% off") % {"percent": f"{row.discount_percent.normalize():f}"})
    if not active:
        standing.append(row.get_status_display())
    vehicles = [
        {
            "id": str(one.pk),
            "make": one.make_name,
            "model": one.model_name,
            "year": one.year or "",
            "plate": one.plate,
        }
        for one in row.driven
    ]
    return {
        "row": row,
        "standing": " · ".join(standing),
        "limit": f"{round_money(left, currency):f}" if left else "",
        "credit": f"{round_money(row.balance.credit, currency):f}" if row.balance.credit else "",
        "vehicles": vehicles,
        "vehicles_json": json.dumps(vehicles),
    }
