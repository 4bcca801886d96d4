"""Registers and their cash sessions."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.api import ListView
from sales import rules
from sales.actions import registers
from sales.api import examples, inputs
from sales.api import serializers as s
from sales.api.base import SHOP_ID, TillMixin, TillView
from sales.models import CashSession, Register
from shops.rules import Act


class RegistersView(TillMixin, ListView):
    """The registers of a shop."""

    serializer_class = s.RegisterSerializer
    ordering = ["code"]

    def get_queryset(self) -> QuerySet[Register]:
        """Those of the shop that the query names."""
        if getattr(self, "swagger_fake_view", False):
            return Register.objects.none()
        return Register.objects.filter(shop=self.member_of_query().shop_id).prefetch_related("sessions")

    @extend_schema(operation_id="list_registers", tags=["registers"], parameters=[SHOP_ID])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All registers, and which are open."""
        return self.list(request)

    @extend_schema(
        operation_id="add_register",
        tags=["registers"],
        request=inputs.RegisterInputSerializer,
        responses={201: s.RegisterSerializer},
        examples=[examples.REGISTER],
    )
    def post(self, request: Request) -> Response:
        """Add a register; its code stands in the numbers of its receipts."""
        given = self.validated(inputs.RegisterInputSerializer)
        member = self.member(given.pop("shop_id", None), Act.SET_TILL_POLICY)
        act = partial(registers.add_register, member.shop_id, actor=self.actor, **given)
        return self.answer(act, s.RegisterSerializer, 201)


class RegisterView(TillView):
    """One register."""

    @extend_schema(
        operation_id="change_register",
        tags=["registers"],
        request=inputs.RegisterChangeSerializer,
        responses=s.RegisterSerializer,
    )
    def put(self, request: Request, register_id: str) -> Response:
        """Rename a register, or take it out of use."""
        register = self.own(rules.registers_of(request.user), Act.SET_TILL_POLICY, pk=register_id)
        given = self.validated(inputs.RegisterChangeSerializer)
        act = partial(
            registers.change_register,
            register.pk,
            shop_id=register.shop_id,
            expected_version=self.if_match(),
            actor=self.actor,
            **given,
        )
        return self.answer(act, s.RegisterSerializer)


class SessionsView(TillMixin, ListView):
    """The cash sessions of a shop."""

    serializer_class = s.SessionSerializer
    ordering_fields = ["created_at", "closed_at"]
    ordering = ["-created_at"]

    def get_queryset(self) -> QuerySet[CashSession]:
        """Those of the shop that the query names."""
        if getattr(self, "swagger_fake_view", False):
            return CashSession.objects.none()
        rows = CashSession.objects.filter(shop=self.member_of_query().shop_id)
        return rows.select_related("register", "opened_by", "closed_by")

    @extend_schema(operation_id="list_cash_sessions", tags=["registers"], parameters=[SHOP_ID])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The newest first."""
        return self.list(request)

    @extend_schema(
        operation_id="open_cash_session",
        tags=["registers"],
        request=inputs.OpenSessionSerializer,
        responses={201: s.SessionSerializer},
        examples=[examples.OPEN_SESSION],
    )
    def post(self, request: Request) -> Response:
        """Open a register with what lies in its drawer."""
        given = self.validated(inputs.OpenSessionSerializer)
        member = self.member(given.pop("shop_id", None), Act.RUN_REGISTER)
        act = partial(registers.open_session, member.shop_id, actor=self.actor, **given)
        return self.answer(act, s.SessionSerializer, 201)
