"""What manage.py does for each command before Django sees it."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys

from clutch.embedded import ensure
from clutch.embedded.account import installed_programs
from clutch.embedded.console import say
from clutch.embedded.paths import BASE_DIR, default_data_dir, open_data_dir, secrets_of
from clutch.embedded.problems import Problem
from clutch.embedded.translations import compile_translations

# These touch no row; all others find a database.
WITHOUT_DATABASE = {
    "help", "version", "--help", "-h", "--version", "makemessages", "compilemessages", "collectstatic",
    "findstatic", "startapp", "diffsettings",
}  # fmt: skip

# What backup, restore and a look inside need; the server's package brings them.
POSTGRES_TOOLS = {"pg_dump", "pg_restore", "psql"}


def run(argv: list[str]) -> int:
    """Run a command of manage.py; `argv` as in sys.argv. Returns the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clutch.settings")
    name, args = (argv[1], argv[2:]) if len(argv) > 1 else ("help", [])
    if name == "test":
        return test(args)
    if name == "bench":
        return bench(args)
    if name == "up":
        from clutch.embedded.up import main

        return main(args)
    if name in POSTGRES_TOOLS:
        return postgres_tool(name, args)
    return django(argv, database=name not in WITHOUT_DATABASE)


def prepare_environment() -> None:
    """Give the settings what a single machine needs: the data folder with its parts, and the secret key."""
    data_dir = open_data_dir(default_data_dir())
    os.environ["CLUTCH_DATA_DIR"] = str(data_dir)
    os.environ.setdefault("CLUTCH_SECRET_KEY", secrets_of(data_dir).secret_key)
    for part in ("queue", "queue-control", "media", "static"):
        (data_dir / part).mkdir(mode=0o700, exist_ok=True)
    compile_translations(data_dir)


def django(argv: list[str], *, database: bool) -> int:
    """One of Django's commands, with the embedded server beside it unless DATABASE_URL names another."""
    prepare_environment()
    if database:
        ensure()
    from django.core.management import execute_from_command_line

    execute_from_command_line(argv)
    return 0


def postgres_tool(name: str, args: list[str]) -> int:
    """Run a client program of Postgres on the application's database; `args` are its own.

    A dump leaves the extensions out: they belong to the superuser and stand in every database already.
    """
    prepare_environment()
    ours = [f"--dbname={ensure()}", *(["--exclude-extension=*"] if name == "pg_dump" else [])]
    return subprocess.run([installed_programs() / name, *ours, *args], check=False).returncode


def test(args: list[str]) -> int:
    """The suite but what takes minutes or needs outside servers, on two processes; `args` go to pytest.

    A choice of one's own, by marker or number of processes, replaces the default one.
    """
    os.environ.setdefault("CLUTCH_TESTING", "1")
    ours: list[str] = []
    if not any(arg.startswith("-m") for arg in args):
        ours += ["-m", "not long and not services"]
    if not any(arg.startswith(("-n", "--numprocesses")) for arg in args):
        ours += ["-n", "2", "--dist", "loadgroup"]
    import pytest

    os.chdir(BASE_DIR)
    return int(pytest.main([*ours, *args]))


def bench(args: list[str]) -> int:
    """Run `main()` of benchmarks/NAME.py on a server of the benchmarks' own; without a name list them."""
    folder = BASE_DIR / "benchmarks"
    names = sorted(path.stem for path in folder.glob("[!_]*.py"))
    if not args:
        say("Benchmarks: " + (", ".join(names) or "none"))
        return 0
    if args[0] not in names:
        raise Problem(f"There is no benchmark {args[0]}. There are: {', '.join(names) or 'none'}.")
    os.environ["CLUTCH_DATA_DIR"] = str(default_data_dir() / "bench")
    prepare_environment()
    ensure()
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    sys.argv = [str(folder / f"{args[0]}.py"), *args[1:]]
    found = runpy.run_path(sys.argv[0])
    return int(found["main"]() or 0)
