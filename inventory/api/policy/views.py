"""The stock policy of a shop."""

from functools import partial

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.actions.policy import set_policy
from inventory.api.base import SHOP_ID, StockView
from inventory.api.policy import serializers as s
from inventory.rules import policy_of
from shops.rules import Act


class StockPolicyView(StockView):
    """How a shop wants its stock handled."""

    @extend_schema(
        operation_id="get_stock_policy",
        tags=["stock"],
        parameters=[SHOP_ID],
        responses=s.StockPolicySerializer,
    )
    def get(self, request: Request) -> Response:
        """For everybody in the shop."""
        return self.show(policy_of(self.member(Act.SEE_STOCK).shop_id), s.StockPolicySerializer)

    @extend_schema(
        operation_id="set_stock_policy",
        tags=["stock"],
        request=s.StockPolicyInputSerializer,
        responses=s.StockPolicySerializer,
    )
    def put(self, request: Request) -> Response:
        """Change all of it; for owner and manager."""
        given = self.validated(s.StockPolicyInputSerializer)
        member = self.member(Act.SET_STOCK_POLICY, given.pop("shop_id", None))
        act = partial(set_policy, member.shop_id, expected_version=self.if_match(), actor=self.actor, **given)
        return self.answer(act, s.StockPolicySerializer)
