"""The conversation with a customer, as it stands beside a request or an order."""

from typing import Any

from clutch.core.pages import new_key
from orders import rules
from orders.enums import ACCEPTED_OR_LATER, OPEN
from orders.models import Message, MessageThread, Order
from orders.portal.forms import MessageForm
from shops.models import Member

SHOWN = 100


def thread_context(member: Member, order: Order, *, form: MessageForm | None = None) -> dict[str, Any]:
    """The last 100 messages, oldest first, and the form to answer. Two queries."""
    thread = MessageThread.objects.filter(order=order, shop=member.shop_id).first()
    rows = Message.objects.filter(thread=thread) if thread else Message.objects.none()
    last = list(rows.select_related("sender").order_by("-at")[:SHOWN])
    ours = order.status in ACCEPTED_OR_LATER and order.shop_id == member.shop_id
    open_for_us = ours or order.status in OPEN
    return {
        "thread": thread,
        "said": list(reversed(last)),
        "may_write": open_for_us and member.role in rules.HANDLING,
        "message_form": form or MessageForm(),
        "message_key": new_key(),
    }
