from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """Requests, quotes, orders."""

    name = "orders"
    label = "orders"
    verbose_name = _("orders")

    def ready(self) -> None:
        """Register the words of the notifications, and the sections of the pages."""
        import orders.fulfilment_notices
        import orders.notices
        import orders.sections  # noqa: F401
