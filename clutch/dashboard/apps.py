from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "clutch.dashboard"
    label = "dashboard"
