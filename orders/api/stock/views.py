"""The picking list of a shop, and holds of quotes that the counter takes."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.api import ApiView, ListView
from clutch.core.problem import CONTENT_TYPE
from clutch.core.schema import ProblemSerializer
from inventory.models import Hold
from orders import actions, queries
from orders.actions.picking import scan_picked, set_picked
from orders.api.shop_serializers import ShopQuoteSerializer
from orders.api.stock import serializers as s
from orders.api.views.quotes import SHOP_ID, shop_of_query
from orders.models import QuoteLine
from orders.picking import Pick, picks_of
from shops.rules import membership, shops_of

ORDER_ID = OpenApiParameter("orderId", UUID, description="The parts of this order alone.")


class PickingView(ListView):
    """What a shop has to pick."""

    serializer_class = s.PickSerializer
    ordering = ("quote__order__accepted_at", "quote__order", "position", "pk")

    @extend_schema(operation_id="list_picks", tags=["picking"], parameters=[SHOP_ID, ORDER_ID])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The bought parts of orders to prepare and to ship, the oldest order first, with their bins."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[QuoteLine]:
        """For everybody in the shop that the query names."""
        if getattr(self, "swagger_fake_view", False):
            return QuoteLine.objects.none()
        member = shop_of_query(self.request)
        return queries.to_pick(member.shop_id, order_id=_uuid(self.request.query_params.get("orderId")))

    def paginate_queryset(self, queryset: Any) -> Any:
        """One page of them, with where the parts lie."""
        return picks_of(super().paginate_queryset(queryset) or [])


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        # No order has such an id.
        return UUID(int=0)


def pick(offer: QuoteLine) -> Pick:
    """One bought part as the API shows it."""
    return picks_of([queries.with_part(QuoteLine.objects.all()).get(pk=offer.pk)])[0]


class _Picked(s.PickSerializer):
    """The same, of the row that an act returns."""

    def to_representation(self, instance: Any) -> Any:
        """With its places."""
        return super().to_representation(pick(instance) if isinstance(instance, QuoteLine) else instance)


class PickView(ApiView):
    """One bought part."""

    @extend_schema(
        operation_id="set_picked",
        tags=["picking"],
        request=s.PickedInputSerializer,
        responses=s.PickSerializer,
    )
    def put(self, request: Request, offer_id: UUID) -> Response:
        """Say how many units of it lie ready."""
        given = self.validated(s.PickedInputSerializer)
        member = membership(request.user, given.get("shop_id"))
        act = partial(
            set_picked,
            offer_id,
            shop_id=member.shop_id,
            picked=given["picked"],
            expected_version=self.if_match(),
            actor=self.actor,
        )
        return self.answer(act, _Picked)


class ScanPickView(ApiView):
    """Check off by scanning."""

    @extend_schema(
        operation_id="scan_picked",
        tags=["picking"],
        request=s.ScanPickInputSerializer,
        responses={
            200: s.PickSerializer,
            (409, CONTENT_TYPE): OpenApiResponse(
                ProblemSerializer,
                "`not_on_list`: nobody has bought it. `picked_already`: all of it lies ready.",
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """Check off what was scanned, in the oldest order that wants it; a box counts for its units."""
        given = self.validated(s.ScanPickInputSerializer)
        member = membership(request.user, given.get("shop_id"))
        act = partial(
            scan_picked,
            given["code"],
            shop_id=member.shop_id,
            order_id=given.get("order_id"),
            actor=self.actor,
        )
        return self.answer(act, _Picked)


class TakeHoldView(ApiView):
    """A hold of a quote."""

    @extend_schema(
        operation_id="take_from_quote",
        tags=["quotes"],
        request=s.TakeInputSerializer,
        responses={
            200: ShopQuoteSerializer,
            (409, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "`hold_over`: it has ended or run out."),
        },
    )
    def post(self, request: Request, hold_id: UUID) -> Response:
        """Take the units for the counter: the quote is revised or withdrawn at once, the customer told."""
        given = self.validated(s.TakeInputSerializer)
        hold = self.visible(Hold.objects.filter(shop__in=shops_of(request.user)), pk=hold_id)
        act = partial(actions.take_from_quote, hold.pk, quantity=given.get("quantity"), actor=self.actor)
        return self.answer(act, ShopQuoteSerializer)
