from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "clutch.accounts"
    label = "accounts"
    verbose_name = _("people")

    def ready(self) -> None:
        """Let the API description know our authentication classes."""
        from clutch.accounts import schema  # noqa: F401  it registers itself when imported
