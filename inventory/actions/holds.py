"""Acts that promise units to a document, and that end the promise."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core.errors import Conflict, NotFound
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from inventory import events, locks, queries
from inventory.actions.stock import move_stock
from inventory.enums import HOLD_TRANSITIONS, HoldKind, HoldStatus
from inventory.ledger import Document, Entry
from inventory.models import Hold, Movement, Stock


@dataclass(frozen=True)
class Wanted:
    """Units to hold for one line of a document."""

    part_id: UUID
    quantity: int
    line_id: UUID | None = None


@dataclass(frozen=True)
class Promise:
    """What one document is to hold, and until when; None is for good.

    `partly`: where there is less, what there is is held, and nothing where there is nothing.
    """

    shop_id: UUID
    document: Document
    wanted: Sequence[Wanted]
    kind: HoldKind
    expires_at: datetime | None
    partly: bool = False


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

    Raises Conflict `not_enough_stock` when less is available, unless `partly`. A hard hold pushes
    soft ones aside only by counting before them; it does not end them.
    """
    return hold_all([Promise(shop_id, document, wanted, kind, expires_at, partly)], actor=actor)[0]


@action
def hold_all(promises: Sequence[Promise], *, actor: Actor) -> list[list[Hold]]:
    """Hold units for several documents, as `hold_parts` does for one; the first is served first.

    All parts are locked at once, so that acts over the same shops cannot wait for one another.
    """
    stocks = locks.stocks_of({item.part_id for promise in promises for item in promise.wanted})
    return [_keep(promise, stocks, actor=actor) for promise in promises]


def _keep(promise: Promise, locked: Mapping[UUID, Stock], *, actor: Actor) -> list[Hold]:
    assert promise.document.id is not None
    stocks = {item.part_id: locked.get(item.part_id) for item in promise.wanted}
    if any(stock is None or stock.shop_id != promise.shop_id for stock in stocks.values()):
        raise NotFound(_("There is no such part."))
    _end(list(locks.open_holds([promise.document.id])), HoldStatus.RELEASED, actor=actor)
    found = queries.availability(list(stocks), stocks={k: v for k, v in stocks.items() if v is not None})
    left = {
        part_id: there.for_counter if promise.kind == HoldKind.HARD else there.available
        for part_id, there in found.items()
    }
    rows: list[Hold] = []
    for item in promise.wanted:
        units = min(item.quantity, max(left[item.part_id], 0))
        if units < item.quantity and not promise.partly:
            raise Conflict(
                _("There is not enough in stock to hold."),
                code="not_enough_stock",
                extra={"parts": [{"partId": str(item.part_id), "available": max(left[item.part_id], 0)}]},
            )
        if units:
            left[item.part_id] -= units
            rows.append(_hold(promise, item, units))
    Hold.objects.bulk_create(rows)
    for row in rows:
        events.hold_changed(row)
    return rows


def _hold(promise: Promise, item: Wanted, units: int) -> Hold:
    return Hold(
        shop_id=promise.shop_id,
        part_id=item.part_id,
        kind=promise.kind,
        quantity=units,
        document_line_id=item.line_id,
        expires_at=promise.expires_at,
        **_columns(promise.document),
    )


def _columns(document: Document) -> dict[str, Any]:
    return {
        "document_kind": document.kind,
        "document_id": document.id,
        "document_number": document.number,
    }


@action
def end_holds(document_id: UUID, *, to: HoldStatus, actor: Actor) -> list[Hold]:
    """End what a document holds: released, taken by the counter, consumed or expired."""
    return end_holds_of([document_id], to=to, actor=actor)


@action
def end_holds_of(document_ids: Collection[UUID], *, to: HoldStatus, actor: Actor) -> list[Hold]:
    """End what documents hold. The caller has their locks.

    The ledger is not locked: what ends only leaves more to others, so nobody's check is undone.
    """
    return _end(list(locks.open_holds(document_ids)), to, actor=actor)


@action
def take_hold(hold_id: UUID, *, quantity: int | None = None, keep: int, actor: Actor) -> tuple[Hold, bool]:
    """End a soft hold because the counter takes its units; the caller has the document's lock.

    `quantity` is how many units of the part the counter sells, free ones too; by default those of
    the hold. Where `keep` units are left for the document beside them, it holds them again. Returns
    the hold that ended, and whether there is a new one. Raises Conflict `hold_over` once it has
    ended or run out, or for a hard one.
    """
    hold = locks.holds([hold_id]).first()
    if hold is None or hold.kind != HoldKind.SOFT or not hold.counts_at(timezone.now()):
        raise Conflict(_("These units are not held for a quote any more."), code="hold_over")
    stocks = locks.stocks(hold.shop_id, [hold.part_id])
    _end([hold], HoldStatus.TAKEN, actor=actor)
    taken = hold.quantity if quantity is None else quantity
    left = queries.availability([hold.part_id], stocks=stocks)[hold.part_id].available - taken
    if left < keep:
        return hold, False
    again = Hold.objects.create(
        shop_id=hold.shop_id, part_id=hold.part_id, kind=HoldKind.SOFT, quantity=keep,
        document_kind=hold.document_kind, document_id=hold.document_id,
        document_line_id=hold.document_line_id, document_number=hold.document_number,
        expires_at=hold.expires_at,
    )  # fmt: skip
    events.hold_changed(again)
    return hold, True


@action
def hand_over_held(
    shop_id: UUID, entries: Sequence[Entry], *, held_for: UUID, document: Document, actor: Actor
) -> list[Movement]:
    """Move the units of a document that is handed over, and end its holds as consumed.

    `held_for` is the order, `document` the sale that it becomes. Raises as `move_stock` does; what
    the order holds does not stand in its own way.
    """
    movements = move_stock(shop_id, entries, document=document, spare=[held_for], actor=actor)
    end_holds(held_for, to=HoldStatus.CONSUMED, actor=actor)
    return movements


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
