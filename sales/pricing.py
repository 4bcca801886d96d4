"""What a cart costs: the shop's prices of the day, the customer's discount, and who may go below them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core.errors import Invalid
from clutch.core.money import MAX_AMOUNT, is_exact
from inventory.enums import PartStatus, TaxClass
from inventory.models import Bin, Part
from sales import sums
from sales.inputs import CartInput, LineInput
from sales.models import Customer, SaleLine, TillPolicy
from shops.models import Shop

MOST_LINES = 200
MOST_UNITS = 100_000
ZERO = Decimal(0)


@dataclass(frozen=True)
class Terms:
    """What all lines of a cart are priced by."""

    shop: Shop
    policy: TillPolicy
    customer: Customer | None
    included: bool

    @property
    def day(self) -> date:
        """Today in the shop's calendar."""
        return timezone.now().astimezone(self.shop.zone).date()

    @property
    def customer_percent(self) -> Decimal:
        """The discount that the customer has by themselves."""
        return self.customer.discount_percent if self.customer else ZERO

    def rate(self, tax_class: str) -> Decimal:
        """The tax rate of a class, in percent."""
        if tax_class == TaxClass.STANDARD:
            return self.policy.standard_rate
        return self.policy.reduced_rate if tax_class == TaxClass.REDUCED else ZERO


@dataclass
class Priced:
    """Unsaved lines of a cart, and how far each part lies below its list price, in percent."""

    lines: list[SaleLine]
    totals: sums.Totals
    below: dict[int, Decimal]


def price_cart(cart: CartInput, terms: Terms) -> Priced:
    """Price a whole cart. Raises Invalid at every field that is wrong. Three queries at most."""
    if len(cart.lines) > MOST_LINES:
        message = _("A sale has at most %(count)d lines.") % {"count": MOST_LINES}
        raise Invalid(message, fields={"lines": [message]})
    problems: dict[str, list[object]] = {}
    parts = _parts(terms.shop.pk, cart.lines)
    bins = _bins(terms.shop.pk, cart.lines)
    units: dict[UUID, int] = {}
    for asked in cart.lines:
        if asked.part_id:
            units[asked.part_id] = units.get(asked.part_id, 0) + max(asked.quantity, 0)
    lines: list[SaleLine] = []
    below: dict[int, Decimal] = {}
    for n, asked in enumerate(cart.lines):
        try:
            line = _line(asked, parts, bins, units, terms)
        except Invalid as wrong:
            problems |= {f"lines.{n}.{name}": found for name, found in wrong.fields.items()}
            continue
        line.position = n
        lines.append(line)
        below[n] = sums.reduction_percent(line.list_price, line.unit_price, line.quantity, line.discount)
    _check_amount(cart.delivery_fee, "delivery_fee", terms, problems)
    if problems:
        raise Invalid(_("Some fields need another look."), fields=problems)
    return Priced(lines, _totals(lines, cart.delivery_fee, terms), below)


def _totals(lines: Sequence[SaleLine], delivery_fee: Decimal, terms: Terms) -> sums.Totals:
    delivery = sums.taxed(
        delivery_fee,
        rate=terms.policy.standard_rate,
        included=terms.included,
        currency=terms.shop.currency,
    )
    rows = [
        sums.Summed(line.net, line.tax, line.discount, line.core_charge * line.quantity) for line in lines
    ]
    found = sums.totals(rows, delivery=delivery)
    if found.total > MAX_AMOUNT:
        message = _("This amount is too large.")
        raise Invalid(message, fields={"lines": [message]})
    return found


def _parts(shop_id: UUID, lines: Sequence[LineInput]) -> Mapping[UUID, Part]:
    wanted = {line.part_id for line in lines if line.part_id}
    if not wanted:
        return {}
    found = list(Part.objects.filter(shop=shop_id, pk__in=wanted))
    prefetch_related_objects(found, "tiers")
    return {part.pk: part for part in found}


def _bins(shop_id: UUID, lines: Sequence[LineInput]) -> set[UUID]:
    wanted = {line.bin_id for line in lines if line.bin_id}
    return (
        set(Bin.objects.filter(shop=shop_id, pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
    )


def _line(
    asked: LineInput,
    parts: Mapping[UUID, Part],
    bins: set[UUID],
    units: Mapping[UUID, int],
    terms: Terms,
) -> SaleLine:
    if not 1 <= asked.quantity <= MOST_UNITS:
        message = _("Enter a quantity between 1 and %(most)s.") % {"most": MOST_UNITS}
        raise Invalid(message, fields={"quantity": [message]})
    if asked.bin_id and asked.bin_id not in bins:
        message = _("There is no such bin.")
        raise Invalid(message, fields={"bin_id": [message]})
    part = _part(asked, parts)
    # The tiers go by all units of a part in the cart, in however many lines they stand.
    listed = part.price_on(terms.day, units[part.pk]) if part else asked.unit_price
    unit_price = asked.unit_price if asked.unit_price is not None else listed
    if unit_price is None:
        message = _("This part has no price yet. Enter one.") if part else _("Enter a price.")
        raise Invalid(message, fields={"unit_price": [message]})
    list_price = listed if listed is not None else unit_price
    return _priced(asked, part, list_price, unit_price, terms)


def _part(asked: LineInput, parts: Mapping[UUID, Part]) -> Part | None:
    if asked.part_id is None:
        if not asked.name:
            message = _("Name a part, or say what is sold.")
            raise Invalid(message, fields={"name": [message]})
        return None
    part = parts.get(asked.part_id)
    if part is None:
        message = _("There is no such part.")
        raise Invalid(message, fields={"part_id": [message]})
    if part.status == PartStatus.INACTIVE:
        message = _("This part is not for sale.")
        raise Invalid(message, fields={"part_id": [message]})
    return part


def _priced(
    asked: LineInput, part: Part | None, list_price: Decimal, unit_price: Decimal, terms: Terms
) -> SaleLine:
    currency = terms.shop.currency
    problems: dict[str, list[object]] = {}
    _check_amount(unit_price, "unit_price", terms, problems)
    if problems:
        raise Invalid(_("Some fields need another look."), fields=problems)
    priced = unit_price * asked.quantity
    discount = asked.discount
    if discount is None:
        discount = sums.percent_of(priced, terms.customer_percent, currency)
    _check_amount(discount, "discount", terms, problems)
    if not problems and discount > priced:
        problems["discount"] = [_("A discount is not more than the price.")]
    if problems:
        raise Invalid(_("Some fields need another look."), fields=problems)
    tax_class = part.tax_class if part else TaxClass.STANDARD
    rate = terms.rate(tax_class)
    found = sums.line_sums(
        unit_price, asked.quantity, discount, rate=rate, included=terms.included, currency=currency
    )
    core = part.core_charge if part and asked.takes_core and part.core_charge else ZERO
    return SaleLine(
        part=part, bin_id=asked.bin_id, name=part.name if part else asked.name,
        part_number=part.number if part else "", quantity=asked.quantity, list_price=list_price,
        unit_price=unit_price, discount=discount, tax_class=tax_class, tax_rate=rate, net=found.net,
        tax=found.tax, core_charge=core,
    )  # fmt: skip


def _check_amount(amount: Decimal, name: str, terms: Terms, problems: dict[str, Any]) -> None:
    if not amount.is_finite() or amount < 0:
        problems[name] = [_("An amount cannot be negative.")]
    elif amount > MAX_AMOUNT:
        problems[name] = [_("This amount is too large.")]
    elif not is_exact(amount, terms.shop.currency):
        problems[name] = [
            _("This amount has too many decimals for %(currency)s.") % {"currency": terms.shop.currency}
        ]
