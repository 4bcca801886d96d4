"""Data folders whose servers end with the test, and commands run as a person runs them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clutch.embedded.leases import Leases
from clutch.embedded.paths import BASE_DIR
from clutch.embedded.server import Server, stop

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
