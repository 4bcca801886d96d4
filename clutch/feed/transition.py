"""`transition()`: the only place that assigns a status."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext as _

from clutch.core.errors import Conflict
from clutch.feed.action import in_action
from clutch.feed.actor import Actor
from clutch.feed.models import Transition

Transitions = Mapping[str, frozenset[str]]
M = TypeVar("M", bound=models.Model)


def transition(
    row: M,
    to: str,
    *,
    transitions: Transitions,
    actor: Actor,
    reason: str = "",
    field: str = "status",
    **changes: Any,
) -> M:
    """Move a locked row to another status; write it and its history row.

    `row` must have been read under its lock in this act. The update is conditional on the
    status it was read with, so even a caller that forgot the lock cannot make two winners.
    `changes` are further fields written in the same statement. Raises Conflict (409) for what
    the table does not allow, with `currentStatus` for the client; never a silent no-op.
    The caller publishes, because only it knows the audiences.
    """
    if not in_action():
        raise RuntimeError("transition() works only inside an @action")
    current = str(getattr(row, field))
    if to not in transitions.get(current, frozenset()):
        raise _refusal(row, current, to, field)
    manager = type(row)._default_manager
    changed = manager.filter(pk=row.pk, **{field: current}).update(**{field: to}, **changes)
    if not changed:
        raise _refusal(row, current, to, field)
    row.refresh_from_db()
    Transition.objects.create(
        kind=row._meta.label_lower,
        object_id=row.pk,
        field=field,
        from_status=current,
        to_status=to,
        actor_kind=actor.kind,
        actor_id=actor.id,
        via=actor.via,
        reason=reason,
    )
    return row


def transition_all(
    rows: models.QuerySet[M],
    to: str,
    *,
    transitions: Transitions,
    actor: Actor,
    reason: str = "",
    field: str = "status",
) -> int:
    """Move many locked rows to another status, each with its history row; return how many moved.

    Those whose status does not allow it stay as they are. Three statements for any number of rows.
    """
    if not in_action():
        raise RuntimeError("transition_all() works only inside an @action")
    sources = [status for status, targets in transitions.items() if to in targets]
    found = list(rows.filter(**{f"{field}__in": sources}).values_list("pk", field))
    model = rows.model
    model._default_manager.filter(pk__in=[pk for pk, _status in found]).update(**{field: to})
    Transition.objects.bulk_create(
        Transition(
            kind=model._meta.label_lower,
            object_id=pk,
            field=field,
            from_status=status,
            to_status=to,
            actor_kind=actor.kind,
            actor_id=actor.id,
            via=actor.via,
            reason=reason,
        )
        for pk, status in found
    )
    return len(found)


def _refusal(row: models.Model, current: str, to: str, field: str) -> Conflict:
    label = dict(row._meta.get_field(field).flatchoices).get(current, current)  # type: ignore[union-attr]
    return Conflict(
        _("This is not possible any more: it is “%(status)s” now.") % {"status": label},
        code="wrong_status",
        extra={"currentStatus": current, "requestedStatus": to},
    )
