"""A sale or a credit note on the paper that was asked for, in a language."""

from dataclasses import dataclass

from django.utils.translation import override

from sales.enums import Tender
from sales.models import Sale, SaleReturn
from sales.receipts.content import credit_note_of, receipt_of
from sales.receipts.escpos import escpos
from sales.receipts.pdf import page_pdf, roll_pdf

PAPERS = ("80mm", "a4", "escpos")


@dataclass(frozen=True)
class Printed:
    """A finished paper."""

    body: bytes
    content_type: str
    filename: str


def printed(document: Sale | SaleReturn, *, paper: str = "80mm", language: str | None = None) -> Printed:
    """Print a completed sale or a credit note; `language` is the active one by default.

    The bytes for a receipt printer kick the drawer where cash came or went.
    """
    with override(language):
        receipt = receipt_of(document) if isinstance(document, Sale) else credit_note_of(document)
        name = receipt.number
        if paper == "escpos":
            cash = any(row.method == Tender.CASH for row in document.payments.all())
            return Printed(escpos(receipt, open_drawer=cash), "application/octet-stream", f"{name}.bin")
        made = page_pdf(receipt) if paper == "a4" else roll_pdf(receipt)
        return Printed(made, "application/pdf", f"{name}.pdf")
