"""What the views of the counter share: which shop, who acts, and what a cashier may not see."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from clutch.core.api import ApiView
from clutch.core.casing import Serializer
from clutch.core.errors import Invalid, NotAllowed, NotFound
from clutch.feed.actor import Actor
from sales import rules
from sales.actions import pins
from sales.models import Sale, SaleReturn
from sales.receipts.papers import PAPERS, printed
from shops.models import Member
from shops.rules import Act, membership

if TYPE_CHECKING:
    _Base = ApiView
else:
    _Base = object

CLERK = OpenApiParameter(
    "Clutch-Clerk",
    str,
    OpenApiParameter.HEADER,
    description="The token of the clerk whose PIN was entered at this till (`POST /clerks/switch`).",
)
SHOP_ID = OpenApiParameter("shopId", UUID, description="Which shop; needed only by who belongs to several.")


PAPER = OpenApiParameter(
    "paper",
    str,
    enum=PAPERS,
    description="`80mm` (PDF, the default), `a4` (PDF), or `escpos` (bytes for a receipt printer).",
)


def paper_response(request: Request, document: Sale | SaleReturn) -> HttpResponse:
    """The paper that `?paper=` names. Raises Invalid for one that there is not."""
    paper = request.query_params.get("paper", PAPERS[0])
    if paper not in PAPERS:
        message = _("Choose a paper.")
        raise Invalid(message, fields={"paper": [message]})
    made = printed(document, paper=paper, language=get_language())
    headers = {
        "Content-Disposition": content_disposition_header(paper == "escpos", made.filename) or "inline",
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(made.body, content_type=made.content_type, headers=headers)


class ShopInputSerializer(Serializer):
    """Bodies that name the shop for which a member acts."""

    shop_id = serializers.UUIDField(
        required=False, allow_null=True, help_text="Needed only by who belongs to several shops."
    )


class TillMixin(_Base):
    """Views of a shop's counter; `act` is what the role must allow to read."""

    act: Act = Act.SEE_SALES
    extra_headers = (CLERK,)

    @cached_property
    def person(self) -> Any:
        """Who acts: the clerk whose PIN was entered at this till, else who is signed in."""
        token = self.request.headers.get("Clutch-Clerk", "")
        return pins.clerk_of(token, self.user_id).user if token else self.request.user

    @property
    def actor(self) -> Actor:
        """The person, as actions want them."""
        return Actor.user(self.person, self.via)

    @property
    def device(self) -> Actor:
        """Who is signed in on the device, whoever stands there."""
        return Actor.user(self.request.user, self.via)

    def approver(self, given: dict[str, Any], shop_id: UUID, act: Act) -> UUID | None:
        """Who approved the act, by the `approval` of a validated body, which is taken out of it."""
        return pins.approver_of(given.pop("approval", ""), shop_id=shop_id, act=act, actor=self.actor)

    def member(self, shop_id: UUID | None, act: Act | None = None) -> Member:
        """The membership in the shop named, or the only one, in a role that may."""
        member = membership(self.person, shop_id)
        self.check(member, act or self.act)
        return member

    def member_of_query(self, act: Act | None = None) -> Member:
        """The membership that `?shopId=` names, or the only one."""
        given = self.request.query_params.get("shopId") or None
        try:
            shop_id = UUID(given) if given else None
        except ValueError as error:
            raise NotFound(_("There is no such shop.")) from error
        return self.member(shop_id, act)

    def check(self, member: Member, act: Act) -> None:
        """Raise NotAllowed unless the role allows the act."""
        if not rules.may(member, act):
            raise NotAllowed(_("Your role in this shop does not allow this."), code="wrong_role")

    def own(self, rows: QuerySet[Any], act: Act, **lookup: Any) -> Any:
        """One row of the user's shops, with a role that may. NotFound for a foreign one."""
        row = self.visible(rows, **lookup)
        self.member(row.shop_id, act)
        return row


class TillView(TillMixin, ApiView):
    """A view of a shop's counter."""
