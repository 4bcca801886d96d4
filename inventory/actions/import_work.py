"""What a worker does for an import, a step at a time: check, import, undo; each step in one transaction."""

from uuid import UUID

from django.utils import timezone

from clutch.feed.action import action, enqueue
from clutch.feed.actor import Actor
from clutch.feed.transition import transition, transition_all
from inventory import events, locks
from inventory.actions.importing import CHECK, RUN, UNDO
from inventory.actions.low_stock import settle_levels
from inventory.enums import IMPORT_TRANSITIONS, PART_TRANSITIONS, ImportKind, ImportStatus, PartStatus
from inventory.importing import checking, loading, opening, places, staging, undoing
from inventory.importing.fields import Rules
from inventory.models import Part, PartImport

COUNTED = ["parts_created", "parts_updated", "parts_unchanged", "units_moved", "rows_bad", "issues_total"]


@action
def stage_rows(
    import_id: UUID, *, plan: staging.Plan, batch: staging.Batch, after: int, round: int, share: float
) -> bool:
    """Keep checked rows. False when they are not wanted any more: another worker or mapping is ahead."""
    source = locks.part_import(None, import_id)
    wanted = (source.status, source.round, source.staged_through) == (ImportStatus.CHECKING, round, after)
    if not wanted:
        return False
    staging.write(plan, batch)
    notes = dict(source.notes)
    for code, (count, row) in batch.notes.items():
        before = notes.get(code, [0, row])
        notes[code] = [before[0] + count, before[1]]
    source.staged_through, source.share_done, source.notes = batch.last_row, share, notes
    source.save(update_fields=["staged_through", "share_done", "notes"])
    events.import_changed(source)
    return True


@action
def finish_check(import_id: UUID, *, after: int, round: int, actor: Actor) -> None:
    """All rows are read: find what only all of them show, and count."""
    source = locks.part_import(None, import_id)
    if (source.status, source.round, source.staged_through) != (ImportStatus.CHECKING, round, after):
        return
    counts = checking.check_together(source)
    notes = dict(source.notes)
    if counts.left_out:
        notes["not_in_catalogue"] = [counts.left_out, 0]
    source = transition(
        source,
        ImportStatus.READY,
        transitions=IMPORT_TRANSITIONS,
        actor=actor,
        share_done=1,
        notes=notes,
        rows_total=counts.rows,
        rows_bad=counts.bad,
        issues_total=counts.issues,
        to_create=counts.to_create,
        to_update=counts.to_update,
    )
    events.import_changed(source)


@action
def fail_import(import_id: UUID, *, reason: str, actor: Actor) -> None:
    """Give an import up, with the reason for people."""
    source = locks.part_import(None, import_id)
    if source.status not in (ImportStatus.CHECKING, ImportStatus.RUNNING):
        return
    source = transition(
        source, ImportStatus.FAILED, transitions=IMPORT_TRANSITIONS, actor=actor, failure=reason[:400]
    )
    events.import_changed(source)


@action
def load_rows(import_id: UUID, *, actor: Actor) -> bool:
    """Import the next rows; False when none is left or the import is not under way any more."""
    source = locks.part_import(None, import_id)
    if source.status != ImportStatus.RUNNING:
        return False
    step = opening.STEP if source.kind == ImportKind.OPENING_STOCK else loading.STEP
    step = step if source.applied_through else loading.FIRST_STEP
    through = loading.last_row(source.pk, source.applied_through, step)
    if through is None:
        _finish(source, actor)
        return False
    if not source.applied_through:
        source.places = places.make_places(source)
    _load_step(source, through, actor)
    source.applied_through = through
    source.share_done = through / max(source.staged_through, 1)
    source.save(update_fields=[*COUNTED, "applied_through", "share_done", "places"])
    events.import_changed(source)
    return True


def _load_step(source: PartImport, through: int, actor: Actor) -> None:
    done = loading.load(source, after=source.applied_through, through=through)
    source.parts_created += done.created
    source.parts_updated += done.updated
    source.parts_unchanged += done.unchanged
    if source.kind == ImportKind.OPENING_STOCK:
        units, stocks = opening.open_stock(source, after=source.applied_through, through=through, actor=actor)
        source.units_moved += units
        settle_levels(stocks)


def _finish(source: PartImport, actor: Actor) -> None:
    source = transition(
        source,
        ImportStatus.DONE,
        transitions=IMPORT_TRANSITIONS,
        actor=actor,
        share_done=1,
        finished_at=timezone.now(),
    )
    events.import_changed(source)


@action
def undo_rows(import_id: UUID, *, actor: Actor) -> bool:
    """Take back what was done to the next parts; False when none is left."""
    source = locks.part_import(None, import_id)
    if source.status != ImportStatus.UNDOING:
        return False
    done = undoing.undo(source, actor=actor)
    if done is None:
        undoing.remove_places(source)
        source = transition(
            source,
            ImportStatus.UNDONE,
            transitions=IMPORT_TRANSITIONS,
            actor=actor,
            share_done=1,
            undone_at=timezone.now(),
        )
        events.import_changed(source)
        return False
    retired = Part.objects.filter(pk__in=done.retired)
    transition_all(
        retired, PartStatus.INACTIVE, transitions=PART_TRANSITIONS, actor=actor, reason=source.number
    )
    settle_levels(done.stocks)
    source.undone_through = done.through
    source.parts_restored += done.restored
    source.parts_removed += done.removed + len(done.retired)
    source.parts_kept += done.kept
    total = source.parts_created + source.parts_updated
    source.share_done = (source.parts_restored + source.parts_removed + source.parts_kept) / max(total, 1)
    source.save(
        update_fields=["undone_through", "share_done", "parts_restored", "parts_removed", "parts_kept"]
    )
    events.import_changed(source)
    return True


@action
def go_on(import_id: UUID) -> None:
    """Leave the rest of a long import to the next run of its job."""
    source = locks.part_import(None, import_id)
    jobs = {ImportStatus.CHECKING: CHECK, ImportStatus.RUNNING: RUN, ImportStatus.UNDOING: UNDO}
    if (kind := jobs.get(ImportStatus(source.status))) is not None:
        enqueue(kind, key=str(source.pk), import_id=str(source.pk))


def plan_of(source: PartImport) -> staging.Plan:
    """How the rows of a file are read, as its mapping and options say."""
    options = source.options
    said = Rules(
        currency=source.shop.currency,
        mark=options["mark"],
        rounded=options["rounded"],
        dates_meant=options["dates_meant"],
    )
    return staging.Plan(source.pk, source.mapping, source.headers, said, options["fixed"])


def actor_of(source: PartImport) -> Actor:
    """Who imports: the person who started it, also when a worker does it for them."""
    if source.started_by is None:
        return Actor.beat()
    return Actor.user(source.started_by, "portal", shop_id=source.shop_id)
