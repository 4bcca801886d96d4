"""Who uses the server. The last one out stops it, and the watchdog does when the last one was killed."""

from __future__ import annotations

from pathlib import Path

from clutch.embedded.processes import Identity


class Leases:
    """One empty file per process that uses the server, named by its identity.

    Read and changed under the server's lock. A lease of a dead process counts for nothing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self) -> None:
        """Count this process in."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / str(Identity.own())).touch()

    def drop(self) -> None:
        """Count this process out."""
        (self.folder / str(Identity.own())).unlink(missing_ok=True)

    def any_alive(self) -> bool:
        """Whether anybody still uses the server; forgets the dead on the way."""
        alive = False
        for path in self.folder.glob("*-*"):
            holder = Identity.parse(path.name)
            if holder is not None and holder.alive():
                alive = True
            else:
                path.unlink(missing_ok=True)
        return alive
