"""What the shop's working pages share, whatever they are about: lists, questions, saying what was done."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from clutch.core.errors import DomainError, NotAllowed, NotFound
from clutch.core.pages import domain_errors_to_form, new_key, once
from shops.portal.page import ShopPage

PER_PAGE = 20


class WorkPage(ShopPage):
    """A page on which the shop works."""

    def require(self, roles: Collection[str]) -> None:
        """Refuse who does not have one of the roles, before anything is shown or done."""
        if self.member.role not in roles:
            raise NotAllowed(_("Your role in this shop does not include this."))

    def page_of(self, rows: QuerySet[Any]) -> Page[Any]:
        """The rows of the asked page; the last one for a number that is too high."""
        return Paginator(rows, PER_PAGE).get_page(self.request.GET.get("page"))

    def done(self, text: str, to: str) -> HttpResponse:
        """Say that an act is done: to htmx by an event, on a page by a message and a redirect."""
        if self.request.headers.get("HX-Request") == "true":
            return trigger_client_event(HttpResponse(status=204), "portal-done", {"text": text})
        messages.success(self.request, text)
        return redirect(to)

    def refuse(self, text: str, to: str) -> HttpResponse:
        """As `done`, for an act that has no form and was refused."""
        if self.request.headers.get("HX-Request") == "true":
            return trigger_client_event(HttpResponse(status=409), "portal-done", {"text": text})
        messages.warning(self.request, text)
        return redirect(to)

    def moved(self, text: str, to: str) -> HttpResponse:
        """As `done`, for an act after which another page is shown."""
        messages.success(self.request, text)
        if self.request.headers.get("HX-Request") == "true":
            return HttpResponseClientRedirect(to)
        return redirect(to)

    def view_of(self, views: Mapping[str, Any]) -> str:
        """The view of a list that was asked for; the first one for anything else."""
        asked = self.request.GET.get("view", "")
        return asked if asked in views else next(iter(views))

    def attempt(self, call: Callable[[], Any], form: forms.Form, to: str) -> bool:
        """Run an act once for this form; put a refusal into the form and return False."""
        try:
            once(self.request, call, to=lambda _done: to)
        except (NotFound, NotAllowed):
            raise
        except DomainError as refused:
            for name in domain_errors_to_form(form, refused):
                form.add_error(None, [str(text) for text in refused.fields[name]])
            if not refused.fields:
                form.add_error(None, str(refused.detail))
            return False
        return True


class Question(WorkPage):
    """A small question before an act: a reason, a courier, a code. In a dialog, or as a page.

    A subclass names the form and the words, finds what it is about by the names in its address,
    and calls one action.
    """

    form_class: ClassVar[type[forms.Form]] = forms.Form
    roles: ClassVar[Collection[str]] = ()
    title: ClassVar[Any] = ""
    lead: ClassVar[Any] = ""
    button: ClassVar[Any] = ""
    done_text: ClassVar[Any] = ""
    tone = "primary"

    def subject(self, *args: Any, **names: Any) -> Any:
        """What the act is about, from the shop's own rows. Raises NotFound."""
        raise NotImplementedError

    def perform(self, subject: Any, said: dict[str, Any]) -> Any:
        """Call the one action."""
        raise NotImplementedError

    def back(self, *args: Any, **names: Any) -> str:
        """The page to return to."""
        raise NotImplementedError

    def initial(self, subject: Any) -> dict[str, Any]:
        """What the form begins with."""
        return {}

    def form(self, subject: Any, *args: Any, **kwargs: Any) -> forms.Form:
        """The form; a subclass may give it what it needs to know of the subject."""
        return self.form_class(*args, **kwargs)

    def get(self, request: HttpRequest, **names: Any) -> HttpResponse:
        """Show the question."""
        self.require(self.roles)
        subject = self.subject(**names)
        return self.ask(self.form(subject, initial=self.initial(subject)), **names)

    def post(self, request: HttpRequest, **names: Any) -> HttpResponse:
        """Act, or show the question again with what was refused."""
        self.require(self.roles)
        subject = self.subject(**names)
        form = self.form(subject, request.POST, request.FILES)
        to = self.back(**names)
        if form.is_valid() and self.attempt(partial(self.perform, subject, form.cleaned_data), form, to):
            return self.done(str(self.done_text), to)
        return self.ask(form, status=422, **names)

    def ask(self, form: forms.Form, *, status: int = 200, **names: Any) -> HttpResponse:
        """Render the question."""
        context = {
            "form": form,
            "title": self.title,
            "lead": self.lead,
            "button": self.button,
            "tone": self.tone,
            "action": self.request.path,
            "back": self.back(**names),
            "key": self.request.POST.get("idempotency_key") or new_key(),
        }
        return self.show("portal/ask_page.html", context, status=status, fragment="portal/ask.html")
