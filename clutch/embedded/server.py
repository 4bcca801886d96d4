"""The embedded Postgres of one data folder: found or started, recovered after any crash, and stopped."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psutil

from clutch.embedded import cluster
from clutch.embedded.account import Home, forget_fleeting, home_of
from clutch.embedded.leases import Leases
from clutch.embedded.locks import FileLock
from clutch.embedded.paths import BASE_DIR, Secrets, open_data_dir, secrets_of
from clutch.embedded.problems import NO_SPACE, Problem, disk_full
from clutch.embedded.processes import Identity, end

# Replaying the log of a large database takes minutes; Postgres is left the time it needs.
RECOVERY_LIMIT = 900.0
# From its launch to its pid file; milliseconds, but for a machine that is very busy.
APPEARANCE_LIMIT = 30.0

Say = Callable[[str], None]


class Interrupted(Exception):
    """The caller wants no server any more, while it was being started."""


def silent(_line: str) -> None:
    """Progress for nobody."""


def never() -> bool:
    """Nobody interrupts."""
    return False


@dataclass(frozen=True)
class Running:
    """A postmaster of ours, as it says itself in postmaster.pid."""

    pid: int
    port: int
    ready: bool


class Server:
    """The server of one data folder.

    `durable=False` trades safety against power cuts for speed. `interrupted` is asked during a long start.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        durable: bool = True,
        say: Say = silent,
        interrupted: Callable[[], bool] = never,
    ) -> None:
        self.data_dir = open_data_dir(data_dir)
        self.durable = durable
        self.say = say
        self.interrupted = interrupted
        self._run = self.data_dir / "run"
        self._leases = Leases(self._run / "leases")

    def lock(self) -> FileLock:
        """What every start and stop of this server happens under."""
        return FileLock(self._run / "server.lock")

    def start(self) -> str:
        """Use the running server or start it, until `release()` or the end of this process.

        Returns the address as the application's role. Safe to call again, to bring a crashed server back:
        it returns to the port it had, unless that was taken meanwhile.
        """
        with self.lock():
            secrets = secrets_of(self.data_dir)
            home = self.home
            self._leases.take()
            watch(self.data_dir)
            running = find(home)
            if running is None:
                cluster.create(home, secrets)
                running = self._launch(home)
            elif not running.ready:
                running = self._wait(home)
            cluster.furnish(home, running.port, secrets)
            return address(running.port, secrets)

    def release(self) -> None:
        """Stop using the server. The last user stops it."""
        with self.lock():
            self._leases.drop()
            if not self._leases.any_alive():
                stop(self.home)

    def stop_if_unused(self) -> bool:
        """Stop the server when all its users are dead; whether it is unused. Needs the lock."""
        if self._leases.any_alive():
            return False
        stop(self.home)
        return True

    @cached_property
    def home(self) -> Home:
        """Where the server's files are."""
        return home_of(self.data_dir, secrets_of(self.data_dir))

    def running(self) -> Running | None:
        """The server as it runs now; None when it does not."""
        return find(self.home)

    def _launch(self, home: Home) -> Running:
        clear_wreck(home)
        if not self.durable:
            forget_fleeting()
        for _ in range(5):
            cluster.configure(home, _free_port(self._run / "port"), durable=self.durable)
            log = home.server / "start.log"
            log.unlink(missing_ok=True)
            done = cluster.run_program(home, "pg_ctl", "start", "-W", "-s", "-D", "data", "-l", log.name)
            if done.returncode != 0:
                raise Problem(f"Postgres does not start:\n{done.stdout.strip()}")
            try:
                running = self._wait(home)
            except PortTaken:
                continue
            except BaseException:
                # It may not have written its pid file yet, without which it is not found to be stopped.
                _settle(home)
                raise
            (self._run / "port").write_text(str(running.port))
            return running
        raise Problem("No free port on 127.0.0.1 could be had for Postgres in five attempts.")

    def _wait(self, home: Home) -> Running:
        """Wait until the server takes connections, crash recovery included."""
        began = told = time.monotonic()
        while time.monotonic() - began < RECOVERY_LIMIT:
            running = find(home)
            if running is not None and running.ready:
                return running
            now = time.monotonic()
            if running is None and (_failed(home) or now - began > APPEARANCE_LIMIT):
                raise _reason(home)
            if self.interrupted():
                raise Interrupted
            if now - told > 3:
                told = now
                self.say(f"Postgres is recovering what a crash left ({now - began:.0f} s)")
            time.sleep(0.02)
        raise Problem(
            f"Postgres has been recovering for {RECOVERY_LIMIT / 60:.0f} minutes. It goes on;"
            f" see {home.server / 'logs'}, then run the same command again."
        )


class PortTaken(Exception):
    """Somebody took the free port between finding and using it."""


def address(port: int, secrets: Secrets, database: str = cluster.DATABASE) -> str:
    """The DATABASE_URL of the application's role."""
    return f"postgresql://{cluster.ROLE}:{secrets.role}@127.0.0.1:{port}/{database}"


def find(home: Home) -> Running | None:
    """The postmaster that runs on this very cluster, or None.

    The pid in the file may be stale and belong to any process by now, so the process must be a postgres
    that stands in this data folder.
    """
    try:
        lines = (home.data / "postmaster.pid").read_text().splitlines()
        pid, port = int(lines[0]), int(lines[3])
    except (FileNotFoundError, ValueError, IndexError):
        return None
    if not _stands_in(pid, home.data):
        return None
    return Running(pid, port, ready=len(lines) > 7 and lines[7].strip() == "ready")


def _stands_in(pid: int, data: Path) -> bool:
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or not process.name().startswith("postgres"):
            return False
        return sys.platform == "win32" or Path(process.cwd()).resolve() == data.resolve()
    except psutil.Error:
        return False


def clear_wreck(home: Home) -> None:
    """Remove what a killed postmaster left: backends still at work, and a pid file that names a stranger.

    Postgres itself refuses to start beside the first, and beside the second when that pid lives again.
    """
    orphans = [
        identity
        for process in psutil.process_iter(["name"])
        if (process.info["name"] or "").startswith("postgres")
        and sys.platform != "win32"
        and _stands_in(process.pid, home.data)
        and (identity := Identity.of(process.pid)) is not None
    ]
    end(orphans, patience=3)
    (home.data / "postmaster.pid").unlink(missing_ok=True)


def stop(home: Home) -> None:
    """Stop the server, clients or not; a no-op when none runs."""
    if find(home) is None:
        return
    done = cluster.run_program(home, "pg_ctl", "stop", "-s", "-D", "data", "-m", "fast", "-t", "120")
    if done.returncode != 0 and find(home) is not None:
        cluster.run_program(home, "pg_ctl", "stop", "-s", "-D", "data", "-m", "immediate", "-t", "30")


def watch(data_dir: Path) -> None:
    """Start the watchdog where none runs: it stops the server when every user has been killed."""
    lock = FileLock(data_dir / "run" / "watchdog.lock")
    if not lock.try_acquire():
        return
    lock.release()
    detached: dict[str, object] = (
        {"creationflags": getattr(subprocess, "CREATE_NO_WINDOW", 0)}
        if sys.platform == "win32"
        else {"start_new_session": True}
    )
    watchdog = subprocess.Popen(
        [sys.executable, "-m", "clutch.embedded.watchdog", str(data_dir)],
        cwd=BASE_DIR,
        env={k: v for k, v in os.environ.items() if not k.startswith("COV_")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **detached,  # type: ignore[call-overload]
    )
    # It outlives us by design; Python would warn of a child that nobody waited for.
    watchdog.returncode = 0


def _free_port(last: Path) -> int:
    """The port of last time when it is free, so that clients of a crashed server find it again."""
    try:
        wanted = int(last.read_text())
    except (FileNotFoundError, ValueError):
        wanted = 0
    for port in (wanted, 0):
        with socket.socket() as probe:
            if sys.platform != "win32":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Problem("No port on 127.0.0.1 is free.")


def _settle(home: Home) -> None:
    """Wait until a server that was just launched can be found, or has ended."""
    end_at = time.monotonic() + APPEARANCE_LIMIT
    while time.monotonic() < end_at and find(home) is None and not _failed(home):
        time.sleep(0.02)


def _failed(home: Home) -> bool:
    return "FATAL" in _log(home)


def _log(home: Home) -> str:
    try:
        return (home.server / "start.log").read_text(errors="replace")
    except FileNotFoundError:
        return ""


def _reason(home: Home) -> Exception:
    """Why the server ended during its start, from its own words."""
    recent = sorted((home.server / "logs").glob("*.log"), key=lambda path: path.stat().st_mtime)[-1:]
    words = _log(home) + "".join(path.read_text(errors="replace")[-4000:] for path in recent)
    # On a disk without a byte left it had nowhere to say so.
    if NO_SPACE in words or shutil.disk_usage(home.folder).free < 1024**2:
        return disk_full(home.folder)
    if "could not bind IPv4" in _log(home) or "could not create any TCP/IP sockets" in words[-1500:]:
        return PortTaken()
    return Problem(f"Postgres does not start in {home.folder}:\n" + "\n".join(words.splitlines()[-8:]))
