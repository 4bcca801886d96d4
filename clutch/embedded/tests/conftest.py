"""Data folders whose servers end with the test, and commands run as a person runs them, `up` among them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from clutch.embedded.leases import Leases
from clutch.embedded.paths import BASE_DIR, secrets_of
from clutch.embedded.server import Server, address, stop

Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A folder for data in a path with a space and Arabic letters; its server ends with the test."""
    folder = tmp_path / "my shop متجر" / "data"
    yield folder
    discard(folder)


def discard(folder: Path) -> None:
    """Stop the server of a data folder and remove what it left outside of it."""
    if not (folder / "secrets.json").exists():
        return
    home = Server(folder).home
    Leases(folder / "run" / "leases").drop()
    stop(home)
    shutil.rmtree(home.folder, ignore_errors=True)
    # The watchdog sees that its folder is gone, and ends.
    shutil.rmtree(folder / "run", ignore_errors=True)


def clean_environment() -> dict[str, str]:
    """The environment of a person who has set nothing."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CLUTCH_", "PYTEST_"))
        and name not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
    }


@pytest.fixture
def python() -> Iterator[Run]:
    """Run Python code in a process of its own, killed at the end of the test if it still runs."""
    started: list[subprocess.Popen[str]] = []

    def run(*args: str, **more: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *args],
            cwd=BASE_DIR,
            env=clean_environment() | more,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def eventually(condition: Callable[[], object], *, limit: float = 60) -> None:
    """Wait until something holds; fail when it does not within `limit` seconds."""
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, f"not within {limit:g} s"
        time.sleep(0.05)


class Platform:
    """A running `up` as its user sees it: lines of output, an address, processes."""

    def __init__(self, data_dir: Path, port: int, *args: str, project: Path = BASE_DIR) -> None:
        self.data_dir, self.port = data_dir, port
        self.lines: list[str] = []
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", str(port), "--data-dir", str(data_dir), *args],
            cwd=project,
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

    def refused(self) -> str:
        """What it says when it does not start; it must end by itself, with status 1 and no traceback."""
        assert self.process.wait(120) == 1
        self.end()
        said = "\n".join(self.lines)
        assert "Traceback" not in said
        return said


Start = Callable[..., Platform]


@pytest.fixture
def up() -> Iterator[Start]:
    """Start `up`; what still runs ends with the test."""
    started: list[Platform] = []

    def start(data_dir: Path, port: int, *args: str, project: Path = BASE_DIR) -> Platform:
        started.append(Platform(data_dir, port, *args, project=project))
        return started[-1]

    yield start
    for platform in started:
        platform.end()
        discard(platform.data_dir)


@pytest.fixture
def port() -> int:
    """A port that is free now."""
    return free_port()


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
