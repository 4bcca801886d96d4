"""Fixtures for the whole project: a running server, and pages in a real browser."""

pytest_plugins = [
    "clutch.core.tests.cleaning",
    "clutch.live.tests.server",
    "clutch.live.tests.browser",
    "shops.tests.data",
]
