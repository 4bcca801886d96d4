from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "clutch.dashboard"
    label = "dashboard"

    def ready(self) -> None:
        """Name the fields that have no name of their own."""
        from clutch.dashboard.wording import name_fields

        name_fields()
