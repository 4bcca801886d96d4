"""Orders that were won: prepare, ship, follow, hand over, take the cash; and the slip for the parcel."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clutch.core.errors import DomainError
from clutch.core.pages import new_key, once
from orders import ledger, queries, rules
from orders.actions.cancelling import cancel_order
from orders.actions.fulfilment import deliver_order, record_tracking, ship_order, start_processing
from orders.actions.payment import collect_cash
from orders.models import Order
from orders.picking import picks_of
from orders.portal import reads
from orders.portal.forms import CancelForm, CashForm, DeliverForm, ShipForm, TrackingForm
from orders.portal.page import Ask, MarketPage
from orders.portal.reads import ORDER_VIEWS, Job
from orders.portal.threads import thread_context
from orders.portal.views.picking import PickingPage
from orders.portal.wording import plain
from orders.queries import TO_PICK


class OrdersView(MarketPage):
    """The orders of the shop, by what is to be done with them."""

    nav = "orders"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show one view of them; the live part is answered alone to htmx."""
        own = rules.orders_for(request.user).filter(shop=self.member.shop_id)
        view = self.view_of(ORDER_VIEWS)
        page = self.page_of(reads.orders_to_do(own, view, request.GET.get("q", "").strip()))
        context = {
            "view": view,
            "search": request.GET.get("q", ""),
            "tabs": reads.tabs(ORDER_VIEWS, reads.order_counts(own), view),
            "page_obj": page,
            "jobs": [Job(order, timezone.now()) for order in page],
        }
        return self.show("portal/orders/index.html", context, fragment="portal/orders/list.html")


class OrderView(PickingPage):
    """One order: where it goes, what is in it, what to do next, what has happened."""

    nav = "orders"

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Show it; the live part is answered alone to htmx."""
        order = self.order(number)
        context = {
            "order": order,
            "job": Job(order, timezone.now()),
            "balance": ledger.balance(order.pk),
            "history": reads.history(order),
            "tracking": reads.tracking(order),
            "key": new_key(),
            "map_points": reads.map_points(order, self.shop),
            **(self.picks_context(order) if order.status in TO_PICK else {}),
            **thread_context(self.member, order),
        }
        return self.show("portal/orders/order.html", context, fragment="portal/orders/state.html")


class SlipView(MarketPage):
    """The slip to pick by and to put into the parcel; printed by the browser."""

    nav = "orders"

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Show the slip."""
        order = self.order(number)
        context = {
            "order": order,
            "job": Job(order, timezone.now()),
            "balance": ledger.balance(order.pk),
            "picks": picks_of(queries.bought(order)),
        }
        return self.show("portal/orders/slip.html", context)


class StartView(MarketPage):
    """One tap: the shop begins to prepare the order."""

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Start."""
        self.require(rules.HANDLING)
        order, to = self.order(number), reverse("portal:order", args=[number])
        act = partial(start_processing, order.pk, shop_id=self.member.shop_id, actor=self.actor)
        try:
            once(request, act, to=lambda _order: to)
        except DomainError as refused:
            return self.refuse(str(refused.detail), to)
        return self.done(_("The customer sees that you are preparing the order."), to)


class ShipView(Ask):
    """Who takes the parts to the customer."""

    form_class = ShipForm
    title = gettext_lazy("Hand it to the courier")
    button = gettext_lazy("It is on its way")
    done_text = gettext_lazy("The customer sees that the order is on its way.")

    def initial(self, subject: Order) -> dict[str, Any]:
        """What the quote promised for the way."""
        quote = subject.selected_quote
        return {"eta_minutes": quote.estimated_delivery_minutes if quote else None}

    def perform(self, subject: Order, said: dict[str, Any]) -> Any:
        """Ship."""
        minutes = said.pop("eta_minutes")
        eta = timezone.now() + timedelta(minutes=minutes) if minutes else None
        return ship_order(subject.pk, shop_id=self.member.shop_id, eta=eta, actor=self.actor, **said)


class TrackView(Ask):
    """Something that happened on the way."""

    form_class = TrackingForm
    title = gettext_lazy("Say where it is")
    lead = gettext_lazy("The customer sees it at once.")
    button = gettext_lazy("Tell the customer")
    done_text = gettext_lazy("The customer sees it.")

    def perform(self, subject: Order, said: dict[str, Any]) -> Any:
        """Record it."""
        return record_tracking(subject.pk, shop_id=self.member.shop_id, actor=self.actor, **said)


class DeliverView(Ask):
    """The proof of delivery."""

    form_class = DeliverForm
    title = gettext_lazy("Hand it over")
    lead = gettext_lazy(
        "Ask the customer for the code of six digits on their order page. Where nobody has it, take a photo."
    )
    button = gettext_lazy("It is delivered")
    done_text = gettext_lazy("Delivered.")

    def perform(self, subject: Order, said: dict[str, Any]) -> Any:
        """Deliver."""
        return deliver_order(
            subject.pk,
            shop_id=self.member.shop_id,
            code=said["code"] or None,
            photo=said["photo"],
            actor=self.actor,
        )


class CashView(Ask):
    """The cash of a delivered order."""

    form_class = CashForm
    title = gettext_lazy("Cash received")
    lead = gettext_lazy("Enter what the customer has paid; it must be what the order costs.")
    button = gettext_lazy("I have the cash")
    done_text = gettext_lazy("The order is paid.")

    def initial(self, subject: Order) -> dict[str, Any]:
        """What is still owed."""
        return {"amount": plain(ledger.balance(subject.pk).outstanding, subject.currency)}

    def perform(self, subject: Order, said: dict[str, Any]) -> Any:
        """Record the cash."""
        return collect_cash(subject.pk, shop_id=self.member.shop_id, actor=self.actor, **said)


class CancelView(Ask):
    """Why the shop gives up an order it has won."""

    form_class = CancelForm
    roles = rules.RUNNING
    title = gettext_lazy("Cancel the order")
    lead = gettext_lazy("The customer is told, with your reason, and gets back what they have paid.")
    button = gettext_lazy("Cancel the order")
    done_text = gettext_lazy("The order is cancelled.")
    tone = "danger"

    def perform(self, subject: Order, said: dict[str, Any]) -> Any:
        """Cancel."""
        return cancel_order(subject.pk, reason=said["reason"], actor=self.actor)
