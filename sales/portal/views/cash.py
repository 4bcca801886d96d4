"""Cash: opening a register, cash in and out, the X report, the count, the Z report."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from clutch.core.errors import Conflict, NotFound
from clutch.core.money import minor_units
from clutch.core.pages import new_key
from sales import rules
from sales.actions.registers import close_session, move_cash, open_session
from sales.denominations import denominations_of
from sales.enums import SessionStatus
from sales.models import CashSession, Register
from sales.portal import drawers
from sales.portal.cash_forms import CashForm, CountForm
from sales.portal.forms import OpenForm
from sales.portal.page import CounterPage
from sales.portal.views.sales import pdf_answer
from sales.receipts.z_report import blocks_of, printed_report
from sales.reports import session_report
from shops.portal.working import Question
from shops.rules import PERMISSIONS, Act


class CashPage(CounterPage):
    """A page of registers and drawers."""

    nav = "cash"

    def session(self, session_id: UUID) -> CashSession:
        """A session of this shop. Raises NotFound for any other."""
        found = drawers.sessions(self.member.shop_id).filter(pk=session_id).first()
        if found is None:
            raise NotFound(_("There is no such cash session."))
        return found


class CashView(CashPage):
    """`/portal/cash`: which registers are open, by whom; the sessions and their differences."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        self.require_act(Act.SEE_SALES)
        page = self.page_of(drawers.sessions(self.member.shop_id).filter(status=SessionStatus.CLOSED))
        context = {
            "drawers": drawers.drawers(self.member.shop_id),
            "page_obj": page,
            "sessions": page.object_list,
        }
        return self.show("sales/cash/index.html", context, fragment="sales/cash/state.html")


class CashQuestion(Question, CashPage):
    """A small question about a drawer; for who runs a register."""

    roles = PERMISSIONS[Act.RUN_REGISTER]


class OpenSessionView(CashQuestion):
    """Open a register with what lies in its drawer."""

    form_class = OpenForm
    title = gettext_lazy("Open the register")
    lead = gettext_lazy("Count what lies in the drawer before the first sale.")
    button = gettext_lazy("Open it")
    done_text = gettext_lazy("The register is open.")

    def subject(self, register_id: UUID) -> Register:
        """The register."""
        found = Register.objects.filter(shop=self.member.shop_id, pk=register_id, is_active=True).first()
        if found is None:
            raise NotFound(_("There is no such register."))
        return found

    def back(self, register_id: UUID) -> str:
        """The list."""
        return reverse("counter:cash")

    def perform(self, subject: Register, said: dict[str, Any]) -> CashSession:
        """Open it."""
        return open_session(self.member.shop_id, register_id=subject.pk, actor=self.actor, **said)


class CashInView(CashQuestion):
    """Put cash into a drawer."""

    form_class = CashForm
    title = gettext_lazy("Put cash in")
    button = gettext_lazy("Put it in")
    done_text = gettext_lazy("Noted.")
    out = False

    def subject(self, session_id: UUID) -> CashSession:
        """The session."""
        return self.session(session_id)

    def back(self, session_id: UUID) -> str:
        """The session's page."""
        return reverse("counter:session", args=[session_id])

    def perform(self, subject: CashSession, said: dict[str, Any]) -> Any:
        """Note it."""
        return move_cash(subject.pk, shop_id=self.member.shop_id, out=self.out, actor=self.actor, **said)


class CashOutView(CashInView):
    """Take cash out of a drawer."""

    title = gettext_lazy("Take cash out")
    button = gettext_lazy("Take it out")
    out = True


class SessionView(CashPage):
    """One session: who had it, what moved by hand, and the report for who sees takings."""

    def get(self, request: HttpRequest, session_id: UUID) -> HttpResponse:
        """Show it."""
        self.require_act(Act.SEE_SALES)
        session = self.session(session_id)
        context: dict[str, Any] = {"session": session, "moved": drawers.moved_by_hand(session)}
        if rules.may(self.member, Act.SEE_TAKINGS):
            context["blocks"] = blocks_of(session, session.totals or session_report(session))
        return self.show("sales/cash/session.html", context, fragment="sales/cash/session_state.html")


class CloseView(CashPage):
    """Count the drawer and close the register."""

    def get(self, request: HttpRequest, session_id: UUID) -> HttpResponse:
        """Show the form. What should be there is not said before it is counted."""
        self.require_act(Act.RUN_REGISTER)
        session = self.session(session_id)
        return self.answer(CountForm(self.coins()), session)

    def post(self, request: HttpRequest, session_id: UUID) -> HttpResponse:
        """Close it; a difference is said, and needs a reason."""
        self.require_act(Act.RUN_REGISTER)
        session = self.session(session_id)
        form = CountForm(self.coins(), request.POST)
        to = reverse("counter:session", args=[session.pk])
        if form.is_valid() and self.attempt(partial(self.close, form, session), form, to):
            return self.moved(_("The register is closed."), to)
        return self.answer(form, session, status=422)

    def close(self, form: CountForm, session: CashSession) -> CashSession:
        """Call the one action."""
        return close_session(
            session.pk, shop_id=self.member.shop_id, note=form.cleaned_data["note"], explained=True,
            actor=self.actor, **form.counts(),
        )  # fmt: skip

    def coins(self) -> list[Any]:
        """The coins and notes of the shop's currency."""
        return denominations_of(self.shop.currency)

    def answer(self, form: CountForm, session: CashSession, *, status: int = 200) -> HttpResponse:
        """Render the form; one that is closed already has its report instead."""
        if session.status != SessionStatus.OPEN:
            raise Conflict(_("This register has been closed."), code="session_closed")
        context = {
            "form": form,
            "session": session,
            "decimals": minor_units(self.shop.currency),
            "key": self.request.POST.get("idempotency_key") or new_key(),
        }
        return self.show("sales/cash/close.html", context, status=status)


class ReportView(CashPage):
    """The X or Z report on paper."""

    def get(self, request: HttpRequest, session_id: UUID) -> HttpResponse:
        """As PDF, on a roll or on A4."""
        self.require_act(Act.SEE_TAKINGS)
        session = self.session(session_id)
        paper = "a4" if request.GET.get("paper") == "a4" else "80mm"
        made = printed_report(session, paper=paper, language=get_language())
        return pdf_answer(made.body, made.filename)
