"""Staff and the engine room: streams, jobs, and every change of a status."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter

from clutch.feed.actions import run_again
from clutch.feed.models import Job, JobState, StreamEntry, StreamHead, Transition
from clutch.feed.staff import Act, ReadOnlyAdmin, StateAdmin


@admin.register(StreamHead)
class StreamHeadAdmin(ReadOnlyAdmin):
    """How far each stream has come."""

    list_display = ("stream", "seq", "pruned")
    search_fields = ("stream",)
    ordering = ("stream",)


@admin.register(StreamEntry)
class StreamEntryAdmin(ReadOnlyAdmin):
    """What each audience was told."""

    list_display = ("at", "stream", "seq", "type")
    list_filter = ("type", ("at", RangeDateFilter))
    list_filter_submit = True
    search_fields = ("stream",)
    ordering = ("-id",)


@admin.register(Job)
class JobAdmin(StateAdmin):
    """Work that waits, was done, or was given up."""

    list_display = ("kind", "state", "run_at", "attempts", "last_error")
    list_filter = (("state", ChoicesDropdownFilter), "kind")
    search_fields = ("kind", "key", "last_error")
    ordering = ("-created_at",)
    acts = (Act("again", _("Run again"), run_again, when=lambda job: job.state == JobState.DEAD),)


@admin.register(Transition)
class TransitionAdmin(ReadOnlyAdmin):
    """Every change of every status."""

    list_display = ("at", "kind", "from_status", "to_status", "actor_kind", "via", "reason")
    list_filter = ("kind", "via", ("at", RangeDateFilter))
    list_filter_submit = True
    search_fields = ("object_id", "actor_id")
    ordering = ("-at",)
