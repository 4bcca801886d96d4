"""Quotes of shops."""

from functools import partial
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.api import ApiView, ListView
from clutch.core.errors import Invalid, NotFound
from clutch.core.problem import CONTENT_TYPE
from clutch.core.schema import ProblemSerializer
from orders import actions, queries, rules
from orders.api import examples, inputs
from orders.api.filters import QuoteFilter
from orders.api.shop_serializers import ShopQuoteSerializer
from orders.models import Invitation, Order, Quote
from shops.models import Member
from shops.rules import membership

SHOP_ID = OpenApiParameter("shopId", UUID, description="Which shop; needed only by who belongs to several.")


def shop_of_query(request: Request) -> Member:
    """The membership that `?shopId=` names, or the only one."""
    given = request.query_params.get("shopId") or None
    try:
        return membership(request.user, UUID(given) if given else None)
    except ValueError as error:
        raise NotFound(_("There is no such shop.")) from error


class ProvideQuoteView(ApiView):
    """Send a quote."""

    @extend_schema(
        operation_id="provide_quote",
        tags=["quotes"],
        request=inputs.QuoteInputSerializer,
        responses={
            201: ShopQuoteSerializer,
            (404, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "No shop of this user has that id."),
            (409, CONTENT_TYPE): OpenApiResponse(
                ProblemSerializer, "The request is closed, or the shop has a quote there already."
            ),
        },
        examples=[examples.QUOTE],
    )
    def post(self, request: Request) -> Response:
        """Send a shop's quote; 409 when it has one there, which `PUT` revises."""
        given = self.validated(inputs.QuoteInputSerializer)
        member = membership(request.user, given.pop("shop_id", None))
        asked = Order.objects.filter(pk__in=Invitation.objects.filter(shop=member.shop_id).values("order"))
        order = queries.find_order(asked, given.pop("order_id"))
        if order is None:
            message = _("Your shop was not asked for this.")
            raise Invalid(message, fields={"order_id": [message]})
        act = partial(actions.provide_quote, order.pk, shop_id=member.shop_id, actor=self.actor, **given)
        return self.answer(act, ShopQuoteSerializer, 201)


@extend_schema_view(get=extend_schema(operation_id="list_shop_quotes", tags=["quotes"], parameters=[SHOP_ID]))
class ShopQuotesView(ListView):
    """The quotes of a shop; nobody sees another's."""

    serializer_class = ShopQuoteSerializer
    filterset_class = QuoteFilter
    ordering_fields = ["created_at", "expires_at", "total_price", "status"]
    ordering = ["-created_at"]

    def get_queryset(self) -> QuerySet[Quote]:
        """The quotes of the shop that the query names."""
        if getattr(self, "swagger_fake_view", False):
            return Quote.objects.none()
        member = shop_of_query(self.request)
        return queries.quotes_shown(Quote.objects.filter(shop=member.shop_id))


class QuoteView(ApiView):
    """One quote of a shop."""

    conditional = frozenset({"DELETE", "PUT"})

    def quote(self) -> Quote:
        """The quote of the address, of a shop of this user."""
        own = rules.shop_ids_of(self.request.user.pk)
        return self.visible(Quote.objects.filter(shop__in=own), pk=self.kwargs["quote_id"])

    @extend_schema(operation_id="get_quote", tags=["quotes"], responses=ShopQuoteSerializer)
    def get(self, request: Request, quote_id: str) -> Response:
        """One quote of the shop."""
        return self.show(self.quote(), ShopQuoteSerializer)

    @extend_schema(
        operation_id="update_quote",
        tags=["quotes"],
        request=inputs.QuoteChangeSerializer,
        responses=ShopQuoteSerializer,
        examples=[examples.REVISE],
    )
    def put(self, request: Request, quote_id: str) -> Response:
        """Revise a quote until it is accepted or has expired; it then answers the present request."""
        quote, given = self.quote(), self.validated(inputs.QuoteChangeSerializer)
        act = partial(
            actions.update_quote, quote.pk, expected_version=self.if_match(), actor=self.actor, **given
        )
        return self.answer(act, ShopQuoteSerializer)

    @extend_schema(
        operation_id="withdraw_quote",
        tags=["quotes"],
        parameters=[OpenApiParameter("reason", str, description="Instead of a body.")],
        request=inputs.WithdrawInputSerializer,
        responses={200: ShopQuoteSerializer},
    )
    def delete(self, request: Request, quote_id: str) -> Response:
        """Take a quote back. The reason comes in the body or as `?reason=`."""
        quote = self.quote()
        data = request.data or {
            name: request.query_params[name] for name in {"reason"} & set(request.query_params)
        }
        checked = inputs.WithdrawInputSerializer(data=data)
        checked.is_valid(raise_exception=True)
        act = partial(
            actions.withdraw_quote,
            quote.pk,
            expected_version=self.if_match(),
            actor=self.actor,
            **checked.validated_data,
        )
        return self.answer(act, ShopQuoteSerializer)
