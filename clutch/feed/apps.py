from django.apps import AppConfig


class FeedConfig(AppConfig):
    name = "clutch.feed"
    label = "feed"
