"""Whatever happens in whatever order, the ledger adds up: a machine that buys, pays, fails and returns."""

from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from clutch.core.errors import DomainError
from orders import actions, ledger, queries
from orders.actions.settlement import Outcome, Report, Said, settle_card_payment
from orders.models import CardPayment
from orders.payments.provider import provider_actor
from orders.tests.acts import accept, as_user
from orders.tests.paying import (
    deliver,
    let_payment_expire,
    prepare,
    quoted,
    run_payment_jobs,
    seller,
    ship,
    shop_of,
)

SAID = [Said.AUTHORISED, Said.CAPTURED, Said.VOIDED, Said.FAILED, Said.EXPIRED]


class Payments(RuleBasedStateMachine):
    """One order, and everybody who may do something to its money. What is refused changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.sandbox = transaction.atomic()
        # As the test case's own block: acts are outermost all the same.
        self.sandbox._from_testcase = True  # type: ignore[attr-defined]
        self.sandbox.__enter__()

    def teardown(self) -> None:
        """Leave the database as it was."""
        transaction.set_rollback(True)
        self.sandbox.__exit__(None, None, None)

    @initialize(method=st.sampled_from(["card", "card", "card", "cash"]))
    def begin(self, method: str) -> None:
        self.order = quoted(shops=2)
        self.sent: list[tuple[Any, Report]] = []
        self.accept(method)

    def attempt(self, act: Any) -> None:
        """Do something that may be refused; a refusal leaves the ledger as it was."""
        before = ledger.balance(self.order.pk)
        try:
            act()
        except DomainError:
            assert ledger.balance(self.order.pk) == before
        self.order.refresh_from_db()

    def send(self, card: CardPayment, report: Report) -> Outcome:
        """The provider says something."""
        return settle_card_payment(card.pk, report=report, actor=provider_actor("machine"))

    def status_in(self, *statuses: str) -> bool:
        """Whether the order stands in one of the statuses."""
        return self.order.status in statuses

    def cards(self) -> list[CardPayment]:
        """All card payments, the newest first: index 0 is mostly the one that matters."""
        return list(CardPayment.objects.filter(order=self.order).order_by("-created_at"))

    def accept(self, method: str) -> None:
        """The customer takes the cheapest quote that stands."""
        live = queries.live_quotes(self.order, timezone.now()).order_by("total_price").first()
        if live is not None:
            self.attempt(lambda: accept(self.order, live, payment_method=method))

    @precondition(lambda self: self.status_in("quoted"))
    @rule(method=st.sampled_from(["card", "card", "cash"]))
    def accept_again(self, method: str) -> None:
        self.accept(method)

    @precondition(lambda self: self.cards())
    @rule(said=st.sampled_from(SAID), which=st.sampled_from([0, 0, 1]), times=st.integers(1, 2))
    def provider_says(self, said: Said, which: int, times: int) -> None:
        cards = self.cards()
        card = cards[which % len(cards)]
        report = Report(said, f"pretend:{card.token}", amount=card.total, currency=card.currency)
        self.sent.append((card, report))
        for _ in range(times):
            self.attempt(lambda: self.send(card, report))

    @precondition(lambda self: self.cards())
    @rule(said=st.sampled_from([Said.AUTHORISED, Said.CAPTURED]), less=st.sampled_from([-1, 1]))
    def provider_says_what_does_not_fit(self, said: Said, less: int) -> None:
        card = self.cards()[0]
        odd = Report(said, f"pretend:{card.token}", amount=card.total + less, currency=card.currency)
        self.attempt(lambda: self.send(card, odd))

    @precondition(lambda self: any(card.captured_amount for card in self.cards()))
    @rule(amount=st.integers(1, 400), times=st.integers(1, 2))
    def provider_refunds_by_hand(self, amount: int, times: int) -> None:
        card = next(card for card in self.cards() if card.captured_amount)
        report = Report(
            Said.REFUNDED,
            f"pretend:{card.token}",
            amount=Decimal(amount),
            currency=card.currency,
            fact=f"hand{len(self.sent)}",
        )
        self.sent.append((card, report))
        for _ in range(times):
            self.attempt(lambda: self.send(card, report))

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 50))
    def provider_repeats_itself(self, which: int) -> None:
        card, report = self.sent[which % len(self.sent)]
        self.attempt(lambda: self.send(card, report))

    @precondition(lambda self: self.status_in("accepted", "delivered") and self.cards())
    @rule()
    def pay_again(self) -> None:
        self.attempt(lambda: actions.pay_again(self.order.pk, actor=as_user(self.order.customer)))

    @precondition(lambda self: self.order.payment_due_at is not None)
    @rule()
    def time_is_over(self) -> None:
        let_payment_expire(self.order)

    @rule()
    def jobs_run(self) -> None:
        run_payment_jobs()
        self.order.refresh_from_db()

    @precondition(lambda self: self.status_in("accepted", "processing", "shipped"))
    @rule()
    def cancel(self) -> None:
        self.attempt(lambda: actions.cancel_order(self.order.pk, reason="", actor=seller(self.order)))

    @precondition(lambda self: self.status_in("accepted", "processing", "shipped"))
    @rule(steps=st.integers(1, 3))
    def shop_works(self, steps: int) -> None:
        for step, status in ((prepare, "accepted"), (ship, "processing"), (deliver, "shipped"))[:steps]:
            if self.order.status == status:
                self.attempt(partial(step, self.order))

    @precondition(lambda self: self.status_in("delivered"))
    @rule(amount=st.sampled_from([Decimal(350), Decimal(1)]))
    def shop_collects(self, amount: Decimal) -> None:
        self.attempt(
            lambda: actions.collect_cash(
                self.order.pk, shop_id=shop_of(self.order), amount=amount, actor=seller(self.order)
            )
        )

    @precondition(lambda self: self.order.payment_status in ("paid", "refunded"))
    @rule(amount=st.integers(1, 400))
    def shop_refunds(self, amount: int) -> None:
        self.attempt(
            lambda: actions.refund(self.order.pk, amount=Decimal(amount), reason="", actor=seller(self.order))
        )

    @invariant()
    def the_ledger_adds_up(self) -> None:
        if hasattr(self, "order"):
            assert [problem.says for problem in ledger.problems()] == []


def _run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Payments,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            # Shrinking plays the story again a hundred times, and each takes seconds.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
def test_ledger_adds_up_whatever_happens() -> None:
    _run(examples=8, steps=16)


@pytest.mark.long
@pytest.mark.django_db
def test_ledger_adds_up_whatever_happens_for_long() -> None:
    _run(examples=60, steps=25)
