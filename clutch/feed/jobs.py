"""Jobs: work that acts leave behind, as rows. A lost message loses nothing, beat sweeps.

A job function takes keyword arguments of plain JSON types, is idempotent, and calls one
action. It is registered by `@job` in the `tasks.py` of its app, under its dotted name.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from clutch.core.ids import new_id
from clutch.feed.models import Job, JobState

logger = logging.getLogger(__name__)

CLAIM_SECONDS = 120
MAX_ATTEMPTS = 12
_registry: dict[str, Callable[..., None]] = {}


def job(function: Callable[..., None]) -> Callable[..., None]:
    """Register a function as a job under its dotted name, e.g. `orders.tasks.close_window`."""
    _registry[f"{function.__module__}.{function.__name__}"] = function
    return function


# Asking again while the job waits brings it forward. Asking again while it runs takes the claim
# away: the run that is under way may have read what the asker has just changed, so its end does
# not count and the job runs once more, at the time now asked for.
INSERT = """
INSERT INTO feed_job (id, kind, args, key, state, run_at, attempts, last_error, created_at)
VALUES (%s, %s, %s, %s, 'waiting', %s, 0, '', now())
ON CONFLICT (kind, key) WHERE state = 'waiting' AND NOT (key = '')
DO UPDATE SET
    run_at = CASE WHEN feed_job.claimed_until > now() THEN excluded.run_at
                  ELSE least(feed_job.run_at, excluded.run_at) END,
    args = excluded.args, claimed_until = NULL, attempts = 0
"""


def insert(kind: str, *, key: str = "", at: datetime | None = None, args: dict[str, Any]) -> None:
    """Insert a job row, or bring the waiting one of the same key forward."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [new_id(), kind, json.dumps(args, default=str), key, at or timezone.now()])


def wake() -> None:
    """Hint a worker that jobs wait. Never raises: the broker may be away, beat sweeps."""
    from clutch.feed.tasks import run_due_jobs

    try:
        run_due_jobs.delay()
    except Exception:
        logger.warning("worker not woken; the sweep will run the job", exc_info=True)


TAKE = """
UPDATE feed_job SET claimed_until = now() + make_interval(secs => %s), attempts = attempts + 1
WHERE id = (
    SELECT id FROM feed_job
    WHERE state = 'waiting' AND run_at <= %s AND (claimed_until IS NULL OR claimed_until < now())
    ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, kind, args, attempts, claimed_until
"""


@dataclass(frozen=True)
class Claimed:
    """A job that this process may run until its claim runs out."""

    id: UUID
    kind: str
    args: dict[str, Any]
    attempts: int
    until: datetime | None = None


def take_one(now: datetime) -> Claimed | None:
    """Claim the job that has waited longest, or None. Two workers never get the same one."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [CLAIM_SECONDS, now])
        row = cursor.fetchone()
    if row is None:
        return None
    args = row[2] if isinstance(row[2], dict) else json.loads(row[2])
    return Claimed(row[0], row[1], args, row[3], row[4])


def run_due(now: datetime | None = None, *, limit: int = 500) -> int:
    """Run jobs that are due until none is left or `limit` is reached; return how many ran."""
    ran = 0
    while ran < limit:
        claimed = take_one(now or timezone.now())
        if claimed is None:
            break
        run(claimed)
        ran += 1
    return ran


def run(claimed: Claimed) -> None:
    """Run one claimed job; on failure it waits longer each time and is given up after 12."""
    try:
        if claimed.attempts > MAX_ATTEMPTS:
            # Its earlier runs ended without a word: each took its process down with it.
            raise RuntimeError("never came to an end")
        _function(claimed.kind)(**claimed.args)
    except Exception as error:
        logger.exception("job %s %s failed", claimed.kind, claimed.id)
        _postpone(claimed, error)
    else:
        _still_mine(claimed).update(state=JobState.DONE, done_at=timezone.now())


def _still_mine(claimed: Claimed) -> QuerySet[Job]:
    """The row, unless someone has asked for the same work again since it was claimed."""
    return Job.objects.filter(pk=claimed.id, claimed_until=claimed.until)


def _function(kind: str) -> Callable[..., None]:
    if kind not in _registry:
        import_module(kind.rpartition(".")[0])
    return _registry[kind]


def _postpone(claimed: Claimed, error: Exception) -> None:
    wait = timedelta(seconds=min(2**claimed.attempts, 3600))
    given_up = claimed.attempts >= MAX_ATTEMPTS
    _still_mine(claimed).update(
        state=JobState.DEAD if given_up else JobState.WAITING,
        claimed_until=None,
        run_at=timezone.now() + wait,
        last_error=f"{type(error).__name__}: {error}"[:2000],
    )
