"""The admin of what has a state: everything is shown, nothing is edited, and acts change it.

An app's `admin.py` says which acts there are. Each is a button on the object's page; it leads to a
page of its own that asks for what the act needs (a reason, minutes) and calls one action.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import display_for_field, display_for_value, label_for_field, lookup_field
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextareaWidget

from clutch.core.actor import Actor
from clutch.core.errors import DomainError
from clutch.feed.models import Transition

Run = Callable[..., object]
LONGEST_HISTORY = 100
# Who else than a person changes a status, and from where people do.
SYSTEM = gettext_lazy("the platform")
FROM = {
    "app": gettext_lazy("app"),
    "web": gettext_lazy("website"),
    "portal": gettext_lazy("shop's pages"),
    "staff": gettext_lazy("staff"),
    "node": gettext_lazy("shop's own server"),
}


class ReasonForm(forms.Form):
    """Why: kept in the history and, where it matters to them, told to the people concerned."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


class MinutesForm(forms.Form):
    """How much longer."""

    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"),
        min_value=1,
        max_value=1440,
        initial=120,
        widget=UnfoldAdminIntegerFieldWidget(),
    )


@dataclass(frozen=True)
class Act:
    """A button: `run(pk, **cleaned_data, actor=…)` is the action it calls.

    `when` says for which rows it makes sense; the action decides in the end.
    """

    name: str
    label: Any
    run: Run
    form: type[forms.Form] = forms.Form
    when: Callable[[Any], bool] = lambda row: True
    grave: bool = False
    note: Any = ""


@dataclass(frozen=True)
class Change:
    """One change of a status, as staff read it."""

    at: datetime
    field: str
    before: str
    after: str
    who: str
    reason: str


class ReadOnlyAdmin(ModelAdmin):
    """Shows every field and lets nobody add, change or delete."""

    compressed_fields = True
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: rows come from acts."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: see the acts."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: what happened stays."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Who may view or change this kind in Django's permissions."""
        return bool(super().has_view_permission(request, obj))


class StateAdmin(ReadOnlyAdmin):
    """A read-only page with acts above and the history of its statuses below."""

    acts: ClassVar[Sequence[Act]] = ()
    # What an act decides on is shown beside it: these fields, by default those of the list.
    act_fields: ClassVar[Sequence[str]] = ()
    facts_template = "admin/facts.html"
    change_form_outer_before_template = "admin/acts.html"
    change_form_outer_after_template = "admin/status_history.html"

    def may_act(self, request: HttpRequest) -> bool:
        """Whether this person may cause acts on this kind: Django's permission to change it."""
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))

    def get_urls(self) -> list[URLPattern]:
        """One address for each act, below the object's own."""
        info = self.opts.app_label, self.opts.model_name
        own: list[URLPattern] = super().get_urls()
        return [
            path(
                f"<path:object_id>/act/{act.name}/",
                self.admin_site.admin_view(partial(self.act_view, act=act)),
                name="{}_{}_{}".format(*info, act.name),
            )
            for act in self.acts
        ] + own

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Add the acts that fit the row now, and its history."""
        row = self.get_object(request, object_id) if object_id else None
        extra = dict(extra_context or {})
        if row is not None:
            extra["status_history"] = self.history_of(row)
            extra["acts"] = [
                {"act": act, "url": self.act_url(act, row)}
                for act in self.acts
                if self.may_act(request) and act.when(row)
            ]
        answer: HttpResponse = super().changeform_view(request, object_id, form_url, extra)
        return answer

    def history_of(self, row: Model) -> list[Change]:
        """The changes of its statuses in words, the newest first; two queries."""
        found = Transition.objects.filter(kind=row._meta.label_lower, object_id=row.pk).order_by("-at")
        changes = list(found[:LONGEST_HISTORY])
        people = {change.actor_id for change in changes if change.actor_kind in ("user", "staff")}
        names = {str(user.pk): str(user) for user in get_user_model().objects.filter(pk__in=people)}
        return [_in_words(row, change, names) for change in changes]

    def facts(self, row: Model) -> list[tuple[str, object]]:
        """Labels and values of `act_fields`; what is empty is left out."""
        rows = [(name, _value(self, row, name)) for name in self.act_fields or self.list_display]
        return [
            (capfirst(str(label_for_field(name, self.model, self))), value) for name, value in rows if value
        ]

    def act_context(self, row: Model) -> dict[str, Any]:
        """What `facts_template` shows beside the form of an act."""
        return {"facts": self.facts(row)}

    def act_url(self, act: Act, row: Model) -> str:
        """Where the act asks for what it needs."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{act.name}"
        return reverse(name, args=[row.pk])

    def row_url(self, row: Model) -> str:
        """The page of a row."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])

    def act_view(self, request: HttpRequest, object_id: str, act: Act) -> HttpResponse:
        """Ask, act, and go back; a refusal is shown at its field or above the form."""
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        if not self.may_act(request):
            raise PermissionDenied
        form = act.form(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                act.run(row.pk, **form.cleaned_data, actor=Actor.staff(request.user))
            except DomainError as error:
                show_refusal(form, error)
            else:
                messages.success(request, _("Done: %(act)s.") % {"act": act.label})
                return HttpResponseRedirect(self.row_url(row))
        context = {
            **self.admin_site.each_context(request),
            "title": f"{act.label}: {row}",
            "decided_on": f"{capfirst(self.opts.verbose_name)} {row}",
            "facts_template": self.facts_template,
            **self.act_context(row),
            "opts": self.opts,
            "original": row,
            "act": act,
            "form": form,
            "back": self.row_url(row),
        }
        status = 200 if request.method == "GET" else 422
        return TemplateResponse(request, "admin/act.html", context, status=status)


def _value(model_admin: ModelAdmin, row: Model, name: str) -> object:
    field, _attribute, value = lookup_field(name, row, model_admin)
    if field is None:
        return display_for_value(value, "")
    if field.remote_field:
        return getattr(row, field.name)
    return display_for_field(value, field, "")


def _in_words(row: Model, change: Transition, names: dict[str, str]) -> Change:
    try:
        field = row._meta.get_field(change.field)
        label = str(getattr(field, "verbose_name", change.field))
        statuses = {str(value): str(text) for value, text in getattr(field, "flatchoices", [])}
    except FieldDoesNotExist:
        label, statuses = change.field, {}
    who = names.get(change.actor_id) or (change.actor_id if change.actor_kind == "node" else str(SYSTEM))
    via = FROM.get(change.via)
    return Change(
        at=change.at,
        field=label,
        before=statuses.get(change.from_status, change.from_status),
        after=statuses.get(change.to_status, change.to_status),
        who=f"{who} ({via})" if via else who,
        reason=change.reason,
    )


def show_refusal(form: forms.Form, error: DomainError) -> None:
    """Put what a domain error says at the fields that the form has, the rest above it."""
    shown = False
    for name, found in error.fields.items():
        field = name if name in form.fields else None
        for message in found:
            form.add_error(field, str(message))
            shown = True
    if not shown:
        form.add_error(None, str(error.detail))
