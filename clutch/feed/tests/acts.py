"""Acts for the tests of the frame itself."""

from functools import partial
from typing import Any

from clutch.feed.action import action, attempt, enqueue, publish
from clutch.feed.streams import Event


@action
def announce(*streams: str, type: str = "t", **data: Any) -> None:
    """Publish one event."""
    publish(Event(streams, type, data))


@action
def announce_many(names: list[list[str]]) -> None:
    """Publish one event per list of streams."""
    for streams in names:
        publish(Event(tuple(streams), "t", {}))


@action
def announce_then_fail(stream: str) -> None:
    """Publish, enqueue, and fail."""
    publish(Event((stream,), "t", {}))
    enqueue("clutch.feed.tests.acts.record", key="lost")
    raise ValueError("no")


@action
def try_and_go_on(stream: str) -> None:
    """Catch an inner failure the right way."""
    publish(Event((stream,), "before", {}))
    try:
        with attempt():
            announce_then_fail(stream)
    except ValueError:
        publish(Event((stream,), "after", {}))


@action
def catch_without_savepoint(stream: str) -> None:
    """Catch an inner failure the wrong way."""
    try:
        announce_then_fail(stream)
    except ValueError:
        publish(Event((stream,), "after", {}))


@action
def leave_job(kind: str, **kwargs: Any) -> None:
    """Enqueue one job."""
    enqueue(kind, **kwargs)


@action
def outer(*calls: Any) -> None:
    """Run calls in one act."""
    for call in calls:
        call()


def both(first: str, second: str) -> Any:
    """An act that announces to two streams by two inner acts."""
    return partial(outer, partial(announce, first), partial(announce, second))
