"""Databases for tests: one migrated template, and a fresh copy of it for every process of every run."""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import urlparse

import psycopg
from psycopg import sql

from clutch.embedded.fingerprint import schema_fingerprint
from clutch.embedded.locks import FileLock
from clutch.embedded.paths import BASE_DIR, default_data_dir
from clutch.embedded.problems import Problem
from clutch.embedded.processes import Identity

TEMPLATE = "template_of_tests_"
RUN = "test_run_"


def _connect() -> psycopg.Connection:
    """To the database nobody copies from: a template must have no visitors."""
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def _named(connection: psycopg.Connection, prefix: str) -> list[str]:
    rows = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
    return [row[0] for row in rows.fetchall()]


def _drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def prepare(*, afresh: bool) -> str:
    """Make the template for the migrations as they are now, unless it stands; forget what is stale.

    Returns the prefix of this run's databases. Copying takes a fraction of migrating, and a copy holds
    nothing that an interrupted run left.
    """
    with FileLock(default_data_dir() / "run" / "template.lock"), _connect() as connection:
        wanted = TEMPLATE + schema_fingerprint()
        for name in _named(connection, TEMPLATE):
            if afresh or name != wanted:
                _drop(connection, name)
        for name in _named(connection, RUN):
            run = Identity.parse("-".join(name.removeprefix(RUN).split("_")[:2]))
            if run is None or not run.alive():
                _drop(connection, name)
        if wanted not in _named(connection, TEMPLATE):
            _build(connection, wanted)
    return RUN + str(Identity.own()).replace("-", "_")


def _build(connection: psycopg.Connection, name: str) -> None:
    building = "building_" + name
    _drop(connection, building)
    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(building)))
    url = urlparse(os.environ["DATABASE_URL"])._replace(path="/" + building).geturl()
    done = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity=0", "--no-input"],
        cwd=BASE_DIR,
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "clutch.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Problem(f"The migrations fail on an empty database:\n{done.stderr[-6000:]}")
    # The name says that it is whole: an interrupted build never bears it.
    connection.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(name))
    )


def copy(name: str) -> None:
    """Make one database of this run, a copy of the template."""
    with _connect() as connection:
        [template] = _named(connection, TEMPLATE)
        _drop(connection, name)
        # A copy of files and not of pages through the write-ahead log: several times faster.
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )


def drop_run(prefix: str) -> None:
    """Drop the databases of this run."""
    with _connect() as connection:
        for name in _named(connection, prefix):
            _drop(connection, name)
