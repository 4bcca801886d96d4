"""What `manage.py check --deploy` warns of: a start that would look whole and serve half."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

PRINTING_GATEWAY = "clutch.accounts.sms.print_message"
# Backends of Django that deliver nothing to anybody.
UNSENT_EMAIL = {
    f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy", "locmem", "filebased")
}


def is_loopback(url: str) -> bool:
    """Whether only this machine reaches the host of an address."""
    host = urlsplit(url).hostname or "localhost"
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def payment_messages() -> list[CheckMessage]:
    """Card payments need the secret that proves where a confirmation comes from."""
    _provider, options = settings.PAYMENT_VARIANTS.get("stripe", ("", {"endpoint_secret": "none needed"}))
    if options["endpoint_secret"]:
        return []
    return [
        Warning(
            "STRIPE_SECRET_KEY is set without STRIPE_WEBHOOK_SECRET: payments would never be confirmed.",
            hint="Set STRIPE_WEBHOOK_SECRET to the signing secret of the endpoint.",
            id="clutch.W003",
        )
    ]


@register(Tags.security, deploy=True)
def production_is_whole(app_configs: Sequence[AppConfig] | None = None, **_extra: Any) -> list[CheckMessage]:
    """Warn of everything that the demo may do and production should not."""
    if settings.DEMO:
        return []
    found: list[CheckMessage] = []
    if settings.SMS_GATEWAY == PRINTING_GATEWAY:
        found.append(
            Warning(
                "Text messages are only written to the log: nobody can sign up by phone.",
                hint="Set CLUTCH_SMS_GATEWAY to the dotted name of a function (phone, text).",
                id="clutch.W001",
            )
        )
    if settings.EMAIL_BACKEND in UNSENT_EMAIL:
        found.append(
            Warning(
                "E-mails are not sent.",
                hint="Set CLUTCH_EMAIL_HOST, and CLUTCH_FROM_EMAIL to an address of yours.",
                id="clutch.W002",
            )
        )
    found += payment_messages()
    if is_loopback(settings.PUBLIC_URL):
        found.append(
            Warning(
                "The public address is a loopback one: links in messages lead nowhere.",
                hint="Set CLUTCH_PUBLIC_URL to the address that people use.",
                id="clutch.W004",
            )
        )
    if is_loopback(settings.CELERY_BROKER_URL):
        found.append(
            Warning(
                "The message broker is reached from this machine only.",
                hint="Set CELERY_BROKER_URL to a Redis or RabbitMQ that every worker reaches.",
                id="clutch.W005",
            )
        )
    return found
