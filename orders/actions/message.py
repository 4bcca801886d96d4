"""Customer and shop write to each other about an order."""

from functools import partial
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core.errors import Conflict, Invalid, NotFound
from clutch.core.files import with_file
from clutch.core.ids import new_id
from clutch.feed.action import action
from clutch.feed.actor import Actor
from orders import fulfilment_events, locks, rules
from orders import fulfilment_notices as notices
from orders.enums import ACCEPTED_OR_LATER, OPEN, InvitationStatus, MessageSide
from orders.inputs import Photo
from orders.models import Invitation, Message, MessageThread, Order, Quote

EXCERPT = 140


def side_in_thread(order: Order, shop_id: UUID, actor: Actor) -> MessageSide:
    """On which side of the conversation with a shop an actor stands.

    Raises NotFound for who stands on neither, and for a shop that has no part in the order (for
    the customer: that has not quoted or written yet, because invitations are not theirs to see).
    """
    if actor.user_id is not None and order.customer_id == actor.user_id:
        if not _knows(order, shop_id):
            raise NotFound(_("There is no such shop in this order."))
        return MessageSide.CUSTOMER
    rules.require_member(actor, shop_id, rules.HANDLING)
    if not Invitation.objects.filter(order=order, shop=shop_id).exists():
        raise NotFound(_("There is no such order."))
    return MessageSide.SHOP


def _knows(order: Order, shop_id: UUID) -> bool:
    return (
        Quote.objects.filter(order=order, shop=shop_id).exists()
        or MessageThread.objects.filter(order=order, shop=shop_id, last_message_at__isnull=False).exists()
    )


def _require_open(order: Order, shop_id: UUID, side: MessageSide) -> None:
    if order.status in ACCEPTED_OR_LATER and order.shop_id == shop_id:
        return
    if order.status not in OPEN:
        raise Conflict(_("This conversation is over."), code="conversation_over")
    declined = Invitation.objects.filter(order=order, shop=shop_id, status=InvitationStatus.DECLINED)
    if side == MessageSide.SHOP and declined.exists():
        raise Conflict(_("You have declined this request."), code="declined")


def send_message(
    order_id: UUID,
    *,
    shop_id: UUID,
    actor: Actor,
    text: str = "",
    photo: "Photo | None" = None,
) -> Message:
    """Write to the other side: the customer to a shop that has quoted, or an invited shop to them.

    After acceptance only the selected shop and the customer talk. Raises NotFound for strangers,
    Invalid at `text` for nothing said, Conflict when the conversation is over.
    """
    assert actor.user_id is not None
    if not text and photo is None:
        says = _("Write something, or add a photo.")
        raise Invalid(says, fields={"text": [says]})
    message = Message(pk=new_id(), sender_id=actor.user_id, text=text)
    act = partial(_send, order_id, shop_id=shop_id, message=message, actor=actor)
    return act() if photo is None else with_file(message.photo, photo, act)


@action
def _send(order_id: UUID, *, shop_id: UUID, message: Message, actor: Actor) -> Message:
    order = Order.objects.filter(pk=order_id).first()
    if order is None:
        raise NotFound(_("There is no such order."))
    side = side_in_thread(order, shop_id, actor)
    _require_open(order, shop_id, side)
    thread = locks.thread(order.pk, shop_id)
    message.thread, message.side = thread, side
    message.save(force_insert=True)
    _count(thread, side, message)
    fulfilment_events.message_sent(order, thread, message)
    excerpt = message.text[:EXCERPT] or _("Photo")
    tell = notices.message_to_shop if side == MessageSide.CUSTOMER else notices.message_to_customer
    tell(order, shop_id, excerpt, actor=actor)
    return message


def _count(thread: MessageThread, side: MessageSide, message: Message) -> None:
    """Raise the other side's unread count; who writes has read what stands above."""
    if side == MessageSide.CUSTOMER:
        thread.shop_unread += 1
        thread.customer_unread, thread.customer_read_at = 0, message.at
    else:
        thread.customer_unread += 1
        thread.shop_unread, thread.shop_read_at = 0, message.at
    thread.last_message_at = message.at
    thread.save(
        update_fields=[
            "shop_unread",
            "customer_unread",
            "customer_read_at",
            "shop_read_at",
            "last_message_at",
        ]
    )


@action
def mark_read(order_id: UUID, *, shop_id: UUID, actor: Actor) -> MessageThread:
    """Note that the actor's side has read the conversation up to now."""
    order = Order.objects.filter(pk=order_id).first()
    if order is None:
        raise NotFound(_("There is no such order."))
    side = side_in_thread(order, shop_id, actor)
    thread = locks.thread(order.pk, shop_id)
    if side == MessageSide.CUSTOMER:
        changes = {"customer_unread": 0, "customer_read_at": timezone.now()}
    else:
        changes = {"shop_unread": 0, "shop_read_at": timezone.now()}
    for name, value in changes.items():
        setattr(thread, name, value)
    thread.save(update_fields=list(changes))
    fulfilment_events.messages_read(order, thread)
    return thread
