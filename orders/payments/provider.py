"""What Clutch asks of a card provider, on top of django-payments' own interface.

Every method that talks to the provider runs outside a transaction and answers with a `Report`,
which `settle_card_payment` turns into ledger entries. None of them writes to the payment.
"""

from abc import abstractmethod
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

from django.http import HttpRequest, HttpResponse, JsonResponse
from payments import RedirectNeeded
from payments.core import BasicProvider

from clutch.feed.actor import Actor
from orders.actions.settlement import Report, settle_card_payment
from orders.models import CardPayment


@dataclass(frozen=True)
class Checkout:
    """A provider's page for one payment."""

    id: str
    url: str


class CardProvider(BasicProvider):
    """A provider that holds first and takes later. `PaymentError` says that it cannot now."""

    name: str

    @abstractmethod
    def open_checkout(self, payment: CardPayment) -> Checkout:
        """Return the page on which the customer authorises the payment; the same one when asked again."""

    @abstractmethod
    def read(self, request: HttpRequest) -> tuple[CardPayment, Report] | None:
        """Verify what the provider sends, and return what it says; None for what does not concern us.

        Raises PaymentError for what is not from the provider. Talks to nobody.
        """

    @abstractmethod
    def look_up(self, payment: CardPayment) -> Report | None:
        """Ask where a payment stands; None while the customer has not paid."""

    @abstractmethod
    def capture_hold(self, payment: CardPayment) -> Report:
        """Take all that is held; asking twice takes it once."""

    @abstractmethod
    def release_hold(self, payment: CardPayment) -> Report | None:
        """Give up what is held; None where nothing is."""

    @abstractmethod
    def give_back(self, payment: CardPayment, amount: Decimal, *, refund_id: str) -> Report | None:
        """Refund; the same `refund_id` refunds once. None while the provider has not done it yet."""

    @abstractmethod
    def close_checkout(self, payment: CardPayment) -> None:
        """Close the provider's page, where it is still open."""

    def get_form(self, payment: CardPayment, data: Any = None) -> NoReturn:
        """django-payments' way to the page of the provider."""
        raise RedirectNeeded(self.open_checkout(payment).url)

    def process_data(self, payment: CardPayment, request: HttpRequest) -> HttpResponse:
        """django-payments' way in for what the provider sends."""
        found = self.read(request)
        if found is None:
            return JsonResponse({"outcome": "ignored"})
        outcome = settle_card_payment(found[0].pk, report=found[1], actor=provider_actor(self.name))
        return JsonResponse({"outcome": outcome})


def provider_actor(name: str) -> Actor:
    """A provider as the subject of what it reports."""
    return Actor("system", f"provider:{name}", "beat")
