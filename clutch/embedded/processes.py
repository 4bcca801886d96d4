"""Processes told apart by pid and start time, because a pid alone is soon used again."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

# Linux counts from the start of the machine, which no change of the clock moves; elsewhere it may, a little.
TOLERANCE = 0 if sys.platform == "linux" else 1000


@dataclass(frozen=True)
class Identity:
    """One process for good: its pid, and when it started (clock ticks on Linux, else milliseconds)."""

    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        """The process that has this pid now; None when there is none, or only a zombie."""
        try:
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            return cls(pid, _started(process))
        except (psutil.Error, OSError):
            return None

    @classmethod
    def own(cls) -> Identity:
        """This very process."""
        return cls(os.getpid(), _started(psutil.Process()))

    @classmethod
    def parse(cls, text: str) -> Identity | None:
        """Read what `str()` wrote."""
        pid, _, started = text.partition("-")
        return cls(int(pid), int(started)) if pid.isdigit() and started.isdigit() else None

    def __str__(self) -> str:
        return f"{self.pid}-{self.started}"

    def alive(self) -> bool:
        """Whether this process still runs."""
        now = Identity.of(self.pid)
        return now is not None and abs(now.started - self.started) <= TOLERANCE


def _started(process: psutil.Process) -> int:
    if sys.platform == "linux":
        # Field 22 of proc(5); the name before it, in parentheses, may hold anything.
        stat = Path(f"/proc/{process.pid}/stat").read_text(errors="replace")
        return int(stat.rpartition(")")[2].split()[19])
    return round(process.create_time() * 1000)


def end(identities: Iterable[Identity], *, patience: float) -> list[int]:
    """Ask processes and their descendants to end, kill what is left after `patience` seconds.

    Returns the pids that were ended. Whoever only shares a pid with an identity is left alone.
    """
    found: dict[int, psutil.Process] = {}
    for identity in identities:
        if identity.alive():
            try:
                process = psutil.Process(identity.pid)
                found |= {each.pid: each for each in [process, *process.children(recursive=True)]}
            except psutil.Error:
                continue
    for process in found.values():
        _signal(process, force=False)
    _, left = psutil.wait_procs(list(found.values()), timeout=patience)
    for process in left:
        _signal(process, force=True)
    psutil.wait_procs(left, timeout=5)
    return sorted(found)


def _signal(process: psutil.Process, *, force: bool) -> None:
    try:
        process.kill() if force else process.terminate()
    except psutil.NoSuchProcess:
        return
