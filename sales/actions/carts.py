"""Acts on a cart that is not paid yet: save it whole, put it aside, take it up again, give it up."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Conflict, Invalid, NotAllowed
from clutch.feed.action import action
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from sales import events, locks, rules
from sales.enums import SALE_TRANSITIONS, CustomerStatus, SaleStatus
from sales.inputs import CartInput
from sales.models import Customer, CustomerVehicle, Register, Sale, SaleLine
from sales.pricing import Priced, Terms, price_cart
from sales.sums import reduction_percent
from shops.models import Shop
from shops.rules import Act

SUMS = ("goods_total", "discount_total", "tax_total", "delivery_tax", "core_total", "total")


@action
def save_cart(
    shop_id: UUID,
    *,
    cart: CartInput,
    sale_id: UUID | None = None,
    expected_version: int | None = None,
    approved_by: UUID | None = None,
    actor: Actor,
) -> Sale:
    """Write a whole cart: a new draft, or all of one anew. The sums are made here.

    `approved_by` is who allowed, by PIN, a discount beyond the clerk's own limit. Raises Invalid at
    the fields, NotAllowed `discount_too_high` with the limit, StaleVersion, or Conflict for what is
    no draft any more.
    """
    return write_cart(
        shop_id, cart=cart, sale_id=sale_id, expected_version=expected_version, approved_by=approved_by,
        actor=actor,
    )  # fmt: skip


def write_cart(
    shop_id: UUID,
    *,
    cart: CartInput,
    sale_id: UUID | None = None,
    expected_version: int | None = None,
    approved_by: UUID | None = None,
    agreed: bool = False,
    actor: Actor,
) -> Sale:
    """As `save_cart`, inside an act; prices that were `agreed` before need nobody's word."""
    rules.require(actor, shop_id, Act.SELL)
    sale = _draft(shop_id, sale_id, expected_version)
    shop = Shop.objects.get(pk=shop_id)
    policy = rules.policy_of(shop_id)
    _place(sale, shop, cart, actor)
    sale.prices_include_tax = policy.prices_include_tax
    terms = Terms(shop, policy, sale.customer, sale.prices_include_tax)
    priced = price_cart(cart, terms)
    if not agreed:
        _check_discounts(sale, priced, terms, approved_by, actor)
    _write(sale, priced, new=sale_id is None)
    events.sale_saved(sale)
    return sale


def _draft(shop_id: UUID, sale_id: UUID | None, expected_version: int | None) -> Sale:
    if sale_id is None:
        return Sale(shop_id=shop_id)
    sale = locks.sale(shop_id, sale_id)
    versions.check(sale, expected_version)
    if sale.status != SaleStatus.DRAFT:
        raise Conflict(
            _("This sale cannot be changed any more."),
            code="wrong_status",
            extra={"currentStatus": sale.status},
        )
    return sale


def _place(sale: Sale, shop: Shop, cart: CartInput, actor: Actor) -> None:
    """Who sells, where, to whom; each must be the shop's own."""
    problems: dict[str, list[object]] = {}
    register = customer = vehicle = None
    if cart.register_id:
        register = Register.objects.filter(shop=shop, pk=cart.register_id, is_active=True).first()
        if register is None:
            problems["register_id"] = [_("There is no such register.")]
    if cart.customer_id:
        customer = Customer.objects.filter(shop=shop, pk=cart.customer_id, merged_into=None).first()
        if customer is None or customer.erased_at:
            problems["customer_id"] = [_("There is no such customer.")]
        elif customer.status == CustomerStatus.INACTIVE:
            problems["customer_id"] = [_("This customer is not active.")]
    if cart.vehicle_id:
        mine = CustomerVehicle.objects.filter(customer=customer, archived_at=None)
        vehicle = mine.filter(pk=cart.vehicle_id).first() if customer else None
        if vehicle is None:
            problems["vehicle_id"] = [_("This customer has no such vehicle.")]
    if problems:
        raise Invalid(_("Some fields need another look."), fields=problems)
    sale.register, sale.customer, sale.vehicle = register, customer, vehicle
    sale.channel, sale.label, sale.note = cart.channel, cart.label, cart.note
    sale.delivery_fee = cart.delivery_fee
    sale.currency = shop.currency
    sale.clerk_id = actor.user_id


def _check_discounts(
    sale: Sale, priced: Priced, terms: Terms, approved_by: UUID | None, actor: Actor
) -> None:
    """Nobody goes below the list price beyond their limit, or the customer's own discount.

    What somebody with the right has approved in this cart stays approved when it is saved again.
    """
    limit = max(terms.policy.cashier_discount_percent, terms.customer_percent)
    if not any(percent > limit for percent in priced.below.values()):
        return
    member = rules.member_of(actor, terms.shop.pk)
    if member is None or rules.may(member, Act.EXCEED_DISCOUNT):
        sale.discount_approved_by_id = actor.user_id
        return
    if approved_by is not None:
        rules.require_approver(approved_by, terms.shop.pk, Act.EXCEED_DISCOUNT)
        sale.discount_approved_by_id = approved_by
        return
    granted = _granted(sale)
    wrong = [
        n for n, percent in priced.below.items()
        if percent > max(limit, granted.get(priced.lines[n].part_id, Decimal(0)))
    ]  # fmt: skip
    if wrong:
        message = _("A discount above %(limit)s %% needs a manager's PIN.") % {"limit": f"{limit:f}"}
        raise NotAllowed(
            message,
            code="discount_too_high",
            fields={f"lines.{n}.discount": [message] for n in wrong},
            extra={"limitPercent": f"{limit:f}"},
        )


def _granted(sale: Sale) -> Mapping[UUID | None, Decimal]:
    """How far below its price each part of a cart was allowed to go before."""
    if sale.discount_approved_by_id is None or sale._state.adding:
        return {}
    return {
        line.part_id: reduction_percent(line.list_price, line.unit_price, line.quantity, line.discount)
        for line in sale.lines.all()
    }


def _write(sale: Sale, priced: Priced, *, new: bool) -> None:
    found = priced.totals
    sale.goods_total, sale.discount_total, sale.tax_total = found.goods, found.discount, found.tax
    sale.delivery_tax, sale.core_total, sale.total = found.delivery_tax, found.core, found.total
    if new:
        sale.save(force_insert=True)
    else:
        sale.save(
            update_fields=[
                "register", "customer", "vehicle", "channel", "label", "note", "delivery_fee", "currency",
                "clerk", "prices_include_tax", "discount_approved_by", *SUMS,
            ]
        )  # fmt: skip
        SaleLine.objects.filter(sale=sale).delete()
        sale.refresh_from_db(fields=["version", "updated_at"])
    for line in priced.lines:
        line.sale = sale
    SaleLine.objects.bulk_create(priced.lines)


@action
def park_sale(
    sale_id: UUID, *, shop_id: UUID, label: str = "", expected_version: int | None = None, actor: Actor
) -> Sale:
    """Put a cart aside under a label, for a customer who comes back."""
    sale = _locked(sale_id, shop_id, expected_version, actor)
    transition(sale, SaleStatus.PARKED, transitions=SALE_TRANSITIONS, actor=actor, label=label or sale.label)
    events.sale_parked(sale)
    return sale


@action
def resume_sale(
    sale_id: UUID,
    *,
    shop_id: UUID,
    register_id: UUID | None = None,
    expected_version: int | None = None,
    actor: Actor,
) -> Sale:
    """Take up a parked cart, at any register of the shop; its prices stay as they were agreed."""
    sale = _locked(sale_id, shop_id, expected_version, actor)
    changes: dict[str, Any] = {}
    if register_id is not None:
        if not Register.objects.filter(shop=shop_id, pk=register_id, is_active=True).exists():
            message = _("There is no such register.")
            raise Invalid(message, fields={"register_id": [message]})
        changes["register_id"] = register_id
    transition(sale, SaleStatus.DRAFT, transitions=SALE_TRANSITIONS, actor=actor, **changes)
    events.sale_resumed(sale)
    return sale


def _locked(sale_id: UUID, shop_id: UUID, expected_version: int | None, actor: Actor) -> Sale:
    rules.require(actor, shop_id, Act.SELL)
    sale = locks.sale(shop_id, sale_id)
    versions.check(sale, expected_version)
    return sale
