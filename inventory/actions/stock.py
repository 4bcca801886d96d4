"""Acts that move stock: receive, take, put back, adjust, transfer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clutch.core.errors import Conflict, Invalid, NotFound
from clutch.feed.action import action
from clutch.feed.actor import Actor
from inventory import events, ledger, locks, queries, rules
from inventory.actions.low_stock import note_crossings
from inventory.enums import MovementKind, Reason
from inventory.ledger import Document, Entry
from inventory.models import Bin, Movement, Part, Stock
from shops.models import Shop
from shops.rules import Act

MOST_UNITS = 1_000_000


@dataclass(frozen=True)
class Units:
    """Units of one part in one bin; `unit_cost` in the shop's currency where somebody knows it.

    `value` fixes what they are worth altogether, as a return at the cost of its sale does.
    """

    part_id: UUID
    quantity: int
    bin_id: UUID | None = None
    unit_cost: Decimal | None = None
    value: Decimal | None = None


@action
def move_stock(
    shop_id: UUID,
    entries: Sequence[Entry],
    *,
    document: Document,
    actor: Actor,
    spare: Iterable[UUID] = (),
) -> list[Movement]:
    """Write entries of one document to the ledger, with nothing below what is there and promised.

    `spare` names documents whose holds do not stand in the way: the order that is handed over.
    Raises Conflict `not_enough_stock` with what is left of each part; NotFound for foreign parts
    or bins. The caller has asked whether the actor may.
    """
    part_ids = {entry.part_id for entry in entries}
    _check_bins(shop_id, {entry.bin_id for entry in entries if entry.bin_id})
    stocks = locks.stocks(shop_id, part_ids)
    _check_enough(shop_id, stocks, entries, spare=frozenset(spare))
    shop = Shop.objects.only("currency").get(pk=shop_id)
    movements = ledger.post(stocks, entries, currency=shop.currency, document=document, actor=actor)
    note_crossings(stocks.values(), actor=actor)
    events.stock_changed(stocks.values(), origin=actor.id if actor.kind == "node" else "")
    return movements


def _check_bins(shop_id: UUID, bin_ids: set[UUID]) -> None:
    if bin_ids and Bin.objects.filter(shop=shop_id, pk__in=bin_ids).count() != len(bin_ids):
        raise NotFound(_("There is no such bin."))


def _check_enough(
    shop_id: UUID, stocks: dict[UUID, Stock], entries: Sequence[Entry], *, spare: frozenset[UUID]
) -> None:
    """Nobody may take what is not there, or what was promised for good to somebody else.

    A correction may: an adjustment or a count says what is there, whatever was promised.
    """
    wanted: dict[UUID, int] = {}
    for entry in entries:
        if entry.kind not in (MovementKind.COUNT, MovementKind.ADJUSTMENT):
            wanted[entry.part_id] = wanted.get(entry.part_id, 0) - entry.quantity
    taking = {part_id: units for part_id, units in wanted.items() if units > 0}
    net = dict.fromkeys(stocks, 0)
    for entry in entries:
        net[entry.part_id] += entry.quantity
    below = {part_id for part_id, units in net.items() if units < 0 and stocks[part_id].on_hand + units < 0}
    if not taking and not below:
        return
    if rules.policy_of(shop_id).allows_negative:
        return
    left = queries.left_for_counter(stocks, spare=spare)
    short = {part_id for part_id, units in taking.items() if units > left[part_id]} | below
    if short:
        raise _not_enough(short, left)


def _not_enough(short: set[UUID], left: dict[UUID, int]) -> Conflict:
    parts = Part.objects.filter(pk__in=short).order_by("name", "pk")
    said = [
        ngettext("%(part)s: %(left)s is left.", "%(part)s: %(left)s are left.", max(left[part.pk], 0))
        % {"part": part.name, "left": max(left[part.pk], 0)}
        for part in parts
    ]
    return Conflict(
        _("There is not enough in stock. %(parts)s") % {"parts": " ".join(said)},
        code="not_enough_stock",
        extra={
            "parts": [{"partId": str(part.pk), "available": max(left[part.pk], 0)} for part in parts],
        },
    )


@action
def receive_stock(
    shop_id: UUID,
    units: Sequence[Units],
    *,
    document: Document | None = None,
    reason: Reason | str = "",
    note: str = "",
    actor: Actor,
) -> list[Movement]:
    """Take units in, at their cost or at the moving average where none is given."""
    rules.require(actor, shop_id, Act.MOVE_STOCK)
    entries = [
        Entry(
            item.part_id, item.quantity, MovementKind.RECEIPT, item.bin_id,
            unit_cost=_cost_of(item), value=item.value, reason=reason, note=note,
        )
        for item in _checked(units)
    ]  # fmt: skip
    return move_stock(shop_id, entries, document=document or Document(), actor=actor)


@action
def adjust_stock(
    part_id: UUID,
    *,
    shop_id: UUID,
    quantity: int,
    reason: Reason | str,
    bin_id: UUID | None = None,
    unit_cost: Decimal | None = None,
    note: str = "",
    actor: Actor,
) -> Movement:
    """Correct what the books say by a signed quantity, with its reason."""
    rules.require(actor, shop_id, Act.ADJUST_STOCK)
    if reason not in Reason.values:
        raise Invalid(_("Say why."), fields={"reason": [_("Choose one of the reasons.")]})
    if not 0 < abs(quantity) <= MOST_UNITS:
        raise Invalid(_("Check the quantity."), fields={"quantity": [_("Enter how many, up or down.")]})
    entry = Entry(
        part_id, quantity, MovementKind.ADJUSTMENT, bin_id,
        unit_cost=unit_cost if quantity > 0 else None, reason=reason, note=note,
    )  # fmt: skip
    return move_stock(shop_id, [entry], document=Document(), actor=actor)[0]


@action
def transfer_stock(
    part_id: UUID,
    *,
    shop_id: UUID,
    quantity: int,
    from_bin_id: UUID | None,
    to_bin_id: UUID | None,
    note: str = "",
    actor: Actor,
) -> list[Movement]:
    """Move units from one bin to another; nothing changes but the place. Raises Conflict when the
    first bin holds fewer."""
    rules.require(actor, shop_id, Act.MOVE_STOCK)
    if from_bin_id == to_bin_id:
        raise Invalid(_("Choose another bin."), fields={"to_bin_id": [_("Choose another bin.")]})
    if not 0 < quantity <= MOST_UNITS:
        raise Invalid(_("Check the quantity."), fields={"quantity": [_("Enter at least 1.")]})
    locks.stocks(shop_id, [part_id])
    there = queries.in_bin(part_id, from_bin_id)
    if there < quantity:
        message = ngettext("Only %(left)s is in this bin.", "Only %(left)s are in this bin.", there)
        raise Conflict(message % {"left": there}, code="not_enough_in_bin", extra={"available": there})
    zero = Decimal(0)
    entries = [
        Entry(part_id, -quantity, MovementKind.TRANSFER, from_bin_id, value=zero, note=note),
        Entry(part_id, quantity, MovementKind.TRANSFER, to_bin_id, value=zero, note=note),
    ]
    return move_stock(shop_id, entries, document=Document(), actor=actor)


def _checked(units: Sequence[Units]) -> Sequence[Units]:
    for n, item in enumerate(units):
        if not 0 < item.quantity <= MOST_UNITS:
            message = _("Enter a quantity between 1 and %(most)s.") % {"most": MOST_UNITS}
            raise Invalid(_("Check the quantities."), fields={f"units.{n}.quantity": [message]})
        if item.unit_cost is not None and item.unit_cost < 0:
            message = _("A cost is not negative.")
            raise Invalid(_("Check the costs."), fields={f"units.{n}.unit_cost": [message]})
    return units


def _cost_of(item: Units) -> Decimal | None:
    """What a unit was paid: as said, else the list cost while the shop has no average of its own."""
    if item.unit_cost is not None or item.value is not None:
        return item.unit_cost
    stock = (
        Stock.objects.select_related("part").only("average_cost", "part__cost_price").get(part=item.part_id)
    )
    return None if stock.average_cost else stock.part.cost_price
