"""How a shop comes in: the six steps, and the documents that prove them."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clutch.core.models import Entity
from shops.enums import DocumentKind, OnboardingStatus, Step
from shops.models.shop import Shop
from shops.storage import private_storage


class Onboarding(Entity):
    """A shop on its way in. Each step's column is NULL until that step was saved validly."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="onboardings")
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=OnboardingStatus,
        default=OnboardingStatus.IN_PROGRESS,
        editable=False,
    )
    current_step = models.PositiveSmallIntegerField(_("current step"), choices=Step, default=1)
    business_info = models.JSONField(_("business info"), null=True, blank=True)
    location_info = models.JSONField(_("location and hours"), null=True, blank=True)
    vehicle_brands = models.JSONField(_("vehicle brands"), null=True, blank=True)
    inventory_setup = models.JSONField(_("inventory set-up"), null=True, blank=True)
    pricing_strategy = models.JSONField(_("pricing strategy"), null=True, blank=True)
    verification = models.JSONField(_("verification"), null=True, blank=True)
    shop = models.OneToOneField(Shop, models.SET_NULL, null=True, blank=True, related_name="onboarding")

    class Meta(Entity.Meta):
        verbose_name = _("onboarding")
        verbose_name_plural = _("onboardings")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(status="in_progress"), name="one_open_onboarding"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.status}"

    @property
    def completed_steps(self) -> list[int]:
        """The numbers of the steps that were saved."""
        return [step.value for step in Step if getattr(self, step.column) is not None]

    def payload(self, step: Step) -> dict[str, Any] | None:
        """What was saved for a step, or None."""
        payload: dict[str, Any] | None = getattr(self, step.column)
        return payload


def document_path(document: "ShopDocument", filename: str) -> str:
    """A path that says nothing about who sent it, and keeps none of their file name."""
    return f"documents/{document.pk}"


class ShopDocument(Entity):
    """A private proof: seen by members with the role and by staff, through a view that checks."""

    onboarding = models.ForeignKey(
        Onboarding, models.CASCADE, null=True, blank=True, related_name="documents"
    )
    shop = models.ForeignKey(Shop, models.CASCADE, null=True, blank=True, related_name="documents")
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind)
    file = models.FileField(_("file"), storage=private_storage, upload_to=document_path)
    filename = models.CharField(_("file name"), max_length=120)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField(_("size, bytes"))
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta(Entity.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.CheckConstraint(
                condition=Q(onboarding__isnull=False) | Q(shop__isnull=False), name="document_belongs"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.filename}"
