"""What comes back of a sale, line by line, and what the shop keeps or gives beside it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clutch.core.errors import Conflict, Invalid
from inventory.models import Bin
from sales import locks, sums
from sales.actions.credit_notes import Back, CreditNote
from sales.enums import NO_FEE, Condition, ReturnReason
from sales.inputs import BackInput, ReturnInput
from sales.models import ReturnLine, Sale, SaleLine, TillPolicy
from sales.queries import returned_units

ZERO = Decimal(0)


def backs_of(sale: Sale, asked: Sequence[BackInput]) -> list[Back]:
    """The lines that come back with their share of price, tax, deposit and cost."""
    if not asked:
        message = _("Say what comes back.")
        raise Invalid(message, fields={"lines": [message]})
    lines = {line.pk: line for line in sale.lines.select_related("part")}
    _check_lines(sale, lines, asked)
    gone = returned_units(sale.pk)
    left = {pk: line.quantity - gone.get(pk, 0) for pk, line in lines.items()}
    wanted: dict[UUID, int] = {}
    for row in asked:
        wanted[row.line_id] = wanted.get(row.line_id, 0) + row.quantity
    if over := {pk for pk, units in wanted.items() if units > left[pk]}:
        raise _more_than_sold(lines, left, over)
    now = timezone.now()
    cores = {core.sale_line_id: core for core in locks.cores(list(wanted))}
    backs = []
    for row in asked:
        line, before = lines[row.line_id], gone.get(row.line_id, 0)
        core = cores.get(line.pk)
        # While the old part may still come, its deposit goes back with the part itself.
        deposits = min(row.quantity, core.left) if core and core.is_open_at(now) else 0
        if core:
            core.reversed += deposits
        backs.append(_back(line, row, before, deposits, sale.currency))
        backs[-1].core = core if deposits else None
        gone[line.pk] = before + row.quantity
    return backs


def _check_lines(sale: Sale, lines: Mapping[UUID, SaleLine], asked: Sequence[BackInput]) -> None:
    wanted = {row.bin_id for row in asked if row.bin_id}
    bins = set(Bin.objects.filter(shop=sale.shop_id, pk__in=wanted).values_list("pk", flat=True))
    problems: dict[str, list[object]] = {}
    for n, row in enumerate(asked):
        if row.line_id not in lines:
            problems[f"lines.{n}.line_id"] = [_("This sale has no such line.")]
        if row.quantity < 1:
            problems[f"lines.{n}.quantity"] = [_("Enter at least 1.")]
        if row.bin_id and row.bin_id not in bins:
            problems[f"lines.{n}.bin_id"] = [_("There is no such bin.")]
        if row.reason == ReturnReason.OLD_PART:
            problems[f"lines.{n}.reason"] = [_("Choose one of the reasons.")]
    if problems:
        raise Invalid(_("Some fields need another look."), fields=problems)


def _more_than_sold(lines: Mapping[UUID, SaleLine], left: Mapping[UUID, int], over: set[UUID]) -> Conflict:
    said = [
        ngettext("%(part)s: %(left)s can come back.", "%(part)s: %(left)s can come back.", left[pk])
        % {"part": lines[pk].name, "left": left[pk]}
        for pk in sorted(over, key=lambda pk: lines[pk].position)
    ]
    return Conflict(
        _("This is more than was sold. %(parts)s") % {"parts": " ".join(said)},
        code="more_than_sold",
        extra={"lines": [{"lineId": str(pk), "left": left[pk]} for pk in sorted(over)]},
    )


def _back(line: SaleLine, row: BackInput, before: int, deposits: int, currency: str) -> Back:
    def part_of(amount: Decimal) -> Decimal:
        return sums.share(amount, before=before, units=row.quantity, of=line.quantity, currency=currency)

    # What is paid back is rounded first: half of 2,000.00 is 1,000.00, however its tax divides.
    total, tax = part_of(line.total), part_of(line.tax)
    bin_id = row.bin_id or line.bin_id or (line.part.default_bin_id if line.part else None)
    return Back(
        ReturnLine(
            sale_line=line, part=line.part, name=line.name, part_number=line.part_number,
            quantity=row.quantity, condition=row.condition, reason=row.reason, net=total - tax, tax=tax,
            core_charge=line.core_charge * deposits,
            cost=part_of(line.cost) if line.cost is not None else ZERO,
        ),
        bin_id=bin_id,
        damaged=row.condition == Condition.DAMAGED,
    )  # fmt: skip


def comes_back_whole(note: CreditNote) -> bool:
    """Whether with this every unit of the sale has come back, and its delivery has not been refunded yet."""
    sale = note.sale
    if sale is None or not sale.delivery_fee or sale.returns.filter(delivery_fee__gt=0).exists():
        return False
    gone = returned_units(sale.pk)
    for back in note.backs:
        if back.line.sale_line_id is not None:
            gone[back.line.sale_line_id] = gone.get(back.line.sale_line_id, 0) + back.line.quantity
    return all(gone.get(line.pk, 0) == line.quantity for line in sale.lines.all())


def add_delivery(note: CreditNote, given: ReturnInput) -> None:
    """Give the delivery back with the goods, where that was chosen: only for a sale that is back whole."""
    sale = note.sale
    if sale is None or not given.refund_delivery:
        return
    if not comes_back_whole(note):
        message = _("The delivery is given back only when all of the sale has come back, and once.")
        raise Invalid(message, fields={"refund_delivery": [message]})
    tax = sale.delivery_tax
    net = sale.delivery_fee - tax if sale.prices_include_tax else sale.delivery_fee
    note.delivery_fee = sale.delivery_fee
    note.delivery = sums.Taxed(sale.delivery_fee, net, tax)


def most_fee(note: CreditNote, policy: TillPolicy) -> Decimal:
    """The shop's percentage of what comes back without its own fault."""
    goods = sum(
        (back.line.net + back.line.tax for back in note.backs if back.line.reason not in NO_FEE), ZERO
    )
    return sums.percent_of(goods, policy.restocking_percent, note.currency)


def fee_of(note: CreditNote, given: ReturnInput, policy: TillPolicy) -> Decimal:
    """The shop's percentage; a clerk may ask for less."""
    most = most_fee(note, policy)
    if given.restocking_fee is None:
        return most
    if not ZERO <= given.restocking_fee <= most:
        message = _("The restocking fee is at most %(amount)s %(currency)s.")
        said = message % {"amount": f"{most:f}", "currency": note.currency}
        raise Invalid(said, fields={"restocking_fee": [said]})
    return given.restocking_fee
