"""`python -m clutch.embedded.watchdog DATA_DIR`: stops the server once nobody alive uses it.

Users stop the server themselves when they end. This small process is there for those that were killed;
should it be killed too, the next user starts another.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from clutch.embedded.locks import FileLock
from clutch.embedded.server import Server, stop


def main(data_dir: Path) -> None:
    """Look every second, until the server is unused and stopped, or its folder is gone."""
    own = FileLock(data_dir / "run" / "watchdog.lock")
    if not own.acquire(3):
        return
    # Both looked up once: to look again would make them again for a data folder that was removed.
    server = Server(data_dir)
    home = server.home
    while home.folder.exists():
        time.sleep(1)
        try:
            with server.lock():
                if server.stop_if_unused():
                    # Within the server's lock: whoever starts it next finds no watchdog and makes one.
                    own.release()
                    return
        except FileNotFoundError:
            stop(home)
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]))
