from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FeedConfig(AppConfig):
    name = "clutch.feed"
    label = "feed"
    verbose_name = _("engine room")

    def ready(self) -> None:
        """Make the application's broker the one of every process and thread that wakes workers.

        Whoever does not import `clutch.celery` would send to a default of Celery's own, to nobody, and each
        job would wait for the next sweep.
        """
        from clutch.celery import app

        app.set_default()
