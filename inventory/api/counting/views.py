"""Stock-taking through the API: what a phone needs to count, and an office to look it over."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.api import ListView
from clutch.core.errors import NotAllowed
from clutch.core.problem import CONTENT_TYPE
from clutch.core.schema import ProblemSerializer
from inventory import counting
from inventory.actions import count_approval
from inventory.actions import counting as acts
from inventory.api.base import SHOP_ID, StockView
from inventory.api.counting import serializers
from inventory.api.counting.filters import LineFilter, SheetFilter
from inventory.models import BinStock, CountLine, CountSheet, CountUnknown
from shops.models import Member
from shops.rules import Act, may, member_who_may, shops_of

TAGS = ["stock-taking"]
WRONG_STATUS = {
    (409, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "The sheet is not in the state for it.")
}


class SheetView(StockView):
    """Base: one sheet of a shop of who asks."""

    # The same for everyone who belongs to the shop; what may be done with it depends on the role.
    def sheet(self, act: Act = Act.SEE_STOCK) -> CountSheet:
        """The sheet in the path. Raises NotFound for another shop's, NotAllowed by role."""
        rows = CountSheet.objects.filter(shop__in=shops_of(self.request.user)).select_related(
            "shop", "category"
        )
        sheet = self.visible(rows, pk=self.kwargs["count_id"])
        self.asker: Member = member_who_may(self.request.user, sheet.shop_id, act)
        return sheet

    def seeing(self, sheet: CountSheet) -> dict[str, Any]:
        """What the asker may see of it, for the serializers."""
        return {
            "sees_expected": counting.sees_expected(self.asker, sheet),
            "sees_cost": may(self.asker, Act.SEE_COST),
            "currency": self.asker.shop.currency,
        }

    def act_on(self, act: Act, call: Callable[..., Any], **given: Any) -> Response:
        """Run one act on the sheet, and answer with it."""
        sheet = self.sheet(act)
        run = partial(call, sheet.pk, shop_id=sheet.shop_id, actor=self.actor, **given)
        return self.answer(run, serializers.CountSheetSerializer)


class SheetsView(ListView, StockView):
    """The stock-takes of a shop."""

    serializer_class = serializers.CountSheetSerializer
    filterset_class = SheetFilter
    ordering_fields = ("created_at", "number")
    ordering = ("-created_at",)

    def get_queryset(self) -> QuerySet[CountSheet]:
        """Those of the shop that is named, or of the only one."""
        if getattr(self, "swagger_fake_view", False):
            return CountSheet.objects.none()
        rows = counting.sheets_for(self.member(Act.SEE_STOCK))
        return rows.select_related("category").prefetch_related("bins", "parts")

    @extend_schema(operation_id="counts", summary="Stock-takes of a shop", tags=TAGS, parameters=[SHOP_ID])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List them, the newest first."""
        return self.list(request)

    @extend_schema(
        operation_id="start_count",
        summary="Begin a stock-take",
        request=serializers.StartCountSerializer,
        responses={201: serializers.CountSheetSerializer},
        tags=TAGS,
    )
    def post(self, request: Request) -> Response:
        """Begin one, of bins, of a category, or of everything."""
        given = self.validated(serializers.StartCountSerializer)
        member = self.member(Act.COUNT_STOCK, given.pop("shop_id", None))
        act = partial(acts.start_count, member.shop_id, actor=self.actor, **given)
        return self.answer(act, serializers.CountSheetSerializer, 201)


class OneSheetView(SheetView):
    """One stock-take."""

    @extend_schema(
        operation_id="count",
        summary="A stock-take",
        responses=serializers.CountSheetSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, count_id: UUID) -> Response:
        """Show it."""
        return self.show(self.sheet(), serializers.CountSheetSerializer)


class LinesView(ListView, SheetView):
    """What was counted."""

    serializer_class = serializers.CountLineSerializer
    filterset_class = LineFilter
    ordering_fields = ("counted_at",)
    ordering = ("counted_at",)

    def get_queryset(self) -> QuerySet[CountLine]:
        """The lines of the sheet in the path."""
        if getattr(self, "swagger_fake_view", False):
            return CountLine.objects.none()
        sheet = self.sheet()
        self.context = self.seeing(sheet)
        if "onlyVariances" in self.request.query_params and not self.context["sees_expected"]:
            raise _blind()
        return sheet.lines.select_related("part__stock", "bin")

    def get_serializer_context(self) -> dict[str, Any]:
        """With what the asker may see."""
        return {**super().get_serializer_context(), **getattr(self, "context", {})}

    @extend_schema(operation_id="count_lines", summary="What was counted", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the lines."""
        return self.list(request)


def _blind() -> NotAllowed:
    return NotAllowed(
        _("This count is blind: what should be there is not shown while it runs."), code="blind"
    )


class UncountedView(ListView, SheetView):
    """What was not counted."""

    serializer_class = serializers.CountUncountedSerializer
    ordering = ("bin__code", "part__name")

    def get_queryset(self) -> QuerySet[BinStock]:
        """What the sheet in the path covers and nobody counted."""
        if getattr(self, "swagger_fake_view", False):
            return BinStock.objects.none()
        sheet = self.sheet()
        if not counting.sees_expected(self.asker, sheet):
            raise _blind()
        return counting.uncounted(sheet)

    @extend_schema(
        operation_id="count_uncounted",
        summary="What the sheet covers and nobody counted",
        description="403 `blind` for who may not see what should be there.",
        tags=TAGS,
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List it."""
        return self.list(request)


class EntriesView(SheetView):
    """Counting."""

    @extend_schema(
        operation_id="count_entry",
        summary="Write down what was counted",
        description="The same `key` again changes nothing. A code that means no part, or several, is kept: "
        "the answer has it as `unknown`, with what it may mean.",
        request=serializers.CountEntryInputSerializer,
        responses={201: serializers.CountTallySerializer, **WRONG_STATUS},
        tags=TAGS,
    )
    def post(self, request: Request, count_id: UUID) -> Response:
        """Count some units of a part, or of a code, in a bin."""
        sheet = self.sheet(Act.COUNT_STOCK)
        said = acts.Said(**self.validated(serializers.CountEntryInputSerializer))
        act = partial(acts.record_count, sheet.pk, shop_id=sheet.shop_id, said=said, actor=self.actor)
        return self.answer(act, serializers.CountTallySerializer, 201, context=self.seeing(sheet))


class UnknownView(ListView, SheetView):
    """Codes that mean no single part."""

    serializer_class = serializers.UnknownCodeSerializer
    ordering = ("counted_at",)

    def get_queryset(self) -> QuerySet[CountUnknown]:
        """Those of the sheet in the path that nobody has resolved."""
        if getattr(self, "swagger_fake_view", False):
            return CountUnknown.objects.none()
        return CountUnknown.objects.filter(sheet=self.sheet(), resolved_part=None).select_related("bin")

    @extend_schema(operation_id="count_unknown", summary="Codes that nobody knows yet", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List them."""
        return self.list(request)


class ResolveView(SheetView):
    """One unknown code."""

    @extend_schema(
        operation_id="count_resolve",
        summary="Say which part an unknown code was",
        request=serializers.CountResolveSerializer,
        responses={200: serializers.CountLineSerializer, **WRONG_STATUS},
        tags=TAGS,
    )
    def post(self, request: Request, count_id: UUID, unknown_id: UUID) -> Response:
        """Count it as that part."""
        sheet = self.sheet(Act.COUNT_STOCK)
        found = self.visible(CountUnknown.objects.filter(sheet=sheet), pk=unknown_id)
        given = self.validated(serializers.CountResolveSerializer)
        act = partial(acts.resolve_unknown, found.pk, shop_id=sheet.shop_id, actor=self.actor, **given)
        return self.answer(act, serializers.CountLineSerializer, context=self.seeing(sheet))


class DropView(SheetView):
    """One unknown code."""

    @extend_schema(
        operation_id="count_drop",
        summary="Leave an unknown code out of the count",
        request=None,
        responses={200: serializers.CountSheetSerializer, **WRONG_STATUS},
        tags=TAGS,
    )
    def post(self, request: Request, count_id: UUID, unknown_id: UUID) -> Response:
        """Leave it out."""
        sheet = self.sheet(Act.COUNT_STOCK)
        found = self.visible(CountUnknown.objects.filter(sheet=sheet), pk=unknown_id)
        act = partial(acts.drop_unknown, found.pk, shop_id=sheet.shop_id, actor=self.actor)
        return self.answer(act, serializers.CountSheetSerializer)


class SubmitView(SheetView):
    """The end of counting."""

    @extend_schema(
        operation_id="submit_count",
        summary="End the counting",
        request=None,
        responses={200: serializers.CountSheetSerializer, **WRONG_STATUS},
        tags=TAGS,
    )
    def post(self, request: Request, count_id: UUID) -> Response:
        """Hand the sheet in, to be looked over."""
        return self.act_on(Act.COUNT_STOCK, acts.submit_count)


class ReopenView(SheetView):
    """Back to counting."""

    @extend_schema(
        operation_id="reopen_count",
        summary="Go back to counting",
        request=serializers.CountReopenSerializer,
        responses={200: serializers.CountSheetSerializer, **WRONG_STATUS},
        tags=TAGS,
    )
    def post(self, request: Request, count_id: UUID) -> Response:
        """Count more; the named lines are forgotten, to be counted again."""
        self.sheet(Act.COUNT_STOCK)
        return self.act_on(
            Act.COUNT_STOCK, acts.reopen_count, **self.validated(serializers.CountReopenSerializer)
        )


class CancelView(SheetView):
    """Giving up."""

    @extend_schema(
        operation_id="cancel_count",
        summary="Cancel a stock-take",
        request=None,
        responses={200: serializers.CountSheetSerializer, **WRONG_STATUS},
        tags=TAGS,
    )
    def post(self, request: Request, count_id: UUID) -> Response:
        """Give it up; nothing is booked. For who began it, and for who may approve it."""
        return self.act_on(Act.COUNT_STOCK, acts.cancel_count)


class ReasonsView(SheetView):
    """Why lines differ."""

    @extend_schema(
        operation_id="explain_count",
        summary="Say why lines differ",
        request=serializers.CountReasonsSerializer,
        responses={200: serializers.CountSheetSerializer, **WRONG_STATUS},
        tags=TAGS,
    )
    def post(self, request: Request, count_id: UUID) -> Response:
        """Give lines their reasons."""
        self.sheet(Act.ADJUST_STOCK)
        given = self.validated(serializers.CountReasonsSerializer)["reasons"]
        reasons = {row["line_id"]: row["reason"] for row in given}
        return self.act_on(Act.ADJUST_STOCK, count_approval.explain_variances, reasons=reasons)


class ApproveView(SheetView):
    """The booking."""

    @extend_schema(
        operation_id="approve_count",
        summary="Approve a stock-take and book it",
        description="Adds each variance to what is there by now. 422 `uncounted` asks what becomes of what "
        "nobody counted, 422 `reasons_missing` names lines without a reason; 409 `corrected_since` and "
        "`below_zero` name lines to be counted again.",
        request=serializers.CountApproveSerializer,
        responses={
            200: serializers.CountSheetSerializer,
            **WRONG_STATUS,
            (422, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "Something is still to be said."),
        },
        tags=TAGS,
    )
    def post(self, request: Request, count_id: UUID) -> Response:
        """Book it."""
        self.sheet(Act.APPROVE_COUNT)
        given = self.validated(serializers.CountApproveSerializer)
        return self.act_on(Act.APPROVE_COUNT, count_approval.approve_count, **given)


class AccuracyView(StockView):
    """How well the books agree with the shelves."""

    @extend_schema(
        operation_id="count_accuracy",
        summary="Share of lines counted right, by month",
        responses=serializers.CountAccuracySerializer(many=True),
        parameters=[SHOP_ID, OpenApiParameter("months", int, description="How many, 12 without it.")],
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        """The last months in which the shop counted, oldest first."""
        shop = self.member(Act.SEE_STOCK).shop
        asked = request.query_params.get("months", "")
        months = min(max(int(asked), 1), 120) if asked.isdecimal() and len(asked) < 5 else 12
        found = counting.accuracy(shop, months=months)
        return Response(serializers.CountAccuracySerializer(found, many=True).data)
