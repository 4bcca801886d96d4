"""The act by which a customer pays what they bought on account."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from clutch.core.errors import Invalid
from clutch.core.ids import new_id
from clutch.core.money import round_money
from clutch.feed.action import action
from clutch.feed.actor import Actor
from inventory.ledger import Document
from sales import events, locks, rules
from sales.actions import books
from sales.actions.checkout import next_number
from sales.actions.returns import ready_to_refund
from sales.enums import Account, Tender
from sales.inputs import PaymentInput
from sales.models import AccountEntry, Customer, Payment
from sales.tenders import settle
from shops.models import Shop
from shops.rules import Act

ZERO = Decimal(0)


@action
def pay_on_account(
    shop_id: UUID,
    *,
    customer_id: UUID,
    amount: Decimal,
    payments: Sequence[PaymentInput],
    register_id: UUID | None = None,
    note: str = "",
    actor: Actor,
) -> AccountEntry:
    """Take money for what a customer owes: at most all of it. Raises Invalid at the fields, NotFound."""
    rules.require(actor, shop_id, Act.SELL)
    customer: Customer = locks.customer(shop_id, customer_id)
    shop, policy = Shop.objects.get(pk=shop_id), rules.policy_of(shop_id)
    if any(row.method == Tender.ACCOUNT for row in payments):
        message = _("This cannot be paid so.")
        raise Invalid(message, fields={"payments": [message]})
    session = books.session_of(shop_id, register_id)
    settled = settle(amount, payments, coin=ZERO, currency=shop.currency)
    ready_to_refund(settled, session, policy)
    book = books.Book(customer, actor)
    if not ZERO < amount <= book.balance.owed:
        message = _("The customer owes %(amount)s %(currency)s.")
        owed = f"{round_money(book.balance.owed, shop.currency):f}"
        said = message % {"amount": owed, "currency": shop.currency}
        raise Invalid(said, fields={"amount": [said]})
    books.check_payments(book, settled.payments, shop.currency)
    book.document = Document("account_payment", new_id(), next_number(shop, "PA", kind="account_payment"))
    Payment.objects.bulk_create(
        books.payment_rows(settled.payments, shop_id=shop_id, session=session, customer=customer, actor=actor)
    )
    books.book_payments(settled.payments, book)
    entry = book.post(Account.OWED, -amount, note=note)
    assert entry is not None
    events.account_paid(customer)
    return entry
