"""The sections of stock in the navigation of a shop's pages. A section stands here once its page does."""

from django.utils.translation import gettext_lazy as _

from clutch.core.navigation import Section, register_section
from shops.rules import Act

register_section(Section("parts", _("Parts"), "/portal/parts", "stock", "stock", 30, act=Act.SEE_STOCK))
register_section(Section("scan", _("Scan"), "/portal/scan", "barcode", "stock", 45, act=Act.SEE_STOCK))
register_section(
    Section("counts", _("Stock-taking"), "/portal/counts", "count", "stock", 55, act=Act.SEE_STOCK)
)
register_section(
    Section("categories", _("Categories"), "/portal/categories", "more", "stock", 58, act=Act.SEE_STOCK)
)
register_section(Section("bins", _("Bins"), "/portal/bins", "pin", "stock", 59, act=Act.SEE_STOCK))
register_section(Section("labels", _("Labels"), "/portal/labels", "label", "stock", 62, act=Act.EDIT_PARTS))
register_section(
    Section(
        "stock-policy", _("Stock settings"), "/portal/stock-settings", "settings", "stock", 95,
        act=Act.SET_STOCK_POLICY,
    )
)  # fmt: skip
