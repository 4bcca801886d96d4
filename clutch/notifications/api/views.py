"""The inbox, its preferences, and what staff send."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.accounts.permissions import IsStaff
from clutch.core.api import ApiView, FilterSet, ListView, PageNumberPagination
from clutch.notifications import actions, broadcasts, queries
from clutch.notifications.api.serializers import (
    BroadcastSerializer,
    NotificationSerializer,
    PreferencesSerializer,
    SendSerializer,
    UnreadSerializer,
)
from clutch.notifications.models import Notification

NOTIFICATION = {
    "id": "0192f0c1-2345-7abc-8def-0123456789ab",
    "type": "new-quote",
    "title": "New quote for CL-2026-000001",
    "message": "Nile Parts offers 2 of 2 parts for 900.00 EGP.",
    "data": {"orderId": "0192f0c1-9999-7abc-8def-0123456789ab"},
    "read": False,
    "readAt": None,
    "createdAt": "2026-01-31T12:00:00Z",
}
PREFERENCES = {
    "preferences": [
        {
            "type": "new-quote",
            "label": "New quotes",
            "channels": {"inbox": True, "push": True, "email": False, "sms": False},
        }
    ]
}
SEND = {
    "audience": "segment",
    "segment": "customers",
    "title": "Closed on Friday",
    "message": "Support is back on Saturday.",
    "translations": {"ar": {"title": "إجازة يوم الجمعة", "message": "نعود يوم السبت."}},
}


class InboxPagination(PageNumberPagination):
    """A page of the list with the unread count of the whole inbox beside it."""

    def get_paginated_response(self, data: Any) -> Response:
        """Add `unread`."""
        answer = super().get_paginated_response(data)
        assert self.request is not None
        answer.data["unread"] = queries.unread_count(self.request.user)
        return answer

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe `unread`."""
        described = super().get_paginated_response_schema(schema)
        described["properties"]["unread"] = {"type": "integer", "example": 3}
        return described


class InboxFilter(FilterSet):
    """`?unread=true&type=new-quote`."""

    unread = filters.BooleanFilter(field_name="read_at", lookup_expr="isnull")
    type = filters.CharFilter(field_name="kind")

    class Meta:
        model = Notification
        fields: list[str] = []


class InboxView(ListView):
    """The inbox."""

    serializer_class = NotificationSerializer
    pagination_class = InboxPagination
    filterset_class = InboxFilter
    ordering_fields = ["created_at"]
    ordering = ["-created_at", "-pk"]

    def get_queryset(self) -> QuerySet[Notification]:
        """Only one's own."""
        return queries.inbox(self.request.user.pk)

    @extend_schema(
        operation_id="notifications",
        summary="The inbox, newest first, with the unread count",
        examples=[OpenApiExample("a quote", NOTIFICATION, response_only=True)],
        tags=["notifications"],
    )
    def get(self, request: Request) -> Response:
        """One page of the inbox."""
        return self.list(request)


class ReadView(ApiView):
    """One notification."""

    conditional = frozenset()

    @extend_schema(
        operation_id="notification_read",
        summary="Mark as read",
        request=None,
        responses=NotificationSerializer,
        examples=[OpenApiExample("read", NOTIFICATION | {"read": True}, response_only=True)],
        tags=["notifications"],
    )
    def put(self, request: Request, notification_id: UUID) -> Response:
        """Mark as read; doing it again changes nothing."""
        act = partial(actions.mark_read, notification_id, actor=self.actor)
        return self.answer(act, NotificationSerializer)


class ReadAllView(ApiView):
    """The whole inbox."""

    @extend_schema(
        operation_id="notifications_read_all",
        summary="Mark all as read",
        request=None,
        responses=UnreadSerializer,
        examples=[OpenApiExample("none left", {"unread": 0}, response_only=True)],
        tags=["notifications"],
    )
    def post(self, request: Request) -> Response:
        """Mark all as read."""

        def act() -> dict[str, int]:
            actions.mark_all_read(actor=self.actor)
            return {"unread": queries.unread_count(request.user.pk)}

        return self.answer(act, UnreadSerializer)


class PreferencesView(ApiView):
    """What a person wants to hear of, and how."""

    conditional = frozenset()

    @extend_schema(
        operation_id="notification_preferences",
        summary="What is wanted, by type and channel",
        responses=PreferencesSerializer,
        examples=[OpenApiExample("one type", PREFERENCES, response_only=True)],
        tags=["notifications"],
    )
    def get(self, request: Request) -> Response:
        """Every type with its channels."""
        return self._shown(request)

    @extend_schema(
        operation_id="notification_preferences_change",
        summary="Change what is wanted",
        description="What is left out stays as it is.",
        request=PreferencesSerializer,
        responses=PreferencesSerializer,
        examples=[
            OpenApiExample(
                "no push",
                {"preferences": [{"type": "new-quote", "channels": {"push": False}}]},
                request_only=True,
            ),
            OpenApiExample("one type", PREFERENCES, response_only=True),
        ],
        tags=["notifications"],
    )
    def put(self, request: Request) -> Response:
        """Change what is given."""
        given = self.validated(PreferencesSerializer)["preferences"]
        choices = {
            (row["kind"], channel): wanted for row in given for channel, wanted in row["channels"].items()
        }
        actions.set_preferences(choices, actor=self.actor)
        return self._shown(request)

    def _shown(self, request: Request) -> Response:
        return self.show({"preferences": queries.choices_of(request.user.pk)}, PreferencesSerializer)


class SendView(ApiView):
    """Messages of the staff."""

    permission_classes = [IsStaff]

    @extend_schema(
        operation_id="notification_send",
        summary="Send a message to a person, a segment, or everyone (staff)",
        description="It goes out in the background; `sentCount` says how far it is.",
        request=SendSerializer,
        responses={201: BroadcastSerializer},
        examples=[OpenApiExample("to a segment", SEND, request_only=True)],
        tags=["notifications"],
    )
    def post(self, request: Request) -> Response:
        """Begin to send."""
        given = self.validated(SendSerializer)
        actor = self.actor
        assert actor.user_id is not None
        act = partial(broadcasts.send_broadcast, actor.user_id, actor=actor, **given)
        return self.answer(act, BroadcastSerializer, 201)
