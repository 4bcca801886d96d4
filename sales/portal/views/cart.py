"""Fragments at the cart of the till: who buys, and what the shop knows of each line."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clutch.core.errors import DomainError, NotAllowed, NotFound
from clutch.core.pages import domain_errors_to_form
from sales.actions.customers import customer_of_phone
from sales.models import SpecialOrder
from sales.portal import cart, picker
from sales.portal.forms import NewCustomerForm
from sales.portal.page import CounterPage
from sales.portal.views.sales import pdf_answer
from sales.receipts.slips import printed_slip
from shops.rules import Act


class FactsView(CounterPage):
    """What there is to say of the lines of a cart."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer one block for each `part=UUID:UNITS`, for the vehicle of `make`, `model` and `year`."""
        self.require_act(Act.SELL)
        units = cart.units_asked(request.GET.getlist("part"))
        vehicle = cart.vehicle_asked(request.GET)
        facts = cart.line_facts(self.shop, units, vehicle)
        return self.show("sales/till/facts.html", {"lines": facts, "vehicle": vehicle})


class CustomersView(CounterPage):
    """The picker of customers at the cart."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer the customers whom `q` may mean, or the one of `id`."""
        self.require_act(Act.SELL)
        text = request.GET.get("q", "").strip()[:120]
        if given := request.GET.get("id"):
            return self.rows(picker.by_id(self.shop, given))
        form = NewCustomerForm(initial=picker.as_typed(text))
        return self.rows(picker.found(self.shop, text), text=text, form=form)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take a phone and a name for a customer: who has that phone already is that customer.

        Sent twice it makes one customer, so it needs no key.
        """
        self.require_act(Act.EDIT_CUSTOMERS)
        form = NewCustomerForm(request.POST)
        if form.is_valid():
            try:
                row = customer_of_phone(self.member.shop_id, actor=self.actor, **form.cleaned_data)
                return self.rows(picker.by_id(self.shop, str(row.pk)))
            except (NotFound, NotAllowed):
                raise
            except DomainError as refused:
                domain_errors_to_form(form, refused)
        return self.rows([], form=form, status=422)

    def rows(
        self, found: list[Any], *, text: str = "", form: NewCustomerForm | None = None, status: int = 200
    ) -> HttpResponse:
        """Render the customers, and the form for somebody new."""
        context = {"rows": [picker.shown(row) for row in found], "text": text, "form": form}
        return self.show("sales/till/customers.html", context, status=status)


class SlipView(CounterPage):
    """The slip of a special order, for its customer."""

    def get(self, request: HttpRequest, order_id: UUID) -> HttpResponse:
        """As PDF of 80 mm. Raises NotFound for an order of another shop."""
        self.require_act(Act.SEE_SALES)
        rows = SpecialOrder.objects.filter(shop=self.member.shop_id, pk=order_id)
        order = rows.select_related("shop", "customer", "part").first()
        if order is None:
            raise NotFound(_("There is no such special order."))
        made = printed_slip(order, language=get_language())
        return pdf_answer(made.body, made.filename)
