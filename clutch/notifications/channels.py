"""The ways a notification reaches a person."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """`inbox` is the list in the app; the others leave the platform, through `Delivery` rows."""

    INBOX = "inbox", _("Inbox")
    PUSH = "push", _("Push message")
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")


class DeliveryState(models.TextChoices):
    """What became of one delivery. `waiting` is tried again; the others are final."""

    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    FAILED = "failed", _("given up")
    DEAD = "dead", _("address is dead")
    OFF = "off", _("channel is not configured")


OUTSIDE = (Channel.PUSH, Channel.EMAIL, Channel.SMS)
