"""What `up` asks the database before it loads Django, to spare a second start what needs no doing."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import psycopg

from clutch.embedded.fingerprint import schema_fingerprint


def _applied(connection: psycopg.Connection) -> str:
    """A hash of the migrations applied; empty for a database that has none."""
    try:
        rows = connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
    except psycopg.errors.UndefinedTable:
        return ""
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def _connect() -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=10)


def schema_is_current(data_dir: Path) -> bool:
    """Whether the last `migrate` saw these very files and this very database has what it left.

    The second half finds a database that was restored or replaced meanwhile.
    """
    try:
        noted = json.loads((data_dir / "schema.json").read_text())
    except (OSError, ValueError):
        return False
    with _connect() as connection:
        return bool(noted == {"files": schema_fingerprint(), "applied": _applied(connection)})


def note_schema(data_dir: Path) -> None:
    """Note what `migrate` has just left."""
    with _connect() as connection:
        note = {"files": schema_fingerprint(), "applied": _applied(connection)}
    (data_dir / "schema.json").write_text(json.dumps(note))


def database_is_empty() -> bool:
    """Whether nobody has an account: then the demo city may be loaded."""
    with _connect() as connection:
        row = connection.execute("SELECT EXISTS (SELECT FROM accounts_user)").fetchone()
    return row == (False,)
