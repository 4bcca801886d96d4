"""What all credit notes share: their number, their money, what goes back to the shelf."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from clutch.core.errors import Invalid
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from inventory import locks as stock_locks
from inventory.actions.misfits import NotFitting, Vehicle, record_misfits
from inventory.actions.stock import move_stock
from inventory.enums import MovementKind, Reason
from inventory.ledger import Document, Entry
from orders.actions import payment as order_payment
from sales import events, sums
from sales.actions import books
from sales.actions.checkout import NO_REGISTER, next_number
from sales.enums import CORE_TRANSITIONS, SALE_TRANSITIONS, CoreStatus, ReturnReason, SaleStatus, Tender
from sales.models import (
    CashSession,
    CoreDeposit,
    Customer,
    Payment,
    Register,
    ReturnLine,
    Sale,
    SaleReturn,
)
from sales.queries import returned_units
from sales.tenders import Settlement
from shops.models import Shop

ZERO = Decimal(0)


@dataclass
class Back:
    """One line of a credit note. `core` is the (locked) deposit that it settles."""

    line: ReturnLine
    bin_id: UUID | None = None
    damaged: bool = False
    core: CoreDeposit | None = None
    # A line without a sale goes back at the moving average; its cost is known afterwards.
    at_average: bool = False

    @property
    def worth(self) -> Decimal:
        """What the customer gets for it, tax and deposit and all."""
        return self.line.net + self.line.tax + self.line.core_charge

    def entries(self) -> list[Entry]:
        """What the ledger books: onto the shelf, and off again what is not fit for it.

        A damaged part comes back at the cost of its sale and is written off at the same: the loss
        stands under its own reason, and the value of the others is not touched.
        """
        line = self.line
        if line.part_id is None:
            return []
        value = None if self.at_average else line.cost
        back = Entry(line.part_id, line.quantity, MovementKind.RETURN, self.bin_id, value=value)
        if not self.damaged:
            return [back]
        off = Entry(
            line.part_id, -line.quantity, MovementKind.ADJUSTMENT, self.bin_id,
            value=-value if value is not None else None, reason=Reason.DAMAGED,
        )  # fmt: skip
        return [back, off]


@dataclass
class CreditNote:
    """A credit note before it has its number."""

    shop: Shop
    currency: str
    sale: Sale | None
    customer: Customer | None
    backs: list[Back]
    register: Register | None = None
    note: str = ""
    phone: str = ""
    vehicle: Vehicle | None = None
    approved_by: UUID | None = None
    fee: Decimal = ZERO
    # What was asked for the delivery, and the tax in or on it, where it is given back too.
    delivery_fee: Decimal = ZERO
    delivery: sums.Taxed | None = None

    def sum_of(self, column: str) -> Decimal:
        """What the lines add up to in a column."""
        return sum((getattr(back.line, column) for back in self.backs), ZERO)

    @property
    def credit(self) -> Decimal:
        """What the customer gets, before the rounding of cash."""
        goods = self.sum_of("net") + self.sum_of("tax") + self.sum_of("core_charge")
        return goods + (self.delivery.total if self.delivery else ZERO) - self.fee

    def lock_stock(self, also: Collection[UUID] = ()) -> None:
        """Lock the stock of all parts that come back, and of others that move in the same act."""
        parts = {back.line.part_id for back in self.backs if back.line.part_id} | set(also)
        if parts:
            stock_locks.stocks(self.shop.pk, parts)


def issue(
    note: CreditNote,
    settled: Settlement,
    session: CashSession | None,
    *,
    exchange: Sale | None = None,
    actor: Actor,
) -> SaleReturn:
    """Write a credit note whose money is split; inside an act that holds its sale and session."""
    if settled.sum_of(Tender.STORE_CREDIT) and note.customer is None:
        message = _("Choose the customer first.")
        raise Invalid(message, code="no_customer", fields={"customer_id": [message]})
    book = books.lock_balance(note.customer, settled.payments, actor)
    note.lock_stock()
    code = note.register.code if note.register else NO_REGISTER
    number = next_number(note.shop, code, kind="return", prefix="CR-")
    row = _row(note, settled, session=session, number=number, exchange=exchange, actor=actor)
    document = Document("return", row.pk, number)
    _move(note, document, actor)
    for back in note.backs:
        back.line.sale_return = row
    ReturnLine.objects.bulk_create([back.line for back in note.backs])
    Payment.objects.bulk_create(
        books.payment_rows(
            settled.payments, shop_id=note.shop.pk, session=session, sale_return=row,
            customer=note.customer, actor=actor,
        )
    )  # fmt: skip
    if book is not None:
        book.document = document
        books.book_payments(settled.payments, book)
    _refund_on_platform(note, settled, actor)
    _settle_cores(note, actor)
    _note_misfits(note, document, actor)
    _close_sale(note, actor)
    events.sale_returned(row, note.sale)
    return row


def _row(
    note: CreditNote,
    settled: Settlement,
    *,
    session: CashSession | None,
    number: str,
    exchange: Sale | None,
    actor: Actor,
) -> SaleReturn:
    delivery_tax = note.delivery.tax if note.delivery else ZERO
    return SaleReturn.objects.create(
        shop=note.shop, number=number, sale=note.sale, exchange=exchange, session=session,
        clerk_id=actor.user_id, approved_by_id=note.approved_by, customer=note.customer,
        phone=note.phone, currency=note.currency, goods_total=note.sum_of("net"),
        tax_total=note.sum_of("tax") + delivery_tax, core_total=note.sum_of("core_charge"),
        delivery_fee=note.delivery_fee, delivery_tax=delivery_tax, restocking_fee=note.fee,
        rounding=settled.rounding, refund_total=note.credit + settled.rounding, note=note.note,
    )  # fmt: skip


def _move(note: CreditNote, document: Document, actor: Actor) -> None:
    """Put the units back; what came without a sale learns its cost from the ledger."""
    entries: list[Entry] = []
    first: list[tuple[Back, int]] = []
    for back in note.backs:
        if found := back.entries():
            first.append((back, len(entries)))
            entries += found
    if not entries:
        return
    moved = move_stock(note.shop.pk, entries, document=document, actor=actor)
    for back, index in first:
        back.line.cost = moved[index].value


def _refund_on_platform(note: CreditNote, settled: Settlement, actor: Actor) -> None:
    """What the platform has collected goes back through it, so that its ledger says the same."""
    amount = -settled.sum_of(Tender.PLATFORM)
    if amount and note.sale is not None and note.sale.order_id is not None:
        order_payment.refund(note.sale.order_id, amount=amount, reason=_("Returned to the shop"), actor=actor)


def _settle_cores(note: CreditNote, actor: Actor) -> None:
    for core in {back.core.pk: back.core for back in note.backs if back.core}.values():
        core.save(update_fields=["returned", "reversed"])
        if not core.left:
            to = CoreStatus.RETURNED if core.returned else CoreStatus.REVERSED
            transition(core, to, transitions=CORE_TRANSITIONS, actor=actor)
        events.core_changed(core)


def _note_misfits(note: CreditNote, document: Document, actor: Actor) -> None:
    parts = [
        NotFitting(
            line.part_id, line.name, line.part_number, line.part.brand if line.part else "", line.quantity
        )
        for line in (back.line for back in note.backs)
        if line.reason == ReturnReason.DOES_NOT_FIT
    ]
    if parts:
        vehicle = note.vehicle or _vehicle_of(note.sale)
        record_misfits(note.shop.pk, parts, vehicle=vehicle, document=document, actor=actor)


def _vehicle_of(sale: Sale | None) -> Vehicle:
    """The vehicle for which a sale was: the customer's, or of the platform's order."""
    found = None if sale is None else sale.vehicle or sale.order
    if found is None:
        return Vehicle()
    return Vehicle(found.make_id, found.model_id, found.make_name, found.model_name, found.year, found.vin)


def _close_sale(note: CreditNote, actor: Actor) -> None:
    """A sale of which every unit has come back is returned."""
    sale = note.sale
    if sale is None or sale.status != SaleStatus.COMPLETED:
        return
    gone = returned_units(sale.pk)
    if all(gone.get(line.pk, 0) == line.quantity for line in sale.lines.all()):
        transition(sale, SaleStatus.RETURNED, transitions=SALE_TRANSITIONS, actor=actor)
