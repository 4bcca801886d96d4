"""Special orders: a part that the shop gets for one customer, against a deposit.

The deposit is a liability until the part is collected: it stands in the customer's deposits, pays
the sale then, and goes back when the order is given up.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext as _

from clutch.core.errors import Conflict, Invalid
from clutch.core.money import MAX_AMOUNT, is_exact
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from inventory.actions.holds import Wanted, end_holds, hold_parts
from inventory.enums import HoldKind, HoldStatus
from inventory.ledger import Document
from inventory.models import Part
from sales import events, locks, rules
from sales.actions import books
from sales.actions.carts import write_cart
from sales.actions.checkout import finish, next_number
from sales.actions.returns import ready_to_refund
from sales.enums import SPECIAL_ORDER_TRANSITIONS, Account, RefundBy, SpecialOrderStatus, Tender
from sales.inputs import CartInput, LineInput, PaymentInput
from sales.models import CashSession, Customer, Payment, Sale, SpecialOrder
from sales.pricing import MOST_UNITS, Terms, price_cart
from sales.tenders import Due, Settlement, give_back, settle
from shops.models import Shop
from shops.rules import Act

ZERO = Decimal(0)


@action
def take_special_order(
    shop_id: UUID,
    *,
    customer_id: UUID,
    part_id: UUID | None = None,
    description: str = "",
    quantity: int,
    unit_price: Decimal,
    deposit: Decimal = ZERO,
    payments: Sequence[PaymentInput] = (),
    register_id: UUID | None = None,
    expected_on: date | None = None,
    note: str = "",
    actor: Actor,
) -> SpecialOrder:
    """Take an order for a part that the shop will get, and its deposit. The price is agreed now.

    Raises Invalid at the fields, Conflict `no_session`.
    """
    rules.require(actor, shop_id, Act.SELL)
    shop, policy = Shop.objects.get(pk=shop_id), rules.policy_of(shop_id)
    customer, part = _who_and_what(shop_id, customer_id, part_id, description)
    _check(quantity, unit_price, deposit, shop.currency)
    session = books.session_of(shop_id, register_id)
    settled = settle(deposit, payments, coin=ZERO, currency=shop.currency)
    ready_to_refund(settled, session, policy)
    book = books.Book(customer, actor)
    books.check_payments(book, settled.payments, shop.currency)
    order = SpecialOrder.objects.create(
        shop=shop, number=next_number(shop, "SO", kind="special_order"), customer=customer, part=part,
        description=(description or (part.name if part else ""))[:200], quantity=quantity,
        unit_price=unit_price, deposit=deposit, expected_on=expected_on, note=note,
    )  # fmt: skip
    _pay(order, settled, book, session, actor)
    book.post(Account.DEPOSIT, deposit)
    events.special_order_changed(order)
    return order


def _who_and_what(
    shop_id: UUID, customer_id: UUID, part_id: UUID | None, description: str
) -> tuple[Customer, Part | None]:
    problems: dict[str, list[object]] = {}
    customer = Customer.objects.filter(shop=shop_id, pk=customer_id, merged_into=None, erased_at=None).first()
    part = Part.objects.filter(shop=shop_id, pk=part_id).first() if part_id else None
    if customer is None:
        problems["customer_id"] = [_("There is no such customer.")]
    if part_id and part is None:
        problems["part_id"] = [_("There is no such part.")]
    if part_id is None and not description.strip():
        problems["description"] = [_("Say what is wanted.")]
    if problems or customer is None:
        raise Invalid(_("Some fields need another look."), fields=problems)
    return customer, part


def _check(quantity: int, unit_price: Decimal, deposit: Decimal, currency: str) -> None:
    problems: dict[str, list[object]] = {}
    if not 1 <= quantity <= MOST_UNITS:
        problems["quantity"] = [_("Enter at least 1.")]
    for name, amount in (("unit_price", unit_price), ("deposit", deposit)):
        if not amount.is_finite() or not 0 <= amount <= MAX_AMOUNT or not is_exact(amount, currency):
            problems[name] = [_("Check this amount.")]
    if not problems and deposit > unit_price * quantity:
        problems["deposit"] = [_("A deposit is not more than the price.")]
    if problems:
        raise Invalid(_("Some fields need another look."), fields=problems)


def _pay(
    order: SpecialOrder,
    settled: Settlement,
    book: books.Book,
    session: CashSession | None,
    actor: Actor,
) -> None:
    book.document = Document("special_order", order.pk, order.number)
    Payment.objects.bulk_create(
        books.payment_rows(
            settled.payments, shop_id=order.shop_id, session=session, special_order=order,
            customer_id=order.customer_id, actor=actor,
        )
    )  # fmt: skip
    books.book_payments(settled.payments, book)


@action
def order_special(
    special_order_id: UUID, *, shop_id: UUID, expected_on: date | None = None, actor: Actor
) -> SpecialOrder:
    """Say that a part was ordered from a supplier, and when it is expected."""
    order = _locked(special_order_id, shop_id, actor)
    expected = expected_on or order.expected_on
    transition(
        order, SpecialOrderStatus.ORDERED, transitions=SPECIAL_ORDER_TRANSITIONS, actor=actor,
        expected_on=expected,
    )  # fmt: skip
    events.special_order_changed(order)
    return order


def _locked(special_order_id: UUID, shop_id: UUID, actor: Actor) -> SpecialOrder:
    member = rules.member_of(actor, shop_id)
    if member is not None and not rules.may(member, Act.MOVE_STOCK):
        rules.require(actor, shop_id, Act.SELL)
    return locks.special_order(shop_id, special_order_id)


@action
def special_order_arrived(special_order_id: UUID, *, shop_id: UUID, actor: Actor) -> SpecialOrder:
    """Say that a part has come, and keep it for its customer by a hard hold.

    Raises Conflict `not_enough_stock` while it was not received into stock.
    """
    order = _locked(special_order_id, shop_id, actor)
    transition(order, SpecialOrderStatus.ARRIVED, transitions=SPECIAL_ORDER_TRANSITIONS, actor=actor)
    keep_for_customer(order, actor=actor)
    events.special_order_changed(order)
    return order


def keep_for_customer(order: SpecialOrder, *, actor: Actor) -> None:
    """Hold the units of a locked special order that has come; one without a part of the shop holds none."""
    if order.part_id is not None:
        hold_parts(
            order.shop_id,
            [Wanted(order.part_id, order.quantity)],
            kind=HoldKind.HARD,
            document=Document("special_order", order.pk, order.number),
            expires_at=None,
            actor=actor,
        )


@action
def collect_special_order(
    special_order_id: UUID,
    *,
    shop_id: UUID,
    register_id: UUID | None,
    payments: Sequence[PaymentInput],
    actor: Actor,
) -> Sale:
    """Sell what has come at the price agreed; the deposit pays first. Raises as `complete_sale` does."""
    rules.require(actor, shop_id, Act.SELL)
    order = locks.special_order(shop_id, special_order_id)
    _require(order, SpecialOrderStatus.COLLECTED)
    cart = CartInput(
        [_line_of(order)], register_id=register_id, customer_id=order.customer_id, note=order.number
    )
    sale = write_cart(shop_id, cart=cart, agreed=True, actor=actor)
    shop, policy = Shop.objects.get(pk=shop_id), rules.policy_of(shop_id)
    session = books.drawer(shop_id, register_id, policy)
    used = min(deposit_left(order), sale.total)
    rest = settle(sale.total - used, payments, coin=policy.cash_rounding, currency=sale.currency)
    ahead = [Due(Tender.DEPOSIT, used, reference=order.number)] if used else []
    settled = Settlement([*ahead, *rest.payments], rest.rounding, rest.change)
    done = finish(
        sale, list(sale.lines.all()), settled, shop=shop, policy=policy, session=session,
        spare=[order.pk], actor=actor,
    )  # fmt: skip
    end_holds(order.pk, to=HoldStatus.CONSUMED, actor=actor)
    transition(
        order, SpecialOrderStatus.COLLECTED, transitions=SPECIAL_ORDER_TRANSITIONS, actor=actor, sale=done
    )
    events.special_order_changed(order)
    return done


def _line_of(order: SpecialOrder) -> LineInput:
    """What is sold at the end, at the price agreed."""
    return LineInput(
        order.part_id,
        order.quantity,
        unit_price=order.unit_price,
        discount=ZERO,
        name=order.description[:120],
    )


def left_to_pay(order: SpecialOrder) -> Decimal:
    """What the customer still pays at the counter: the sale less the deposit, before cash is rounded."""
    policy = rules.policy_of(order.shop_id)
    terms = Terms(order.shop, policy, order.customer, policy.prices_include_tax)
    total = price_cart(CartInput([_line_of(order)]), terms).totals.total
    return max(total - deposit_left(order), ZERO)


def _require(order: SpecialOrder, to: SpecialOrderStatus) -> None:
    """Refuse what the table does not allow before any money is looked at; the transition asks again."""
    if to not in SPECIAL_ORDER_TRANSITIONS[order.status]:
        raise Conflict(
            _("This is not possible any more: it is “%(status)s” now.")
            % {"status": order.get_status_display()},
            code="wrong_status",
            extra={"currentStatus": order.status, "requestedStatus": to},
        )


def deposit_left(order: SpecialOrder) -> Decimal:
    """What was paid ahead for an order and not given back."""
    return Payment.objects.filter(special_order=order).aggregate(sum=Sum("amount"))["sum"] or ZERO


@action
def cancel_special_order(
    special_order_id: UUID,
    *,
    shop_id: UUID,
    reason: str,
    refund: RefundBy = RefundBy.CASH,
    register_id: UUID | None = None,
    actor: Actor,
) -> SpecialOrder:
    """Give a special order up, and its deposit back: as it was paid, in cash, or as store credit."""
    rules.require(actor, shop_id, Act.SELL)
    order = locks.special_order(shop_id, special_order_id)
    _require(order, SpecialOrderStatus.CANCELLED)
    session = books.session_of(shop_id, register_id)
    paid: dict[str, Decimal] = dict.fromkeys(Tender.values, ZERO)
    for row in order.payments.all():
        paid[row.method] += row.amount
    back = give_back(deposit_left(order), refund, paid=paid, coin=ZERO)
    ready_to_refund(back, session, rules.policy_of(shop_id))
    book = books.Book(order.customer, actor)
    transition(
        order, SpecialOrderStatus.CANCELLED, transitions=SPECIAL_ORDER_TRANSITIONS, actor=actor, reason=reason
    )
    end_holds(order.pk, to=HoldStatus.RELEASED, actor=actor)
    amount = -sum((row.amount for row in back.payments), ZERO)
    _pay(order, back, book, session, actor)
    book.post(Account.DEPOSIT, -amount)
    events.special_order_changed(order)
    return order
