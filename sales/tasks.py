"""What a worker and the clock do for the counter. Each calls one act."""

from celery import shared_task

from clutch.feed.actor import Actor
from sales.actions.cores import sweep_expired_cores


@shared_task
def sweep_cores() -> None:
    """Write down which deposits for old parts have run out."""
    while sweep_expired_cores(actor=Actor.beat()):
        pass
