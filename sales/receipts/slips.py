"""The slip that a customer gets for a special order: what is ordered, at which price, and the deposit."""

from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from clutch.core.templatetags.clutch import money
from sales.enums import SpecialOrderStatus
from sales.models import SpecialOrder
from sales.receipts.content import Block, Item, Receipt, Row
from sales.receipts.papers import Printed
from sales.receipts.pdf import roll_pdf
from sales.rules import policy_of


def slip_of(order: SpecialOrder) -> Receipt:
    """The slip as the order stands now; its deposit is what was paid and not given back."""
    currency = order.shop.currency
    price = order.unit_price * order.quantity
    paid = sum((row.amount for row in order.payments.all()), Decimal(0))
    item = Item(
        order.description,
        order.part.number if order.part else "",
        order.quantity,
        money(order.unit_price, currency),
        money(price, currency),
    )
    sums = [
        Row(_("Deposit"), money(paid, currency), strong=True),
        Row(_("To pay on collection"), money(price - paid, currency), strong=True),
    ]
    taken = [row for row in order.payments.all() if row.amount > 0]
    return Receipt(
        title=_("Special order"),
        number=order.number,
        shop=order.shop,
        facts=_facts(order),
        blocks=[Block("", [item], sums)],
        payments=[Row(capfirst(row.get_method_display()), money(row.amount, currency)) for row in taken],
        stamp=str(order.get_status_display()) if order.status == SpecialOrderStatus.CANCELLED else "",
        footer=policy_of(order.shop_id).receipt_footer.splitlines(),
    )


def _facts(order: SpecialOrder) -> list[tuple[str, str]]:
    when = timezone.localtime(order.created_at, order.shop.zone)
    facts = [(_("Date"), date_format(when, "j M Y H:i")), (_("Customer"), order.customer.name)]
    if order.customer.phone:
        facts.append((_("Phone"), order.customer.phone))
    if order.expected_on:
        facts.append((_("Expected on"), date_format(order.expected_on, "j M Y")))
    if order.note:
        facts.append((_("Note"), order.note))
    return facts


def printed_slip(order: SpecialOrder, *, language: str | None = None) -> Printed:
    """The slip on a roll of 80 mm; `language` is the active one by default."""
    with override(language):
        return Printed(roll_pdf(slip_of(order)), "application/pdf", f"{order.number}.pdf")
