"""Whether a database is as the code wants it, found out without loading Django."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from clutch.embedded.paths import BASE_DIR


def schema_fingerprint(base: Path = BASE_DIR) -> str:
    """A hash of all that `migrate` builds on: migrations, their data, settings, and the pinned libraries.

    Data files count by size and time of change: some are large.
    """
    digest = hashlib.sha256()
    for path in sorted(_sources(base)):
        digest.update(path.relative_to(base).as_posix().encode() + b"\0")
        if path.suffix in {".py", ".txt"}:
            digest.update(path.read_bytes())
        else:
            status = path.stat()
            digest.update(f"{status.st_size} {status.st_mtime_ns}".encode())
    return digest.hexdigest()[:16]


def _sources(base: Path) -> Iterator[Path]:
    yield from (
        path for path in (base / "requirements.txt", base / "clutch" / "settings.py") if path.exists()
    )
    for folder, inside, files in os.walk(base):
        inside[:] = [name for name in inside if not name.startswith(".") and name != "__pycache__"]
        if Path(folder).name == "migrations":
            yield from (Path(folder, name) for name in files if name.endswith(".py"))
        elif Path(folder).name in {"data", "fixtures"}:
            yield from (Path(folder, name) for name in files)
