"""Conversations between a customer and one shop about one order."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import FileResponse
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import parsers
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.api import ApiView, FilterSet, ListView, StrictJSONParser
from clutch.core.errors import Invalid, NotFound
from orders import rules
from orders.actions import message as acts
from orders.api.fulfilment import serializers as s
from orders.api.fulfilment.views import AT, ORDER, SHOP, find
from orders.api.views.photos import photo_response
from orders.models import Message, MessageThread, Order

MESSAGE = OpenApiExample(
    "question",
    {"messageId": ORDER, "side": "customer", "text": "With the sensor?", "photo": None, "at": AT},
    response_only=True,
)
THREAD = OpenApiExample(
    "read",
    {
        "orderId": ORDER,
        "shopId": SHOP,
        "lastMessageAt": AT,
        "customerUnread": 0,
        "shopUnread": 1,
        "customerReadAt": AT,
        "shopReadAt": None,
    },
    response_only=True,
)
WHICH_SHOP = OpenApiParameter(
    "shopId", OpenApiTypes.UUID, description="May be left out where only one shop can be meant."
)


def thread_shop(request: Request, order: Order, named: UUID | None) -> UUID:
    """The shop of the conversation that a user means.

    The customer means the selected shop unless they name one; a member means their own. Raises
    Invalid at `shop_id` where several fit, NotFound for another's.
    """
    if order.customer_id == request.user.pk:
        found = {order.shop_id} if order.shop_id else set()
        if named is not None:
            return named
    else:
        mine = order.invitations.filter(shop__in=rules.shop_ids_of(request.user.pk))
        found = set(mine.values_list("shop_id", flat=True))
        if named is not None:
            found &= {named}
            if not found:
                raise NotFound(_("There is no such shop in this order."))
    if len(found) != 1:
        message = _("Say which shop is meant.")
        raise Invalid(message, fields={"shop_id": [message]})
    return next(iter(found))


class _ConversationView(ApiView):
    """A view of the conversation that the user has in an order."""

    def order(self) -> Order:
        """The order in the path, for its customer and the shops that were asked."""
        return find(rules.conversable_orders(self.request.user), self.kwargs["order_id"])

    def side(self, order: Order, shop_id: UUID) -> None:
        """Let pass who stands on one side of the conversation."""
        acts.side_in_thread(order, shop_id, self.actor)


class MessagesView(_ConversationView, ListView):
    """The messages of one conversation."""

    parser_classes = [StrictJSONParser, parsers.MultiPartParser]
    serializer_class = s.MessageSerializer
    ordering_fields = ["at"]
    ordering = ["at"]

    def get_queryset(self) -> QuerySet[Message]:
        """The messages of the user's own conversation; no other shop's."""
        if getattr(self, "swagger_fake_view", False):
            return Message.objects.none()
        order = self.order()
        which = s.WhichThreadSerializer(data=self._which())
        which.is_valid(raise_exception=True)
        shop_id = thread_shop(self.request, order, which.validated_data.get("shop_id"))
        self.side(order, shop_id)
        return Message.objects.filter(thread__order=order, thread__shop=shop_id).select_related("thread")

    def _which(self) -> dict[str, str]:
        params = self.request.query_params
        return {"shopId": params["shopId"]} if "shopId" in params else {}

    @extend_schema(
        operation_id="order_messages",
        tags=["messages"],
        parameters=[WHICH_SHOP],
        responses=s.MessageSerializer(many=True),
        examples=[MESSAGE],
        summary="The messages of a conversation, the oldest first",
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """For the customer and that shop."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="order_message_send",
        tags=["messages"],
        request={"application/json": s.NewTextSerializer, "multipart/form-data": s.NewMessageSerializer},
        responses={201: s.MessageSerializer},
        examples=[
            OpenApiExample("question", {"shopId": SHOP, "text": "With the sensor?"}, request_only=True),
            MESSAGE,
        ],
        summary="Write to the other side",
    )
    def post(self, request: Request, order_id: str) -> Response:
        """Text, or a photo as a form upload, or both."""
        order = self.order()
        body = self.validated(s.NewMessageSerializer)
        shop_id = thread_shop(request, order, body.pop("shop_id", None))
        act = partial(acts.send_message, order.pk, shop_id=shop_id, actor=self.actor, **body)
        return self.answer(act, s.MessageSerializer, 201)


class MessagesReadView(_ConversationView):
    """How far a conversation is read."""

    @extend_schema(
        operation_id="order_messages_read",
        tags=["messages"],
        request=s.WhichThreadSerializer,
        responses=s.ThreadSerializer,
        examples=[OpenApiExample("which", {"shopId": SHOP}, request_only=True), THREAD],
        summary="Mark a conversation as read",
    )
    def post(self, request: Request, order_id: str) -> Response:
        """For the user's own side."""
        order = self.order()
        body = self.validated(s.WhichThreadSerializer)
        shop_id = thread_shop(request, order, body.get("shop_id"))
        act = partial(acts.mark_read, order.pk, shop_id=shop_id, actor=self.actor)
        return self.answer(act, s.ThreadSerializer)


class MessagePhotoView(_ConversationView):
    """The photo of a message."""

    @extend_schema(
        operation_id="order_message_photo",
        tags=["messages"],
        responses={(200, "image/*"): OpenApiTypes.BINARY},
        summary="The photo of a message",
    )
    def get(self, request: Request, order_id: str, message_id: UUID) -> FileResponse:
        """For both sides of the conversation."""
        order = self.order()
        messages = Message.objects.filter(thread__order=order).exclude(photo="").select_related("thread")
        message = self.visible(messages, pk=message_id)
        self.side(order, message.thread.shop_id)
        return photo_response(message.photo)


class ThreadFilter(FilterSet):
    """`?orderId=…&shopId=…`."""

    order_id = filters.UUIDFilter(field_name="order")
    shop_id = filters.UUIDFilter(field_name="shop")


class ThreadsView(ListView):
    """All conversations of a user, as customer and for their shops."""

    serializer_class = s.NamedThreadSerializer
    filterset_class = ThreadFilter
    ordering_fields = ["last_message_at"]
    ordering = ["-last_message_at"]

    def get_queryset(self) -> QuerySet[MessageThread]:
        """Those in which somebody has written."""
        user = self.request.user
        mine = Q(order__customer=user.pk) | Q(shop__in=rules.shop_ids_of(user.pk))
        rows = MessageThread.objects.filter(mine, last_message_at__isnull=False)
        return rows.select_related("order", "shop")

    @extend_schema(
        operation_id="message_threads", tags=["messages"], summary="Your conversations, the newest first"
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """With what each side has not read."""
        return super().get(request, *args, **kwargs)
