"""Picking an order's parts: what lies ready is checked off, by scan or by hand."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Conflict, Invalid, NotFound
from clutch.feed.action import action
from clutch.feed.actor import Actor
from inventory.keys import part_key
from inventory.lookup import find_by_code
from orders import events, locks, queries, rules
from orders.models import Order, QuoteLine
from shops.models import Shop


@action
def set_picked(
    offer_id: UUID, *, shop_id: UUID, picked: int, expected_version: int | None = None, actor: Actor
) -> QuoteLine:
    """Say how many units of a bought part lie ready; for who handles orders.

    Raises NotFound for another shop's, Invalid at `picked` for more than were bought, StaleVersion,
    Conflict `not_to_pick` for an order that is not to be prepared.
    """
    found = QuoteLine.objects.filter(pk=offer_id, shop=shop_id).values_list("quote__order", flat=True).first()
    if found is None:
        raise NotFound(_("There is no such part."))
    order = _locked(found, shop_id, actor)
    row = next((row for row in queries.bought(order) if row.pk == offer_id), None)
    if row is None:
        raise NotFound(_("There is no such part."))
    versions.check(row, expected_version)
    if not 0 <= picked <= row.line.quantity:
        message = _("Enter a number from %(least)d to %(most)d.")
        said = message % {"least": 0, "most": row.line.quantity}
        raise Invalid(_("Check the quantity."), fields={"picked": [said]})
    return _write(order, row, picked)


def _locked(order_id: UUID, shop_id: UUID, actor: Actor) -> Order:
    rules.require_member(actor, shop_id, rules.HANDLING)
    order = locks.order(order_id)
    if order.shop_id != shop_id:
        raise NotFound(_("There is no such order."))
    if order.status not in queries.TO_PICK:
        raise Conflict(_("This order is not to be prepared."), code="not_to_pick")
    return order


def _write(order: Order, row: QuoteLine, picked: int) -> QuoteLine:
    row.picked = picked
    row.save(update_fields=["picked"])
    row.refresh_from_db(fields=["version", "updated_at"])
    events.order_picked(order, row)
    return row


@action
def scan_picked(code: str, *, shop_id: UUID, order_id: UUID | None = None, actor: Actor) -> QuoteLine:
    """Check off what was scanned: in one order, or in the oldest of the shop's orders that wants it.

    The code is any by which the part is known, or the number that was offered or asked for. A box
    counts for all its units, as far as they are wanted. Raises Conflict `not_on_list` for a part that
    nobody has bought, `picked_already` when all of it lies ready; Invalid at `code` for no code.
    """
    rules.require_member(actor, shop_id, rules.HANDLING)
    shop = Shop.objects.get(pk=shop_id)
    found = find_by_code(shop, code)
    units = {candidate.part.pk: candidate.units for candidate in found.candidates}
    wanted = [
        row
        for row in queries.to_pick(shop_id, order_id=order_id)
        if row.stock_part_id in units or _is_named(row, code)
    ]
    if not wanted:
        raise Conflict(_("No order to prepare wants this part."), code="not_on_list")
    row = _first_open(wanted)
    order = _locked(row.quote.order_id, shop_id, actor)
    # Read again under the lock: a colleague may have scanned the same.
    row = QuoteLine.objects.select_related("line").get(pk=row.pk)
    if row.picked >= row.line.quantity:
        raise _picked_already()
    more = units.get(row.stock_part_id, 1) if row.stock_part_id else 1
    return _write(order, row, min(row.picked + more, row.line.quantity))


def _is_named(row: QuoteLine, code: str) -> bool:
    """Whether a part that is not from stock bears the number."""
    return row.stock_part_id is None and part_key(code) in {part_key(row.part_number), row.line.part_key} - {
        ""
    }


def _first_open(rows: Sequence[QuoteLine]) -> QuoteLine:
    for row in rows:
        if row.picked < row.line.quantity:
            return row
    raise _picked_already()


def _picked_already() -> Conflict:
    return Conflict(_("All that was bought of this part lies ready."), code="picked_already")
