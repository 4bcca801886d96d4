"""A statement of account: what a customer bought on account and paid, on A4, in the shop's time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Sum
from django.utils.formats import date_format
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from clutch.core.money import round_money
from clutch.core.pdf import POINT, Align, Paper
from sales.enums import Account
from sales.models import AccountEntry, Customer
from sales.receipts.content import LRM
from shops.models import Shop

A4 = (210.0, 297.0)
EDGE = 18.0
# Of the width between the edges: day, document, bought, paid, balance.
SHARES = (0.2, 0.32, 0.16, 0.16, 0.16)


@dataclass(frozen=True)
class Line:
    """One entry: `bought` or `paid` is 0; `balance` is what was owed after it."""

    day: date
    document: str
    bought: Decimal
    paid: Decimal
    balance: Decimal


@dataclass(frozen=True)
class Statement:
    """What was owed at the beginning of `begins`, what changed it, and what was owed after `ends`."""

    shop: Shop
    customer: Customer
    begins: date
    ends: date
    opening: Decimal
    lines: list[Line]
    closing: Decimal


def statement_of(customer: Customer, begins: date, ends: date) -> Statement:
    """The statement of the days from `begins` to `ends`, both whole days of the shop. Two queries."""
    shop = customer.shop
    entries = AccountEntry.objects.filter(customer=customer, account=Account.OWED)
    start = datetime.combine(begins, time.min, shop.zone)
    end = datetime.combine(ends + timedelta(days=1), time.min, shop.zone)
    before = entries.filter(at__lt=start).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    lines, owed = [], before
    for entry in entries.filter(at__gte=start, at__lt=end).order_by("at", "pk"):
        owed += entry.amount
        lines.append(
            Line(
                day=entry.at.astimezone(shop.zone).date(),
                document=entry.document_number,
                bought=max(entry.amount, Decimal(0)),
                paid=max(-entry.amount, Decimal(0)),
                balance=owed,
            )
        )
    return Statement(shop, customer, begins, ends, before, lines, owed)


def statement_pdf(said: Statement) -> bytes:
    """The statement on as many sheets of A4 as it needs, in the active language."""
    sheet = _Sheet(said)
    for row in _rows(said):
        sheet.row(*row)
    sheet.row(
        "", _("Owed on %(day)s") % {"day": _day(said.ends)}, "", "", sheet.money(said.closing), bold=True
    )
    return bytes(sheet.paper.output())


def _rows(said: Statement) -> Iterator[tuple[str, str, str, str, str]]:
    money = _Sheet.money_of(said.shop.currency)
    yield _day(said.begins), _("Owed before"), "", "", money(said.opening)
    for line in said.lines:
        bought, paid = (money(amount) if amount else "" for amount in (line.bought, line.paid))
        yield _day(line.day), f"{LRM}{line.document}{LRM}", bought, paid, money(line.balance)


def _day(day: date) -> str:
    return date_format(day, "j M Y")


class _Sheet:
    """Draws from top to bottom, with head and columns again on every sheet."""

    def __init__(self, said: Statement) -> None:
        self.said = said
        self.paper = Paper(*A4)
        self.paper.set_title(f"{_('Statement of account')} {said.customer.number}")
        self.rtl = get_language_bidi()
        self.start: Align = "R" if self.rtl else "L"
        self.end: Align = "L" if self.rtl else "R"
        self.width = A4[0] - 2 * EDGE
        self.money = self.money_of(said.shop.currency)
        self.sheet()

    @staticmethod
    def money_of(currency: str) -> Callable[[Decimal], str]:
        """Amounts of a currency as text, from left to right."""
        return lambda amount: f"{LRM}{round_money(amount, currency):,}{LRM}"

    def sheet(self) -> None:
        """A new sheet with its head."""
        self.paper.add_page()
        self.y = EDGE
        said = self.said
        self.text(said.shop.name, size=14, bold=True)
        self.text(f"{said.shop.address} · {LRM}{said.shop.phone}{LRM}", size=9)
        self.y += 4
        self.text(_("Statement of account"), size=13, bold=True)
        who = " · ".join(filter(None, (said.customer.company, said.customer.name, said.customer.number)))
        self.text(who, size=10)
        days = _("%(first)s to %(last)s, amounts in %(currency)s")
        names = {"first": _day(said.begins), "last": _day(said.ends), "currency": said.shop.currency}
        self.text(days % names, size=9)
        self.y += 3
        self.row(_("Day"), _("Document"), _("Bought"), _("Paid"), _("Owed"), bold=True)

    def text(self, text: str, *, size: float, bold: bool = False) -> None:
        """One line over the whole width."""
        self.y += self.paper.line_of(
            text, x=EDGE, y=self.y, width=self.width, size=size, bold=bold, align=self.start
        )

    def row(self, *cells: str, bold: bool = False) -> None:
        """One line of the columns: words begin where the language does, amounts end there."""
        if self.y > A4[1] - EDGE - 8:
            self.sheet()
        at = 0.0
        for n, (cell, share) in enumerate(zip(cells, SHARES, strict=True)):
            width = self.width * share
            x = EDGE + (self.width - at - width if self.rtl else at)
            align = self.start if n < 2 else self.end
            self.paper.line_of(cell, x=x, y=self.y, width=width - 2, size=9, bold=bold, align=align)
            at += width
        self.y += 9 * POINT * 1.25 + 1.6
        self.paper.boxes([(EDGE, self.y - 0.9, self.width, 0.15)])
