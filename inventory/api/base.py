"""What the views of this app share: which shop is meant, and whether the role allows it."""

from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from clutch.core.api import ApiView
from clutch.core.errors import NotFound
from inventory.models import Part
from shops.models import Member
from shops.rules import PERMISSIONS, Act, may, member_who_may, membership, shops_of

SHOP_ID = OpenApiParameter("shopId", UUID, description="Which shop; needed only by who belongs to several.")


class StockView(ApiView):
    """Base of views of a shop's stock. Who belongs to one shop need not name it."""

    def member(self, act: Act, shop_id: UUID | None = None) -> Member:
        """The membership that may `act` in the shop, which the body or `?shopId=` names.

        Raises NotFound for a foreign shop, NotAllowed by role, Invalid where the shop must be named.
        """
        return membership(self.request.user, shop_id or shop_of_query(self.request), roles=PERMISSIONS[act])

    def part(self, part_id: UUID | str, act: Act) -> Part:
        """A part of a shop of this person's. Raises NotFound for any other, NotAllowed by role."""
        return self.part_for(part_id, act)[0]

    def part_for(self, part_id: UUID | str, act: Act) -> tuple[Part, Member]:
        """The same, with the membership that may."""
        part = self.visible(Part.objects.filter(shop__in=shops_of(self.request.user)), pk=part_id)
        return part, member_who_may(self.request.user, part.shop_id, act)


def cost_for(member: Member) -> dict[str, bool]:
    """The context of a serializer that shows cost to whom the role allows it."""
    return {"sees_cost": may(member, Act.SEE_COST)}


def shop_of_query(request: Request) -> UUID | None:
    """The shop that `?shopId=` names."""
    given = request.query_params.get("shopId")
    try:
        return UUID(given) if given else None
    except ValueError as error:
        raise NotFound(_("There is no such shop.")) from error
