"""Credit notes, old parts that come back, and what comes without a receipt."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.api import ListView
from sales import rules
from sales.actions import cores, loose_returns
from sales.api import examples, inputs
from sales.api import serializers as s
from sales.api.base import PAPER, SHOP_ID, TillMixin, TillView, paper_response
from sales.api.filters import CoreFilter, ReturnFilter
from sales.enums import RefundBy
from sales.models import CoreDeposit, SaleReturn
from shops.rules import Act


class ReturnsView(TillMixin, ListView):
    """The credit notes of a shop."""

    serializer_class = s.ReturnRowSerializer
    filterset_class = ReturnFilter
    ordering_fields = ["created_at", "number"]
    ordering = ["-created_at"]

    def get_queryset(self) -> QuerySet[SaleReturn]:
        """Those of the shop that the query names."""
        if getattr(self, "swagger_fake_view", False):
            return SaleReturn.objects.none()
        rows = SaleReturn.objects.filter(shop=self.member_of_query().shop_id)
        return rows.select_related("sale", "customer", "clerk")

    @extend_schema(operation_id="list_returns", tags=["returns"], parameters=[SHOP_ID])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The newest first."""
        return self.list(request)

    @extend_schema(
        operation_id="return_without_receipt",
        tags=["returns"],
        request=inputs.LooseReturnSerializer,
        responses={201: s.ReturnShownSerializer},
        examples=[examples.LOOSE_RETURN],
    )
    def post(self, request: Request) -> Response:
        """Without a receipt: store credit at the lowest recent price, for the customer of that phone."""
        given = self.validated(inputs.LooseReturnSerializer)
        member = self.member(given.pop("shop_id", None), Act.TAKE_RETURN)
        approved_by = self.approver(given, member.shop_id, Act.RETURN_WITHOUT_RECEIPT)
        given["lines"] = inputs.loose_of(given["lines"])
        given["vehicle"] = inputs.vehicle_of(given["vehicle"])
        act = partial(
            loose_returns.return_without_receipt,
            member.shop_id,
            approved_by=approved_by,
            actor=self.actor,
            **given,
        )
        return self.answer(act, s.ReturnShownSerializer, 201)


class ReturnView(TillView):
    """One credit note."""

    @extend_schema(operation_id="get_return", tags=["returns"], responses=s.ReturnShownSerializer)
    def get(self, request: Request, return_id: str) -> Response:
        """One credit note with its lines and payments."""
        found = self.own(rules.returns_of(self.person), Act.SEE_SALES, pk=return_id)
        return self.show(found, s.ReturnShownSerializer)


class CreditNoteView(TillView):
    """The paper of a credit note."""

    @extend_schema(
        operation_id="credit_note",
        tags=["returns"],
        parameters=[PAPER],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, return_id: str) -> HttpResponse:
        """As PDF or as bytes for a receipt printer; of an exchange both sides on one paper."""
        note = self.own(rules.returns_of(self.person), Act.SEE_SALES, pk=return_id)
        return paper_response(request, note)


class CoresView(TillMixin, ListView):
    """The deposits for old parts of a shop."""

    serializer_class = s.CoreSerializer
    filterset_class = CoreFilter
    ordering_fields = ["expires_at", "created_at"]
    ordering = ["expires_at"]

    def get_queryset(self) -> QuerySet[CoreDeposit]:
        """Those of the shop that the query names."""
        if getattr(self, "swagger_fake_view", False):
            return CoreDeposit.objects.none()
        rows = CoreDeposit.objects.filter(shop=self.member_of_query().shop_id)
        return rows.select_related("sale_line__sale")

    @extend_schema(operation_id="list_core_deposits", tags=["returns"], parameters=[SHOP_ID])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What runs out first."""
        return self.list(request)


class CoreReturnView(TillView):
    """Old parts that come back."""

    @extend_schema(
        operation_id="return_core",
        tags=["returns"],
        request=inputs.CoreReturnSerializer,
        responses={201: s.ReturnShownSerializer},
        examples=[examples.CORE_RETURN],
    )
    def post(self, request: Request, core_id: str) -> Response:
        """Take old parts back and give their deposit."""
        core = self.own(rules.cores_of(self.person), Act.TAKE_RETURN, pk=core_id)
        given = self.validated(inputs.CoreReturnSerializer)
        given["refund"] = RefundBy(given["refund"])
        act = partial(cores.return_core, core.pk, shop_id=core.shop_id, actor=self.actor, **given)
        return self.answer(act, s.ReturnShownSerializer, 201)
