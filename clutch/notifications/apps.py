from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "clutch.notifications"
    label = "notifications"
    verbose_name = _("notifications")

    def ready(self) -> None:
        import_module("clutch.notifications.notices")
