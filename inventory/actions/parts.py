"""Acts on what a part is: enter, change, take out of use, delete."""

from uuid import UUID

from django.db import IntegrityError
from django.db.models import ProtectedError, RestrictedError
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Conflict, NotFound
from clutch.core.files import delete_after_commit
from clutch.core.numbers import take_number
from clutch.feed.action import action, attempt
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from inventory import events, locks, rules
from inventory.actions import part_values
from inventory.actions.low_stock import settle_levels
from inventory.enums import PART_TRANSITIONS
from inventory.inputs import PartInput
from inventory.keys import part_key
from inventory.models import Hold, Part, Stock, Supersession
from shops.models import Shop
from shops.rules import Act


@action
def create_part(shop_id: UUID, *, given: PartInput, actor: Actor) -> Part:
    """Enter a part into a shop's catalogue, with nothing on hand.

    A blank number gets the next one of the shop's series; without a price, cost and markup propose
    it. Raises Invalid at the fields, Conflict `part_exists` at `number`, NotAllowed for prices
    from a role that does not set them.
    """
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    shop = Shop.objects.only("currency").filter(pk=shop_id).first()
    if shop is None:
        raise NotFound(_("There is no such shop."))
    part = Part(shop_id=shop_id)
    if part_values.changes_prices(part, given):
        rules.require(actor, shop_id, Act.SET_PRICES)
    if not given.get("number", "").strip():
        given = {**given, "number": _next_number(shop_id)}
        part.number_generated = True
    part_values.fill(part, given, currency=shop.currency)
    if part.selling_price is None:
        part.selling_price = part_values.proposed_price(part, shop.currency)
    part_values.check_is_only(part)
    _save(part, force_insert=True)
    now = timezone.now()
    Stock.objects.create(part=part, shop_id=shop_id, low_since=now if part.reorder_point else None)
    _write_lists(part, given)
    if "status" in given and given["status"] != part.status:
        transition(part, given["status"], transitions=PART_TRANSITIONS, actor=actor)
    events.part_changed(part, "created")
    return part


@action
def update_part(
    part_id: UUID,
    *,
    shop_id: UUID,
    given: PartInput,
    expected_version: int | None = None,
    actor: Actor,
) -> Part:
    """Change a part; what is left out stays. A blank number leaves the one it has.

    Raises NotFound, StaleVersion (412), Invalid at the fields, Conflict `part_exists` at `number`
    or `wrong_status`, NotAllowed for another price from a role that does not set prices.
    """
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    part = locks.part(shop_id, part_id)
    versions.check(part, expected_version)
    if part_values.changes_prices(part, given):
        rules.require(actor, shop_id, Act.SET_PRICES)
    if not given.get("number", "x").strip():
        given = {**given, "number": part.number}
    number, level = part.number, part.reorder_point
    part_values.fill(part, given, currency=part.shop.currency)
    part.number_generated = part.number_generated and part.number == number
    part_values.check_is_only(part)
    _save(part)
    _write_lists(part, given)
    if part.reorder_point != level:
        settle_levels(locks.stocks(shop_id, [part_id]).values())
    if "status" in given and given["status"] != part.status:
        transition(part, given["status"], transitions=PART_TRANSITIONS, actor=actor)
    part.refresh_from_db()
    events.part_changed(part, "updated")
    return part


@action
def change_status(
    part_id: UUID,
    *,
    shop_id: UUID,
    status: str,
    reason: str = "",
    expected_version: int | None = None,
    actor: Actor,
) -> Part:
    """Take a part out of use, or into use again. Raises Conflict for what the table does not allow."""
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    part = locks.part(shop_id, part_id)
    versions.check(part, expected_version)
    transition(part, status, transitions=PART_TRANSITIONS, actor=actor, reason=reason)
    events.part_changed(part, "updated")
    return part


@action
def delete_part(part_id: UUID, *, shop_id: UUID, expected_version: int | None = None, actor: Actor) -> None:
    """Delete a part that was entered by mistake; its files go with the commit.

    Raises Conflict `part_in_use` for one that has moved, was held or replaced, or stands in a
    document: it can only be discontinued.
    """
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    part = locks.part(shop_id, part_id)
    versions.check(part, expected_version)
    # Its history would go with it: what refers to a part without protecting it is asked here.
    if Hold.objects.filter(part=part).exists() or Supersession.objects.filter(part=part).exists():
        raise _in_use()
    files: list[FieldFile] = [file for row in part.photos.all() for file in (row.image, row.small)]
    files += [row.file for row in part.documents.all()]
    try:
        with attempt():
            part.delete()
    except (ProtectedError, RestrictedError) as error:
        raise _in_use() from error
    delete_after_commit(files)
    part.pk = part_id
    events.part_changed(part, "deleted")


def _in_use() -> Conflict:
    return Conflict(
        _("This part has a history and stays in the books. Discontinue it instead."), code="part_in_use"
    )


def _save(part: Part, *, force_insert: bool = False) -> None:
    """Write a part; a number that somebody else took at this moment is a Conflict too."""
    try:
        with attempt():
            part.save(force_insert=force_insert)
    except IntegrityError as error:
        if "part_once" not in str(error):
            raise
        raise part_values.taken() from error


def _write_lists(part: Part, given: PartInput) -> None:
    if "numbers" in given:
        part_values.write_numbers(part, given["numbers"])
    if "tiers" in given:
        part_values.write_tiers(part, given["tiers"])


def _next_number(shop_id: UUID) -> str:
    """The next number of the shop's own series that no part has; typed ones are stepped over."""
    while True:
        number = f"P-{take_number(f'part/{shop_id}'):06d}"
        if not Part.objects.filter(shop=shop_id, number_key=part_key(number)).exists():
            return number
