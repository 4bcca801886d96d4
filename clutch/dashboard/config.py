"""The admin on our own site. Not in `apps.py`: an app has one configuration there."""

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    """Registers with `StaffSite` what every app's `admin.py` registers."""

    default_site = "clutch.dashboard.site.StaffSite"
