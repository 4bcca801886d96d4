"""A shop's profile: what its owner and managers edit."""

from collections.abc import Collection, Iterable, Mapping
from datetime import time
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Invalid, NotFound
from clutch.feed.action import action
from clutch.feed.actor import Actor
from shops.actions.areas import rebuild_areas
from shops.locks import locked_shop
from shops.models import Make, OpeningHours, Shop

# What an edit may name; everything else of a shop has an act of its own.
EDITABLE = frozenset(
    {
        "name", "phone", "email", "address", "district", "latitude", "longitude", "delivery_radius_km",
        "time_zone", "serves_any_make", "inventory_setup", "pricing_strategy",
    }
)  # fmt: skip
Hours = Iterable[Mapping[str, Any]]


@action
def edit_shop(
    shop_id: UUID,
    *,
    changes: Mapping[str, Any],
    hours: Hours | None = None,
    make_ids: Collection[int] | None = None,
    expected_version: int | None = None,
    actor: Actor,
) -> Shop:
    """Change a shop's profile; what is not named stays. `changes` are Python names, already checked.

    Raises NotFound, StaleVersion (412), and Invalid for a make that is gone or an unknown zone.
    """
    shop = get_locked_shop(shop_id)
    versions.check(shop, expected_version)
    unknown = set(changes) - EDITABLE
    if unknown:
        raise TypeError(f"not a shop's to edit: {sorted(unknown)}")
    for name, value in changes.items():
        setattr(shop, name, value)
    # Always written, so that the version also rises for hours and makes.
    shop.save(update_fields=[*changes, "updated_at"])
    if hours is not None:
        write_hours(shop, hours)
    if make_ids is not None:
        write_makes(shop, make_ids)
    rebuild_areas([shop.pk])
    shop.refresh_from_db()
    return shop


def get_locked_shop(shop_id: UUID) -> Shop:
    """Return the shop under its lock. Raises NotFound."""
    shop = locked_shop(shop_id).first()
    if shop is None:
        raise NotFound(_("There is no such shop."))
    return shop


def write_hours(shop: Shop, hours: Hours) -> None:
    """Replace the opening hours of a locked shop: mappings of weekday, opens, closes."""
    OpeningHours.objects.filter(shop=shop).delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(
            shop=shop, weekday=row["weekday"], opens=_time(row["opens"]), closes=_time(row["closes"])
        )
        for row in hours
    )


def write_makes(shop: Shop, make_ids: Collection[int]) -> None:
    """Replace the makes of a locked shop. Raises Invalid for one that does not exist."""
    known = set(Make.objects.filter(pk__in=make_ids).values_list("pk", flat=True))
    if known != set(make_ids):
        message = _("There is no such make.")
        raise Invalid(message, fields={"make_ids": [message]})
    shop.makes.set(known)


def _time(value: time | str) -> time:
    return value if isinstance(value, time) else time.fromisoformat(value)
