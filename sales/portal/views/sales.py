"""Past sales: the list, the page of one, its receipt, and voiding it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from clutch.core.errors import NotFound
from sales import rules
from sales.actions import pins
from sales.actions.receipts import mail_receipt
from sales.actions.voiding import void_sale
from sales.enums import Channel, SaleStatus
from sales.models import Sale, SaleReturn
from sales.portal import journal
from sales.portal.page import CounterPage
from sales.portal.sale_forms import ApprovedForm, MailForm, VoidForm, approvers_of
from sales.receipts.content import receipt_url
from sales.receipts.papers import printed
from shops.portal.working import Question
from shops.rules import PERMISSIONS, Act


class SalesPage(CounterPage):
    """A page of past sales."""

    nav = "sales"

    def sale(self, sale_id: UUID) -> Sale:
        """A sale of this shop that has a number. Raises NotFound for any other."""
        found = journal.sale_of(self.member.shop_id, sale_id)
        if found is None:
            raise NotFound(_("There is no such sale."))
        return found

    def till(self) -> UUID | None:
        """The register of this browser: through its drawer money comes and goes."""
        register = self.register(self.registers())
        return register.pk if register else None

    def paper(self, document: Sale | SaleReturn) -> HttpResponse:
        """The paper that `?paper=` names, 80 mm unless it is A4, shown in the browser."""
        paper = "a4" if self.request.GET.get("paper") == "a4" else "80mm"
        made = printed(document, paper=paper, language=get_language())
        return pdf_answer(made.body, made.filename)


def pdf_answer(body: bytes, filename: str) -> HttpResponse:
    """A PDF that is shown in the browser and kept nowhere."""
    answer = HttpResponse(body, content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(False, filename) or "inline"
    answer["Cache-Control"] = "private, no-store"
    return answer


class SalesView(SalesPage):
    """`/portal/sales`: today's first; `?scan=` opens the receipt that was scanned."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show what is asked for; the list alone to htmx."""
        self.require_act(Act.SEE_SALES)
        if to := self.scanned(request.GET.get("scan", "").strip()[:300]):
            return HttpResponseRedirect(to)
        today = timezone.localdate()
        asked = journal.Asked.of(request.GET, today)
        rows = journal.listed(self.shop, asked)
        page = self.page_of(journal.with_more(rows))
        context: dict[str, Any] = {
            "asked": asked,
            "page_obj": page,
            "sales": page.object_list,
            "today": today,
            "narrowed": asked.narrowed or (not asked.text and asked.day != today),
            "channels": Channel.choices,
            "statuses": [(value, SaleStatus(value).label) for value in journal.LISTED],
            "clerks": journal.clerks_of(self.member.shop_id),
            "registers": journal.registers_of(self.member.shop_id),
        }
        if rules.may(self.member, Act.SEE_TAKINGS):
            context["sums"] = journal.sums_of(rows, sees_cost=rules.may(self.member, Act.SEE_COST))
        return self.show("sales/past/list.html", context, fragment="sales/past/rows.html")

    def scanned(self, code: str) -> str:
        """The page of the receipt or credit note with this code; "" for anything else."""
        if not code:
            return ""
        if sale := journal.receipt_scanned(self.member.shop_id, code):
            return reverse("counter:sale", args=[sale.pk])
        if note := journal.credit_note_scanned(self.member.shop_id, code):
            return reverse("counter:credit-note", args=[note.pk])
        return ""


class SaleView(SalesPage):
    """One sale: what was sold, how it was paid, what came back, what may be done."""

    def get(self, request: HttpRequest, sale_id: UUID) -> HttpResponse:
        """Show it; what can change alone to htmx."""
        self.require_act(Act.SEE_SALES)
        sale = self.sale(sale_id)
        context = {"sale": sale, "facts": journal.SaleFacts(sale), "receipt_url": receipt_url(sale)}
        return self.show("sales/past/sale.html", context, fragment="sales/past/state.html")


class ReceiptView(SalesPage):
    """The receipt on paper."""

    def get(self, request: HttpRequest, sale_id: UUID) -> HttpResponse:
        """As PDF, on a roll or on A4."""
        self.require_act(Act.SEE_SALES)
        return self.paper(self.sale(sale_id))


class SaleQuestion(Question, SalesPage):
    """A small question about one sale; `act` is what the role must allow to be asked."""

    act = Act.SELL

    @property
    def roles(self) -> Any:  # type: ignore[override]  # from the one table, by `act`
        """Who may answer it."""
        return PERMISSIONS[self.act]

    def subject(self, sale_id: UUID) -> Sale:
        """The sale."""
        return self.sale(sale_id)

    def back(self, sale_id: UUID) -> str:
        """The sale's page."""
        return reverse("counter:sale", args=[sale_id])


class Approving(CounterPage):
    """Pages of acts that a clerk may do with the PIN of somebody who may."""

    def approvers(self, act: Act) -> Any:
        """Who is asked for a PIN; None where the role may by itself."""
        return None if rules.may(self.member, act) else approvers_of(self.member, act)

    def approved(self, act: Act, said: dict[str, Any]) -> UUID | None:
        """Check the PIN that was entered, and return whose word it is. Raises as `pins.approve`."""
        if rules.may(self.member, act):
            return None
        found = pins.approve(
            self.member.shop_id, member_id=UUID(said["approver"]), pin=said["pin"], act=act, actor=self.actor
        )
        return found.member.user_id


class VoidView(Approving, SaleQuestion):
    """Undo a sale of today."""

    title = gettext_lazy("Void this sale?")
    lead = gettext_lazy("Money and parts go back exactly as they came. The number stays used.")
    button = gettext_lazy("Void the sale")
    done_text = gettext_lazy("Voided.")
    tone = "danger"

    def form(self, subject: Sale, *args: Any, **kwargs: Any) -> ApprovedForm:
        """With a PIN where the role needs one."""
        return VoidForm(*args, approvers=self.approvers(Act.VOID_SALE), **kwargs)

    def perform(self, subject: Sale, said: dict[str, Any]) -> Sale:
        """Void it, through the drawer of this browser's register."""
        return void_sale(
            subject.pk, shop_id=self.member.shop_id, reason=said["reason"], register_id=self.till(),
            approved_by=self.approved(Act.VOID_SALE, said), actor=self.actor,
        )  # fmt: skip


class MailView(SaleQuestion):
    """Send the receipt by e-mail."""

    form_class = MailForm
    title = gettext_lazy("Send the receipt by e-mail")
    button = gettext_lazy("Send")
    done_text = gettext_lazy("The receipt is on its way.")

    def initial(self, subject: Sale) -> dict[str, Any]:
        """To the customer."""
        return MailForm.initial_of(subject)

    def perform(self, subject: Sale, said: dict[str, Any]) -> Sale:
        """Send it."""
        return mail_receipt(subject.pk, shop_id=self.member.shop_id, actor=self.actor, **said)
