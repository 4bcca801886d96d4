"""From a bare Python to one with everything installed; nothing but the standard library up to there.

`manage.py` calls `main`. Where the running Python already has what requirements.txt pins, it goes on in
place. Else it makes `.venv` in the project (or takes the active environment), installs, and runs itself
again with that Python.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from clutch.embedded.console import Status, say
from clutch.embedded.locks import FileLock
from clutch.embedded.problems import NO_SPACE, Problem, check_space, disk_full

BASE_DIR = Path(__file__).resolve().parents[1]
WITH_TOOLS = {"test", "bench"}
STAMP = "clutch-installed.json"
# A full set of packages is some 600 MB, and pip unpacks before it moves.
SPACE_NEEDED = 1200 * 1024**2
NETWORK_SIGNS = (
    "NewConnectionError", "ConnectTimeoutError", "Failed to establish a new connection", "ProxyError",
    "Temporary failure in name resolution", "NameResolutionError", "Network is unreachable",
    "ReadTimeoutError", "Connection refused",
)  # fmt: skip


def main(argv: list[str]) -> int:
    """Run one command of manage.py where everything it needs is installed; returns the exit status."""
    try:
        status = prepare(argv)
        if status is None:
            from clutch.embedded.commands import run

            status = run(argv)
        return status
    except Problem as problem:
        say(f"\n{problem}", to=sys.stderr)
        return 1
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        say(f"\n{disk_full(error.filename or BASE_DIR)}", to=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def prepare(argv: list[str]) -> int | None:
    """None when this process can go on; else what the command answered in the right environment.

    `install`, with `--dev` for the tools of tests and checks, ends here.
    """
    command = argv[1] if len(argv) > 1 else "help"
    with_tools = command in WITH_TOOLS or (command == "install" and "--dev" in argv)
    name = "requirements-dev.txt" if with_tools else "requirements.txt"
    requirements = BASE_DIR / name
    here = sys.prefix != sys.base_prefix
    done = 0 if command == "install" else None
    if not here and satisfied(requirements):
        return done
    folder = environment()
    if folder == BASE_DIR / ".venv":
        _make_folder(folder)
    python = python_in(folder)
    with _locked(folder):
        if stamp(folder).get(name) != wanted(requirements):
            if not here and folder == BASE_DIR / ".venv":
                make(folder)
            if not here or not satisfied(requirements):
                install(python, requirements)
            write_stamp(folder, requirements)
    return done if here or command == "install" else again(python, argv)


def environment() -> Path:
    """The environment to use: the active one, else `.venv` in the project."""
    if sys.prefix != sys.base_prefix:
        return Path(sys.prefix)
    active = os.environ.get("VIRTUAL_ENV")
    if active and python_in(Path(active)).exists():
        return Path(active)
    return BASE_DIR / ".venv"


def python_in(folder: Path) -> Path:
    """The Python of an environment."""
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def pins(requirements: Path) -> Iterator[tuple[str, str]]:
    """Name and version of each pin that applies here, those of included files too."""
    for raw in requirements.read_text(encoding="utf-8").splitlines():
        line = raw.partition("#")[0].strip()
        if line.startswith("-r "):
            yield from pins(requirements.parent / line[3:].strip())
            continue
        pin, _, marker = line.partition(";")
        if "win32" in marker and sys.platform != "win32":
            continue
        name, _, version = pin.partition("==")
        if name.strip():
            yield name.partition("[")[0].strip(), version.strip()


def satisfied(requirements: Path) -> bool:
    """Whether this Python has every pinned package in its pinned version."""
    try:
        return all(metadata.version(name) == version for name, version in pins(requirements))
    except metadata.PackageNotFoundError:
        return False


def wanted(requirements: Path) -> str:
    """What the stamp says when these requirements are installed: their hash, with that of included files."""
    text = requirements.read_bytes()
    for line in text.decode().splitlines():
        if line.startswith("-r "):
            text += (requirements.parent / line[3:].strip()).read_bytes()
    return hashlib.sha256(text).hexdigest()


def stamp(folder: Path) -> dict[str, str]:
    """What was last installed whole into an environment; empty when that is not known."""
    try:
        found: dict[str, str] = json.loads((folder / STAMP).read_text())
    except (OSError, ValueError):
        return {}
    # An upgraded system Python leaves an environment whose packages it does not see.
    return found if found.get("python") == _version() and python_in(folder).exists() else {}


def write_stamp(folder: Path, requirements: Path) -> None:
    """Note, last of all, what is installed: an interrupted installation has no such note."""
    note = {"python": _version(), requirements.name: wanted(requirements)}
    included = BASE_DIR / "requirements.txt"
    note[included.name] = wanted(included)
    # An environment of somebody else may be read-only; then every start looks at the versions.
    with contextlib.suppress(OSError):
        partial = folder / f"{STAMP}.partial"
        partial.write_text(json.dumps(note))
        partial.replace(folder / STAMP)


def _version() -> str:
    return "{}.{}".format(*sys.version_info[:2])


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise disk_full(folder.parent) from None
        raise Problem(
            f"{folder} cannot be written. Make the project's folder writable for this user, or make an"
            " environment elsewhere and activate it:\n"
            "    python3 -m venv ~/clutch-venv && . ~/clutch-venv/bin/activate"
        ) from None


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process installs at a time; the second waits and finds it done."""
    lock = FileLock(folder / ".lock")
    try:
        free = lock.try_acquire()
    except OSError:
        yield  # a read-only environment: nobody installs into it
        return
    if not free:
        say("Another process is installing; waiting for it")
        if not lock.acquire(1800):
            raise Problem(f"Another process has been installing into {folder} for 30 minutes: end it first.")
    try:
        yield
    finally:
        lock.release()


def make(folder: Path) -> None:
    """Make the environment, or mend one that was interrupted or belongs to another Python."""
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        version = _version()
        raise Problem(
            f"This Python ({sys.executable}) cannot make environments: its venv module is not installed.\n"
            f"Debian and Ubuntu: apt install python{version}-venv (or python3-venv)\n"
            "Others: install the full Python, or activate an environment made by another tool."
        )
    check_space(folder, SPACE_NEEDED, what="installing")
    say(f"Making an environment in {folder}")
    for path in folder.iterdir():
        if path.name != ".lock":
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    done = subprocess.run(
        [sys.executable, "-m", "venv", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        words = (done.stdout + done.stderr).strip()
        if NO_SPACE in words:
            raise disk_full(folder)
        raise Problem(f"The environment in {folder} could not be made:\n{words}")


def install(python: Path, requirements: Path) -> None:
    """Install what is pinned, telling how far it is."""
    say(f"Installing {requirements.name} (once; about 600 MB, some minutes on a slow line)")
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    last: deque[str] = deque(maxlen=40)
    began = time.monotonic()
    pip = subprocess.Popen(
        [*command, "--progress-bar", "off", "-r", str(requirements)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    with pip, Status() as status:
        assert pip.stdout is not None
        found = 0
        for line in pip.stdout:
            last.append(line.rstrip())
            if line.startswith("Collecting "):
                found += 1
                status.show(f"  {found} packages found, last {line.split()[1]}")
            elif line.startswith("Installing collected"):
                status.show(f"  writing {line.count(',') + 1} packages")
    if pip.returncode != 0:
        raise _pip_problem("\n".join(last))
    say(f"  installed in {time.monotonic() - began:.0f} s")


def _pip_problem(words: str) -> Problem:
    if NO_SPACE in words:
        return disk_full("while installing packages")
    if any(sign in words for sign in NETWORK_SIGNS):
        return Problem(
            "The packages could not be fetched: no connection to the package index.\n"
            "Check the network, then run the same command again; what was fetched is kept. A proxy is named"
            " by HTTPS_PROXY, a mirror by PIP_INDEX_URL."
        )
    if "No module named pip" in words:
        return Problem(
            "The active environment has no pip. Run `python -m ensurepip` in it, or deactivate it:\n"
            "then an environment is made in the project's folder."
        )
    return Problem(f"pip could not install the packages:\n{words}")


def again(python: Path, argv: list[str]) -> int:
    """Run this command again with another Python.

    On POSIX this process becomes the other one, so that signals, terminal and exit status are its own and
    nothing is left to forward or to outlive. Windows has no such exec; there it is a child.
    """
    command = [str(python), str(Path(argv[0]).resolve()), *argv[1:]]
    if sys.platform != "win32":
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted
    return as_child(command)


def as_child(command: list[str]) -> int:
    """Run a command as a child: signals are passed on, its exit status is ours."""
    child = subprocess.Popen(command)

    def forward(number: int, _frame: object) -> None:
        # A console sends Ctrl-C to the child by itself.
        if number != signal.SIGINT:
            child.send_signal(number)

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), forward) for name in names}
    try:
        status = child.wait()
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
    return status if status >= 0 else 128 - status
