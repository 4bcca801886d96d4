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
from sales.reports import session_report
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
        register = self.own(rules.registers_of(self.person), Act.SET_TILL_POLICY, pk=register_id)
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


class SessionBase(TillView):
    """A view of one cash session."""

    def session(self, act: Act) -> CashSession:
        """The session in the path, of a shop of this user, with a role that may."""
        found: CashSession = self.own(rules.sessions_of(self.person), act, pk=self.kwargs["session_id"])
        return found


class SessionView(SessionBase):
    """One cash session."""

    @extend_schema(operation_id="get_cash_session", tags=["registers"], responses=s.SessionSerializer)
    def get(self, request: Request, session_id: str) -> Response:
        """One session; what was expected and counted stands there after the close."""
        return self.show(self.session(Act.SEE_SALES), s.SessionSerializer)


class CashView(SessionBase):
    """Cash in and out of a drawer."""

    @extend_schema(
        operation_id="move_cash",
        tags=["registers"],
        request=inputs.MoveCashSerializer,
        responses={201: s.CashMovedSerializer},
        examples=[examples.CASH_OUT],
    )
    def post(self, request: Request, session_id: str) -> Response:
        """Put cash in, or take it out, with a reason."""
        session, given = self.session(Act.RUN_REGISTER), self.validated(inputs.MoveCashSerializer)
        act = partial(
            registers.move_cash,
            session.pk,
            shop_id=session.shop_id,
            out=given["direction"] == "out",
            amount=given["amount"],
            reason=given["reason"],
            actor=self.actor,
        )
        return self.answer(act, s.CashMovedSerializer, 201)


class CloseView(SessionBase):
    """The close of a register."""

    conditional = frozenset({"POST"})

    @extend_schema(
        operation_id="close_cash_session",
        tags=["registers"],
        request=inputs.CloseSessionSerializer,
        responses={200: s.SessionSerializer},
        examples=[examples.CLOSE_SESSION],
    )
    def post(self, request: Request, session_id: str) -> Response:
        """Count the drawer and close; the Z report is fixed with it."""
        session, given = self.session(Act.RUN_REGISTER), self.validated(inputs.CloseSessionSerializer)
        act = partial(
            registers.close_session,
            session.pk,
            shop_id=session.shop_id,
            expected_version=self.if_match(),
            actor=self.actor,
            **given,
        )
        return self.answer(act, s.SessionSerializer)


class ReportView(SessionBase):
    """The report of a session."""

    @extend_schema(operation_id="cash_session_report", tags=["registers"], responses=s.ReportSerializer)
    def get(self, request: Request, session_id: str) -> Response:
        """The X report while the register is open, the Z report after the close."""
        session = self.session(Act.SEE_TAKINGS)
        return self.show(session.totals or session_report(session), s.ReportSerializer)


class PolicyView(TillView):
    """How a shop runs its counter."""

    @extend_schema(
        operation_id="get_till_policy",
        tags=["registers"],
        parameters=[SHOP_ID],
        responses=s.PolicyShownSerializer,
    )
    def get(self, request: Request) -> Response:
        """Tax, limits, days, the smallest coin; the defaults until somebody sets them."""
        member = self.member_of_query(Act.SEE_SALES)
        return self.show(rules.policy_of(member.shop_id), s.PolicyShownSerializer)

    @extend_schema(
        operation_id="set_till_policy",
        tags=["registers"],
        request=inputs.PolicySerializer,
        responses=s.PolicyShownSerializer,
        examples=[examples.POLICY],
    )
    def put(self, request: Request) -> Response:
        """Change what is given."""
        given = self.validated(inputs.PolicySerializer)
        member = self.member(given.pop("shop_id", None), Act.SET_TILL_POLICY)
        act = partial(
            registers.set_policy,
            member.shop_id,
            expected_version=self.if_match(),
            actor=self.actor,
            **given,
        )
        return self.answer(act, s.PolicyShownSerializer)
