"""Labels of a shop's parts and bins: which code stands on each, and in which words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core.errors import Invalid
from clutch.core.templatetags.clutch import money
from clutch.feed.actor import Actor
from inventory.actions.barcodes import give_bin_codes, give_part_codes
from inventory.barcodes import is_gtin
from inventory.labels import MOST_LABELS, SHEETS, Label, labels_pdf
from inventory.models import Barcode, Bin, Part
from shops.models import Shop

# Longer codes make bars that no label is wide enough for; their QR alone would be printed.
HANDY = 20


@dataclass(frozen=True)
class Copies:
    """How many labels of a part, or of a bin."""

    copies: int
    part_id: UUID | None = None
    bin_id: UUID | None = None


def print_labels(
    shop: Shop,
    wanted: Sequence[Copies],
    *,
    sheet: str,
    skip: int = 0,
    with_prices: bool = True,
    actor: Actor,
) -> bytes:
    """The labels as a PDF, in the order that was asked for.

    Parts without any code, and bins without a label, get an in-store code first. Raises Invalid at
    the fields, NotFound for foreign parts and bins, NotAllowed by role.
    """
    if sheet not in SHEETS:
        raise Invalid(_("Choose a paper."), fields={"sheet": [_("Choose one of the papers.")]})
    total = sum(item.copies for item in wanted)
    if not 0 < total <= MOST_LABELS or any(item.copies < 1 for item in wanted):
        message = _("Print between 1 and %(most)s labels at once.") % {"most": MOST_LABELS}
        raise Invalid(message, fields={"items": [message]})
    part_ids = {item.part_id for item in wanted if item.part_id}
    bin_ids = {item.bin_id for item in wanted if item.bin_id}
    if part_ids:
        give_part_codes(shop.pk, part_ids, actor=actor)
    if bin_ids:
        give_bin_codes(shop.pk, bin_ids, actor=actor)
    parts, bins = _parts(shop, part_ids, with_prices=with_prices), _bins(bin_ids)
    labels = [
        _copied(parts[item.part_id] if item.part_id else bins[item.bin_id], item.copies) for item in wanted
    ]
    return labels_pdf(labels, SHEETS[sheet], skip=skip)


def _copied(label: Label, copies: int) -> Label:
    return Label(label.code, label.title, label.line, label.price, copies)


def _parts(shop: Shop, ids: Iterable[UUID], *, with_prices: bool) -> Mapping[UUID | None, Label]:
    today = timezone.localdate(timezone=shop.zone)
    rows = Part.objects.filter(pk__in=ids).prefetch_related("barcodes", "tiers")
    return {
        part.pk: Label(
            code=best_code(part.barcodes.all()),
            title=part.name,
            line=" · ".join(text for text in (part.number, part.brand) if text),
            price=money(part.price_on(today), shop.currency) if with_prices else "",
        )
        for part in rows
    }


def _bins(ids: Iterable[UUID]) -> Mapping[UUID | None, Label]:
    return {row.pk: Label(row.label_code, row.code, row.name) for row in Bin.objects.filter(pk__in=ids)}


def best_code(codes: Iterable[Barcode]) -> str:
    """The code of a part that a label shows: one unit's, a GTIN before others, short before long."""
    return min(
        codes,
        key=lambda row: (row.units != 1, not is_gtin(row.code), len(row.code) > HANDY, row.created_at),
    ).code
