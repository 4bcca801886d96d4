from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SalesConfig(AppConfig):
    """The counter: sales, returns, registers, customers."""

    name = "sales"
    label = "sales"
    verbose_name = _("sales")

    def ready(self) -> None:
        """Register the sections of the pages."""
        import sales.sections  # noqa: F401
