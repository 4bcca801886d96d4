"""A card provider for the demo: a page on which the customer approves or refuses, and no money.

It keeps nothing of its own; what it would know follows from the ledger. It refuses to exist
outside the demo and the tests.
"""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.urls import reverse
from payments import PaymentError

from clutch.core.ids import new_id
from orders import ledger
from orders.actions.settlement import Report, Said
from orders.models import CardPayment
from orders.payments.provider import CardProvider, Checkout


def is_allowed() -> bool:
    """Whether payments may be pretended here."""
    return bool(settings.DEMO or settings.TESTING)


class PretendProvider(CardProvider):
    """Approves what the customer approves."""

    name = "pretend"

    def __init__(self, **options: Any) -> None:
        if not is_allowed():
            raise ImproperlyConfigured("The pretend card provider is for the demo only.")
        super().__init__(**options)

    def _report(self, payment: CardPayment, said: Said, amount: Decimal, **more: str) -> Report:
        return Report(said, f"pretend:{payment.token}", amount=amount, currency=payment.currency, **more)

    def approve(self, payment: CardPayment) -> Report:
        """What is said when the customer approves."""
        return self._report(payment, Said.AUTHORISED, payment.total)

    def refuse(self, payment: CardPayment) -> Report:
        """What is said when the customer refuses; they may try again."""
        return self._report(payment, Said.FAILED, Decimal(0), fact=str(new_id()), note="refused (demo)")

    def open_checkout(self, payment: CardPayment) -> Checkout:
        """Our own page, marked as pretended."""
        path = reverse("pretend_payment", kwargs={"token": payment.token})
        return Checkout(payment.token, f"{settings.PUBLIC_URL}{path}")

    def read(self, request: HttpRequest) -> tuple[CardPayment, Report] | None:
        """Nobody may send anything: approvals come from the page, with the customer's session."""
        raise PaymentError("the pretend provider takes no webhooks", code=403)

    def look_up(self, payment: CardPayment) -> Report | None:
        """The page tells at once, so there is never anything new."""
        return None

    def capture_hold(self, payment: CardPayment) -> Report:
        """Take what is held."""
        return self._report(payment, Said.CAPTURED, payment.total)

    def release_hold(self, payment: CardPayment) -> Report | None:
        """Give up what is held."""
        held = ledger.card_balance(payment.pk).held
        return self._report(payment, Said.VOIDED, held) if held else None

    def give_back(self, payment: CardPayment, amount: Decimal, *, refund_id: str) -> Report | None:
        """Refund."""
        return self._report(payment, Said.REFUNDED, amount, fact=refund_id)

    def close_checkout(self, payment: CardPayment) -> None:
        """Nothing to close: the page asks whether the payment is still waiting."""
