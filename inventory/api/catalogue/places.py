"""Categories and bins of a shop over the API."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.api import ListView
from clutch.core.casing import ModelSerializer, Serializer
from clutch.core.fields import LineField
from clutch.core.problem import CONTENT_TYPE
from clutch.core.schema import ProblemSerializer
from inventory.actions import places
from inventory.api.base import SHOP_ID, StockView
from inventory.models import Bin, Category
from shops.models import Member
from shops.rules import Act, member_who_may, shops_of

TAGS = ["inventory"]
EXISTS = OpenApiResponse(ProblemSerializer, "`category_exists`: there is one of this name here.")


class CategorySerializer(ModelSerializer):
    """A category; `parts` counts those that stand in it itself."""

    category_id = serializers.UUIDField(source="pk")
    parent_id = serializers.UUIDField(allow_null=True)
    parts = serializers.SerializerMethodField()

    class Meta:
        model = Category
        fields = ["category_id", "parent_id", "name", "parts", "version"]

    def get_parts(self, row: Category) -> int:
        found = getattr(row, "held", None)
        return row.parts.count() if found is None else int(found)


class CategoryInputSerializer(Serializer):
    """A name, and the category above it; null is the top."""

    name = LineField(max_length=80)
    parent_id = serializers.UUIDField(required=False, allow_null=True, default=None)


class NewCategorySerializer(CategoryInputSerializer):
    """A new category; the shop, for who belongs to several."""

    shop_id = serializers.UUIDField(required=False, allow_null=True)


class MergeInputSerializer(Serializer):
    """The category that takes the parts and subcategories."""

    into_id = serializers.UUIDField()


class StockBinSerializer(ModelSerializer):
    """A place in the shop; `parts` counts those of which units lie in it."""

    bin_id = serializers.UUIDField(source="pk")
    parts = serializers.SerializerMethodField()

    class Meta:
        model = Bin
        fields = ["bin_id", "code", "name", "label_code", "is_active", "parts", "version"]

    def get_parts(self, row: Bin) -> int:
        found = getattr(row, "held", None)
        return row.stock.exclude(quantity=0).count() if found is None else int(found)


class StockBinInputSerializer(Serializer):
    """What people call a place."""

    code = LineField(max_length=40)
    name = LineField(max_length=80, required=False, allow_blank=True, default="")
    is_active = serializers.BooleanField(required=False, default=True)


class NewStockBinSerializer(Serializer):
    """A new place; the shop, for who belongs to several."""

    code = LineField(max_length=40)
    name = LineField(max_length=80, required=False, allow_blank=True, default="")
    shop_id = serializers.UUIDField(required=False, allow_null=True)


class CategoryBase(StockView):
    """A category of a shop of this person's."""

    def row(self, category_id: UUID) -> Category:
        """The category, for who may edit it."""
        row = self.visible(Category.objects.filter(shop__in=shops_of(self.request.user)), pk=category_id)
        member_who_may(self.request.user, row.shop_id, Act.EDIT_PARTS)
        return row


class CategoryView(CategoryBase):
    """One category."""

    @extend_schema(
        operation_id="change_category",
        summary="Rename or move a category",
        request=CategoryInputSerializer,
        responses={200: CategorySerializer, (409, CONTENT_TYPE): EXISTS},
        tags=TAGS,
    )
    def put(self, request: Request, category_id: UUID) -> Response:
        """Say its name and the category above it anew."""
        row = self.row(category_id)
        given = self.validated(CategoryInputSerializer)
        act = partial(
            places.change_category, row.pk, shop_id=row.shop_id, expected_version=self.if_match(),
            actor=self.actor, **given,
        )  # fmt: skip
        return self.answer(act, CategorySerializer)

    @extend_schema(
        operation_id="remove_category",
        summary="Remove an empty category",
        responses={
            204: None,
            (409, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "`category_in_use`: merge it instead."),
        },
        tags=TAGS,
    )
    def delete(self, request: Request, category_id: UUID) -> Response:
        """Remove a category without parts and subcategories."""
        row = self.row(category_id)
        return self.answer(
            partial(places.remove_category, row.pk, shop_id=row.shop_id, actor=self.actor), None, 204
        )


class MergeView(CategoryBase):
    """One category into another."""

    @extend_schema(
        operation_id="merge_category",
        summary="Merge a category into another",
        request=MergeInputSerializer,
        responses={200: CategorySerializer, (409, CONTENT_TYPE): EXISTS},
        tags=TAGS,
    )
    def post(self, request: Request, category_id: UUID) -> Response:
        """Bring its parts and subcategories into another; answers with that one."""
        row = self.row(category_id)
        given = self.validated(MergeInputSerializer)
        act = partial(places.merge_category, row.pk, shop_id=row.shop_id, actor=self.actor, **given)
        return self.answer(act, CategorySerializer)


class CategoriesView(ListView, StockView):
    """The categories of a shop."""

    serializer_class = CategorySerializer
    ordering_fields = ("name",)
    ordering = ("name",)

    def get_queryset(self) -> QuerySet[Category]:
        """Of the shop, each with the number of its parts."""
        if getattr(self, "swagger_fake_view", False):
            return Category.objects.none()
        member: Member = self.member(Act.SEE_STOCK)
        return Category.objects.filter(shop=member.shop_id).annotate(held=Count("parts"))

    @extend_schema(operation_id="categories", summary="Categories", parameters=[SHOP_ID], tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the tree: each category names the one above it."""
        return self.list(request)

    @extend_schema(
        operation_id="add_category",
        summary="Add a category",
        request=NewCategorySerializer,
        responses={201: CategorySerializer, (409, CONTENT_TYPE): EXISTS},
        tags=TAGS,
    )
    def post(self, request: Request) -> Response:
        """Add a category, at the top or below another."""
        given = self.validated(NewCategorySerializer)
        member = self.member(Act.EDIT_PARTS, given.pop("shop_id", None))
        act = partial(places.add_category, member.shop_id, actor=self.actor, **given)
        return self.answer(act, CategorySerializer, 201)


class BinsView(ListView, StockView):
    """The bins of a shop."""

    serializer_class = StockBinSerializer
    ordering_fields = ("code",)
    ordering = ("code",)

    def get_queryset(self) -> QuerySet[Bin]:
        """Of the shop, also those out of use."""
        if getattr(self, "swagger_fake_view", False):
            return Bin.objects.none()
        member: Member = self.member(Act.SEE_STOCK)
        held = Count("stock", filter=~Q(stock__quantity=0))
        return Bin.objects.filter(shop=member.shop_id).annotate(held=held)

    @extend_schema(operation_id="bins", summary="Bins", parameters=[SHOP_ID], tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the places of the shop."""
        return self.list(request)

    @extend_schema(
        operation_id="add_bin",
        summary="Add a bin",
        request=NewStockBinSerializer,
        responses={
            201: StockBinSerializer,
            (409, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "`bin_exists`: at `code`."),
        },
        tags=TAGS,
    )
    def post(self, request: Request) -> Response:
        """Add a place."""
        given = self.validated(NewStockBinSerializer)
        member = self.member(Act.EDIT_PARTS, given.pop("shop_id", None))
        return self.answer(
            partial(places.add_bin, member.shop_id, actor=self.actor, **given), StockBinSerializer, 201
        )


class BinView(StockView):
    """One bin."""

    @extend_schema(
        operation_id="change_bin",
        summary="Rename a bin, or take it out of use",
        request=StockBinInputSerializer,
        responses={
            200: StockBinSerializer,
            (409, CONTENT_TYPE): OpenApiResponse(
                ProblemSerializer, "`bin_exists` at `code`; `bin_in_use` while units lie in it."
            ),
        },
        tags=TAGS,
    )
    def put(self, request: Request, bin_id: UUID) -> Response:
        """Say its code and name anew, and whether it is in use."""
        row = self.visible(Bin.objects.filter(shop__in=shops_of(request.user)), pk=bin_id)
        member_who_may(request.user, row.shop_id, Act.EDIT_PARTS)
        given = self.validated(StockBinInputSerializer)
        act = partial(
            places.change_bin, row.pk, shop_id=row.shop_id, expected_version=self.if_match(),
            actor=self.actor, **given,
        )  # fmt: skip
        return self.answer(act, StockBinSerializer)
