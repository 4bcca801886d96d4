"""The inbox, what people want to hear of and how, what leaves the platform, and staff's messages."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clutch.core.ids import new_id
from clutch.core.models import Entity
from clutch.notifications.channels import Channel, DeliveryState


class Notification(Entity):
    """One message to one person. Shown in the language of the reader, from kind and params.

    `title` and `message` keep the words as they were sent, in the user's language of that day.
    `data` holds what an app needs to open the right screen (orderId, shopId), as strings.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    kind = models.CharField(_("type"), max_length=60)
    params = models.JSONField(default=dict)
    data = models.JSONField(default=dict)
    title = models.CharField(_("title"), max_length=255)
    message = models.TextField(_("message"))
    # False for who wants this kind pushed or mailed and not listed.
    in_inbox = models.BooleanField(default=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta(Entity.Meta):
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        indexes = [
            models.Index(
                fields=["user", "-created_at", "-id"],
                condition=models.Q(in_inbox=True),
                name="inbox_of_user",
            ),
            models.Index(
                fields=["user"],
                condition=models.Q(in_inbox=True, read_at__isnull=True),
                name="unread_of_user",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Preference(Entity):
    """Whether a person wants a kind through a channel; without a row the kind's default holds."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notification_preferences"
    )
    kind = models.CharField(_("type"), max_length=60)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    enabled = models.BooleanField(_("wanted"))

    class Meta(Entity.Meta):
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "channel"], name="one_preference_per_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.channel}"


class Delivery(models.Model):
    """One notification on its way out through one channel, to one device or address."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    notification = models.ForeignKey(Notification, models.CASCADE, related_name="deliveries")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    device = models.ForeignKey("fcm_django.FCMDevice", models.SET_NULL, null=True, blank=True)
    address = models.CharField(_("address"), max_length=254, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now)
    claimed_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=models.Q(state="waiting"), name="deliveries_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"


class BroadcastState(models.TextChoices):
    SENDING = "sending", _("sending")
    SENT = "sent", _("sent")


class Broadcast(Entity):
    """A message that staff sent to a person, a segment, or all: who sent what to whom, and how far it is."""

    class Audience(models.TextChoices):
        USER = "user", _("one person")
        SEGMENT = "segment", _("a segment")
        ALL = "all", _("everyone")

    sender = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    audience = models.CharField(_("audience"), max_length=10, choices=Audience)
    # The user's id or the segment's name; empty for everyone.
    target = models.CharField(_("target"), max_length=80, blank=True)
    title = models.CharField(_("title"), max_length=255)
    message = models.TextField(_("message"))
    # {"ar": {"title": …, "message": …}}
    translations = models.JSONField(default=dict, blank=True)
    data = models.JSONField(default=dict, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=BroadcastState, default=BroadcastState.SENDING
    )
    # Everyone up to this user id has been served; the next chunk begins after it.
    sent_up_to = models.UUIDField(null=True, blank=True, editable=False)
    sent_count = models.PositiveIntegerField(_("recipients"), default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(Entity.Meta):
        verbose_name = _("message of the staff")
        verbose_name_plural = _("messages of the staff")
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return self.title
