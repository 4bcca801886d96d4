"""What acts leave to be done with card providers. Each is idempotent; a failure is tried again later."""

from decimal import Decimal
from uuid import UUID

from clutch.feed.actor import Actor
from clutch.feed.jobs import job
from orders.payments import desk


@job
def expire_card_payment(*, payment_id: str) -> None:
    """End the time to authorise a card."""
    desk.expire(UUID(payment_id), actor=Actor.beat())


@job
def capture_card(*, payment_id: str) -> None:
    """Take the money of a delivered order."""
    desk.capture(UUID(payment_id))


@job
def release_card(*, payment_id: str) -> None:
    """Give up a hold."""
    desk.release(UUID(payment_id))


@job
def refund_card(*, payment_id: str, refund_id: str, amount: str) -> None:
    """Send money back."""
    desk.give_back(UUID(payment_id), refund_id=refund_id, amount=Decimal(amount))


@job
def close_checkout(*, payment_id: str) -> None:
    """Close a provider's page."""
    desk.close_checkout(UUID(payment_id))
