"""Photos of requested parts and of offers. The files are cleaned before they come here."""

from functools import partial
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core.errors import Conflict, NotFound
from clutch.core.files import delete_after_commit, with_file
from clutch.core.ids import new_id
from clutch.feed.action import action
from clutch.feed.actor import Actor
from orders import events, locks, rules
from orders.actions.invitations import refresh_invitations
from orders.actions.quote_endings import lock_live_quote
from orders.enums import OPEN, OrderStatus, Side
from orders.inputs import Photo
from orders.models import LinePhoto, Order, OrderLine, QuoteLine
from orders.models.order import MAX_PHOTOS


def add_line_photo(order_id: UUID, *, line_id: UUID, photo: Photo, actor: Actor) -> LinePhoto:
    """Add a photo to a requested part, up to 8; shops that were asked hear of it.

    Raises NotFound for a part of another request, Conflict from acceptance on or with 8 photos.
    """
    line = OrderLine.objects.filter(pk=line_id, order=order_id, removed_in=None).first()
    if line is None:
        raise NotFound(_("There is no such part."))
    row = LinePhoto(pk=new_id(), line=line)
    act = partial(_add_line_photo, order_id, row=row, actor=actor)
    return with_file(row.file, photo, act)


@action
def _add_line_photo(order_id: UUID, *, row: LinePhoto, actor: Actor) -> LinePhoto:
    order = _lock_editable(order_id, actor)
    if not OrderLine.objects.filter(pk=row.line_id, removed_in=None).exists():
        raise NotFound(_("There is no such part."))
    if LinePhoto.objects.filter(line=row.line_id).count() >= MAX_PHOTOS:
        raise Conflict(_("A part has at most %(count)d photos.") % {"count": MAX_PHOTOS}, code="photos_full")
    row.save(force_insert=True)
    _tell_shops(order)
    return row


def _lock_editable(order_id: UUID, actor: Actor) -> Order:
    order = locks.order(order_id)
    rules.require_side(actor, order, Side.CUSTOMER)
    if order.status not in (OrderStatus.DRAFT, *OPEN):
        raise Conflict(
            _("This can no longer be changed: it is “%(status)s” now.")
            % {"status": order.get_status_display()},
            code="wrong_status",
            extra={"currentStatus": order.status},
        )
    return order


def _tell_shops(order: Order) -> None:
    if order.status in OPEN:
        refresh_invitations(order, now=timezone.now())


@action
def remove_line_photo(order_id: UUID, *, photo_id: UUID, actor: Actor) -> None:
    """Remove a photo of a requested part; the file goes with the commit."""
    order = _lock_editable(order_id, actor)
    row = LinePhoto.objects.filter(pk=photo_id, line__order=order_id).first()
    if row is None:
        raise NotFound(_("There is no such photo."))
    row.delete()
    delete_after_commit([row.file])
    _tell_shops(order)


def add_offer_photo(quote_id: UUID, *, offer_id: UUID, photo: Photo, actor: Actor) -> QuoteLine:
    """Set the photo of an offer of a quote that still stands; it replaces an earlier one.

    Raises NotFound for an offer of another quote, Conflict as a revision of the quote does.
    """
    offer = QuoteLine.objects.filter(pk=offer_id, quote=quote_id).first()
    if offer is None:
        raise NotFound(_("There is no such offer."))
    return with_file(offer.photo, photo, partial(_set_offer_photo, quote_id, offer=offer, actor=actor))


@action
def _set_offer_photo(quote_id: UUID, *, offer: QuoteLine, actor: Actor) -> QuoteLine:
    order, quote = lock_live_quote(quote_id, actor)
    row = QuoteLine.objects.filter(pk=offer.pk, quote=quote_id).first()
    if row is None:
        raise NotFound(_("There is no such offer."))
    delete_after_commit([row.photo])
    row.photo = offer.photo.name
    row.save(update_fields=["photo"])
    events.quote_updated(order, quote)
    return row
