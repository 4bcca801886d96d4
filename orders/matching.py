"""Which shops are asked: distance, time and priority of an invitation.

All functions here only read and reckon; `orders.actions.invitations` writes.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import ceil
from uuid import UUID

from django.conf import settings

from orders.enums import Urgency
from shops import queries
from shops.queries import Nearby

PREPARE_MINUTES = 30
MINUTES_PER_KM = 2.5
# Where nobody is open within the window, the search looks as far ahead as a long weekend.
LOOK_AHEAD_MINUTES = 4 * 24 * 60

URGENCY_POINTS = {Urgency.FLEXIBLE: 0, Urgency.STANDARD: 25, Urgency.URGENT: 50}
TIME_POINTS = 30
DISTANCE_POINTS = 20


def priority(
    urgency: str, *, minutes_left: float, distance_m: float, window_minutes: int, radius_m: float
) -> int:
    """How pressing an invitation is, 0 to 100.

    50 points for urgency (flexible 0, standard 25, urgent 50), up to 30 for the time that is gone
    (30 × (1 − minutes left / window)) and up to 20 for nearness (20 × (1 − distance / radius)),
    each share held between 0 and 1; the sum is rounded.
    """
    time_share = _share(1 - minutes_left / window_minutes)
    near_share = _share(1 - distance_m / radius_m)
    points = URGENCY_POINTS[Urgency(urgency)] + TIME_POINTS * time_share + DISTANCE_POINTS * near_share
    return round(points)


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))


def delivery_minutes(distance_m: float, *, now: datetime, opens_at: datetime) -> int:
    """Estimate minutes from `now` to the door: until the shop opens, 30 to prepare, 2.5 per km.

    2.5 minutes per km is 24 km/h, a courier in city traffic.
    """
    wait = max(0.0, (opens_at - now).total_seconds() / 60)
    return ceil(wait + PREPARE_MINUTES + MINUTES_PER_KM * distance_m / 1000)


@dataclass(frozen=True)
class Place:
    """What the search needs to know of a request."""

    make_id: int | None
    latitude: float
    longitude: float


def find_shops(
    place: Place,
    *,
    limit: int,
    radius_km: int,
    now: datetime,
    until: datetime | None,
    exclude: Collection[UUID] = (),
) -> list[Nearby]:
    """Return the nearest shops that serve the make, deliver there, and open before the close.

    Before the first wave there is no close yet (`until` None): shops that are open within the
    window count, and where there is none, those that open within the next days.
    """
    search = partial(
        queries.nearest,
        place.make_id,
        place.latitude,
        place.longitude,
        limit=limit,
        radius_km=radius_km,
        exclude=exclude,
        now=now,
    )
    if until is not None:
        return search(window_minutes=ceil((until - now).total_seconds() / 60))
    return search(window_minutes=settings.QUOTE_WINDOW_MINUTES) or search(window_minutes=LOOK_AHEAD_MINUTES)
