"""The cluster on disk: made by initdb, configured, and given its roles, database and extensions."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from clutch.embedded.account import Home
from clutch.embedded.paths import Secrets
from clutch.embedded.problems import NO_SPACE, Problem, check_space, disk_full

SUPERUSER = "postgres"
ROLE = "clutch"
DATABASE = "clutch"
EXTENSIONS = ("cube", "earthdistance", "pg_trgm", "btree_gist", "pg_stat_statements")
# An empty cluster with its log has 40 MB, the tables and the vehicle data 30, the demo city 10.
SPACE_NEEDED = 200 * 1024**2
# pg_trgm splits words by LC_CTYPE: under C every Arabic word is no word, and its trigrams are empty.
CTYPES = ("C.UTF-8", "C.utf8", "en_US.UTF-8", "UTF-8", "en-US")

SETTINGS = {
    "listen_addresses": "'127.0.0.1'",
    # TCP alone works the same on every system, in paths of any length and with any character.
    "unix_socket_directories": "''",
    "max_connections": "200",
    "shared_buffers": "'128MB'",
    "password_encryption": "'scram-sha-256'",
    "shared_preload_libraries": "'pg_stat_statements'",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "lc_messages": "'C'",
    # Requests are short; compiling a query costs more than it saves.
    "jit": "off",
    # A week of logs, one file a day, each overwritten seven days later.
    "logging_collector": "on",
    "log_directory": "'../logs'",
    "log_filename": "'postgres-%a.log'",
    "log_truncate_on_rotation": "on",
    "log_rotation_size": "0",
}
# For data that a test run can make again: several times faster, and lost only with the machine.
FLEETING = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "'2GB'"}


def run_program(home: Home, name: str, *args: str) -> subprocess.CompletedProcess[str]:
    """Run one of the server's programs in its working folder, as its account, and wait for it.

    Paths are given relative to that folder: pg_ctl hands them to a shell inside double quotes.
    """
    as_user: dict[str, object] = {}
    if home.account is not None:
        as_user = {"user": home.account[0], "group": home.account[1], "extra_groups": []}
    keep = {k: v for k, v in os.environ.items() if k in {"PATH", "SYSTEMROOT", "TEMP", "TMP"}}
    output = home.folder / f"{name}.out"
    # A file and not a pipe: the server inherits the handle and would keep a pipe open as long as it runs.
    with open(output, "w+", encoding="utf-8", errors="replace") as file:
        done = subprocess.run(
            [home.programs / name, *args],
            cwd=home.server,
            env=keep | {"LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            check=False,
            **as_user,  # type: ignore[call-overload]
        )
        file.seek(0)
        return subprocess.CompletedProcess(args, done.returncode, stdout=file.read())


def create(home: Home, secrets: Secrets) -> None:
    """Make the cluster where there is none. An interrupted attempt is thrown away and made again."""
    if home.data.exists():
        _check_version(home)
        return
    check_space(home.server, SPACE_NEEDED, what="a new database")
    partial, password = home.server / "data.partial", home.folder / "password"
    for ctype in CTYPES:
        shutil.rmtree(partial, ignore_errors=True)
        _write_private(home, password, secrets.superuser)
        done = run_program(
            home, "initdb", "-D", partial.name, "-U", SUPERUSER, "-A", "scram-sha-256",
            f"--pwfile=../{password.name}", "--encoding=UTF8", "--locale=C", f"--lc-ctype={ctype}",
            "--no-instructions",
        )  # fmt: skip
        password.unlink()
        if done.returncode == 0:
            (partial / "pg_hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\n")
            with open(partial / "postgresql.conf", "a") as file:
                file.write("\ninclude '../../clutch.conf'\n")
            partial.rename(home.data)
            return
        if NO_SPACE in done.stdout:
            shutil.rmtree(partial, ignore_errors=True)
            raise disk_full(home.folder)
        if "locale" not in done.stdout:
            break
    raise Problem(f"The database could not be made in {home.folder}:\n{done.stdout.strip()}")


def _check_version(home: Home) -> None:
    kept = (home.data / "PG_VERSION").read_text().strip()
    program = run_program(home, "postgres", "--version").stdout.split()
    if program and program[-1].partition(".")[0] != kept:
        raise Problem(
            f"The data in {home.folder} is of Postgres {kept}, and the installed programs are"
            f" {program[-1]}.\nDump it with the older version and restore it (docs/running.md, Backup)."
        )


def _write_private(home: Home, path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    if home.account is not None and sys.platform != "win32":
        os.chown(path, *home.account)


def configure(home: Home, port: int, *, durable: bool) -> None:
    """Write the settings this start uses. What an administrator sets by ALTER SYSTEM wins over them."""
    settings = SETTINGS | ({} if durable else FLEETING) | {"port": str(port)}
    text = "# Written at every start.\n" + "".join(f"{name} = {value}\n" for name, value in settings.items())
    path = home.folder / "clutch.conf"
    path.write_text(text)
    path.chmod(0o644)  # whatever our umask is, the server's account must read it; it holds no secret
    if not durable:
        (home.folder / "fleeting").touch()


def furnish(home: Home, port: int, secrets: Secrets) -> None:
    """Make the application's role, its database and the extensions, once; safe to repeat after a crash.

    The role is no superuser. It may create databases, so that tests can, and finds the extensions in
    them because they stand in template1.
    """
    done = home.folder / "ready"
    if done.exists():
        return
    import psycopg
    from psycopg import sql

    def connect(database: str) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1", port=port, user=SUPERUSER, password=secrets.superuser, dbname=database,
            autocommit=True,
        )  # fmt: skip

    with connect("template1") as connection:
        for extension in EXTENSIONS:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEROLE CREATEDB PASSWORD {}").format(
                    sql.Identifier(ROLE), sql.Literal(secrets.role)
                )
            )
    with connect("postgres") as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(ROLE))
            )
        connection.execute(
            sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC").format(sql.Identifier(DATABASE))
        )
    done.touch()
