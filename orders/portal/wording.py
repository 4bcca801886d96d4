"""Amounts as they are typed and shown in fields, and where a drafted price comes from, in words."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from clutch.core.money import round_money
from clutch.core.templatetags.clutch import money
from inventory.queries import Availability


def plain(amount: Decimal | str | None, currency: str) -> str:
    """An amount as it stands in a field: the currency's decimals, no grouping. Empty for None."""
    if amount is None:
        return ""
    return f"{round_money(Decimal(amount), currency):f}"


def source_text(source: dict[str, Any] | None, price: Any, currency: str) -> str:
    """Where a drafted price comes from, in words; empty where nothing is known."""
    at = parse_datetime(source["at"]) if source and source.get("at") else None
    if not source or at is None:
        return ""
    words = {
        "price": money(price, currency),
        "day": date_format(localtime(at), "j M"),
        "number": source.get("number", ""),
    }
    match source.get("kind"), source.get("matched_by"):
        case "stock", "part_number":
            return _("Your part %(number)s, the number asked for.") % words
        case "stock", "cross_reference":
            return _("Your part %(number)s, known by the number asked for.") % words
        case "stock", "supersession":
            return _("Your part %(number)s, which replaces the number asked for.") % words
        case "stock", _by:
            return _("Your part %(number)s, by its name, and it fits.") % words
        case "quote", "part_number":
            return _("You quoted %(price)s on %(day)s for %(number)s, same part number.") % words
        case "quote", _by:
            return _("You quoted %(price)s on %(day)s for %(number)s, same part and make.") % words
    return ""


@dataclass(frozen=True)
class StockWord:
    """What there is of a part, in words, and how good that is (a tone of theme.css)."""

    text: str
    tone: str


def stock_word(there: Availability | None, wanted: int) -> StockWord:
    """What there is of an own part of which `wanted` units are asked for."""
    if there is None or there.on_hand <= 0:
        return StockWord(_("none in stock"), "bad")
    words = {"n": there.on_hand, "free": max(there.available, 0)}
    all_free = there.available >= there.on_hand
    text = (_("%(n)d in stock") if all_free else _("%(n)d in stock, %(free)d free")) % words
    return StockWord(text, "good" if there.available >= wanted else "warn")


def whole(text: str | None) -> int | None:
    """A whole number that a form carried hidden; None for anything else."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None


def plain_digits(text: str) -> str:
    """Latin digits and a full stop: "٨٥٠٫٥٠" and "850.50" are the same price."""
    latin = "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in text)
    latin = latin.replace("٫", ".").replace("٬", ",")
    # A comma before exactly three digits at the end, or before a full stop, groups thousands.
    grouped = re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d*)?", latin)
    return latin.replace(",", "") if grouped else latin.replace(",", ".")
