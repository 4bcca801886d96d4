"""Filters and tags for pages: money, times, distances, icons. `{% load clutch %}`."""

from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from clutch.core.money import minor_units, round_money

register = template.Library()

NBSP = "\u00a0"


def currency_name(code: str) -> str:
    """The currency as people here write it; the ISO code where there is no translation."""
    names = {
        "EGP": pgettext("currency", "EGP"),
        "SAR": pgettext("currency", "SAR"),
        "AED": pgettext("currency", "AED"),
        "USD": pgettext("currency", "USD"),
    }
    return names.get(code, code)


@register.filter
def money(amount: Any, currency: str = "") -> str:
    """`{{ order.total|money:order.currency }}` → "EGP 1,250.50". Empty for None."""
    if amount is None or amount == "":
        return ""
    code = currency or settings.CURRENCY
    try:
        rounded = round_money(Decimal(str(amount)), code)
    except InvalidOperation:
        return ""
    words = {"currency": currency_name(code), "amount": f"{rounded:,.{minor_units(code)}f}"}
    # Translators: how a price is written, for example "EGP 1,250.50".
    return pgettext("price", "%(currency)s %(amount)s").replace(" ", NBSP) % words


@register.simple_tag
def money_pattern(currency: str) -> str:
    """How a price is written, with # for the amount: for scripts that show sums as they are typed."""
    words = {"currency": currency_name(currency), "amount": "#"}
    return pgettext("price", "%(currency)s %(amount)s").replace(" ", NBSP) % words


@register.filter
def duration(minutes: Any) -> str:
    """`{{ quote.estimated_delivery_minutes|duration }}` → "1 h 30 min"; takes a timedelta too."""
    if minutes is None or minutes == "":
        return ""
    if isinstance(minutes, timedelta):
        minutes = minutes.total_seconds() // 60
    whole = max(0, int(minutes))
    days, rest = divmod(whole, 24 * 60)
    hours, left = divmod(rest, 60)
    parts = []
    if days:
        parts.append(ngettext("%(n)d day", "%(n)d days", days) % {"n": days})
    if hours:
        parts.append(_("%(n)d h") % {"n": hours})
    if (left and not days) or not parts:
        parts.append(_("%(n)d min") % {"n": left})
    return " ".join(part.replace(" ", NBSP) for part in parts)


@register.filter
def distance(metres: Any) -> str:
    """`{{ invitation.distance_m|distance }}` → "850 m" or "3.2 km"."""
    if metres is None or metres == "":
        return ""
    if float(metres) < 950:
        return (_("%(n)d m") % {"n": round(float(metres), -1)}).replace(" ", NBSP)
    return (_("%(n).1f km") % {"n": float(metres) / 1000}).replace(" ", NBSP)


@register.filter
def moment(when: datetime | None, zone: str = "") -> str:
    """A time as people say it: "14:30" today, "Mon 14:30" this week, else with the date.

    `zone` is the name of a time zone, by default the current one.
    """
    if when is None:
        return ""
    place = ZoneInfo(zone) if zone else None
    local, today = timezone.localtime(when, place), timezone.localtime(timezone=place).date()
    if local.date() == today:
        return date_format(local, "H:i")
    days = abs((local.date() - today).days)
    return date_format(local, "D H:i" if days < 7 else "j M Y H:i")


@register.simple_tag
def icon(name: str, label: str = "", classes: str = "") -> SafeString:
    """An icon of templates/static/clutch/icons.svg. With `label` it speaks, without it is decoration."""
    href = f"{static('clutch/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon {}" role="img" aria-label="{}"><use href="{}"></use></svg>',
            classes, label, href,
        )  # fmt: skip
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', classes, href
    )


@register.filter
def status_tone(status: str) -> str:
    """The colour of a status: one of neutral, active, good, warn, bad (see theme.css)."""
    return TONES.get(str(status), "neutral")


TONES = {
    "draft": "neutral", "submitted": "active", "quoted": "active", "accepted": "good",
    "processing": "active", "shipped": "active", "delivered": "good", "cancelled": "bad",
    "pending": "warn", "paid": "good", "failed": "bad", "refunded": "neutral",
    "updated": "active", "withdrawn": "bad", "lost": "neutral", "expired": "neutral",
    "active": "good", "pending_verification": "warn", "suspended": "bad", "inactive": "neutral",
    "declined": "neutral", "invited": "active", "counting": "active", "review": "warn", "approved": "good",
}  # fmt: skip


@register.filter
def stars(rating: Any) -> str:
    """A rating out of five with one decimal, "" where there is none yet."""
    return "" if rating in (None, "", 0) else f"{float(rating):.1f}"


@register.simple_tag(takes_context=True)
def query_with(context: template.Context, **changes: Any) -> str:
    """The query string of this page with some values changed: `?{% query_with page=2 %}`."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = value
    encoded: str = query.urlencode()
    return encoded


@register.filter
def tokens(value: Any) -> list[str]:
    """The words of a comma-separated hidden field."""
    return [word for word in str(value or "").split(",") if word]


@register.filter
def at(rows: Any, index: int) -> Any:
    """The item of a list at a place, for tables whose columns are rows elsewhere."""
    return rows[index]
