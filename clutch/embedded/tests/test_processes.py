"""A process is its pid and its start: who gets the pid later is somebody else."""

from __future__ import annotations

import os
from dataclasses import replace

import psutil

from clutch.embedded.processes import Identity, end
from clutch.embedded.tests.conftest import Run, eventually

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


def test_own_identity_is_alive_and_survives_writing_down() -> None:
    own = Identity.own()
    assert own.pid == os.getpid()
    assert Identity.parse(str(own)) == own
    assert own.alive()


def test_later_process_with_the_same_pid_is_another() -> None:
    assert not replace(Identity.own(), started=1).alive()


def test_what_is_no_identity_is_none() -> None:
    assert [Identity.parse(text) for text in ("", "12", "12-", "a-b", "-1-2")] == [None] * 5


def test_ended_process_and_zombie_are_not_alive(python: Run) -> None:
    process = python("-c", "")
    identity = Identity.of(process.pid)
    eventually(lambda: Identity.of(process.pid) is None)  # ended, and not yet waited for
    assert identity is None or not identity.alive()


def test_end_kills_who_does_not_listen_and_its_children(python: Run) -> None:
    process = python("-c", STUBBORN)
    assert process.stdout is not None
    child = int(process.stdout.readline())
    identity = Identity.of(process.pid)
    assert identity is not None
    assert end([identity], patience=0.2) == sorted([process.pid, child])
    assert not identity.alive()
    eventually(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE)


def test_end_leaves_a_stranger_with_the_same_pid_alone(python: Run) -> None:
    process = python("-c", "import sys; sys.stdin.read()")
    identity = Identity.of(process.pid)
    assert identity is not None
    assert end([replace(identity, started=identity.started + 5000)], patience=0.2) == []
    assert process.poll() is None
