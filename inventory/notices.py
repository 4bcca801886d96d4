"""The words of what a shop is notified of about its stock."""

from django.utils.translation import gettext_lazy as _

from clutch.notifications.kinds import register

STOCK_LOW = "stock-low"

register(
    STOCK_LOW,
    title=_("%(part)s is running low"),
    body=_("Number %(number)s: %(on_hand)s on hand."),
    label=_("Parts that run low"),
)
