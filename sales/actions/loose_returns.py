"""Parts that come back without a receipt: store credit at the lowest price they were sold for lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import DecimalField, F, Min, prefetch_related_objects
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core.errors import Invalid
from clutch.core.money import round_money
from clutch.feed.action import action
from clutch.feed.actor import Actor
from inventory.actions.misfits import Vehicle
from inventory.models import Bin, Part
from sales import rules, sums
from sales.actions import books
from sales.actions.credit_notes import Back, CreditNote, issue
from sales.actions.customers import customer_of_phone
from sales.enums import Condition, RefundBy, ReturnReason, SaleStatus
from sales.inputs import LooseInput
from sales.models import Register, ReturnLine, SaleLine, SaleReturn
from sales.pricing import MOST_UNITS, Terms
from sales.tenders import give_back
from shops.models import Shop
from shops.rules import Act

ZERO = Decimal(0)
RECENT_DAYS = 180


@action
def return_without_receipt(
    shop_id: UUID,
    *,
    lines: Sequence[LooseInput],
    phone: str,
    name: str = "",
    register_id: UUID | None = None,
    vehicle: Vehicle | None = None,
    note: str = "",
    approved_by: UUID | None = None,
    actor: Actor,
) -> SaleReturn:
    """Take parts back that nobody can prove to have bought here.

    The customer of that phone gets store credit, at the lowest price with tax at which the part was
    sold in the last half year, and never above today's. Raises NotAllowed `needs_approval`, Invalid.
    """
    rules.require(actor, shop_id, Act.TAKE_RETURN)
    approver = rules.require_or_approved(actor, shop_id, Act.RETURN_WITHOUT_RECEIPT, approved_by)
    shop, policy = Shop.objects.get(pk=shop_id), rules.policy_of(shop_id)
    terms = Terms(shop, policy, None, policy.prices_include_tax)
    parts = _parts(shop_id, lines)
    prices = lowest_prices(terms, list(parts.values()))
    backs = [_back(row, parts[row.part_id], prices, terms, n) for n, row in enumerate(lines)]
    register = _register(shop_id, register_id)
    session = books.session_of(shop_id, register_id)
    customer = customer_of_phone(shop_id, phone=phone, name=name, actor=actor)
    credit = CreditNote(
        shop=shop, currency=shop.currency, sale=None, customer=customer, backs=backs, register=register,
        note=note, phone=customer.phone, vehicle=vehicle, approved_by=approver,
    )  # fmt: skip
    settled = give_back(credit.credit, RefundBy.STORE_CREDIT, paid={}, coin=ZERO)
    return issue(credit, settled, session, actor=actor)


@dataclass(frozen=True)
class Worth:
    """What parts without a receipt would be worth: name, units and amount of each, and their sum."""

    rows: list[tuple[str, int, Decimal]]
    credit: Decimal


def worth_of(shop_id: UUID, *, lines: Sequence[LooseInput]) -> Worth:
    """What `return_without_receipt` would give for these parts. Raises Invalid as it does; writes nothing."""
    shop, policy = Shop.objects.get(pk=shop_id), rules.policy_of(shop_id)
    terms = Terms(shop, policy, None, policy.prices_include_tax)
    parts = _parts(shop_id, lines)
    prices = lowest_prices(terms, list(parts.values()))
    backs = [_back(row, parts[row.part_id], prices, terms, n) for n, row in enumerate(lines)]
    rows = [(back.line.name, back.line.quantity, back.worth) for back in backs]
    return Worth(rows, sum((amount for _name, _units, amount in rows), ZERO))


def _register(shop_id: UUID, register_id: UUID | None) -> Register | None:
    if register_id is None:
        return None
    register = Register.objects.filter(shop=shop_id, pk=register_id, is_active=True).first()
    if register is None:
        message = _("There is no such register.")
        raise Invalid(message, fields={"register_id": [message]})
    return register


def _parts(shop_id: UUID, lines: Sequence[LooseInput]) -> dict[UUID, Part]:
    if not lines:
        message = _("Say what comes back.")
        raise Invalid(message, fields={"lines": [message]})
    found = list(Part.objects.filter(shop=shop_id, pk__in={row.part_id for row in lines}))
    prefetch_related_objects(found, "tiers")
    parts = {part.pk: part for part in found}
    wanted = {row.bin_id for row in lines if row.bin_id}
    bins = set(Bin.objects.filter(shop=shop_id, pk__in=wanted).values_list("pk", flat=True))
    problems: dict[str, list[object]] = {}
    for n, row in enumerate(lines):
        if row.part_id not in parts:
            problems[f"lines.{n}.part_id"] = [_("There is no such part.")]
        if not 1 <= row.quantity <= MOST_UNITS:
            problems[f"lines.{n}.quantity"] = [_("Enter at least 1.")]
        if row.bin_id and row.bin_id not in bins:
            problems[f"lines.{n}.bin_id"] = [_("There is no such bin.")]
        if row.reason == ReturnReason.OLD_PART:
            problems[f"lines.{n}.reason"] = [_("Choose one of the reasons.")]
    if problems:
        raise Invalid(_("Some fields need another look."), fields=problems)
    return parts


def lowest_prices(terms: Terms, parts: Sequence[Part]) -> dict[UUID, Decimal]:
    """What one unit of each part is worth without a receipt, with tax: the least it was sold for lately.

    min over its sales of the last 180 days of (net + tax) / quantity, and of today's price. A part that
    has neither is not in the answer. One query.
    """
    since = timezone.now() - timedelta(days=RECENT_DAYS)
    wide = DecimalField(max_digits=20, decimal_places=6)
    unit = Cast(F("net") + F("tax"), wide) / Cast(F("quantity"), wide)
    sold = SaleLine.objects.filter(
        part__in=parts, sale__shop=terms.shop, sale__completed_at__gte=since
    ).exclude(sale__status=SaleStatus.VOIDED)
    lowest = dict(sold.order_by().values("part").annotate(least=Min(unit)).values_list("part", "least"))
    prices: dict[UUID, Decimal] = {}
    for part in parts:
        today = part.price_on(terms.day, 1)
        asked = [] if today is None else [_with_tax(today, part, terms)]
        if found := [*asked, *([lowest[part.pk]] if part.pk in lowest else [])]:
            prices[part.pk] = round_money(min(found), terms.shop.currency)
    return prices


def _with_tax(price: Decimal, part: Part, terms: Terms) -> Decimal:
    rate = terms.rate(part.tax_class)
    return sums.taxed(price, rate=rate, included=terms.included, currency=terms.shop.currency).total


def _back(row: LooseInput, part: Part, prices: dict[UUID, Decimal], terms: Terms, n: int) -> Back:
    if part.pk not in prices:
        message = _("This part has no price yet. Enter one.")
        raise Invalid(message, fields={f"lines.{n}.part_id": [message]})
    worth = sums.taxed(
        prices[part.pk] * row.quantity, rate=terms.rate(part.tax_class), included=True,
        currency=terms.shop.currency,
    )  # fmt: skip
    line = ReturnLine(
        part=part, name=part.name, part_number=part.number, quantity=row.quantity, condition=row.condition,
        reason=row.reason, net=worth.net, tax=worth.tax,
    )  # fmt: skip
    return Back(
        line,
        bin_id=row.bin_id or part.default_bin_id,
        damaged=row.condition == Condition.DAMAGED,
        at_average=True,
    )
