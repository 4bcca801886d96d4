"""Requests as the shops see them that were asked."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.api import ApiView, ListView
from clutch.core.errors import NotFound
from clutch.core.problem import CONTENT_TYPE
from clutch.core.schema import ProblemSerializer
from orders import actions, queries, rules
from orders.api import examples, inputs
from orders.api.filters import RequestFilter
from orders.api.shop_serializers import QuoteDraftSerializer, ShopQuoteSerializer, ShopRequestSerializer
from orders.api.views.quotes import SHOP_ID, shop_of_query
from orders.models import Invitation, QuoteDraft
from shops.models import Member
from shops.rules import membership


def invitation_of(member: Member, reference: str) -> Invitation:
    """The shop's invitation by UUID or number of its order. Raises NotFound."""
    rows = rules.requests_for(member).select_related("order")
    found = queries.find_invitation(rows, reference)
    if found is None:
        raise NotFound(_("There is no such request."))
    return found


@extend_schema_view(
    get=extend_schema(operation_id="list_shop_requests", tags=["shop requests"], parameters=[SHOP_ID])
)
class ShopRequestsView(ListView):
    """The requests that a shop was asked to quote, the most pressing deadline first."""

    serializer_class = ShopRequestSerializer
    filterset_class = RequestFilter
    ordering_fields = ["deadline", "priority", "distance_m", "created_at"]
    ordering = ["-deadline"]

    def get_queryset(self) -> QuerySet[Invitation]:
        """Invitations of the shop that the query names."""
        if getattr(self, "swagger_fake_view", False):
            return Invitation.objects.none()
        return queries.requests_shown(rules.requests_for(shop_of_query(self.request)))


class ShopRequestView(ApiView):
    """One request."""

    @extend_schema(
        operation_id="get_shop_request",
        tags=["shop requests"],
        parameters=[SHOP_ID],
        responses=ShopRequestSerializer,
    )
    def get(self, request: Request, order_id: str) -> Response:
        """One request, with the shop's own quote. The first look is noted."""
        member = shop_of_query(request)
        found = invitation_of(member, order_id)
        if found.seen_at is None:
            found = actions.mark_seen(found.order_id, shop_id=member.shop_id, actor=self.actor)
        return self.show(found, ShopRequestSerializer)


class DeclineView(ApiView):
    """Decline a request."""

    @extend_schema(
        operation_id="decline_request",
        tags=["shop requests"],
        request=inputs.DeclineInputSerializer,
        responses=ShopRequestSerializer,
        examples=[examples.DECLINE],
    )
    def post(self, request: Request, order_id: str) -> Response:
        """Say that the shop will not quote, and why; the customer does not see it."""
        given = self.validated(inputs.DeclineInputSerializer)
        member = membership(request.user, given.pop("shop_id", None))
        found = invitation_of(member, order_id)
        act = partial(
            actions.decline_invitation,
            found.order_id,
            shop_id=member.shop_id,
            actor=self.actor,
            **given,
        )
        return self.answer(act, ShopRequestSerializer)


class DraftView(ApiView):
    """The draft quote of a request."""

    @extend_schema(
        operation_id="get_quote_draft",
        tags=["shop requests"],
        parameters=[SHOP_ID],
        responses=QuoteDraftSerializer,
    )
    def get(self, request: Request, order_id: str) -> Response:
        """A quote prepared from what the shop quoted before, each price with its source."""
        found = invitation_of(shop_of_query(request), order_id)
        draft: Any = QuoteDraft.objects.filter(invitation=found).first()
        draft = draft or actions.make_draft(found.pk, actor=self.actor)
        if draft is None:
            raise NotFound(_("There is no draft for this request."))
        return self.show(draft, QuoteDraftSerializer)


class SendDraftView(ApiView):
    """Send the draft quote of a request."""

    @extend_schema(
        operation_id="send_quote_draft",
        tags=["shop requests"],
        request=inputs.ShopInputSerializer,
        responses={
            201: ShopQuoteSerializer,
            (422, CONTENT_TYPE): OpenApiResponse(
                ProblemSerializer, "No part of the draft has a price yet (`nothing_priced`)."
            ),
        },
        examples=[examples.NOTHING_PRICED],
    )
    def post(self, request: Request, order_id: str) -> Response:
        """Send the draft as it is; parts without a price are said to be not available."""
        given = self.validated(inputs.ShopInputSerializer)
        member = membership(request.user, given.get("shop_id"))
        found = invitation_of(member, order_id)
        act = partial(actions.send_draft, found.order_id, shop_id=member.shop_id, actor=self.actor)
        return self.answer(act, ShopQuoteSerializer, 201)
