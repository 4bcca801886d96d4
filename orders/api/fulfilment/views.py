"""Payment, delivery and rating of one order. `{orderId}` is its UUID or its CL- number."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import parsers
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.api import ApiView, ListView
from clutch.core.errors import NotFound
from orders import queries, rules
from orders.actions import fulfilment, payment, rating
from orders.api.fulfilment import serializers as s
from orders.api.views.photos import photo_response
from orders.enums import ACCEPTED_OR_LATER, Side
from orders.models import Order, PaymentEntry, Rating, Shipment
from orders.payments import desk

ORDER = "01890a5d-ac96-774b-bcce-b302099a8057"
SHOP = "01890a5d-ac96-7ab2-80e2-4536629c90de"
AT = "2026-03-01T10:00:00Z"


class OrderView(ApiView):
    """A view of one order that the user may see whole."""

    def order(self) -> Order:
        """The order in the path. Raises NotFound for what the user may not see."""
        return find(rules.orders_for(self.request.user), self.kwargs["order_id"])

    def own_order(self, *sides: Side) -> Order:
        """The same, for who stands on one of the sides; anyone else is refused as `rules` says."""
        order = self.order()
        rules.require_side(self.actor, order, *sides)
        return order

    def shop_of(self, order: Order) -> UUID:
        """The shop that was selected. Raises NotFound before an acceptance."""
        if order.shop_id is None:
            raise NotFound(_("No quote of this order has been accepted."))
        return order.shop_id


def find(orders: QuerySet[Order], reference: str) -> Order:
    """One of the orders by UUID or number. Raises NotFound."""
    order = queries.find_order(orders, reference)
    if order is None:
        raise NotFound(_("There is no such order."))
    return order


PAYMENT = OpenApiExample(
    "authorised",
    {
        "orderId": ORDER,
        "orderNumber": "CL-2026-000001",
        "paymentStatus": "pending",
        "paymentMethod": "card",
        "currency": "EGP",
        "total": "900.00",
        "due": "900.00",
        "outstanding": "900.00",
        "authorised": True,
        "received": "0.00",
        "refundDue": "0.00",
        "refunded": "0.00",
        "partlyRefunded": False,
        "payBefore": None,
    },
    response_only=True,
)


class PaymentView(OrderView):
    """How an order is paid."""

    @extend_schema(
        operation_id="order_payment",
        tags=["payment"],
        responses=s.PaymentSerializer,
        examples=[PAYMENT],
        summary="How the payment of an order stands",
    )
    def get(self, request: Request, order_id: str) -> Response:
        """For the customer, the selected shop and staff."""
        return self.show(self.order(), s.PaymentSerializer)

    @extend_schema(
        operation_id="order_pay",
        tags=["payment"],
        request=None,
        responses={201: s.PaymentPageSerializer},
        summary="Open the page on which the customer pays by card",
        description="Answers the card payment that waits, a new one after a failed one. 409 when it is "
        "authorised already or the time to pay is over.",
    )
    def post(self, request: Request, order_id: str) -> Response:
        """The provider is asked after the act, outside its transaction."""
        order = self.order()
        act = partial(payment.pay_again, order.pk, actor=self.actor)
        response = self.answer(act, s.CardPaymentSerializer, 201)
        url = desk.open_checkout(UUID(response.data["paymentId"]), actor=self.actor)
        response.data = {**response.data, "paymentUrl": url}
        return response


class PaymentEntriesView(ListView):
    """The ledger of an order."""

    serializer_class = s.PaymentEntrySerializer
    ordering = ["at"]

    def get_queryset(self) -> QuerySet[PaymentEntry]:
        """For whoever sees the order whole."""
        if getattr(self, "swagger_fake_view", False):
            return PaymentEntry.objects.none()
        order = find(rules.orders_for(self.request.user), self.kwargs["order_id"])
        return PaymentEntry.objects.filter(order=order)

    @extend_schema(
        operation_id="order_payment_entries", tags=["payment"], summary="The payment ledger of an order"
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The oldest first."""
        return super().get(request, *args, **kwargs)


class CashView(OrderView):
    """Cash on delivery."""

    @extend_schema(
        operation_id="order_cash_collected",
        tags=["payment"],
        request=s.CashSerializer,
        responses={201: s.PaymentSerializer},
        examples=[OpenApiExample("cash", {"amount": "900.00"}, request_only=True), PAYMENT],
        summary="Record the cash that the shop took",
    )
    def post(self, request: Request, order_id: str) -> Response:
        """For the selected shop, after the delivery; exactly what is owed."""
        order = self.own_order(Side.SHOP, Side.STAFF)
        body = self.validated(s.CashSerializer)
        act = partial(payment.collect_cash, order.pk, shop_id=self.shop_of(order), actor=self.actor, **body)
        return self.answer(act, s.PaymentSerializer, 201)


class RefundView(OrderView):
    """Money back."""

    @extend_schema(
        operation_id="order_refund",
        tags=["payment"],
        request=s.RefundSerializer,
        responses={201: s.PaymentSerializer},
        examples=[
            OpenApiExample("part", {"amount": "50.00", "reason": "wrong bulb"}, request_only=True),
            PAYMENT,
        ],
        summary="Give money back to the customer",
    )
    def post(self, request: Request, order_id: str) -> Response:
        """For owners and managers of the shop, and staff. A card gets it back by its provider."""
        order = self.own_order(Side.SHOP, Side.STAFF)
        body = self.validated(s.RefundSerializer)
        act = partial(payment.refund, order.pk, actor=self.actor, **body)
        return self.answer(act, s.PaymentSerializer, 201)


TRACKED = OpenApiExample(
    "at the door",
    {"eventId": ORDER, "kind": "arrived", "note": "", "latitude": 30.05, "longitude": 31.24, "at": AT},
    response_only=True,
)


class TrackingView(OrderView):
    """The way of an order."""

    @extend_schema(
        operation_id="order_tracking",
        tags=["delivery"],
        responses=s.TrackingSerializer,
        summary="Where the order is",
    )
    def get(self, request: Request, order_id: str) -> Response:
        """For the customer, the selected shop and staff, once the order is being prepared."""
        shipments = Shipment.objects.filter(order=self.order()).prefetch_related("events")
        return self.show(self.visible(shipments), s.TrackingSerializer)

    @extend_schema(
        operation_id="order_tracking_report",
        tags=["delivery"],
        request=s.NewTrackingEventSerializer,
        responses={201: s.TrackingEventSerializer},
        examples=[
            OpenApiExample(
                "at the door", {"kind": "arrived", "latitude": 30.05, "longitude": 31.24}, request_only=True
            ),
            TRACKED,
        ],
        summary="Report what happened on the way",
    )
    def post(self, request: Request, order_id: str) -> Response:
        """For the selected shop."""
        order = self.own_order(Side.SHOP, Side.STAFF)
        body = self.validated(s.NewTrackingEventSerializer)
        shop_id = self.shop_of(order)
        act = partial(fulfilment.record_tracking, order.pk, shop_id=shop_id, actor=self.actor, **body)
        return self.answer(act, s.TrackingEventSerializer, 201)


class DeliveryCodeView(OrderView):
    """The code that proves the delivery; only the customer ever sees it."""

    @extend_schema(
        operation_id="order_delivery_code",
        tags=["delivery"],
        responses=s.DeliveryCodeSerializer,
        examples=[OpenApiExample("code", {"code": "042137", "triesLeft": 5}, response_only=True)],
        summary="The code to tell the courier",
    )
    def get(self, request: Request, order_id: str) -> Response:
        """For the customer."""
        mine = Shipment.objects.filter(order=self.order(), order__customer=request.user.pk)
        return self.show(self.visible(mine), s.DeliveryCodeSerializer)

    @extend_schema(
        operation_id="order_delivery_code_renew",
        tags=["delivery"],
        request=None,
        responses={201: s.DeliveryCodeSerializer},
        examples=[OpenApiExample("code", {"code": "042137", "triesLeft": 5}, response_only=True)],
        summary="Get a new code; the old one is void",
    )
    def post(self, request: Request, order_id: str) -> Response:
        """For the customer."""
        act = partial(fulfilment.renew_delivery_code, self.order().pk, actor=self.actor)
        return self.answer(act, s.DeliveryCodeSerializer, 201)


class DeliveryPhotoView(OrderView):
    """The photo that proves the delivery."""

    parser_classes = [parsers.MultiPartParser]

    @extend_schema(
        operation_id="order_delivery_photo",
        tags=["delivery"],
        responses={(200, "image/*"): OpenApiTypes.BINARY},
        summary="The photo of the delivery",
    )
    def get(self, request: Request, order_id: str) -> FileResponse:
        """For the customer, the selected shop and staff."""
        shipment = self.visible(Shipment.objects.filter(order=self.order()).exclude(photo=""))
        return photo_response(shipment.photo)

    @extend_schema(
        operation_id="order_deliver_by_photo",
        tags=["delivery"],
        request={"multipart/form-data": s.DeliveryPhotoSerializer},
        responses={201: s.TrackingSerializer},
        summary="Hand the order over, proved by a photo",
    )
    def post(self, request: Request, order_id: str) -> Response:
        """For the selected shop; the code goes with `PUT /auto-parts-orders/{orderId}`."""
        order = self.own_order(Side.SHOP, Side.STAFF)
        body = self.validated(s.DeliveryPhotoSerializer)
        shop_id = self.shop_of(order)
        act = partial(fulfilment.deliver_order, order.pk, shop_id=shop_id, actor=self.actor, **body)
        return self.answer(act, s.DeliveredSerializer, 201)


class ContactsView(OrderView):
    """Who hands over to whom."""

    @extend_schema(
        operation_id="order_contacts",
        tags=["delivery"],
        responses=s.ContactsSerializer,
        summary="Names, phones and addresses of both sides",
    )
    def get(self, request: Request, order_id: str) -> Response:
        """For the customer, the selected shop and staff, from the acceptance on."""
        accepted = Order.objects.filter(pk=self.order().pk, status__in=ACCEPTED_OR_LATER)
        order = self.visible(accepted.select_related("customer", "shop"))
        return self.show(order, s.ContactsSerializer)


class RatingView(OrderView):
    """What the customer says of the shop."""

    example = OpenApiExample(
        "rating",
        {"orderId": ORDER, "shopId": SHOP, "stars": 5, "comment": "Fast.", "at": AT},
        response_only=True,
    )

    @extend_schema(
        operation_id="order_rating", tags=["delivery"], responses=s.RatingSerializer, examples=[example]
    )
    def get(self, request: Request, order_id: str) -> Response:
        """The rating of an order; 404 while there is none."""
        return self.show(self.visible(Rating.objects.filter(order=self.order())), s.RatingSerializer)

    @extend_schema(
        operation_id="order_rate",
        tags=["delivery"],
        request=s.NewRatingSerializer,
        responses={201: s.RatingSerializer},
        examples=[OpenApiExample("rating", {"stars": 5, "comment": "Fast."}, request_only=True), example],
        summary="Rate the shop after the delivery, once",
    )
    def post(self, request: Request, order_id: str) -> Response:
        """For the customer."""
        order = self.own_order(Side.CUSTOMER)
        body = self.validated(s.NewRatingSerializer)
        return self.answer(
            partial(rating.rate_order, order.pk, actor=self.actor, **body), s.RatingSerializer, 201
        )
