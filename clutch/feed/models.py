"""Streams, and the jobs that acts leave behind.

A stream is a contiguous numbered log per audience: `user/<id>`, `shop/<id>`, `staff`.
`StreamHead.seq` is locked last in the business transaction, so the order of numbers is the
order of commits, and a reader that has seen n and n + 2 knows that it lacks n + 1.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from clutch.core.ids import new_id
from clutch.core.models import Fact


class StreamHead(models.Model):
    """The number of the newest entry of a stream."""

    stream = models.CharField(primary_key=True, max_length=80)
    seq = models.BigIntegerField(default=0)
    # Entries up to here are gone; a cursor below it is answered with `reset`.
    pruned = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("stream")
        verbose_name_plural = _("streams")

    def __str__(self) -> str:
        return f"{self.stream} {self.seq}"


class StreamEntry(models.Model):
    """One event in one stream. `data` is the payload as it goes over the wire (camelCase)."""

    # Not a composite key: the admin cannot list a model that has one.
    id = models.BigAutoField(primary_key=True)
    stream = models.CharField(max_length=80)
    seq = models.BigIntegerField()
    type = models.CharField(max_length=60)
    data = models.JSONField()
    origin = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("stream entry")
        verbose_name_plural = _("stream entries")
        indexes = [models.Index(fields=["at"], name="entry_by_age")]
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="numbered_once")]

    def __str__(self) -> str:
        return f"{self.stream} {self.seq} {self.type}"


class Transition(Fact):
    """One change of one status: who, when, from, to, why. Append-only."""

    kind = models.CharField(max_length=40)
    object_id = models.UUIDField()
    field = models.CharField(max_length=40, default="status")
    from_status = models.CharField(max_length=40)
    to_status = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=80, blank=True)
    via = models.CharField(max_length=10)
    reason = models.TextField(blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("status change")
        verbose_name_plural = _("status changes")
        indexes = [models.Index(fields=["kind", "object_id", "at"], name="transitions_of_object")]

    def __str__(self) -> str:
        return f"{self.kind} {self.from_status} → {self.to_status}"


class JobState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    DONE = "done", _("done")
    DEAD = "dead", _("given up")


class Job(models.Model):
    """Work to be done after a commit, or at a time. A Celery message only wakes a worker for it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=120)
    args = models.JSONField(default=dict)
    # One waiting job per key: asking twice for the same work makes one row.
    key = models.CharField(max_length=160, blank=True)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    run_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            models.Index(fields=["run_at"], condition=models.Q(state="waiting"), name="jobs_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=models.Q(state="waiting") & ~models.Q(key=""),
                name="one_waiting_job_per_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
