"""Acts on the photos and documents of a part. Photos are cleaned before they come here."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.db.models import Max
from django.utils.translation import gettext as _

from clutch.core.errors import Conflict, Invalid, NotFound
from clutch.core.files import delete_after_commit, is_pdf, with_file
from clutch.core.ids import new_id
from clutch.core.photos import small_photo
from clutch.feed.action import action
from clutch.feed.actor import Actor
from inventory import events, locks, rules
from inventory.models import PartDocument, PartPhoto
from shops.rules import Act

MOST_PHOTOS = 12
MOST_DOCUMENTS = 20
SMALL_SIDE = 240


def add_photo(part_id: UUID, *, shop_id: UUID, photo: "ContentFile[bytes]", actor: Actor) -> PartPhoto:
    """Add a cleaned photo behind those that a part has, with a small form of it for lists.

    Raises NotFound, NotAllowed, Conflict `photos_full` with 12 photos; no file stays behind then.
    """
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    row = PartPhoto(pk=new_id(), part_id=part_id)
    small = small_photo(photo, SMALL_SIDE)
    act = partial(_add_photo, part_id, shop_id=shop_id, row=row, actor=actor)
    return with_file(row.image, photo, partial(with_file, row.small, small, act))


@action
def _add_photo(part_id: UUID, *, shop_id: UUID, row: PartPhoto, actor: Actor) -> PartPhoto:
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    part = locks.part(shop_id, part_id)
    held = PartPhoto.objects.filter(part=part)
    if held.count() >= MOST_PHOTOS:
        raise Conflict(_("A part has at most %(count)d photos.") % {"count": MOST_PHOTOS}, code="photos_full")
    last = held.aggregate(last=Max("position"))["last"]
    row.position = 0 if last is None else last + 1
    row.save(force_insert=True)
    events.part_changed(part, "updated")
    return row


@action
def order_photos(part_id: UUID, *, shop_id: UUID, photo_ids: Sequence[UUID], actor: Actor) -> list[PartPhoto]:
    """Put the photos of a part in an order; the first is its cover, what is not named follows.

    Raises Invalid at `photo_ids` for a photo of another part, or one that is named twice.
    """
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    part = locks.part(shop_id, part_id)
    held = {row.pk: row for row in PartPhoto.objects.filter(part=part)}
    if len(set(photo_ids)) != len(photo_ids) or not set(photo_ids) <= held.keys():
        message = _("Name each photo of this part once.")
        raise Invalid(message, fields={"photo_ids": [message]})
    rows = [held.pop(pk) for pk in photo_ids] + list(held.values())
    for position, row in enumerate(rows):
        row.position = position
    PartPhoto.objects.bulk_update(rows, ["position"])
    events.part_changed(part, "updated")
    return rows


@action
def remove_photo(photo_id: UUID, *, part_id: UUID, shop_id: UUID, actor: Actor) -> None:
    """Remove a photo; its files go with the commit. Raises NotFound."""
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    part = locks.part(shop_id, part_id)
    row = PartPhoto.objects.filter(part=part, pk=photo_id).first()
    if row is None:
        raise NotFound(_("There is no such photo."))
    row.delete()
    delete_after_commit([row.image, row.small])
    events.part_changed(part, "updated")


def add_document(part_id: UUID, *, shop_id: UUID, file: Any, name: str = "", actor: Actor) -> PartDocument:
    """Keep a PDF of at most 10 MB; without a name it is called as its file.

    Raises Invalid at `file`, NotFound, NotAllowed, Conflict `too_many` with 20 documents.
    """
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    if file.size > settings.PHOTO_MAX_BYTES:
        raise _wrong(_("A document has at most %(mb)s MB.") % {"mb": settings.PHOTO_MAX_BYTES // 1024**2})
    if not is_pdf(file):
        raise _wrong(_("This is not a PDF."))
    called = " ".join(name.split()) or str(file.name or "").rpartition(".")[0]
    called = "".join(char for char in called if char.isprintable())[:120] or _("document")
    row = PartDocument(pk=new_id(), part_id=part_id, name=called)
    content = ContentFile(file.read(), name="document.pdf")
    act = partial(_add_document, part_id, shop_id=shop_id, row=row, actor=actor)
    return with_file(row.file, content, act)


@action
def _add_document(part_id: UUID, *, shop_id: UUID, row: PartDocument, actor: Actor) -> PartDocument:
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    part = locks.part(shop_id, part_id)
    if PartDocument.objects.filter(part=part).count() >= MOST_DOCUMENTS:
        raise Conflict(_("There are enough documents; remove one first."), code="too_many")
    row.save(force_insert=True)
    events.part_changed(part, "updated")
    return row


@action
def remove_document(document_id: UUID, *, part_id: UUID, shop_id: UUID, actor: Actor) -> None:
    """Remove a document; its file goes with the commit. Raises NotFound."""
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    part = locks.part(shop_id, part_id)
    row = PartDocument.objects.filter(part=part, pk=document_id).first()
    if row is None:
        raise NotFound(_("There is no such document."))
    row.delete()
    delete_after_commit([row.file])
    events.part_changed(part, "updated")


def _wrong(message: str) -> Invalid:
    return Invalid(message, fields={"file": [message]})
