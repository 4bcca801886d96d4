"""Reads of the payment ledger: what an order owes, what is held, taken and given back; and its proof.

The identities that must hold, per order (per card where it says so):

    due        = total while the order is accepted … delivered, else 0
    authorised ≥ voided + captured             (each card)
    captured   ≥ refund_due ≥ refunded        (each card)
    captured   = refund_due                    (each stray card: given up before it was authorised)
    received   ≥ refund_due ≥ refunded
    paid       ⇔ received = total, and not all of it was refunded
    refunded   ⇔ received > 0 and all of it was refunded
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import F, QuerySet, Sum

from orders.enums import ACCEPTED_OR_LATER, STRAY_CARD, EntryKind, OrderStatus, PaymentStatus
from orders.models import CardPayment, Order, PaymentEntry

ZERO = Decimal(0)


@dataclass(frozen=True)
class Balance:
    """The sums of a ledger, none below zero while it is sound, in the order's currency."""

    due: Decimal = ZERO
    authorised: Decimal = ZERO
    voided: Decimal = ZERO
    captured: Decimal = ZERO
    collected: Decimal = ZERO
    refund_due: Decimal = ZERO
    refunded: Decimal = ZERO

    @property
    def held(self) -> Decimal:
        """What a card still holds for us."""
        return self.authorised - self.voided - self.captured

    @property
    def received(self) -> Decimal:
        """What was taken, by card or in cash, before refunds."""
        return self.captured + self.collected

    @property
    def paid(self) -> Decimal:
        """What we have and have not given back."""
        return self.received - self.refunded

    @property
    def outstanding(self) -> Decimal:
        """What the customer still has to pay. Refunds are not owed again."""
        return max(self.due - self.received, ZERO)

    @property
    def refundable(self) -> Decimal:
        """What may still be promised back."""
        return self.received - self.refund_due

    @property
    def is_partly_refunded(self) -> bool:
        """Some of what was received went back, and not all."""
        return ZERO < self.refunded < self.received

    @property
    def is_fully_refunded(self) -> bool:
        """All that was received went back."""
        return ZERO < self.received == self.refunded


def _balance(sums: Mapping[str, Decimal]) -> Balance:
    def total(kind: EntryKind) -> Decimal:
        return sums.get(kind, ZERO)

    return Balance(
        due=total(EntryKind.DUE),
        authorised=total(EntryKind.AUTHORISED),
        voided=-total(EntryKind.VOIDED),
        captured=total(EntryKind.CAPTURED),
        collected=total(EntryKind.CASH_COLLECTED),
        refund_due=total(EntryKind.REFUND_DUE),
        refunded=-total(EntryKind.REFUNDED),
    )


def balance(order_id: UUID) -> Balance:
    """The sums of one order. One query; under the lock of the order they cannot move."""
    return balances([order_id])[order_id]


def balances(order_ids: Collection[UUID]) -> dict[UUID, Balance]:
    """The sums of several orders in one query.

    Stray cards do not count: what they hold or gave belongs to an acceptance that is over, pays
    for nothing, and is on its way back.
    """
    own = PaymentEntry.objects.exclude(card_payment__status__in=STRAY_CARD)
    return _grouped(own, "order", order_ids)


def card_balance(card_payment_id: UUID) -> Balance:
    """The sums of one card payment."""
    return card_balances([card_payment_id])[card_payment_id]


def card_balances(ids: Collection[UUID]) -> dict[UUID, Balance]:
    """The sums of several card payments in one query."""
    return _grouped(PaymentEntry.objects.all(), "card_payment", ids)


def _grouped(entries: QuerySet[PaymentEntry], column: str, ids: Collection[UUID]) -> dict[UUID, Balance]:
    sums: dict[UUID, dict[str, Decimal]] = {pk: {} for pk in ids}
    rows = entries.filter(**{f"{column}__in": ids}).values_list(column, "kind")
    for pk, kind, amount in rows.annotate(sum=Sum("amount")).order_by():
        sums[pk][kind] = amount
    return {pk: _balance(found) for pk, found in sums.items()}


def settled_status(order: Order, sums: Balance) -> PaymentStatus | None:
    """Paid or refunded where the money says so; None while the order is not paid."""
    if order.total is None or not sums.received == order.total > 0:
        return None
    return PaymentStatus.REFUNDED if sums.is_fully_refunded else PaymentStatus.PAID


@dataclass(frozen=True)
class Problem:
    """One identity that does not hold, in words for staff."""

    order_number: str
    says: str


def problems(*, batch: int = 500) -> Iterator[Problem]:
    """Everything in the ledger that does not add up; nothing while it is sound."""
    ids = Order.objects.exclude(status=OrderStatus.DRAFT).order_by("pk").values_list("pk", flat=True)
    last: UUID | None = None
    while page := list((ids if last is None else ids.filter(pk__gt=last))[:batch]):
        last = page[-1]
        yield from _problems_of(page)


def _problems_of(ids: list[UUID]) -> Iterator[Problem]:
    sums = balances(ids)
    foreign = dict(
        PaymentEntry.objects.filter(order__in=ids)
        .exclude(currency=F("order__currency"))
        .values_list("order", "currency")
    )
    cards: dict[UUID, dict[CardPayment, Balance]] = {pk: {} for pk in ids}
    rows = {card.pk: card for card in CardPayment.objects.filter(order__in=ids)}
    for pk, found in card_balances(list(rows)).items():
        cards[rows[pk].order_id][rows[pk]] = found
    for order in Order.objects.filter(pk__in=ids).order_by("pk"):
        faults = list(faults_of(order, sums[order.pk], cards[order.pk]))
        if order.pk in foreign:
            faults.append(f"an entry is in {foreign[order.pk]}, the order in {order.currency}")
        for says in faults:
            yield Problem(order.number, says)


def faults_of(order: Order, sums: Balance, cards: Mapping[CardPayment, Balance]) -> Iterator[str]:
    """The identities that one order breaks, in words."""
    owed = order.total if order.status in ACCEPTED_OR_LATER and order.total is not None else ZERO
    if sums.due != owed:
        yield f"{sums.due} is due, and should be {owed}"
    for card, found in cards.items():
        yield from _card_faults(card, found)
    if not sums.received >= sums.refund_due >= sums.refunded:
        yield f"{sums.received} received, {sums.refund_due} to refund, {sums.refunded} refunded"
    settled, status = settled_status(order, sums), order.payment_status
    if status != settled and (settled or status in (PaymentStatus.PAID, PaymentStatus.REFUNDED)):
        yield f"is {status}, with {sums.received} received and {sums.refunded} refunded of {order.total}"


def _card_faults(card: CardPayment, sums: Balance) -> Iterator[str]:
    if sums.voided + sums.captured > sums.authorised:
        yield f"of {sums.authorised} held, {sums.voided} was given up and {sums.captured} taken"
    if not sums.captured >= sums.refund_due >= sums.refunded:
        yield f"{sums.captured} taken, {sums.refund_due} to refund, {sums.refunded} refunded by card"
    if card.captured_amount != sums.captured:
        yield f"the card says that {card.captured_amount} was taken, the ledger {sums.captured}"
    if card.status in STRAY_CARD and sums.refund_due != sums.captured:
        yield f"{sums.captured} was taken for nothing, and {sums.refund_due} is to go back"
