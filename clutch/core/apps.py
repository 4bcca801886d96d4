from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "clutch.core"
    label = "core"

    def ready(self) -> None:
        """Let `check --deploy` know our checks."""
        from clutch.core import checks  # noqa: F401  they register themselves when imported
