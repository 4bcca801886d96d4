from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "clutch.live"
    label = "live"
