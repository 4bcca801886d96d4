"""Matching: the nearest shops of a make that reach the place and are open or will be."""

import math
import re
from datetime import UTC, datetime, time, timedelta
from typing import Any, cast

import pytest
from django.db import connection

from clutch.core.errors import Invalid
from shops.actions.areas import rebuild_areas
from shops.models import ServiceArea, Shop
from shops.queries import EARTH_RADIUS_M, Nearby, nearest, nearest_statement
from shops.tests.factories import MakeFactory, ShopFactory

pytestmark = pytest.mark.django_db

CAIRO = (30.0444, 31.2357)
# A Wednesday, 12:00 in Cairo (UTC+3 in summer).
NOON = datetime(2026, 7, 15, 9, tzinfo=UTC)
ALL_DAY = [(day, time(9), time(18)) for day in range(7)]


@pytest.fixture
def make():
    return MakeFactory()


def about(metres: float, rel: float | None = None) -> float:
    return cast(float, pytest.approx(metres, rel=rel, abs=0.01))


def found(make_id, place=CAIRO, **kwargs):
    kwargs = {"limit": 20, "radius_km": 50, "now": NOON, "window_minutes": 120, **kwargs}
    return nearest(make_id, *place, **kwargs)


def ids(*args, **kwargs):
    return [nearby.shop_id for nearby in found(*args, **kwargs)]


def haversine(one, other):
    lat1, lon1, lat2, lon2 = map(math.radians, (*one, *other))
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(half))


def test_nearest_first_whether_of_the_make_or_of_any(make):
    places = [(30.10, 31.24), (30.05, 31.24), (30.08, 31.24), (30.06, 31.24)]
    shops = [ShopFactory(at=at, makes=[make] if n % 2 else None) for n, at in enumerate(places)]
    assert ids(make.pk) == [shops[n].pk for n in (1, 3, 2, 0)]
    assert ids(make.pk, limit=3) == [shops[n].pk for n in (1, 3, 2)]


def test_shop_of_any_make_with_makes_is_found_once(make):
    shop = ShopFactory(makes=[make], serves_any_make=True)
    assert ids(make.pk) == [shop.pk]


def test_unlisted_make_asks_only_shops_of_any(make):
    ShopFactory(makes=[make])
    shop = ShopFactory()
    assert ids(None) == [shop.pk]


def test_other_make_is_not_found(make):
    ShopFactory(makes=[make])
    assert ids(MakeFactory().pk) == []


def test_excluded_shops_are_left_out(make):
    first, second = ShopFactory(), ShopFactory(at=(30.05, 31.25))
    assert ids(make.pk, exclude=[first.pk]) == [second.pk]


def test_shop_that_is_not_active_is_left_out(make):
    ShopFactory(active=False)
    assert ids(make.pk) == []


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (CAIRO, (30.0444, 31.2358)),
        (CAIRO, (30.3, 31.5)),
        ((89.9, 0.0), (89.9, 180.0)),
        ((-90.0, 0.0), (-89.8, 77.0)),
        ((0.1, 179.9), (-0.1, -179.9)),
        ((51.0, -180.0), (51.0, 180.0)),
    ],
)
def test_distance_is_the_great_circle_in_metres(here, there):
    shop = ShopFactory(at=there, delivery_radius_km=500)
    [nearby] = found(None, here)
    assert nearby == Nearby(shop.pk, about(haversine(here, there), rel=1e-6), NOON)


def north_of_cairo(metres):
    return CAIRO[0] + math.degrees(metres / EARTH_RADIUS_M), CAIRO[1]


@pytest.mark.parametrize(("metres", "expected"), [(9_990, 1), (10_010, 0)])
def test_shop_serves_within_its_delivery_radius(metres, expected):
    ShopFactory(at=north_of_cairo(metres), delivery_radius_km=10)
    assert len(found(None)) == expected


@pytest.mark.parametrize(("metres", "expected"), [(2_990, 1), (3_010, 0)])
def test_search_ends_at_its_radius(metres, expected):
    ShopFactory(at=north_of_cairo(metres), delivery_radius_km=10)
    assert len(found(None, radius_km=3)) == expected


def test_radius_beyond_half_the_globe_finds_everything():
    shop = ShopFactory(at=CAIRO, delivery_radius_km=500)
    assert ids(None, (30.5, 31.0), radius_km=50_000) == [shop.pk]


@pytest.mark.parametrize(
    ("place", "field"),
    [
        ((90.1, 0), "latitude"),
        ((-91, 0), "latitude"),
        ((math.nan, 0), "latitude"),
        ((0, 180.1), "longitude"),
        ((0, math.inf), "longitude"),
    ],
)
def test_place_that_is_not_on_earth_is_refused(place, field):
    with pytest.raises(Invalid) as refused:
        found(None, place)
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize(
    ("now", "window", "opens"),
    [
        (NOON, 0, NOON),
        (NOON - timedelta(hours=3, minutes=1), 0, None),
        (NOON - timedelta(hours=3, minutes=1), 1, NOON - timedelta(hours=3)),
        (NOON - timedelta(hours=3, seconds=30), 1, NOON - timedelta(hours=3)),
        (NOON - timedelta(hours=3, seconds=90), 1, None),
        (NOON + timedelta(hours=6), 120, None),
        (NOON + timedelta(hours=6), 15 * 60, NOON + timedelta(hours=21)),
    ],
)
@pytest.mark.parametrize("market", ["Africa/Cairo", "Asia/Tokyo"])
def test_open_now_or_within_the_window(now, window, opens, market, settings):
    """The same whether the shop's zone is the market's, reckoned once, or another, reckoned with its row."""
    settings.MARKET_TIME_ZONE = market
    shop = ShopFactory(hours=ALL_DAY, time_zone="Africa/Cairo")
    expected = [Nearby(shop.pk, about(0), opens)] if opens else []
    assert found(None, now=now, window_minutes=window) == expected


def test_window_reaches_over_the_end_of_the_week():
    shop = ShopFactory(hours=[(0, time(0, 30), time(2))])
    sunday_night = datetime(2026, 7, 19, 20, 0, tzinfo=UTC)
    assert ids(None, now=sunday_night, window_minutes=89) == []
    assert ids(None, now=sunday_night, window_minutes=90) == [shop.pk]


def test_open_in_the_shops_own_time_zone():
    hours = [(2, time(9), time(13))]
    there = ShopFactory(hours=hours, time_zone="Asia/Tokyo")
    here = ShopFactory(hours=hours)
    assert ids(None, window_minutes=0) == [here.pk]
    assert ids(None, window_minutes=0, now=NOON - timedelta(hours=8)) == [there.pk]


@pytest.mark.parametrize("minutes", [0, 59, 60, 61])
def test_clock_change_inside_the_window_loses_no_shop(minutes):
    # Cairo skips 00:00 to 01:00 on Friday 2026-04-24: 01:30 comes half an hour after 23:59.
    shop = ShopFactory(hours=[(4, time(1, 30), time(4))])
    now = datetime(2026, 4, 23, 21, tzinfo=UTC)
    assert ids(None, now=now, window_minutes=30 + minutes) == ([shop.pk] if minutes >= 60 else [])


def test_unknown_time_zone_is_refused_and_the_old_areas_stay():
    shop = ShopFactory()
    Shop.objects.filter(pk=shop.pk).update(time_zone="Mars/Olympus")
    with pytest.raises(Invalid) as refused:
        rebuild_areas([shop.pk])
    assert list(refused.value.fields) == ["time_zone"]
    assert ServiceArea.objects.filter(shop=shop).count() == 1


def test_rebuild_follows_makes_hours_and_place(make):
    shop = ShopFactory(makes=[make, MakeFactory()], hours=[(6, time(22), time(2)), (0, time(1), time(5))])
    areas = ServiceArea.objects.filter(shop=shop)
    assert areas.count() == 2
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT open_minutes::text FROM shops_servicearea WHERE shop_id = %s", [shop.pk]
        )
        assert cursor.fetchall() == [("{[0,300),[9960,10080)}",)]
    shop.makes.clear()
    rebuild_areas([shop.pk])
    assert not areas.exists()


# Away from where all other tests put their shops: rows that a test rolled back stay in the index
# until a vacuum, and would be read here.
CROWDED = (-22.9, -43.2)
CROWD = """
WITH made AS (
    INSERT INTO shops_shop (id, version, created_at, updated_at, name, phone, email, address, district,
        latitude, longitude, delivery_radius_km, time_zone, currency, serves_any_make, status,
        changes_requested, commercial_register, tax_number, inventory_setup, pricing_strategy,
        rating_sum, rating_count, is_demo)
    SELECT gen_random_uuid(), 1, now(), now(), 'crowd', '', '', '', '', -23 + n %% 100 * 0.002,
        -43.3 + n / 100 * 0.002, 20, 'Africa/Cairo', 'EGP', false, 'active', '', '', '',
        '{}', '{}', 0, 0, false
    FROM generate_series(1, 10000) AS n
    RETURNING id, latitude, longitude
)
INSERT INTO shops_servicearea (shop_id, make_id, location, radius_m, time_zone, open_minutes, active)
SELECT id, %s, ll_to_earth(latitude, longitude), 20000, 'Africa/Cairo', '{[0,10080)}', true FROM made
"""


def test_crowded_city_costs_no_more_than_an_empty_one(make):
    """10,000 shops of the make within reach: a scan that collects them reads hundreds of pages."""
    with connection.cursor() as cursor:
        cursor.execute(CROWD, [make.pk])
        cursor.execute("ANALYZE shops_servicearea")
    place: dict[str, Any] = {"limit": 20, "radius_km": 50, "now": NOON, "window_minutes": 120}
    statement, params = nearest_statement(make.pk, *CROWDED, **place)
    for _again in range(2):  # the first one also reads the catalogue
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT json) {statement}", params)
            [[[explained]]] = cursor.fetchall()
    plan = explained["Plan"]
    assert plan["Actual Rows"] == 20
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 60


def test_both_scans_walk_the_index_in_order_of_distance(make):
    """The plan of the function's own query, under the function's own settings."""
    with connection.cursor() as cursor:
        cursor.execute(CROWD, [make.pk])
        cursor.execute("ANALYZE shops_servicearea")
        cursor.execute("SELECT prosrc, proconfig FROM pg_proc WHERE proname = 'shops_nearest'")
        source, configuration = cursor.fetchone()
        for setting in configuration:
            name, value = setting.split("=")
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
        cursor.execute(f"EXPLAIN {as_query(source)}", [make.pk])
        plan = "\n".join(line for [line] in cursor.fetchall())
    assert plan.count("Index Scan using areas_of_make") == 1
    assert plan.count("Index Scan using areas_of_any_make") == 1
    assert plan.count("Index Cond: ((make_id = ") == 1
    assert plan.count("Order By: (location <-> ") == 2
    assert plan.count("Merge Append") == 1
    assert "Seq Scan" not in plan
    assert "Sort " not in plan.replace("Sort Key", "")


VARIABLES = {
    "of_make": "%s::bigint",
    "place": "ll_to_earth(-22.9, -43.2)::cube",
    "box": "cube_enlarge(ll_to_earth(-22.9, -43.2)::cube, 50000, 3)",
    "chord": "50000::float8",
    "wanted": "20",
    "excluded": "'{}'::uuid[]",
    "at": "now()",
    "open_within": "120",
    "usual": "'Africa/Cairo'",
    "soon": "'{[0,120)}'::int4multirange",
    "present": "'{[0,1)}'::int4multirange",
}


def as_query(source):
    """The query of the function with its variables filled in."""
    query = source.partition("RETURN QUERY")[2].rpartition(";")[0]
    names = "|".join(VARIABLES)
    return re.sub(rf"\b(?<!\.)({names})\b", lambda name: VARIABLES[name[0]], query)
