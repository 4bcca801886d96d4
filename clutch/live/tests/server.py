"""Fixtures with a real server on the test database. `conftest.py` loads this as a plugin.

`asgi_server` serves and runs no jobs; `live_site` (in `browser.py`) runs them as well. Both need
committed rows and bring `transactional_db` themselves.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import pytest

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 60


@dataclass
class AsgiServer:
    """A running server. `url` and `ws_url` have no slash at the end."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/v1/stream"

    def order(self, word: str) -> None:
        """Send a word ("run" or "rest") and wait until it is obeyed."""
        assert self.process.stdin
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        self.expect(word)

    def expect(self, word: str) -> None:
        assert self.process.stdout
        heard = self.process.stdout.readline().strip()
        assert heard == word, f"the server said {heard!r}:\n{self.log.read_text()[-4000:]}"

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()


def database_url() -> str:
    """The address of the database that this test run uses."""
    from django.db import connection

    database = connection.settings_dict
    user, password = quote(database["USER"], safe=""), quote(database["PASSWORD"], safe="")
    host, name = quote(database["HOST"], safe=""), quote(database["NAME"], safe="")
    return f"postgres://{user}:{password}@{host}:{database['PORT']}/{name}"


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(log: Path, *, port: int = 0, **environment: str) -> AsgiServer:
    """Start a server on the test database; `environment` adds to this process's.

    `port` is for one that comes back after its death, else it is a free one.
    """
    port = port or free_port()
    env = {
        **os.environ,
        "CLUTCH_TESTING": "1",
        "DATABASE_URL": database_url(),
        "CLUTCH_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DJANGO_SETTINGS_MODULE": "clutch.settings",
        "PYTHONWARNINGS": "default",
        **environment,
    }
    with log.open("a") as out:
        process = start_process(["-m", "clutch.live.tests.serve", str(port)], env=env, stderr=out)
    server = AsgiServer(process, port, log)
    server.expect("ready")
    return server


def start_process(arguments: list[str], *, env: dict[str, str], stderr: IO[Any]) -> subprocess.Popen[str]:
    """Start this Python with its pipes open."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )


@pytest.fixture(scope="session")
def _session_server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsgiServer]:
    server = start_server(tmp_path_factory.mktemp("server") / "log.txt")
    yield server
    server.stop()


@pytest.fixture
def asgi_server(transactional_db: None, _session_server: AsgiServer) -> AsgiServer:
    """A real daphne on the test database; one process for the whole run, no jobs."""
    return _session_server
