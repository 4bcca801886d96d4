"""What the shop's pages show: the queue, what was won, what was quoted, and a few figures.

Each function costs a fixed number of queries, however many rows it returns.
"""

from orders.portal.reads.requests import (
    KEEP_SHOWING,
    QUEUE_VIEWS,
    Figures,
    Tab,
    figures,
    queue,
    queue_counts,
    standing_reason,
    tabs,
    waiting,
    with_request,
)
from orders.portal.reads.sent import QUOTE_VIEWS, quote_counts, quotes
from orders.portal.reads.talk import photo, threads, unread
from orders.portal.reads.tickets import SOON_MINUTES, URGENT_MINUTES, DraftRow, Ticket, tickets
from orders.portal.reads.won import (
    ORDER_VIEWS,
    ORDERS_OF_VIEW,
    Job,
    history,
    map_points,
    order_counts,
    orders_to_do,
    tracking,
    won_orders,
)

__all__ = [
    "KEEP_SHOWING",
    "ORDERS_OF_VIEW",
    "ORDER_VIEWS",
    "QUEUE_VIEWS",
    "QUOTE_VIEWS",
    "SOON_MINUTES",
    "URGENT_MINUTES",
    "DraftRow",
    "Figures",
    "Job",
    "Tab",
    "Ticket",
    "figures",
    "history",
    "map_points",
    "order_counts",
    "orders_to_do",
    "photo",
    "queue",
    "queue_counts",
    "quote_counts",
    "quotes",
    "standing_reason",
    "tabs",
    "threads",
    "tickets",
    "tracking",
    "unread",
    "waiting",
    "with_request",
    "won_orders",
]
