"""Prepared reads behave like any other, and are prepared."""

import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from clutch.core.db import fetch_prepared

pytestmark = pytest.mark.django_db

MARK = "of prepared reads"
DOUBLE = f"SELECT %(n)s::int * 2, '{MARK}'"


def prepared() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%of prepared reads%'"
        )
        [count] = cursor.fetchone()
    return int(count)


def test_statement_is_prepared_once_and_answers_each_call() -> None:
    before = prepared()
    assert [fetch_prepared(DOUBLE, {"n": n})[0][0] for n in (1, 2, 3)] == [2, 4, 6]
    assert prepared() == before + 1


def test_it_is_counted_and_seen_by_wrappers() -> None:
    seen = []

    def wrapper(execute, sql, params, many, context):
        seen.append(params)
        return execute(sql, params, many, context)

    with CaptureQueriesContext(connection) as captured, connection.execute_wrapper(wrapper):
        fetch_prepared(DOUBLE, {"n": 4})
    assert len(captured) == 1
    assert seen == [{"n": 4}]


def test_error_is_django_s_own_and_the_savepoint_holds() -> None:
    with pytest.raises(DataError), transaction.atomic():
        fetch_prepared("SELECT 1 / %(n)s::int", {"n": 0})
    assert fetch_prepared(DOUBLE, {"n": 1})[0][0] == 2


def test_it_reads_what_the_transaction_wrote() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE mine ON COMMIT DROP AS SELECT 7 AS n")
    assert fetch_prepared("SELECT n FROM mine WHERE n > %(n)s", {"n": 1}) == [(7,)]
