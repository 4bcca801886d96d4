"""Jobs: claimed once, retried with backoff, given up, merged by key, never lost."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from clutch.core.tests.race import losers, side_by_side
from clutch.feed import jobs
from clutch.feed.models import Job, JobState
from clutch.feed.tasks import prune_streams, run_due_jobs
from clutch.feed.tests import acts

pytestmark = pytest.mark.django_db
# Real commits: for threads, and for what happens at a commit.
committed = pytest.mark.django_db(transaction=True)

KIND = "clutch.feed.tests.test_jobs.record"
calls: list[dict[str, Any]] = []
during: list[Callable[[], None]] = []


@jobs.job
def record(**args: Any) -> None:
    """Remember the call, and do what the test wants to happen meanwhile."""
    calls.append(args)
    for call in during:
        call()


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing remembered, and no worker woken."""
    calls.clear()
    during.clear()
    monkeypatch.setattr("clutch.feed.action.jobs.wake", lambda: None)


def test_job_runs_once_with_its_arguments() -> None:
    acts.leave_job(KIND, orderId="x")
    assert jobs.run_due() == 1
    assert jobs.run_due() == 0
    assert calls == [{"orderId": "x"}]
    assert Job.objects.get().state == JobState.DONE


def test_job_waits_for_its_time() -> None:
    later = timezone.now() + timedelta(hours=2)
    acts.leave_job(KIND, at=later)
    assert jobs.run_due() == 0
    assert jobs.run_due(later) == 1


def test_key_makes_one_waiting_job_at_the_earlier_time() -> None:
    now = timezone.now()
    acts.leave_job(KIND, key="order 1", at=now + timedelta(hours=2), n=1)
    acts.leave_job(KIND, key="order 1", at=now + timedelta(hours=1), n=2)
    acts.leave_job(KIND, key="order 1", at=now + timedelta(hours=3), n=3)
    acts.leave_job(KIND, key="order 2", at=now + timedelta(hours=3))
    assert Job.objects.count() == 2
    job = Job.objects.get(key="order 1")
    assert (job.run_at, job.args) == (now + timedelta(hours=1), {"n": 3})


def test_jobs_without_key_do_not_merge() -> None:
    acts.leave_job(KIND)
    acts.leave_job(KIND)
    assert jobs.run_due() == 2


def test_done_key_can_be_asked_for_again() -> None:
    for _time in range(2):
        acts.leave_job(KIND, key="k")
        assert jobs.run_due() == 1
    assert len(calls) == 2


def test_asked_for_again_while_running_runs_again() -> None:
    """The run under way may have read what the asker has just changed."""
    acts.leave_job(KIND, key="k", n=1)
    during.append(lambda: acts.leave_job(KIND, key="k", n=2) if len(calls) == 1 else None)
    jobs.run_due()
    assert calls == [{"n": 1}, {"n": 2}]
    assert Job.objects.get().state == JobState.DONE


def test_a_job_can_put_itself_off() -> None:
    later = timezone.now() + timedelta(hours=1)
    acts.leave_job(KIND, key="k")
    during.append(lambda: acts.leave_job(KIND, key="k", at=later))
    assert jobs.run_due(limit=5) == 1
    job = Job.objects.get()
    assert (job.state, job.run_at) == (JobState.WAITING, later)


@committed
def test_two_workers_never_run_the_same_job() -> None:
    for number in range(30):
        acts.leave_job(KIND, n=number)
    outcomes = side_by_side([jobs.run_due] * 4)
    assert losers(outcomes) == []
    assert sum(outcomes) == 30
    assert sorted(call["n"] for call in calls) == list(range(30))


@committed
def test_control_reading_before_claiming_runs_twice() -> None:
    """The same job read by two workers that mark it afterwards."""
    acts.leave_job(KIND)
    both_have_read = threading.Barrier(2)

    def naive() -> None:
        job = Job.objects.filter(state=JobState.WAITING).get()
        both_have_read.wait(20)
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE)
        record(**job.args)

    assert losers(side_by_side([naive, naive])) == []
    assert len(calls) == 2


def test_claim_of_a_dead_worker_runs_out() -> None:
    acts.leave_job(KIND)
    taken = jobs.take_one(timezone.now())
    assert taken
    assert jobs.run_due() == 0
    Job.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert jobs.run_due() == 1


def fail() -> None:
    raise ValueError("the network")


def test_failed_job_waits_longer_each_time_and_is_given_up_after_twelve() -> None:
    acts.leave_job(KIND)
    during.append(fail)
    waits = []
    for _attempt in range(12):
        Job.objects.filter(state=JobState.WAITING).update(run_at=timezone.now())
        before = timezone.now()
        assert jobs.run_due(limit=1) == 1
        waits.append(round((Job.objects.get().run_at - before).total_seconds()))
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600]
    job = Job.objects.get()
    assert (job.state, job.attempts, job.last_error) == (JobState.DEAD, 12, "ValueError: the network")
    assert jobs.run_due(timezone.now() + timedelta(days=1)) == 0


def test_job_that_kills_its_process_is_given_up_too() -> None:
    acts.leave_job(KIND)
    for _death in range(12):
        assert jobs.take_one(timezone.now())
        Job.objects.update(claimed_until=None)
    assert jobs.run_due() == 1
    assert calls == []
    assert Job.objects.get().state == JobState.DEAD


def test_job_of_an_unknown_kind_does_not_stop_the_others() -> None:
    acts.leave_job("clutch.feed.tests.test_jobs.never_written")
    acts.leave_job(KIND)
    assert jobs.run_due() == 2
    assert len(calls) == 1


def test_waking_fails_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    def no_broker(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr("clutch.feed.tasks.run_due_jobs.delay", no_broker)
    acts.leave_job(KIND)
    assert Job.objects.get().state == JobState.WAITING


def test_old_done_jobs_are_pruned() -> None:
    acts.leave_job(KIND)
    acts.leave_job(KIND, key="waiting", at=timezone.now() + timedelta(days=1))
    jobs.run_due()
    prune_streams()
    assert Job.objects.count() == 2
    Job.objects.filter(state=JobState.DONE).update(done_at=timezone.now() - timedelta(days=8))
    prune_streams()
    assert Job.objects.get().key == "waiting"


def test_wake_up_goes_to_the_broker_of_the_settings_from_any_thread() -> None:
    """Celery's own default app, to which a thread falls back, would send it to nobody."""
    found: list[tuple[str, object]] = []
    thread = threading.Thread(
        target=lambda: found.append((run_due_jobs.app.main, run_due_jobs.app.conf.broker_url))
    )
    thread.start()
    thread.join()
    assert found == [("clutch", settings.CELERY_BROKER_URL)]
