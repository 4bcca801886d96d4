"""Special orders, lost sales, and money for what customers owe."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.api import ListView
from sales import rules
from sales.actions import accounts, lost_sales, special_orders
from sales.api import examples, inputs
from sales.api import serializers as s
from sales.api.base import SHOP_ID, TillMixin, TillView
from sales.api.filters import LostSaleFilter, SpecialOrderFilter
from sales.enums import RefundBy
from sales.models import LostSale, SpecialOrder
from shops.rules import Act


class LostSalesView(TillMixin, ListView):
    """The lost sales of a shop."""

    serializer_class = s.LostSaleSerializer
    filterset_class = LostSaleFilter
    ordering_fields = ["at"]
    ordering = ["-at"]

    def get_queryset(self) -> QuerySet[LostSale]:
        """Those of the shop that the query names."""
        if getattr(self, "swagger_fake_view", False):
            return LostSale.objects.none()
        return LostSale.objects.filter(shop=self.member_of_query().shop_id)

    @extend_schema(operation_id="list_lost_sales", tags=["sales"], parameters=[SHOP_ID])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The newest first."""
        return self.list(request)

    @extend_schema(
        operation_id="record_lost_sale",
        tags=["sales"],
        request=inputs.LostSaleInputSerializer,
        responses={201: s.LostSaleSerializer},
        examples=[examples.LOST],
    )
    def post(self, request: Request) -> Response:
        """Keep what was asked for and not there."""
        given = self.validated(inputs.LostSaleInputSerializer)
        member = self.member(given.pop("shop_id", None), Act.SELL)
        given["vehicle"] = inputs.vehicle_of(given["vehicle"])
        act = partial(lost_sales.record_lost_sale, member.shop_id, actor=self.actor, **given)
        return self.answer(act, s.LostSaleSerializer, 201)


class SpecialOrdersView(TillMixin, ListView):
    """The special orders of a shop."""

    serializer_class = s.SpecialOrderSerializer
    filterset_class = SpecialOrderFilter
    ordering_fields = ["created_at", "expected_on"]
    ordering = ["-created_at"]

    def get_queryset(self) -> QuerySet[SpecialOrder]:
        """Those of the shop that the query names."""
        if getattr(self, "swagger_fake_view", False):
            return SpecialOrder.objects.none()
        rows = SpecialOrder.objects.filter(shop=self.member_of_query().shop_id)
        return rows.select_related("customer")

    @extend_schema(operation_id="list_special_orders", tags=["special orders"], parameters=[SHOP_ID])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The newest first."""
        return self.list(request)

    @extend_schema(
        operation_id="take_special_order",
        tags=["special orders"],
        request=inputs.SpecialOrderInputSerializer,
        responses={201: s.SpecialOrderSerializer},
        examples=[examples.SPECIAL_ORDER],
    )
    def post(self, request: Request) -> Response:
        """Take an order for a part that the shop will get, and its deposit."""
        given = self.validated(inputs.SpecialOrderInputSerializer)
        member = self.member(given.pop("shop_id", None), Act.SELL)
        given["payments"] = inputs.payments_of(given["payments"])
        act = partial(special_orders.take_special_order, member.shop_id, actor=self.actor, **given)
        return self.answer(act, s.SpecialOrderSerializer, 201)


class SpecialOrderBase(TillView):
    """A view of one special order."""

    def order(self, act: Act) -> SpecialOrder:
        """The special order in the path, of a shop of this user, with a role that may."""
        rows = rules.special_orders_of(self.person)
        found: SpecialOrder = self.own(rows, act, pk=self.kwargs["special_order_id"])
        return found

    def changed(self, verb: Any, act: Act, **given: Any) -> Response:
        """The answer of an act on the special order in the path."""
        order = self.order(act)
        call = partial(verb, order.pk, shop_id=order.shop_id, actor=self.actor, **given)
        return self.answer(call, s.SpecialOrderSerializer)


class SpecialOrderView(SpecialOrderBase):
    """One special order."""

    @extend_schema(
        operation_id="get_special_order", tags=["special orders"], responses=s.SpecialOrderSerializer
    )
    def get(self, request: Request, special_order_id: str) -> Response:
        """One special order."""
        return self.show(self.order(Act.SEE_SALES), s.SpecialOrderSerializer)


class OrderedView(SpecialOrderBase):
    """Ordered from a supplier."""

    @extend_schema(
        operation_id="special_order_ordered",
        tags=["special orders"],
        request=inputs.OrderedSerializer,
        responses={200: s.SpecialOrderSerializer},
    )
    def post(self, request: Request, special_order_id: str) -> Response:
        """Say that it was ordered, and when it is expected."""
        given = self.validated(inputs.OrderedSerializer)
        return self.changed(special_orders.order_special, Act.SEE_STOCK, **given)


class ArrivedView(SpecialOrderBase):
    """It has come."""

    @extend_schema(
        operation_id="special_order_arrived",
        tags=["special orders"],
        request=None,
        responses={200: s.SpecialOrderSerializer},
    )
    def post(self, request: Request, special_order_id: str) -> Response:
        """Say that it has come; its units are kept for the customer."""
        return self.changed(special_orders.special_order_arrived, Act.SEE_STOCK)


class CancelView(SpecialOrderBase):
    """Given up."""

    @extend_schema(
        operation_id="cancel_special_order",
        tags=["special orders"],
        request=inputs.CancelSerializer,
        responses={200: s.SpecialOrderSerializer},
        examples=[examples.CANCEL_SPECIAL],
    )
    def post(self, request: Request, special_order_id: str) -> Response:
        """Give it up, and the deposit back."""
        given = self.validated(inputs.CancelSerializer)
        given["refund"] = RefundBy(given["refund"])
        return self.changed(special_orders.cancel_special_order, Act.SELL, **given)


class CollectView(SpecialOrderBase):
    """Collected."""

    @extend_schema(
        operation_id="collect_special_order",
        tags=["special orders"],
        request=inputs.CollectSerializer,
        responses={201: s.SaleSerializer},
        examples=[examples.COLLECT],
    )
    def post(self, request: Request, special_order_id: str) -> Response:
        """Sell what has come at the price agreed; the deposit pays first."""
        order, given = self.order(Act.SELL), self.validated(inputs.CollectSerializer)
        act = partial(
            special_orders.collect_special_order,
            order.pk,
            shop_id=order.shop_id,
            register_id=given["register_id"],
            payments=inputs.payments_of(given["payments"]),
            actor=self.actor,
        )
        return self.answer(act, s.SaleSerializer, 201)


class AccountPaymentsView(TillView):
    """Money for what customers owe."""

    @extend_schema(
        operation_id="pay_on_account",
        tags=["customers"],
        request=inputs.AccountPaymentSerializer,
        responses={201: s.AccountEntrySerializer},
        examples=[examples.ACCOUNT_PAYMENT],
    )
    def post(self, request: Request) -> Response:
        """Take money for what a customer bought on account."""
        given = self.validated(inputs.AccountPaymentSerializer)
        member = self.member(given.pop("shop_id", None), Act.SELL)
        given["payments"] = inputs.payments_of(given["payments"])
        act = partial(accounts.pay_on_account, member.shop_id, actor=self.actor, **given)
        return self.answer(act, s.AccountEntrySerializer, 201)
