"""The tables of requests, quotes and what follows an acceptance."""

from orders.models.invitation import Invitation
from orders.models.message import Message, MessageThread
from orders.models.order import LinePhoto, Order, OrderLine
from orders.models.payment import CardPayment, PaymentEntry
from orders.models.quote import Quote, QuoteDraft, QuoteLine
from orders.models.rating import Rating
from orders.models.shipment import Shipment, TrackingEvent

__all__ = [
    "CardPayment",
    "Invitation",
    "LinePhoto",
    "Message",
    "MessageThread",
    "Order",
    "OrderLine",
    "PaymentEntry",
    "Quote",
    "QuoteDraft",
    "QuoteLine",
    "Rating",
    "Shipment",
    "TrackingEvent",
]
