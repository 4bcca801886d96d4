"""Talking to card providers: each function is one request outside a transaction, then one act."""

import logging
from decimal import Decimal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from payments import PaymentError
from payments.core import provider_factory

from clutch.core.errors import Conflict, Unavailable
from clutch.feed.action import in_action
from clutch.feed.actor import Actor
from orders import ledger
from orders.actions.payment import remember_checkout
from orders.actions.payment_timeout import time_out_payment
from orders.actions.settlement import Outcome, Report, is_wanted, settle_card_payment
from orders.enums import CardStatus, OrderStatus
from orders.models import CardPayment
from orders.payments.provider import CardProvider, provider_actor

logger = logging.getLogger(__name__)


def provider_of(payment: CardPayment) -> CardProvider:
    """The provider that keeps a payment. Raises RuntimeError inside an act: a provider is slow."""
    if in_action():
        raise RuntimeError("no provider is asked inside an act")
    provider: CardProvider = provider_factory(payment.variant, payment)
    return provider


def open_checkout(payment_id: UUID, *, actor: Actor) -> str:
    """Return the provider's page on which the customer authorises a payment.

    Raises Conflict when it is not waiting any more or its time is over, Unavailable when the
    provider does not answer.
    """
    payment = CardPayment.objects.get(pk=payment_id)
    if payment.status != CardStatus.WAITING:
        raise Conflict(_("This payment is settled."), code="already_paid")
    if payment.expires_at is not None and payment.expires_at <= timezone.now():
        raise Conflict(_("The time to pay is over. Choose a quote again."), code="payment_expired")
    if payment.checkout_url:
        return payment.checkout_url
    try:
        checkout = provider_of(payment).open_checkout(payment)
    except PaymentError as error:
        logger.warning("no page for payment %s: %s", payment.pk, error)
        raise Unavailable(_("The card provider does not answer. Try again in a minute.")) from error
    remember_checkout(payment.pk, transaction_id=checkout.id, url=checkout.url, actor=actor)
    return checkout.url


def capture(payment_id: UUID) -> None:
    """Take what is held for a delivered order; nothing where it is taken already."""
    payment = CardPayment.objects.select_related("order").get(pk=payment_id)
    delivered = payment.order.status == OrderStatus.DELIVERED and is_wanted(payment.order, payment)
    if not delivered or not ledger.card_balance(payment.pk).held:
        return
    _settle(payment, provider_of(payment).capture_hold(payment))


def release(payment_id: UUID) -> None:
    """Give up a hold that nobody waits for; one that an order needs stays."""
    payment = CardPayment.objects.select_related("order").get(pk=payment_id)
    if payment.status == CardStatus.PREAUTH and is_wanted(payment.order, payment):
        return
    _settle(payment, provider_of(payment).release_hold(payment))


def give_back(payment_id: UUID, *, refund_id: str, amount: Decimal) -> None:
    """Send a promised refund; twice is once, by the provider's key and by our reference.

    What was refunded at the provider by hand meanwhile has kept that much of the promise.
    """
    payment = CardPayment.objects.get(pk=payment_id)
    sums = ledger.card_balance(payment.pk)
    amount = min(amount, sums.refund_due - sums.refunded)
    if amount <= 0:
        return
    _settle(payment, provider_of(payment).give_back(payment, amount, refund_id=refund_id))


def close_checkout(payment_id: UUID) -> None:
    """Close the page of a payment that was given up."""
    payment = CardPayment.objects.get(pk=payment_id)
    provider_of(payment).close_checkout(payment)


def expire(payment_id: UUID, *, actor: Actor) -> None:
    """End the time to pay. The provider is asked once more: its word may be still under way.

    Asked after is the payment that waits now, which may be a later one of the same order. When the
    provider does not answer the time is over all the same, and a late authorisation is given up.
    """
    payment = CardPayment.objects.get(pk=payment_id)
    waiting = CardPayment.objects.filter(order=payment.order_id, status=CardStatus.WAITING).first()
    if waiting is not None:
        try:
            _settle(waiting, provider_of(waiting).look_up(waiting))
        except PaymentError as error:
            logger.warning("payment %s could not be looked up: %s", waiting.pk, error)
    time_out_payment(payment.pk, actor=actor)


def _settle(payment: CardPayment, report: Report | None) -> Outcome | None:
    if report is None:
        return None
    provider: CardProvider = provider_factory(payment.variant, payment)
    return settle_card_payment(payment.pk, report=report, actor=provider_actor(provider.name))
