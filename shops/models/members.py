"""Who belongs to a shop, and the links by which they join."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clutch.core.models import Entity
from shops.enums import Role
from shops.models.shop import Shop


class Member(Entity):
    """A person in a shop, with one role. Who leaves stays as a row that is not active."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=12, choices=Role)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta(Entity.Meta):
        verbose_name = _("member")
        verbose_name_plural = _("members")
        indexes = [models.Index(fields=["user"], condition=Q(is_active=True), name="memberships_of_user")]
        constraints = [models.UniqueConstraint(fields=["shop", "user"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class MemberInvite(Entity):
    """A link to join a shop: for one person, one role, until it expires. Only a hash of it is kept."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="invites")
    role = models.CharField(_("role"), max_length=12, choices=Role)
    note = models.CharField(_("for whom"), max_length=80, blank=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta(Entity.Meta):
        verbose_name = _("invitation to join")
        verbose_name_plural = _("invitations to join")

    def __str__(self) -> str:
        return f"{self.shop} {self.role}"

    @property
    def is_open(self) -> bool:
        """Whether somebody could still join with it now."""
        return self.used_at is None and self.revoked_at is None and timezone.now() < self.expires_at
