"""The list of stock-takes, the form that begins one, and the acts on a sheet."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clutch.core.errors import NotAllowed
from clutch.core.pages import new_key
from inventory.actions import counting as acts
from inventory.enums import CountStatus, Reason
from inventory.models import CountSheet
from inventory.portal import count_reads
from inventory.portal.count_forms import StartCountForm
from inventory.portal.count_page import CountPage, CountQuestion
from shops.rules import Act


class CountsView(CountPage):
    """The stock-takes of the shop, and how far each is."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them; the list alone to htmx."""
        self.require_act(Act.SEE_STOCK)
        view = self.view_of(count_reads.VIEWS)
        page = self.page_of(count_reads.sheets(self.member, view))
        context = {"view": view, "tabs": count_reads.tabs(self.member, view), "page_obj": page}
        return self.show("inventory/counts/index.html", context, fragment="inventory/counts/list.html")


class StartView(CountPage):
    """Begin a stock-take."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        self.require_act(Act.COUNT_STOCK)
        return self.answer(StartCountForm(self.shop))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Begin it, and go to its page."""
        self.require_act(Act.COUNT_STOCK)
        form = StartCountForm(self.shop, request.POST)
        made: list[CountSheet] = []
        if form.is_valid():
            act = partial(acts.start_count, self.shop.pk, actor=self.actor, **form.given())
            if self.attempt(lambda: made.append(act()), form, reverse("stock:counts")):
                to = reverse("stock:count", args=[made[0].pk]) if made else reverse("stock:counts")
                return self.moved(_("The count has begun."), to)
        return self.answer(form, status=422)

    def answer(self, form: StartCountForm, *, status: int = 200) -> HttpResponse:
        """Render the form."""
        key = self.request.POST.get("idempotency_key") or new_key()
        return self.show("inventory/counts/new.html", {"form": form, "key": key}, status=status)


class CountView(CountPage):
    """One stock-take: what it covers, how far it is, what to do next."""

    def get(self, request: HttpRequest, count_id: UUID) -> HttpResponse:
        """Show it; the live part is answered alone to htmx."""
        self.require_act(Act.SEE_STOCK)
        sheet = self.sheet(count_id)
        context: dict[str, Any] = {
            "sheet": sheet,
            "may_cancel": self.may_cancel(sheet),
            "now": timezone.now(),
        }
        context["codes"] = count_reads.open_codes(sheet)
        if sheet.status not in (CountStatus.COUNTING, CountStatus.CANCELLED) and self.sees_expected(sheet):
            context["review"] = count_reads.review(
                sheet, sees_cost=self.may(Act.SEE_COST), page=request.GET.get("page")
            )
            context |= {"page_obj": context["review"].page, "reasons": Reason.choices}
        return self.show("inventory/counts/count.html", context, fragment="inventory/counts/live.html")


class SubmitView(CountQuestion):
    """The end of counting."""

    title = gettext_lazy("Hand the count in?")
    lead = gettext_lazy("Nobody can count on it then, until somebody goes back to counting.")
    button = gettext_lazy("Hand it in")
    done_text = gettext_lazy("The count is handed in.")

    def perform(self, subject: CountSheet, said: dict[str, Any]) -> Any:
        """Hand it in."""
        return acts.submit_count(subject.pk, shop_id=self.shop.pk, actor=self.actor)


class ReopenView(CountQuestion):
    """Back to counting."""

    title = gettext_lazy("Go back to counting?")
    lead = gettext_lazy("What was counted stays; more can be counted.")
    button = gettext_lazy("Go back to counting")
    done_text = gettext_lazy("It is being counted again.")

    def perform(self, subject: CountSheet, said: dict[str, Any]) -> Any:
        """Reopen it."""
        return acts.reopen_count(subject.pk, shop_id=self.shop.pk, actor=self.actor)


class CancelView(CountQuestion):
    """Giving up."""

    title = gettext_lazy("Give this count up?")
    lead = gettext_lazy("Nothing of it is booked. This cannot be taken back.")
    button = gettext_lazy("Give it up")
    done_text = gettext_lazy("The count is given up.")
    tone = "danger"

    def subject(self, count_id: UUID) -> CountSheet:
        """The sheet, for whoever began it and who may approve it."""
        sheet = self.sheet(count_id)
        if not self.may_cancel(sheet):
            raise NotAllowed(_("Your role in this shop does not include this."))
        return sheet

    def perform(self, subject: CountSheet, said: dict[str, Any]) -> Any:
        """Cancel it."""
        return acts.cancel_count(subject.pk, shop_id=self.shop.pk, actor=self.actor)
