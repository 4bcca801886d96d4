"""The payment ledger of an order, and the card payments that providers keep for it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from payments.models import BasePayment

from clutch.core.models import Entity, Fact
from orders.enums import LIVE_CARD, CardStatus, EntryKind, PaymentMethod


class CardPayment(Entity, BasePayment):
    """One attempt to pay an order by card, as django-payments keeps it.

    The customer opens the provider's page through `token`. `intent` is the provider's own id of
    the money (what is captured, released and refunded), `checkout_url` the provider's page once it
    is known. `expires_at` is when an order without an authorisation returns to its quotes; null for
    a payment that has no deadline. Amounts are in the unit of `currency`.
    """

    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="card_payments")
    quote = models.ForeignKey("orders.Quote", models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=CardStatus, default=CardStatus.WAITING)
    currency = models.CharField(max_length=3)
    total = models.DecimalField(max_digits=12, decimal_places=3)
    captured_amount = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    intent = models.CharField(max_length=255, blank=True, db_index=True)
    checkout_url = models.TextField(blank=True)
    expires_at = models.DateTimeField(null=True)

    class Meta(Entity.Meta):
        verbose_name = _("card payment")
        verbose_name_plural = _("card payments")
        constraints = [
            models.UniqueConstraint(fields=["token"], name="one_card_payment_per_token"),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(status__in=LIVE_CARD),
                name="one_live_card_payment_per_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant} {self.token}"

    def get_success_url(self) -> str:
        """Where the provider sends the customer afterwards: the page of the order."""
        return f"{settings.PUBLIC_URL}/orders/{self.order.number}"

    def get_failure_url(self) -> str:
        """Where the provider sends a customer who turned back; from there they can pay again."""
        return self.get_success_url()


class PaymentEntry(Fact):
    """One line of the ledger of an order: append-only, signed, and unique by its reference.

    due            + the customer owes it; − they owe it no longer (order cancelled, or back at quotes)
    authorised     + a card holds it
    voided         − a hold was given up
    captured       + taken from the card; uses up as much of the hold
    cash_collected + the shop took it in cash
    refund_due     + is to be given back
    refunded       − was given back
    failed         0: an attempt that moved no money

    `reference` names the fact at its source, so that hearing of it twice writes it once.
    """

    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="payment_entries")
    card_payment = models.ForeignKey(CardPayment, models.PROTECT, null=True, related_name="entries")
    kind = models.CharField(max_length=20, choices=EntryKind)
    amount = models.DecimalField(max_digits=12, decimal_places=3)
    currency = models.CharField(max_length=3)
    method = models.CharField(max_length=10, choices=PaymentMethod)
    reference = models.CharField(max_length=200, unique=True)
    note = models.CharField(max_length=300, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=80, blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("payment entry")
        verbose_name_plural = _("payment entries")
        indexes = [models.Index(fields=["order", "at"], name="payment_entries_of_order")]
        constraints = [
            models.CheckConstraint(
                name="payment_entry_sign",
                condition=Q(kind=EntryKind.DUE) & ~Q(amount=0)
                | Q(kind=EntryKind.FAILED, amount=0)
                | Q(kind__in=(EntryKind.VOIDED, EntryKind.REFUNDED), amount__lt=0)
                | Q(
                    kind__in=(
                        EntryKind.AUTHORISED,
                        EntryKind.CAPTURED,
                        EntryKind.CASH_COLLECTED,
                        EntryKind.REFUND_DUE,
                    ),
                    amount__gt=0,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.currency}"
