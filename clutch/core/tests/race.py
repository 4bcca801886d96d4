"""Real threads for race tests: all start at once, each with its own connection."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection


def side_by_side(calls: Sequence[Callable[[], Any]], *, seconds: float = 60) -> list[Any]:
    """Run calls at the same moment; return what each returned, or the exception that it raised."""
    start = threading.Barrier(len(calls))
    outcomes: list[Any] = [None] * len(calls)

    def work(number: int) -> None:
        try:
            connection.ensure_connection()
            start.wait(seconds)
            outcomes[number] = calls[number]()
        except Exception as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[number], daemon=True) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
        assert not thread.is_alive(), "a thread of the race hangs"
    return outcomes


def winners(outcomes: Sequence[Any]) -> list[Any]:
    """What did not raise."""
    return [outcome for outcome in outcomes if not isinstance(outcome, Exception)]


def losers(outcomes: Sequence[Any]) -> list[Exception]:
    """What raised."""
    return [outcome for outcome in outcomes if isinstance(outcome, Exception)]
