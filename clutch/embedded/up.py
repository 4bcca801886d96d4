"""`python3 manage.py up`: the whole platform under one supervisor."""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from clutch.embedded.console import Status, say
from clutch.embedded.locks import FileLock
from clutch.embedded.parts import Part, Register, stop_all
from clutch.embedded.paths import BASE_DIR, default_data_dir, open_data_dir
from clutch.embedded.ports import check_port, port_number
from clutch.embedded.problems import NO_SPACE, Problem, check_space, disk_full
from clutch.embedded.schema import database_is_empty, note_schema, schema_is_current
from clutch.embedded.server import Interrupted, Server, watch

HOST = "127.0.0.1"
LOOK_EVERY = 0.25
# Logs, the queue's messages and static files; uploads come on top.
SPACE_NEEDED = 50 * 1024**2


def main(args: list[str]) -> int:
    """Run everything until Ctrl-C or SIGTERM; returns the exit status."""
    parser = argparse.ArgumentParser(prog="manage.py up", description="Run the whole platform here.")
    parser.add_argument("--port", type=port_number, default=8000, help="where to serve (default 8000)")
    parser.add_argument("--data-dir", type=Path, help="where all data is kept (default .data in the project)")
    parser.add_argument("--no-demo", action="store_true", help="no demo data, sign-ins or pretend payment")
    options = parser.parse_args(args)
    data_dir = options.data_dir.expanduser().absolute() if options.data_dir else default_data_dir()
    return Up(open_data_dir(data_dir), options.port, demo=not options.no_demo).run()


class Up:
    """One run of the platform over one data folder."""

    def __init__(self, data_dir: Path, port: int, *, demo: bool) -> None:
        self.began = time.monotonic()
        self.data_dir, self.port, self.demo = data_dir, port, demo
        self.url = f"http://{HOST}:{port}"
        self.stopping = False
        self._looks = 0
        self.server: Server | None = None
        self.lock = FileLock(data_dir / "run" / "up.lock")
        self.state = data_dir / "run" / "up.json"
        self.register = Register(data_dir / "run" / "children.json")
        logs = data_dir / "logs"
        celery = ("-A", "clutch", "--quiet")
        self.web = Part(
            "web",
            "daphne",
            "-b",
            HOST,
            "-p",
            str(port),
            "--no-server-name",
            "clutch.asgi:application",
            logs=logs,
        )
        # Threads: tasks wait for the database, not for the processor, and it works the same on Windows.
        self.worker = Part(
            "worker", "celery", *celery, "worker", "--pool=threads", "--concurrency=4", "--loglevel=INFO",
            "--without-gossip", "--without-mingle", logs=logs,
        )  # fmt: skip
        self.beat = Part(
            "beat", "celery", *celery, "beat", "--pidfile=", "--loglevel=WARNING", logs=logs
        )  # fmt: skip
        self.parts = [self.web, self.worker, self.beat]

    def run(self) -> int:
        """Start everything, look after it, and stop it whatever happens."""
        self._alone()
        for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._stop_soon)
        try:
            self._start()
            while not self.stopping:
                self._tend()
                time.sleep(LOOK_EVERY)
        except Interrupted:
            pass
        finally:
            self._stop()
        say("Stopped")
        return 0

    def _stop_soon(self, _number: int, _frame: object) -> None:
        if not self.stopping:
            self.stopping = True
            say("\nStopping")

    def _go_on(self) -> None:
        if self.stopping:
            raise Interrupted

    def _alone(self) -> None:
        """One `up` per data folder, and the port free before anything is started."""
        if not self.lock.try_acquire():
            try:
                there = json.loads(self.state.read_text())
            except (OSError, ValueError):
                there = {"url": "(still starting)", "pid": "?"}
            raise Problem(
                f"Clutch already runs on this data folder, at {there['url']} (process {there['pid']}).\n"
                "Stop it there with Ctrl-C, or give this one its own: --data-dir DIR --port PORT"
            )
        left = self.register.end_leftovers()
        if left:
            say(f"Ended {len(left)} processes that a killed run had left")
        check_port(HOST, self.port)
        check_space(self.data_dir, SPACE_NEEDED, what="running here")
        self.state.write_text(json.dumps({"url": self.url, "pid": os.getpid()}))

    def _start(self) -> None:
        self._environment()
        self._database()
        self._go_on()
        if not schema_is_current(self.data_dir):
            self._command("Database", "migrate", "--no-input")
            note_schema(self.data_dir)
        if self.demo and has_command("demo"):
            self._demo_city()
        say("Starting web, worker and beat")
        self.web.start(os.environ)
        self.register.write(self.parts)
        self._until_healthy()
        # After web: on a small machine three starts at once would delay the first page.
        self.worker.start(os.environ)
        self.beat.start(os.environ)
        self.register.write(self.parts)
        self._announce()

    def _environment(self) -> None:
        """What the settings read. What the caller has set stays, but the demo is for loopback alone."""
        from clutch.embedded.commands import prepare_environment

        os.environ["CLUTCH_DATA_DIR"] = str(self.data_dir)
        prepare_environment()
        os.environ["CLUTCH_DEMO"] = "1" if self.demo else "0"
        os.environ.setdefault("CLUTCH_PUBLIC_URL", self.url)
        os.environ.setdefault("CLUTCH_COOKIE_SUFFIX", f"_{self.port}")

    def _database(self) -> None:
        if os.environ.get("DATABASE_URL"):
            say("Database: the one named by DATABASE_URL")
            return
        self.server = Server(self.data_dir, say=say, interrupted=lambda: self.stopping)
        # It would start on a full disk and refuse the first order.
        check_space(self.server.home.folder, SPACE_NEEDED, what="running the database")
        os.environ["DATABASE_URL"] = self.server.start()
        say(f"Database: Postgres on port {os.environ['DATABASE_URL'].rpartition(':')[2].partition('/')[0]}")

    def _demo_city(self) -> None:
        """Load the demo city into an empty database, or go on where loading was interrupted."""
        begun = self.data_dir / "demo-begun"
        if begun.exists() or database_is_empty():
            begun.touch()
            self._command("Demo city", "demo")
            begun.unlink()

    def _command(self, title: str, *command: str) -> None:
        """Run a management command to its end, showing its last line; Problem when it fails."""
        began = time.monotonic()
        log = self.data_dir / "logs" / f"{command[0]}.log"
        with open(log, "w+", encoding="utf-8") as output, Status() as status:
            process = subprocess.Popen(
                [sys.executable, str(BASE_DIR / "manage.py"), *command],
                cwd=BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=sys.platform != "win32",
            )
            while process.poll() is None:
                if self.stopping:
                    process.terminate()
                    process.wait()
                    raise Interrupted
                status.show(f"{title} ({time.monotonic() - began:.0f} s) {_last_line(log)}")
                time.sleep(0.1)
        if process.returncode != 0:
            words = log.read_text(encoding="utf-8", errors="replace")
            if NO_SPACE in words:
                raise disk_full(self.data_dir)
            last_lines = "\n".join(words.splitlines()[-15:])
            raise Problem(f"`manage.py {' '.join(command)}` failed (log: {log}):\n{last_lines}")
        say(f"{title}: done in {time.monotonic() - began:.1f} s")

    def _until_healthy(self) -> None:
        """Wait until web answers, tending it meanwhile; Problem when it dies again and again."""
        starts = 1
        while not healthy(self.port):
            self._go_on()
            if self.web.tend(os.environ):
                starts += 1
            if starts > 3:
                raise Problem(f"Web does not start. The end of {self.web.log}:\n" + "\n".join(self.web.last))
            time.sleep(0.05)

    def _announce(self) -> None:
        rows = {"/": "customers", "/portal": "shops", "/admin": "staff", "/api/docs": "the API"}
        say(f"\nClutch serves after {time.monotonic() - self.began:.1f} s:")
        for path, who in rows.items():
            say(f"  {self.url + path:<34} {who}")
        if self.demo and has_command("demo"):
            done = subprocess.run(
                [sys.executable, str(BASE_DIR / "manage.py"), "demo", "--sign-ins"],
                cwd=BASE_DIR, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
            )  # fmt: skip
            if done.returncode == 0:
                say(f"\n{done.stdout.rstrip()}")
        say(f"\nCtrl-C stops everything. Logs: {self.data_dir / 'logs'}")

    def _tend(self) -> None:
        """Look after everything once."""
        if self.server is not None and self.server.running() is None:
            self._revive(self.server)
        if self.server is not None and self._looks % 40 == 0:
            watch(self.data_dir)
        self._looks += 1
        started = [part.tend(os.environ) for part in self.parts]
        if any(started):
            self.register.write(self.parts)

    def _revive(self, server: Server) -> None:
        """Start Postgres again after it died. Clients find it again, for it returns to its port."""
        say("Postgres ended; starting it again")
        before = os.environ["DATABASE_URL"]
        try:
            os.environ["DATABASE_URL"] = server.start()
        except Problem as problem:
            say(f"{problem}\nTrying again in 5 s")
            self._pause(5)
            return
        say("Postgres is back")
        if os.environ["DATABASE_URL"] != before:
            say("Its port was taken meanwhile: starting the others again for the new one")
            for part in self.parts:
                part.ask_to_end()

    def _pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.stopping:
            time.sleep(0.1)

    def _stop(self) -> None:
        """Stop the children, then the server they use."""
        self.stopping = True
        stop_all(self.parts)
        # The next start tells the dead from the living by itself; a full disk must not keep Postgres running.
        with contextlib.suppress(OSError):
            self.register.write(self.parts)
        if self.server is not None:
            self.server.release()
        self.state.unlink(missing_ok=True)
        self.lock.release()


def healthy(port: int) -> bool:
    """Whether web answers on /healthz. A refusal counts as an answer: the host name may not be allowed."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"X-Forwarded-Proto": "https"})
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _last_line(log: Path) -> str:
    """How far a command is, in its own words; what libraries log is for the log alone."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    told = [line.strip() for line in lines if not re.match(r"\d{4}-\d\d-\d\d |\s*$", line)]
    return told[-1] if told else ""


def has_command(name: str) -> bool:
    """Whether the project has this management command, found without loading Django."""
    return any(next(BASE_DIR.glob(f"{depth}/management/commands/{name}.py"), None) for depth in ("*", "*/*"))
