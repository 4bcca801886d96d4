"""Where everything lives, who owns it, and the secrets kept there."""

from __future__ import annotations

import json
import os
import secrets as randomness
from dataclasses import asdict, dataclass
from pathlib import Path

from clutch.embedded.locks import FileLock
from clutch.embedded.problems import Problem

BASE_DIR = Path(__file__).resolve().parents[2]


def default_data_dir() -> Path:
    """`CLUTCH_DATA_DIR`, or `.data` in the project, which git ignores."""
    return Path(os.environ.get("CLUTCH_DATA_DIR") or BASE_DIR / ".data").expanduser().absolute()


def as_root() -> bool:
    """Whether this process is root, whose server must run as somebody else."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def open_data_dir(path: Path) -> Path:
    """Make the data folder where it is missing (0700), and check that it can be used.

    Raises Problem for a folder of another user, one that is no folder, or one that cannot be written.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = path.stat().st_uid
        os.listdir(path)
        for name in ("run", "logs"):
            (path / name).mkdir(mode=0o700, exist_ok=True)
        probe = path / "run" / f"probe-{os.getpid()}"
        probe.write_text("1")
        probe.unlink()
    except FileExistsError:
        raise Problem(f"{path} is not a folder. Choose another with --data-dir.") from None
    except PermissionError as error:
        raise Problem(
            f"The data folder {path} cannot be read and written ({error.strerror}: {error.filename}).\n"
            "Give it to this user, or choose another with --data-dir (or CLUTCH_DATA_DIR)."
        ) from None
    except OSError as error:
        raise Problem(
            f"The data folder {path} cannot be used: {error.strerror}. Free space or choose another"
            " with --data-dir (or CLUTCH_DATA_DIR)."
        ) from None
    if as_root() and owner != 0:
        # Root would leave files there that the owner can no longer read, and start a second, empty database.
        raise Problem(
            f"The data folder {path} belongs to another user (id {owner}). Run as that user,"
            " or choose another folder with --data-dir."
        )
    return path


@dataclass(frozen=True)
class Secrets:
    """What is generated once for a data folder and never leaves it."""

    cluster: str
    secret_key: str
    superuser: str
    role: str


def secrets_of(data_dir: Path) -> Secrets:
    """The secrets of a data folder, generated on first use into a file only its owner can read."""
    path = data_dir / "secrets.json"
    # Two first uses at once would generate different ones.
    with FileLock(data_dir / "run" / "secrets.lock"):
        try:
            return Secrets(**json.loads(path.read_text()))
        except FileNotFoundError:
            return _generate(path)
        except (ValueError, TypeError):
            raise Problem(
                f"{path} is damaged: restore it from a backup, for the database opens with it."
            ) from None


def _generate(path: Path) -> Secrets:
    made = Secrets(
        cluster=randomness.token_hex(8),
        secret_key=randomness.token_urlsafe(60),
        superuser=randomness.token_hex(24),
        role=randomness.token_hex(24),
    )
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    # A rename after the sync: a power cut leaves the whole file or none.
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(made), file)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    return made
