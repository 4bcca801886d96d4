"""The small questions about a customer: credit, payment, status, vehicles, merging, erasing."""

from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clutch.core.errors import NotFound
from clutch.core.money import round_money
from sales.actions import customer_vehicles as vehicles
from sales.actions.accounts import pay_on_account
from sales.actions.customer_merge import erase_customer, merge_customers
from sales.actions.customers import change_customer
from sales.actions.store_credit import give_store_credit
from sales.enums import Tender
from sales.inputs import PaymentInput
from sales.models import Customer, CustomerVehicle
from sales.portal.customers import forms as f
from sales.portal.customers.page import CustomerQuestion
from shops.rules import Act


class CreditView(CustomerQuestion):
    """How much a customer may owe, and for how long."""

    act = Act.SET_CREDIT
    form_class = f.CreditForm
    title = gettext_lazy("Credit limit and terms")
    lead = gettext_lazy("Up to the limit the customer buys on account. 0 means cash only.")
    button = gettext_lazy("Save")
    done_text = gettext_lazy("Saved.")

    def initial(self, subject: Customer) -> dict[str, Any]:
        """As it is."""
        limit = round_money(subject.credit_limit, self.shop.currency)
        return {"credit_limit": limit, "terms_days": subject.terms_days}

    def perform(self, subject: Customer, said: dict[str, Any]) -> Customer:
        """Set it."""
        given: Any = {"credit_limit": said["credit_limit"], "terms_days": said["terms_days"] or 0}
        return change_customer(subject.pk, shop_id=self.member.shop_id, given=given, actor=self.actor)


class StatusView(CustomerQuestion):
    """Whether a customer buys here; a suspended one not on account."""

    # Who may suspend is asked by the act.
    act = Act.SEE_CUSTOMERS
    form_class = f.StatusForm
    title = gettext_lazy("Status of the customer")
    lead = gettext_lazy("A suspended customer pays at once; an inactive one is not offered at the till.")
    button = gettext_lazy("Change")
    done_text = gettext_lazy("Changed.")

    def initial(self, subject: Customer) -> dict[str, Any]:
        """As it is."""
        return {"status": subject.status}

    def perform(self, subject: Customer, said: dict[str, Any]) -> Customer:
        """Change it."""
        return change_customer(
            subject.pk, shop_id=self.member.shop_id, given={"status": said["status"]},
            reason=said["reason"], actor=self.actor,
        )  # fmt: skip


class PayView(CustomerQuestion):
    """Money for what is owed; cash goes through the open drawer of a register."""

    act = Act.SELL
    title = gettext_lazy("Receive a payment")
    lead = gettext_lazy("Cash needs an open register.")
    button = gettext_lazy("Receive")
    done_text = gettext_lazy("Received.")

    def form(self, subject: Customer, *args: Any, **kwargs: Any) -> forms.Form:
        """With the registers of the shop."""
        return f.PaymentForm(*args, registers=self.registers(), **kwargs)

    def initial(self, subject: Customer) -> dict[str, Any]:
        """All that is owed, through the register of this browser."""
        register = self.register(self.registers())
        owed = round_money(max(subject.balance.owed, Decimal(0)), self.shop.currency)
        return {"amount": owed, "register_id": register.pk if register else None}

    def perform(self, subject: Customer, said: dict[str, Any]) -> Any:
        """Book it."""
        method = Tender(said["method"])
        paid = PaymentInput(
            method, None if method == Tender.CASH else said["amount"], None, said["reference"]
        )
        return pay_on_account(
            self.member.shop_id, customer_id=subject.pk, amount=said["amount"], payments=[paid],
            register_id=said["register_id"], note=said["note"], actor=self.actor,
        )  # fmt: skip


class StoreCreditView(CustomerQuestion):
    """Store credit without a return."""

    act = Act.SET_CREDIT
    form_class = f.StoreCreditForm
    title = gettext_lazy("Give store credit")
    lead = gettext_lazy("The customer may spend it in the shop. The reason is kept.")
    button = gettext_lazy("Give")
    done_text = gettext_lazy("The customer has it.")

    def perform(self, subject: Customer, said: dict[str, Any]) -> Any:
        """Owe it."""
        return give_store_credit(self.member.shop_id, customer_id=subject.pk, actor=self.actor, **said)


class EraseView(CustomerQuestion):
    """What is personal goes, on request."""

    act = Act.ERASE_CUSTOMER
    title = gettext_lazy("Erase this customer's data?")
    lead = gettext_lazy(
        "Name, phones, addresses, vehicles and notes go for good; the number and the books stay. "
        "This cannot be taken back."
    )
    button = gettext_lazy("Erase for good")
    tone = "danger"

    def perform(self, subject: Customer, said: dict[str, Any]) -> Customer:
        """Erase it."""
        return erase_customer(subject.pk, shop_id=self.member.shop_id, actor=self.actor)

    done_text = gettext_lazy("Erased.")


class MergeView(CustomerQuestion):
    """Make one customer of two: which stays is asked."""

    act = Act.MERGE_CUSTOMERS
    title = gettext_lazy("Make one customer of two")
    lead = gettext_lazy(
        "Sales, vehicles, special orders and what is owed go to who stays, with the limit and terms of who "
        "stays. This cannot be taken back."
    )
    button = gettext_lazy("Merge")

    def subject(self, customer_id: UUID, other_id: UUID, **names: Any) -> tuple[Customer, Customer]:  # type: ignore[override]
        """Both."""
        if customer_id == other_id:
            raise NotFound(_("There is no such customer."))
        return self.customer(customer_id), self.customer(other_id)

    def form(self, subject: Any, *args: Any, **kwargs: Any) -> forms.Form:
        """Which of the two."""
        return f.MergeForm(*args, pair=subject, **kwargs)

    def initial(self, subject: Any) -> dict[str, Any]:
        """The one whose page it is."""
        return {"stays": str(subject[0].pk)}

    def perform(self, subject: Any, said: dict[str, Any]) -> Customer:
        """Merge them."""
        goes = next(row for row in subject if row.pk != said["stays"])
        return merge_customers(self.member.shop_id, stays_id=said["stays"], goes_id=goes.pk, actor=self.actor)

    def done(self, text: str, to: str) -> HttpResponse:
        """To the page, which leads to who stayed."""
        return self.moved(_("They are one customer now."), to)


class AddVehicleView(CustomerQuestion):
    """A vehicle of the customer."""

    form_class: ClassVar[type[forms.Form]] = f.VehicleForm
    title = gettext_lazy("Add a vehicle")
    button = gettext_lazy("Save")
    done_text = gettext_lazy("Saved.")

    def perform(self, subject: Any, said: dict[str, Any]) -> Any:
        """Enter it."""
        given: Any = said
        return vehicles.add_vehicle(
            self.member.shop_id, customer_id=subject.pk, given=given, actor=self.actor
        )


class VehicleQuestion(CustomerQuestion):
    """A question about one vehicle."""

    def subject(self, customer_id: UUID, vehicle_id: UUID, **names: Any) -> CustomerVehicle:  # type: ignore[override]
        """The vehicle of the customer. Raises NotFound."""
        rows = CustomerVehicle.objects.filter(customer=self.customer(customer_id), archived_at=None)
        found = rows.filter(pk=vehicle_id).first()
        if found is None:
            raise NotFound(_("This customer has no such vehicle."))
        return found


class EditVehicleView(VehicleQuestion):
    """Change a vehicle."""

    form_class = f.VehicleForm
    title = gettext_lazy("Edit the vehicle")
    button = gettext_lazy("Save")
    done_text = gettext_lazy("Saved.")

    def initial(self, subject: CustomerVehicle) -> dict[str, Any]:
        """As it is."""
        return f.VehicleForm.initial_of(subject)

    def perform(self, subject: CustomerVehicle, said: dict[str, Any]) -> Any:
        """Change it."""
        given: Any = said
        return vehicles.change_vehicle(
            self.member.shop_id, customer_id=subject.customer_id, vehicle_id=subject.pk, given=given,
            actor=self.actor,
        )  # fmt: skip


class ArchiveVehicleView(VehicleQuestion):
    """Take a vehicle out of what a customer drives."""

    title = gettext_lazy("Take this vehicle out?")
    lead = gettext_lazy("Past sales keep it.")
    button = gettext_lazy("Take out")
    done_text = gettext_lazy("Taken out.")
    tone = "danger"

    def perform(self, subject: CustomerVehicle, said: dict[str, Any]) -> Any:
        """Archive it."""
        return vehicles.archive_vehicle(
            self.member.shop_id, customer_id=subject.customer_id, vehicle_id=subject.pk, actor=self.actor
        )
