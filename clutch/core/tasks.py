"""Celery entrances of the core."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from clutch.core.models import IdempotencyKey

KEEP_KEYS = timedelta(days=7)


@shared_task(ignore_result=True)
def prune_idempotency_keys() -> None:
    """Forget answers that no client will ask for again."""
    IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEEP_KEYS).delete()
