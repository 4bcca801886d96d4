"""Progress for a person at a terminal, and for a log file."""

from __future__ import annotations

import contextlib
import shutil
import sys
import time
from types import TracebackType
from typing import TextIO


def say(line: str = "", *, to: TextIO | None = None) -> None:
    """Write a line at once, also into a pipe; a console that lacks a character gets a substitute."""
    stream = to or sys.stdout
    encoding = stream.encoding or "utf-8"
    # A reader that has gone (`up | head`) is no reason to stop serving.
    with contextlib.suppress(BrokenPipeError):
        stream.write(line.encode(encoding, "replace").decode(encoding) + "\n")
        stream.flush()


class Status:
    """Progress that changes: one line rewritten in place at a terminal, a line now and then elsewhere."""

    def __init__(self, *, every: float = 10.0) -> None:
        self.every = every
        self._told = time.monotonic()
        self._open = False

    def __enter__(self) -> Status:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._open:
            say()

    def show(self, line: str) -> None:
        """Show where things stand now."""
        if sys.stdout.isatty():
            width = shutil.get_terminal_size().columns - 1
            sys.stdout.write("\r" + line[:width].ljust(width))
            sys.stdout.flush()
            self._open = True
        elif time.monotonic() - self._told > self.every:
            self._told = time.monotonic()
            say(line)
