"""What the shop's pages of requests and orders share: finding a row, asking, acting, saying so."""

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

from clutch.core.errors import DomainError, Invalid, NotAllowed, NotFound
from clutch.core.pages import domain_errors_to_form, new_key, once
from orders import rules
from orders.models import Invitation, Order
from orders.portal import reads
from shops.portal.page import ShopPage

PER_PAGE = 20


class MarketPage(ShopPage):
    """A page of requests, quotes or orders of the shop."""

    def show(
        self, template: str, context: Mapping[str, Any], *, status: int = 200, fragment: str = ""
    ) -> HttpResponse:
        """Render with what the role may do here."""
        role = self.member.role
        allowed = {
            "may_quote": role in rules.QUOTING,
            "may_handle": role in rules.HANDLING,
            "may_run": role in rules.RUNNING,
            "standing_reason": reads.standing_reason(self.shop),
        }
        return super().show(template, {**allowed, **context}, status=status, fragment=fragment)

    def require(self, roles: Collection[str]) -> None:
        """Refuse who does not have one of the roles, before anything is shown or done."""
        if self.member.role not in roles:
            raise NotAllowed(_("Your role in this shop does not include this."))

    def invitation(self, number: str) -> Invitation:
        """The shop's invitation to a request. Raises NotFound for a request it was not asked for."""
        invitation = reads.with_request(rules.requests_for(self.member)).filter(order__number=number).first()
        if invitation is None:
            raise NotFound(_("There is no such request."))
        return invitation

    def order(self, number: str) -> Order:
        """An order that the shop has won. Raises NotFound for any other."""
        won = rules.orders_for(self.request.user).filter(shop=self.member.shop_id)
        order = reads.won_orders(won).filter(number=number).first()
        if order is None:
            raise NotFound(_("There is no such order."))
        return order

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

    def view_of(self, views: Mapping[str, Any]) -> str:
        """The view of a list that was asked for; the first one for anything else."""
        asked = self.request.GET.get("view", "")
        return asked if asked in views else next(iter(views))

    def moved(self, text: str, to: str) -> HttpResponse:
        """As `done`, for an act after which another page is shown."""
        messages.success(self.request, text)
        if self.request.headers.get("HX-Request") == "true":
            return HttpResponseClientRedirect(to)
        return redirect(to)


class Ask(MarketPage):
    """A small question before an act: a reason, a courier, a code. In a dialog, or as a page.

    A subclass names the form and the words, finds what it is about, and calls one action.
    """

    form_class: ClassVar[type[forms.Form]] = forms.Form
    roles: ClassVar[Collection[str]] = rules.HANDLING
    title: ClassVar[Any] = ""
    lead: ClassVar[Any] = ""
    button: ClassVar[Any] = ""
    done_text: ClassVar[Any] = ""
    tone = "primary"

    def subject(self, number: str) -> Any:
        """What the act is about, from the shop's own rows; the order it won unless said otherwise."""
        return self.order(number)

    def perform(self, subject: Any, said: dict[str, Any]) -> Any:
        """Call the one action."""
        raise NotImplementedError

    def back(self, number: str) -> str:
        """The page to return to."""
        return f"/portal/orders/{number}"

    def initial(self, subject: Any) -> dict[str, Any]:
        """What the form begins with."""
        return {}

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Show the question."""
        self.require(self.roles)
        return self.ask(self.form_class(initial=self.initial(self.subject(number))), number)

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Act, or show the question again with what was refused."""
        self.require(self.roles)
        subject = self.subject(number)
        form = self.form_class(request.POST, request.FILES)
        if form.is_valid() and self.attempt(partial(self.perform, subject, form.cleaned_data), form, number):
            return self.done(str(self.done_text), self.back(number))
        return self.ask(form, number, status=422)

    def attempt(self, call: Callable[[], Any], form: forms.Form, number: str) -> bool:
        """Run the act once for this form; put a refusal into the form and return False."""
        try:
            once(self.request, call, to=lambda _done: self.back(number))
        except (NotFound, NotAllowed):
            raise
        except Invalid as refused:
            for name in domain_errors_to_form(form, refused):
                form.add_error(None, [str(text) for text in refused.fields[name]])
            return False
        except DomainError as refused:
            form.add_error(None, str(refused.detail))
            return False
        return True

    def ask(self, form: forms.Form, number: str, *, status: int = 200) -> HttpResponse:
        """Render the question."""
        context = {
            "form": form,
            "title": self.title,
            "lead": self.lead,
            "button": self.button,
            "tone": self.tone,
            "action": self.request.path,
            "back": self.back(number),
            "key": self.request.POST.get("idempotency_key") or new_key(),
        }
        return self.show("portal/ask_page.html", context, status=status, fragment="portal/ask.html")
