"""Statuses and roles of shops, and which change may follow which."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class ShopStatus(models.TextChoices):
    PENDING_VERIFICATION = "pending_verification", _("waiting for verification")
    ACTIVE = "active", _("active")
    SUSPENDED = "suspended", _("suspended")
    INACTIVE = "inactive", _("inactive")


# Inactive is where a shop ends that closed, or that staff refused; staff may open it again.
SHOP_TRANSITIONS: Mapping[str, frozenset[str]] = {
    ShopStatus.PENDING_VERIFICATION: frozenset({ShopStatus.ACTIVE, ShopStatus.INACTIVE}),
    ShopStatus.ACTIVE: frozenset({ShopStatus.SUSPENDED, ShopStatus.INACTIVE}),
    ShopStatus.SUSPENDED: frozenset({ShopStatus.ACTIVE, ShopStatus.INACTIVE}),
    ShopStatus.INACTIVE: frozenset({ShopStatus.ACTIVE}),
}


class OnboardingStatus(models.TextChoices):
    IN_PROGRESS = "in_progress", _("in progress")
    COMPLETED = "completed", _("completed")
    FAILED = "failed", _("failed")


# Completed becomes failed when staff refuse the shop for good.
ONBOARDING_TRANSITIONS: Mapping[str, frozenset[str]] = {
    OnboardingStatus.IN_PROGRESS: frozenset({OnboardingStatus.COMPLETED, OnboardingStatus.FAILED}),
    OnboardingStatus.COMPLETED: frozenset({OnboardingStatus.FAILED}),
    OnboardingStatus.FAILED: frozenset(),
}


class Step(models.IntegerChoices):
    """The six steps of onboarding, in the order in which they are shown."""

    BUSINESS_INFO = 1, _("Business info")
    LOCATION_INFO = 2, _("Location and hours")
    VEHICLE_BRANDS = 3, _("Vehicle brands")
    INVENTORY_SETUP = 4, _("Inventory set-up")
    PRICING_STRATEGY = 5, _("Pricing strategy")
    VERIFICATION = 6, _("Verification")

    @property
    def column(self) -> str:
        """The field of `Onboarding` that holds what this step said, e.g. "business_info"."""
        return self.name.lower()


class Role(models.TextChoices):
    OWNER = "owner", _("owner")
    MANAGER = "manager", _("manager")
    CASHIER = "cashier", _("cashier")
    STOREKEEPER = "storekeeper", _("storekeeper")
    ACCOUNTANT = "accountant", _("accountant")


class DocumentKind(models.TextChoices):
    COMMERCIAL_REGISTER = "commercial_register", _("commercial register")
    TAX_CARD = "tax_card", _("tax card")
    IDENTITY = "identity", _("owner's identity card")
    SHOP_PHOTO = "shop_photo", _("photo of the shop")
    OTHER = "other", _("other document")


class UnlistedStatus(models.TextChoices):
    OPEN = "open", _("waiting")
    MAPPED = "mapped", _("mapped")
    REJECTED = "rejected", _("rejected")


UNLISTED_TRANSITIONS: Mapping[str, frozenset[str]] = {
    UnlistedStatus.OPEN: frozenset({UnlistedStatus.MAPPED, UnlistedStatus.REJECTED}),
    # Both can be corrected.
    UnlistedStatus.MAPPED: frozenset({UnlistedStatus.MAPPED, UnlistedStatus.REJECTED}),
    UnlistedStatus.REJECTED: frozenset({UnlistedStatus.MAPPED}),
}
