"""Jobs and Celery entrances of the notifications."""

from uuid import UUID

from celery import shared_task

from clutch.feed.actor import Actor
from clutch.feed.jobs import job
from clutch.notifications.broadcasts import send_next_chunk
from clutch.notifications.deliveries import deliver_due


@job
def deliver() -> None:
    """Send what waits to leave the platform and is due."""
    deliver_due()


@job
def send_chunk(*, broadcast_id: str, after: str | None) -> None:
    """Send a message of the staff to its next people."""
    send_next_chunk(UUID(broadcast_id), after=UUID(after) if after else None, actor=Actor.beat())


@shared_task(ignore_result=True)
def sweep_deliveries() -> None:
    """Send what a lost job left behind. Sent by beat."""
    deliver_due()
