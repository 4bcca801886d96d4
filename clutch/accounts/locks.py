"""Locks of accounts."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from clutch.accounts.models import User


def users(user_ids: Iterable[UUID]) -> QuerySet[User]:
    """Lock users, in the order of their keys."""
    return (
        User.objects.filter(pk__in=list(user_ids)).order_by("pk").select_for_update(no_key=True, of=("self",))
    )


def user(user_id: UUID) -> User:
    """Lock one user. Raises User.DoesNotExist."""
    return users([user_id]).get()
