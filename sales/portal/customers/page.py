"""What the pages of customers share."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from clutch.core.errors import NotFound
from sales.models import Customer
from sales.portal.page import CounterPage
from sales.queries import VEHICLES
from shops.portal.working import Question
from shops.rules import PERMISSIONS, Act


class CustomerPage(CounterPage):
    """A page of the shop's customers."""

    nav = "customers"

    def customer(self, customer_id: UUID) -> Customer:
        """A customer of this shop, with balance and vehicles. Raises NotFound for any other."""
        rows = Customer.objects.filter(shop=self.member.shop_id).select_related("balance")
        found = rows.prefetch_related(VEHICLES).filter(pk=customer_id).first()
        if found is None:
            raise NotFound(_("There is no such customer."))
        return found


class CustomerQuestion(Question, CustomerPage):
    """A small question about one customer; `act` is what the role must allow."""

    act = Act.EDIT_CUSTOMERS

    @property
    def roles(self) -> Any:  # type: ignore[override]  # from the one table, by `act`
        """Who may answer it."""
        return PERMISSIONS[self.act]

    def subject(self, customer_id: UUID, **names: Any) -> Any:
        """The customer."""
        return self.customer(customer_id)

    def back(self, customer_id: UUID, **names: Any) -> str:
        """The customer's page."""
        return reverse("customers:customer", args=[customer_id])
