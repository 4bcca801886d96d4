"""Acts on codes: attach one to a part, take one off, give codes to what has none."""

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _

from clutch.core.errors import Conflict, Invalid, NotFound
from clutch.core.numbers import take_number
from clutch.feed.action import action
from clutch.feed.actor import Actor
from inventory import events, locks, rules
from inventory.barcodes import BIN_PREFIX, PART_PREFIX, barcode_key, checked_code, in_store_code
from inventory.enums import Symbology
from inventory.models import Barcode, Bin, Part
from shops.rules import Act

MOST_CODES = 50
MOST_UNITS = 10_000


@action
def attach_barcode(
    part_id: UUID,
    *,
    shop_id: UUID,
    code: str,
    symbology: Symbology | str | None = None,
    units: int = 1,
    actor: Actor,
) -> Barcode:
    """Let a code mean `units` of a part. Attaching what is there already changes its units.

    Raises Invalid at `code` for a wrong check digit or too many codes, Conflict `barcode_taken` with
    the part that has it.
    """
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    kept, kind = checked_code(code, symbology)
    if not 1 <= units <= MOST_UNITS:
        message = _("Enter a quantity between 1 and %(most)s.") % {"most": MOST_UNITS}
        raise Invalid(_("Check the quantities."), fields={"units": [message]})
    part = locks.part(shop_id, part_id)
    held = Barcode.objects.filter(shop=shop_id, key=barcode_key(kept)).select_related("part").first()
    if held is not None and held.part_id != part.pk:
        raise _taken(held)
    if held is None and part.barcodes.count() >= MOST_CODES:
        message = _("A part has at most %(most)s codes.") % {"most": MOST_CODES}
        raise Invalid(message, fields={"code": [message]})
    if held is not None:
        held.symbology, held.units = kind, units
        held.save(update_fields=["symbology", "units"])
        row = held
    else:
        row = _attach(part, kept, kind, units)
    events.part_changed(part, "updated")
    row.refresh_from_db()
    return row


def _attach(part: Part, code: str, kind: Symbology, units: int) -> Barcode:
    label = Bin.objects.filter(shop=part.shop_id, label_code=code).first()
    if label is not None:
        said = _("This code is on the label of bin %(bin)s.") % {"bin": label.code}
        raise Conflict(said, code="barcode_of_bin", extra={"binId": str(label.pk)})
    # Two clerks may attach one code to two parts at once: the second waits here, and is told whose it is.
    row, _made = Barcode.objects.get_or_create(
        shop_id=part.shop_id,
        key=barcode_key(code),
        defaults={"part": part, "code": code, "symbology": kind, "units": units},
    )
    if row.part_id != part.pk:
        raise _taken(row)
    return row


def _taken(row: Barcode) -> Conflict:
    words = {"part": row.part.name, "number": row.part.number}
    return Conflict(
        _("This code belongs to %(part)s, number %(number)s. Take it off there first.") % words,
        code="barcode_taken",
        extra={"partId": str(row.part_id), "partNumber": row.part.number, "barcodeId": str(row.pk)},
    )


@action
def detach_barcode(barcode_id: UUID, *, shop_id: UUID, actor: Actor) -> None:
    """Take a code off its part; it may then belong to another. Raises NotFound."""
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    row = Barcode.objects.filter(shop=shop_id, pk=barcode_id).first()
    if row is None:
        raise NotFound(_("There is no such code."))
    part = locks.part(shop_id, row.part_id)
    if not Barcode.objects.filter(pk=barcode_id).delete()[0]:
        raise NotFound(_("There is no such code."))
    events.part_changed(part, "updated")


@action
def give_part_codes(shop_id: UUID, part_ids: Collection[UUID], *, actor: Actor) -> list[Barcode]:
    """Give an in-store EAN-13 to each of the parts that has no code at all; return the new ones."""
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    parts = list(locks.parts(shop_id, part_ids))
    if len(parts) != len(set(part_ids)):
        raise NotFound(_("There is no such part."))
    coded = set(Barcode.objects.filter(part__in=parts).values_list("part", flat=True))
    rows = [
        Barcode(
            shop_id=shop_id, part=part, code=code, key=barcode_key(code), symbology=Symbology.EAN13
        )
        for part in parts
        if part.pk not in coded and (code := _next_code(PART_PREFIX, shop_id))
    ]  # fmt: skip
    for row in rows:
        events.part_changed(row.part, "updated")
    return Barcode.objects.bulk_create(rows)


def _next_code(prefix: str, shop_id: UUID) -> str:
    """The next in-store code of a shop that nothing has: an older system may have given some out."""
    while True:
        code = in_store_code(prefix, take_number(f"in-store code {prefix}/{shop_id}"))
        if not Barcode.objects.filter(shop=shop_id, key=barcode_key(code)).exists():
            return code


@action
def give_bin_codes(shop_id: UUID, bin_ids: Collection[UUID], *, actor: Actor) -> list[Bin]:
    """Give a code to the label of each bin that has none; return all the bins. Raises NotFound."""
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    bins = list(locks.bins(shop_id, bin_ids))
    if len(bins) != len(set(bin_ids)):
        raise NotFound(_("There is no such bin."))
    for row in bins:
        if not row.label_code:
            row.label_code = _next_code(BIN_PREFIX, shop_id)
            row.save(update_fields=["label_code"])
    return bins
