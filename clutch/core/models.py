"""The columns that every editable row has, the table of idempotency keys, and number series."""

import pgtrigger
from django.db import models

from clutch.core.ids import new_id

RAISE_VERSION = pgtrigger.Trigger(
    name="raise_version",
    operation=pgtrigger.Update,
    when=pgtrigger.Before,
    func="NEW.version = OLD.version + 1; NEW.updated_at = now(); RETURN NEW;",
)

FORBID_CHANGE = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class Entity(models.Model):
    """A row that is edited: UUIDv7 key, times, and a `version` raised by the database itself.

    `version` is the ETag. Subclasses inherit the trigger with `class Meta(Entity.Meta)`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
        triggers = [RAISE_VERSION]


class Fact(models.Model):
    """A row that is written once (ledger entries, history): the database refuses to change it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        triggers = [FORBID_CHANGE]


class IdempotencyKey(models.Model):
    """The stored answer to one keyed request; written in the transaction of the act it answers."""

    id = models.BigAutoField(primary_key=True)
    actor = models.CharField(max_length=80)
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(null=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor", "route", "key"], name="one_answer_per_key"),
        ]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"


class NumberSeries(models.Model):
    """The last number given out in a series, e.g. "order/2026".

    The row is locked when a number is taken and released by the commit: an act that is rolled
    back gives its number back, so a series has no gaps.
    """

    name = models.CharField(primary_key=True, max_length=80)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "number series"

    def __str__(self) -> str:
        return f"{self.name} {self.last}"
