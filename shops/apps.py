from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShopsConfig(AppConfig):
    """Shops, their members, vehicles, and the garage."""

    name = "shops"
    label = "shops"
    verbose_name = _("shops")

    def ready(self) -> None:
        """Register the words of the notifications, and the sections of the pages."""
        import shops.notices
        import shops.sections  # noqa: F401
