from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "clutch.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Let the API description know our authentication classes."""
        from clutch.accounts import schema  # noqa: F401  it registers itself when imported
