"""Staff and notifications: what was sent to whom, what did not arrive, and writing to people."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action as list_button
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from clutch.accounts.models import User
from clutch.core.actor import Actor
from clutch.core.errors import DomainError
from clutch.feed.staff import Act, ReadOnlyAdmin, show_refusal
from clutch.notifications.broadcasts import send_broadcast
from clutch.notifications.models import Broadcast, Delivery, Notification
from clutch.notifications.queries import segments

EVERYBODY, SEGMENT, PERSON = "all", "segment", "user"


class SendForm(forms.Form):
    """To whom, and the words in both languages."""

    audience = forms.ChoiceField(
        label=gettext_lazy("To whom"),
        choices=[
            (PERSON, gettext_lazy("One person")),
            (SEGMENT, gettext_lazy("A group")),
            (EVERYBODY, gettext_lazy("Everybody")),
        ],
        widget=UnfoldAdminSelectWidget(),
    )
    person = forms.CharField(
        label=gettext_lazy("Phone or e-mail"), required=False, widget=UnfoldAdminTextInputWidget()
    )
    segment = forms.ChoiceField(label=gettext_lazy("Group"), required=False, widget=UnfoldAdminSelectWidget())
    title = forms.CharField(
        label=gettext_lazy("Title (English)"), max_length=120, widget=UnfoldAdminTextInputWidget()
    )
    message = forms.CharField(
        label=gettext_lazy("Message (English)"), max_length=1000, widget=UnfoldAdminTextareaWidget()
    )
    title_ar = forms.CharField(
        label=gettext_lazy("Title (Arabic)"), max_length=120, required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"dir": "rtl"}),
    )  # fmt: skip
    message_ar = forms.CharField(
        label=gettext_lazy("Message (Arabic)"), max_length=1000, required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"dir": "rtl"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = [(name, segment.label) for name, segment in segments().items()]
        self.fields["segment"].choices = [("", "–"), *groups]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Find the person or the group."""
        cleaned = super().clean() or {}
        if cleaned.get("audience") == PERSON:
            found = User.objects.filter(phone=cleaned.get("person") or "-").first()
            found = found or User.objects.filter(email__iexact=cleaned.get("person") or "-").first()
            if found is None:
                self.add_error("person", _("Nobody has this phone number or e-mail address."))
            else:
                cleaned["target"] = str(found.pk)
        elif cleaned.get("audience") == SEGMENT:
            cleaned["target"] = cleaned.get("segment") or ""
            if not cleaned["target"]:
                self.add_error("segment", _("Choose a group."))
        if bool(cleaned.get("title_ar")) != bool(cleaned.get("message_ar")):
            self.add_error("message_ar", _("Give title and message in Arabic, or neither."))
        return cleaned

    def words(self) -> dict[str, Any]:
        """What `send_broadcast` takes."""
        given = self.cleaned_data
        arabic = {"title": given["title_ar"], "message": given["message_ar"]}
        return {
            "audience": given["audience"],
            "target": given.get("target", ""),
            "title": given["title"],
            "message": given["message"],
            "translations": {"ar": arabic} if given["title_ar"] else {},
        }


@admin.register(Broadcast)
class BroadcastAdmin(ReadOnlyAdmin):
    """Who of the staff sent what to whom."""

    list_display = ("created_at", "sender", "audience", "target", "title", "state", "sent_count")
    list_filter = (("audience", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter))
    search_fields = ("title", "message", "sender__email", "sender__name")
    list_select_related = ("sender",)
    ordering = ("-created_at",)
    actions_list = ("write",)

    def get_urls(self) -> list[URLPattern]:
        """The page to write on."""
        send = self.admin_site.admin_view(self.send_view)
        return [path("send/", send, name="notifications_broadcast_send"), *super().get_urls()]

    @list_button(description=gettext_lazy("Send a notification"), url_path="write")  # type: ignore[untyped-decorator]
    def write(self, request: HttpRequest) -> HttpResponse:
        """Lead to the page to write on."""
        return HttpResponseRedirect(reverse("admin:notifications_broadcast_send"))

    def send_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for the words and send them in chunks."""
        staff = cast(User, request.user)
        if not staff.has_perm("notifications.add_broadcast"):
            raise PermissionDenied
        form = SendForm(request.POST if request.method == "POST" else None)
        back = reverse("admin:notifications_broadcast_changelist")
        if request.method == "POST" and form.is_valid():
            try:
                send_broadcast(staff.pk, **form.words(), actor=Actor.staff(staff))
            except DomainError as error:
                show_refusal(form, error)
            else:
                messages.success(request, _("The notification is on its way."))
                return HttpResponseRedirect(back)
        title = _("Send a notification")
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "act": Act("send", title, send_broadcast),
            "form": form,
            "back": back,
        }
        status = 200 if request.method == "GET" else 422
        return TemplateResponse(request, "admin/act.html", context, status=status)


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """What people found in their inbox."""

    list_display = ("created_at", "user", "kind", "title", "read_at")
    list_filter = ("kind",)
    search_fields = ("user__phone", "user__email", "title")
    list_select_related = ("user",)
    ordering = ("-created_at",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """What went out by push, e-mail and text, and what did not."""

    list_display = ("created_at", "notification", "channel", "state", "attempts", "next_try_at", "last_error")
    list_filter = (("channel", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter))
    search_fields = ("address", "notification__user__phone")
    list_select_related = ("notification",)
    ordering = ("-created_at",)
