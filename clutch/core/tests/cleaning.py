"""Emptying the database after a test on real commits, in milliseconds. `conftest.py` loads this as a plugin.

Django's own flush truncates every table and makes all content types and permissions anew, which
costs more than most tests. This deletes rows where there are any, in one transaction whose foreign
keys are checked at its end, and keeps what migrations put there: content types, permissions and the
vehicle data (rows that a test added to it go).
"""

from collections.abc import Iterator
from typing import Any

import pgtrigger
import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase

KEPT = {"django_migrations", "django_content_type", "auth_permission"}
# Loaded by migration: what has a higher number than at the start was added by a test.
LOADED = ("shops_makealias", "shops_vehiclemodel", "shops_make")


def _rows(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def _empty(last: dict[str, int], tables: list[str]) -> None:
    part = {name: f'"{name}"' + (f" WHERE id > {last[name]}" if name in last else "") for name in tables}
    looks = [f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {rows})" for name, rows in part.items()]
    full = [name for (name,) in _rows(" UNION ALL ".join(looks))]
    with transaction.atomic(), pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for name in full:
            cursor.execute(f"DELETE FROM {part[name]}")


@pytest.fixture(scope="session", autouse=True)
def _quick_cleaning() -> Iterator[None]:
    """Replace Django's flush for the whole run."""
    case: Any = TransactionTestCase
    set_up, flush = case.__dict__["_fixture_setup"], case.__dict__["_fixture_teardown"]
    last: dict[str, int] = {}
    tables: list[str] = []

    def remember(cls: Any) -> None:
        # Before the first test on real commits nothing was committed but what migrations did.
        if not tables:
            tables.extend(name for name in connection.introspection.table_names() if name not in KEPT)
            last.update({name: _rows(f'SELECT coalesce(max(id), 0) FROM "{name}"')[0][0] for name in LOADED})
        set_up.__func__(cls)

    def teardown(self: Any) -> None:
        _empty(last, tables)

    case._fixture_setup, case._fixture_teardown = classmethod(remember), teardown
    yield
    case._fixture_setup, case._fixture_teardown = set_up, flush
