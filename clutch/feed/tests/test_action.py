"""The frame around every write: one transaction, retries, events that leave with the commit or not at all."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from clutch.core.tests.race import losers, side_by_side
from clutch.feed.action import ATTEMPTS, action, attempt, enqueue, in_action, publish
from clutch.feed.models import Job, StreamEntry, StreamHead
from clutch.feed.streams import APPEND, Event, append, heads_of, read_after
from clutch.feed.tests import acts

pytestmark = pytest.mark.django_db
# Real commits: for threads, and for what happens at a commit.
committed = pytest.mark.django_db(transaction=True)


def types_of(stream: str) -> list[str]:
    return [entry.type for entry in read_after({stream: 0})]


def numbers(stream: str) -> list[int]:
    return list(StreamEntry.objects.filter(stream=stream).order_by("id").values_list("seq", flat=True))


def test_events_leave_with_the_commit() -> None:
    acts.announce("user/1", "shop/1", type="hello", orderId="x")
    assert [(e.stream, e.seq, e.type, e.data) for e in read_after({"user/1": 0, "shop/1": 0})] == [
        ("shop/1", 1, "hello", {"orderId": "x"}),
        ("user/1", 1, "hello", {"orderId": "x"}),
    ]


def test_one_event_counts_once_per_stream() -> None:
    acts.announce("user/1", "user/1")
    assert heads_of(["user/1", "user/2"]) == {"user/1": 1, "user/2": 0}


def test_events_of_one_act_keep_their_order() -> None:
    @action
    def several() -> None:
        for number in range(5):
            publish(Event(("user/1",), f"t{number}", {}))

    several()
    assert types_of("user/1") == ["t0", "t1", "t2", "t3", "t4"]


def test_rollback_leaves_no_entry_and_no_number() -> None:
    acts.announce("user/1")
    with pytest.raises(ValueError, match="no"):
        acts.announce_then_fail("user/1")
    acts.announce("user/1")
    assert numbers("user/1") == [1, 2]
    assert not Job.objects.exists()


def test_failure_at_the_commit_leaves_nothing() -> None:
    """Deferred constraints are checked before the events are appended."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE deferred_once (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    try:

        @action
        def twice() -> None:
            publish(Event(("user/1",), "t", {}))
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO deferred_once VALUES (1), (1)")

        with pytest.raises(Exception, match="deferred_once"):
            twice()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE deferred_once")
    assert heads_of(["user/1"]) == {"user/1": 0}


@pytest.mark.parametrize(
    "call",
    [
        lambda: publish(Event(("user/1",), "t", {})),
        lambda: enqueue("kind"),
        lambda: attempt().__enter__(),
    ],
)
def test_nothing_is_published_outside_an_act(call: Callable[[], Any]) -> None:
    with pytest.raises(RuntimeError, match="only inside an @action"):
        call()
    assert not in_action()
    assert not Job.objects.exists()


@committed
def test_act_inside_a_foreign_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        acts.announce("user/1")
    assert numbers("user/1") == []


def test_attempt_drops_events_and_jobs_of_the_failed_part() -> None:
    acts.try_and_go_on("user/1")
    assert types_of("user/1") == ["before", "after"]
    assert not Job.objects.exists()


def test_catching_an_inner_act_without_attempt_is_refused() -> None:
    """Otherwise half of it would be committed, with its events."""
    with pytest.raises(RuntimeError, match="without attempt"):
        acts.catch_without_savepoint("user/1")
    assert numbers("user/1") == []


def test_frame_is_clean_after_a_failure() -> None:
    with pytest.raises(ValueError, match="no"):
        acts.announce_then_fail("user/1")
    assert not in_action()
    acts.announce("user/2")
    assert heads_of(["user/1", "user/2"]) == {"user/1": 0, "user/2": 1}


# --- numbers under concurrency ---------------------------------------------------------------------


@committed
def test_numbers_are_contiguous_under_eight_writers() -> None:
    def write(number: int) -> None:
        for turn in range(10):
            if turn % 3:
                acts.announce("user/1", f"user/{number + 2}")
            else:
                with pytest.raises(ValueError, match="no"):
                    acts.announce_then_fail("user/1")

    outcomes = side_by_side([partial(write, number) for number in range(8)])
    assert losers(outcomes) == []
    assert sorted(numbers("user/1")) == list(range(1, 49))
    assert StreamHead.objects.get(stream="user/1").seq == 48


@committed
def test_control_a_sequence_leaves_holes_and_commits_out_of_order() -> None:
    """What a plain sequence would do: a reader that has seen 2 would never ask for 1 again."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE plain; CREATE TABLE plain_entry (seq bigint)")
    first_has_its_number, second_has_committed = threading.Event(), threading.Event()
    seen: list[int] = []

    def number_and_store() -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO plain_entry VALUES (nextval('plain'))")

    def first() -> None:
        with transaction.atomic():
            number_and_store()
            first_has_its_number.set()
            assert second_has_committed.wait(20)

    def second() -> None:
        assert first_has_its_number.wait(20)
        number_and_store()
        with connection.cursor() as cursor:
            cursor.execute("SELECT seq FROM plain_entry")
            seen.extend(seq for (seq,) in cursor.fetchall())
        second_has_committed.set()

    try:
        assert losers(side_by_side([first, second])) == []
        assert seen == [2]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE plain_entry; DROP SEQUENCE plain")


@committed
def test_a_reader_never_sees_a_number_before_the_smaller_one() -> None:
    first_has_its_number, go_on = threading.Event(), threading.Event()
    order: list[str] = []

    def first() -> None:
        with transaction.atomic():
            append([Event(("user/1",), "first", {})])
            first_has_its_number.set()
            assert not go_on.wait(0.4)
            order.append("first")

    def second() -> None:
        assert first_has_its_number.wait(20)
        acts.announce("user/1", type="second")
        order.append("second")
        go_on.set()

    assert losers(side_by_side([first, second])) == []
    assert order == ["first", "second"]
    assert types_of("user/1") == ["first", "second"]


STREAMS = [f"user/{number:02}" for number in range(21)]


@committed
def test_acts_with_many_streams_in_any_order_do_not_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clutch.feed.action.ATTEMPTS", 1)

    def write(turned: bool) -> None:
        names = STREAMS[::-1] if turned else STREAMS
        for _turn in range(10):
            acts.announce_many([[name] for name in names])

    outcomes = side_by_side([partial(write, number % 2 == 1) for number in range(6)])
    assert losers(outcomes) == []
    assert set(heads_of(STREAMS).values()) == {60}


@committed
def test_control_heads_taken_in_any_order_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with each head taken when its event comes: both sides hold what the other wants."""
    holds_one = threading.Barrier(2)

    def write(names: list[str]) -> None:
        with transaction.atomic():
            append([Event((names[0],), "t", {})])
            holds_one.wait(20)
            append([Event((names[1],), "t", {})])

    outcomes = side_by_side([partial(write, ["a", "b"]), partial(write, ["b", "a"])])
    [lost] = losers(outcomes)
    assert isinstance(lost, OperationalError)
    assert "deadlock" in str(lost)


def test_append_orders_the_heads() -> None:
    assert "GROUP BY stream ORDER BY stream" in APPEND


# --- retries ---------------------------------------------------------------------------------------


def lock_head(stream: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM feed_streamhead WHERE stream = %s FOR UPDATE", [stream])


@committed
def test_a_deadlock_is_retried_and_both_acts_happen_once() -> None:
    acts.announce("a", "b")
    tries: list[str] = []
    both_hold_one = threading.Barrier(2)

    @action
    def cross(first: str, second: str) -> None:
        tries.append(first)
        lock_head(first)
        if len(tries) <= 2:
            both_hold_one.wait(20)
        lock_head(second)
        publish(Event(("done",), first, {}))

    outcomes = side_by_side([partial(cross, "a", "b"), partial(cross, "b", "a")])
    assert losers(outcomes) == []
    assert len(tries) == 3
    assert sorted(types_of("done")) == ["a", "b"]


@pytest.mark.parametrize(("state", "tries"), [("40P01", ATTEMPTS), ("40001", ATTEMPTS), ("55P03", 1)])
def test_only_deadlock_and_serialization_failure_are_retried(state: str, tries: int) -> None:
    calls: list[int] = []

    @action
    def fail() -> None:
        calls.append(1)
        publish(Event(("user/1",), "t", {}))
        with connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$")

    with pytest.raises(OperationalError):
        fail()
    assert len(calls) == tries
    assert numbers("user/1") == []


def test_events_of_a_failed_try_are_not_published_with_the_next() -> None:
    tries: list[int] = []

    @action
    def second_time_lucky() -> None:
        tries.append(1)
        publish(Event(("user/1",), f"try {len(tries)}", {}))
        if len(tries) == 1:
            with connection.cursor() as cursor:
                cursor.execute("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$")

    second_time_lucky()
    assert types_of("user/1") == ["try 2"]


def test_inner_act_does_not_retry_on_its_own() -> None:
    inner_calls, outer_calls = [], []

    @action
    def inner() -> None:
        inner_calls.append(1)
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$")

    @action
    def outer() -> None:
        outer_calls.append(1)
        inner()

    with pytest.raises(OperationalError):
        outer()
    assert (len(inner_calls), len(outer_calls)) == (ATTEMPTS, ATTEMPTS)
