"""Picking: what the orders want, bin by bin, checked off by scan or by hand."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from clutch.core.errors import Conflict, Invalid
from orders import queries, rules
from orders.actions.picking import scan_picked, set_picked
from orders.models import Order, QuoteLine
from orders.picking import Pick, picks_of
from orders.portal.page import MarketPage
from orders.portal.wording import whole

# What one way through the shop can hold; the oldest orders come first.
MOST_LINES = 300


class PickingPage(MarketPage):
    """Base: the list of all orders, or with `order` that of one."""

    nav = "orders"

    def picks(self, order: Order | None) -> list[Pick]:
        """What is to be picked: of one order in its order, of all of them bin by bin."""
        rows = queries.to_pick(self.member.shop_id, order_id=order.pk if order else None)
        picks = picks_of(list(rows[:MOST_LINES]))
        if order is not None:
            return picks
        return sorted(picks, key=lambda pick: (not pick.place, pick.place))

    def chosen(self, number: str) -> Order | None:
        """The order whose parts are shown alone. Raises NotFound for another shop's."""
        return self.order(number) if number else None

    def picks_context(self, order: Order | None) -> dict[str, Any]:
        """What the list needs."""
        picks = self.picks(order)
        return {
            "picks": picks,
            "order": order,
            "left": sum(not pick.is_done for pick in picks),
            "more": order is None and len(picks) == MOST_LINES,
        }

    def listed(self, order: Order | None, *, status: int = 200, **said: Any) -> HttpResponse:
        """The list, or after a scan its live part with what came of it."""
        page, fragment = "portal/picking/index.html", "portal/picking/picks.html"
        return self.show(page, {**self.picks_context(order), **said}, status=status, fragment=fragment)


class PickingView(PickingPage):
    """`/portal/picking`: what all orders want."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it, to be worked through or printed."""
        return self.listed(self.chosen(request.GET.get("order", "")))


class _Check(PickingPage):
    """An act on one line; afterwards the list that it was done from."""

    def after(self, order: Order | None, act: Callable[[], QuoteLine]) -> HttpResponse:
        """Act, and show the list with what came of it."""
        htmx = self.request.headers.get("HX-Request") == "true"
        try:
            row = act()
        except (Conflict, Invalid) as refused:
            said = [str(text) for found in refused.fields.values() for text in found]
            return self.listed(order, status=200 if htmx else 409, refused=" ".join(said) or refused.detail)
        if not htmx:
            return redirect(f"/portal/orders/{order.number}" if order else "/portal/picking")
        words = {"part": row.line.name, "picked": row.picked, "quantity": row.line.quantity}
        return self.listed(order, done=_("%(part)s: %(picked)d of %(quantity)d.") % words)


class ScanPickView(_Check):
    """A code that was scanned while picking."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Check off the part that it means."""
        self.require(rules.HANDLING)
        order = self.chosen(request.POST.get("order", ""))
        code = request.POST.get("code", "")
        return self.after(
            order,
            partial(
                scan_picked,
                code,
                shop_id=self.member.shop_id,
                order_id=order.pk if order else None,
                actor=self.actor,
            ),
        )


class PickedView(_Check):
    """How many units of one part lie ready, said by hand."""

    def post(self, request: HttpRequest, offer_id: UUID) -> HttpResponse:
        """Write it."""
        self.require(rules.HANDLING)
        order = self.chosen(request.POST.get("order", ""))
        picked = whole(request.POST.get("picked"))
        act = partial(
            set_picked,
            offer_id,
            shop_id=self.member.shop_id,
            picked=-1 if picked is None else picked,
            actor=self.actor,
        )
        return self.after(order, act)
