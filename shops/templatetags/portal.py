"""The navigation of a shop's pages. `{% load portal %}`."""

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from clutch.core.navigation import GROUPS, sections
from shops.rules import Act, may

register = template.Library()

IN_THE_BAR = 4
TITLES = {
    "market": _("Market"),
    "counter": _("Counter"),
    "stock": _("Stock"),
    "business": _("Business"),
}


@register.inclusion_tag("portal/nav.html", takes_context=True)
def portal_nav(context: dict[str, Any]) -> dict[str, Any]:
    """The sections that the member's role may open: in groups on a desk, four and “More” on a phone."""
    member = context.get("member")
    allowed = [
        section for section in sections() if not section.act or (member and may(member, Act(section.act)))
    ]
    groups = [(TITLES[name], [section for section in allowed if section.group == name]) for name in GROUPS]
    # Five fit beside one another; "More" takes the place of the fifth only when there is a sixth.
    bar = len(allowed) if len(allowed) <= IN_THE_BAR + 1 else IN_THE_BAR
    return {
        "groups": [(title, entries) for title, entries in groups if entries],
        "bar": allowed[:bar],
        "rest": allowed[bar:],
        "nav": context.get("nav", ""),
        "nav_in_rest": context.get("nav", "") in {section.key for section in allowed[bar:]},
        "shop": context.get("shop"),
    }
