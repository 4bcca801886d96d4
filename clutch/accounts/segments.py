"""Segments: named groups of users that staff can send notifications to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from clutch.accounts.models import User


@dataclass(frozen=True)
class Segment:
    """A group with the name that people read. `users` is asked only when something is sent.

    An app offers its segments by a function in settings.NOTIFICATION_SEGMENTS that returns
    `dict[str, Segment]`, keyed by a stable name such as "customers" or "language:ar".
    """

    label: Any
    users: Callable[[], QuerySet[User]]
