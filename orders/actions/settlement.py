"""What a card provider says becomes ledger entries: once, under the lock, and only if it fits."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext as _

from clutch.feed.action import action, enqueue
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from orders import fulfilment_events as events
from orders import fulfilment_notices as notices
from orders import ledger, locks
from orders.actions.bookkeeping import enter, follow_the_sums, move_payment
from orders.actions.payment import RELEASE, promise_refund
from orders.enums import (
    ACCEPTED_OR_LATER,
    CARD_TRANSITIONS,
    CardStatus,
    EntryKind,
    FraudStatus,
    OrderStatus,
    PaymentStatus,
)
from orders.models import CardPayment, Order, PaymentEntry

CAPTURE = "orders.payments.tasks.capture_card"


class Said(StrEnum):
    """What a provider can say of a card payment."""

    AUTHORISED = "authorised"
    CAPTURED = "captured"
    VOIDED = "voided"
    REFUNDED = "refunded"
    FAILED = "failed"
    # The provider's page ran out before the customer paid. Moves no money.
    EXPIRED = "expired"


@dataclass(frozen=True)
class Report:
    """One fact as a provider tells it, already verified.

    `source` names the money at the provider ("stripe:pi_…"). Authorised, captured and voided happen
    to it once each; `fact` tells several refunds or failures apart. Voided needs no amount: all that
    is held goes.
    """

    said: Said
    source: str
    amount: Decimal = Decimal(0)
    currency: str = ""
    fact: str = ""
    intent: str = ""
    note: str = ""

    @property
    def reference(self) -> str:
        """The name of the fact in the ledger."""
        return f"{self.source}:{self.said}" + (f":{self.fact}" if self.fact else "")

    @property
    def hold_reference(self) -> str:
        """The name of the hold that a capture uses up."""
        return f"{self.source}:{Said.AUTHORISED}"


class Outcome(StrEnum):
    """What became of a report."""

    RECORDED = "recorded"
    REPEATED = "repeated"
    # Amount or currency do not fit: nothing was written but the flag for staff.
    FLAGGED = "flagged"
    IGNORED = "ignored"


@action
def settle_card_payment(payment_id: UUID, *, report: Report, actor: Actor) -> Outcome:
    """Write what a provider says of a card payment; the same fact again, or out of order, is harmless.

    The provider is believed about money that moved, whatever the order has become: a hold or a
    charge that nobody waits for any more is recorded and sent back by a job.
    """
    order = locks.order(CardPayment.objects.values_list("order_id", flat=True).get(pk=payment_id))
    card = locks.card_payment(payment_id)
    if PaymentEntry.objects.filter(reference=report.reference).exists():
        return Outcome.REPEATED
    fault = _fault(card, report)
    if fault:
        _flag(order, card, report, fault)
        return Outcome.FLAGGED
    if report.intent and card.intent != report.intent:
        CardPayment.objects.filter(pk=card.pk).update(intent=report.intent)
        card.refresh_from_db()
    return _SETTLE[report.said](order, card, report, actor)


def _fault(card: CardPayment, report: Report) -> str:
    if report.said not in (Said.AUTHORISED, Said.CAPTURED, Said.REFUNDED):
        return ""
    if report.currency.upper() != card.currency:
        return f"{report.said} in {report.currency}, expected {card.currency}"
    if report.said != Said.REFUNDED:
        return "" if report.amount == card.total else f"{report.said} {report.amount} of {card.total}"
    sums = ledger.card_balance(card.pk)
    if 0 < report.amount <= sums.captured - sums.refunded:
        return ""
    return f"refunded {report.amount} of {sums.captured - sums.refunded}"


def _flag(order: Order, card: CardPayment, report: Report, fault: str) -> None:
    """Keep what does not fit where staff see it, and let a hold of the wrong amount go."""
    CardPayment.objects.filter(pk=card.pk).update(
        fraud_status=FraudStatus.REVIEW, fraud_message=fault, intent=report.intent or card.intent
    )
    events.payment_flagged(order, fault)
    if report.said == Said.AUTHORISED and card.status != CardStatus.PREAUTH:
        enqueue(RELEASE, key=str(card.pk), payment_id=str(card.pk))


def is_wanted(order: Order, card: CardPayment) -> bool:
    """Whether the order is still accepted on the quote that this card pays."""
    return order.status in ACCEPTED_OR_LATER and order.selected_quote_id == card.quote_id


def _authorised(order: Order, card: CardPayment, report: Report, actor: Actor) -> Outcome:
    enter(order, EntryKind.AUTHORISED, report.amount, actor=actor, card=card, reference=report.reference)
    if card.status != CardStatus.WAITING or not is_wanted(order, card):
        enqueue(RELEASE, key=str(card.pk), payment_id=str(card.pk))
        return Outcome.RECORDED
    _hold(order, card, actor)
    notices.payment_authorised(order, actor=actor)
    if order.status == OrderStatus.DELIVERED:
        enqueue(CAPTURE, key=str(card.pk), payment_id=str(card.pk))
    events.payment_updated(order, ledger.balance(order.pk))
    return Outcome.RECORDED


def _hold(order: Order, card: CardPayment, actor: Actor) -> None:
    transition(card, CardStatus.PREAUTH, transitions=CARD_TRANSITIONS, actor=actor)
    Order.objects.filter(pk=order.pk).update(payment_due_at=None)
    order.refresh_from_db()
    if order.payment_status == PaymentStatus.FAILED:
        move_payment(order, PaymentStatus.PENDING, actor=actor, reason="authorised")


def _captured(order: Order, card: CardPayment, report: Report, actor: Actor) -> Outcome:
    sums = ledger.card_balance(card.pk)
    if sums.held < report.amount:
        # The word of the hold is still under way; a charge proves it. After a hold that was given up
        # it proves another one.
        again = ":again" if sums.authorised else ""
        enter(
            order,
            EntryKind.AUTHORISED,
            report.amount,
            actor=actor,
            card=card,
            reference=f"{report.hold_reference}{again}",
        )
    enter(order, EntryKind.CAPTURED, report.amount, actor=actor, card=card, reference=report.reference)
    CardPayment.objects.filter(pk=card.pk).update(captured_amount=report.amount)
    card.refresh_from_db()
    wanted = is_wanted(order, card)
    if wanted and card.status == CardStatus.WAITING:
        _hold(order, card, actor)
    if card.status == CardStatus.PREAUTH:
        transition(card, CardStatus.CONFIRMED, transitions=CARD_TRANSITIONS, actor=actor)
    if not (wanted and card.status == CardStatus.CONFIRMED):
        promise_refund(order, card, report.amount, actor=actor, reason=_("Nobody waits for this payment."))
    follow_the_sums(order, actor=actor)
    return Outcome.RECORDED


def _voided(order: Order, card: CardPayment, report: Report, actor: Actor) -> Outcome:
    held = ledger.card_balance(card.pk).held
    if held:
        enter(order, EntryKind.VOIDED, -held, actor=actor, card=card, reference=report.reference)
    was = card.status
    if was == CardStatus.PREAUTH:
        transition(card, CardStatus.REFUNDED, transitions=CARD_TRANSITIONS, actor=actor, reason=report.note)
    elif was == CardStatus.WAITING:
        transition(card, CardStatus.CANCELLED, transitions=CARD_TRANSITIONS, actor=actor, reason=report.note)
    if was == CardStatus.PREAUTH and is_wanted(order, card):
        # The provider let the hold go by itself; the customer has to pay again.
        move_payment(order, PaymentStatus.FAILED, actor=actor, reason=report.note)
        notices.payment_failed(order, actor=actor)
    events.payment_updated(order, ledger.balance(order.pk))
    return Outcome.RECORDED if held else Outcome.IGNORED


def _refunded(order: Order, card: CardPayment, report: Report, actor: Actor) -> Outcome:
    sums = ledger.card_balance(card.pk)
    unpromised = sums.refunded + report.amount - sums.refund_due
    if unpromised > 0:
        # Made at the provider by hand: it keeps a promise that waits, else is promised and kept at once.
        enter(
            order,
            EntryKind.REFUND_DUE,
            unpromised,
            actor=actor,
            card=card,
            reference=f"{report.reference}:due",
        )
    enter(order, EntryKind.REFUNDED, -report.amount, actor=actor, card=card, reference=report.reference)
    if card.status == CardStatus.CONFIRMED and ledger.card_balance(card.pk).is_fully_refunded:
        transition(card, CardStatus.REFUNDED, transitions=CARD_TRANSITIONS, actor=actor)
    notices.payment_refunded(order, report.amount, actor=actor)
    follow_the_sums(order, actor=actor)
    return Outcome.RECORDED


def _failed(order: Order, card: CardPayment, report: Report, actor: Actor) -> Outcome:
    enter(
        order,
        EntryKind.FAILED,
        Decimal(0),
        actor=actor,
        card=card,
        reference=report.reference,
        note=report.note,
    )
    if card.status == CardStatus.WAITING and is_wanted(order, card):
        move_payment(order, PaymentStatus.FAILED, actor=actor, reason=report.note)
        notices.payment_failed(order, actor=actor)
    events.payment_updated(order, ledger.balance(order.pk))
    return Outcome.RECORDED


def _expired(order: Order, card: CardPayment, report: Report, actor: Actor) -> Outcome:
    if card.status != CardStatus.WAITING:
        return Outcome.IGNORED
    transition(card, CardStatus.REJECTED, transitions=CARD_TRANSITIONS, actor=actor, reason=report.note)
    events.payment_updated(order, ledger.balance(order.pk))
    return Outcome.RECORDED


_SETTLE: dict[Said, Callable[[Order, CardPayment, Report, Actor], Outcome]] = {
    Said.AUTHORISED: _authorised,
    Said.CAPTURED: _captured,
    Said.VOIDED: _voided,
    Said.REFUNDED: _refunded,
    Said.FAILED: _failed,
    Said.EXPIRED: _expired,
}
