"""Paying: the ledger, its sums, and what they do to the order."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from clutch.accounts.tests.factories import StaffFactory, UserFactory
from clutch.core.errors import Conflict, Invalid, NotAllowed, NotFound, Unavailable
from clutch.feed.actor import Actor
from clutch.feed.models import Job, StreamEntry
from orders import actions, ledger
from orders.actions.settlement import Outcome, Report, Said, settle_card_payment
from orders.enums import (
    CARD_TRANSITIONS,
    CardStatus,
    EntryKind,
    FraudStatus,
    OrderStatus,
    PaymentStatus,
    QuoteStatus,
)
from orders.models import CardPayment, Order, PaymentEntry
from orders.payments import desk
from orders.payments.pretend import PretendProvider
from orders.payments.provider import provider_actor
from orders.tests.acts import accept, as_member, as_user
from orders.tests.paying import (
    approve,
    bought,
    card_of,
    card_sums,
    cheapest,
    deliver,
    faults,
    fulfil,
    let_payment_expire,
    prepare,
    refuse,
    run_payment_jobs,
    seller,
    ship,
    shop_of,
    sums,
)
from shops.enums import Role

pytestmark = pytest.mark.django_db

TOTAL = Decimal("350.000")


def _settle(order: Order, said: Said, **changes: object) -> Outcome:
    card = card_of(order)
    fields: dict[str, object] = {"amount": card.total, "currency": card.currency, **changes}
    report = Report(said, f"pretend:{card.token}", **fields)  # type: ignore[arg-type]
    outcome = settle_card_payment(card.pk, report=report, actor=provider_actor("pretend"))
    order.refresh_from_db()
    return outcome


def test_card_order_is_held_then_taken_on_delivery() -> None:
    order = bought("card")
    assert sums(order) == {"due": TOTAL}
    assert approve(order) == Outcome.RECORDED
    assert sums(order) == {"due": TOTAL, "authorised": TOTAL}
    assert (order.payment_status, order.payment_due_at) == (PaymentStatus.PENDING, None)
    for step in (prepare, ship, deliver):
        step(order)
    assert sums(order) == {"due": TOTAL, "authorised": TOTAL}
    assert run_payment_jobs() == 1
    order.refresh_from_db()
    assert order.payment_status == PaymentStatus.PAID
    assert sums(order) == {"due": TOTAL, "authorised": TOTAL, "captured": TOTAL}
    assert (card_of(order).status, card_of(order).captured_amount) == (CardStatus.CONFIRMED, TOTAL)
    assert faults() == []


def test_cash_order_is_paid_when_the_shop_records_the_cash() -> None:
    order = fulfil(bought("cash"))
    assert order.payment_status == PaymentStatus.PENDING
    actions.collect_cash(order.pk, shop_id=shop_of(order), amount=Decimal("350.00"), actor=seller(order))
    order.refresh_from_db()
    assert order.payment_status == PaymentStatus.PAID
    assert sums(order) == {"due": TOTAL, "collected": TOTAL}
    with pytest.raises(Conflict) as refused:
        actions.collect_cash(order.pk, shop_id=shop_of(order), amount=TOTAL, actor=seller(order))
    assert refused.value.code == "already_paid"
    assert faults() == []


@pytest.mark.parametrize("amount", ["349.99", "350.01", "0", "-350"])
def test_cash_of_another_sum_is_refused_at_the_amount(amount: str) -> None:
    order = fulfil(bought("cash"))
    with pytest.raises(Invalid) as refused:
        actions.collect_cash(order.pk, shop_id=shop_of(order), amount=Decimal(amount), actor=seller(order))
    assert list(refused.value.fields) == ["amount"]
    assert sums(order) == {"due": TOTAL}


def test_cash_is_not_recorded_before_delivery_or_for_a_card() -> None:
    order = bought("cash")
    with pytest.raises(Conflict) as early:
        actions.collect_cash(order.pk, shop_id=shop_of(order), amount=TOTAL, actor=seller(order))
    card = fulfil(bought("card"))
    with pytest.raises(Conflict) as by_card:
        actions.collect_cash(card.pk, shop_id=shop_of(card), amount=TOTAL, actor=seller(card))
    assert (early.value.code, by_card.value.code) == ("not_delivered", "not_cash")


@pytest.mark.parametrize("role", [Role.STOREKEEPER, Role.ACCOUNTANT])
def test_cash_is_recorded_only_by_those_who_handle_it(role: Role) -> None:
    order = fulfil(bought("cash"))
    assert order.shop is not None
    with pytest.raises(NotAllowed):
        actions.collect_cash(
            order.pk, shop_id=shop_of(order), amount=TOTAL, actor=as_member(order.shop, role)
        )
    with pytest.raises(NotAllowed):
        actions.collect_cash(order.pk, shop_id=shop_of(order), amount=TOTAL, actor=as_user(order.customer))
    with pytest.raises(NotFound):
        actions.collect_cash(order.pk, shop_id=shop_of(order), amount=TOTAL, actor=as_user(UserFactory()))
    assert sums(order) == {"due": TOTAL}


def test_ledger_refuses_to_be_changed() -> None:
    order = bought("card")
    entry = PaymentEntry.objects.get(order=order)
    with pytest.raises(Exception, match="append_only"), transaction.atomic():
        PaymentEntry.objects.filter(pk=entry.pk).update(amount=1)
    with pytest.raises(Exception, match="append_only"), transaction.atomic():
        entry.delete()
    assert sums(order) == {"due": TOTAL}


@pytest.mark.parametrize(
    ("kind", "amount"),
    [
        (EntryKind.DUE, 0),
        (EntryKind.AUTHORISED, -1),
        (EntryKind.VOIDED, 1),
        (EntryKind.CAPTURED, 0),
        (EntryKind.REFUNDED, 1),
        (EntryKind.FAILED, 1),
    ],
)
def test_ledger_refuses_wrong_signs(kind: EntryKind, amount: int) -> None:
    order = bought("cash")
    with pytest.raises(Exception, match="payment_entry_sign"), transaction.atomic():
        PaymentEntry.objects.create(
            order=order, kind=kind, amount=amount, currency="EGP", method="cash", reference="x"
        )


def test_same_report_twice_is_one_entry() -> None:
    order = bought("card")
    assert [approve(order), approve(order)] == [Outcome.RECORDED, Outcome.REPEATED]
    assert sums(order) == {"due": TOTAL, "authorised": TOTAL}


@pytest.mark.parametrize(
    ("said", "changes"),
    [
        (Said.AUTHORISED, {"amount": Decimal("349.99")}),
        (Said.AUTHORISED, {"amount": Decimal("350.01")}),
        (Said.AUTHORISED, {"currency": "USD"}),
        (Said.CAPTURED, {"amount": Decimal(1)}),
        (Said.CAPTURED, {"currency": "USD"}),
        (Said.REFUNDED, {"amount": Decimal(1)}),
    ],
)
def test_report_that_does_not_fit_is_flagged_and_not_written(said: Said, changes: dict[str, object]) -> None:
    order = bought("card")
    assert _settle(order, said, **changes) == Outcome.FLAGGED
    assert sums(order) == {"due": TOTAL}
    card = card_of(order)
    assert (card.fraud_status, card.status) == (FraudStatus.REVIEW, CardStatus.WAITING)
    event = StreamEntry.objects.get(stream="staff", type="order-stuck")
    assert event.data["reason"] == "payment_mismatch"
    with pytest.raises(Conflict):
        prepare(order)


def test_capture_before_its_authorisation_is_understood() -> None:
    order = bought("card")
    assert _settle(order, Said.CAPTURED) == Outcome.RECORDED
    assert sums(order) == {"due": TOTAL, "authorised": TOTAL, "captured": TOTAL}
    assert order.payment_status == PaymentStatus.PAID
    assert _settle(order, Said.AUTHORISED) == Outcome.REPEATED
    assert faults() == []


def test_charge_after_its_hold_was_given_up_is_recorded_and_sent_back() -> None:
    """Whatever a provider makes of its own holds: money that moved is written, not refused with a fault."""
    order = bought("card")
    approve(order)
    for said in (Said.VOIDED, Said.CAPTURED, Said.CAPTURED):
        _settle(order, said)
    assert card_sums(order) == {
        "authorised": 2 * TOTAL,
        "voided": TOTAL,
        "captured": TOTAL,
        "refund_due": TOTAL,
    }
    assert faults() == []


def test_refused_card_may_be_tried_again() -> None:
    order = bought("card")
    refuse(order)
    assert order.payment_status == PaymentStatus.FAILED
    assert sums(order) == {"due": TOTAL}
    again = actions.pay_again(order.pk, actor=as_user(order.customer))
    assert again.pk == card_of(order).pk
    approve(order)
    assert order.payment_status == PaymentStatus.PENDING
    assert faults() == []


def test_page_that_ran_out_gives_way_to_a_new_payment() -> None:
    order = bought("card")
    first = card_of(order)
    assert _settle(order, Said.EXPIRED) == Outcome.RECORDED
    second = actions.pay_again(order.pk, actor=as_user(order.customer))
    assert second.pk != first.pk
    assert second.expires_at == first.expires_at
    approve(order)
    assert {card.status for card in order.card_payments.all()} == {CardStatus.REJECTED, CardStatus.PREAUTH}
    with pytest.raises(Conflict) as paid:
        actions.pay_again(order.pk, actor=as_user(order.customer))
    assert paid.value.code == "already_paid"


def test_payment_is_opened_by_its_customer_only() -> None:
    order = bought("card")
    for actor in (as_user(UserFactory()), seller(order)):
        with pytest.raises(NotFound):
            actions.pay_again(order.pk, actor=actor)


def test_card_without_a_provider_is_refused_and_nothing_is_accepted(settings: object) -> None:
    settings.PAYMENT_VARIANTS = {}  # type: ignore[attr-defined]
    with pytest.raises(Unavailable):
        bought("card")
    assert list(Order.objects.values_list("status", flat=True)) == [OrderStatus.QUOTED]
    assert not PaymentEntry.objects.exists()


def test_order_of_a_card_waits_for_its_authorisation() -> None:
    order = bought("card")
    with pytest.raises(Conflict) as refused:
        prepare(order)
    assert refused.value.code == "not_authorised"
    approve(order)
    prepare(order)
    assert order.status == OrderStatus.PROCESSING


def test_hold_that_is_gone_stops_the_shipping() -> None:
    order = bought("card")
    approve(order)
    prepare(order)
    assert _settle(order, Said.VOIDED) == Outcome.RECORDED
    assert order.payment_status == PaymentStatus.FAILED
    with pytest.raises(Conflict) as refused:
        ship(order)
    assert refused.value.code == "not_authorised"
    actions.pay_again(order.pk, actor=as_user(order.customer))
    approve(order)
    ship(order)
    assert faults() == []


# -- the time to pay ------------------------------------------------------------------------------


def test_without_authorisation_in_time_the_order_returns_to_its_quotes() -> None:
    order = bought("card", shops=3)
    shop_id = order.shop_id
    let_payment_expire(order)
    assert (order.status, order.selected_quote, order.shop, order.total) == (
        OrderStatus.QUOTED,
        None,
        None,
        None,
    )
    assert set(order.quotes.values_list("status", flat=True)) == {QuoteStatus.SUBMITTED}
    assert sums(order) == {}
    assert card_of(order).status == CardStatus.CANCELLED
    assert faults() == []
    assert StreamEntry.objects.filter(stream=f"shop/{shop_id}", type="quote-reopened").count() == 1
    accept(order, cheapest(order), payment_method="cash")


def test_before_its_time_a_payment_does_not_expire() -> None:
    order = bought("card")
    assert actions.time_out_payment(card_of(order).pk, actor=Actor.beat()) is False
    order.refresh_from_db()
    assert order.status == OrderStatus.ACCEPTED


def test_authorised_payment_does_not_expire() -> None:
    order = bought("card")
    approve(order)
    let_payment_expire(order)
    assert order.status == OrderStatus.ACCEPTED
    assert sums(order) == {"due": TOTAL, "authorised": TOTAL}


def test_quotes_that_expired_meanwhile_do_not_stand_again() -> None:
    order = bought("card", shops=2)
    order.quotes.update(expires_at=timezone.now() - timedelta(seconds=1))
    let_payment_expire(order)
    assert order.status == OrderStatus.SUBMITTED
    assert set(order.quotes.values_list("status", flat=True)) == {QuoteStatus.EXPIRED}


def test_after_the_time_to_pay_the_search_goes_on() -> None:
    """The wave that came due meanwhile found the order accepted and left no other."""
    order = bought("card")
    Job.objects.filter(kind__in=["orders.tasks.next_wave", "orders.tasks.close_window"]).delete()
    let_payment_expire(order)
    waiting = Job.objects.filter(kind="orders.tasks.next_wave").values_list("args__wave", flat=True)
    assert list(waiting) == [2]
    assert order.quotes_close_at is not None
    assert Job.objects.filter(kind="orders.tasks.close_window", run_at=order.quotes_close_at).exists()


@pytest.mark.parametrize(
    ("expired", "told", "stuck"),
    [(False, "quotes-complete", []), (True, "no-quotes", ["closed_without_quotes"])],
)
def test_a_close_during_the_time_to_pay_is_told_after_it(expired: bool, told: str, stuck: list[str]) -> None:
    order = bought("card")
    Order.objects.filter(pk=order.pk).update(quotes_close_at=timezone.now())
    assert actions.close_window(order.pk, actor=Actor.beat()) is False
    if expired:
        order.quotes.update(expires_at=timezone.now())
    let_payment_expire(order)
    kinds = StreamEntry.objects.filter(type="notification", stream=f"user/{order.customer_id}")
    assert kinds.filter(data__type=told).count() == 1
    staff = StreamEntry.objects.filter(type="order-stuck").values_list("data__reason", flat=True)
    assert list(staff) == stuck
    assert actions.close_window(order.pk, actor=Actor.beat()) is False


def test_late_authorisation_is_given_up() -> None:
    order = bought("card", shops=2)
    let_payment_expire(order)
    assert approve(order) == Outcome.RECORDED
    assert (sums(order), card_sums(order)) == ({}, {"authorised": TOTAL})
    assert run_payment_jobs() == 1
    assert card_sums(order) == {"authorised": TOTAL, "voided": TOTAL}
    order.refresh_from_db()
    assert order.status == OrderStatus.QUOTED
    assert faults() == []


def test_late_authorisation_does_not_pay_for_a_second_acceptance() -> None:
    order = bought("card")
    old = card_of(order)
    let_payment_expire(order)
    accept(order, cheapest(order), payment_method="card")
    settle_card_payment(old.pk, report=PretendProvider().approve(old), actor=provider_actor("pretend"))
    with pytest.raises(Conflict):
        prepare(Order.objects.get(pk=order.pk))
    run_payment_jobs()
    assert sums(order) == {"due": TOTAL}
    approve(order)
    prepare(order)
    assert faults() == []


def test_late_charge_is_given_back() -> None:
    order = bought("card")
    let_payment_expire(order)
    _settle(order, Said.CAPTURED)
    assert run_payment_jobs() == 1
    back = {"authorised": TOTAL, "captured": TOTAL, "refund_due": TOTAL, "refunded": TOTAL}
    assert (sums(order), card_sums(order)) == ({}, back)
    order.refresh_from_db()
    assert order.payment_status == PaymentStatus.PENDING
    accept(order, cheapest(order), payment_method="cash")
    order.refresh_from_db()
    fulfil(order)
    actions.collect_cash(order.pk, shop_id=shop_of(order), amount=TOTAL, actor=seller(order))
    assert Order.objects.get(pk=order.pk).payment_status == PaymentStatus.PAID
    assert faults() == []


def test_time_to_pay_ends_at_its_second() -> None:
    order = bought("card")
    Order.objects.filter(pk=order.pk).update(payment_due_at=timezone.now())
    with pytest.raises(Conflict) as over:
        actions.pay_again(order.pk, actor=as_user(order.customer))
    assert over.value.code == "payment_expired"


def test_provider_is_asked_once_more_before_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    order = bought("card")
    monkeypatch.setattr(PretendProvider, "look_up", PretendProvider.approve)
    let_payment_expire(order)
    assert order.status == OrderStatus.ACCEPTED
    assert sums(order) == {"due": TOTAL, "authorised": TOTAL}


# -- money back ------------------------------------------------------------------------------------


def test_cancelling_gives_up_the_hold() -> None:
    order = bought("card")
    approve(order)
    actions.cancel_order(order.pk, reason="bought elsewhere", actor=as_user(order.customer))
    assert run_payment_jobs() == 1
    assert sums(order) == {"authorised": TOTAL, "voided": TOTAL}
    order.refresh_from_db()
    assert (order.status, order.payment_status) == (OrderStatus.CANCELLED, PaymentStatus.PENDING)
    assert card_of(order).status == CardStatus.REFUNDED
    assert faults() == []


def test_cancelling_closes_a_payment_that_was_not_made() -> None:
    order = bought("card")
    actions.cancel_order(order.pk, reason="", actor=as_user(order.customer))
    assert card_of(order).status == CardStatus.CANCELLED
    assert sums(order) == {}
    with pytest.raises(Conflict):
        desk.open_checkout(card_of(order).pk, actor=as_user(order.customer))


def test_part_and_then_the_rest_can_be_refunded_and_never_more() -> None:
    order = fulfil(bought("card"))
    run_payment_jobs()
    actions.refund(order.pk, amount=Decimal(100), reason="scratched", actor=seller(order))
    with pytest.raises(Invalid) as too_much:
        actions.refund(order.pk, amount=Decimal("250.01"), reason="", actor=seller(order))
    assert list(too_much.value.fields) == ["amount"]
    assert run_payment_jobs() == 1
    order.refresh_from_db()
    assert order.payment_status == PaymentStatus.PAID
    assert ledger.balance(order.pk).is_partly_refunded
    actions.refund(order.pk, amount=Decimal(250), reason="", actor=seller(order))
    assert run_payment_jobs() == 1
    order.refresh_from_db()
    assert order.payment_status == PaymentStatus.REFUNDED
    assert card_of(order).status == CardStatus.REFUNDED
    assert faults() == []


def test_cash_is_refunded_by_hand() -> None:
    order = fulfil(bought("cash"))
    actions.collect_cash(order.pk, shop_id=shop_of(order), amount=TOTAL, actor=seller(order))
    actions.refund(order.pk, amount=TOTAL, reason="wrong part", actor=Actor.staff(StaffFactory()))
    order.refresh_from_db()
    assert order.payment_status == PaymentStatus.REFUNDED
    assert sums(order) == {"due": TOTAL, "collected": TOTAL, "refund_due": TOTAL, "refunded": TOTAL}
    assert faults() == []


def test_refund_is_for_who_runs_the_shop() -> None:
    order = fulfil(bought("cash"))
    actions.collect_cash(order.pk, shop_id=shop_of(order), amount=TOTAL, actor=seller(order))
    assert order.shop is not None
    for actor in (as_member(order.shop, Role.CASHIER), as_user(order.customer)):
        with pytest.raises(NotAllowed):
            actions.refund(order.pk, amount=TOTAL, reason="", actor=actor)
    with pytest.raises(NotFound):
        actions.refund(order.pk, amount=TOTAL, reason="", actor=as_user(UserFactory()))
    assert sums(order) == {"due": TOTAL, "collected": TOTAL}


def test_refund_made_at_the_provider_is_promised_and_kept_at_once() -> None:
    order = fulfil(bought("card"))
    run_payment_jobs()
    assert _settle(order, Said.REFUNDED, amount=Decimal(50), fact="re_1") == Outcome.RECORDED
    assert _settle(order, Said.REFUNDED, amount=Decimal(50), fact="re_1") == Outcome.REPEATED
    assert ledger.balance(order.pk).refundable == Decimal(300)
    assert faults() == []


def test_refund_by_hand_keeps_a_promise_that_waits() -> None:
    order = fulfil(bought("card"))
    run_payment_jobs()
    actions.refund(order.pk, amount=TOTAL, reason="", actor=seller(order))
    _settle(order, Said.REFUNDED, amount=Decimal(218), fact="re_1")
    assert run_payment_jobs() == 1
    assert sums(order)["refund_due"] == sums(order)["refunded"] == TOTAL
    assert order.payment_entries.filter(kind="refunded").count() == 2
    assert faults() == []


# -- jobs ------------------------------------------------------------------------------------------


def test_no_provider_is_asked_inside_an_act() -> None:
    from clutch.feed.action import action

    order = bought("card")
    with pytest.raises(RuntimeError, match="no provider"):
        action(desk.provider_of)(card_of(order))


def test_capture_is_tried_again_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    from payments import PaymentError

    from clutch.feed import jobs

    order = fulfil(bought("card"))
    capture = PretendProvider.capture_hold

    def away(self: PretendProvider, payment: CardPayment) -> Report:
        raise PaymentError("the provider is away")

    monkeypatch.setattr(PretendProvider, "capture_hold", away)
    row = Job.objects.get(kind="orders.payments.tasks.capture_card")
    jobs.run(jobs.Claimed(row.pk, row.kind, row.args, 1))
    row.refresh_from_db()
    assert (row.state, "away" in row.last_error) == ("waiting", True)
    assert sums(order) == {"due": TOTAL, "authorised": TOTAL}
    monkeypatch.setattr(PretendProvider, "capture_hold", capture)
    # The end of the time to pay is the other one, and does nothing.
    assert run_payment_jobs(later=timedelta(hours=1)) == 2
    assert sums(order)["captured"] == TOTAL


def test_jobs_may_run_twice() -> None:
    order = fulfil(bought("card"))
    card = card_of(order)
    for _ in range(2):
        desk.capture(card.pk)
    actions.refund(order.pk, amount=TOTAL, reason="", actor=seller(order))
    job = Job.objects.get(kind="orders.payments.tasks.refund_card")
    for _ in range(2):
        desk.give_back(card.pk, refund_id=job.args["refund_id"], amount=Decimal(job.args["amount"]))
    assert PaymentEntry.objects.filter(order=order).count() == 5
    assert faults() == []


def test_hold_that_an_order_needs_is_not_released() -> None:
    order = bought("card")
    approve(order)
    desk.release(card_of(order).pk)
    assert sums(order) == {"due": TOTAL, "authorised": TOTAL}


# -- statuses and the proof ------------------------------------------------------------------------


def test_card_statuses_are_those_of_django_payments() -> None:
    from payments import PaymentStatus as Theirs

    assert set(CardStatus.values) < {value for value, _label in Theirs.CHOICES}
    assert set(CARD_TRANSITIONS) == set(CardStatus)


def test_check_payments_says_what_does_not_add_up() -> None:
    out = StringIO()
    order = fulfil(bought("card"))
    call_command("check_payments", stdout=out)
    assert "adds up" in out.getvalue()
    Order.objects.filter(pk=order.pk).update(payment_status=PaymentStatus.PAID)
    PaymentEntry.objects.create(
        order=order, kind=EntryKind.DUE, amount=1, currency="USD", method="card", reference="odd"
    )
    err = StringIO()
    with pytest.raises(CommandError, match="3 problem"):
        call_command("check_payments", stderr=err)
    assert err.getvalue().splitlines() == [
        f"{order.number}: 351.000 is due, and should be 350.000",
        f"{order.number}: is paid, with 0 received and 0 refunded of 350.000",
        f"{order.number}: an entry is in USD, the order in EGP",
    ]
