from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "clutch.demo"
    label = "demo"
