"""Paying for an order: what opens, repeats, ends and gives back a payment.

Nothing here talks to a provider. What a provider has to do is left as a job (orders.payments.tasks),
and what it says comes back through `settle_card_payment`.
"""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core.errors import Conflict, Invalid, NotFound, Unavailable
from clutch.core.ids import new_id
from clutch.feed.action import action, enqueue
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from orders import fulfilment_events as events
from orders import ledger, locks, rules
from orders.actions.bookkeeping import enter, follow_the_sums, move_payment
from orders.enums import (
    ACCEPTED_OR_LATER,
    CARD_TRANSITIONS,
    LIVE_CARD,
    CardStatus,
    EntryKind,
    OrderStatus,
    PaymentMethod,
    PaymentStatus,
)
from orders.models import CardPayment, Order

EXPIRE = "orders.payments.tasks.expire_card_payment"
RELEASE = "orders.payments.tasks.release_card"
REFUND = "orders.payments.tasks.refund_card"
CLOSE_CHECKOUT = "orders.payments.tasks.close_checkout"


def payment_url(order: Order) -> str:
    """The page on which the customer pays this order."""
    return f"{settings.PUBLIC_URL}/orders/{order.number}/pay"


@action
def open_payment(order: Order, *, actor: Actor) -> str | None:
    """Begin what an acceptance owes: returns the page to pay on for a card, None for cash.

    `order` is locked, accepted, and has its total and payment method. Raises Unavailable when no
    card provider is set up.
    """
    if order.payment_method == PaymentMethod.CARD and order.total:
        return begin_card_payment(order, actor=actor)
    _owe(order, actor=actor)
    return None


@action
def begin_card_payment(order: Order, *, actor: Actor) -> str:
    """Open a card payment of a locked, accepted order with 15 minutes to authorise it.

    Returns the address of our page to pay on; the provider is asked only when it is opened.
    """
    _owe(order, actor=actor)
    due_at = timezone.now() + timedelta(minutes=settings.PAYMENT_WINDOW_MINUTES)
    Order.objects.filter(pk=order.pk).update(payment_due_at=due_at)
    order.refresh_from_db()
    card = _new_card_payment(order)
    enqueue(EXPIRE, key=str(card.pk), at=due_at, payment_id=str(card.pk))
    return payment_url(order)


def _owe(order: Order, *, actor: Actor) -> None:
    if order.total and not ledger.balance(order.pk).due:
        enter(order, EntryKind.DUE, order.total, actor=actor)


def _new_card_payment(order: Order) -> CardPayment:
    if not settings.PAYMENT_VARIANTS:
        raise Unavailable(_("Cards cannot be taken at the moment. Choose cash on delivery."))
    assert order.total is not None
    assert order.selected_quote_id is not None
    card = CardPayment(
        order=order,
        quote_id=order.selected_quote_id,
        variant=next(iter(settings.PAYMENT_VARIANTS)),
        currency=order.currency,
        total=order.total,
        description=order.number,
        expires_at=order.payment_due_at,
    )
    card.save()
    return card


@action
def pay_again(order_id: UUID, *, actor: Actor) -> CardPayment:
    """Return the card payment that its customer can authorise now, a new one after a failed one.

    Raises NotFound for another's order, and Conflict when there is nothing to pay by card, when it
    is authorised already, or when the time to pay is over.
    """
    order = locks.order(order_id)
    if order.customer_id != actor.user_id:
        raise NotFound(_("There is no such order."))
    if order.payment_method != PaymentMethod.CARD or order.status not in ACCEPTED_OR_LATER:
        raise Conflict(_("There is nothing to pay by card for this order."), code="nothing_to_pay")
    if order.payment_due_at is not None and order.payment_due_at <= timezone.now():
        raise Conflict(_("The time to pay is over. Choose a quote again."), code="payment_expired")
    live = locks.card_payments_of(order.pk).filter(status__in=LIVE_CARD).first()
    if live is not None and live.status == CardStatus.WAITING:
        return live
    if live is not None or not ledger.balance(order.pk).outstanding:
        raise Conflict(_("This order is paid already."), code="already_paid")
    if order.payment_status == PaymentStatus.FAILED:
        move_payment(order, PaymentStatus.PENDING, actor=actor, reason="paid again")
    card = _new_card_payment(order)
    if card.expires_at is not None:
        enqueue(EXPIRE, key=str(card.pk), at=card.expires_at, payment_id=str(card.pk))
    events.payment_updated(order, ledger.balance(order.pk))
    return card


@action
def remember_checkout(payment_id: UUID, *, transaction_id: str, url: str, actor: Actor) -> None:
    """Keep the provider's page of a card payment. The first one stays."""
    card = locks.card_payment(payment_id)
    if not card.checkout_url:
        CardPayment.objects.filter(pk=card.pk).update(transaction_id=transaction_id, checkout_url=url)


@action
def release_payment(order: Order, *, actor: Actor, reason: str) -> None:
    """End what a locked order owes: it was cancelled, or goes back to its quotes.

    Holds are given up, what was taken from a card is given back, by jobs; a payment that the
    customer has not made yet is closed.
    """
    sums = ledger.balance(order.pk)
    if sums.due:
        enter(order, EntryKind.DUE, -sums.due, actor=actor, note=reason)
    for card in locks.card_payments_of(order.pk).filter(status__in=LIVE_CARD):
        _end(order, card, actor=actor, reason=reason)
    Order.objects.filter(pk=order.pk).update(payment_due_at=None)
    order.refresh_from_db()
    events.payment_updated(order, ledger.balance(order.pk))


def _end(order: Order, card: CardPayment, *, actor: Actor, reason: str) -> None:
    if card.status == CardStatus.WAITING:
        transition(card, CardStatus.CANCELLED, transitions=CARD_TRANSITIONS, actor=actor, reason=reason)
        enqueue(CLOSE_CHECKOUT, key=str(card.pk), payment_id=str(card.pk))
    elif card.status == CardStatus.PREAUTH:
        enqueue(RELEASE, key=str(card.pk), payment_id=str(card.pk))
    else:
        rest = ledger.card_balance(card.pk).refundable
        if rest:
            promise_refund(order, card, rest, actor=actor, reason=reason)


def promise_refund(order: Order, card: CardPayment, amount: Decimal, *, actor: Actor, reason: str) -> None:
    """Write that money is to go back to a card, and leave the job that sends it."""
    refund_id = str(new_id())
    enter(
        order,
        EntryKind.REFUND_DUE,
        amount,
        actor=actor,
        card=card,
        reference=f"refund:{refund_id}",
        note=reason,
    )
    enqueue(REFUND, key=refund_id, payment_id=str(card.pk), refund_id=refund_id, amount=str(amount))


@action
def collect_cash(order_id: UUID, *, shop_id: UUID, amount: Decimal, actor: Actor) -> Order:
    """Record that the shop took the cash of a delivered order; `amount` must be what is owed.

    For owner, manager and cashier. Raises NotFound for an order of another shop, NotAllowed,
    Conflict before the delivery, for a card order and the second time, and Invalid at `amount`
    for any other sum.
    """
    order = locks.order(order_id)
    rules.require_role(actor, order, rules.QUOTING)
    if order.shop_id != shop_id:
        raise NotFound(_("There is no such order."))
    if order.payment_method != PaymentMethod.CASH:
        raise Conflict(_("This order is paid by card."), code="not_cash")
    if order.status != OrderStatus.DELIVERED:
        raise Conflict(_("Cash is recorded after the delivery."), code="not_delivered")
    owed = ledger.balance(order.pk).outstanding
    if not owed:
        raise Conflict(_("The cash of this order is recorded already."), code="already_paid")
    if amount != owed:
        message = _("The customer owes %(owed)s %(currency)s; record exactly that.")
        raise Invalid(
            _("This is not what the customer owes."),
            code="wrong_amount",
            fields={"amount": [message % {"owed": owed.normalize(), "currency": order.currency}]},
        )
    enter(order, EntryKind.CASH_COLLECTED, amount, actor=actor)
    follow_the_sums(order, actor=actor)
    return order


@action
def refund(order_id: UUID, *, amount: Decimal, reason: str, actor: Actor) -> Order:
    """Give money back: through the card by a job, or as cash that the shop hands over.

    For owner and manager of the shop, and staff. Raises NotFound, NotAllowed, and Invalid at
    `amount` for nothing, or for more than was received and not yet promised back.
    """
    order = locks.order(order_id)
    rules.require_role(actor, order, rules.RUNNING)
    _check_refund(order, amount)
    card = locks.card_payments_of(order.pk).filter(status=CardStatus.CONFIRMED).first()
    if card is not None:
        promise_refund(order, card, amount, actor=actor, reason=reason)
    else:
        enter(order, EntryKind.REFUND_DUE, amount, actor=actor, note=reason)
        enter(order, EntryKind.REFUNDED, -amount, actor=actor, note=reason)
    follow_the_sums(order, actor=actor)
    return order


def _check_refund(order: Order, amount: Decimal) -> None:
    refundable = ledger.balance(order.pk).refundable
    if not 0 < amount <= refundable:
        message = _("At most %(amount)s %(currency)s can be given back.")
        raise Invalid(
            _("This amount cannot be given back."),
            code="wrong_amount",
            fields={"amount": [message % {"amount": refundable, "currency": order.currency}]},
        )
