"""`match`: the nearest 20 shops of a make among 10,000, 100,000 and 1,000,000, beside bare SQL.

Ours is `shops.queries.nearest`: with opening hours in each shop's time zone, delivery radius,
search radius and exclusions, through Django, up to Python objects. The limit is the least that
could answer: one ordered index scan for the make and one for "any make", 20 rows, through the driver.
"""

import random
import sys
from collections.abc import Callable

import psycopg
from django.conf import settings
from django.db import connection
from django.utils import timezone

from benchmarks._beside import in_turns, percentile, report, timed
from shops.models import Make
from shops.queries import nearest

SIZES = (10_000, 100_000, 1_000_000)
QUERIES = 200
MAKES = 20

GROW = """
WITH shop AS (
    INSERT INTO shops_shop ({columns}) SELECT {values} FROM generate_series(%(first)s, %(last)s) AS n
    RETURNING id, latitude, longitude, delivery_radius_km, time_zone
)
INSERT INTO shops_servicearea (shop_id, make_id, location, radius_m, time_zone, open_minutes, active)
SELECT id, CASE WHEN random() < 0.05 THEN NULL ELSE (%(makes)s::bigint[])[1 + floor(random() * %(count)s)] END,
       ll_to_earth(latitude, longitude), delivery_radius_km * 1000, time_zone,
       CASE WHEN random() < 0.2 THEN '{{[0,10080)}}' ELSE '{{[600,1380),[2040,2820),[3480,4260),[4920,5700),[6360,7140),[7800,8580),[9240,10020)}}' END::int4multirange,
       random() < 0.98
FROM shop
"""  # noqa: E501
BARE = """
SELECT shop_id, chord FROM (
    (SELECT shop_id, location <-> {point} AS chord FROM shops_servicearea
     WHERE active AND make_id IS NOT NULL AND make_id = %(make)s::bigint
     ORDER BY location <-> {point} LIMIT 20)
    UNION ALL
    (SELECT shop_id, location <-> {point} AS chord FROM shops_servicearea
     WHERE active AND make_id IS NULL ORDER BY location <-> {point} LIMIT 20)
) AS found ORDER BY chord LIMIT 20
""".format(point="ll_to_earth(%(latitude)s, %(longitude)s)::cube")


def _columns() -> dict[str, str]:
    """A value for each column of a shop that has no default in the database."""
    given = {
        "id": "gen_random_uuid()",
        "name": "'Benchmark ' || n",
        # A country of 1,000 by 1,000 km: the more shops, the denser they stand.
        "latitude": "22 + random() * 9",
        "longitude": "25 + random() * 10",
        "delivery_radius_km": "50",
        "time_zone": "'Africa/Cairo'",
        "currency": "'EGP'",
        "status": "'active'",
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'shops_shop'"
            " AND is_nullable = 'NO' AND column_default IS NULL AND is_generated = 'NEVER'"
        )
        rows = cursor.fetchall()
    empty = {
        "boolean": "false",
        "jsonb": "'{}'",
        "timestamp with time zone": "now()",
        "uuid": "gen_random_uuid()",
    }
    for name, kind in rows:
        if name not in given:
            given[name] = empty.get(kind, "''" if kind in ("text", "character varying") else "0")
    return given


def _grow(have: int, want: int, makes: list[int]) -> None:
    columns = _columns()
    with connection.cursor() as cursor:
        for first in range(have + 1, want + 1, 50_000):
            last = min(first + 49_999, want)
            cursor.execute(
                GROW.format(columns=", ".join(columns), values=", ".join(columns.values())),
                {"first": first, "last": last, "makes": makes, "count": len(makes)},
            )
        cursor.execute("VACUUM ANALYZE shops_servicearea")


def _places(seed: int) -> list[tuple[float, float]]:
    chance = random.Random(seed)
    return [(chance.uniform(23, 30), chance.uniform(26, 34)) for _ in range(QUERIES)]


def _ours(makes: list[int]) -> Callable[[], float]:
    def run() -> float:
        now = timezone.now()
        return (
            timed(
                lambda: [
                    nearest(makes[n % MAKES], *place, limit=20, radius_km=500, now=now, window_minutes=120)
                    for n, place in enumerate(_places(1))
                ]
            )
            / QUERIES
        )

    return run


def _bare(makes: list[int], bare: psycopg.Connection) -> Callable[[], float]:
    def run() -> float:
        return (
            timed(
                lambda: [
                    bare.execute(
                        BARE, {"make": makes[n % MAKES], "latitude": place[0], "longitude": place[1]}
                    ).fetchall()
                    for n, place in enumerate(_places(1))
                ]
            )
            / QUERIES
        )

    return run


def main() -> None:
    """Print a line for each number of shops, and how flat ours stays."""
    at = settings.DATABASES["default"]
    makes = list(Make.objects.order_by("pk").values_list("pk", flat=True)[:MAKES])
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE shops_shop CASCADE")
    have, medians = 0, []
    with psycopg.connect(
        host=at["HOST"], port=at["PORT"] or None, user=at["USER"], password=at["PASSWORD"], dbname=at["NAME"],
        autocommit=True,
    ) as bare:  # fmt: skip
        for size in [int(word) for word in sys.argv[1:]] or SIZES:
            _grow(have, size, makes)
            have = size
            pair = in_turns(_ours(makes), _bare(makes, bare), rounds=7)
            report(f"nearest 20 among {size:,} shops", pair, limit_name="bare SQL")
            medians.append(percentile(pair.ours, 0.5))
    print(f"1,000,000 against 10,000 shops: {medians[-1] / medians[0]:.2f} times the time")
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE shops_shop CASCADE")
