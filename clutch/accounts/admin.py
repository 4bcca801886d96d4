"""Staff and people: find somebody, see what they are, close or open their account."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from clutch.accounts import actions
from clutch.accounts.models import User
from clutch.feed.staff import Act, StateAdmin

admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(StateAdmin):
    """People by phone, e-mail or name. Passwords are never shown, and nobody is deleted here."""

    list_display = ("__str__", "phone", "email", "language", "is_active", "is_staff", "date_joined")
    list_filter = ("is_active", "is_staff", "language", "is_demo")
    search_fields = ("phone", "email", "name")
    search_help_text = _("Phone, e-mail or name")
    ordering = ("-date_joined",)
    fields = (
        "name", "phone", "phone_verified", "email", "language", "time_zone", "is_active", "is_staff",
        "is_superuser", "groups", "date_joined", "last_login",
    )  # fmt: skip
    acts = (
        Act(
            "deactivate", _("Deactivate"), actions.deactivate_user, when=lambda user: user.is_active,
            grave=True, note=_("They are signed out everywhere at once and cannot sign in again."),
        ),
        Act("reactivate", _("Reactivate"), actions.reactivate_user, when=lambda user: not user.is_active),
        Act("signout", _("Sign out everywhere"), actions.sign_out_everywhere),
    )  # fmt: skip


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    """What groups of staff may see and do."""
