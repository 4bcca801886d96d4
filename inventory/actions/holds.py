"""Acts that promise units to a document, and that end the promise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core.errors import Conflict
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from inventory import events, locks, queries
from inventory.enums import HOLD_TRANSITIONS, HoldKind, HoldStatus
from inventory.ledger import Document
from inventory.models import Hold


@dataclass(frozen=True)
class Wanted:
    """Units to hold for one line of a document."""

    part_id: UUID
    quantity: int
    line_id: UUID | None = None


@action
def hold_parts(
    shop_id: UUID,
    wanted: Sequence[Wanted],
    *,
    kind: HoldKind,
    document: Document,
    expires_at: datetime | None,
    partly: bool = False,
    actor: Actor,
) -> list[Hold]:
    """Hold units for a document; what it held before is released first.

    Raises Conflict `not_enough_stock` when less is available, unless `partly`: then what there is
    is held, and nothing where there is nothing. A hard hold pushes soft ones aside only by
    counting before them; it does not end them.
    """
    assert document.id is not None
    stocks = locks.stocks(shop_id, {item.part_id for item in wanted}) if wanted else {}
    _end(list(locks.open_holds(document.id)), HoldStatus.RELEASED, actor=actor)
    found = queries.availability(list(stocks), stocks=stocks)
    left = {
        part_id: there.for_counter if kind == HoldKind.HARD else there.available
        for part_id, there in found.items()
    }
    rows: list[Hold] = []
    for item in wanted:
        units = min(item.quantity, max(left[item.part_id], 0))
        if units < item.quantity and not partly:
            raise Conflict(
                _("There is not enough in stock to hold."),
                code="not_enough_stock",
                extra={"parts": [{"partId": str(item.part_id), "available": max(left[item.part_id], 0)}]},
            )
        if units:
            left[item.part_id] -= units
            row = Hold(
                shop_id=shop_id, part_id=item.part_id, kind=kind, quantity=units,
                document_line_id=item.line_id, expires_at=expires_at, **_columns(document),
            )  # fmt: skip
            rows.append(row)
    Hold.objects.bulk_create(rows)
    for row in rows:
        events.hold_changed(row)
    return rows


def _columns(document: Document) -> dict[str, Any]:
    return {
        "document_kind": document.kind,
        "document_id": document.id,
        "document_number": document.number,
    }


@action
def end_holds(document_id: UUID, *, to: HoldStatus, actor: Actor) -> list[Hold]:
    """End what a document holds: released, taken by the counter, consumed or expired."""
    parts = Hold.objects.filter(document_id=document_id, status=HoldStatus.OPEN).values_list(
        "shop_id", "part_id"
    )
    for shop_id in sorted({shop_id for shop_id, _part in parts}):
        locks.stocks(shop_id, {part_id for shop, part_id in parts if shop == shop_id})
    return _end(list(locks.open_holds(document_id)), to, actor=actor)


def _end(holds: Sequence[Hold], to: HoldStatus, *, actor: Actor) -> list[Hold]:
    ended = [transition(hold, to, transitions=HOLD_TRANSITIONS, actor=actor) for hold in holds]
    for hold in ended:
        events.hold_changed(hold)
    return ended


@action
def sweep_expired_holds(*, limit: int = 500, actor: Actor) -> int:
    """Write down which holds have run out, oldest first; return how many. They no longer counted."""
    due = (
        Hold.objects.select_for_update(no_key=True, of=("self",), skip_locked=True)
        .filter(status=HoldStatus.OPEN, expires_at__lte=timezone.now())
        .order_by("pk")[:limit]
    )
    return len(_end(list(due), HoldStatus.EXPIRED, actor=actor))
