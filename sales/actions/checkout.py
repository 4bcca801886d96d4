"""The act that makes a cart a sale: money in, stock out, a number, a receipt."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Conflict, Incomplete
from clutch.core.numbers import take_number
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from inventory import locks as stock_locks
from inventory import queries as stock
from inventory.actions.stock import move_stock
from inventory.enums import HoldKind, MovementKind
from inventory.ledger import Document, Entry
from inventory.models import Hold, Movement
from sales import events, locks, rules
from sales.actions import books
from sales.enums import SALE_TRANSITIONS, Channel, SaleStatus
from sales.inputs import CartInput, PaymentInput
from sales.models import CashSession, CoreDeposit, Payment, Sale, SaleLine, TillPolicy
from sales.queries import Shelves, units_of
from sales.tenders import Settlement, settle
from shops.models import Shop
from shops.rules import Act

# What stands in the numbers of sales that no register made.
NO_REGISTER = "PL"
ZERO = Decimal(0)


@action
def complete_sale(
    sale_id: UUID,
    *,
    shop_id: UUID,
    payments: Sequence[PaymentInput],
    expected_version: int | None = None,
    actor: Actor,
) -> Sale:
    """Take the money for a cart and hand over the parts: whole, or not at all.

    Raises Invalid at the payments, Incomplete for an empty cart, and Conflict: `wrong_status`,
    `no_session`, `over_limit`, `not_enough_credit`, `not_enough_stock` with what is left, or
    `held_by_quote` with the quotes whose units the counter may take.
    """
    rules.require(actor, shop_id, Act.SELL)
    sale = locks.sale(shop_id, sale_id)
    versions.check(sale, expected_version)
    lines = list(sale.lines.all())
    _check_ready(sale, lines)
    shop = Shop.objects.get(pk=shop_id)
    policy = rules.policy_of(shop_id)
    session = books.drawer(shop_id, sale.register_id, policy)
    coin = policy.cash_rounding
    settled = settle(sale.total, payments, coin=coin, currency=sale.currency)
    return finish(sale, lines, settled, shop=shop, policy=policy, session=session, actor=actor)


@action
def ring_up(
    shop_id: UUID,
    *,
    cart: CartInput,
    payments: Sequence[PaymentInput],
    approved_by: UUID | None = None,
    actor: Actor,
) -> Sale:
    """A whole sale in one act: what `save_cart` and `complete_sale` do one after the other."""
    from sales.actions.carts import save_cart

    sale = save_cart(shop_id, cart=cart, approved_by=approved_by, actor=actor)
    return complete_sale(sale.pk, shop_id=shop_id, payments=payments, actor=actor)


def _check_ready(sale: Sale, lines: Sequence[SaleLine]) -> None:
    if sale.status not in (SaleStatus.DRAFT, SaleStatus.PARKED):
        raise Conflict(
            _("This is not possible any more: it is “%(status)s” now.")
            % {"status": sale.get_status_display()},
            code="wrong_status",
            extra={"currentStatus": sale.status, "requestedStatus": SaleStatus.COMPLETED},
        )
    if not lines:
        raise Incomplete(_("There is nothing in the cart."), fields={"lines": [_("Add a part first.")]})


def finish(
    sale: Sale,
    lines: Sequence[SaleLine],
    settled: Settlement,
    *,
    shop: Shop,
    policy: TillPolicy,
    session: CashSession | None,
    spare: Sequence[UUID] = (),
    actor: Actor,
) -> Sale:
    """Complete a locked sale whose payments are settled; inside an act that holds its session.

    `spare` names documents whose holds do not stand in the way. The order of the locks: sale and
    session are held by now; then the customer's balance, stock, and the number series.
    """
    now = timezone.now()
    book = books.customer_book(sale.customer, settled.payments, currency=sale.currency, actor=actor)
    gone = sale.channel == Channel.PLATFORM
    lock_stock(sale.shop_id, lines, spare=spare, gone=gone)
    number = next_number(shop, sale.register.code if sale.register else NO_REGISTER)
    document = Document("sale", sale.pk, number)
    moved = _move(shop.pk, lines, document, spare, actor)
    transition(
        sale, SaleStatus.COMPLETED, transitions=SALE_TRANSITIONS, actor=actor, number=number,
        completed_at=now, session=session, rounding=settled.rounding, total=sale.total + settled.rounding,
        receipt_token=secrets.token_urlsafe(32), clerk_id=actor.user_id,
    )  # fmt: skip
    Payment.objects.bulk_create(
        books.payment_rows(
            settled.payments, shop_id=shop.pk, session=session, sale=sale,
            customer_id=sale.customer_id, actor=actor,
        )
    )  # fmt: skip
    if book is not None and sale.customer is not None:
        book.document = document
        due_on = now.astimezone(shop.zone).date() + timedelta(days=sale.customer.terms_days)
        books.book_payments(settled.payments, book, due_on=due_on)
    _open_cores(sale, lines, policy, now)
    events.sale_completed(sale, [row for row in moved if row.on_hand_after < 0])
    return sale


def lock_stock(
    shop_id: UUID, lines: Sequence[SaleLine], *, spare: Sequence[UUID] = (), gone: bool = False
) -> None:
    """Lock the stock of all parts of a cart, and see whether a sent quote stands in the way.

    Raises Conflict `held_by_quote` when there is enough only with what quotes hold: whoever sells
    takes it from them first, knowingly; what is `gone` already, with an order, waits for no quote.
    Less than that is left to `move_stock`.
    """
    wanted = units_of(lines)
    if not wanted:
        return
    stocks = stock_locks.stocks(shop_id, list(wanted))
    if gone:
        return
    there = stock.availability(list(wanted), stocks=stocks, spare=spare)
    short = {
        part_id
        for part_id, units in wanted.items()
        if there[part_id].available < units <= there[part_id].for_counter
    }
    if short:
        holds = stock.open_holds(short).filter(kind=HoldKind.SOFT).exclude(document_id__in=spare)
        if found := list(holds.select_related("part")):
            raise _held(found)


def _held(holds: Sequence[Hold]) -> Conflict:
    numbers = ", ".join(dict.fromkeys(hold.document_number for hold in holds))
    return Conflict(
        _("These parts are held for a quote: %(numbers)s.") % {"numbers": numbers},
        code="held_by_quote",
        extra={
            "holds": [
                {
                    "holdId": str(hold.pk),
                    "partId": str(hold.part_id),
                    "partName": hold.part.name,
                    "quantity": hold.quantity,
                    "documentKind": hold.document_kind,
                    "documentId": str(hold.document_id),
                    "documentNumber": hold.document_number,
                    "expiresAt": hold.expires_at.isoformat() if hold.expires_at else None,
                }
                for hold in holds
            ]
        },
    )


def _move(
    shop_id: UUID, lines: Sequence[SaleLine], document: Document, spare: Sequence[UUID], actor: Actor
) -> list[Movement]:
    """Take the units of all lines off the shelves, and write on each line what the ledger took for it."""
    stocked = [line for line in lines if line.part_id is not None]
    if not stocked:
        return []
    shelves = Shelves({line.part_id for line in stocked if line.part_id})
    entries: list[Entry] = []
    owners: list[SaleLine] = []
    for line in stocked:
        assert line.part_id is not None
        for taken in shelves.take(line.part_id, line.quantity, first=line.bin_id):
            entries.append(Entry(line.part_id, -taken.quantity, MovementKind.SALE, taken.bin_id))
            owners.append(line)
    moved = move_stock(shop_id, entries, document=document, spare=spare, actor=actor)
    for line in stocked:
        line.cost = ZERO
    for line, movement in zip(owners, moved, strict=True):
        line.cost = (line.cost or ZERO) - movement.value
    SaleLine.objects.bulk_update(stocked, ["cost"])
    return moved


def _open_cores(sale: Sale, lines: Sequence[SaleLine], policy: TillPolicy, now: datetime) -> None:
    CoreDeposit.objects.bulk_create(
        CoreDeposit(
            shop_id=sale.shop_id, sale_line=line, customer_id=sale.customer_id,
            unit_charge=line.core_charge, quantity=line.quantity,
            expires_at=now + timedelta(days=policy.core_days),
        )
        for line in lines
        if line.core_charge
    )  # fmt: skip


def next_number(shop: Shop, code: str, *, kind: str = "sale", prefix: str = "") -> str:
    """The next number of a series of a shop: "R1-2026-000001". Locks the series until the commit."""
    year = timezone.now().astimezone(shop.zone).year
    last = take_number(f"{kind}/{shop.pk}/{code}/{year}")
    return f"{prefix}{code}-{year}-{last:06d}"
