"""What a worker and the clock do for the counter. Each calls one act."""

from uuid import UUID

from celery import shared_task

from clutch.feed.actor import Actor
from clutch.feed.jobs import job
from sales.actions.cores import sweep_expired_cores
from sales.actions.receipts import send_mail


@shared_task(ignore_result=True)
def sweep_cores() -> None:
    """Write down which deposits for old parts have run out."""
    while sweep_expired_cores(actor=Actor.beat()):
        pass


@job
def send_receipt(sale_id: str, email: str, language: str) -> None:
    """Send a receipt by e-mail."""
    send_mail(UUID(sale_id), email=email, language=language)
