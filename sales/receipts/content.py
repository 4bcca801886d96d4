"""What stands on a receipt or a credit note, in the language that is active, whatever the paper."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from clutch.core.money import minor_units, round_money
from clutch.core.templatetags.clutch import money
from sales import queries
from sales.enums import CustomerClass, SaleStatus
from sales.models import Payment, Sale, SaleReturn
from sales.rules import policy_of
from shops.models import Shop

ZERO = Decimal(0)
# Around what is Latin in an Arabic line, so that a number with dashes keeps its order.
LRM = "\u200e"


@dataclass(frozen=True)
class Item:
    """One line: what, how many at what price, and what it comes to."""

    name: str
    number: str
    quantity: int
    unit_price: str
    amount: str
    discount: str = ""


@dataclass(frozen=True)
class Row:
    """Words at the beginning of a line, an amount at its end."""

    words: str
    amount: str
    strong: bool = False


@dataclass
class Block:
    """Items under a heading, and their sums."""

    heading: str
    items: list[Item]
    sums: list[Row]


@dataclass
class Receipt:
    """A whole paper. `stamp` is what became of the sale; `url` shows the same in a browser."""

    title: str
    number: str
    shop: Shop
    facts: list[tuple[str, str]]
    blocks: list[Block]
    payments: list[Row]
    stamp: str = ""
    footer: list[str] = field(default_factory=list)
    url: str = ""


def receipt_of(sale: Sale) -> Receipt:
    """The receipt of a completed sale, as it stands now."""
    prefetch_related_objects([sale], *queries.SHOWN, "shop")
    currency = sale.currency
    facts = _facts(sale.shop, sale.completed_at, str(sale.register.code) if sale.register else "", sale)
    stamps = {SaleStatus.VOIDED: _("Voided"), SaleStatus.RETURNED: _("Returned")}
    taken = [row for row in sale.payments.all() if row.amount > 0]
    return Receipt(
        title=_("Receipt"),
        number=sale.number,
        shop=sale.shop,
        facts=facts,
        blocks=[Block("", _items(sale), _sums(sale))],
        payments=_payments(taken, currency),
        stamp=stamps.get(SaleStatus(sale.status), ""),
        footer=_footer(sale.shop),
        url=receipt_url(sale),
    )


def credit_note_of(note: SaleReturn) -> Receipt:
    """A credit note; of an exchange with what was taken instead, on one paper."""
    prefetch_related_objects([note], *queries.RETURN_SHOWN, "shop")
    currency = note.currency
    register = note.sale.register.code if note.sale and note.sale.register else ""
    facts = _facts(note.shop, note.created_at, register, note)
    if note.sale is not None:
        facts.append((_("For receipt"), note.sale.number))
    if note.phone:
        facts.append((_("Phone"), note.phone))
    items = [
        Item(
            line.name, line.part_number, line.quantity, "",
            _amount(line.net + line.tax + line.core_charge, currency),
        )
        for line in note.lines.all()
    ]  # fmt: skip
    sums = [
        *_row(_("Delivery"), note.delivery_fee, currency),
        *_row(_("Tax included"), note.tax_total, currency),
        *_row(_("Core charges included"), note.core_total, currency),
        *_row(_("Restocking fee"), -note.restocking_fee, currency),
        *_row(_("Rounding"), note.rounding, currency),
        Row(_("Credit"), money(note.refund_total, currency), strong=True),
    ]
    blocks = [Block(_("Came back"), items, sums)]
    payments = [row for row in note.payments.all() if row.method != "exchange"]
    paid = _payments(payments, currency, sign=-1)
    if note.exchange is not None:
        new = note.exchange
        blocks.append(Block(_("Taken instead: %(number)s") % {"number": new.number}, _items(new), _sums(new)))
        taken = [row for row in new.payments.all() if row.method != "exchange" and row.amount > 0]
        paid = [
            *_payments(taken, currency),
            *[Row(_("Paid back: %(way)s") % {"way": row.words}, row.amount) for row in paid],
        ]
    return Receipt(
        title=_("Exchange") if note.exchange else _("Credit note"),
        number=note.number,
        shop=note.shop,
        facts=facts,
        blocks=blocks,
        payments=paid,
        footer=_footer(note.shop),
        url=receipt_url(note.exchange or note.sale),
    )


def receipt_url(sale: Sale | None) -> str:
    """Where the receipt is shown to whoever has the link; "" where there is none."""
    return f"{settings.PUBLIC_URL}/receipt/{sale.receipt_token}" if sale and sale.receipt_token else ""


def _facts(shop: Shop, at: datetime | None, register: str, paper: Sale | SaleReturn) -> list[tuple[str, str]]:
    when = timezone.localtime(at or paper.created_at, shop.zone)
    facts = [(_("Date"), date_format(when, "j M Y H:i"))]
    if register:
        facts.append((_("Register"), register))
    if paper.clerk is not None:
        facts.append((_("Served by"), str(paper.clerk)))
    if paper.customer is not None:
        facts.append((_("Customer"), paper.customer.name))
        if paper.customer.customer_class != CustomerClass.RETAIL:
            facts.append((_("Customer class"), paper.customer.get_customer_class_display()))
        if paper.customer.tax_number:
            facts.append((_("Customer's tax number"), paper.customer.tax_number))
    return facts


def _items(sale: Sale) -> list[Item]:
    return [
        Item(
            line.name,
            line.part_number,
            line.quantity,
            _amount(line.unit_price, sale.currency),
            # As it is priced: the tax stands below where prices are without it.
            _amount(line.total if sale.prices_include_tax else line.net, sale.currency),
            _amount(line.discount, sale.currency) if line.discount else "",
        )
        for line in sale.lines.all()
    ]


def _sums(sale: Sale) -> list[Row]:
    currency = sale.currency
    priced = sale.goods_total
    if sale.prices_include_tax:
        priced += sale.tax_total - sale.delivery_tax
    rows = [*_row(_("Goods"), priced, currency)]
    rows += _row(_("Delivery"), sale.delivery_fee, currency)
    if not sale.prices_include_tax:
        rows += _taxes(sale, _("Tax %(rate)s %%"))
    rows += _row(_("Core charges"), sale.core_total, currency)
    rows += _row(_("Rounding"), sale.rounding, currency)
    rows.append(Row(_("Total"), money(sale.total, currency), strong=True))
    if sale.prices_include_tax:
        rows += _taxes(sale, _("of which tax %(rate)s %%"))
    rows += _row(_("Discount already taken off"), sale.discount_total, currency)
    return rows


def _taxes(sale: Sale, words: str) -> list[Row]:
    """Tax by rate; that of the delivery stands with the standard rate of its time, or by itself."""
    by_rate: dict[Decimal, Decimal] = {}
    for line in sale.lines.all():
        by_rate[line.tax_rate] = by_rate.get(line.tax_rate, ZERO) + line.tax
    if sale.delivery_tax:
        top = max(by_rate, default=ZERO)
        by_rate[top] = by_rate.get(top, ZERO) + sale.delivery_tax
    return [
        Row(words % {"rate": f"{rate.normalize():f}"}, _amount(tax, sale.currency))
        for rate, tax in sorted(by_rate.items())
        if tax
    ]


def _payments(rows: Sequence[Payment], currency: str, *, sign: int = 1) -> list[Row]:
    found = []
    for row in rows:
        if row.tendered is not None and row.tendered != row.amount:
            found.append(Row(_("Cash given"), _amount(row.tendered, currency)))
            found.append(
                Row(pgettext("cash", "Change"), _amount(row.tendered - row.amount, currency), strong=True)
            )
        else:
            found.append(Row(capfirst(row.get_method_display()), _amount(sign * row.amount, currency)))
    return found


def _row(words: str, amount: Decimal, currency: str) -> Iterator[Row]:
    if amount:
        yield Row(words, _amount(amount, currency))


def _amount(amount: Decimal, currency: str) -> str:
    return f"{round_money(amount, currency):,.{minor_units(currency)}f}"


def _footer(shop: Shop) -> list[str]:
    words = policy_of(shop.pk).receipt_footer
    return words.splitlines() if words else []
