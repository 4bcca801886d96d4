"""The list of customers, the page of one, the form, the history, and the statement of account."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core.pages import new_key
from sales import queries, rules
from sales.actions.customers import add_customer, change_customer
from sales.customer_history import history
from sales.enums import CustomerClass, CustomerStatus, HistoryKind
from sales.models import Customer
from sales.portal.customers.forms import CustomerForm, StatementForm
from sales.portal.customers.page import CustomerPage
from sales.portal.customers.reads import asked_of, listed, shown
from sales.portal.views.sales import pdf_answer
from sales.receipts.statement import statement_of, statement_pdf
from shops.rules import Act

HISTORY = 20


class CustomersView(CustomerPage):
    """The customers of the shop, found by whatever is known of them."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show who is asked for; the list alone to htmx."""
        self.require_act(Act.SEE_CUSTOMERS)
        asked = asked_of(request.GET)
        rows = listed(self.member.shop_id, asked)
        page = self.page_of(rows)
        context = {
            "asked": asked,
            "narrowed": asked["class"] or asked["status"] or asked["owing"],
            "page_obj": page,
            "customers": page.object_list,
            "classes": CustomerClass.choices,
            "statuses": CustomerStatus.choices,
        }
        return self.show("sales/customers/list.html", context, fragment="sales/customers/rows.html")


class CustomerView(CustomerPage):
    """One customer: what is owed, vehicles, what can be done, what there was."""

    def get(self, request: HttpRequest, customer_id: UUID) -> HttpResponse:
        """Show it; what can change alone to htmx. Who was merged leads to the one who stayed."""
        self.require_act(Act.SEE_CUSTOMERS)
        customer = self.customer(customer_id)
        if customer.merged_into_id:
            return redirect("customers:customer", customer.merged_into_id)
        context = {
            "customer": customer,
            "credit_left": queries.credit_left(customer),
            "duplicates": queries.duplicates_of(customer),
            **history_of(customer, request),
        }
        return self.show("sales/customers/customer.html", context, fragment="sales/customers/state.html")


def history_of(customer: Customer, request: HttpRequest) -> dict[str, Any]:
    """A page of what there was, of the kind that was asked for."""
    kind = request.GET.get("kind", "")
    kinds = [kind] if kind in HistoryKind.values else []
    page = Paginator(history(customer, kinds), HISTORY).get_page(request.GET.get("page"))
    rows = [shown(row) for row in page.object_list]
    return {"page_obj": page, "rows": rows, "kind": kind, "kinds": HistoryKind.choices}


class HistoryView(CustomerPage):
    """What a customer and the shop had with one another."""

    def get(self, request: HttpRequest, customer_id: UUID) -> HttpResponse:
        """Show a page of it; the list alone to htmx."""
        self.require_act(Act.SEE_CUSTOMERS)
        customer = self.customer(customer_id)
        context = {"customer": customer, **history_of(customer, request)}
        return self.show(
            "sales/customers/history_page.html", context, fragment="sales/customers/history.html"
        )


class CustomerFormView(CustomerPage):
    """Enter a customer, or change one."""

    def get(self, request: HttpRequest, customer_id: UUID | None = None) -> HttpResponse:
        """Show the form; a new one with what was searched and not found."""
        self.require_act(Act.EDIT_CUSTOMERS)
        customer = self.customer(customer_id) if customer_id else None
        asked = {name: request.GET.get(name, "")[:120] for name in ("name", "phone")}
        initial = CustomerForm.initial_of(customer) if customer else asked
        return self.answer(self.form(initial=initial), customer)

    def post(self, request: HttpRequest, customer_id: UUID | None = None) -> HttpResponse:
        """Save it, or show what was refused at its field."""
        self.require_act(Act.EDIT_CUSTOMERS)
        customer = self.customer(customer_id) if customer_id else None
        form = self.form(request.POST)
        made: list[Customer] = []
        if form.is_valid() and self.attempt(partial(self.save, customer, form, made), form, self.home(made)):
            return self.moved(_("Saved."), self.home(made or ([customer] if customer else [])))
        return self.answer(form, customer, status=422)

    def save(self, customer: Customer | None, form: CustomerForm, made: list[Customer]) -> Customer:
        """The one action."""
        shop_id, given = self.member.shop_id, form.given()
        if customer is None:
            saved = add_customer(shop_id, given=given, actor=self.actor)
        else:
            version = self.request.POST.get("version", "")
            saved = change_customer(
                customer.pk, shop_id=shop_id, given=given, actor=self.actor,
                expected_version=int(version) if version.isdecimal() else None,
            )  # fmt: skip
        made.append(saved)
        return saved

    @staticmethod
    def home(made: list[Customer]) -> str:
        """The page of who was saved; the list where a form was sent twice."""
        return reverse("customers:customer", args=[made[0].pk]) if made else reverse("customers:list")

    def form(self, *args: Any, **kwargs: Any) -> CustomerForm:
        """The form, with what the role may set."""
        return CustomerForm(
            *args,
            sets_credit=rules.may(self.member, Act.SET_CREDIT),
            sets_discount=rules.may(self.member, Act.EXCEED_DISCOUNT),
            **kwargs,
        )

    def answer(self, form: CustomerForm, customer: Customer | None, *, status: int = 200) -> HttpResponse:
        """Render the form."""
        version = self.request.POST.get("version") or (customer.version if customer else "")
        key = self.request.POST.get("idempotency_key") or new_key()
        context = {"form": form, "customer": customer, "row_version": version, "key": key}
        return self.show("sales/customers/form.html", context, status=status)


class StatementView(CustomerPage):
    """What was bought on account and paid, from one day to another."""

    def get(self, request: HttpRequest, customer_id: UUID) -> HttpResponse:
        """Ask for the days; with them the paper."""
        self.require_act(Act.SEE_CUSTOMERS)
        customer = self.customer(customer_id)
        today = timezone.localdate()
        initial = {"begins": today - timedelta(days=30), "ends": today}
        form = StatementForm(request.GET if "begins" in request.GET else None, initial=initial)
        if form.is_bound and form.is_valid():
            said = statement_of(customer, form.cleaned_data["begins"], form.cleaned_data["ends"])
            return pdf_answer(statement_pdf(said), f"{customer.number}.pdf")
        context = {"customer": customer, "form": form}
        return self.show("sales/customers/statement.html", context, status=422 if form.is_bound else 200)
