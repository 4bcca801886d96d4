"""Clerks: who may stand at a till, their PINs, and what they allow by them."""

from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.api import ListView
from clutch.core.problem import CONTENT_TYPE
from clutch.core.schema import ProblemSerializer
from sales.actions import pins
from sales.api import examples, inputs
from sales.api import serializers as s
from sales.api.base import SHOP_ID, TillMixin, TillView
from sales.models import ClerkPin
from shops.models import Member
from shops.rules import PERMISSIONS, Act

REFUSED = {
    (409, CONTENT_TYPE): OpenApiResponse(
        ProblemSerializer, "`pin_locked` after five wrong ones, with `lockedUntil`."
    )
}


class ClerksView(TillMixin, ListView):
    """Who may stand at a till of a shop."""

    serializer_class = s.ClerkRowSerializer
    ordering = ["created_at"]

    def get_queryset(self) -> QuerySet[Member]:
        """The members whose role may sell."""
        if getattr(self, "swagger_fake_view", False):
            return Member.objects.none()
        shop_id = self.member_of_query(Act.SEE_SALES).shop_id
        rows = Member.objects.filter(shop=shop_id, is_active=True, role__in=PERMISSIONS[Act.SELL])
        has_pin = Exists(ClerkPin.objects.filter(member=OuterRef("pk")))
        return rows.select_related("user").annotate(has_pin=has_pin)

    @extend_schema(operation_id="list_clerks", tags=["clerks"], parameters=[SHOP_ID])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The members whose role may sell, and who of them has a PIN."""
        return self.list(request)


class PinView(TillView):
    """A PIN."""

    # A PIN is set, never edited: whoever may set it need not know the one before.
    conditional = frozenset()

    @extend_schema(
        operation_id="set_pin",
        tags=["clerks"],
        request=inputs.PinSerializer,
        responses={204: None},
        examples=[examples.PIN],
    )
    def put(self, request: Request) -> Response:
        """Set one's own PIN, or a member's for who manages the members."""
        given = self.validated(inputs.PinSerializer)
        member = self.member(given.pop("shop_id", None), Act.SEE_SHOP)
        act = partial(
            pins.set_pin,
            given["member_id"] or member.pk,
            shop_id=member.shop_id,
            pin=given["pin"],
            actor=self.actor,
        )
        return self.answer(act, None, 204)


class SwitchView(TillView):
    """A clerk takes over."""

    @extend_schema(
        operation_id="switch_clerk",
        tags=["clerks"],
        request=inputs.ClerkInputSerializer,
        responses={200: s.ClerkSerializer, **REFUSED},
        examples=[examples.SWITCH],
    )
    def post(self, request: Request) -> Response:
        """Enter a PIN; the token goes with every further request of this till."""
        given = self.validated(inputs.ClerkInputSerializer)
        member = self.member(given.pop("shop_id", None), Act.SEE_SHOP)
        return self.show(pins.switch_clerk(member.shop_id, actor=self.device, **given), s.ClerkSerializer)


class ApproveView(TillView):
    """Somebody who may allows what the clerk may not."""

    @extend_schema(
        operation_id="approve_by_pin",
        tags=["clerks"],
        request=inputs.ApproveSerializer,
        responses={200: s.ApprovalSerializer, **REFUSED},
        examples=[examples.APPROVE],
    )
    def post(self, request: Request) -> Response:
        """Enter a manager's PIN; the approval goes with the act within two minutes."""
        given = self.validated(inputs.ApproveSerializer)
        member = self.member(given.pop("shop_id", None), Act.SELL)
        return self.show(pins.approve(member.shop_id, actor=self.actor, **given), s.ApprovalSerializer)
