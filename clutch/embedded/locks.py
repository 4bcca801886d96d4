"""A lock between processes. The operating system frees it when its holder dies, however it dies."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import IO


class FileLock:
    """An exclusive lock on a file, held by one open handle; not re-entrant."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] | None = None

    def try_acquire(self) -> bool:
        """Take the lock and answer True, or answer False at once when another holder has it."""
        file = open(self.path, "a+b")  # noqa: SIM115 - held until release()
        try:
            _lock(file)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def acquire(self, limit: float) -> bool:
        """Wait up to `limit` seconds for the lock; False when it is still held then."""
        end = time.monotonic() + limit
        while not self.try_acquire():
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def release(self) -> None:
        """Give the lock back. Closing the handle frees it on every system."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> FileLock:
        # Crash recovery of a large database happens under this lock, hence the long wait.
        if not self.acquire(900):
            raise TimeoutError(f"{self.path} has been locked by another process for 15 minutes")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        # Children must not inherit the handle: the lock would live as long as they do.
        os.set_inheritable(file.fileno(), False)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
