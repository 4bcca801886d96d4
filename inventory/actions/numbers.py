"""Acts on the other numbers of a part, one by one: add, change, remove."""

from uuid import UUID

from django.utils.translation import gettext as _

from clutch.core.errors import Conflict, Invalid, NotFound
from clutch.feed.action import action
from clutch.feed.actor import Actor
from inventory import events, locks, rules
from inventory.actions.part_values import MOST_NUMBERS, number_errors, number_row
from inventory.inputs import NumberInput
from inventory.models import PartNumber
from shops.rules import Act


@action
def add_number(part_id: UUID, *, shop_id: UUID, given: NumberInput, actor: Actor) -> PartNumber:
    """Let a part be known by another number. One that it has already, of this kind, is left as it is.

    Raises Invalid at `number` or `kind`, also for more than 1000 numbers.
    """
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    part = locks.part(shop_id, part_id)
    _check(given)
    row = number_row(given)
    same = PartNumber.objects.filter(part=part, kind=row.kind, key=row.key).first()
    if same is not None:
        return same
    if PartNumber.objects.filter(part=part).count() >= MOST_NUMBERS:
        message = _("A part has at most %(count)s other numbers.") % {"count": MOST_NUMBERS}
        raise Invalid(message, fields={"number": [message]})
    row.part, row.shop_id = part, shop_id
    row.save(force_insert=True)
    events.part_changed(part, "updated")
    return row


@action
def change_number(
    number_id: UUID, *, part_id: UUID, shop_id: UUID, given: NumberInput, actor: Actor
) -> PartNumber:
    """Write a number of a part anew. Raises NotFound, Invalid, Conflict `number_exists` at `number`."""
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    part = locks.part(shop_id, part_id)
    row = _number_of(part_id, number_id)
    _check(given)
    wanted = number_row(given)
    others = PartNumber.objects.filter(part=part, kind=wanted.kind, key=wanted.key).exclude(pk=row.pk)
    if others.exists():
        message = _("The part has this number already.")
        raise Conflict(message, code="number_exists", fields={"number": [message]})
    row.number, row.key, row.kind, row.brand = wanted.number, wanted.key, wanted.kind, wanted.brand
    row.save(update_fields=["number", "key", "kind", "brand", "updated_at"])
    events.part_changed(part, "updated")
    return row


@action
def remove_number(number_id: UUID, *, part_id: UUID, shop_id: UUID, actor: Actor) -> PartNumber:
    """Let a part no longer be known by a number; return what it was. Raises NotFound."""
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    part = locks.part(shop_id, part_id)
    row = _number_of(part_id, number_id)
    PartNumber.objects.filter(pk=row.pk).delete()
    events.part_changed(part, "updated")
    return row


def _number_of(part_id: UUID, number_id: UUID) -> PartNumber:
    row = PartNumber.objects.filter(part=part_id, pk=number_id).first()
    if row is None:
        raise NotFound(_("There is no such number."))
    return row


def _check(given: NumberInput) -> None:
    errors = number_errors([given])
    if errors:
        fields = {name.rpartition(".")[2]: found for name, found in errors.items()}
        raise Invalid(_("Check the marked fields."), fields=fields)
