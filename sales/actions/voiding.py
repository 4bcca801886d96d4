"""Undoing a sale on the day it was made, as if it had not been: money and stock go back exactly."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Conflict, Invalid
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from inventory import locks as stock_locks
from inventory.actions.stock import move_stock
from inventory.enums import MovementKind
from inventory.ledger import Document, Entry
from inventory.models import Movement
from sales import events, locks, rules
from sales.actions import books
from sales.actions.special_orders import keep_for_customer
from sales.enums import (
    CORE_TRANSITIONS,
    SALE_TRANSITIONS,
    SPECIAL_ORDER_TRANSITIONS,
    Channel,
    CoreStatus,
    SaleStatus,
    SpecialOrderStatus,
    Tender,
)
from sales.models import CashSession, CoreDeposit, Payment, Sale, SpecialOrder
from sales.tenders import Due
from shops.models import Shop
from shops.rules import Act


@action
def void_sale(
    sale_id: UUID,
    *,
    shop_id: UUID,
    reason: str,
    register_id: UUID | None = None,
    approved_by: UUID | None = None,
    expected_version: int | None = None,
    actor: Actor,
) -> Sale:
    """Undo a sale of today (in the shop's zone), or give up a cart. The number stays used.

    Every payment goes back as it came, through the register that is open now; every unit goes back
    to its bin at the cost at which it left. Raises Conflict `not_today`, `has_returns`,
    `core_returned`, `not_voidable`, `no_session`, NotAllowed `needs_approval`.
    """
    rules.require(actor, shop_id, Act.SELL)
    if not reason.strip():
        message = _("Say why.")
        raise Invalid(message, fields={"reason": [message]})
    sale = locks.sale(shop_id, sale_id)
    versions.check(sale, expected_version)
    changes: dict[str, Any] = {"voided_at": timezone.now(), "void_reason": reason.strip()}
    if sale.status in (SaleStatus.DRAFT, SaleStatus.PARKED):
        # A cart has moved nothing; whoever may sell gives it up.
        transition(
            sale, SaleStatus.VOIDED, transitions=SALE_TRANSITIONS, actor=actor, reason=reason, **changes
        )
        events.sale_voided(sale)
        return sale
    approver = rules.require_or_approved(actor, shop_id, Act.VOID_SALE, approved_by)
    _check(sale)
    specials = list(locks.special_orders_of(sale.pk))
    session = _drawer(sale, register_id)
    _undo(sale, session, specials, actor)
    transition(
        sale, SaleStatus.VOIDED, transitions=SALE_TRANSITIONS, actor=actor, reason=reason,
        void_session=session, void_approved_by_id=approver, **changes,
    )  # fmt: skip
    events.sale_voided(sale)
    return sale


def _check(sale: Sale) -> None:
    """What may still be undone whole. Another status is left to the transition."""
    if sale.status == SaleStatus.COMPLETED and (refused := why_not_void(sale)):
        raise refused


def why_not_void(sale: Sale) -> Conflict | None:
    """What stands in the way of voiding a sale; None where nothing does. True for good under its lock."""
    if sale.status != SaleStatus.COMPLETED or sale.completed_at is None:
        message = _("This sale cannot be voided: it is “%(status)s”.")
        return Conflict(message % {"status": sale.get_status_display()}, code="wrong_status")
    zone = Shop.objects.only("time_zone").get(pk=sale.shop_id).zone
    if sale.completed_at.astimezone(zone).date() != timezone.now().astimezone(zone).date():
        return Conflict(_("Only a sale of today can be voided. Take a return instead."), code="not_today")
    if sale.returns.exists():
        message = _("Something of this sale has come back. Take a return instead.")
        return Conflict(message, code="has_returns")
    if sale.channel == Channel.PLATFORM or hasattr(sale, "exchanged_for"):
        return Conflict(_("This sale cannot be voided. Take a return instead."), code="not_voidable")
    # An old part comes back under the lock of its sale too.
    if CoreDeposit.objects.filter(sale_line__sale=sale, returned__gt=0).exists():
        message = _("An old part of this sale has come back. Take a return instead.")
        return Conflict(message, code="core_returned")
    return None


def _drawer(sale: Sale, register_id: UUID | None) -> CashSession | None:
    """The drawer out of which the money goes; the sale's own register unless another is named."""
    session = books.session_of(sale.shop_id, register_id or sale.register_id)
    needs = rules.policy_of(sale.shop_id).needs_session
    if session is None and needs and sale.payments.filter(method=Tender.CASH).exists():
        raise Conflict(_("Open the register first."), code="no_session")
    return session


def _undo(sale: Sale, session: CashSession | None, specials: list[SpecialOrder], actor: Actor) -> None:
    if sale.status != SaleStatus.COMPLETED:
        return
    back = [Due(Tender(row.method), -row.amount, reference=row.reference) for row in sale.payments.all()]
    book = books.lock_balance(sale.customer, back, actor)
    document = Document("sale", sale.pk, sale.number)
    _put_back(sale, document, actor)
    Payment.objects.bulk_create(
        books.payment_rows(
            [replace(row, tendered=None) for row in back], shop_id=sale.shop_id, session=session,
            sale=sale, customer=sale.customer, actor=actor,
        )
    )  # fmt: skip
    if book is not None:
        book.document = document
        books.book_payments(back, book)
    for core in locks.cores([line.pk for line in sale.lines.all()]).filter(status=CoreStatus.OPEN):
        core.reversed = core.quantity
        core.save(update_fields=["reversed"])
        transition(core, CoreStatus.REVERSED, transitions=CORE_TRANSITIONS, actor=actor)
        events.core_changed(core)
    for order in specials:
        transition(
            order, SpecialOrderStatus.ARRIVED, transitions=SPECIAL_ORDER_TRANSITIONS, actor=actor, sale=None
        )
        keep_for_customer(order, actor=actor)
        events.special_order_changed(order)


def _put_back(sale: Sale, document: Document, actor: Actor) -> None:
    """Reverse what the sale moved: the same units into the same bins, at the same value."""
    parts = {line.part_id for line in sale.lines.all() if line.part_id}
    if not parts:
        return
    stock_locks.stocks(sale.shop_id, parts)
    moved = Movement.objects.filter(document_id=sale.pk, kind=MovementKind.SALE).order_by("part", "seq")
    entries = [
        Entry(row.part_id, -row.quantity, MovementKind.RETURN, row.bin_id, value=-row.value) for row in moved
    ]
    move_stock(sale.shop_id, entries, document=document, actor=actor)
