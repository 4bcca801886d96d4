"""Two acts at one moment, on real threads and real commits.

The first act is held after it has read and checked, until the second has finished or is seen to
wait. With the locks off the second finishes in between, which is the race; with them on it waits.
"""

import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch
from uuid import UUID

from django.db import connection

from orders import rules
from orders.models import Invitation, Order, Quote

Act = Callable[[], Any]
ACTIONS = ("acceptance", "cancelling", "quotes", "quote_endings", "invitations", "requests")


@dataclass
class Outcome:
    """What an act came to: its result or its refusal."""

    result: Any = None
    error: BaseException | None = None

    @property
    def won(self) -> bool:
        """Whether the act went through."""
        return self.error is None

    @property
    def code(self) -> str:
        """The code of the refusal, "" without one."""
        return str(getattr(self.error, "code", "")) if self.error else ""


def run(act: Act, outcome: Outcome) -> None:
    """Run an act on a connection of its own."""
    try:
        outcome.result = act()
    except Exception as error:
        outcome.error = error
    finally:
        connection.close()


def together(*acts: Act) -> list[Outcome]:
    """Start acts at one moment and wait for all."""
    gate = threading.Barrier(len(acts))
    outcomes = [Outcome() for _ in acts]

    def start(act: Act, outcome: Outcome) -> None:
        gate.wait(timeout=10)
        run(act, outcome)

    threads = [threading.Thread(target=start, args=pair) for pair in zip(acts, outcomes, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes


@dataclass
class Hold:
    """Where the first act stops: after its reads and its check of who may."""

    patience: float
    read: threading.Event = field(default_factory=threading.Event)
    finished: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        """Say that the first has read, and wait for the second."""
        if threading.current_thread().name == "first":
            self.read.set()
            self.finished.wait(timeout=self.patience)


def first_is_held(first: Act, second: Act, *, patience: float) -> tuple[Outcome, Outcome]:
    """Run `second` while `first` stands between reading and writing; return both outcomes."""
    hold = Hold(patience)
    outcomes = Outcome(), Outcome()
    real = rules.require

    def held(*args: Any, **kwargs: Any) -> Any:
        passing = real(*args, **kwargs)
        hold.stop()
        return passing

    def then() -> None:
        hold.read.wait(timeout=10)
        run(second, outcomes[1])
        hold.finished.set()

    threads = [
        threading.Thread(target=run, args=(first, outcomes[0]), name="first"),
        threading.Thread(target=then, name="second"),
    ]
    with patch("orders.rules.require", held):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
    return outcomes


def _naive(row: Any, to: str, *, field: str = "status", **given: Any) -> Any:
    """A status change as one writes it without thinking: check what was read, then save."""
    transitions = given.pop("transitions")
    given.pop("actor")
    given.pop("reason", None)
    assert to in transitions[getattr(row, field)]
    type(row).objects.filter(pk=row.pk).update(**{field: to}, **given)
    row.refresh_from_db()
    return row


def _plain_order(order_id: UUID) -> Order:
    return Order.objects.get(pk=order_id)


def _plain_quotes(order_id: UUID) -> Any:
    return Quote.objects.filter(order=order_id).order_by("pk")


def _plain_invitations(order_id: UUID) -> Any:
    return Invitation.objects.filter(order=order_id).order_by("pk")


@contextmanager
def locks_off() -> Any:
    """The same acts without locks and without the conditional update: the control of a race test."""
    patches: list[Any] = [
        patch("orders.locks.order", _plain_order),
        patch("orders.locks.quotes_of", _plain_quotes),
        patch("orders.locks.invitations_of", _plain_invitations),
        *(patch(f"orders.actions.{name}.transition", _naive) for name in ACTIONS),
    ]
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in patches:
            each.stop()
