"""Celery entrances of the feed."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from clutch.feed import jobs
from clutch.feed.models import Job, JobState
from clutch.feed.retention import prune

KEEP_DONE_JOBS = timedelta(days=7)


@shared_task(ignore_result=True)
def run_due_jobs() -> None:
    """Run what is due. Sent after commits as a wake-up, and by beat as the sweep."""
    jobs.run_due()


@shared_task(ignore_result=True)
def prune_streams() -> None:
    """Delete entries older than the retention, and jobs that are long done."""
    prune()
    Job.objects.filter(state=JobState.DONE, done_at__lt=timezone.now() - KEEP_DONE_JOBS).delete()
