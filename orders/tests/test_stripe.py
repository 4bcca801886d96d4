"""Cards through Stripe: real requests, real signatures, real parsing; only Stripe's servers are faked."""

import hashlib
import hmac
import json
import time
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import pytest
import stripe
from django.test import Client
from payments import PaymentError
from payments import core as payments_core

from clutch.core.errors import Unavailable
from orders import actions
from orders.enums import CardStatus, FraudStatus, OrderStatus, PaymentStatus
from orders.models import CardPayment, Order, PaymentEntry
from orders.payments import desk
from orders.payments.stripe import StripeProvider, from_units, to_units
from orders.tests.acts import as_user
from orders.tests.paying import (
    bought,
    card_of,
    card_sums,
    deliver,
    faults,
    let_payment_expire,
    prepare,
    run_payment_jobs,
    seller,
    ship,
    sums,
)

pytestmark = pytest.mark.django_db

SECRET = "whsec_for_tests"
TOTAL = Decimal("350.000")


class FakeStripe(stripe.HTTPClient):
    """Stripe's servers, as far as we use them: sessions, payment intents, refunds, idempotency keys."""

    name = "fake"

    def __init__(self) -> None:
        super().__init__()
        self.intents: dict[str, dict[str, Any]] = {}
        self.sessions: dict[str, dict[str, Any]] = {}
        self.answered: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.away = False

    def request(
        self, method: str, url: str, headers: Any, post_data: Any = None, *, _usage: Any = None
    ) -> tuple[str, int, dict[str, str]]:
        """Answer one HTTP request."""
        if self.away:
            raise stripe.APIConnectionError("the line is dead")
        path = url.partition("/v1/")[2]
        fields = {name: values[0] for name, values in parse_qs(post_data or "").items()}
        self.asked.append((method.upper(), path, fields))
        key = headers.get("Idempotency-Key")
        if key and key in self.answered:
            return json.dumps(self.answered[key]), 200, {}
        answer = self._do(method.upper(), path, fields)
        if "error" in answer:
            return json.dumps(answer), 400, {}
        if key:
            self.answered[key] = answer
        return json.dumps(answer), 200, {}

    def close(self) -> None:
        """Nothing is open."""

    def _do(self, method: str, path: str, fields: dict[str, str]) -> dict[str, Any]:
        parts = path.split("/")
        if path == "checkout/sessions":
            return self._session(fields)
        if parts[0] == "checkout":
            session = self.sessions[parts[2]]
            if method == "GET":
                return session
            if session["status"] != "open":
                return _error("This session is not open.")
            session["status"] = "expired"
            return session
        if parts[0] == "refunds":
            intent = self.intents[fields["payment_intent"]]
            return {
                "id": f"re_{len(self.asked)}",
                "object": "refund",
                "status": "succeeded",
                "amount": int(fields["amount"]),
                "currency": intent["currency"],
                "payment_intent": intent["id"],
                "metadata": {"token": fields["metadata[token]"], "refund": fields["metadata[refund]"]},
            }
        intent = self.intents[parts[1]]
        if len(parts) == 2:
            return intent
        if intent["status"] != "requires_capture":
            return _error(f"This PaymentIntent is {intent['status']}.")
        if parts[2] == "capture":
            intent.update(
                status="succeeded", amount_received=intent["amount_capturable"], amount_capturable=0
            )
        else:
            intent.update(status="canceled", amount_capturable=0)
        return intent

    def _session(self, fields: dict[str, str]) -> dict[str, Any]:
        number = len(self.sessions) + 1
        price = "line_items[0][price_data]"
        session = {
            "id": f"cs_{number}",
            "object": "checkout.session",
            "url": f"https://checkout.stripe.example/cs_{number}",
            "status": "open",
            "payment_status": "unpaid",
            "payment_intent": None,
            "client_reference_id": fields["client_reference_id"],
            "amount_total": int(fields[f"{price}[unit_amount]"]),
            "currency": fields[f"{price}[currency]"],
        }
        self.sessions[str(session["id"])] = session
        return session

    def pay(self, session_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """The customer's card is held; returns the session and its payment intent."""
        session = self.sessions[session_id]
        intent = {
            "id": f"pi_{session_id}",
            "object": "payment_intent",
            "status": "requires_capture",
            "amount_capturable": session["amount_total"],
            "amount_received": 0,
            "currency": session["currency"],
            "metadata": {"token": session["client_reference_id"]},
            "cancellation_reason": None,
        }
        self.intents[str(intent["id"])] = intent
        session.update(status="complete", payment_intent=intent["id"])
        return session, intent


def _error(message: str) -> dict[str, Any]:
    return {"error": {"type": "invalid_request_error", "message": message}}


@pytest.fixture
def servers(settings: Any, monkeypatch: pytest.MonkeyPatch) -> FakeStripe:
    """Stripe is the provider, and its servers are ours."""
    fake = FakeStripe()
    settings.PAYMENT_VARIANTS = {
        "stripe": (
            "orders.payments.stripe.StripeProvider",
            {"api_key": "sk_test_x", "endpoint_secret": SECRET, "http_client": fake},
        )
    }
    monkeypatch.setattr(payments_core, "PROVIDER_CACHE", {})
    return fake


def webhook(
    kind: str, subject: dict[str, Any], *, secret: str = SECRET, event_id: str = "evt_1", at: int = 0
) -> Any:
    """Stripe sends an event; returns the answer."""
    body = json.dumps(
        {
            "id": event_id,
            "object": "event",
            "type": kind,
            "data": {"object": subject},
            "api_version": "2026-01-01",
        }
    )
    at = at or int(time.time())
    signature = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return Client().post(
        "/payments/process/stripe",
        body,
        content_type="application/json",
        headers={"Stripe-Signature": f"t={at},v1={signature}"},
    )


def open_page(order: Order) -> str:
    """The customer opens the provider's page; returns the id of the session."""
    desk.open_checkout(card_of(order).pk, actor=as_user(order.customer))
    return str(card_of(order).transaction_id)


def held(servers: FakeStripe) -> Order:
    """An order whose card holds the money."""
    order = bought("card")
    session, _intent = servers.pay(open_page(order))
    assert webhook("checkout.session.completed", session).status_code == 200
    order.refresh_from_db()
    return order


def test_page_asks_stripe_to_hold_and_not_to_take(servers: FakeStripe) -> None:
    order = bought("card")
    assert servers.asked == []
    open_page(order)
    [(method, path, fields)] = servers.asked
    assert (method, path) == ("POST", "checkout/sessions")
    assert fields["payment_intent_data[capture_method]"] == "manual"
    assert fields["payment_method_types[0]"] == "card"
    assert fields["line_items[0][price_data][unit_amount]"] == "35000"
    assert fields["line_items[0][price_data][currency]"] == "egp"
    assert fields["client_reference_id"] == card_of(order).token
    url = desk.open_checkout(card_of(order).pk, actor=as_user(order.customer))
    assert (url, len(servers.asked)) == ("https://checkout.stripe.example/cs_1", 1)


def test_card_is_held_then_taken_on_delivery(servers: FakeStripe) -> None:
    order = held(servers)
    assert sums(order) == {"due": TOTAL, "authorised": TOTAL}
    for step in (prepare, ship, deliver):
        step(order)
    assert run_payment_jobs() == 1
    order.refresh_from_db()
    assert order.payment_status == PaymentStatus.PAID
    assert sums(order) == {"due": TOTAL, "authorised": TOTAL, "captured": TOTAL}
    [intent] = servers.intents.values()
    assert webhook("payment_intent.succeeded", intent).json() == {"outcome": "repeated"}
    assert faults() == []


def test_all_words_of_one_hold_are_one_entry(servers: FakeStripe) -> None:
    order = bought("card")
    session, intent = servers.pay(open_page(order))
    outcomes = [
        webhook(kind, subject).json()["outcome"]
        for kind, subject in (
            ("payment_intent.amount_capturable_updated", intent),
            ("checkout.session.completed", session),
            ("checkout.session.completed", session),
        )
    ]
    assert outcomes == ["recorded", "repeated", "repeated"]
    assert sums(order) == {"due": TOTAL, "authorised": TOTAL}


@pytest.mark.parametrize("secret", ["whsec_other", ""])
def test_event_with_a_wrong_signature_is_refused(servers: FakeStripe, secret: str) -> None:
    order = bought("card")
    session, _intent = servers.pay(open_page(order))
    answer = webhook("checkout.session.completed", session, secret=secret)
    assert (answer.status_code, answer.json()) == (400, {"error": "refused"})
    assert sums(order) == {"due": TOTAL}


def test_without_a_secret_of_our_own_no_signature_is_good(servers: FakeStripe, settings: Any) -> None:
    """An empty secret is one that everybody knows."""
    order = bought("card")
    session, _intent = servers.pay(open_page(order))
    settings.PAYMENT_VARIANTS["stripe"][1]["endpoint_secret"] = ""
    payments_core.PROVIDER_CACHE.clear()
    answer = webhook("checkout.session.completed", session, secret="")
    assert (answer.status_code, answer.json()) == (400, {"error": "refused"})
    assert sums(order) == {"due": TOTAL}


@pytest.mark.parametrize("header", ["", "t=1,v1=00", "nonsense"])
def test_event_without_a_good_signature_is_refused(servers: FakeStripe, header: str) -> None:
    answer = Client().post(
        "/payments/process/stripe",
        "{}",
        content_type="application/json",
        headers={"Stripe-Signature": header},
    )
    assert answer.status_code == 400


def test_event_signed_long_ago_is_refused(servers: FakeStripe) -> None:
    order = bought("card")
    session, _intent = servers.pay(open_page(order))
    answer = webhook("checkout.session.completed", session, at=int(time.time()) - 3600)
    assert answer.status_code == 400
    assert sums(order) == {"due": TOTAL}


@pytest.mark.parametrize("change", [{"amount_total": 34999}, {"currency": "usd"}])
def test_wrong_amount_or_currency_is_flagged_and_the_hold_let_go(
    servers: FakeStripe, change: dict[str, Any]
) -> None:
    order = bought("card")
    session, intent = servers.pay(open_page(order))
    answer = webhook("checkout.session.completed", {**session, **change})
    assert answer.json() == {"outcome": "flagged"}
    assert sums(order) == {"due": TOTAL}
    assert card_of(order).fraud_status == FraudStatus.REVIEW
    assert run_payment_jobs() == 1
    assert intent["status"] == "canceled"
    assert sums(order) == {"due": TOTAL}


def test_declined_card_is_told_and_may_be_tried_again(servers: FakeStripe) -> None:
    order = bought("card")
    session_id = open_page(order)
    declined = {
        "id": "pi_x",
        "object": "payment_intent",
        "status": "requires_payment_method",
        "currency": "egp",
        "metadata": {"token": card_of(order).token},
        "last_payment_error": {"message": "Your card was declined."},
    }
    assert (
        webhook("payment_intent.payment_failed", declined, event_id="evt_7").json()["outcome"] == "recorded"
    )
    assert (
        webhook("payment_intent.payment_failed", declined, event_id="evt_7").json()["outcome"] == "repeated"
    )
    order.refresh_from_db()
    assert order.payment_status == PaymentStatus.FAILED
    assert PaymentEntry.objects.get(order=order, kind="failed").note == "Your card was declined."
    session, _intent = servers.pay(session_id)
    webhook("checkout.session.completed", session)
    order.refresh_from_db()
    assert order.payment_status == PaymentStatus.PENDING


def test_time_to_pay_over_closes_the_page(servers: FakeStripe) -> None:
    order = bought("card")
    session_id = open_page(order)
    let_payment_expire(order)
    run_payment_jobs()
    assert (order.status, servers.sessions[session_id]["status"]) == (OrderStatus.QUOTED, "expired")
    assert webhook("checkout.session.expired", servers.sessions[session_id]).json() == {"outcome": "ignored"}
    assert faults() == []


def test_hold_whose_word_is_under_way_saves_the_order(servers: FakeStripe) -> None:
    order = bought("card")
    session, _intent = servers.pay(open_page(order))
    let_payment_expire(order)
    assert order.status == OrderStatus.ACCEPTED
    assert sums(order) == {"due": TOTAL, "authorised": TOTAL}
    assert webhook("checkout.session.completed", session).json() == {"outcome": "repeated"}


def test_hold_of_a_second_page_whose_word_is_under_way_saves_the_order(servers: FakeStripe) -> None:
    """The clock of the first payment runs out too, and asks after the one that waits now."""
    order = bought("card")
    first = servers.sessions[open_page(order)]
    assert webhook("checkout.session.expired", first).json() == {"outcome": "recorded"}
    second = actions.pay_again(order.pk, actor=as_user(order.customer))
    servers.pay(open_page(order))
    let_payment_expire(order)
    assert order.status == OrderStatus.ACCEPTED
    assert CardPayment.objects.get(pk=second.pk).status == CardStatus.PREAUTH


def test_payment_that_stripe_has_cancelled_leaves_no_order_behind(servers: FakeStripe) -> None:
    """Its time runs out as that of any other that was not authorised."""
    order = bought("card")
    session_id = open_page(order)
    _session, intent = servers.pay(session_id)
    servers.intents[intent["id"]].update(status="canceled", amount_capturable=0)
    webhook("payment_intent.canceled", servers.intents[intent["id"]])
    assert card_of(order).status == CardStatus.CANCELLED
    let_payment_expire(order)
    assert (order.status, order.payment_due_at) == (OrderStatus.QUOTED, None)
    assert faults() == []


def test_late_hold_is_let_go(servers: FakeStripe) -> None:
    order = bought("card")
    session_id = open_page(order)
    servers.away = True
    card = card_of(order)
    Order.objects.filter(pk=order.pk).update(payment_due_at=order.created_at)
    desk.expire(card.pk, actor=seller(order))
    servers.away = False
    session, intent = servers.pay(session_id)
    webhook("checkout.session.completed", session)
    assert card_sums(order) == {"authorised": TOTAL}
    run_payment_jobs()
    assert intent["status"] == "canceled"
    assert card_sums(order) == {"authorised": TOTAL, "voided": TOTAL}
    assert webhook("payment_intent.canceled", intent).json() == {"outcome": "repeated"}
    assert faults() == []


def test_cancelling_lets_the_hold_go_once(servers: FakeStripe) -> None:
    order = held(servers)
    actions.cancel_order(order.pk, reason="", actor=as_user(order.customer))
    card = card_of(order)
    desk.release(card.pk)
    desk.release(card.pk)
    assert sums(order) == {"authorised": TOTAL, "voided": TOTAL}
    assert [path for method, path, _f in servers.asked if path.endswith("/cancel")] == [
        f"payment_intents/{card.intent}/cancel"
    ]


def test_refund_reaches_stripe_once(servers: FakeStripe) -> None:
    order = held(servers)
    for step in (prepare, ship, deliver):
        step(order)
    run_payment_jobs()
    actions.refund(order.pk, amount=Decimal(100), reason="", actor=seller(order))
    entry = PaymentEntry.objects.get(order=order, kind="refund_due")
    refund_id = entry.reference.removeprefix("refund:")
    for _ in range(2):
        desk.give_back(card_of(order).pk, refund_id=refund_id, amount=Decimal(100))
    assert sums(order)["refunded"] == Decimal(100)
    by_hand = {
        "id": "re_by_hand",
        "object": "refund",
        "status": "succeeded",
        "amount": 5000,
        "currency": "egp",
        "payment_intent": card_of(order).intent,
        "metadata": {},
    }
    assert webhook("refund.created", by_hand).json() == {"outcome": "recorded"}
    assert webhook("refund.updated", by_hand).json() == {"outcome": "repeated"}
    assert sums(order)["refunded"] == Decimal(150)
    assert faults() == []


def test_hold_that_stripe_has_let_go_fails_the_payment_instead_of_the_job(servers: FakeStripe) -> None:
    order = held(servers)
    for step in (prepare, ship, deliver):
        step(order)
    servers.intents[card_of(order).intent].update(status="canceled", amount_capturable=0)
    run_payment_jobs()
    order.refresh_from_db()
    assert order.payment_status == PaymentStatus.FAILED
    assert sums(order) == {"due": TOTAL, "authorised": TOTAL, "voided": TOTAL}
    again = actions.pay_again(order.pk, actor=as_user(order.customer))
    session, _intent = servers.pay(open_page(order))
    webhook("checkout.session.completed", session, event_id="evt_2")
    run_payment_jobs()
    order.refresh_from_db()
    assert (order.payment_status, CardPayment.objects.get(pk=again.pk).status) == (
        PaymentStatus.PAID,
        CardStatus.CONFIRMED,
    )
    assert faults() == []


def test_stripe_away_is_unavailable_and_a_job_is_tried_again(servers: FakeStripe) -> None:
    order = bought("card")
    servers.away = True
    with pytest.raises(Unavailable):
        desk.open_checkout(card_of(order).pk, actor=as_user(order.customer))
    servers.away = False
    session, _intent = servers.pay(open_page(order))
    webhook("checkout.session.completed", session)
    order.refresh_from_db()
    for step in (prepare, ship, deliver):
        step(order)
    servers.away = True
    with pytest.raises(PaymentError):
        desk.capture(card_of(order).pk)
    servers.away = False
    desk.capture(card_of(order).pk)
    assert sums(order)["captured"] == TOTAL


def test_event_that_does_not_concern_us_is_ignored(servers: FakeStripe) -> None:
    assert webhook("customer.created", {"id": "cus_1", "object": "customer"}).json() == {"outcome": "ignored"}
    unknown = {
        "id": "pi_9",
        "object": "payment_intent",
        "status": "succeeded",
        "currency": "egp",
        "metadata": {},
    }
    answer = webhook("payment_intent.succeeded", {**unknown, "amount_received": 1})
    assert answer.json() == {"outcome": "ignored"}


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [("350", "EGP", 35000), ("12.345", "KWD", 12345), ("500", "JPY", 500), ("500", "ISK", 50000)],
)
def test_amounts_in_the_units_of_stripe(amount: str, currency: str, units: int) -> None:
    assert to_units(Decimal(amount), currency) == units
    assert from_units(units, currency) == Decimal(amount)


def test_fraction_of_a_unit_is_refused() -> None:
    with pytest.raises(PaymentError):
        to_units(Decimal("1.001"), "EGP")


def test_provider_is_made_from_the_settings(servers: FakeStripe) -> None:
    order = bought("card")
    assert isinstance(desk.provider_of(card_of(order)), StripeProvider)
