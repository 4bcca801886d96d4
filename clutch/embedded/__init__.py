"""The Postgres that comes with the project, and `up`, which runs the whole platform.

Importing this package needs nothing but the standard library: `clutch.bootstrap` runs before anything is
installed.
"""

from __future__ import annotations

import os
from pathlib import Path


def ensure(data_dir: Path | None = None, *, durable: bool = True) -> str:
    """Make sure a database is there, and return its address, also set as DATABASE_URL.

    With DATABASE_URL set it is that one and nothing starts. Otherwise the embedded server of the data
    folder is started or reused until this process ends. Raises Problem when it cannot be had.
    """
    if given := os.environ.get("DATABASE_URL"):
        return given
    import atexit

    from clutch.embedded.paths import default_data_dir
    from clutch.embedded.server import Server

    server = Server(data_dir or default_data_dir(), durable=durable)
    # First: an interruption while it starts must stop it too.
    atexit.register(server.release)
    url = server.start()
    os.environ["DATABASE_URL"] = url
    return url
