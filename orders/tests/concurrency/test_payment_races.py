"""Money and deliveries at one moment: webhooks, the end of the time to pay, captures, codes, messages.

Each race has a control with the locks off that shows it, and then holds with them on.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from functools import partial
from importlib import import_module
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError
from django.utils import timezone

from clutch.core.errors import Conflict, Invalid
from clutch.feed.actor import Actor
from clutch.feed.models import StreamEntry, Transition
from clutch.notifications.models import Notification
from orders import actions, ledger
from orders.actions.settlement import Outcome as Settled
from orders.actions.settlement import Report, Said, settle_card_payment
from orders.enums import OrderStatus
from orders.models import CardPayment, MessageThread, Order, PaymentEntry, Rating, Shipment
from orders.payments import desk
from orders.payments.pretend import PretendProvider
from orders.payments.provider import provider_actor
from orders.tests.acts import as_member, as_user
from orders.tests.concurrency.tools import Hold, Outcome, _naive, _plain_order, _plain_quotes, run, together
from orders.tests.paying import (
    approve,
    bought,
    card_of,
    card_sums,
    deliver,
    faults,
    fulfil,
    prepare,
    quoted,
    run_payment_jobs,
    seller,
    ship,
    shop_of,
    sums,
)

pytestmark = pytest.mark.django_db(transaction=True)

TOTAL = Decimal("350.000")
MODULES = ("settlement", "payment", "payment_timeout", "bookkeeping", "fulfilment")


def _plain_cards(order_id: UUID) -> Any:
    return CardPayment.objects.filter(order=order_id).order_by("pk")


def _plain_thread(order_id: UUID, shop_id: UUID) -> MessageThread:
    return MessageThread.objects.get_or_create(order_id=order_id, shop_id=shop_id)[0]


PLAIN: dict[str, Callable[..., Any]] = {
    "order": _plain_order,
    "quotes_of": _plain_quotes,
    "card_payments_of": _plain_cards,
    "card_payment": lambda pk: CardPayment.objects.get(pk=pk),
    "shipment": lambda order_id: Shipment.objects.get(order=order_id),
    "thread": _plain_thread,
}


@contextmanager
def locks_off() -> Iterator[None]:
    """The same acts without locks and without the conditional update of a status."""
    with ExitStack() as patches:
        for name, plain in PLAIN.items():
            patches.enter_context(patch(f"orders.locks.{name}", plain))
        for name in MODULES:
            patches.enter_context(patch(f"orders.actions.{name}.transition", _naive))
        yield


def meet(first: Callable[[], Any], second: Callable[[], Any], *, after: str, locks: bool) -> list[Outcome]:
    """Run `second` while `first` stands right after its call of the function named `after`."""
    module, _dot, name = after.rpartition(".")
    hold = Hold(patience=0.5 if locks else 10)
    outcomes = [Outcome(), Outcome()]
    real: Any = None

    def held(*args: Any, **kwargs: Any) -> Any:
        found = real(*args, **kwargs)
        if not hold.read.is_set():
            hold.stop()
        return found

    def then() -> None:
        hold.read.wait(timeout=10)
        run(second, outcomes[1])
        hold.finished.set()

    threads = [
        threading.Thread(target=run, args=(first, outcomes[0]), name="first"),
        threading.Thread(target=then, name="second"),
    ]
    with ExitStack() as stack:
        if not locks:
            stack.enter_context(locks_off())
        real = getattr(import_module(module), name)
        stack.enter_context(patch(after, held))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
    return outcomes


def says(card: CardPayment, report: Report) -> Callable[[], Settled]:
    """A provider's word as an act."""
    return partial(settle_card_payment, card.pk, report=report, actor=provider_actor("pretend"))


# -- two webhooks at once -----------------------------------------------------------------------------


def test_control_two_webhooks_without_locks_the_database_has_to_object() -> None:
    order = bought("card")
    word = says(card_of(order), PretendProvider().approve(card_of(order)))
    first, second = meet(word, word, after="orders.actions.settlement._fault", locks=False)
    assert second.result == Settled.RECORDED
    assert isinstance(first.error, IntegrityError)


def test_two_webhooks_are_one_entry() -> None:
    order = bought("card")
    word = says(card_of(order), PretendProvider().approve(card_of(order)))
    first, second = meet(word, word, after="orders.actions.settlement._fault", locks=True)
    assert (first.result, second.result) == (Settled.RECORDED, Settled.REPEATED)
    assert sums(order) == {"due": TOTAL, "authorised": TOTAL}


def test_many_webhooks_at_one_moment_are_one_entry() -> None:
    order = bought("card")
    word = says(card_of(order), PretendProvider().approve(card_of(order)))
    outcomes = together(*[word] * 6)
    assert sorted(str(outcome.result) for outcome in outcomes) == ["recorded", *["repeated"] * 5]
    assert sums(order) == {"due": TOTAL, "authorised": TOTAL}
    assert StreamEntry.objects.filter(type="payment-update", data__authorised=True).count() == 2


# -- the end of the time to pay against the authorisation ----------------------------------------------


def _overdue() -> tuple[Order, CardPayment]:
    order = bought("card", shops=2)
    Order.objects.filter(pk=order.pk).update(payment_due_at=timezone.now())
    return order, card_of(order)


def test_control_timeout_without_locks_takes_an_authorised_order_away() -> None:
    order, card = _overdue()
    expire = partial(actions.time_out_payment, card.pk, actor=Actor.beat())
    word = says(card, PretendProvider().approve(card))
    first, second = meet(expire, word, after="orders.actions.payment_timeout._is_over", locks=False)
    assert (first.result, second.result) == (True, Settled.RECORDED)
    order.refresh_from_db()
    # The shop has been told to prepare an order that is no longer its own.
    assert order.status == OrderStatus.QUOTED
    assert Notification.objects.filter(kind="payment-authorised").exists()
    assert not Transition.objects.filter(object_id=card.pk, to_status="cancelled").exists()


@pytest.mark.parametrize("first_act", ["timeout", "word"])
def test_timeout_and_authorisation_come_one_after_the_other(first_act: str) -> None:
    order, card = _overdue()
    expire = partial(actions.time_out_payment, card.pk, actor=Actor.beat())
    word = says(card, PretendProvider().approve(card))
    if first_act == "timeout":
        first, second = meet(expire, word, after="orders.actions.payment_timeout._is_over", locks=True)
        assert (first.result, second.result) == (True, Settled.RECORDED)
        run_payment_jobs()
        assert (sums(order), card_sums(order)) == ({}, {"authorised": TOTAL, "voided": TOTAL})
    else:
        first, second = meet(word, expire, after="orders.actions.settlement._fault", locks=True)
        assert (first.result, second.result) == (Settled.RECORDED, False)
        assert sums(order) == {"due": TOTAL, "authorised": TOTAL}
    order.refresh_from_db()
    assert order.status == (OrderStatus.QUOTED if first_act == "timeout" else OrderStatus.ACCEPTED)
    assert faults() == []


@pytest.mark.parametrize("_round", range(3))
def test_timeout_and_authorisation_let_loose_leave_nothing_between(_round: int) -> None:
    order, card = _overdue()
    expire = partial(actions.time_out_payment, card.pk, actor=Actor.beat())
    expired, said = together(expire, says(card, PretendProvider().approve(card)))
    assert (expired.error, said.error) == (None, None)
    run_payment_jobs()
    order.refresh_from_db()
    if expired.result:
        assert (order.status, sums(order)) == (OrderStatus.QUOTED, {})
    else:
        assert (order.status, sums(order)) == (OrderStatus.ACCEPTED, {"due": TOTAL, "authorised": TOTAL})
    assert faults() == []


def test_cancel_and_authorisation_let_loose_leave_no_hold() -> None:
    order = bought("card")
    cancel = partial(actions.cancel_order, order.pk, reason="", actor=as_user(order.customer))
    cancelled, said = together(cancel, says(card_of(order), PretendProvider().approve(card_of(order))))
    assert (cancelled.error, said.error) == (None, None)
    run_payment_jobs()
    assert card_sums(order) == {"authorised": TOTAL, "voided": TOTAL}
    assert faults() == []


# -- capture, refund -----------------------------------------------------------------------------------


def test_control_capture_twice_without_locks_the_database_has_to_object() -> None:
    order = fulfil(bought("card"))
    word = says(card_of(order), PretendProvider().capture_hold(card_of(order)))
    first, second = meet(word, word, after="orders.actions.settlement._fault", locks=False)
    assert second.result == Settled.RECORDED
    assert isinstance(first.error, IntegrityError)


def test_capture_twice_takes_once() -> None:
    order = fulfil(bought("card"))
    outcomes = together(*[partial(desk.capture, card_of(order).pk)] * 4)
    assert [outcome.error for outcome in outcomes] == [None] * 4
    assert sums(order) == {"due": TOTAL, "authorised": TOTAL, "captured": TOTAL}
    assert PaymentEntry.objects.filter(order=order, kind="captured").count() == 1
    assert faults() == []


def _paid() -> tuple[Order, Callable[[], Any]]:
    order = fulfil(bought("card"))
    run_payment_jobs()
    return order, partial(actions.refund, order.pk, amount=Decimal(200), reason="", actor=seller(order))


def test_control_two_refunds_without_locks_promise_too_much() -> None:
    order, refund = _paid()
    meet(refund, refund, after="orders.actions.payment._check_refund", locks=False)
    assert ledger.balance(order.pk).refund_due == Decimal(400)
    assert faults() != []


def test_two_refunds_at_once_never_promise_too_much() -> None:
    order, refund = _paid()
    first, second = meet(refund, refund, after="orders.actions.payment._check_refund", locks=True)
    assert first.won, first.error
    assert isinstance(second.error, Invalid)
    assert ledger.balance(order.pk).refund_due == Decimal(200)
    assert faults() == []


def test_cash_recorded_by_two_at_once_counts_once() -> None:
    order = fulfil(bought("cash"))
    collect = partial(
        actions.collect_cash, order.pk, shop_id=shop_of(order), amount=TOTAL, actor=seller(order)
    )
    outcomes = together(collect, collect)
    assert sorted(outcome.code for outcome in outcomes) == ["", "already_paid"]
    assert sums(order) == {"due": TOTAL, "collected": TOTAL}


def test_two_devices_that_pay_again_get_one_payment() -> None:
    order = bought("card")
    card = card_of(order)
    says(card, Report(Said.EXPIRED, "x"))()
    again = partial(actions.pay_again, order.pk, actor=as_user(order.customer))
    first, second = together(again, again)
    assert (first.error, second.error) == (None, None)
    assert first.result.pk == second.result.pk


# -- delivery, codes, ratings, messages ------------------------------------------------------------------


def _on_its_way() -> Order:
    order = bought("card")
    approve(order)
    prepare(order)
    ship(order)
    return order


def _delivery(order: Order, code: str) -> Callable[[], Any]:
    return partial(actions.deliver_order, order.pk, shop_id=shop_of(order), code=code, actor=seller(order))


def test_control_deliver_twice_without_locks_hands_over_twice() -> None:
    order = _on_its_way()
    photo = ContentFile(b"door", name="door.jpg")
    act = partial(actions.deliver_order, order.pk, shop_id=shop_of(order), photo=photo, actor=seller(order))
    first, second = meet(act, act, after="orders.rules.require", locks=False)
    assert (first.won, second.won) == (True, True)
    assert Shipment.objects.get(order=order).events.filter(kind="delivered").count() == 2


def test_deliver_twice_hands_over_once() -> None:
    order = _on_its_way()
    act = _delivery(order, Shipment.objects.get(order=order).code)
    outcomes = together(act, act, act)
    assert [outcome.won for outcome in outcomes].count(True) == 1
    assert all(outcome.won or isinstance(outcome.error, Conflict) for outcome in outcomes)
    shipment = Shipment.objects.get(order=order)
    assert shipment.events.filter(kind="delivered").count() == 1
    assert run_payment_jobs() == 1
    assert faults() == []


def _guesses(order: Order) -> Callable[[], Any]:
    wrong = f"{(int(Shipment.objects.get(order=order).code) + 1) % 10**6:06d}"
    return _delivery(order, wrong)


def test_control_two_guesses_without_locks_count_as_one() -> None:
    order = _on_its_way()
    guess = _guesses(order)
    meet(guess, guess, after="orders.actions.fulfilment._refuse_void_code", locks=False)
    assert Shipment.objects.get(order=order).wrong_codes == 1


def test_guesses_at_once_are_all_counted_and_five_are_the_end() -> None:
    order = _on_its_way()
    outcomes = together(*[_guesses(order)] * 8)
    codes = sorted(outcome.code for outcome in outcomes)
    assert codes == ["code_locked"] * 3 + ["wrong_code"] * 5
    assert Shipment.objects.get(order=order).wrong_codes == 5


def test_rating_twice_at_once_counts_once() -> None:
    order = _on_its_way()
    deliver(order)
    rate = partial(actions.rate_order, order.pk, stars=5, comment="", actor=as_user(order.customer))
    outcomes = together(rate, rate, rate)
    assert sorted(outcome.code for outcome in outcomes) == ["", "rated_already", "rated_already"]
    assert order.shop is not None
    order.shop.refresh_from_db()
    assert (Rating.objects.count(), order.shop.rating_sum, order.shop.rating_count) == (1, 5, 1)


def _talk() -> tuple[Order, Callable[[], Any]]:
    order = quoted()
    quote = order.quotes.get()
    actions.send_message(order.pk, shop_id=quote.shop_id, text="first", actor=as_member(quote.shop))
    return order, partial(
        actions.send_message, order.pk, shop_id=quote.shop_id, text="Hello", actor=as_user(order.customer)
    )


def test_control_two_messages_without_locks_count_as_one() -> None:
    order, write = _talk()
    meet(write, write, after="orders.locks.thread", locks=False)
    assert MessageThread.objects.get(order=order).shop_unread == 1


def test_messages_at_once_are_all_counted() -> None:
    order, write = _talk()
    outcomes = together(*[write] * 5)
    assert [outcome.error for outcome in outcomes] == [None] * 5
    assert MessageThread.objects.get(order=order).shop_unread == 5


def test_first_messages_at_once_begin_one_conversation() -> None:
    order = quoted()
    quote = order.quotes.get()
    acts = [
        partial(actions.send_message, order.pk, shop_id=quote.shop_id, text="Hello", actor=actor)
        for actor in (as_user(order.customer), as_member(quote.shop))
    ]
    outcomes = together(*acts)
    assert [outcome.error for outcome in outcomes] == [None, None]
    assert MessageThread.objects.filter(order=order).count() == 1
