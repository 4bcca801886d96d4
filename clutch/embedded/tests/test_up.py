"""`up` end to end: it serves, outlives the death of any part, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from clutch.embedded.paths import BASE_DIR, as_root, secrets_of
from clutch.embedded.server import Server, address
from clutch.embedded.tests.conftest import clean_environment, discard, eventually
from clutch.embedded.up import healthy

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("up")]


class Platform:
    """A running `up` as its user sees it: lines of output, an address, processes."""

    def __init__(self, data_dir: Path, port: int, *args: str) -> None:
        self.data_dir, self.port = data_dir, port
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", str(port), "--data-dir", str(data_dir), *args],
            cwd=BASE_DIR,
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            self.lines.extend(line.rstrip() for line in output)

    def says(self, words: str) -> bool:
        return any(words in line for line in list(self.lines))

    def serving(self) -> Platform:
        eventually(lambda: self.says("Ctrl-C stops everything") or self.process.poll() is not None, limit=180)
        assert self.process.poll() is None, "\n".join(self.lines)
        return self

    def seconds(self) -> float:
        """How long it took to serve, in its own words."""
        [line] = [line for line in self.lines if line.startswith("Clutch serves after")]
        return float(line.split()[3])

    def children(self) -> dict[str, int]:
        """The pids of web, worker and beat, told by what they run."""
        found = {}
        for child in psutil.Process(self.process.pid).children():
            try:
                command = " ".join(child.cmdline())
            except psutil.Error:
                continue
            for name, word in {"web": " daphne ", "worker": " worker ", "beat": " beat "}.items():
                if word in command:
                    found[name] = child.pid
        return found

    def postmaster(self) -> int:
        running = Server(self.data_dir).running()
        return running.pid if running else 0

    def query(self, statement: str) -> object:
        running = Server(self.data_dir).running()
        assert running is not None
        with psycopg.connect(address(running.port, secrets_of(self.data_dir)), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchone() if cursor.description else None

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        status = self.process.wait(60)
        self._reader.join(60)
        return status


Start = Callable[..., Platform]


@pytest.fixture
def up() -> Iterator[Start]:
    started: list[Platform] = []

    def start(data_dir: Path, port: int, *args: str) -> Platform:
        started.append(Platform(data_dir, port, *args))
        return started[-1]

    yield start
    for platform in started:
        platform.end()
        discard(platform.data_dir)


@pytest.fixture
def port() -> int:
    return free_port()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
    both = [up(tmp_path / str(port), port, "--no-demo").serving() for port in ports]
    suffixes = [psutil.Process(each.children()["web"]).environ()["CLUTCH_COOKIE_SUFFIX"] for each in both]
    assert suffixes == [f"_{port}" for port in ports]
    third = up(both[0].data_dir, free_port(), "--no-demo")
    assert third.process.wait(60) == 1
    third.end()
    assert third.says(f"already runs on this data folder, at http://127.0.0.1:{ports[0]}")
    assert [healthy(port) for port in ports] == [True, True]


@pytest.mark.skipif(not as_root(), reason="needs an account other than ours")
def test_data_folder_of_another_user_is_named(up: Start, data_dir: Path, port: int) -> None:
    data_dir.mkdir(parents=True)
    os.chown(data_dir, 12345, 12345)
    platform = up(data_dir, port)
    assert platform.process.wait(60) == 1
    platform.end()
    assert platform.says("belongs to another user (id 12345)")
