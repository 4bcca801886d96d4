"""Looking a stock-take over: reasons, unknown codes, counting again, the booking; its paper; the accuracy."""

from functools import cached_property, partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clutch.core.errors import DomainError, NotAllowed, NotFound
from inventory import counting
from inventory.actions.count_approval import approve_count, explain_variances
from inventory.actions.counting import drop_unknown, reopen_count, resolve_unknown
from inventory.count_paper import count_paper
from inventory.lookup import find_by_code
from inventory.models import CountSheet, CountUnknown
from inventory.portal import count_reads
from inventory.portal.count_forms import ApproveForm, ResolveForm
from inventory.portal.count_page import CountPage, CountQuestion
from shops.rules import Act


class ActsOnLines(CountPage):
    """Base: a form about several lines of a sheet, named by their ids."""

    def attempt_act(self, count_id: UUID, call: Any, text: str) -> HttpResponse:
        """Run one act and go back to the page of the count, which says how it went."""
        to = reverse("stock:count", args=[count_id])
        try:
            call()
        except (NotFound, NotAllowed):
            raise
        except DomainError as refused:
            said = [str(words) for found in refused.fields.values() for words in found]
            return self.refuse(" ".join(said) or str(refused.detail), to)
        return self.done(text, to)


class ReasonsView(ActsOnLines):
    """Why lines differ."""

    def post(self, request: HttpRequest, count_id: UUID) -> HttpResponse:
        """Keep the reasons; `reason-rest` is for the shown lines that have none."""
        self.require_act(Act.ADJUST_STOCK)
        sheet = self.sheet(count_id)
        rest = request.POST.get("reason-rest", "")
        said = {
            _id(name.removeprefix("reason-")): str(reason or rest)
            for name, reason in request.POST.items()
            if name.startswith("reason-") and name != "reason-rest" and (reason or rest)
        }
        act = partial(explain_variances, sheet.pk, shop_id=self.shop.pk, reasons=said, actor=self.actor)
        return self.attempt_act(count_id, act, _("The reasons are kept."))


class RecountView(ActsOnLines):
    """Lines that are counted again."""

    def post(self, request: HttpRequest, count_id: UUID) -> HttpResponse:
        """Forget them, and go back to counting."""
        self.require_act(Act.COUNT_STOCK)
        sheet = self.sheet(count_id)
        lines = [_id(text) for text in request.POST.getlist("line")]
        if not lines:
            return self.refuse(_("Tick the lines to count again."), reverse("stock:count", args=[count_id]))
        act = partial(reopen_count, sheet.pk, shop_id=self.shop.pk, recount=lines, actor=self.actor)
        return self.attempt_act(count_id, act, _("Count the ticked lines again: their old numbers are gone."))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound(_("There is no such line.")) from error


class ApproveView(CountQuestion):
    """The booking."""

    act = Act.APPROVE_COUNT
    title = gettext_lazy("Approve the count and book it?")
    button = gettext_lazy("Approve")
    done_text = gettext_lazy("The count is booked.")

    def form(self, subject: CountSheet, *args: Any, **kwargs: Any) -> ApproveForm:
        """Asks about what nobody counted, when there is any."""
        self.approve_form = ApproveForm(*args, left=counting.uncounted(subject).count(), **kwargs)
        return self.approve_form

    def perform(self, subject: CountSheet, said: dict[str, Any]) -> Any:
        """Book it."""
        zero = self.approve_form.zero_uncounted()
        return approve_count(subject.pk, shop_id=self.shop.pk, zero_uncounted=zero, actor=self.actor)

    @property
    def lead(self) -> str:
        """What will be booked, and what is left out."""
        sheet = self.sheet(self.kwargs["count_id"])
        found = counting.totals(sheet, self.shop.currency)
        differ, codes = found.lines - found.right, len(count_reads.open_codes(sheet))
        said = ngettext("%(n)s line differs and is booked.", "%(n)s lines differ and are booked.", differ)
        lead = said % {"n": differ}
        if codes:
            left = ngettext("%(n)s unknown code is left out.", "%(n)s unknown codes are left out.", codes)
            lead = f"{lead} {left % {'n': codes}}"
        return lead


class CodeQuestion(CountQuestion):
    """A question about one unknown code of a sheet."""

    def subject(self, count_id: UUID, unknown_id: UUID) -> CountUnknown:  # type: ignore[override]
        """The code."""
        rows = CountUnknown.objects.filter(sheet=self.sheet(count_id), resolved_part=None)
        found = rows.filter(pk=unknown_id).first()
        if found is None:
            raise NotFound(_("There is no such code."))
        return found

    def back(self, count_id: UUID, unknown_id: UUID) -> str:  # type: ignore[override]
        """The page of the count."""
        return reverse("stock:count", args=[count_id])


class ResolveView(CodeQuestion):
    """Which part it was."""

    title = gettext_lazy("Which part is it?")

    @property
    def lead(self) -> str:
        """The code, as it was scanned."""
        return self.subject(**self.kwargs).code

    button = gettext_lazy("Count it as this part")
    done_text = gettext_lazy("It is counted.")

    def form(self, subject: Any, *args: Any, **kwargs: Any) -> ResolveForm:
        """The form with the parts that the code may mean."""
        found = find_by_code(self.shop, subject.code)
        return ResolveForm(self.shop, found, *args, may_attach=self.may(Act.EDIT_PARTS), **kwargs)

    def perform(self, subject: Any, said: dict[str, Any]) -> Any:
        """Count it."""
        return resolve_unknown(
            subject.pk, shop_id=self.shop.pk, part_id=said["part"], attach=said.get("attach", False),
            actor=self.actor,
        )  # fmt: skip


class DropView(CodeQuestion):
    """Leave it out."""

    title = gettext_lazy("Leave this code out of the count?")
    lead = gettext_lazy("Its units are not counted for any part.")
    button = gettext_lazy("Leave it out")
    done_text = gettext_lazy("The code is left out.")
    tone = "danger"

    def perform(self, subject: Any, said: dict[str, Any]) -> Any:
        """Drop it."""
        return drop_unknown(subject.pk, shop_id=self.shop.pk, actor=self.actor)


class SheetView(CountPage):
    """The count sheet on paper."""

    def get(self, request: HttpRequest, count_id: UUID) -> HttpResponse:
        """Answer the PDF, by bin; with what should be there only for who may see it."""
        self.require_act(Act.COUNT_STOCK)
        sheet = self.sheet(count_id)
        made = count_paper(sheet, sees_expected=not sheet.is_blind)
        answer = HttpResponse(made, content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="{sheet.number}.pdf"'
        return answer


class AccuracyView(CountPage):
    """How well the books agree with the shelves, month by month."""

    @cached_property
    def months(self) -> list[counting.Accuracy]:
        """The last twelve in which the shop counted."""
        return counting.accuracy(self.shop)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the table and its picture."""
        self.require_act(Act.SEE_STOCK)
        context = {"months": self.months[::-1], "bars": count_reads.chart(self.months)}
        return self.show("inventory/counts/accuracy.html", context)
