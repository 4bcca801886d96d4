"""The table that matching reads, kept with every change of a shop."""

from collections.abc import Collection
from uuid import UUID

from django.db import DataError, connection, transaction
from django.utils.translation import gettext as _

from clutch.core.errors import Invalid

REBUILD = """
INSERT INTO shops_servicearea (shop_id, make_id, location, radius_m, time_zone, open_minutes, active)
SELECT s.id, m.make_id, ll_to_earth(s.latitude, s.longitude), s.delivery_radius_km * 1000, s.time_zone,
       coalesce(h.minutes, '{[0,10080)}'::int4multirange), s.status = 'active'
FROM shops_shop AS s
CROSS JOIN LATERAL (
    SELECT NULL::bigint AS make_id WHERE s.serves_any_make
    UNION ALL
    SELECT k.make_id FROM shops_shop_makes AS k WHERE k.shop_id = s.id AND NOT s.serves_any_make
) AS m
CROSS JOIN LATERAL (
    SELECT range_agg(r.span) AS minutes
    FROM shops_openinghours AS o
    CROSS JOIN LATERAL (
        SELECT o.weekday * 1440 + extract(hour FROM o.opens)::int * 60
                   + extract(minute FROM o.opens)::int AS first,
               o.weekday * 1440 + extract(hour FROM o.closes)::int * 60
                   + extract(minute FROM o.closes)::int
                   + CASE WHEN o.closes <= o.opens THEN 1440 ELSE 0 END AS last
    ) AS t
    CROSS JOIN LATERAL (
        SELECT int4range(t.first, least(t.last, 10080)) AS span
        UNION ALL
        SELECT int4range(0, t.last - 10080) WHERE t.last > 10080
    ) AS r
    WHERE o.shop_id = s.id
) AS h
WHERE s.id = ANY(%(ids)s) AND now() AT TIME ZONE s.time_zone IS NOT NULL
"""


def rebuild_areas(shop_ids: Collection[UUID]) -> None:
    """Write anew what matching knows of these shops, from their rows as they now stand.

    Part of the act that changed them, never on its own. Raises Invalid at `time_zone` for a
    zone that the database does not know: one such row would fail every search.
    """
    ids = list(shop_ids)
    try:
        # A savepoint inside the act: after a refused zone the act can still answer in SQL.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM shops_servicearea WHERE shop_id = ANY(%s)", [ids])
            cursor.execute(REBUILD, {"ids": ids})
    except DataError as error:
        message = _("This time zone is not known.")
        raise Invalid(message, fields={"time_zone": [message]}) from error
