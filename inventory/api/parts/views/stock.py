"""What there is of parts: changes, movements, what runs low."""

from functools import partial
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.api import ListView
from clutch.core.lists import FilterSet
from clutch.core.problem import CONTENT_TYPE
from clutch.core.schema import ProblemSerializer
from inventory import queries
from inventory.actions import stock as acts
from inventory.api.base import SHOP_ID, StockView, cost_for
from inventory.api.parts import examples, inputs
from inventory.api.parts.serializers import (
    LowPartSerializer,
    MovementSerializer,
    StockChangeSerializer,
)
from inventory.enums import MovementKind, PartStatus
from inventory.models import Movement, Part
from shops.models import Member
from shops.rules import Act

TAGS = ["inventory"]
ACTS = {"receive": Act.MOVE_STOCK, "adjust": Act.ADJUST_STOCK, "transfer": Act.MOVE_STOCK}


class PartStockView(StockView):
    """The stock of a part."""

    @extend_schema(
        operation_id="change_stock",
        summary="Receive, adjust or transfer units",
        request=inputs.StockInputSerializer,
        responses={
            200: StockChangeSerializer,
            (409, CONTENT_TYPE): OpenApiResponse(
                ProblemSerializer, "`not_enough_stock`, `not_enough_in_bin`: and how many are left."
            ),
        },
        examples=[examples.RECEIVE, examples.ADJUST, examples.TRANSFER],
        tags=TAGS,
    )
    def post(self, request: Request, stock_part_id: UUID) -> Response:
        """Book one change of stock by its kind."""
        self.part(stock_part_id, Act.SEE_STOCK)
        given = self.validated(inputs.StockInputSerializer)
        part, member = self.part_for(stock_part_id, ACTS[given["kind"]])
        return self.answer(self._act(part, given), StockChangeSerializer, context=cost_for(member))

    def _act(self, part: Part, given: Any) -> Any:
        kind, note = given["kind"], given.get("note", "")
        at: dict[str, Any] = {"shop_id": part.shop_id, "note": note, "actor": self.actor}
        if kind == "receive":
            units = acts.Units(part.pk, given["quantity"], given.get("bin_id"), given.get("unit_cost"))
            return partial(
                acts.receive_stock, part.shop_id, [units],
                reason=given.get("reason", ""), note=note, actor=self.actor,
            )  # fmt: skip
        if kind == "adjust":
            return partial(
                acts.adjust_stock, part.pk, quantity=given["quantity"], reason=given.get("reason", ""),
                bin_id=given.get("bin_id"), unit_cost=given.get("unit_cost"), **at,
            )  # fmt: skip
        return partial(
            acts.transfer_stock, part.pk, quantity=given["quantity"],
            from_bin_id=given.get("bin_id"), to_bin_id=given.get("to_bin_id"), **at,
        )  # fmt: skip


class MovementFilter(FilterSet):
    """Movements by kind and time."""

    kind = django_filters.MultipleChoiceFilter(choices=MovementKind.choices)
    after = django_filters.IsoDateTimeFilter("at", "gte", label="from this moment on")
    before = django_filters.IsoDateTimeFilter("at", "lt", label="before this moment")
    document_id = django_filters.UUIDFilter()

    class Meta:
        model = Movement
        fields: list[str] = []


class MovementsView(ListView, StockView):
    """The ledger of a part."""

    serializer_class = MovementSerializer
    filterset_class = MovementFilter
    ordering_fields = ("seq",)
    ordering = ("-seq",)

    _member: Member

    def get_queryset(self) -> QuerySet[Movement]:
        """Of the part in the path."""
        if getattr(self, "swagger_fake_view", False):
            return Movement.objects.none()
        part, self._member = self.part_for(self.kwargs["stock_part_id"], Act.SEE_STOCK)
        return Movement.objects.filter(part=part).select_related("bin")

    def get_serializer_context(self) -> dict[str, Any]:
        """With what the role may see."""
        context = super().get_serializer_context()
        return {**context, **(cost_for(self._member) if hasattr(self, "_member") else {})}

    @extend_schema(operation_id="part_movements", summary="Movements of a part", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the movements of a part, the newest first."""
        return self.list(request)


class LowStockView(ListView, StockView):
    """What runs low."""

    serializer_class = LowPartSerializer
    ordering_fields = ("stock__low_since", "name")
    ordering = ("-stock__low_since",)

    _member: Member

    def get_queryset(self) -> QuerySet[Part]:
        """Parts at or under their reorder point; what is no longer made is not ordered again."""
        if getattr(self, "swagger_fake_view", False):
            return Part.objects.none()
        self._member = self.member(Act.SEE_STOCK)
        low = Part.objects.filter(stock__shop=self._member.shop_id, stock__low_since__isnull=False)
        return queries.parts_shown(low.exclude(status=PartStatus.DISCONTINUED))

    def get_serializer_context(self) -> dict[str, Any]:
        """With what the role may see."""
        context = super().get_serializer_context()
        return {**context, **(cost_for(self._member) if hasattr(self, "_member") else {})}

    @extend_schema(operation_id="low_stock", summary="Parts that run low", parameters=[SHOP_ID], tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List what is at or under its reorder point, the latest first."""
        return self.list(request)
