"""What `check --deploy` says of a production that is only half set up."""

from typing import Any

import pytest

from clutch.core.checks import is_loopback, production_is_whole

WHOLE: dict[str, Any] = {
    "DEMO": False,
    "SMS_GATEWAY": "example.sms.send",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "PAYMENT_VARIANTS": {"stripe": ("provider", {"api_key": "sk", "endpoint_secret": "whsec"})},
    "PUBLIC_URL": "https://clutch.example",
    "CELERY_BROKER_URL": "redis://broker.example:6379/1",
}
HALVES = [
    ({"SMS_GATEWAY": "clutch.accounts.sms.print_message"}, "clutch.W001"),
    ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, "clutch.W002"),
    ({"PAYMENT_VARIANTS": {"stripe": ("provider", {"api_key": "sk", "endpoint_secret": ""})}}, "clutch.W003"),
    ({"PUBLIC_URL": "http://127.0.0.1:8000"}, "clutch.W004"),
    ({"CELERY_BROKER_URL": "filesystem://localhost"}, "clutch.W005"),
    ({"CELERY_BROKER_URL": "amqp://guest:guest@[::1]:5672//"}, "clutch.W005"),
]


def ids(settings: Any, values: dict[str, Any]) -> list[str | None]:
    """The ids of the warnings under the given settings."""
    for name, value in (WHOLE | values).items():
        setattr(settings, name, value)
    return [message.id for message in production_is_whole()]


@pytest.mark.parametrize("values", [{}, {"PAYMENT_VARIANTS": {}}])
def test_whole_production_is_not_warned(settings: Any, values: dict[str, Any]) -> None:
    assert ids(settings, values) == []


@pytest.mark.parametrize(("values", "warning"), HALVES)
def test_each_half_is_warned_of(settings: Any, values: dict[str, Any], warning: str) -> None:
    assert ids(settings, values) == [warning]


@pytest.mark.parametrize(("values", "_warning"), HALVES)
def test_demo_may_print_and_stay_at_home(settings: Any, values: dict[str, Any], _warning: str) -> None:
    assert ids(settings, {**values, "DEMO": True}) == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://shop.localhost:8000", True),
        ("redis://[::1]:6379", True),
        ("memory://", True),
        ("https://clutch.example", False),
        ("redis://10.0.0.7:6379", False),
    ],
)
def test_loopback_is_told_from_what_others_reach(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected
