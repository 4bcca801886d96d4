"""A shop that was asked to quote."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clutch.core.models import Entity
from orders.enums import DeclineReason, InvitationStatus
from orders.models.order import Order


class Invitation(Entity):
    """One shop asked for one request: how far, how soon, how pressing, until when.

    `priority` (0 to 100) is made by `orders.matching.priority` when the shop is invited and again
    when the window changes. Unique per order and shop, so a wave never asks twice.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="invitations")
    shop = models.ForeignKey("shops.Shop", models.PROTECT, related_name="invitations", verbose_name=_("shop"))
    status = models.CharField(
        _("status"), max_length=10, choices=InvitationStatus, default=InvitationStatus.INVITED
    )
    wave = models.PositiveSmallIntegerField(_("wave"))
    distance_m = models.PositiveIntegerField(_("distance (m)"))
    estimated_delivery_minutes = models.PositiveIntegerField(_("estimated delivery (minutes)"))
    priority = models.PositiveSmallIntegerField(_("priority"))
    deadline = models.DateTimeField(_("deadline"))
    # When the shop was asked, and last reminded by staff.
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)
    decline_reason = models.CharField(_("reason"), max_length=20, choices=DeclineReason, blank=True)
    decline_note = models.CharField(_("note"), max_length=300, blank=True)
    declined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta(Entity.Meta):
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        indexes = [models.Index(fields=["shop", "-deadline"], name="invitations_of_shop")]
        constraints = [models.UniqueConstraint(fields=["order", "shop"], name="asked_once")]

    def __str__(self) -> str:
        return f"{self.order_id} → {self.shop_id}"

    def is_open(self, now: datetime) -> bool:
        """Whether the shop may still quote at `now`; the order must be open too."""
        return now < self.deadline
