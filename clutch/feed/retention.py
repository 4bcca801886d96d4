"""Entries live 30 days; a reader that comes later is told to start anew."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

KEEP = timedelta(days=30)

BATCH = 10_000

DELETE = """
WITH old AS (SELECT id FROM feed_streamentry WHERE at < %s ORDER BY at LIMIT %s)
DELETE FROM feed_streamentry e USING old WHERE e.id = old.id RETURNING e.stream, e.seq
"""
# In the order in which acts take the heads, so that neither waits for the other in a circle.
LOCK = "SELECT 1 FROM feed_streamhead WHERE stream = ANY(%s) ORDER BY stream FOR NO KEY UPDATE"
NOTE = """
UPDATE feed_streamhead h SET pruned = greatest(h.pruned, gone.seq)
FROM unnest(%s::text[], %s::bigint[]) AS gone(stream, seq) WHERE h.stream = gone.stream
"""


def prune(now: datetime | None = None) -> int:
    """Delete entries older than 30 days and note per stream how far; return how many were deleted.

    In batches, because the heads stay locked until each commits.
    """
    limit, total = (now or timezone.now()) - KEEP, 0
    while deleted := _prune_batch(limit):
        total += deleted
    return total


def _prune_batch(limit: datetime) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(DELETE, [limit, BATCH])
        gone: dict[str, int] = {}
        rows = cursor.fetchall()
        for stream, seq in rows:
            gone[stream] = max(seq, gone.get(stream, 0))
        cursor.execute(LOCK, [list(gone)])
        cursor.execute(NOTE, [list(gone), list(gone.values())])
    return len(rows)
