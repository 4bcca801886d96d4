"""The inbox and its preferences."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clutch.core.actor import Actor
from clutch.core.pages import page_or_fragment
from clutch.notifications import actions, queries
from clutch.notifications.channels import Channel

PER_PAGE = 20


@never_cache
@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """What happened, newest first; `?unread=1` shows only what was not read."""
    return _show(request)


def _show(request: HttpRequest) -> HttpResponse:
    only_unread = request.GET.get("unread") == "1"
    rows = queries.inbox(request.user)
    page = Paginator(rows.filter(read_at=None) if only_unread else rows, PER_PAGE).get_page(
        request.GET.get("page")
    )
    language = get_language() or "en"
    shown = [(row, *queries.words(row, language)) for row in page]
    context: dict[str, Any] = {
        "page_obj": page,
        "shown": shown,
        "only_unread": only_unread,
        "unread": queries.unread_count(request.user),
        "nav": "notifications",
    }
    template = page_or_fragment(request, "notifications/inbox.html", "notifications/list.html")
    return render(request, template, context)


def _back(request: HttpRequest) -> HttpResponse:
    """The list anew for htmx, or the page."""
    if request.headers.get("HX-Request") == "true":
        return _show(request)
    return HttpResponseRedirect(reverse("notifications:inbox"))


@login_required
@require_POST
def read_one(request: HttpRequest, notification_id: UUID) -> HttpResponse:
    """Mark one as read."""
    actions.mark_read(notification_id, actor=Actor.user(request.user, "web"))
    return _back(request)


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    actions.mark_all_read(actor=Actor.user(request.user, "web"))
    return _back(request)


@login_required
@require_POST
def open_one(request: HttpRequest, notification_id: UUID) -> HttpResponse:
    """Mark one as read and go to what it is about."""
    notification = actions.mark_read(notification_id, actor=Actor.user(request.user, "web"))
    return HttpResponseRedirect(queries.page_of(notification) or reverse("notifications:inbox"))


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """What is wanted, by type and channel: a table of switches."""
    choices = queries.choices_of(request.user)
    if request.method == "POST":
        on = set(request.POST.getlist("wanted"))
        wanted = {
            (choice.kind, channel): f"{choice.kind}:{channel}" in on
            for choice in choices
            for channel in choice.channels
        }
        # Only what changed: a default that was left alone may still improve.
        changed = {
            (choice.kind, channel): wanted[choice.kind, channel]
            for choice in choices
            for channel, was in choice.channels.items()
            if wanted[choice.kind, channel] != was
        }
        actions.set_preferences(changed, actor=Actor.user(request.user, "web"))
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("notifications:preferences"))
    context = {"choices": choices, "channels": Channel, "nav": "notifications"}
    return render(request, "notifications/preferences.html", context)
