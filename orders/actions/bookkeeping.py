"""Writing the payment ledger, and what follows from its sums. Everything here runs inside an act
that holds the lock of the order."""

from decimal import Decimal

from clutch.core.ids import new_id
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from orders import fulfilment_events as events
from orders import ledger
from orders.enums import PAYMENT_TRANSITIONS, EntryKind, PaymentMethod, PaymentStatus
from orders.models import CardPayment, Order, PaymentEntry


def enter(
    order: Order,
    kind: EntryKind,
    amount: Decimal,
    *,
    actor: Actor,
    reference: str = "",
    card: CardPayment | None = None,
    note: str = "",
) -> PaymentEntry:
    """Add one line to the ledger of a locked order. Without a `reference` the fact is our own."""
    return PaymentEntry.objects.create(
        order=order,
        card_payment=card,
        kind=kind,
        amount=amount,
        currency=order.currency,
        method=PaymentMethod.CARD if card else order.payment_method,
        reference=reference or f"{kind}:{new_id()}",
        note=note[:300],
        actor_kind=actor.kind,
        actor_id=actor.id,
    )


def move_payment(order: Order, to: PaymentStatus, *, actor: Actor, reason: str = "") -> None:
    """Change the payment status of a locked order, unless it is that already."""
    if order.payment_status != to:
        transition(
            order,
            to,
            transitions=PAYMENT_TRANSITIONS,
            actor=actor,
            reason=reason,
            field="payment_status",
        )


def follow_the_sums(order: Order, *, actor: Actor) -> ledger.Balance:
    """Bring the payment status to what was received and refunded, tell both sides, return the sums."""
    sums = ledger.balance(order.pk)
    settled = ledger.settled_status(order, sums)
    if settled is not None:
        move_payment(order, settled, actor=actor)
    events.payment_updated(order, sums)
    return sums
