"""The X and Z report on paper: the figures of a cash session, in the language that is active."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from clutch.core.templatetags.clutch import money
from sales.enums import SessionStatus, Tender
from sales.models import CashSession
from sales.receipts.content import LRM, Block, Receipt, Row
from sales.receipts.papers import Printed
from sales.receipts.pdf import page_pdf, roll_pdf
from sales.reports import session_report


def printed_report(session: CashSession, *, paper: str = "80mm", language: str | None = None) -> Printed:
    """The report of a session as PDF, on a roll or on A4."""
    with override(language):
        made = report_paper(session)
        body = page_pdf(made) if paper == "a4" else roll_pdf(made)
        return Printed(body, "application/pdf", f"{made.number}.pdf")


def report_paper(session: CashSession) -> Receipt:
    """What stands on the paper: an X report while the register is open, the Z report after its close."""
    report = session.totals or session_report(session)
    closed = session.status == SessionStatus.CLOSED
    name = f"Z{session.z_number}" if closed else "X"
    return Receipt(
        title=_("Z report") if closed else _("X report"),
        number=f"{session.register.code}-{name}",
        shop=session.shop,
        facts=_facts(session, report),
        blocks=[Block(heading, [], rows) for heading, rows in blocks_of(session, report) if rows],
        payments=[],
        footer=[session.note] if session.note else [],
    )


def _facts(session: CashSession, report: Mapping[str, Any]) -> list[tuple[str, str]]:
    def when(at: Any) -> str:
        return date_format(timezone.localtime(at, session.shop.zone), "j M Y H:i")

    facts = [
        (_("Register"), f"{session.register.code} {session.register.name}"),
        (_("Opened"), f"{when(session.created_at)} · {session.opened_by}"),
    ]
    if session.closed_at is not None:
        facts.append((_("Closed"), f"{when(session.closed_at)} · {session.closed_by}"))
    numbers = report["numbers"]
    if numbers["first"]:
        facts.append((_("Receipts"), f"{LRM}{numbers['first']} – {numbers['last']}{LRM}"))
    return facts


def blocks_of(session: CashSession, report: Mapping[str, Any]) -> list[tuple[str, list[Row]]]:
    """The figures under their headings; amounts as they are written."""
    currency = report["currency"]

    def row(words: str, amount: Any, *, strong: bool = False) -> Row:
        return Row(words, money(amount, currency), strong)

    taken = [
        row(_("Sales (%(count)s)") % report["sales"], report["sales"]["total"]),
        row(_("Voided (%(count)s)") % report["voids"], _minus(report["voids"]["total"])),
        row(_("Came back (%(count)s)") % report["returns"], _minus(report["returns"]["total"])),
        row(_("Deposits for special orders"), report["deposits"]),
        row(_("Paid on account"), report["paidOnAccount"]),
        row(_("of which discount given"), report["sales"]["discount"]),
    ]
    taxes = [row(_("Tax %(rate)s %%") % tax, tax["tax"]) for tax in report["taxes"]]
    labels = dict(Tender.choices)
    ways = [row(capfirst(str(labels[way["method"]])), way["net"]) for way in report["tenders"]]
    return [
        (_("Takings"), taken),
        (_("Tax"), taxes),
        (_("By way of payment"), ways),
        (_("Cash"), _cash(session, report["cash"], row)),
    ]


def _cash(session: CashSession, cash: Mapping[str, str], row: Any) -> list[Row]:
    rows = [
        row(_("Opening float"), cash["openingFloat"]),
        row(_("Received"), cash["received"]),
        row(_("Given back"), _minus(cash["paidOut"])),
        row(_("Put in"), cash["putIn"]),
        row(_("Taken out"), _minus(cash["takenOut"])),
        row(_("Should be there"), cash["expected"], strong=True),
    ]
    if session.counted_cash is not None:
        rows.append(row(_("Counted"), session.counted_cash, strong=True))
        rows.append(row(_("Difference"), session.difference, strong=True))
    return rows


def _minus(amount: str) -> Decimal:
    return -Decimal(amount)
