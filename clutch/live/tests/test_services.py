"""The same code on servers of their own: Postgres, Redis and RabbitMQ, named by the environment."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from clutch.feed.action import action, enqueue
from clutch.feed.models import Job, JobState
from clutch.live.tests import test_journey_api
from clutch.live.tests.server import AsgiServer, database_url, start_process

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

NEEDED = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL")
SECONDS = 60


@pytest.fixture(autouse=True)
def servers_are_named() -> None:
    missing = [name for name in NEEDED if not os.environ.get(name)]
    assert not missing, f"set {', '.join(missing)}: docs/running.md says how"


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def worker(transactional_db: None, tmp_path: Path) -> Iterator[Path]:
    """A real worker on the broker; its log."""
    log = tmp_path / "worker.log"
    env = {**os.environ, "CLUTCH_TESTING": "1", "DATABASE_URL": database_url()}
    arguments = ["-m", "celery", "-A", "clutch", "worker", "--pool", "solo", "--loglevel", "INFO"]
    with log.open("w") as out:
        process = start_process(arguments, env=env, stderr=out)
        yield log
        process.terminate()
        process.wait(SECONDS)
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()


def until(what: str, log: Path, ready: Callable[[], bool]) -> None:
    """Wait until `ready()` is true. Fails with the worker's log."""
    for _ in range(SECONDS * 10):
        if ready():
            return
        time.sleep(0.1)
    pytest.fail(f"{what}:\n{log.read_text()[-4000:]}")


@action
def leave_a_job() -> None:
    """Leave work for whoever listens to the broker."""
    enqueue("clutch.feed.tests.jobs.remember", key="services", word="heard")


def test_the_servers_are_those_of_the_environment() -> None:
    assert "redis" in settings.CHANNEL_LAYERS["default"]["BACKEND"]
    cache.set("services", "kept", 60)
    assert cache.get("services") == "kept"
    with connection.cursor() as cursor:
        cursor.execute("SELECT usesuper FROM pg_user WHERE usename = current_user")
        assert cursor.fetchone() == (False,)


def test_a_commit_wakes_a_worker_through_the_broker(worker: Path) -> None:
    until("the worker did not start", worker, lambda: "ready" in worker.read_text())
    leave_a_job()
    until("no worker ran the job", worker, lambda: Job.objects.filter(state=JobState.DONE).exists())
    assert cache.get("remembered") == "heard"


@pytest.mark.usefixtures("vehicle_data")
def test_the_journey_on_real_servers(asgi_server: AsgiServer, stack: ExitStack) -> None:
    test_journey_api.test_from_onboarding_to_a_rated_delivery(asgi_server, stack)
