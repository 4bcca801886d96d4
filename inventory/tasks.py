"""Celery entrances of the stock."""

from celery import shared_task

from clutch.feed.actor import Actor
from inventory.actions.holds import sweep_expired_holds


@shared_task(ignore_result=True)
def sweep_holds() -> None:
    """Write down which holds have run out; nothing waits for it. Sent by beat."""
    while sweep_expired_holds(actor=Actor.beat()):
        pass
