"""Requests and orders of customers."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import (
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_view,
)
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.accounts.rules import staff_ready
from clutch.core.api import ApiView, ListView
from clutch.core.errors import NotFound
from clutch.core.problem import CONTENT_TYPE
from clutch.core.schema import ProblemSerializer
from orders import actions, queries, rules
from orders.actions.fulfilment import deliver_order, ship_order, start_processing
from orders.api import examples, inputs
from orders.api.filters import OrderFilter
from orders.api.serializers import OrderSerializer
from orders.enums import OrderStatus
from orders.models import Order


class OrderApiView(ApiView):
    """Base: `{orderId}` is a UUID or a CL- number, and only of what this user may see."""

    def order(self) -> Order:
        """The order of the address; everything that this user may not see is NotFound."""
        found = queries.find_order(rules.orders_for(self.request.user), self.kwargs["order_id"])
        if found is None:
            raise NotFound(_("There is no such order."))
        return found


class OrdersView(ApiView):
    """Make a request."""

    @extend_schema(
        operation_id="create_order",
        tags=["orders"],
        request=inputs.OrderInputSerializer,
        responses={201: OrderSerializer},
        examples=[examples.CREATE],
    )
    def post(self, request: Request) -> Response:
        """Make a request; unless it is a draft the nearest shops hear of it at once."""
        given = self.validated(inputs.OrderInputSerializer)
        delivery = given.pop("delivery_location")
        actor = self.actor
        assert actor.user_id is not None
        act = partial(actions.create_order, actor.user_id, delivery=delivery, actor=actor, **given)
        return self.answer(act, OrderSerializer, 201)


@extend_schema_view(get=extend_schema(operation_id="list_orders_of_user", tags=["orders"]))
class UserOrdersView(ListView):
    """The orders of a user: one's own, or anybody's for staff."""

    serializer_class = OrderSerializer
    filterset_class = OrderFilter
    ordering_fields = ["created_at", "submitted_at", "status", "total"]
    ordering = ["-created_at"]

    def get_queryset(self) -> QuerySet[Order]:
        """Orders of the user of the address; NotFound for another's."""
        if getattr(self, "swagger_fake_view", False):
            return Order.objects.none()
        user = self.request.user
        if str(user.pk) != self.kwargs["user_id"].lower() and not staff_ready(user):
            raise NotFound(_("There is no such user."))
        try:
            wanted = Order.objects.filter(customer=UUID(self.kwargs["user_id"]))
        except ValueError as error:
            raise NotFound(_("There is no such user.")) from error
        return queries.orders_shown(wanted, user)


class OrderView(OrderApiView):
    """One request or order."""

    @extend_schema(operation_id="get_order", tags=["orders"], responses=OrderSerializer)
    def get(self, request: Request, order_id: str) -> Response:
        """One order, for its customer, the shop whose quote was taken, and staff."""
        return self.show(self.order(), OrderSerializer)

    @extend_schema(
        operation_id="update_order",
        tags=["orders"],
        request=PolymorphicProxySerializer(
            "OrderUpdate",
            [inputs.OrderChangeSerializer, inputs.StatusInputSerializer],
            resource_type_field_name=None,
        ),
        responses={
            200: OrderSerializer,
            (422, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "The draft names no part yet."),
        },
        examples=[examples.AMEND, examples.CANCEL, examples.SHIP],
    )
    def put(self, request: Request, order_id: str) -> Response:
        """Change a draft or the parts of a request; or, with `status`, move it by whom the table allows."""
        order = self.order()
        given = request.data
        by_status = isinstance(given, dict) and "status" in given
        return self.answer(self._move(order) if by_status else self._amend(order), OrderSerializer)

    def _amend(self, order: Order) -> Any:
        given = self.validated(inputs.OrderChangeSerializer)
        return partial(
            actions.amend_order,
            order.pk,
            delivery=given.pop("delivery_location", None),
            expected_version=self.if_match(),
            actor=self.actor,
            **given,
        )

    def _move(self, order: Order) -> Any:
        given = self.validated(inputs.StatusInputSerializer)
        status = given.pop("status")
        if status in (OrderStatus.SUBMITTED, OrderStatus.CANCELLED):
            move: Any = actions.submit_order if status == OrderStatus.SUBMITTED else actions.cancel_order
            return partial(move, order.pk, expected_version=self.if_match(), actor=self.actor, **given)
        act: Any = {
            OrderStatus.PROCESSING: start_processing,
            OrderStatus.SHIPPED: ship_order,
            OrderStatus.DELIVERED: deliver_order,
        }[status]
        return partial(
            act,
            order.pk,
            shop_id=order.shop_id,
            expected_version=self.if_match(),
            actor=self.actor,
            **given,
        )


class AcceptQuoteView(OrderApiView):
    """Accept a quote."""

    @extend_schema(
        operation_id="accept_quote",
        tags=["orders"],
        request=inputs.AcceptInputSerializer,
        responses={
            200: OrderSerializer,
            (409, CONTENT_TYPE): OpenApiResponse(
                ProblemSerializer,
                "`code` says what happened: `already_accepted`, `order_cancelled`, `quote_withdrawn`, "
                "`quote_expired`, `quote_lost`, `quote_stale` (the request was amended since), "
                "`quote_revised` (`quoteVersion` is no longer current), `shop_not_active`.",
            ),
        },
        examples=[examples.ACCEPT],
    )
    def post(self, request: Request, order_id: str) -> Response:
        """Take a quote, exactly once; 409 says what happened instead. With a card: see `paymentUrl`."""
        given = self.validated(inputs.AcceptInputSerializer)
        return self.answer(
            partial(actions.accept_quote, self.order().pk, actor=self.actor, **given), OrderSerializer
        )


class ExtendView(OrderApiView):
    """Give the shops more time."""

    conditional = frozenset({"POST"})

    @extend_schema(
        operation_id="extend_window",
        tags=["orders"],
        request=inputs.ExtendInputSerializer,
        responses=OrderSerializer,
    )
    def post(self, request: Request, order_id: str) -> Response:
        """Move the close by opening time, from the close or, when it has passed, from now."""
        given = self.validated(inputs.ExtendInputSerializer)
        act = partial(
            actions.extend_window,
            self.order().pk,
            expected_version=self.if_match(),
            actor=self.actor,
            **given,
        )
        return self.answer(act, OrderSerializer)


class WidenView(OrderApiView):
    """Search farther away."""

    conditional = frozenset({"POST"})

    @extend_schema(
        operation_id="widen_search",
        tags=["orders"],
        request=inputs.WidenInputSerializer,
        responses=OrderSerializer,
    )
    def post(self, request: Request, order_id: str) -> Response:
        """Ask shops farther away at once; opens a window that has closed."""
        given = self.validated(inputs.WidenInputSerializer)
        act = partial(
            actions.widen_search,
            self.order().pk,
            expected_version=self.if_match(),
            actor=self.actor,
            **given,
        )
        return self.answer(act, OrderSerializer)
