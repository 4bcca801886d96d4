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
from inventory.models import Bin
from orders import locks as order_locks
from sales import locks, rules, sums
from sales.actions import books
from sales.actions.carts import save_cart
from sales.actions.checkout import finish
from sales.actions.credit_notes import Back, CreditNote, issue
from sales.enums import NO_FEE, Condition, ReturnReason, SaleStatus, Tender
from sales.inputs import BackInput, CartInput, PaymentInput, ReturnInput
from sales.models import (
    CashSession,
    Customer,
    Payment,
    ReturnLine,
    Sale,
    SaleLine,
    SaleReturn,
    TillPolicy,
)
from sales.queries import returned_units
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
    settled = give_back(ready.note.credit, given.refund, paid=ready.paid, coin=ready.policy.cash_rounding)
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
    back = give_back(note.credit - used, given.refund, paid=ready.paid, coin=coin)
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


def ready_to_refund(settled: Settlement, session: CashSession | None, policy: TillPolicy) -> None:
    """Cash goes through an open register, where the shop wants that. Raises Conflict `no_session`."""
    if session is None and policy.needs_session and settled.sum_of(Tender.CASH):
        raise Conflict(_("Open the register first."), code="no_session")


def _ready(
    sale_id: UUID, shop_id: UUID, given: ReturnInput, approved_by: UUID | None, actor: Actor
) -> _Ready:
    rules.require(actor, shop_id, Act.TAKE_RETURN)
    sale = locked_with_order(shop_id, sale_id)
    shop, policy = Shop.objects.get(pk=shop_id), rules.policy_of(shop_id)
    _check_status(sale)
    approver = _check_days(sale, policy, approved_by, actor)
    backs = _backs(sale, given.lines)
    session = books.session_of(shop_id, given.register_id or sale.register_id)
    note = CreditNote(
        shop=shop, currency=sale.currency, sale=sale, customer=_customer(sale, given), backs=backs,
        note=given.note, vehicle=given.vehicle, approved_by=approver,
        register=session.register if session else sale.register,
    )  # fmt: skip
    note.fee = _fee(note, given, policy)
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
    assert sale.completed_at is not None
    if timezone.now() < sale.completed_at + timedelta(days=policy.return_days):
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


def _customer(sale: Sale, given: ReturnInput) -> Customer | None:
    if sale.customer is not None or given.customer_id is None:
        return sale.customer
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


def _backs(sale: Sale, asked: Sequence[BackInput]) -> list[Back]:
    """The lines that come back with their share of price, tax, deposit and cost."""
    if not asked:
        message = _("Say what comes back.")
        raise Invalid(message, fields={"lines": [message]})
    lines = {line.pk: line for line in sale.lines.select_related("part")}
    _check_lines(sale, lines, asked)
    gone = returned_units(sale.pk)
    left = {pk: line.quantity - gone.get(pk, 0) for pk, line in lines.items()}
    wanted: dict[UUID, int] = {}
    for row in asked:
        wanted[row.line_id] = wanted.get(row.line_id, 0) + row.quantity
    if over := {pk for pk, units in wanted.items() if units > left[pk]}:
        raise _more_than_sold(lines, left, over)
    now = timezone.now()
    cores = {core.sale_line_id: core for core in locks.cores(list(wanted))}
    backs = []
    for row in asked:
        line, before = lines[row.line_id], gone.get(row.line_id, 0)
        core = cores.get(line.pk)
        # While the old part may still come, its deposit goes back with the part itself.
        deposits = min(row.quantity, core.left) if core and core.is_open_at(now) else 0
        if core:
            core.reversed += deposits
        backs.append(_back(line, row, before, deposits, sale.currency))
        backs[-1].core = core if deposits else None
        gone[line.pk] = before + row.quantity
    return backs


def _check_lines(sale: Sale, lines: Mapping[UUID, SaleLine], asked: Sequence[BackInput]) -> None:
    wanted = {row.bin_id for row in asked if row.bin_id}
    bins = set(Bin.objects.filter(shop=sale.shop_id, pk__in=wanted).values_list("pk", flat=True))
    problems: dict[str, list[object]] = {}
    for n, row in enumerate(asked):
        if row.line_id not in lines:
            problems[f"lines.{n}.line_id"] = [_("This sale has no such line.")]
        if row.quantity < 1:
            problems[f"lines.{n}.quantity"] = [_("Enter at least 1.")]
        if row.bin_id and row.bin_id not in bins:
            problems[f"lines.{n}.bin_id"] = [_("There is no such bin.")]
        if row.reason == ReturnReason.OLD_PART:
            problems[f"lines.{n}.reason"] = [_("Choose one of the reasons.")]
    if problems:
        raise Invalid(_("Some fields need another look."), fields=problems)


def _more_than_sold(lines: Mapping[UUID, SaleLine], left: Mapping[UUID, int], over: set[UUID]) -> Conflict:
    said = [
        ngettext("%(part)s: %(left)s can come back.", "%(part)s: %(left)s can come back.", left[pk])
        % {"part": lines[pk].name, "left": left[pk]}
        for pk in sorted(over, key=lambda pk: lines[pk].position)
    ]
    return Conflict(
        _("This is more than was sold. %(parts)s") % {"parts": " ".join(said)},
        code="more_than_sold",
        extra={"lines": [{"lineId": str(pk), "left": left[pk]} for pk in sorted(over)]},
    )


def _back(line: SaleLine, row: BackInput, before: int, deposits: int, currency: str) -> Back:
    def part_of(amount: Decimal) -> Decimal:
        return sums.share(amount, before=before, units=row.quantity, of=line.quantity, currency=currency)

    # What is paid back is rounded first: half of 2,000.00 is 1,000.00, however its tax divides.
    total, tax = part_of(line.total), part_of(line.tax)
    bin_id = row.bin_id or line.bin_id or (line.part.default_bin_id if line.part else None)
    return Back(
        ReturnLine(
            sale_line=line, part=line.part, name=line.name, part_number=line.part_number,
            quantity=row.quantity, condition=row.condition, reason=row.reason, net=total - tax, tax=tax,
            core_charge=line.core_charge * deposits,
            cost=part_of(line.cost) if line.cost is not None else ZERO,
        ),
        bin_id=bin_id,
        damaged=row.condition == Condition.DAMAGED,
    )  # fmt: skip


def _fee(note: CreditNote, given: ReturnInput, policy: TillPolicy) -> Decimal:
    """The shop's percentage of what comes back without its own fault; a clerk may ask for less."""
    goods = sum(
        (back.line.net + back.line.tax for back in note.backs if back.line.reason not in NO_FEE), ZERO
    )
    most = sums.percent_of(goods, policy.restocking_percent, note.currency)
    if given.restocking_fee is None:
        return most
    if not ZERO <= given.restocking_fee <= most:
        message = _("The restocking fee is at most %(amount)s %(currency)s.")
        said = message % {"amount": f"{most:f}", "currency": note.currency}
        raise Invalid(said, fields={"restocking_fee": [said]})
    return given.restocking_fee
