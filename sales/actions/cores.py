"""Deposits for old parts: what comes back later by itself, and what never comes."""

from decimal import Decimal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clutch.core.errors import Conflict, Invalid, NotFound
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from sales import events, locks, rules
from sales.actions import books
from sales.actions.credit_notes import Back, CreditNote, issue
from sales.actions.returns import ready_to_refund
from sales.enums import CORE_TRANSITIONS, Condition, CoreStatus, RefundBy, ReturnReason
from sales.models import CoreDeposit, ReturnLine, SaleReturn
from sales.tenders import give_back
from shops.models import Shop
from shops.rules import Act

ZERO = Decimal(0)


@action
def return_core(
    core_id: UUID,
    *,
    shop_id: UUID,
    quantity: int,
    refund: RefundBy = RefundBy.CASH,
    register_id: UUID | None = None,
    note: str = "",
    actor: Actor,
) -> SaleReturn:
    """Take old parts back and give their deposit; a credit note without goods.

    Old parts are no stock of the shop. Raises Conflict `core_over` once the deposit has run out or
    is settled, `more_than_sold` with what is left.
    """
    rules.require(actor, shop_id, Act.TAKE_RETURN)
    found = CoreDeposit.objects.filter(shop=shop_id, pk=core_id).select_related("sale_line").first()
    if found is None:
        raise NotFound(_("There is no such deposit."))
    sale = locks.sale(shop_id, found.sale_line.sale_id)
    core = locks.cores([found.sale_line_id]).get()
    _check(core, quantity)
    shop, policy = Shop.objects.get(pk=shop_id), rules.policy_of(shop_id)
    session = books.session_of(shop_id, register_id or sale.register_id)
    core.returned += quantity
    line = ReturnLine(
        core_deposit=core, name=_("Old part: %(part)s") % {"part": found.sale_line.name},
        part_number=found.sale_line.part_number, quantity=quantity, condition=Condition.DAMAGED,
        reason=ReturnReason.OLD_PART, net=ZERO, tax=ZERO, core_charge=core.unit_charge * quantity,
    )  # fmt: skip
    line.name = line.name[:120]
    credit = CreditNote(
        shop=shop, currency=sale.currency, sale=sale, customer=sale.customer, backs=[Back(line, core=core)],
        register=session.register if session else sale.register, note=note,
    )  # fmt: skip
    by = RefundBy.CASH if refund == RefundBy.ORIGINAL else refund
    settled = give_back(credit.credit, by, paid={}, coin=policy.cash_rounding)
    ready_to_refund(settled, session, policy)
    return issue(credit, settled, session, actor=actor)


def _check(core: CoreDeposit, quantity: int) -> None:
    if quantity < 1:
        message = _("Enter at least 1.")
        raise Invalid(message, fields={"quantity": [message]})
    if not core.is_open_at(timezone.now()):
        raise Conflict(_("The time for this deposit is over, or it is settled."), code="core_over")
    if quantity > core.left:
        message = ngettext("%(left)s old part is awaited.", "%(left)s old parts are awaited.", core.left)
        raise Conflict(message % {"left": core.left}, code="more_than_sold", extra={"left": core.left})


@action
def sweep_expired_cores(*, limit: int = 500, actor: Actor) -> int:
    """Write down which deposits have run out, oldest first; return how many. They were over already."""
    due = (
        CoreDeposit.objects.select_for_update(no_key=True, of=("self",), skip_locked=True)
        .filter(status=CoreStatus.OPEN, expires_at__lte=timezone.now())
        .order_by("pk")[:limit]
    )
    rows = [transition(core, CoreStatus.EXPIRED, transitions=CORE_TRANSITIONS, actor=actor) for core in due]
    for core in rows:
        events.core_changed(core)
    return len(rows)
