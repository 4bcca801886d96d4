"""The sections of the counter in the navigation of a shop's pages."""

from django.utils.translation import gettext_lazy as _

from clutch.core.navigation import Section, register_section
from shops.rules import Act

register_section(Section("till", _("Till"), "/portal/till", "till", "counter", 25, act=Act.SELL))
register_section(
    Section("customers", _("Customers"), "/portal/customers", "people", "counter", 29, act=Act.SEE_CUSTOMERS)
)
register_section(Section("sales", _("Sales"), "/portal/sales", "report", "counter", 27, act=Act.SEE_SALES))
register_section(Section("cash", _("Cash"), "/portal/cash", "cash", "counter", 28, act=Act.SEE_SALES))
for key, label, icon, order, act in (
    ("special-orders", _("Special orders"), "clock", 64, Act.SEE_SALES),
    ("lost-sales", _("Lost sales"), "search", 66, Act.SEE_SALES),
    ("counter-settings", _("Counter settings"), "settings", 68, Act.SELL),
):
    register_section(Section(key, label, f"/portal/{key}", icon, "counter", order, act=act))
