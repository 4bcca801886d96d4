"""Statuses and kinds of parts and stock, and which change may follow which."""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PartType(TextChoices):
    """What kind of part is offered."""

    GENUINE = "genuine", _("genuine")
    OES = "oes", _("original equipment supplier (OES)")
    AFTERMARKET = "aftermarket", _("aftermarket")
    USED = "used", _("used")
    REMANUFACTURED = "remanufactured", _("remanufactured")


class PartStatus(TextChoices):
    ACTIVE = "active", _("active")
    INACTIVE = "inactive", _("inactive")
    DISCONTINUED = "discontinued", _("discontinued")


# A part that has moved stays in the books for good; it is taken out of use, never deleted.
PART_TRANSITIONS: Mapping[str, frozenset[str]] = {
    PartStatus.ACTIVE: frozenset({PartStatus.INACTIVE, PartStatus.DISCONTINUED}),
    PartStatus.INACTIVE: frozenset({PartStatus.ACTIVE, PartStatus.DISCONTINUED}),
    PartStatus.DISCONTINUED: frozenset({PartStatus.ACTIVE}),
}


class NumberKind(TextChoices):
    """What a number of a part is to the shop."""

    OWN = "own", _("own number")
    OEM = "oem", _("OEM number")
    AFTERMARKET = "aftermarket", _("aftermarket number")
    CROSS = "cross", _("cross-reference")
    SUPPLIER = "supplier", _("supplier's number")


class Symbology(TextChoices):
    """How a code is printed; OTHER is a supplier's own that no standard describes."""

    EAN13 = "ean13", "EAN-13"
    UPCA = "upca", "UPC-A"
    CODE128 = "code128", "Code 128"
    CODE39 = "code39", "Code 39"
    DATA_MATRIX = "data_matrix", "Data Matrix"
    QR = "qr", "QR"
    OTHER = "other", _("other")


class TaxClass(TextChoices):
    """Which of the shop's tax rates a part is sold with."""

    STANDARD = "standard", _("standard rate")
    REDUCED = "reduced", _("reduced rate")
    ZERO = "zero", _("zero rate")
    EXEMPT = "exempt", _("exempt")


class MovementKind(TextChoices):
    """Why stock moved. The sign of the quantity says in which direction."""

    RECEIPT = "receipt", _("receipt")
    SALE = "sale", _("sale")
    RETURN = "return", _("return")
    ADJUSTMENT = "adjustment", _("adjustment")
    COUNT = "count", _("stock-take")
    TRANSFER = "transfer", _("transfer between bins")
    # No unit moves: what is left of the value when the last unit has gone, or was corrected.
    REVALUATION = "revaluation", _("revaluation")


class Reason(TextChoices):
    """Why somebody adjusted the stock by hand, or what explains a variance of a count."""

    OPENING = "opening", _("opening stock")
    FOUND = "found", _("found")
    DAMAGED = "damaged", _("damaged")
    LOST = "lost", _("lost")
    THEFT = "theft", _("theft")
    OWN_USE = "own_use", _("own use")
    EXPIRED = "expired", _("expired")
    WRONG_ENTRY = "wrong_entry", _("wrong entry")
    MISCOUNT = "miscount", _("counted wrong before")
    SUPPLIER_RETURN = "supplier_return", _("sent back to the supplier")
    OTHER = "other", _("other")


class HoldKind(TextChoices):
    """A soft hold stands for a sent quote, and the counter may take it; a hard one for a sold part."""

    SOFT = "soft", _("quote")
    HARD = "hard", _("order")


class HoldStatus(TextChoices):
    OPEN = "open", _("open")
    CONSUMED = "consumed", _("handed over")
    RELEASED = "released", _("released")
    TAKEN = "taken", _("taken by the counter")
    EXPIRED = "expired", _("expired")


HOLD_TRANSITIONS: Mapping[str, frozenset[str]] = {
    HoldStatus.OPEN: frozenset(
        {HoldStatus.CONSUMED, HoldStatus.RELEASED, HoldStatus.TAKEN, HoldStatus.EXPIRED}
    ),
    HoldStatus.CONSUMED: frozenset(),
    HoldStatus.RELEASED: frozenset(),
    HoldStatus.TAKEN: frozenset(),
    HoldStatus.EXPIRED: frozenset(),
}


class CountStatus(TextChoices):
    """A count sheet: counted, then looked over, then booked as one act."""

    COUNTING = "counting", _("being counted")
    REVIEW = "review", _("to be approved")
    APPROVED = "approved", _("approved")
    CANCELLED = "cancelled", _("cancelled")


COUNT_TRANSITIONS: Mapping[str, frozenset[str]] = {
    CountStatus.COUNTING: frozenset({CountStatus.REVIEW, CountStatus.CANCELLED}),
    CountStatus.REVIEW: frozenset({CountStatus.COUNTING, CountStatus.APPROVED, CountStatus.CANCELLED}),
    CountStatus.APPROVED: frozenset(),
    CountStatus.CANCELLED: frozenset(),
}


class CountKind(TextChoices):
    """What an entry does to its line: more units, so many in all, or forget it and count again."""

    ADD = "add", _("more")
    TOTAL = "total", _("in all")
    RESET = "reset", _("count again")


class ImportKind(TextChoices):
    """A price list never touches stock; opening stock does."""

    PRICE_LIST = "price_list", _("price list")
    OPENING_STOCK = "opening_stock", _("opening stock")


class ImportStatus(TextChoices):
    """A file on its way: looked into, checked row by row, imported in steps, and perhaps taken back."""

    UPLOADED = "uploaded", _("uploaded")
    CHECKING = "checking", _("being checked")
    READY = "ready", _("ready to import")
    RUNNING = "running", _("being imported")
    DONE = "done", _("imported")
    FAILED = "failed", _("failed")
    UNDOING = "undoing", _("being undone")
    UNDONE = "undone", _("undone")
    CANCELLED = "cancelled", _("cancelled")


# From FAILED back to where it broke off: to the check while nothing was written, else to the run.
IMPORT_TRANSITIONS: Mapping[str, frozenset[str]] = {
    ImportStatus.UPLOADED: frozenset({ImportStatus.CHECKING, ImportStatus.CANCELLED}),
    ImportStatus.CHECKING: frozenset(
        {
            ImportStatus.UPLOADED,
            ImportStatus.CHECKING,
            ImportStatus.READY,
            ImportStatus.FAILED,
            ImportStatus.CANCELLED,
        }
    ),
    ImportStatus.READY: frozenset(
        {ImportStatus.UPLOADED, ImportStatus.CHECKING, ImportStatus.RUNNING, ImportStatus.CANCELLED}
    ),
    ImportStatus.RUNNING: frozenset({ImportStatus.DONE, ImportStatus.FAILED}),
    ImportStatus.FAILED: frozenset(
        {
            ImportStatus.UPLOADED,
            ImportStatus.CHECKING,
            ImportStatus.RUNNING,
            ImportStatus.UNDOING,
            ImportStatus.CANCELLED,
        }
    ),
    ImportStatus.DONE: frozenset({ImportStatus.UNDOING}),
    ImportStatus.UNDOING: frozenset({ImportStatus.UNDONE}),
    ImportStatus.UNDONE: frozenset(),
    ImportStatus.CANCELLED: frozenset(),
}
