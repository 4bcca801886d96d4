"""Every lock of the notifications."""

from django.db.models import QuerySet

from clutch.notifications.models import Broadcast


def broadcasts() -> QuerySet[Broadcast]:
    """Messages of the staff, locked: one chunk of one message is sent at a time."""
    return Broadcast.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
