"""`@action`: the one frame around every write.

The outermost call opens the transaction, claims the idempotency key, retries on deadlock and
serialization failure, checks the deferred constraints, appends what was published to its
streams, stores the answer, commits, and then sends hints and wakes workers. Inner calls join.
"""

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

from clutch.core import idempotency
from clutch.feed import hints, jobs, streams
from clutch.feed.streams import Event

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 3
# deadlock_detected, serialization_failure
RETRIED = {"40P01", "40001"}


@dataclass
class _Frame:
    events: list[Event] = field(default_factory=list)
    wake: bool = False
    # An inner act has failed, and no savepoint has undone what it had written by then.
    torn: bool = False


_frame: ContextVar[_Frame | None] = ContextVar("action_frame", default=None)


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function an act: one transaction around it and all acts that it calls.

    The body has one order: lock, check, change, record, publish. Only the outermost act
    retries, which is safe because nothing has left the transaction yet.
    """

    @functools.wraps(function)
    def frame(*args: P.args, **kwargs: P.kwargs) -> R:
        if (outer := _frame.get()) is not None:
            try:
                return function(*args, **kwargs)
            except BaseException:
                outer.torn = True
                raise
        return _outermost(functools.partial(function, *args, **kwargs))

    return frame


def _outermost(call: Callable[[], R]) -> R:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _once(call)
        except OperationalError as error:
            if attempt == ATTEMPTS or _sqlstate(error) not in RETRIED:
                raise
            # Both sides of a deadlock would meet again at once; the pause grows with the attempt.
            time.sleep(0.01 * attempt)
    raise AssertionError("unreachable")


def _once(call: Callable[[], R]) -> R:
    frame = _Frame()
    token = _frame.set(frame)
    try:
        with transaction.atomic(durable=True):
            keyed = idempotency.claim()
            result = call()
            if frame.torn:
                raise RuntimeError("an inner act failed and was caught without attempt()")
            if keyed is not None:
                idempotency.store(keyed, result)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
            heads = streams.append(frame.events)
            if heads:
                transaction.on_commit(functools.partial(hints.send_hint, heads))
            if frame.wake:
                transaction.on_commit(jobs.wake)
        idempotency.close()
        return result
    finally:
        _frame.reset(token)


def _sqlstate(error: OperationalError) -> str | None:
    return getattr(error.__cause__, "sqlstate", None)


def publish(event: Event) -> None:
    """Remember an event of the current act; it is appended to its streams at the commit.

    Raises RuntimeError outside an act: an event without a transaction could announce
    what never happened.
    """
    _require_frame().events.append(event)


def enqueue(kind: str, *, key: str = "", at: Any = None, **args: Any) -> None:
    """Leave a job for after the commit: `kind` is the dotted name of a job function.

    `key` makes it one waiting job per (kind, key); asking again moves it to the earlier time.
    """
    frame = _require_frame()
    jobs.insert(kind, key=key, at=at, args=args)
    frame.wake = frame.wake or at is None


@contextmanager
def attempt() -> Iterator[None]:
    """A savepoint inside an act, for catching a failure of an inner one.

    On an exception the database goes back to the savepoint, and the events and wake-ups
    of the failed part are dropped with it. The exception goes on to the caller.
    """
    frame = _require_frame()
    kept, wake, torn = len(frame.events), frame.wake, frame.torn
    try:
        with transaction.atomic():
            yield
    except BaseException:
        del frame.events[kept:]
        frame.wake, frame.torn = wake, torn
        raise


def in_action() -> bool:
    """Whether an act is under way in this context."""
    return _frame.get() is not None


def _require_frame() -> _Frame:
    frame = _frame.get()
    if frame is None:
        raise RuntimeError("publish(), enqueue() and attempt() work only inside an @action")
    return frame
