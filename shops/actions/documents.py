"""Verification documents: private photos and PDFs."""

from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from clutch.core.errors import Conflict, Invalid, NotFound
from clutch.core.files import delete_after_commit, is_pdf, with_file
from clutch.core.photos import accept_photo
from clutch.feed.action import action
from clutch.feed.actor import Actor
from shops.actions.onboarding import get_locked_onboarding, require_in_progress
from shops.actions.profile import get_locked_shop
from shops.enums import ShopStatus
from shops.models import ShopDocument

PDF = "application/pdf"
MOST_DOCUMENTS = 20


def add_document(
    *,
    kind: str,
    file: Any,
    actor: Actor,
    onboarding_id: UUID | None = None,
    shop_id: UUID | None = None,
) -> ShopDocument:
    """Keep a photo (cleaned, without its EXIF) or a PDF of at most 10 MB.

    For an onboarding in progress or for a shop. Raises Invalid at `file`, Conflict when there
    are 20 already.
    """
    content, content_type = _accepted(file)
    document = ShopDocument(
        onboarding_id=onboarding_id,
        shop_id=shop_id,
        kind=kind,
        filename=_name(file, content_type),
        content_type=content_type,
        size=content.size,
        uploaded_by_id=actor.user_id,
    )
    return with_file(document.file, content, partial(_add, document, actor=actor))


@action
def _add(document: ShopDocument, *, actor: Actor) -> ShopDocument:
    if document.onboarding_id is not None:
        require_in_progress(get_locked_onboarding(document.onboarding_id))
        held = ShopDocument.objects.filter(onboarding_id=document.onboarding_id)
    else:
        assert document.shop_id is not None
        get_locked_shop(document.shop_id)
        held = ShopDocument.objects.filter(shop_id=document.shop_id)
    if held.count() >= MOST_DOCUMENTS:
        raise Conflict(_("There are enough documents; remove one first."), code="too_many")
    document.save(force_insert=True)
    return document


@action
def remove_document(document_id: UUID, *, actor: Actor) -> None:
    """Delete a document and its file. Raises Conflict for what a verified shop was verified by."""
    document = ShopDocument.objects.filter(pk=document_id).first()
    if document is None:
        raise NotFound(_("There is no such document."))
    if document.shop_id:
        if get_locked_shop(document.shop_id).status != ShopStatus.PENDING_VERIFICATION:
            raise Conflict(_("The shop was verified by this document; it stays."), code="wrong_status")
    elif document.onboarding_id:
        require_in_progress(get_locked_onboarding(document.onboarding_id))
    document.delete()
    delete_after_commit([document.file])


def _accepted(file: Any) -> "tuple[ContentFile[bytes], str]":
    if file.size > settings.PHOTO_MAX_BYTES:
        raise _wrong(_("A document has at most %(mb)s MB.") % {"mb": settings.PHOTO_MAX_BYTES // 1024**2})
    if is_pdf(file):
        return ContentFile(file.read()), PDF
    try:
        photo = accept_photo(file)
    except Invalid as error:
        raise _wrong(str(error.detail)) from error
    return photo, "image/webp" if str(photo.name).endswith("webp") else "image/jpeg"


def _wrong(message: str) -> Invalid:
    return Invalid(message, fields={"file": [message]})


def _name(file: Any, content_type: str) -> str:
    stem = "".join(char for char in str(file.name or "").rpartition(".")[0] if char.isprintable())
    ending = {PDF: "pdf", "image/webp": "webp", "image/jpeg": "jpg"}[content_type]
    return f"{stem[:100] or 'document'}.{ending}"
