"""Short ways to pay, deliver and talk in tests."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from clutch.accounts.tests.factories import UserFactory
from clutch.feed import jobs
from clutch.feed.models import Job, JobState
from orders import actions, ledger
from orders.actions.settlement import Outcome, settle_card_payment
from orders.models import CardPayment, Order, Shipment
from orders.payments.pretend import PretendProvider
from orders.payments.provider import provider_actor
from orders.tests.acts import accept, as_member, as_user, ask, quote
from shops.models import Shop
from shops.tests.factories import ShopFactory

PAYMENT_JOBS = "orders.payments.tasks."


def quoted(*, shops: int = 1, **changes: Any) -> Order:
    """A request of two parts near `shops` shops that have all quoted: 350.00 the first, 650.00, …"""
    sellers = [ShopFactory() for _ in range(shops)]
    order = ask(UserFactory(), **changes)
    for n, shop in enumerate(sellers):
        quote(order, shop, f"{(n + 1) * 100}.00")
    order.refresh_from_db()
    return order


def cheapest(order: Order) -> Any:
    """The quote with the lowest total."""
    return order.quotes.order_by("total_price").first()


def bought(method: str = "card", *, shops: int = 1) -> Order:
    """An order whose cheapest quote was accepted; the card is not authorised yet."""
    order = quoted(shops=shops)
    order = accept(order, cheapest(order), payment_method=method)
    order.refresh_from_db()
    return order


def card_of(order: Order) -> CardPayment:
    """The newest card payment of an order."""
    return CardPayment.objects.filter(order=order).latest("created_at")


def approve(order: Order) -> Outcome:
    """The customer approves on the pretended page."""
    card = card_of(order)
    outcome = settle_card_payment(
        card.pk, report=PretendProvider().approve(card), actor=provider_actor("pretend")
    )
    order.refresh_from_db()
    return outcome


def refuse(order: Order) -> Outcome:
    """The customer refuses on the pretended page."""
    card = card_of(order)
    outcome = settle_card_payment(
        card.pk, report=PretendProvider().refuse(card), actor=provider_actor("pretend")
    )
    order.refresh_from_db()
    return outcome


def seller(order: Order) -> Any:
    """The owner of the selected shop, as an actor."""
    return as_member(Shop.objects.get(pk=shop_of(order)))


def shop_of(order: Order) -> UUID:
    """The id of the selected shop."""
    assert order.shop_id is not None
    return order.shop_id


def prepare(order: Order) -> None:
    """The shop prepares."""
    actions.start_processing(order.pk, shop_id=shop_of(order), actor=seller(order))
    order.refresh_from_db()


def ship(order: Order) -> None:
    """The shop ships."""
    actions.ship_order(order.pk, shop_id=shop_of(order), actor=seller(order), courier_name="Example courier")
    order.refresh_from_db()


def deliver(order: Order) -> None:
    """The courier has heard the code."""
    code = Shipment.objects.get(order=order).code
    actions.deliver_order(order.pk, shop_id=shop_of(order), code=code, actor=seller(order))
    order.refresh_from_db()


def fulfil(order: Order) -> Order:
    """Prepare, ship and deliver; a card is approved before."""
    if order.payment_method == "card":
        approve(order)
    prepare(order)
    ship(order)
    deliver(order)
    return order


def run_payment_jobs(*, later: timedelta = timedelta(0)) -> int:
    """Run the waiting jobs that talk to providers and are due `later` from now; return how many."""
    ran = 0
    rows = Job.objects.filter(
        kind__startswith=PAYMENT_JOBS, state=JobState.WAITING, run_at__lte=timezone.now() + later
    )
    while claimed := rows.order_by("run_at").first():
        jobs.run(jobs.Claimed(claimed.pk, claimed.kind, claimed.args, jobs.MAX_ATTEMPTS))
        claimed.refresh_from_db()
        assert claimed.state == JobState.DONE, claimed.last_error
        ran += 1
    return ran


def let_payment_expire(order: Order) -> None:
    """Move the deadline of the payment into the past and run what it leaves."""
    past = timezone.now() - timedelta(seconds=1)
    Order.objects.filter(pk=order.pk).update(payment_due_at=past)
    CardPayment.objects.filter(order=order).update(expires_at=past)
    run_payment_jobs(later=timedelta(minutes=16))
    order.refresh_from_db()


def sums(order: Order) -> dict[str, Decimal]:
    """The sums of an order that are not zero."""
    return {name: amount for name, amount in vars(ledger.balance(order.pk)).items() if amount}


def card_sums(order: Order) -> dict[str, Decimal]:
    """The sums of the newest card payment of an order that are not zero."""
    return {name: amount for name, amount in vars(ledger.card_balance(card_of(order).pk)).items() if amount}


def faults() -> list[str]:
    """What is wrong in the whole ledger."""
    return [problem.says for problem in ledger.problems()]


__all__ = [
    "approve",
    "as_user",
    "bought",
    "card_of",
    "card_sums",
    "cheapest",
    "deliver",
    "faults",
    "fulfil",
    "let_payment_expire",
    "prepare",
    "quoted",
    "refuse",
    "run_payment_jobs",
    "seller",
    "ship",
    "shop_of",
    "sums",
]
