"""What belongs to a part: its other numbers, what replaces it or stands in for it, what it fits."""

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
from inventory.actions import fitments, numbers, replacing
from inventory.api.base import StockView, cost_for
from inventory.api.catalogue import examples, inputs
from inventory.api.catalogue.serializers import (
    FitmentSerializer,
    FitmentsSerializer,
    InterchangeSerializer,
    PartSuccessionSerializer,
)
from inventory.api.parts.serializers import PartNumberSerializer
from inventory.models import Fitment, Part
from shops.rules import Act

TAGS = ["inventory"]


class PartDetailView(StockView):
    """Base: one part of a shop of this person's, and who may change what belongs to it."""

    def known(self) -> Part:
        """The part, for who may see the stock."""
        return self.part(self.kwargs["stock_part_id"], Act.SEE_STOCK)

    def names(self) -> dict[str, Any]:
        """The part for who may edit it, as the acts take it."""
        part = self.part(self.kwargs["stock_part_id"], Act.EDIT_PARTS)
        return {"part_id": part.pk, "shop_id": part.shop_id, "actor": self.actor}


class NumbersView(PartDetailView):
    """The other numbers of a part."""

    @extend_schema(
        operation_id="add_part_number",
        summary="Add a number",
        request=inputs.NumberChangeSerializer,
        responses={201: PartNumberSerializer},
        tags=TAGS,
    )
    def post(self, request: Request, stock_part_id: UUID) -> Response:
        """Let a part be known by another number; one that it has already stays as it is."""
        names = self.names()
        given = self.validated(inputs.NumberChangeSerializer)
        return self.answer(partial(numbers.add_number, given=given, **names), PartNumberSerializer, 201)


class NumberView(PartDetailView):
    """One other number of a part."""

    conditional = frozenset()

    @extend_schema(
        operation_id="change_part_number",
        summary="Change a number",
        request=inputs.NumberChangeSerializer,
        responses={
            200: PartNumberSerializer,
            (409, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "`number_exists`: the part has it."),
        },
        tags=TAGS,
    )
    def put(self, request: Request, stock_part_id: UUID, number_id: UUID) -> Response:
        """Write a number anew."""
        names = self.names()
        given = self.validated(inputs.NumberChangeSerializer)
        return self.answer(
            partial(numbers.change_number, number_id, given=given, **names), PartNumberSerializer
        )

    @extend_schema(
        operation_id="remove_part_number",
        summary="Remove a number",
        responses=PartNumberSerializer,
        tags=TAGS,
    )
    def delete(self, request: Request, stock_part_id: UUID, number_id: UUID) -> Response:
        """Let a part no longer be known by a number; answers with what it was."""
        return self.answer(partial(numbers.remove_number, number_id, **self.names()), PartNumberSerializer)


class SupersessionView(PartDetailView):
    """What replaces a part."""

    @extend_schema(
        operation_id="part_supersession",
        summary="What replaces a part",
        responses=PartSuccessionSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, stock_part_id: UUID) -> Response:
        """Show what replaces it, what it replaces, and what was said before."""
        return self.show(self.known(), PartSuccessionSerializer)

    @extend_schema(
        operation_id="supersede_part",
        summary="Replace a part by another",
        request=inputs.SupersessionInputSerializer,
        responses=PartSuccessionSerializer,
        examples=[examples.SUPERSEDE],
        tags=TAGS,
    )
    def post(self, request: Request, stock_part_id: UUID) -> Response:
        """Say what replaces it. A circle is refused at `newPartId`."""
        names = self.names()
        given = self.validated(inputs.SupersessionInputSerializer)
        return self.answer(partial(replacing.supersede_part, **names, **given), PartSuccessionSerializer)

    @extend_schema(
        operation_id="undo_supersession",
        summary="Take a replacement back",
        responses={
            200: PartSuccessionSerializer,
            (409, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "`not_superseded`: nothing replaces it."),
        },
        tags=TAGS,
    )
    def delete(self, request: Request, stock_part_id: UUID) -> Response:
        """Say that nothing replaces it any more; the history keeps both."""
        return self.answer(partial(replacing.undo_supersession, **self.names()), PartSuccessionSerializer)


class InterchangeView(PartDetailView):
    """What can stand in for a part, in both directions."""

    @extend_schema(
        operation_id="part_interchange",
        summary="What can stand in for a part",
        responses=InterchangeSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, stock_part_id: UUID) -> Response:
        """Show the other parts of its group."""
        part, member = self.part_for(stock_part_id, Act.SEE_STOCK)
        return self.show(part, InterchangeSerializer, context=cost_for(member))

    @extend_schema(
        operation_id="join_interchange",
        summary="Let two parts stand in for one another",
        request=inputs.InterchangeInputSerializer,
        responses=InterchangeSerializer,
        examples=[examples.INTERCHANGE],
        tags=TAGS,
    )
    def post(self, request: Request, stock_part_id: UUID) -> Response:
        """Bring two parts, with all that stand in for either, into one group."""
        part, member = self.part_for(stock_part_id, Act.EDIT_PARTS)
        given = self.validated(inputs.InterchangeInputSerializer)
        act = partial(replacing.join_interchange, part.pk, shop_id=part.shop_id, actor=self.actor, **given)
        return self.answer(act, InterchangeSerializer, context=cost_for(member))

    @extend_schema(
        operation_id="leave_interchange",
        summary="Let a part stand in for no other",
        responses={
            200: InterchangeSerializer,
            (409, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "`not_interchanged`: it is in no group."),
        },
        tags=TAGS,
    )
    def delete(self, request: Request, stock_part_id: UUID) -> Response:
        """Take a part out of its group."""
        return self.answer(partial(replacing.leave_interchange, **self.names()), InterchangeSerializer)


class FitmentFilter(FilterSet):
    """Vehicles of a make, of a model, of a year."""

    make_id = django_filters.NumberFilter()
    model_id = django_filters.NumberFilter()
    year = django_filters.NumberFilter(method="of_year", label="built in this year")

    class Meta:
        model = Fitment
        fields: list[str] = []

    def of_year(self, rows: QuerySet[Fitment], name: str, value: Any) -> QuerySet[Fitment]:
        """Those whose years hold it; open ends hold everything."""
        return rows.exclude(year_from__gt=value).exclude(year_to__lt=value)


class FitmentsView(ListView, PartDetailView):
    """The vehicles that a part fits."""

    serializer_class = FitmentSerializer
    filterset_class = FitmentFilter
    ordering_fields = ("make__name", "year_from")
    ordering = ("make__name", "model__name", "year_from")

    def get_queryset(self) -> QuerySet[Fitment]:
        """Of the part in the path."""
        if getattr(self, "swagger_fake_view", False):
            return Fitment.objects.none()
        return queries.vehicles_of(self.known().pk)

    @extend_schema(operation_id="part_fitments", summary="Which vehicles a part fits", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the vehicles that a part fits, by name and year."""
        return self.list(request)

    @extend_schema(
        operation_id="add_fitments",
        summary="Say which vehicles a part fits",
        request=inputs.FitmentsInputSerializer,
        responses={201: FitmentsSerializer},
        examples=[examples.FITMENTS],
        tags=TAGS,
    )
    def post(self, request: Request, stock_part_id: UUID) -> Response:
        """Add vehicles, many at once; what was said already stays."""
        names = self.names()
        given = self.validated(inputs.FitmentsInputSerializer)["fitments"]
        return self.answer(partial(fitments.add_fitments, given=given, **names), FitmentsSerializer, 201)


class FitmentView(PartDetailView):
    """One vehicle that a part fits."""

    @extend_schema(
        operation_id="change_fitment",
        summary="Change a vehicle that a part fits",
        request=inputs.FitmentChangeSerializer,
        responses={
            200: FitmentSerializer,
            (409, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "`fitment_exists`: it is said already."),
        },
        tags=TAGS,
    )
    def put(self, request: Request, stock_part_id: UUID, fitment_id: UUID) -> Response:
        """Say it anew, whole: what is left out means all."""
        names = self.names()
        given = self.validated(inputs.FitmentChangeSerializer)
        act = partial(
            fitments.change_fitment, fitment_id, given=given, expected_version=self.if_match(), **names
        )
        return self.answer(act, FitmentSerializer)

    @extend_schema(
        operation_id="remove_fitment",
        summary="Remove a vehicle that a part fits",
        responses=FitmentsSerializer,
        tags=TAGS,
    )
    def delete(self, request: Request, stock_part_id: UUID, fitment_id: UUID) -> Response:
        """Say no longer that it fits; answers with what was said."""
        act = partial(fitments.remove_fitments, fitment_ids=[fitment_id], **self.names())
        return self.answer(act, FitmentsSerializer)
