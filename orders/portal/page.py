"""What the shop's pages of requests and orders share: finding a row, and what the role may do."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.translation import gettext as _

from clutch.core.errors import NotFound
from orders import rules
from orders.models import Invitation, Order
from orders.portal import reads
from shops.portal.working import Question, WorkPage


class MarketPage(WorkPage):
    """A page of requests, quotes or orders of the shop."""

    def show(
        self, template: str, context: Mapping[str, Any], *, status: int = 200, fragment: str = ""
    ) -> HttpResponse:
        """Render with what the role may do here."""
        role = self.member.role
        allowed = {
            "may_quote": role in rules.QUOTING,
            "may_handle": role in rules.HANDLING,
            "may_run": role in rules.RUNNING,
            "standing_reason": reads.standing_reason(self.shop),
        }
        return super().show(template, {**allowed, **context}, status=status, fragment=fragment)

    def invitation(self, number: str) -> Invitation:
        """The shop's invitation to a request. Raises NotFound for a request it was not asked for."""
        invitation = reads.with_request(rules.requests_for(self.member)).filter(order__number=number).first()
        if invitation is None:
            raise NotFound(_("There is no such request."))
        return invitation

    def order(self, number: str) -> Order:
        """An order that the shop has won. Raises NotFound for any other."""
        won = rules.orders_for(self.request.user).filter(shop=self.member.shop_id)
        order = reads.won_orders(won).filter(number=number).first()
        if order is None:
            raise NotFound(_("There is no such order."))
        return order


class Ask(Question, MarketPage):
    """A small question about an order that the shop won, or about whatever `subject` finds."""

    roles: ClassVar[Collection[str]] = rules.HANDLING
    nav = "orders"

    def subject(self, number: str) -> Any:
        """What the act is about: the order it won unless said otherwise."""
        return self.order(number)

    def back(self, number: str) -> str:
        """The page to return to."""
        return f"/portal/orders/{number}"
