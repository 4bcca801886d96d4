"""Cards through Stripe: Checkout holds the money, the delivery takes it.

django-payments' own Stripe provider charges at once, cannot capture or release, and reads events as
dictionaries, which stripe-python 16 no longer gives. This one keeps its settings and its webhook,
and asks Checkout for `capture_method: manual` (docs.stripe.com/payments/place-a-hold-on-a-payment-method).

Stripe knows each request by an idempotency key made from our own ids, so a repeated job repeats nothing.
"""

from decimal import Decimal
from typing import Any

import stripe
from django.http import HttpRequest
from payments import PaymentError

from clutch.core.money import minor_units
from orders.actions.settlement import Report, Said
from orders.models import CardPayment
from orders.payments.provider import CardProvider, Checkout

# Amounts in these have two decimals at Stripe, though nobody pays with the second
# (docs.stripe.com/currencies, "special cases").
TWO_DECIMALS = {"ISK", "UGX"}


def to_units(amount: Decimal, currency: str) -> int:
    """An amount in Stripe's smallest unit of a currency, exactly. Raises PaymentError for a fraction."""
    decimals = 2 if currency in TWO_DECIMALS else minor_units(currency)
    units = amount.scaleb(decimals)
    if units != units.to_integral_value():
        raise PaymentError(f"{amount} {currency} is no whole number of units")
    return int(units)


def from_units(units: int, currency: str) -> Decimal:
    """The amount that Stripe writes as `units`."""
    return Decimal(units).scaleb(-(2 if currency in TWO_DECIMALS else minor_units(currency)))


class StripeProvider(CardProvider):
    """Stripe Checkout with manual capture.

    `api_key` and `endpoint_secret` come from the environment; `http_client` is how tests stand in
    for Stripe's servers.
    """

    name = "stripe"

    def __init__(
        self, api_key: str, endpoint_secret: str = "", http_client: Any = None, **options: Any
    ) -> None:
        super().__init__(**options)
        self.endpoint_secret = endpoint_secret
        self.client = stripe.StripeClient(api_key, http_client=http_client)

    def open_checkout(self, payment: CardPayment) -> Checkout:
        """Make the page at Stripe."""
        try:
            session = self.client.v1.checkout.sessions.create(
                self._page(payment), {"idempotency_key": f"{payment.token}:checkout"}
            )
        except stripe.StripeError as error:
            raise PaymentError(str(error)) from error
        if not session.url:
            raise PaymentError("Stripe made a page without an address")
        return Checkout(session.id, session.url)

    def _page(self, payment: CardPayment) -> Any:
        return {
            "mode": "payment",
            "payment_method_types": ["card"],
            "client_reference_id": payment.token,
            "payment_intent_data": {"capture_method": "manual", "metadata": {"token": payment.token}},
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": payment.currency.lower(),
                        "unit_amount": to_units(payment.total, payment.currency),
                        "product_data": {"name": payment.description},
                    },
                }
            ],
            "success_url": payment.get_success_url(),
            "cancel_url": payment.get_failure_url(),
        }

    def read(self, request: HttpRequest) -> tuple[CardPayment, Report] | None:
        """Check the signature of a webhook and read its event."""
        try:
            event = stripe.Webhook.construct_event(
                request.body, request.headers.get("Stripe-Signature", ""), self.endpoint_secret
            ).to_dict()
        except (ValueError, stripe.SignatureVerificationError) as error:
            raise PaymentError("this is not signed by Stripe", code=400) from error
        return self._understand(event)

    def _understand(self, event: dict[str, Any]) -> tuple[CardPayment, Report] | None:
        reader = _READERS.get(event["type"])
        if reader is None:
            return None
        subject = event["data"]["object"]
        payment = _find(subject)
        report = reader(event, subject)
        return None if payment is None or report is None else (payment, report)

    def look_up(self, payment: CardPayment) -> Report | None:
        """Ask Stripe where the payment stands."""
        intent = self._intent(payment)
        return None if intent is None else _said_of_intent(intent)

    def _intent(self, payment: CardPayment) -> dict[str, Any] | None:
        try:
            intent_id = payment.intent
            if not intent_id and payment.transaction_id:
                session = self.client.v1.checkout.sessions.retrieve(payment.transaction_id).to_dict()
                intent_id = session.get("payment_intent") or ""
            return self.client.v1.payment_intents.retrieve(intent_id).to_dict() if intent_id else None
        except stripe.StripeError as error:
            raise PaymentError(str(error)) from error

    def capture_hold(self, payment: CardPayment) -> Report:
        """Take all that is held; when Stripe refuses, say where the payment stands instead."""
        try:
            intent = self.client.v1.payment_intents.capture(
                payment.intent, {}, {"idempotency_key": f"{payment.token}:capture"}
            )
        except stripe.InvalidRequestError as error:
            return self._instead(payment, error)
        except stripe.StripeError as error:
            raise PaymentError(str(error)) from error
        return self._required(intent.to_dict())

    def release_hold(self, payment: CardPayment) -> Report | None:
        """Cancel the payment intent; one that is cancelled already stays so."""
        intent = self._intent(payment)
        if intent is None:
            return None
        if intent["status"] == "succeeded":
            return self._required(intent)
        if intent["status"] != "canceled":
            try:
                intent = self.client.v1.payment_intents.cancel(
                    intent["id"], {}, {"idempotency_key": f"{payment.token}:release"}
                ).to_dict()
            except stripe.InvalidRequestError as error:
                return self._instead(payment, error)
            except stripe.StripeError as error:
                raise PaymentError(str(error)) from error
        return self._required(intent)

    def _instead(self, payment: CardPayment, error: stripe.StripeError) -> Report:
        """What a refused capture or release means: it happened before, or the hold is gone."""
        intent = self._intent(payment)
        report = None if intent is None else _said_of_intent(intent)
        if report is None or report.said not in (Said.CAPTURED, Said.VOIDED):
            raise PaymentError(str(error)) from error
        return report

    def _required(self, intent: dict[str, Any]) -> Report:
        report = _said_of_intent(intent)
        if report is None:
            raise PaymentError(f"unexpected status {intent['status']} of {intent['id']}")
        return report

    def give_back(self, payment: CardPayment, amount: Decimal, *, refund_id: str) -> Report | None:
        """Refund part of, or all that was taken."""
        try:
            refund = self.client.v1.refunds.create(
                {
                    "payment_intent": payment.intent,
                    "amount": to_units(amount, payment.currency),
                    "metadata": {"token": payment.token, "refund": refund_id},
                },
                {"idempotency_key": f"{refund_id}:refund"},
            )
        except stripe.StripeError as error:
            raise PaymentError(str(error)) from error
        return _refund({}, refund.to_dict())

    def close_checkout(self, payment: CardPayment) -> None:
        """Expire the page, and give up an authorisation that came in the same moment."""
        if not payment.transaction_id:
            return
        try:
            self.client.v1.checkout.sessions.expire(payment.transaction_id)
        except stripe.InvalidRequestError:
            # Completed or expired already: what it led to comes by webhook.
            return
        except stripe.StripeError as error:
            raise PaymentError(str(error)) from error


def _find(subject: dict[str, Any]) -> CardPayment | None:
    """The payment that an event is about: by our token, else by Stripe's id of the money."""
    token = subject.get("client_reference_id") or (subject.get("metadata") or {}).get("token")
    if token:
        return CardPayment.objects.filter(token=token).first()
    intent = subject.get("payment_intent") or subject.get("id")
    return CardPayment.objects.filter(intent=intent).first() if intent else None


def _source(intent_id: str) -> str:
    return f"stripe:{intent_id}"


def _said_of_intent(intent: dict[str, Any]) -> Report | None:
    """What the status of a payment intent says; None while the customer has not paid."""
    said = {
        "requires_capture": (Said.AUTHORISED, "amount_capturable"),
        "succeeded": (Said.CAPTURED, "amount_received"),
        "canceled": (Said.VOIDED, None),
    }.get(intent["status"])
    if said is None:
        return None
    currency = intent["currency"].upper()
    return Report(
        said[0],
        _source(intent["id"]),
        amount=from_units(intent[said[1]], currency) if said[1] else Decimal(0),
        currency=currency,
        intent=intent["id"],
        note=intent.get("cancellation_reason") or "",
    )


def _session_completed(event: dict[str, Any], session: dict[str, Any]) -> Report | None:
    """A card page that is complete holds the money: cards answer at once, and we capture by hand."""
    currency = session["currency"].upper()
    return Report(
        Said.CAPTURED if session["payment_status"] == "paid" else Said.AUTHORISED,
        _source(session["payment_intent"]),
        amount=from_units(session["amount_total"], currency),
        currency=currency,
        intent=session["payment_intent"],
    )


def _session_expired(event: dict[str, Any], session: dict[str, Any]) -> Report | None:
    return Report(Said.EXPIRED, f"stripe:{session['id']}", note="the page ran out")


def _intent_moved(event: dict[str, Any], intent: dict[str, Any]) -> Report | None:
    return _said_of_intent(intent)


def _intent_failed(event: dict[str, Any], intent: dict[str, Any]) -> Report | None:
    error = intent.get("last_payment_error") or {}
    return Report(
        Said.FAILED,
        _source(intent["id"]),
        fact=event["id"],
        intent=intent["id"],
        note=error.get("message") or "",
    )


def _refund(event: dict[str, Any], refund: dict[str, Any]) -> Report | None:
    if refund["status"] != "succeeded":
        return None
    currency = refund["currency"].upper()
    return Report(
        Said.REFUNDED,
        _source(refund["payment_intent"]),
        amount=from_units(refund["amount"], currency),
        currency=currency,
        fact=refund["id"],
    )


_READERS = {
    "checkout.session.completed": _session_completed,
    "checkout.session.expired": _session_expired,
    "payment_intent.amount_capturable_updated": _intent_moved,
    "payment_intent.succeeded": _intent_moved,
    "payment_intent.canceled": _intent_moved,
    "payment_intent.payment_failed": _intent_failed,
    "refund.created": _refund,
    "refund.updated": _refund,
    "charge.refund.updated": _refund,
}
