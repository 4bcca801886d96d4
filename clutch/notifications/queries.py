"""Reads of the inbox."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils.module_loading import import_string

from clutch.accounts.segments import Segment
from clutch.notifications import kinds
from clutch.notifications.channels import Channel
from clutch.notifications.models import Notification, Preference


def inbox(user: Any) -> QuerySet[Notification]:
    """The notifications that a person sees, newest first."""
    return Notification.objects.filter(user=user, in_inbox=True)


def unread_count(user: Any) -> int:
    """How many notifications of a person are unread."""
    return inbox(user).filter(read_at=None).count()


def unread_counts(user_ids: Iterable[UUID]) -> dict[UUID, int]:
    """The unread counts of many people in one query; people without any are left out."""
    rows = (
        Notification.objects.filter(user__in=list(user_ids), in_inbox=True, read_at=None)
        .order_by()
        .values("user")
        .annotate(unread=Count("pk"))
    )
    return {row["user"]: row["unread"] for row in rows}


def words(notification: Notification, language: str) -> tuple[str, str]:
    """Return (title, message) in the reader's language; the words as sent where that fails.

    It fails when the kind is gone, or its words now want a parameter that was not stored then.
    """
    kind = kinds.find(notification.kind)
    if kind is not None:
        try:
            return kinds.render(kind, notification.params, language)
        except (KeyError, ValueError, TypeError):
            pass
    return notification.title, notification.message


@dataclass(frozen=True)
class Choice:
    """What a person wants of one kind: channel by channel."""

    kind: str
    label: Any
    channels: dict[str, bool]


def segments() -> dict[str, Segment]:
    """Every group of people that an app names, by its stable name."""
    found: dict[str, Segment] = {}
    for name in settings.NOTIFICATION_SEGMENTS:
        found |= import_string(name)()
    return found


def kinds_for(user: Any) -> list[kinds.Kind]:
    """The kinds that a person can be told of, and so set preferences for: nobody's but their own groups'."""
    listed = kinds.listed()
    groups = segments()
    own = {
        name
        for name in {kind.segment for kind in listed if kind.segment}
        if groups[name].users().filter(pk=getattr(user, "pk", user)).exists()
    }
    return [kind for kind in listed if not kind.segment or kind.segment in own]


def choices_of(user: Any) -> list[Choice]:
    """What a person wants to hear of, kind by kind, with the defaults where nothing was chosen."""
    chosen = {(row.kind, row.channel): row.enabled for row in Preference.objects.filter(user=user)}
    return [
        Choice(
            kind.name,
            kind.label,
            {
                channel.value: chosen.get((kind.name, channel.value), channel in kind.channels)
                for channel in Channel
            },
        )
        for kind in kinds_for(user)
    ]


def page_of(notification: Notification) -> str:
    """The path of the page that a notification is about, as the apps know it; or nothing."""
    for name in settings.NOTIFICATION_PAGES:
        if path := import_string(name)(notification.user_id, notification.data):
            return str(path)
    return ""
