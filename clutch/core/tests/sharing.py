"""Rows that the tests of a file share: made once in a transaction around all of them, rolled back with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, TypeVar

from django.test import TestCase

Made = TypeVar("Made")


@contextmanager
def shared_rows(blocker: Any, make: Callable[[], Made]) -> Iterator[Callable[[], Made]]:
    """Make rows for every test of a file; yields what hands each test a copy of its own.

    For a fixture of scope `module` that asks for `django_db_setup` and `django_db_blocker`. A test's own
    transaction is a savepoint within, so what it changes is undone before the next one. Not for files with
    tests on real commits: those would not see the rows.
    """
    case: Any = TestCase
    with blocker.unblock():
        atomics = case._enter_atomics()
        try:
            made = make()
        except BaseException:
            case._rollback_atomics(atomics)
            raise
    yield lambda: deepcopy(made)
    with blocker.unblock():
        case._rollback_atomics(atomics)
