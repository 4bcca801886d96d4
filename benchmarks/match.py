"""`match`: the nearest 20 shops of a make among 10,000, 100,000 and 1,000,000, beside bare SQL.

Ours is `shops.queries.nearest`: with opening hours in each shop's time zone, delivery radius,
search radius and exclusions, through Django, up to Python objects. The limit is the least that
could answer: one ordered index scan for the make and one for "any make", 20 rows, through the driver,
prepared. Both go to the same server process, so that a busy machine treats them alike.

Ours may take 1.5 times as long, and must stay flat: what it takes among 1,000,000 shops beside 10,000.
Between the two go minutes; so each is measured against a statement that reads no table. Judged is processor
time, ours and the server's: on an idle machine the clock says the same, on a busy one it says little.
"""

import random
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import psycopg
from django.conf import settings
from django.db import connection

from benchmarks._beside import Taken, in_turns, judge, rates, ratio
from shops.models import Make
from shops.queries import Nearby, nearest

SIZES = (10_000, 100_000, 1_000_000)
ROUNDS, CALLS = 200, 20
MAKES, WANTED = 20, 20
AT_MOST, FLAT = 1.5, 2.0
# A Wednesday in Cairo: at noon nearly all are open, at two in the morning one in five.
NOON = datetime(2026, 7, 15, 9, tzinfo=UTC)
NIGHT = datetime(2026, 7, 14, 23, tzinfo=UTC)

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
# Work for Postgres and the driver that no number of shops changes.
STILL = "SELECT n, sqrt(n) FROM generate_series(1, 100) AS n ORDER BY random() LIMIT 20"


def _columns() -> dict[str, str]:
    """A value for each column of a shop that has no default in the database."""
    given = {
        "id": "gen_random_uuid()",
        "name": "'Benchmark ' || n",
        # A country of 300 by 300 km: the more shops, the denser they stand, and the least dense has 20 of
        # a make within the radius.
        "latitude": "26.5 + random() * 2.7",
        "longitude": "29.5 + random() * 3.1",
        "delivery_radius_km": "50",
        "time_zone": "CASE WHEN random() < 0.05 THEN 'Asia/Riyadh' ELSE 'Africa/Cairo' END",
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


def _places() -> list[tuple[float, float]]:
    """Where the requests come from: anywhere but at the border."""
    chance = random.Random(1)
    return [(chance.uniform(26.9, 28.8), chance.uniform(29.9, 32.2)) for _ in range(200)]


Search = Callable[[int], list[object]]


def _bare_connection() -> psycopg.Connection:
    """The driver's own connection below Django's; it prepares what it is sent."""
    connection.ensure_connection()
    bare: psycopg.Connection = connection.connection
    return bare


def _ways(makes: list[int]) -> dict[str, Search]:
    """The searches to measure; each takes the place and the make of its round."""
    places, bare = _places(), _bare_connection()

    def run(statement: str, params: Mapping[str, object]) -> list[object]:
        with psycopg.Cursor(bare) as cursor:
            return list(cursor.execute(statement, params).fetchall())

    def ours(number: int, now: datetime) -> list[Nearby]:
        place, make = places[number % len(places)], makes[number % MAKES]
        radius = settings.MATCH_MAX_RADIUS_KM
        return nearest(make, *place, limit=WANTED, radius_km=radius, now=now, window_minutes=120)

    def least(number: int) -> list[object]:
        latitude, longitude = places[number % len(places)]
        params = {"make": makes[number % MAKES], "latitude": latitude, "longitude": longitude}
        return run(BARE, params)

    return {
        "ours": lambda number: list(ours(number, NOON)),
        "bare": least,
        "still": lambda _number: run(STILL, {}),
        "night": lambda number: list(ours(number, NIGHT)),
    }


def _whole(search: Search) -> None:
    """Both sides must answer the same task: 20 shops, each time."""
    if any(len(search(number)) != WANTED for number in range(200)):
        raise SystemExit("Not every search found 20 shops: the figures would compare nothing.")


def beside(name: str, ours: Taken, bare: Taken) -> str:
    """One line: both by the clock."""
    line = rates(name, ours.clock, bare.clock, limit_name="bare SQL")
    return f"{line} ({ratio(ours.clock, bare.clock):.2f} by the clock)"


def main() -> int:
    """Print a line for each number of shops, and how flat ours stays; 1 where a limit is passed."""
    makes = list(Make.objects.order_by("pk").values_list("pk", flat=True)[:MAKES])
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE shops_shop CASCADE")
    have, within = 0, []
    against_still: dict[str, list[float]] = {"ours": [], "bare": []}
    sizes = [int(word) for word in sys.argv[1:]] or SIZES
    ways = _ways(makes)
    server = connection.connection.info.backend_pid
    night = {"night": ways.pop("night"), "bare": ways["bare"]}
    for size in sizes:
        began = time.monotonic()
        _grow(have, size, makes)
        have = size
        print(f"{size:,} shops made in {time.monotonic() - began:.0f} s", flush=True)
        for search in ways.values():
            _whole(search)
        taken = in_turns(ways, rounds=ROUNDS, calls=CALLS, server=server)
        line = beside(f"nearest {WANTED} among {size:,} shops", taken["ours"], taken["bare"])
        value = ratio(taken["ours"].processor, taken["bare"].processor)
        within.append(judge(line, value, at_most=AT_MOST))
        for name, ratios in against_still.items():
            ratios.append(ratio(taken[name].processor, taken["still"].processor))
        dark = in_turns(night, rounds=ROUNDS // 4, calls=CALLS, server=server)
        line = beside("  at night, one in five open", dark["night"], dark["bare"])
        judge(line, ratio(dark["night"].processor, dark["bare"].processor))
    flat = {name: ratios[-1] / ratios[0] for name, ratios in against_still.items()}
    line = f"flat: {sizes[-1]:,} against {sizes[0]:,} shops; bare SQL {flat['bare']:.2f}"
    within.append(judge(line, flat["ours"], at_most=FLAT))
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE shops_shop CASCADE")
    return 0 if all(within) else 1
