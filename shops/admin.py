"""Staff and shops: who waits for verification, with the documents beside the decision; vehicle data."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from clutch.core.actor import Actor
from clutch.feed.staff import Act, ReadOnlyAdmin, ReasonForm, StateAdmin
from shops.actions import onboarding, standing, vehicles
from shops.enums import OnboardingStatus, Role, ShopStatus, UnlistedStatus
from shops.keys import name_key
from shops.models import (
    Make,
    MakeAlias,
    Member,
    Onboarding,
    OpeningHours,
    Shop,
    UnlistedVehicle,
    VehicleModel,
)


class ChangesForm(forms.Form):
    """What the owner has to change; they read it word for word."""

    text = forms.CharField(
        label=gettext_lazy("What has to change"),
        max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
    )


class MapForm(forms.Form):
    """Which listed make was meant."""

    make = forms.ModelChoiceField(
        label=gettext_lazy("Make"), queryset=Make.objects.order_by("name"), widget=UnfoldAdminSelectWidget()
    )


def _map(unlisted_id: UUID, *, make: Make, actor: Actor) -> UnlistedVehicle:
    return vehicles.map_unlisted(unlisted_id, make_id=make.pk, actor=actor)


def _has(*statuses: str) -> Any:
    return lambda row: row.status in statuses


def document_links(documents: Any) -> str:
    """Documents as pictures or links; the file itself is served by the view that checks who asks."""
    rows = [
        (
            reverse("document-file", args=[document.pk]),
            format_html('<img src="{}" alt=""><br>', _file(document))
            if document.content_type.startswith("image/")
            else "",
            f"{document.get_kind_display()}: {document.filename}",
        )
        for document in documents
    ]
    if not rows:
        return _("No document was uploaded.")
    return format_html_join(
        "",
        '<a class="staff-document staff-link" href="{}" target="_blank" rel="noopener">{}{}</a> ',
        rows,
    )


def _file(document: Any) -> str:
    return reverse("document-file", args=[document.pk])


class HoursInline(TabularInline):
    model: type[Model] = OpeningHours
    extra = 0
    can_delete = False
    tab = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: the shop keeps its hours."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


class MemberInline(HoursInline):
    model = Member
    fields = ("user", "role", "is_active")


@admin.register(Shop)
class ShopAdmin(StateAdmin):
    """Shops; those that wait come first in the dashboard, and are decided here."""

    list_display = ("name", "status", "district", "phone", "rating_count", "submitted_at", "verified_at")
    list_filter = (("status", ChoicesDropdownFilter), "serves_any_make", "is_demo")
    search_fields = ("name", "phone", "email", "commercial_register", "tax_number", "members__user__phone")
    search_help_text = gettext_lazy("Name, phone, e-mail, register or tax number, a member's phone")
    ordering = ("-submitted_at",)
    readonly_fields = ("documents_shown", "place")
    inlines = (HoursInline, MemberInline)
    fieldsets = (
        (gettext_lazy("Documents"), {"fields": ("documents_shown",)}),
        (
            gettext_lazy("Business"),
            {
                "fields": (
                    "name", "status", "phone", "email", "commercial_register", "tax_number",
                    "changes_requested", "submitted_at", "verified_at",
                ),
            },
        ),
        (
            gettext_lazy("Place"),
            {"fields": ("address", "district", "place", "delivery_radius_km", "time_zone", "currency")},
        ),
        (
            gettext_lazy("Market"),
            {"fields": ("serves_any_make", "makes", "inventory_setup", "pricing_strategy")},
        ),
    )  # fmt: skip
    act_fields = (
        "status", "owner", "phone", "email", "address", "district", "commercial_register", "tax_number",
        "submitted_at", "changes_requested", "documents_shown",
    )  # fmt: skip
    acts = (
        Act(
            "verify", gettext_lazy("Verify"), standing.verify_shop,
            when=_has(ShopStatus.PENDING_VERIFICATION),
            note=gettext_lazy("The shop comes on the market at once, and its owner is told."),
        ),
        Act(
            "changes", gettext_lazy("Ask for changes"), standing.request_changes, ChangesForm,
            _has(ShopStatus.PENDING_VERIFICATION),
        ),
        Act(
            "refuse", gettext_lazy("Refuse"), standing.refuse_shop, ReasonForm,
            _has(ShopStatus.PENDING_VERIFICATION), grave=True,
        ),
        Act(
            "suspend", gettext_lazy("Suspend"), standing.suspend_shop, ReasonForm, _has(ShopStatus.ACTIVE),
            grave=True,
        ),
        Act(
            "reopen", gettext_lazy("Open again"), standing.reopen_shop, ReasonForm,
            _has(ShopStatus.SUSPENDED, ShopStatus.INACTIVE),
        ),
        Act(
            "close", gettext_lazy("Close the shop"), standing.close_shop, ReasonForm,
            _has(ShopStatus.ACTIVE, ShopStatus.SUSPENDED), grave=True,
        ),
    )  # fmt: skip

    @admin.display(description=gettext_lazy("Owner"))
    def owner(self, shop: Shop) -> str:
        """Who leads the shop, with a phone number."""
        owners = shop.members.filter(role=Role.OWNER, is_active=True).select_related("user")
        return ", ".join(f"{member.user} {member.user.phone or ''}".strip() for member in owners)

    @admin.display(description=gettext_lazy("Documents"))
    def documents_shown(self, shop: Shop) -> str:
        """The proofs, beside the decision."""
        return document_links(shop.documents.all())

    @admin.display(description=gettext_lazy("Coordinates"))
    def place(self, shop: Shop) -> str:
        """Latitude and longitude in degrees."""
        return f"{shop.latitude:.5f}, {shop.longitude:.5f}"


@admin.register(Onboarding)
class OnboardingAdmin(StateAdmin):
    """Shops on their way in: how far they have come."""

    list_display = ("user", "status", "current_step", "created_at", "updated_at")
    list_filter = (("status", ChoicesDropdownFilter),)
    search_fields = ("user__phone", "user__email", "user__name")
    list_select_related = ("user",)
    ordering = ("-created_at",)
    acts = (
        Act(
            "fail", gettext_lazy("End this onboarding"), onboarding.fail_onboarding, ReasonForm,
            _has(OnboardingStatus.IN_PROGRESS), grave=True,
        ),
    )  # fmt: skip


@admin.register(UnlistedVehicle)
class UnlistedVehicleAdmin(StateAdmin):
    """Vehicles that people typed because the lists lack them; the most wanted first."""

    list_display = ("make_name", "model_name", "year", "times", "status", "make")
    list_filter = (("status", ChoicesDropdownFilter),)
    search_fields = ("make_name", "model_name")
    list_select_related = ("make",)
    ordering = ("-times",)
    acts = (
        Act("map", gettext_lazy("Say which make was meant"), _map, MapForm),
        Act(
            "reject", gettext_lazy("Names no vehicle"), vehicles.reject_unlisted, ReasonForm,
            _has(UnlistedStatus.OPEN, UnlistedStatus.MAPPED), grave=True,
        ),
    )  # fmt: skip


class NamedForm(forms.ModelForm):  # type: ignore[type-arg]
    """Refuses a name that differs from another only in case, spaces or marks."""

    def clean(self) -> dict[str, Any]:
        """Compare the names as searches do."""
        cleaned = super().clean() or {}
        self.instance.key = name_key(cleaned.get("name") or "")
        same = type(self.instance)._default_manager.filter(key=self.instance.key).exclude(pk=self.instance.pk)
        if "make" in cleaned and isinstance(self.instance, VehicleModel):
            same = same.filter(make=cleaned["make"])
        if same.exists():
            self.add_error("name", _("This name is listed already."))
        return cleaned


class AliasInline(TabularInline):
    model = MakeAlias
    form = NamedForm
    extra = 0
    fields = ("name",)


@admin.register(Make)
class MakeAdmin(ModelAdmin):
    """Reference data that staff correct: makes and their other names."""

    form = NamedForm
    list_display = ("name", "is_common")
    list_filter = ("is_common",)
    search_fields = ("name", "aliases__name")
    ordering = ("name",)
    inlines = (AliasInline,)


@admin.register(VehicleModel)
class VehicleModelAdmin(ModelAdmin):
    """Reference data that staff correct: models and the years they were made."""

    form = NamedForm
    list_display = ("make", "name", "kinds", "year_from", "year_to")
    list_filter = (("make", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("name", "make__name")
    list_select_related = ("make",)
    autocomplete_fields = ("make",)
    ordering = ("make__name", "name")


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    """Who belongs to which shop."""

    list_display = ("user", "shop", "role", "is_active")
    list_filter = (("role", ChoicesDropdownFilter), "is_active")
    search_fields = ("user__phone", "user__email", "user__name", "shop__name")
    list_select_related = ("user", "shop")
