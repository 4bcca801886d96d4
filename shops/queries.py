"""Reads: the nearest shops, and groups of members for notifications."""

import math
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clutch.accounts.models import User
from clutch.accounts.segments import Segment
from clutch.core.db import fetch_prepared
from clutch.core.errors import Invalid
from shops.enums import Role, ShopStatus
from shops.hours import WEEK_MINUTES, Week, opens_at

# IUGG mean radius of the earth in metres. `earthdistance` reckons with the equatorial radius;
# its chords order and bound the scan, and are scaled to this radius where metres are meant.
EARTH_RADIUS_M = 6_371_008.8
EARTHDISTANCE_RADIUS_M = 6_378_168.0

NEAREST = """
SELECT shop_id, line, time_zone, opens_later
FROM shops_nearest(%(make)s, %(latitude)s, %(longitude)s, %(chord)s, %(limit)s,
                   {exclude}::uuid[], %(now)s, %(window)s, %(zone)s)
"""
# Most searches leave nobody out; to hand over an empty list would take a tenth of their time.
NEAREST_OF_ALL = NEAREST.format(exclude="'{}'")
NEAREST_OF_OTHERS = NEAREST.format(exclude="%(exclude)s")


class Nearby(NamedTuple):
    """A shop that could serve a request. `opens_at` is `now` when it is open now."""

    shop_id: UUID
    distance_m: float
    opens_at: datetime


def nearest(
    make_id: int | None,
    latitude: float,
    longitude: float,
    *,
    limit: int,
    radius_km: float,
    exclude: Collection[UUID] = (),
    now: datetime,
    window_minutes: int,
) -> list[Nearby]:
    """Return the nearest active shops, nearest first, that serve the make and reach the place.

    `make_id` None asks only those that take any make. A shop counts when the great-circle
    distance is within both `radius_km` and its own delivery radius, and it is open now or opens
    within `window_minutes` in its own time zone. One statement, of the database function that
    migrations 0003 and 0004 explain. Raises Invalid for coordinates that are not on earth.
    """
    statement, params = nearest_statement(
        make_id,
        latitude,
        longitude,
        limit=limit,
        radius_km=radius_km,
        exclude=exclude,
        now=now,
        window_minutes=window_minutes,
    )
    return [
        Nearby(
            shop_id,
            # From the chord through the earth to the way over it.
            2 * EARTH_RADIUS_M * math.asin(min(1.0, line / (2 * EARTHDISTANCE_RADIUS_M))),
            now if closed is None else opens_at(week_of_ranges(closed), ZoneInfo(zone), now),
        )
        for shop_id, line, zone, closed in fetch_prepared(statement, params)
    ]


def nearest_statement(
    make_id: int | None,
    latitude: float,
    longitude: float,
    *,
    limit: int,
    radius_km: float,
    exclude: Collection[UUID] = (),
    now: datetime,
    window_minutes: int,
) -> tuple[str, dict[str, Any]]:
    """Return the statement behind `nearest` and its parameters, for EXPLAIN and benchmarks."""
    check_place(latitude, longitude)
    # Half the circumference is as far as one can be; sin() would come back down after it.
    angle = min(max(radius_km, 0) * 1000 / EARTH_RADIUS_M, math.pi)
    params: dict[str, Any] = {
        "make": make_id,
        "latitude": float(latitude),
        "longitude": float(longitude),
        "limit": limit,
        "chord": 2 * EARTHDISTANCE_RADIUS_M * math.sin(angle / 2),
        "now": now,
        "window": min(max(window_minutes, 0), WEEK_MINUTES),
        # Only how fast the answer is hangs on it: other zones are reckoned shop by shop.
        "zone": settings.MARKET_TIME_ZONE,
    }
    if not exclude:
        return NEAREST_OF_ALL, params
    return NEAREST_OF_OTHERS, params | {"exclude": list(exclude)}


def check_place(latitude: float, longitude: float) -> None:
    """Raise Invalid, at the field, for coordinates that are not on earth (NaN included)."""
    fields: dict[str, list[object]] = {}
    if not -90 <= latitude <= 90:
        fields["latitude"] = [_("Latitude lies between -90 and 90.")]
    if not -180 <= longitude <= 180:
        fields["longitude"] = [_("Longitude lies between -180 and 180.")]
    if fields:
        raise Invalid(_("This place is not on the map."), fields=fields)


def week_of_ranges(minutes: Any) -> Week:
    """Read an int4multirange of local minutes as the database driver gives it."""
    return Week.of_minutes((span.lower, span.upper) for span in minutes)


def segments() -> dict[str, Segment]:
    """The groups of people in shops that staff can write to."""
    return {
        "shops": Segment(gettext_lazy("Everyone in a shop"), _members),
        "shop-owners": Segment(gettext_lazy("Owners of shops"), _owners),
        "shops-pending": Segment(gettext_lazy("Shops waiting for verification"), _pending),
    }


def _members() -> QuerySet[User]:
    return User.objects.filter(is_active=True, memberships__is_active=True).distinct()


def _owners() -> QuerySet[User]:
    return User.objects.filter(
        is_active=True, memberships__is_active=True, memberships__role=Role.OWNER
    ).distinct()


def _pending() -> QuerySet[User]:
    # One filter() for one row: active in that very shop which waits.
    return User.objects.filter(
        is_active=True,
        memberships__is_active=True,
        memberships__shop__status=ShopStatus.PENDING_VERIFICATION,
    ).distinct()
