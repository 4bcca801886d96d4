"""`up` end to end: it serves, outlives the death of any part, and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from clutch.embedded.paths import BASE_DIR
from clutch.embedded.tests.conftest import Platform, Start, eventually, free_port
from clutch.embedded.up import healthy

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("up")]


def kill_and_await_return(platform: Platform, name: str) -> None:
    before = platform.children()[name]
    os.kill(before, signal.SIGKILL)
    eventually(lambda: platform.children().get(name, before) != before)


def alive(pids: list[int]) -> list[int]:
    return [p for p in pids if psutil.pid_exists(p) and psutil.Process(p).status() != psutil.STATUS_ZOMBIE]


def test_up_recovers_after_kill_of_any_part_and_stops_clean(up: Start, data_dir: Path, port: int) -> None:
    platform = up(data_dir, port, "--no-demo").serving()
    assert platform.says(f"http://127.0.0.1:{port}/portal")
    assert sorted(platform.children()) == ["beat", "web", "worker"]
    platform.query("CREATE TABLE kept AS SELECT 1 AS one")
    for name in ("web", "worker", "beat"):
        kill_and_await_return(platform, name)
        eventually(lambda: healthy(port))
    before_pid = platform.postmaster()
    os.kill(before_pid, signal.SIGKILL)
    eventually(lambda: platform.postmaster() not in {0, before_pid})
    eventually(lambda: healthy(port))
    assert platform.query("SELECT one FROM kept") == (1,)
    pids = [*platform.children().values(), platform.postmaster()]
    assert platform.end(signal.SIGINT) == 0
    assert alive(pids) == []
    assert not healthy(port)


def test_second_start_takes_at_most_five_seconds_and_loses_nothing(
    up: Start, data_dir: Path, port: int, record_property: Callable[[str, object], None]
) -> None:
    first = up(data_dir, port, "--no-demo").serving()
    first.query("CREATE TABLE kept AS SELECT 1 AS one")
    assert first.end() == 0
    second = up(data_dir, port, "--no-demo").serving()
    assert second.query("SELECT one FROM kept") == (1,)
    record_property("second start, seconds", second.seconds())
    # The limit promised to users; a machine that runs the suite beside it is given twice as long.
    assert second.seconds() < 10
    assert not second.says("Database: done")


def test_what_a_killed_supervisor_leaves_ends_by_itself_or_is_taken_over(
    up: Start, data_dir: Path, port: int
) -> None:
    first = up(data_dir, port, "--no-demo").serving()
    left = [*first.children().values(), first.postmaster()]
    assert first.end(signal.SIGKILL) == -signal.SIGKILL
    eventually(lambda: not alive(left))
    second = up(data_dir, port, "--no-demo").serving()
    left = list(second.children().values())
    second.end(signal.SIGKILL)
    third = up(data_dir, port, "--no-demo").serving()
    assert alive(left) == []
    assert sorted(third.children()) == ["beat", "web", "worker"]


def test_two_run_side_by_side_and_a_third_on_the_same_data_is_told_where(up: Start, tmp_path: Path) -> None:
    ports = [free_port(), free_port()]
    projects = [BASE_DIR, copy_of_project(tmp_path / "my copy نسخة")]
    both = [
        up(tmp_path / str(port), port, "--no-demo", project=project).serving()
        for port, project in zip(ports, projects, strict=True)
    ]
    webs = [psutil.Process(each.children()["web"]) for each in both]
    assert [web.cwd() for web in webs] == [str(project) for project in projects]
    assert [web.environ()["CLUTCH_COOKIE_SUFFIX"] for web in webs] == [f"_{port}" for port in ports]
    third = up(both[0].data_dir, free_port(), "--no-demo")
    assert f"already runs on this data folder, at http://127.0.0.1:{ports[0]}" in third.refused()
    assert [healthy(port) for port in ports] == [True, True]


def copy_of_project(folder: Path) -> Path:
    """The project in another path, without environment, data and caches."""
    shutil.copytree(BASE_DIR, folder, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    return folder
