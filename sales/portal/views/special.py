"""Special orders and lost sales: what customers want and the shop did not have."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Count, F, Max, QuerySet, Sum, When
from django.db.models.functions import Cast, Lower
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clutch.core.errors import NotFound
from clutch.core.templatetags.clutch import money
from sales.actions import special_orders as acts
from sales.enums import RefundBy, SpecialOrderStatus, Tender
from sales.inputs import PaymentInput
from sales.models import LostSale, SpecialOrder
from sales.portal.order_forms import CancelForm, CollectForm, OrderedForm
from sales.portal.page import CounterPage
from shops.portal.working import Question
from shops.rules import PERMISSIONS, Act

VIEWS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "open": (gettext_lazy("Waiting"), (SpecialOrderStatus.WAITING, SpecialOrderStatus.ORDERED)),
    "arrived": (gettext_lazy("Arrived"), (SpecialOrderStatus.ARRIVED,)),
    "done": (gettext_lazy("Done"), (SpecialOrderStatus.COLLECTED, SpecialOrderStatus.CANCELLED)),
}
DAYS = (30, 90, 365)


class SpecialPage(CounterPage):
    """A page of special orders."""

    nav = "special-orders"

    def orders(self) -> QuerySet[SpecialOrder]:
        """Those of this shop, the one that waits longest first."""
        rows = SpecialOrder.objects.filter(shop=self.member.shop_id)
        return rows.select_related("customer", "part", "sale").order_by("created_at", "pk")


class SpecialOrdersView(SpecialPage):
    """`/portal/special-orders`: what waits, what has come, what is done."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show one of the three views."""
        self.require_act(Act.SEE_SALES)
        view = self.view_of(VIEWS)
        rows = self.orders().filter(status__in=VIEWS[view][1])
        if view == "done":
            rows = rows.order_by("-updated_at", "-pk")
        by_status = dict(self.orders().order_by().values_list("status").annotate(n=Count("pk")))
        tabs = [
            {
                "key": key,
                "name": name,
                "current": key == view,
                "count": sum(by_status.get(s, 0) for s in wanted),
            }
            for key, (name, wanted) in VIEWS.items()
        ]
        page = self.page_of(rows)
        context = {"tabs": tabs, "view": view, "page_obj": page, "orders": page.object_list}
        return self.show("sales/special/index.html", context, fragment="sales/special/rows.html")


class SpecialQuestion(Question, SpecialPage):
    """A small question about one special order; for who sells."""

    roles = PERMISSIONS[Act.SELL]

    def subject(self, order_id: UUID) -> SpecialOrder:
        """The order."""
        found = self.orders().filter(pk=order_id).first()
        if found is None:
            raise NotFound(_("There is no such special order."))
        return found

    def back(self, order_id: UUID) -> str:
        """The list."""
        return reverse("counter:special-orders")

    def till(self) -> UUID | None:
        """The register of this browser."""
        register = self.register(self.registers())
        return register.pk if register else None


class OrderedView(SpecialQuestion):
    """It was ordered from a supplier."""

    form_class = OrderedForm
    title = gettext_lazy("Ordered from a supplier")
    button = gettext_lazy("It is ordered")
    done_text = gettext_lazy("Noted.")

    def perform(self, subject: SpecialOrder, said: dict[str, Any]) -> SpecialOrder:
        """Say so."""
        return acts.order_special(subject.pk, shop_id=self.member.shop_id, actor=self.actor, **said)


class ArrivedView(SpecialQuestion):
    """It has come."""

    title = gettext_lazy("The part has come?")
    lead = gettext_lazy("It is kept for its customer. A part of the catalogue must have been received first.")
    button = gettext_lazy("It has come")
    done_text = gettext_lazy("Kept for the customer.")

    def perform(self, subject: SpecialOrder, said: dict[str, Any]) -> SpecialOrder:
        """Say so, and keep it."""
        return acts.special_order_arrived(subject.pk, shop_id=self.member.shop_id, actor=self.actor)


class CollectView(SpecialQuestion):
    """The customer collects it: a sale at the price agreed, the deposit pays first."""

    form_class = CollectForm
    title = gettext_lazy("Hand over")
    button = gettext_lazy("Book the sale")
    done_text = gettext_lazy("Sold.")

    def ask(self, form: Any, *, status: int = 200, **names: Any) -> HttpResponse:
        """Say first what is left to be paid."""
        order = self.subject(**names)
        words = {"amount": money(acts.left_to_pay(order), self.shop.currency), "name": order.customer.name}
        self.lead = _("%(name)s still pays %(amount)s.") % words  # type: ignore[misc]  # of this order
        return super().ask(form, status=status, **names)

    def perform(self, subject: SpecialOrder, said: dict[str, Any]) -> Any:
        """Sell it."""
        due, method = acts.left_to_pay(subject), Tender(said["pay_by"])
        if method == Tender.CASH:
            paid = PaymentInput(method, tendered=said["tendered"])
        else:
            paid = PaymentInput(method, due, reference=said["reference"])
        return acts.collect_special_order(
            subject.pk, shop_id=self.member.shop_id, register_id=self.till(),
            payments=[paid] if due else [], actor=self.actor,
        )  # fmt: skip


class CancelView(SpecialQuestion):
    """The customer does not want it any more."""

    form_class = CancelForm
    title = gettext_lazy("Give the order up?")
    lead = gettext_lazy("What was paid ahead goes back.")
    button = gettext_lazy("Give the order up")
    done_text = gettext_lazy("Given up.")
    tone = "danger"

    def perform(self, subject: SpecialOrder, said: dict[str, Any]) -> SpecialOrder:
        """Give it up."""
        return acts.cancel_special_order(
            subject.pk, shop_id=self.member.shop_id, reason=said["reason"], refund=RefundBy(said["refund"]),
            register_id=self.till(), actor=self.actor,
        )  # fmt: skip


class LostSalesView(CounterPage):
    """`/portal/lost-sales`: what was asked for and not there, the most asked first."""

    nav = "lost-sales"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show what was asked for in the last days."""
        self.require_act(Act.SEE_SALES)
        asked = request.GET.get("days", "")
        days = int(asked) if asked in {str(n) for n in DAYS} else 90
        rows = self.asked_for(days)
        page = self.page_of(rows)
        choices = [(n, ngettext("last %(count)d day", "last %(count)d days", n) % {"count": n}) for n in DAYS]
        context = {"page_obj": page, "rows": page.object_list, "days": days, "choices": choices}
        return self.show("sales/special/lost.html", context)

    def asked_for(self, days: int) -> QuerySet[Any, Any]:
        """One row for each number, or for each text without one, however it was typed."""
        since = timezone.now() - timedelta(days=days)
        rows = LostSale.objects.filter(shop=self.member.shop_id, at__gte=since).order_by()
        what = Case(When(part_key="", then=Lower("asked_for")), default=F("part_key"))
        return (
            rows.annotate(what=what)
            .values("what")
            .annotate(
                times=Count("pk"), units=Sum("quantity"), last=Max("at"), name=Max("asked_for"),
                part=Max(Cast("part", CharField())),
            )
            .order_by("-times", "-last")
        )  # fmt: skip
