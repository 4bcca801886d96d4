"""From a bare Python to an installed one, with an environment that only pretends to install."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections import namedtuple
from pathlib import Path

import pytest

from clutch import bootstrap
from clutch.embedded.locks import FileLock
from clutch.embedded.problems import Problem
from clutch.embedded.tests.conftest import Run, eventually

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in a path with a space, run by a Python outside of any environment."""
    base = tmp_path / "my shop"
    base.mkdir()
    (base / "requirements.txt").write_text("surely-not-installed==1.0\n")
    (base / "requirements-dev.txt").write_text(
        "-r requirements.txt\nnor-this[extra]==2.0 ; sys_platform != 'x'\n"
    )
    monkeypatch.setattr(bootstrap, "BASE_DIR", base)
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    return base


class Steps(list[str]):
    """What was done, in order, in place of doing it."""

    def make(self, folder: Path) -> None:
        self.append("make")
        python = bootstrap.python_in(folder)
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()

    def install(self, _python: Path, requirements: Path) -> None:
        self.append(f"install {requirements.name}")

    def again(self, python: Path, argv: list[str]) -> int:
        self.append(f"again {python.parent.parent.name} {' '.join(argv[1:])}")
        return 7


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    made = Steps()
    for name in ("make", "install", "again"):
        monkeypatch.setattr(bootstrap, name, getattr(made, name))
    return made


def test_first_use_makes_installs_and_runs_again(project: Path, steps: Steps) -> None:
    assert bootstrap.main(["manage.py", "up", "--port", "1"]) == 7
    assert steps == ["make", "install requirements.txt", "again .venv up --port 1"]


def test_second_use_installs_nothing(project: Path, steps: Steps) -> None:
    bootstrap.main(["manage.py", "migrate"])
    steps.clear()
    bootstrap.main(["manage.py", "up"])
    assert steps == ["again .venv up"]


@pytest.mark.parametrize("command", ["test", "bench"])
def test_tools_are_installed_for_what_needs_them_and_serve_the_rest(
    project: Path, steps: Steps, command: str
) -> None:
    bootstrap.main(["manage.py", command])
    assert steps[1] == "install requirements-dev.txt"
    steps.clear()
    bootstrap.main(["manage.py", "up"])
    assert steps == ["again .venv up"]


@pytest.mark.parametrize(("args", "name"), [([], "requirements.txt"), (["--dev"], "requirements-dev.txt")])
def test_install_installs_and_runs_nothing(project: Path, steps: Steps, args: list[str], name: str) -> None:
    assert bootstrap.main(["manage.py", "install", *args]) == 0
    assert steps == ["make", f"install {name}"]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_changed_requirements_are_installed(project: Path, steps: Steps, name: str) -> None:
    bootstrap.main(["manage.py", "test"])
    steps.clear()
    (project / name).write_text((project / name).read_text() + "one-more==3\n")
    bootstrap.main(["manage.py", "test"])
    assert "install requirements-dev.txt" in steps


def test_interrupted_installation_is_done_again(
    project: Path, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_python: Path, _requirements: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "install", interrupted)
        assert bootstrap.main(["manage.py", "up"]) == 130
    steps.clear()
    bootstrap.main(["manage.py", "up"])
    assert steps == ["make", "install requirements.txt", "again .venv up"]


def test_environment_of_another_python_is_made_again(project: Path, steps: Steps) -> None:
    bootstrap.main(["manage.py", "up"])
    steps.clear()
    stamp = project / ".venv" / bootstrap.STAMP
    stamp.write_text(json.dumps(json.loads(stamp.read_text()) | {"python": "3.4"}))
    bootstrap.main(["manage.py", "up"])
    assert steps[0] == "make"


def test_active_environment_is_used_and_none_is_made(
    project: Path, steps: Steps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    active = tmp_path / "active"
    monkeypatch.setattr(sys, "prefix", str(active))
    bootstrap.python_in(active).parent.mkdir(parents=True)
    bootstrap.python_in(active).touch()
    assert bootstrap.prepare(["manage.py", "up"]) is None
    assert steps == ["install requirements.txt"]
    assert not (project / ".venv").exists()


def test_activated_environment_is_used_by_a_python_outside_of_it(
    project: Path, steps: Steps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps.make(tmp_path / "active")
    steps.clear()
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "active"))
    bootstrap.main(["manage.py", "up"])
    assert steps == ["install requirements.txt", "again active up"]


def test_python_that_has_everything_goes_on_in_place(project: Path, steps: Steps) -> None:
    (project / "requirements.txt").write_text(f"pytest=={pytest.__version__}  # a comment\n\n# another\n")
    assert bootstrap.prepare(["manage.py", "up"]) is None
    assert steps == []


def test_another_version_is_not_what_is_pinned(project: Path) -> None:
    (project / "requirements.txt").write_text("pytest==0.1\n")
    assert not bootstrap.satisfied(project / "requirements.txt")


def test_pins_follow_includes_and_leave_out_windows(project: Path) -> None:
    (project / "requirements.txt").write_text('a[x,y]==1\nb==2; sys_platform == "win32"\n')
    windows = [("b", "2")] if sys.platform == "win32" else []
    assert list(bootstrap.pins(project / "requirements-dev.txt")) == [
        ("a", "1"),
        *windows,
        ("nor-this", "2.0"),
    ]


def test_python_without_venv_is_told_which_package(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ensurepip" else find(name))
    assert bootstrap.main(["manage.py", "up"]) == 1
    version = ".".join(map(str, sys.version_info[:2]))
    assert f"apt install python{version}-venv" in capsys.readouterr().err


def test_full_disk_is_named_before_anything_is_made(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**12, 10**12, 5 * 1024**2))
    with pytest.raises(Problem, match="has 5 MB free"):
        bootstrap.prepare(["manage.py", "up"])


@pytest.mark.skipif(os.name == "nt", reason="a script stands for pip")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "disk is full",
        ),
        (
            "WARNING: Retrying after connection broken by 'NewConnectionError(...)'",
            "no connection to the package",
        ),
        ("No module named pip", "has no pip"),
        ("ERROR: No matching distribution found for surely", "No matching distribution found for surely"),
    ],
)
def test_failure_of_pip_is_told_by_its_reason(project: Path, tmp_path: Path, words: str, told: str) -> None:
    pip = tmp_path / "python"
    pip.write_text(f"#!/bin/sh\ncat <<'END'\n{words}\nEND\nexit 1\n")
    pip.chmod(0o755)
    with pytest.raises(Problem, match=told):
        bootstrap.install(pip, project / "requirements.txt")


def test_folder_that_cannot_be_written_is_named(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_args: False)
    with pytest.raises(Problem, match="cannot be written"):
        bootstrap.prepare(["manage.py", "up"])


def test_second_process_waits_and_finds_it_installed(project: Path, steps: Steps) -> None:
    steps.make(project / ".venv")
    bootstrap.write_stamp(project / ".venv", project / "requirements.txt")
    steps.clear()
    lock = FileLock(project / ".venv" / ".lock")
    assert lock.try_acquire()
    import threading

    threading.Timer(0.3, lock.release).start()
    bootstrap.main(["manage.py", "up"])
    assert steps == ["again .venv up"]


def test_older_python_is_told_so_before_anything_is_imported() -> None:
    source = (Path(bootstrap.__file__).parents[1] / "manage.py").read_text()
    older = source.replace("(3, 11)", "(99, 0)")
    assert older != source
    done = subprocess.run([sys.executable, "-c", older], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Clutch needs Python 3.11 or newer, and this is 3.")


PARENT = """
    import sys
    from clutch.bootstrap import as_child
    sys.exit(as_child([sys.executable, "-c", sys.argv[1]]))
"""
CHILD = """
    import signal, sys, time
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))
    print("ready", flush=True)
    time.sleep(60)
"""


def test_child_gets_signals_and_gives_its_status(python: Run) -> None:
    parent = python("-c", textwrap.dedent(PARENT), textwrap.dedent(CHILD))
    assert parent.stdout is not None
    assert parent.stdout.readline() == "ready\n"
    parent.send_signal(signal.SIGTERM)
    assert parent.wait(30) == 5


def test_child_killed_by_a_signal_gives_the_status_of_a_shell(python: Run) -> None:
    parent = python("-c", textwrap.dedent(PARENT), "import os; os.kill(os.getpid(), 9)")
    eventually(lambda: parent.poll() is not None)
    assert parent.returncode == 137


@pytest.mark.long
def test_real_environment_is_made_and_a_broken_one_mended(project: Path) -> None:
    folder = project / ".venv"
    folder.mkdir()
    (folder / "left-over").touch()
    bootstrap.make(folder)
    assert not (folder / "left-over").exists()
    done = subprocess.run(
        [bootstrap.python_in(folder), "-m", "pip", "--version"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
