"""Acts for what comes back: of a sale, and against something else in the same act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clutch.core.errors import Conflict, Incomplete, Invalid, NotAllowed
from clutch.feed.action import action
from clutch.feed.actor import Actor
from orders import locks as order_locks
from sales import locks, rules, sums
from sales.actions import books
from sales.actions.backs import add_delivery, backs_of, comes_back_whole, fee_of, most_fee
from sales.actions.carts import save_cart
from sales.actions.checkout import finish
from sales.actions.credit_notes import CreditNote, issue
from sales.actions.customers import customer_of_phone
from sales.enums import RefundBy, SaleStatus, Tender
from sales.inputs import CartInput, PaymentInput, ReturnInput
from sales.models import (
    CashSession,
    Customer,
    Payment,
    Sale,
    SaleReturn,
    TillPolicy,
)
from sales.pricing import Priced, Terms, price_cart
from sales.tenders import Due, Settlement, give_back, settle
from shops.models import Shop
from shops.rules import Act

ZERO = Decimal(0)


@action
def take_return(
    sale_id: UUID, *, shop_id: UUID, given: ReturnInput, approved_by: UUID | None = None, actor: Actor
) -> SaleReturn:
    """Take units of a sale back and give their money; the credit note cites the sale.

    Never more than was sold, whoever else takes some at the same moment. Raises Conflict
    `more_than_sold` with what is left, `wrong_status`, `no_session`; NotAllowed `too_late` after the
    days to return unless approved; Invalid at the fields.
    """
    ready = _ready(sale_id, shop_id, given, approved_by, actor)
    settled = _refund(ready, ready.note.credit, given)
    ready_to_refund(settled, ready.session, ready.policy)
    return issue(ready.note, settled, ready.session, actor=actor)


@action
def exchange(
    sale_id: UUID,
    *,
    shop_id: UUID,
    given: ReturnInput,
    cart: CartInput,
    payments: Sequence[PaymentInput],
    approved_by: UUID | None = None,
    actor: Actor,
) -> SaleReturn:
    """Take units back and sell others in one act: what came back pays first, the rest is paid or given back.

    Raises as `take_return` and `complete_sale` do.
    """
    ready = _ready(sale_id, shop_id, given, approved_by, actor)
    note = ready.note
    cart = _same_customer(cart, note)
    if cart.register_id is None:
        cart = replace(cart, register_id=given.register_id)
    new = save_cart(shop_id, cart=cart, actor=actor)
    note.customer = new.customer
    lines = list(new.lines.all())
    if not lines:
        raise Incomplete(_("There is nothing in the cart."), fields={"cart": [_("Add a part first.")]})
    used = min(note.credit, new.total)
    coin = ready.policy.cash_rounding
    rest = settle(new.total - used, payments, coin=coin, currency=new.currency)
    back = _refund(ready, note.credit - used, given)
    against = [Due(Tender.EXCHANGE, used)] if used else []
    ready_to_refund(rest, ready.session, ready.policy)
    ready_to_refund(back, ready.session, ready.policy)
    refund = Settlement(
        [*(replace(row, amount=-row.amount) for row in against), *back.payments], back.rounding, ZERO
    )
    books.lock_balance(new.customer, [*rest.payments, *back.payments], actor)
    note.lock_stock(also={line.part_id for line in lines if line.part_id})
    issued = issue(note, refund, ready.session, exchange=new, actor=actor)
    bought = Settlement([*against, *rest.payments], rest.rounding, rest.change)
    finish(new, lines, bought, shop=ready.shop, policy=ready.policy, session=ready.session, actor=actor)
    return issued


def _same_customer(cart: CartInput, note: CreditNote) -> CartInput:
    if note.customer is None:
        return cart
    if cart.customer_id not in (None, note.customer.pk):
        message = _("An exchange is with the customer of the sale.")
        raise Invalid(message, fields={"cart.customer_id": [message]})
    return replace(cart, customer_id=note.customer.pk)


@dataclass
class _Ready:
    """A checked return, before its money is split."""

    shop: Shop
    policy: TillPolicy
    session: CashSession | None
    note: CreditNote
    paid: Mapping[str, Decimal]


def _refund(ready: _Ready, amount: Decimal, given: ReturnInput) -> Settlement:
    """Split what goes back. What the sale itself was rounded by may differ, as well as a coin."""
    sale = ready.note.sale
    rounded = abs(sale.rounding) if sale else ZERO
    return give_back(
        amount, given.refund, paid=ready.paid, coin=ready.policy.cash_rounding, rounded=rounded,
        currency=ready.note.currency,
    )  # fmt: skip


@dataclass(frozen=True)
class Preview:
    """What a return would give back, and an exchange would cost, before anything is booked.

    `most_fee` is what the shop's percentage comes to; `due` is what is still to be paid in an exchange,
    `due_in_cash` the same to the smallest coin; `can_refund_delivery` where with this the whole sale is back.
    """

    note: CreditNote
    back: Settlement
    most_fee: Decimal
    can_refund_delivery: bool
    bought: Priced | None = None
    used: Decimal = ZERO
    due: Decimal = ZERO
    due_in_cash: Decimal = ZERO

    @property
    def refund(self) -> Decimal:
        """What is handed or booked back."""
        return -sum((row.amount for row in self.back.payments), ZERO)

    @property
    def ways(self) -> list[tuple[Tender, Decimal]]:
        """In which ways how much goes back."""
        return [(row.method, -row.amount) for row in self.back.payments]


@action
def preview_return(
    sale_id: UUID, *, shop_id: UUID, given: ReturnInput, cart: CartInput | None = None, actor: Actor
) -> Preview:
    """What `take_return` would give back, or `exchange` with a cart; nothing is written.

    Raises as they do, but for the days to return and for who gets store credit.
    """
    ready = _ready(sale_id, shop_id, replace(given, phone=""), None, actor, checks_days=False)
    note, priced, used, due = ready.note, None, ZERO, ZERO
    if cart is not None:
        terms = Terms(ready.shop, ready.policy, note.customer, ready.policy.prices_include_tax)
        priced = price_cart(cart, terms)
        used = min(note.credit, priced.totals.total)
        due = priced.totals.total - used
    back = _refund(ready, note.credit - used, given)
    most = most_fee(note, ready.policy)
    in_cash = sums.to_coin(due, ready.policy.cash_rounding)
    return Preview(note, back, most, comes_back_whole(note), priced, used, due, in_cash)


def ready_to_refund(settled: Settlement, session: CashSession | None, policy: TillPolicy) -> None:
    """Cash goes through an open register, where the shop wants that. Raises Conflict `no_session`."""
    if session is None and policy.needs_session and settled.sum_of(Tender.CASH):
        raise Conflict(_("Open the register first."), code="no_session")


def _ready(
    sale_id: UUID,
    shop_id: UUID,
    given: ReturnInput,
    approved_by: UUID | None,
    actor: Actor,
    *,
    checks_days: bool = True,
) -> _Ready:
    rules.require(actor, shop_id, Act.TAKE_RETURN)
    sale = locked_with_order(shop_id, sale_id)
    shop, policy = Shop.objects.get(pk=shop_id), rules.policy_of(shop_id)
    _check_status(sale)
    approver = _check_days(sale, policy, approved_by, actor) if checks_days else None
    backs = backs_of(sale, given.lines)
    session = books.session_of(shop_id, given.register_id or sale.register_id)
    note = CreditNote(
        shop=shop, currency=sale.currency, sale=sale, customer=_customer(sale, given, actor), backs=backs,
        note=given.note, vehicle=given.vehicle, approved_by=approver,
        register=session.register if session else sale.register,
    )  # fmt: skip
    note.fee = fee_of(note, given, policy)
    add_delivery(note, given)
    return _Ready(shop, policy, session, note, still_paid(sale))


def locked_with_order(shop_id: UUID, sale_id: UUID) -> Sale:
    """A sale, locked; behind its order where it came from the platform."""
    order_id = Sale.objects.filter(shop=shop_id, pk=sale_id).values_list("order", flat=True).first()
    if order_id is not None:
        order_locks.order(order_id)
    return locks.sale(shop_id, sale_id)


def _check_status(sale: Sale) -> None:
    if sale.status != SaleStatus.COMPLETED:
        message = _("Nothing of this sale can come back: it is “%(status)s”.")
        raise Conflict(
            message % {"status": sale.get_status_display()},
            code="wrong_status",
            extra={"currentStatus": sale.status},
        )


def _check_days(sale: Sale, policy: TillPolicy, approved_by: UUID | None, actor: Actor) -> UUID | None:
    """Within the days of the shop anybody takes it back, later only who may without a receipt too."""
    if not is_late(sale, policy):
        return None
    try:
        return rules.require_or_approved(actor, sale.shop_id, Act.RETURN_WITHOUT_RECEIPT, approved_by)
    except NotAllowed as refused:
        if refused.code != "needs_approval":
            raise
        message = ngettext(
            "The time to return, %(count)d day, is over; this needs a manager's PIN.",
            "The time to return, %(count)d days, is over; this needs a manager's PIN.",
            policy.return_days,
        )
        raise NotAllowed(
            message % {"count": policy.return_days}, code="too_late", extra=refused.extra
        ) from refused


def is_late(sale: Sale, policy: TillPolicy) -> bool:
    """Whether the days to return a completed sale are over."""
    assert sale.completed_at is not None
    return timezone.now() >= sale.completed_at + timedelta(days=policy.return_days)


def _customer(sale: Sale, given: ReturnInput, actor: Actor) -> Customer | None:
    if sale.customer is not None:
        return sale.customer
    if given.customer_id is None:
        asks = given.phone and given.refund == RefundBy.STORE_CREDIT
        return (
            customer_of_phone(sale.shop_id, phone=given.phone, name=given.name, actor=actor) if asks else None
        )
    found = Customer.objects.filter(
        shop=sale.shop_id, pk=given.customer_id, merged_into=None, erased_at=None
    ).first()
    if found is None:
        message = _("There is no such customer.")
        raise Invalid(message, fields={"customer_id": [message]})
    return found


def still_paid(sale: Sale) -> dict[str, Decimal]:
    """What each way of paying has of a (locked) sale, refunds taken off."""
    paid = dict.fromkeys(Tender.values, ZERO)
    for row in Payment.objects.filter(sale=sale) | Payment.objects.filter(sale_return__sale=sale):
        paid[row.method] += row.amount
    return paid
