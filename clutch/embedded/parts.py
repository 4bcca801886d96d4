"""The processes that `up` runs: started, logged, started again when they die, and stopped."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

from clutch.embedded.console import say
from clutch.embedded.paths import BASE_DIR
from clutch.embedded.processes import Identity, end

# Seconds between a death and the next start. Who lived for STEADY seconds begins at the first again.
BACKOFF = (0.2, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
STEADY = 30.0
LOG_BYTES = 5 * 1024 * 1024
LOG_FILES = 3


class Part:
    """One child of `up`. `module` and `args` as after `python -m`."""

    def __init__(self, name: str, module: str, *args: str, logs: Path) -> None:
        self.name = name
        self.command = [sys.executable, "-m", "clutch.embedded.child", str(Identity.own()), module, *args]
        self.log = logs / f"{name}.log"
        self.last: deque[str] = deque(maxlen=15)
        self.process: subprocess.Popen[str] | None = None
        self._deaths = 0
        self._started = 0.0
        self._due: float | None = None

    def start(self, env: Mapping[str, str]) -> None:
        """Start it now. Its output goes to its own log file, rotated at 5 MB."""
        self._due = None
        self._started = time.monotonic()
        self.last.clear()
        self.process = subprocess.Popen(
            self.command,
            cwd=BASE_DIR,
            env=dict(env) | {"PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            # A group of its own: Ctrl-C reaches the supervisor alone, which stops all in order.
            start_new_session=sys.platform != "win32",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        threading.Thread(target=self._copy, args=[self.process.stdout], daemon=True).start()

    def tend(self, env: Mapping[str, str]) -> bool:
        """Look after it once: note a death, start again when it is time. True when it was started."""
        if self.process is None:
            return False
        now = time.monotonic()
        if self._due is None:
            status = self.process.poll()
            if status is None:
                return False
            self._deaths = 1 if now - self._started > STEADY else self._deaths + 1
            wait = BACKOFF[min(self._deaths, len(BACKOFF)) - 1]
            self._due = now + wait
            say(f"{self.name} ended ({_how(status)}); starting it again in {wait:g} s. Log: {self.log}")
            if self._deaths > 1:
                say("\n".join(f"    {line}" for line in self.last))
        if now < self._due:
            return False
        self.start(env)
        return True

    def ask_to_end(self) -> None:
        """Ask it to finish what it does and end."""
        if self.process is None or self.process.poll() is not None:
            return
        if sys.platform == "win32":
            self.process.send_signal(signal.CTRL_BREAK_EVENT)
        else:
            self.process.terminate()

    def _copy(self, output: IO[str]) -> None:
        handler = RotatingFileHandler(self.log, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")
        try:
            for line in output:
                self.last.append(line.rstrip())
                handler.emit(logging.LogRecord("", 0, "", 0, line.rstrip(), None, None))
        except ValueError:
            return  # closed under us at the end
        finally:
            handler.close()


def _how(status: int) -> str:
    try:
        return signal.Signals(-status).name if status < 0 else f"status {status}"
    except ValueError:
        return f"signal {-status}"


def stop_all(parts: Iterable[Part], *, patience: float = 15.0) -> None:
    """Ask all to end at once, wait, then kill what is left with its descendants."""
    running = [part for part in parts if part.process is not None]
    for part in running:
        part.ask_to_end()
    deadline = time.monotonic() + patience
    for part in running:
        assert part.process is not None
        try:
            part.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            say(f"{part.name} does not end; killing it")
            identity = Identity.of(part.process.pid)
            end([identity] if identity else [], patience=0)
            part.process.wait(5)
        part.process = None


class Register:
    """The children of the running `up`, on disk, for the next one to find what a killed one left."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, parts: Iterable[Part]) -> None:
        """Note who runs now."""
        pids = [part.process.pid for part in parts if part.process is not None]
        partial = self.path.with_suffix(f".{os.getpid()}")
        partial.write_text(json.dumps([str(found) for pid in pids if (found := Identity.of(pid))]))
        partial.replace(self.path)

    def end_leftovers(self) -> list[int]:
        """End what a killed `up` left running; returns the pids ended."""
        try:
            found = [Identity.parse(text) for text in json.loads(self.path.read_text())]
        except (OSError, ValueError):
            return []
        return end([identity for identity in found if identity is not None], patience=10)
