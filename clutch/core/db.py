"""The database below the ORM."""

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.utils import CursorDebugWrapper, CursorWrapper


def fetch_prepared(statement: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of a statement that Postgres parses and plans once per connection, and not at each call.

    For the few reads that are done all the time and take about as long to plan as to answer; Django's own
    cursors send whole texts and prepare nothing. Transactions, errors, wrappers and counts of queries are as
    with `connection.cursor()`.
    """
    connection.ensure_connection()
    cursor = psycopg.Cursor(connection.connection)
    wrapper = CursorDebugWrapper if connection.queries_logged else CursorWrapper
    wrapper(cursor, connection).execute(statement, params)
    # From the driver's cursor: the rows are here, and no error of the database is left to be translated.
    return cursor.fetchall()
