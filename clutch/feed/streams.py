"""Streams: publishing inside an act, reading after it.

`publish()` only remembers; the outermost `@action` appends everything in one statement just
before it commits. A reader therefore never sees a number whose act was rolled back.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection


@dataclass(frozen=True)
class Event:
    """Something that happened, for one or more audiences. `data` keys are camelCase."""

    streams: tuple[str, ...]
    type: str
    data: Mapping[str, Any]
    origin: str = ""


@dataclass(frozen=True)
class Entry:
    """One row of a stream as a reader gets it."""

    stream: str
    seq: int
    type: str
    data: dict[str, Any]
    at: datetime


def user_stream(user_id: UUID | str) -> str:
    """The stream of one person."""
    return f"user/{user_id}"


def shop_stream(shop_id: UUID | str) -> str:
    """The stream of one shop, read by its members."""
    return f"shop/{shop_id}"


STAFF_STREAM = "staff"

# The heads are taken in the order of their names: two acts that share streams then wait for
# each other instead of deadlocking. `pruned` stays as it is.
APPEND = """
WITH item AS (
    SELECT (e ->> 'stream') AS stream, (e ->> 'type') AS type, (e -> 'data') AS data,
           (e ->> 'origin') AS origin, n
    FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS t(e, n)
), head AS (
    INSERT INTO feed_streamhead AS h (stream, seq, pruned)
    SELECT stream, count(*), 0 FROM item GROUP BY stream ORDER BY stream
    ON CONFLICT (stream) DO UPDATE SET seq = h.seq + excluded.seq
    RETURNING stream, seq
)
INSERT INTO feed_streamentry (stream, seq, type, data, origin, at)
SELECT item.stream,
       head.seq - count(*) OVER (PARTITION BY item.stream)
           + row_number() OVER (PARTITION BY item.stream ORDER BY item.n),
       item.type, item.data, item.origin, clock_timestamp()
FROM item JOIN head USING (stream)
RETURNING stream, seq
"""


def append(events: Iterable[Event]) -> dict[str, int]:
    """Append events to their streams in one statement; return the new head of each stream.

    Must run last in its transaction: the heads stay locked until the commit.
    """
    items = [
        {"stream": stream, "type": event.type, "data": event.data, "origin": event.origin}
        for event in events
        for stream in dict.fromkeys(event.streams)
    ]
    if not items:
        return {}
    heads: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(APPEND, [json.dumps(items, cls=DjangoJSONEncoder)])
        for stream, seq in cursor.fetchall():
            heads[stream] = max(seq, heads.get(stream, 0))
    return heads


def heads_of(streams: Iterable[str]) -> dict[str, int]:
    """Return the head of each stream; 0 for one that has no entry yet. One query."""
    names = list(streams)
    with connection.cursor() as cursor:
        cursor.execute("SELECT stream, seq FROM feed_streamhead WHERE stream = ANY(%s)", [names])
        found = dict(cursor.fetchall())
    return {name: found.get(name, 0) for name in names}


READ = """
SELECT e.stream, e.seq, e.type, e.data, e.at
FROM unnest(%(streams)s::text[], %(after)s::bigint[]) AS want(stream, after)
CROSS JOIN LATERAL (
    SELECT * FROM feed_streamentry
    WHERE stream = want.stream AND seq > want.after ORDER BY seq LIMIT %(limit)s
) AS e
ORDER BY e.at, e.stream, e.seq
"""


def read_after(positions: Mapping[str, int], *, limit: int = 200) -> list[Entry]:
    """Return up to `limit` entries of each stream after the given numbers. One query."""
    if not positions:
        return []
    with connection.cursor() as cursor:
        cursor.execute(READ, {"streams": list(positions), "after": list(positions.values()), "limit": limit})
        return [
            Entry(stream, seq, kind, data if isinstance(data, dict) else json.loads(data), at)
            for stream, seq, kind, data, at in cursor.fetchall()
        ]
