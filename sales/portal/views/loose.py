"""Credit notes: all of them, and a new one for what comes back without a receipt."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core.errors import DomainError
from clutch.core.pages import new_key
from sales.actions.loose_returns import Worth, return_without_receipt, worth_of
from sales.enums import CoreStatus
from sales.models import CoreDeposit, SaleReturn
from sales.portal.return_forms import LooseForm, parts_of
from sales.portal.views.returns import TakesParts, chosen, note_of
from sales.portal.views.sales import Approving, SalesPage
from shops.rules import Act


class ReturnsView(SalesPage):
    """`/portal/returns`: the credit notes, newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them; `?q=` is a part of a number, of the note or of its receipt."""
        self.require_act(Act.SEE_SALES)
        rows = SaleReturn.objects.filter(shop=self.member.shop_id).order_by("-created_at", "-pk")
        text = request.GET.get("q", "").strip()[:60]
        if text:
            rows = rows.filter(number__icontains=text) | rows.filter(sale__number__icontains=text)
        page = self.page_of(rows.select_related("sale", "customer", "clerk", "exchange"))
        context = {"page_obj": page, "notes": page.object_list, "search": text}
        return self.show("sales/past/returns.html", context)


class CoresView(SalesPage):
    """`/portal/cores`: deposits for old parts that are still awaited, what runs out first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them; each is given back on the page of its sale."""
        self.require_act(Act.SEE_SALES)
        rows = CoreDeposit.objects.filter(
            shop=self.member.shop_id, status=CoreStatus.OPEN, expires_at__gt=timezone.now()
        ).select_related("sale_line__sale", "customer")
        page = self.page_of(rows.order_by("expires_at", "pk"))
        return self.show("sales/past/awaited.html", {"page_obj": page, "cores": page.object_list})


class LooseView(Approving, TakesParts):
    """Parts that nobody can prove to have bought here: store credit at the lowest recent price."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        self.require_act(Act.TAKE_RETURN)
        return self.answer(self.form())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Book what was shown; anything else is shown first."""
        self.require_act(Act.TAKE_RETURN)
        form = self.form(request.POST)
        worth = self.worth(form)
        agreed = worth is not None and request.POST.get("shown") == f"{worth.credit:f}"
        to = reverse("counter:returns")
        if form.is_valid() and agreed:
            booked: list[SaleReturn] = []
            if self.attempt(partial(self.book, form, booked), form, to):
                return self.moved(_("Booked."), note_of(booked, to))
        return self.answer(form, worth, status=422)

    def form(self, *args: Any) -> LooseForm:
        """The form, with a PIN where the role alone may not."""
        return LooseForm(*args, approvers=self.approvers(Act.RETURN_WITHOUT_RECEIPT))

    def worth(self, form: LooseForm) -> Worth | None:
        """What the customer would get; None where that is refused, with why in the form."""
        form.full_clean()
        try:
            return worth_of(self.member.shop_id, lines=form.lines())
        except DomainError as refused:
            said = [str(text) for texts in refused.fields.values() for text in texts] or [str(refused.detail)]
            form.add_error(None, said)
            return None

    def book(self, form: LooseForm, booked: list[SaleReturn]) -> SaleReturn:
        """Call the one action."""
        said = form.cleaned_data
        made = return_without_receipt(
            self.member.shop_id, lines=form.lines(), phone=said["phone"], name=said["name"],
            register_id=self.till(), vehicle=form.vehicle(), note=said["note"],
            approved_by=self.approved(Act.RETURN_WITHOUT_RECEIPT, said), actor=self.actor,
        )  # fmt: skip
        booked.append(made)
        return made

    def answer(self, form: LooseForm, worth: Worth | None = None, *, status: int = 200) -> HttpResponse:
        """Render the form."""
        context = {
            "form": form,
            "worth": worth,
            "stamp": f"{worth.credit:f}" if worth else "",
            "taken": self.taken(parts_of(form.data)) if form.is_bound else [],
            "key": self.request.POST.get("idempotency_key") or new_key(),
        }
        return self.show("sales/past/loose.html", context, status=status)


class LoosePreviewView(LooseView):
    """What the form as it stands would give."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer it."""
        self.require_act(Act.TAKE_RETURN)
        form = self.form(request.POST)
        worth = self.worth(form)
        context = {"form": form, "worth": worth, "stamp": f"{worth.credit:f}" if worth else ""}
        return self.show("sales/past/worth.html", context)


class LooseFoundView(TakesParts):
    """The parts that a scan means, as rows of the form."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer the rows; `?part=` is one that was chosen."""
        self.require_act(Act.TAKE_RETURN)
        text = request.GET.get("code", "").strip()[:200]
        rows = chosen(self, request.GET.get("part", "")) or self.found(text)
        return self.show(
            "sales/past/found.html", {"rows": rows, "lines": [], "text": text, "url": request.path}
        )
