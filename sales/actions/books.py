"""What every act that moves money shares: drawers, balances of customers, payments."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clutch.core.errors import Conflict, Invalid
from clutch.core.money import round_money
from clutch.feed.actor import Actor
from inventory.ledger import Document
from sales import locks
from sales.enums import Account, CustomerStatus, Tender
from sales.models import AccountEntry, CashSession, Customer, Payment, TillPolicy
from sales.tenders import Due

ZERO = Decimal(0)
COLUMNS = {Account.OWED: "owed", Account.CREDIT: "credit", Account.DEPOSIT: "deposit"}
# Which sum of the customer a payment goes by, and with which sign: on account is owed, the rest is used up.
BY_ACCOUNT: dict[str, tuple[Account, int]] = {
    Tender.ACCOUNT: (Account.OWED, 1),
    Tender.STORE_CREDIT: (Account.CREDIT, -1),
    Tender.DEPOSIT: (Account.DEPOSIT, -1),
}


def session_of(shop_id: UUID, register_id: UUID | None) -> CashSession | None:
    """The open session of a register, locked; None while it is closed, or without a register."""
    return locks.open_session(shop_id, register_id) if register_id else None


def drawer(shop_id: UUID, register_id: UUID | None, policy: TillPolicy) -> CashSession | None:
    """The open session of a register, locked. Raises Conflict `no_session` where the shop needs one."""
    session = session_of(shop_id, register_id)
    if session is None and policy.needs_session:
        raise Conflict(_("Open the register first."), code="no_session")
    return session


class Book:
    """The entries of one act on the sums of one customer, under the lock of their balance.

    `document` (kind, id, number) is named before the first entry; the balance is locked before
    anything else, and the number of the document comes last.
    """

    def __init__(self, customer: Customer, actor: Actor) -> None:
        self.customer = customer
        self.balance = locks.balance(customer.shop_id, customer.pk)
        self.document = Document()
        self.actor = actor

    def post(
        self, account: Account, amount: Decimal, *, due_on: date | None = None, note: str = ""
    ) -> AccountEntry | None:
        """Add an entry and bring the sum up to date. The caller has checked what must not be passed."""
        if not amount:
            return None
        column = COLUMNS[account]
        after = getattr(self.balance, column) + amount
        setattr(self.balance, column, after)
        self.balance.save(update_fields=[column])
        return AccountEntry.objects.create(
            shop_id=self.customer.shop_id, customer=self.customer, account=account, amount=amount,
            balance_after=after, document_kind=self.document.kind, document_id=self.document.id,
            document_number=self.document.number, due_on=due_on, note=note, **said_by(self.actor),
        )  # fmt: skip


def lock_balance(customer: Customer | None, payments: Sequence[Due], actor: Actor) -> Book | None:
    """The locked sums of a customer whom payments touch; None where they touch none."""
    touched = any(row.method in BY_ACCOUNT for row in payments)
    return Book(customer, actor) if touched and customer is not None else None


def customer_book(
    customer: Customer | None, payments: Sequence[Due], *, currency: str, actor: Actor
) -> Book | None:
    """The locked sums of a customer who pays from or onto them; None where nobody does.

    Raises Invalid without a customer, Conflict `over_limit` or `not_enough_credit` with what is left.
    """
    amounts = {method: _sum(payments, method) for method in BY_ACCOUNT}
    if not any(amounts.values()):
        return None
    if customer is None:
        message = _("Choose the customer first.")
        raise Invalid(message, code="no_customer", fields={"customer_id": [message]})
    book = Book(customer, actor)
    check_payments(book, payments, currency)
    return book


def check_payments(book: Book, payments: Sequence[Due], currency: str) -> None:
    """What is paid on account lies within the limit, and credit is there. Raises Conflict."""
    amounts = {method: _sum(payments, method) for method in BY_ACCOUNT}
    if amounts[Tender.ACCOUNT]:
        _check_limit(book.customer, amounts[Tender.ACCOUNT], currency, book)
    for method, name in ((Tender.STORE_CREDIT, "credit"), (Tender.DEPOSIT, "deposit")):
        there = getattr(book.balance, name)
        if amounts[method] > there:
            shown = f"{round_money(there, currency):f}"
            raise Conflict(
                _("The customer has only %(amount)s %(currency)s of it.")
                % {"amount": shown, "currency": currency},
                code="not_enough_credit",
                extra={"available": shown},
            )


def _check_limit(customer: Customer, amount: Decimal, currency: str, book: Book) -> None:
    if customer.status != CustomerStatus.ACTIVE:
        raise Conflict(_("This customer may not buy on account."), code="customer_suspended")
    left = max(customer.credit_limit - book.balance.owed, ZERO)
    if amount > left:
        shown = f"{round_money(left, currency):f}"
        raise Conflict(
            _("This is above the customer's credit limit; %(amount)s %(currency)s are left.")
            % {"amount": shown, "currency": currency},
            code="over_limit",
            extra={"available": shown},
        )


def _sum(payments: Sequence[Due], method: str) -> Decimal:
    return sum((row.amount for row in payments if row.method == method), ZERO)


def book_payments(payments: Sequence[Due], book: Book, *, due_on: date | None = None) -> None:
    """Move the customer's sums by what was paid from or onto them; negative amounts give it back."""
    for row in payments:
        if row.method in BY_ACCOUNT:
            account, sign = BY_ACCOUNT[row.method]
            book.post(account, sign * row.amount, due_on=due_on if account == Account.OWED else None)


def payment_rows(payments: Sequence[Due], *, actor: Actor, **where: Any) -> list[Payment]:
    """Unsaved payments of a document; `where` names shop, session, document and customer."""
    return [
        Payment(
            method=row.method, amount=row.amount, tendered=row.tendered, reference=row.reference,
            **where, **said_by(actor),
        )
        for row in payments
    ]  # fmt: skip


def said_by(actor: Actor) -> dict[str, str]:
    """The columns that say who acted."""
    return {"actor_kind": actor.kind, "actor_id": actor.id, "actor_name": actor.name}
