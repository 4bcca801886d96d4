"""What comes back of a sale, and its credit note on a page and on paper."""

from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clutch.core.errors import DomainError, NotFound
from clutch.core.pages import new_key
from inventory.lookup import Candidate, candidates, find_by_code
from inventory.models import Part
from sales import rules
from sales.actions.cores import return_core
from sales.actions.returns import Preview, exchange, is_late, preview_return, take_return
from sales.enums import RefundBy, SaleStatus
from sales.models import CoreDeposit, Sale, SaleReturn
from sales.portal import journal, reads
from sales.portal.return_forms import CoreForm, ReturnForm, parts_of
from sales.portal.views.sales import Approving, SaleQuestion, SalesPage
from sales.receipts.content import credit_note_of
from shops.rules import Act

ZERO = Decimal(0)


class TakesParts(SalesPage):
    """Pages with rows of parts that were scanned: "taken-<part>" is how many."""

    def taken(self, parts: dict[UUID, int]) -> list[tuple[Candidate, int]]:
        """The rows, in the order of the form."""
        found = {row.part.pk: row for row in candidates(self.shop, dict.fromkeys(parts, "number"), units=1)}
        return [(found[pk], units) for pk, units in parts.items() if pk in found]

    def found(self, text: str) -> list[Candidate]:
        """The parts that a code means, or that a typed text may mean."""
        exact = find_by_code(self.shop, text).candidates if text else []
        return exact or (reads.found(self.shop, text) if text else [])


class ReturnView(Approving, TakesParts):
    """Take units of a sale back, and sell others against them in one document."""

    def get(self, request: HttpRequest, sale_id: UUID) -> HttpResponse:
        """Show the form."""
        sale = self.returnable(sale_id)
        return self.answer(self.form(sale), sale)

    def post(self, request: HttpRequest, sale_id: UUID) -> HttpResponse:
        """Book what was shown; anything else is shown first."""
        sale = self.returnable(sale_id)
        form = self.form(sale, request.POST)
        preview = self.preview(form, sale)
        to = reverse("counter:sale", args=[sale.pk])
        agreed = preview is not None and request.POST.get("shown") == stamp(preview)
        if form.is_valid() and preview is not None and agreed:
            booked: list[SaleReturn] = []
            act = partial(self.book, form, sale, preview, booked)
            if self.attempt(act, form, to):
                return self.moved(_("Booked."), note_of(booked, to))
        elif form.is_valid() and preview is not None and "shown" in request.POST:
            form.add_error(None, _("Something has changed meanwhile. Look at the sums and confirm again."))
        return self.answer(form, sale, preview=preview, status=422)

    def returnable(self, sale_id: UUID) -> Sale:
        """The sale; a role that may not take returns is refused."""
        self.require_act(Act.TAKE_RETURN)
        return self.sale(sale_id)

    def form(self, sale: Sale, *args: Any) -> ReturnForm:
        """The form, with a PIN where it is too late for the role alone."""
        policy = rules.policy_of(self.member.shop_id)
        late = sale.status == SaleStatus.COMPLETED and is_late(sale, policy)
        approvers = self.approvers(Act.RETURN_WITHOUT_RECEIPT) if late else None
        lines = journal.SaleFacts(sale).lines
        return ReturnForm(sale, lines, policy, *args, approvers=approvers)

    def preview(self, form: ReturnForm, sale: Sale) -> Preview | None:
        """What would be given back; None while nothing is chosen, or with why it is refused in the form."""
        form.full_clean()
        till = self.till()
        if not form.backs():
            if form.is_bound:
                form.add_error(None, _("Say what comes back."))
            return None
        act = partial(preview_return, sale.pk, shop_id=self.member.shop_id, actor=self.actor)
        try:
            return act(given=form.given(till), cart=form.cart(till))
        except NotFound:
            raise
        except DomainError as refused:
            said = [str(text) for texts in refused.fields.values() for text in texts] or [str(refused.detail)]
            form.add_error(None, said)
            return None

    def book(self, form: ReturnForm, sale: Sale, preview: Preview, booked: list[SaleReturn]) -> SaleReturn:
        """Call the one action."""
        till, shop_id = self.till(), self.member.shop_id
        late = "pin" in form.fields
        approved_by = self.approved(Act.RETURN_WITHOUT_RECEIPT, form.cleaned_data) if late else None
        given, cart = form.given(till), form.cart(till)
        if cart is None or preview.bought is None:
            act = partial(take_return, sale.pk, given=given)
        else:
            act = partial(exchange, sale.pk, given=given, cart=cart, payments=form.payments(preview.due))
        booked.append(act(shop_id=shop_id, approved_by=approved_by, actor=self.actor))
        return booked[0]

    def answer(
        self, form: ReturnForm, sale: Sale, *, preview: Preview | None = None, status: int = 200
    ) -> HttpResponse:
        """Render the form; the sums alone to htmx."""
        context = {
            "form": form,
            "sale": sale,
            "preview": preview,
            "stamp": stamp(preview) if preview else "",
            "wants_delivery": bool(preview and preview.note.delivery),
            "taken": self.taken(parts_of(form.data)) if form.is_bound else [],
            "key": self.request.POST.get("idempotency_key") or new_key(),
        }
        return self.show("sales/past/return.html", context, status=status)


def note_of(booked: list[SaleReturn], otherwise: str) -> str:
    """The page of the credit note; a repeated form has none at hand."""
    return reverse("counter:credit-note", args=[booked[0].pk]) if booked else otherwise


def stamp(preview: Preview) -> str:
    """What a confirmation agrees to: what is given back, and what is to be paid."""
    return f"{preview.refund:f}/{preview.due:f}/{preview.note.credit:f}"


class PreviewView(ReturnView):
    """The sums of the form as it stands."""

    def post(self, request: HttpRequest, sale_id: UUID) -> HttpResponse:
        """Answer them."""
        sale = self.returnable(sale_id)
        form = self.form(sale, request.POST)
        preview = self.preview(form, sale)
        context = {
            "form": form,
            "sale": sale,
            "preview": preview,
            "stamp": stamp(preview) if preview else "",
            "wants_delivery": bool(preview and preview.note.delivery),
        }
        return self.show("sales/past/refund.html", context)


class FoundView(TakesParts):
    """What a scan means on the form of a return: lines of the sale, and parts that can be taken instead."""

    def get(self, request: HttpRequest, sale_id: UUID) -> HttpResponse:
        """Answer the rows; `?part=` is one that was chosen."""
        self.require_act(Act.TAKE_RETURN)
        sale = self.sale(sale_id)
        text = request.GET.get("code", "").strip()[:200]
        rows = chosen(self, request.GET.get("part", "")) or self.found(text)
        ids = {row.part.pk for row in rows}
        lines = [
            row.pk for row in sale.lines.all() if row.part_id in ids or (text and row.part_number == text)
        ]
        context = {"rows": rows, "lines": lines, "text": text, "url": request.path}
        return self.show("sales/past/found.html", context)


def chosen(page: TakesParts, part_id: str) -> list[Candidate]:
    """The part with this id, of the shop."""
    try:
        found = Part.objects.filter(shop=page.shop, pk=UUID(part_id)).values_list("pk", flat=True)
    except ValueError:
        return []
    return [row for row, _units in page.taken(dict.fromkeys(found, 1))]


class CoreView(SaleQuestion):
    """Old parts of a sale come back for their deposit."""

    act = Act.TAKE_RETURN
    form_class = CoreForm
    title = gettext_lazy("The old part came back")
    lead = gettext_lazy("Its deposit goes back. Old parts are no stock of the shop.")
    button = gettext_lazy("Give the deposit back")
    done_text = gettext_lazy("The deposit was given back.")

    def subject(self, sale_id: UUID, core_id: UUID) -> Any:  # type: ignore[override]  # of a sale of the shop
        """The deposit, of this sale."""
        sale = self.sale(sale_id)
        core = CoreDeposit.objects.filter(shop=self.member.shop_id, sale_line__sale=sale, pk=core_id).first()
        if core is None:
            raise NotFound(_("There is no such deposit."))
        return core

    def back(self, sale_id: UUID, core_id: UUID) -> str:  # type: ignore[override]  # the sale's page
        """The sale's page."""
        return reverse("counter:sale", args=[sale_id])

    def initial(self, subject: CoreDeposit) -> dict[str, Any]:
        """All that are awaited."""
        return {"quantity": subject.left}

    def perform(self, subject: CoreDeposit, said: dict[str, Any]) -> SaleReturn:
        """Give it back."""
        return return_core(
            subject.pk, shop_id=self.member.shop_id, quantity=said["quantity"],
            refund=RefundBy(said["refund"]), register_id=self.till(), actor=self.actor,
        )  # fmt: skip


class ReturnPage(SalesPage):
    """A page of one credit note."""

    def note(self, return_id: UUID) -> SaleReturn:
        """A credit note of this shop. Raises NotFound for any other."""
        self.require_act(Act.SEE_SALES)
        notes = SaleReturn.objects.filter(shop=self.member.shop_id, pk=return_id)
        found = notes.select_related("sale").first()
        if found is None:
            raise NotFound(_("There is no such credit note."))
        return found


class CreditNoteView(ReturnPage):
    """One credit note, as it is printed."""

    def get(self, request: HttpRequest, return_id: UUID) -> HttpResponse:
        """Show it."""
        note = self.note(return_id)
        return self.show("sales/past/credit_note.html", {"note": note, "paper": credit_note_of(note)})


class PaperView(ReturnPage):
    """The credit note on paper."""

    def get(self, request: HttpRequest, return_id: UUID) -> HttpResponse:
        """As PDF, on a roll or on A4."""
        return self.paper(self.note(return_id))
