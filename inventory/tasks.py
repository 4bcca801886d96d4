"""Jobs and Celery entrances of the stock: what a worker does. Each loads by id and calls acts."""

import time
from collections.abc import Iterator

from celery import shared_task
from django.db import DataError, IntegrityError
from django.utils.translation import gettext as _

from clutch.core.errors import Invalid
from clutch.feed.actor import Actor
from clutch.feed.jobs import job
from inventory.actions import import_work
from inventory.actions.holds import sweep_expired_holds
from inventory.actions.import_sweeps import sweep_left, sweep_stuck
from inventory.enums import ImportStatus
from inventory.importing import loading, reading
from inventory.importing.cells import Cell
from inventory.models import PartImport

# Less than a worker's claim on a job: then the rest is left to another run.
SECONDS = 60


@shared_task(ignore_result=True)
def sweep_holds() -> None:
    """Write down which holds have run out; nothing waits for it. Sent by beat."""
    while sweep_expired_holds(actor=Actor.beat()):
        pass


@shared_task(ignore_result=True)
def sweep_imports() -> None:
    """Take up imports that nobody works on, and clear what the old ones left. Sent by beat."""
    sweep_stuck()
    sweep_left()


@job
def check_import(import_id: str) -> None:
    """Read a file and check its rows, from where an earlier run has stopped."""
    source = PartImport.objects.select_related("shop").get(pk=import_id)
    if source.status != ImportStatus.CHECKING:
        return
    try:
        _check(source)
    except Invalid as refused:
        import_work.fail_import(source.pk, reason=str(refused.detail), actor=Actor.beat())


def _check(source: PartImport) -> None:
    began, plan, after = time.monotonic(), import_work.plan_of(source), source.staged_through
    with source.file.open("rb") as file:
        reader = reading.open_reader(
            reading.raw(file), source.file_size, reading.Layout.from_json(source.layout)
        )
        for batch in plan.batches(_below(reader, max(after, source.layout["header_row"]))):
            kept = import_work.stage_rows(
                source.pk, plan=plan, batch=batch, after=after, round=source.round, share=reader.share
            )
            if not kept:
                return
            after = batch.last_row
            if time.monotonic() - began > SECONDS:
                import_work.go_on(source.pk)
                return
    import_work.finish_check(source.pk, after=after, round=source.round, actor=Actor.beat())


def _below(reader: reading.Reader, row: int) -> Iterator[tuple[int, list[Cell]]]:
    """The rows below one. Raises Invalid for a file with too many."""
    for number, cells in reader.rows():
        if number > row:
            reading.check_row(number)
            yield number, cells


@job
def run_import(import_id: str) -> None:
    """Import checked rows, from where an earlier run has stopped."""
    began, source = time.monotonic(), PartImport.objects.select_related("started_by").get(pk=import_id)
    actor = import_work.actor_of(source)
    steps, look = 0, 1
    while _loaded(source, actor):
        steps += 1
        if steps == look:
            loading.tell_planner()
            look *= 4
        if time.monotonic() - began > SECONDS:
            import_work.go_on(source.pk)
            break
    loading.tell_planner()


def _loaded(source: PartImport, actor: Actor) -> bool:
    """Import the next rows; what the database will never take ends the import with its reason."""
    try:
        return import_work.load_rows(source.pk, actor=actor)
    except (IntegrityError, DataError) as error:
        reason = _("After row %(row)s a row could not be written: %(error)s")
        said = {"row": PartImport.objects.get(pk=source.pk).applied_through, "error": str(error)[:200]}
        import_work.fail_import(source.pk, reason=reason % said, actor=actor)
        return False


@job
def undo_import(import_id: str) -> None:
    """Take an import back, from where an earlier run has stopped."""
    began, source = time.monotonic(), PartImport.objects.select_related("started_by").get(pk=import_id)
    actor = import_work.actor_of(source)
    while import_work.undo_rows(source.pk, actor=actor):
        if time.monotonic() - began > SECONDS:
            import_work.go_on(source.pk)
            return
