from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    """Parts, stock, barcodes, counts, imports."""

    name = "inventory"
    label = "inventory"
    verbose_name = _("inventory")

    def ready(self) -> None:
        """Register the words of the notifications, and the sections of the pages."""
        import inventory.notices
        import inventory.sections  # noqa: F401
