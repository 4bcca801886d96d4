"""An order of the platform that was handed over becomes a sale: same takings, tax, stock and returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from clutch.feed.action import action
from clutch.feed.actor import Actor
from inventory import locks as stock_locks
from inventory import queries as stock
from inventory import rules as stock_rules
from inventory.actions.holds import end_holds
from inventory.enums import HoldStatus, TaxClass
from inventory.models import Part
from orders import locks as order_locks
from orders.enums import PaymentMethod
from orders.models import Order, QuoteLine
from orders.queries import bought
from sales import locks, rules, sums
from sales.actions.checkout import finish
from sales.enums import Channel, Tender
from sales.models import Customer, Sale, SaleLine
from sales.pricing import Terms
from sales.tenders import Due, Settlement
from shops.models import Shop

ZERO = Decimal(0)


@action
def sell_handed_over(order_id: UUID, actor: Actor) -> Sale:
    """Make the sale of an order that was handed over, once; what it held is consumed.

    The customer paid what was quoted, tax and all. What the shop does not have in its books is sold
    as a line without a part: the goods are gone, and no count of ours undoes a delivery.
    """
    order = order_locks.order(order_id)
    if (made := locks.sale_of_order(order.pk)) is not None:
        return made
    assert order.shop_id is not None
    assert order.total is not None
    shop = Shop.objects.get(pk=order.shop_id)
    customer = Customer.objects.filter(shop=shop, user=order.customer_id, merged_into=None).first()
    terms = Terms(shop, rules.policy_of(shop.pk), customer, included=True)
    lines = [_line(found, n, terms) for n, found in enumerate(_bought(order))]
    sale = _write(order, lines, terms)
    method = Tender.PLATFORM if order.payment_method == PaymentMethod.CARD else Tender.ON_DELIVERY
    paid = [Due(method, sale.total, reference=order.number)] if sale.total else []
    done = finish(
        sale, lines, Settlement(paid, ZERO, ZERO), shop=shop, policy=terms.policy, session=None,
        spare=[order.pk], actor=actor,
    )  # fmt: skip
    end_holds(order.pk, to=HoldStatus.CONSUMED, actor=actor)
    return done


@dataclass(frozen=True)
class _Bought:
    """Units of one offer, of the shop's own part or of none."""

    offer: QuoteLine
    part: Part | None
    quantity: int


def _bought(order: Order) -> list[_Bought]:
    """What was bought, each part as far as the books have it and the shop does not sell below zero."""
    rows = bought(order)
    assert order.shop_id is not None
    wanted = {row.stock_part_id for row in rows if row.stock_part_id}
    parts: Mapping[UUID, Part] = Part.objects.in_bulk(list(wanted))
    left: dict[UUID, int] | None = None
    if parts and not stock_rules.policy_of(order.shop_id).allows_negative:
        stocks = stock_locks.stocks(order.shop_id, list(parts))
        left = stock.left_for_counter(stocks, spare=[order.pk])
    found: list[_Bought] = []
    for row in rows:
        part, units = parts.get(row.stock_part_id) if row.stock_part_id else None, row.line.quantity
        backed = units if part and left is None else 0
        if part and left is not None:
            backed = max(min(units, left[part.pk]), 0)
            left[part.pk] -= backed
        if backed:
            found.append(_Bought(row, part, backed))
        if units > backed:
            found.append(_Bought(row, None, units - backed))
    return found


def _line(found: _Bought, position: int, terms: Terms) -> SaleLine:
    """Units that were bought, as a line with the tax in its price."""
    offer, part = found.offer, found.part
    price = offer.unit_price or ZERO
    tax_class = part.tax_class if part else TaxClass.STANDARD
    rate = terms.rate(tax_class)
    worth = sums.line_sums(price, found.quantity, rate=rate, included=True, currency=terms.shop.currency)
    return SaleLine(
        position=position, part=part, name=offer.line.name,
        part_number=offer.part_number or offer.line.part_number, quantity=found.quantity, list_price=price,
        unit_price=price, tax_class=tax_class, tax_rate=rate, net=worth.net, tax=worth.tax,
        core_charge=offer.core_charge or ZERO,
    )  # fmt: skip


def _write(order: Order, lines: Sequence[SaleLine], terms: Terms) -> Sale:
    assert order.selected_quote is not None
    fee = order.selected_quote.delivery_fee
    delivery = sums.taxed(fee, rate=terms.policy.standard_rate, included=True, currency=terms.shop.currency)
    rows = [sums.Summed(line.net, line.tax, ZERO, line.core_charge * line.quantity) for line in lines]
    found = sums.totals(rows, delivery=delivery)
    sale = Sale.objects.create(
        shop=terms.shop, channel=Channel.PLATFORM, customer=terms.customer, order=order,
        currency=order.currency, prices_include_tax=True, goods_total=found.goods, tax_total=found.tax,
        delivery_fee=fee, delivery_tax=found.delivery_tax, core_total=found.core, total=found.total,
    )  # fmt: skip
    for line in lines:
        line.sale = sale
    SaleLine.objects.bulk_create(lines)
    return sale
