"""Acts on the engine itself."""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core.actor import Actor
from clutch.core.errors import Conflict
from clutch.feed.action import action
from clutch.feed.models import Job, JobState


@action
def run_again(job_id: UUID, *, actor: Actor) -> Job:
    """Let a job that was given up wait for a worker once more. Raises Conflict for any other."""
    job = Job.objects.select_for_update(no_key=True).get(pk=job_id)
    if job.state != JobState.DEAD:
        raise Conflict(_("Only a job that was given up can be run again."), code="wrong_status")
    same = Job.objects.filter(kind=job.kind, key=job.key, state=JobState.WAITING)
    if job.key and same.exists():
        raise Conflict(_("The same work is waiting already."), code="already_waiting")
    # Moving a job is no change of a domain's status: it has no table and no audience.
    Job.objects.filter(pk=job_id).update(
        state=JobState.WAITING, run_at=timezone.now(), attempts=0, claimed_until=None
    )
    job.refresh_from_db()
    return job
