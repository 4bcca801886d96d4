"""What beat does about imports: those that nobody works on go on or fail, and what they left is cleared."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core.files import delete_after_commit
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.models import Job, JobState
from clutch.feed.transition import transition
from inventory import events, locks
from inventory.actions.import_work import fail_import, go_on
from inventory.enums import IMPORT_TRANSITIONS, ImportStatus
from inventory.importing import staging
from inventory.models import ImportRow, PartImport

AT_WORK = (ImportStatus.CHECKING, ImportStatus.RUNNING, ImportStatus.UNDOING)
OVER = (ImportStatus.DONE, ImportStatus.UNDONE, ImportStatus.CANCELLED)
# Longer than a worker's claim on a job and its first retries.
STUCK_AFTER = timedelta(minutes=10)
ROWS_KEPT = timedelta(days=1)
# A file that nobody goes on with is given up; that of an import that is over is removed.
FILES_KEPT = timedelta(days=90)
UNTOUCHED_KEPT = timedelta(days=30)


def sweep_stuck(*, now: datetime | None = None) -> int:
    """Take up imports for which no job waits; one whose job was given up fails. Returns how many."""
    before = (now or timezone.now()) - STUCK_AFTER
    stuck = PartImport.objects.filter(status__in=AT_WORK, updated_at__lt=before)
    waiting = Job.objects.filter(state=JobState.WAITING, kind__startswith="inventory.tasks.")
    keys = {UUID(key) for key in waiting.exclude(key="").values_list("key", flat=True) if _is_id(key)}
    found = [source for source in stuck.order_by("pk") if source.pk not in keys]
    reason = _("The work broke off again and again. Go on with it, or undo it.")
    for source in found:
        given_up = Job.objects.filter(state=JobState.DEAD, key=str(source.pk))
        if given_up.exists() and source.status != ImportStatus.UNDOING:
            fail_import(source.pk, reason=reason, actor=Actor.beat())
        else:
            go_on(source.pk)
    return len(found)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def sweep_left(*, now: datetime | None = None) -> int:
    """Clear what imports have left behind, one import at a time. Returns how many."""
    at = now or timezone.now()
    staged = ImportRow.objects.values("source_id").distinct()
    over = PartImport.objects.filter(status__in=OVER)
    rows = over.filter(updated_at__lt=at - ROWS_KEPT, pk__in=staged)
    files = over.exclude(file="").filter(updated_at__lt=at - FILES_KEPT)
    waiting = PartImport.objects.filter(
        status__in=(ImportStatus.UPLOADED, ImportStatus.READY), updated_at__lt=at - UNTOUCHED_KEPT
    )
    return _each(rows, clear_rows) + _each(waiting, give_up) + _each(files, remove_file)


def _each(rows: QuerySet[PartImport], act: Callable[[UUID], None]) -> int:
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    for key in ids:
        act(key)
    return len(ids)


@action
def clear_rows(import_id: UUID) -> None:
    """Forget the rows of an import that is over; its errors and what it changed are kept."""
    source = locks.part_import(None, import_id)
    if source.status in OVER:
        ImportRow.objects.filter(source_id=source.pk)._raw_delete(DEFAULT_DB_ALIAS)


@action
def give_up(import_id: UUID) -> None:
    """Cancel a file with which nobody went on."""
    source = locks.part_import(None, import_id)
    if source.status not in (ImportStatus.UPLOADED, ImportStatus.READY):
        return
    source = transition(source, ImportStatus.CANCELLED, transitions=IMPORT_TRANSITIONS, actor=Actor.beat())
    staging.clear(source.pk)
    events.import_changed(source)


@action
def remove_file(import_id: UUID) -> None:
    """Remove the file of an import that is over."""
    source = locks.part_import(None, import_id)
    if source.status not in OVER or not source.file:
        return
    delete_after_commit([source.file])
    PartImport.objects.filter(pk=source.pk).update(file="")
