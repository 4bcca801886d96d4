"""What can be done with requests, quotes and orders: one verb per act."""

from orders.actions.acceptance import accept_quote
from orders.actions.cancelling import cancel_order
from orders.actions.counter import take_from_quote
from orders.actions.drafts import make_draft, offers_of, send_draft
from orders.actions.fulfilment import (
    deliver_order,
    record_tracking,
    renew_delivery_code,
    ship_order,
    start_processing,
)
from orders.actions.invitations import decline_invitation, mark_seen
from orders.actions.message import mark_read, send_message
from orders.actions.payment import collect_cash, pay_again, refund
from orders.actions.payment_timeout import time_out_payment
from orders.actions.photos import (
    add_line_photo,
    add_offer_photo,
    remove_line_photo,
)
from orders.actions.quote_endings import expire_quote, withdraw_quote
from orders.actions.quotes import provide_quote, update_quote
from orders.actions.rating import rate_order
from orders.actions.requests import amend_order, create_order, submit_order
from orders.actions.settlement import settle_card_payment
from orders.actions.telling import tell_shops_now
from orders.actions.unattended import answer_invitation
from orders.actions.windows import (
    close_window,
    extend_window,
    flag_stuck,
    invite_next_wave,
    reinvite_shops,
    widen_search,
)

__all__ = [
    "accept_quote",
    "add_line_photo",
    "add_offer_photo",
    "amend_order",
    "answer_invitation",
    "cancel_order",
    "close_window",
    "collect_cash",
    "create_order",
    "decline_invitation",
    "deliver_order",
    "expire_quote",
    "extend_window",
    "flag_stuck",
    "invite_next_wave",
    "make_draft",
    "mark_read",
    "mark_seen",
    "offers_of",
    "pay_again",
    "provide_quote",
    "rate_order",
    "record_tracking",
    "refund",
    "reinvite_shops",
    "remove_line_photo",
    "renew_delivery_code",
    "send_draft",
    "send_message",
    "settle_card_payment",
    "ship_order",
    "start_processing",
    "submit_order",
    "take_from_quote",
    "tell_shops_now",
    "time_out_payment",
    "update_quote",
    "widen_search",
    "withdraw_quote",
]
