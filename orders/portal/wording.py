"""Amounts as they are typed and shown in fields, and where a drafted price comes from, in words."""

import re
import unicodedata
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from clutch.core.money import round_money
from clutch.core.templatetags.clutch import money


def plain(amount: Decimal | str | None, currency: str) -> str:
    """An amount as it stands in a field: the currency's decimals, no grouping. Empty for None."""
    if amount is None:
        return ""
    return f"{round_money(Decimal(amount), currency):f}"


def source_text(source: dict[str, Any] | None, price: Any, currency: str) -> str:
    """Where a drafted price comes from, in words; empty where nothing is known."""
    at = parse_datetime(source["at"]) if source and source.get("at") else None
    if not source or at is None or source.get("kind") != "quote":
        return ""
    words = {
        "price": money(price, currency),
        "day": date_format(localtime(at), "j M"),
        "number": source.get("number", ""),
    }
    if source.get("matched_by") == "part_number":
        return _("You quoted %(price)s on %(day)s for %(number)s, same part number.") % words
    return _("You quoted %(price)s on %(day)s for %(number)s, same part and make.") % words


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
