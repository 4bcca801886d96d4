"""The act by which a shop gives a customer store credit without a return."""

from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from clutch.core.errors import Invalid
from clutch.core.ids import new_id
from clutch.core.money import MAX_AMOUNT, is_exact
from clutch.feed.action import action
from clutch.feed.actor import Actor
from inventory.ledger import Document
from sales import events, rules
from sales.actions import books
from sales.actions.checkout import next_number
from sales.actions.customers import here
from sales.enums import Account
from sales.models import AccountEntry
from shops.models import Shop
from shops.rules import Act


@action
def give_store_credit(
    shop_id: UUID, *, customer_id: UUID, amount: Decimal, reason: str, actor: Actor
) -> AccountEntry:
    """Owe a customer an amount that they may spend in the shop; why is kept. No money moves.

    Raises Invalid at the fields, NotFound, NotAllowed for a role that sets no credit.
    """
    rules.require(actor, shop_id, Act.SET_CREDIT)
    customer, shop = here(shop_id, customer_id), Shop.objects.get(pk=shop_id)
    errors: dict[str, list[object]] = {}
    if not amount.is_finite() or not 0 < amount <= MAX_AMOUNT or not is_exact(amount, shop.currency):
        errors["amount"] = [_("Check this amount.")]
    if not reason.strip():
        errors["reason"] = [_("Say why.")]
    if errors:
        raise Invalid(_("Check the marked fields."), fields=errors)
    book = books.Book(customer, actor)
    book.document = Document("store_credit", new_id(), next_number(shop, "ST", kind="store_credit"))
    entry = book.post(Account.CREDIT, amount, note=reason.strip()[:200])
    assert entry is not None
    events.account_paid(customer)
    return entry
