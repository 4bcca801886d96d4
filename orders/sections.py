"""The sections of the market in the navigation of a shop's pages."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clutch.core.navigation import Section, register_section

register_section(
    Section(
        "requests", pgettext_lazy("navigation", "Requests"), "/portal/requests", "request", "market", 10,
        count="/portal/counts/requests",
        live="new-parts-order parts-order-closed quote-sent invitation-declined quote-expired quote-reopened",
    )
)  # fmt: skip
register_section(Section("orders", _("Orders"), "/portal/orders", "orders", "market", 20))
register_section(
    Section(
        "messages", _("Messages"), "/portal/messages", "message", "market", 50,
        count="/portal/counts/messages", live="message messages-read",
    )
)  # fmt: skip
