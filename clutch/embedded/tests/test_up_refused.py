"""What `up` says where it cannot run: what is wrong and what to do, and no traceback."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clutch.embedded.account import SYSTEM
from clutch.embedded.paths import as_root, open_data_dir, secrets_of
from clutch.embedded.tests.conftest import Run, Start

pytestmark = pytest.mark.xdist_group("up")
needs_root = pytest.mark.skipif(not as_root(), reason="only root has another account, and mounts a disk")

Mount = Callable[[Path, int], None]


@pytest.fixture
def mount() -> Iterator[Mount]:
    """Put a disk of so many megabytes at a folder; skips where the machine does not let us."""
    mounted: list[Path] = []

    def at(folder: Path, megabytes: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=711", "tmpfs", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"this machine mounts nothing: {done.stderr.strip()}")
        mounted.append(folder)

    yield at
    for folder in mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> None:
    """Leave no byte on the disk of a folder."""
    with open(folder / "filler", "wb", buffering=0) as filler:
        try:
            while True:
                filler.write(b"." * 65536)
        except OSError:
            return


def test_taken_port_is_named_before_anything_is_made(up: Start, data_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = up(data_dir, port).refused()
    assert f"Port {port} is taken by " in said
    assert "serve on another port: python3 manage.py up --port " in said
    assert not (data_dir / "secrets.json").exists()


@needs_root
def test_data_folder_of_another_user_is_named(up: Start, data_dir: Path, port: int) -> None:
    data_dir.mkdir(parents=True)
    os.chown(data_dir, 12345, 12345)
    assert "belongs to another user (id 12345)" in up(data_dir, port).refused()


UNREADABLE = """
import os, sys
from pathlib import Path
from clutch.embedded.paths import open_data_dir
from clutch.embedded.problems import Problem
os.setgid(12345), os.setuid(12345)
try:
    open_data_dir(Path(sys.argv[1]))
except Problem as problem:
    print(problem)
"""


@needs_root
def test_data_folder_that_cannot_be_read_is_named(python: Run) -> None:
    # Not below pytest's folder, which is root's alone.
    closed = Path("/") / "tmp" / f"clutch-closed-{os.getpid()}"
    closed.mkdir(mode=0o700)
    try:
        said, _ = python("-c", UNREADABLE, str(closed)).communicate(timeout=60)
    finally:
        closed.rmdir()
    assert said.startswith(f"The data folder {closed} cannot be read and written (Permission denied")
    assert "choose another with --data-dir" in said


@pytest.mark.long
@needs_root
def test_full_disk_of_the_data_folder_is_named(up: Start, data_dir: Path, port: int, mount: Mount) -> None:
    mount(data_dir, 1)
    said = up(data_dir, port).refused()
    assert f"The disk of {data_dir} has 1 MB free, and running here needs 50 MB" in said
    fill(data_dir)
    assert f"The data folder {data_dir} cannot be used: No space left" in up(data_dir, port).refused()
    assert not (data_dir / "secrets.json").exists()


@pytest.mark.long
@needs_root
def test_full_disk_of_the_database_is_named(up: Start, data_dir: Path, port: int, mount: Mount) -> None:
    folder = SYSTEM / f"clutch-{secrets_of(open_data_dir(data_dir)).cluster}"
    mount(folder, 60)
    said = up(data_dir, port, "--no-demo").refused()
    assert f"The disk of {folder / 'server'} has 59 MB free, and a new database needs 200 MB" in said


@pytest.mark.long
@needs_root
def test_disk_that_became_full_is_named_and_loses_nothing(
    up: Start, data_dir: Path, port: int, mount: Mount
) -> None:
    folder = SYSTEM / f"clutch-{secrets_of(open_data_dir(data_dir)).cluster}"
    mount(folder, 250)
    first = up(data_dir, port, "--no-demo").serving()
    first.query("CREATE TABLE kept AS SELECT 1 AS one")
    assert first.end() == 0
    fill(folder)
    said = up(data_dir, port, "--no-demo").refused()
    assert f"The disk of {folder} has 0 MB free, and running the database needs 50 MB" in said
    (folder / "filler").unlink()
    assert up(data_dir, port, "--no-demo").serving().query("SELECT one FROM kept") == (1,)
