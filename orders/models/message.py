"""What a customer and one shop write to each other about one order."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clutch.core.models import Entity, Fact
from orders.enums import MessageSide
from shops.storage import private_storage


def message_photo_path(message: "Message", filename: str) -> str:
    """Where a photo of a conversation lies under the private media folder."""
    return f"messages/{message.pk}{filename[filename.rfind('.') :]}"


class MessageThread(Entity):
    """The conversation of an order's customer with one shop; another shop never sees it.

    Unread counts and read markers are kept per side, under the lock of this row: all members of
    a shop share theirs.
    """

    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="message_threads")
    shop = models.ForeignKey("shops.Shop", models.PROTECT, related_name="message_threads")
    last_message_at = models.DateTimeField(null=True)
    customer_unread = models.PositiveIntegerField(default=0)
    shop_unread = models.PositiveIntegerField(default=0)
    customer_read_at = models.DateTimeField(null=True)
    shop_read_at = models.DateTimeField(null=True)

    class Meta(Entity.Meta):
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        indexes = [models.Index(fields=["shop", "-last_message_at"], name="threads_of_shop")]
        constraints = [
            models.UniqueConstraint(fields=["order", "shop"], name="one_thread_per_order_and_shop"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.shop_id}"


class Message(Fact):
    """One message: text, a photo, or both."""

    thread = models.ForeignKey(MessageThread, models.PROTECT, related_name="messages")
    side = models.CharField(max_length=10, choices=MessageSide)
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(_("text"), max_length=2000, blank=True)
    photo = models.ImageField(upload_to=message_photo_path, storage=private_storage, blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [models.Index(fields=["thread", "at"], name="messages_of_thread")]
        constraints = [
            models.CheckConstraint(name="message_says_something", condition=~models.Q(text="", photo="")),
        ]

    def __str__(self) -> str:
        return self.text[:40] or str(self.pk)
