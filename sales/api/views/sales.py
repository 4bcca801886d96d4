"""Sales: the cart, its payment, the shelf of parked ones. `{id}` is a UUID or a receipt number."""

from functools import partial
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.api import ListView
from clutch.core.errors import NotFound
from clutch.core.problem import CONTENT_TYPE
from clutch.core.schema import ProblemSerializer
from sales import queries, rules
from sales.actions import carts, checkout, receipts, returns, voiding
from sales.api import examples, inputs
from sales.api import serializers as s
from sales.api.base import PAPER, SHOP_ID, TillMixin, TillView, paper_response
from sales.api.filters import SaleFilter
from sales.models import Sale
from shops.rules import Act

CONFLICTS = OpenApiResponse(
    ProblemSerializer,
    "`wrong_status`, `no_session`, `not_enough_stock` (with what is left of each part), `held_by_quote` "
    "(with the quotes whose units the counter may take), `over_limit`, `not_enough_credit`.",
)


RETURN_CONFLICTS = OpenApiResponse(
    ProblemSerializer, "`more_than_sold` (with what is left of each line), `wrong_status`, `no_session`."
)


class SaleBase(TillView):
    """A view of one sale."""

    def sale(self, act: Act) -> Sale:
        """The sale in the path, of a shop of this user, with a role that may."""
        found = queries.find_sale(rules.sales_of(self.person), self.kwargs["sale_id"])
        if found is None:
            raise NotFound(_("There is no such sale."))
        self.member(found.shop_id, act)
        return found


class SalesView(TillMixin, ListView):
    """The sales of a shop."""

    serializer_class = s.SaleRowSerializer
    filterset_class = SaleFilter
    ordering_fields = ["created_at", "completed_at", "total", "number"]
    ordering = ["-created_at"]

    def get_queryset(self) -> QuerySet[Sale]:
        """Those of the shop that the query names."""
        if getattr(self, "swagger_fake_view", False):
            return Sale.objects.none()
        rows = Sale.objects.filter(shop=self.member_of_query().shop_id)
        return rows.select_related("register", "clerk", "customer").annotate(line_count=Count("lines"))

    @extend_schema(operation_id="list_sales", tags=["sales"], parameters=[SHOP_ID])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The newest first; carts and parked ones too (`status=draft`, `status=parked`)."""
        return self.list(request)

    @extend_schema(
        operation_id="create_sale",
        tags=["sales"],
        request=inputs.SaleInputSerializer,
        responses={201: s.SaleSerializer, (409, CONTENT_TYPE): CONFLICTS},
        examples=[examples.SALE, examples.CART],
    )
    def post(self, request: Request) -> Response:
        """A new cart; with `payments` a whole sale in one act. Send an Idempotency-Key."""
        given = self.validated(inputs.SaleInputSerializer)
        member = self.member(given.pop("shop_id", None), Act.SELL)
        approved_by = self.approver(given, member.shop_id, Act.EXCEED_DISCOUNT)
        payments = given.pop("payments")
        save: Any = carts.save_cart if payments is None else checkout.ring_up
        paid = {} if payments is None else {"payments": inputs.payments_of(payments)}
        cart = inputs.cart_of(given)
        act = partial(save, member.shop_id, cart=cart, approved_by=approved_by, actor=self.actor, **paid)
        return self.answer(act, s.SaleSerializer, 201)


class SaleView(SaleBase):
    """One sale."""

    @extend_schema(operation_id="get_sale", tags=["sales"], responses=s.SaleSerializer)
    def get(self, request: Request, sale_id: str) -> Response:
        """One sale with its lines and payments."""
        return self.show(self.sale(Act.SEE_SALES), s.SaleSerializer)

    @extend_schema(
        operation_id="update_sale",
        tags=["sales"],
        request=inputs.CartSerializer,
        responses=s.SaleSerializer,
        examples=[examples.CART_CHANGE],
    )
    def put(self, request: Request, sale_id: str) -> Response:
        """Write the whole cart of a draft anew."""
        sale, given = self.sale(Act.SELL), self.validated(inputs.CartSerializer)
        act = partial(
            carts.save_cart,
            sale.shop_id,
            sale_id=sale.pk,
            approved_by=self.approver(given, sale.shop_id, Act.EXCEED_DISCOUNT),
            cart=inputs.cart_of(given),
            expected_version=self.if_match(),
            actor=self.actor,
        )
        return self.answer(act, s.SaleSerializer)


class CompleteView(SaleBase):
    """Payment of a cart."""

    conditional = frozenset({"POST"})

    @extend_schema(
        operation_id="complete_sale",
        tags=["sales"],
        request=inputs.CompleteSerializer,
        responses={200: s.SaleSerializer, (409, CONTENT_TYPE): CONFLICTS},
        examples=[examples.PAID],
    )
    def post(self, request: Request, sale_id: str) -> Response:
        """Take the money and hand over the parts: whole, or not at all. Send an Idempotency-Key."""
        sale, given = self.sale(Act.SELL), self.validated(inputs.CompleteSerializer)
        act = partial(
            checkout.complete_sale,
            sale.pk,
            shop_id=sale.shop_id,
            payments=inputs.payments_of(given["payments"]),
            expected_version=self.if_match(),
            actor=self.actor,
        )
        return self.answer(act, s.SaleSerializer)


class ParkView(SaleBase):
    """Putting a cart aside."""

    conditional = frozenset({"POST"})

    @extend_schema(
        operation_id="park_sale",
        tags=["sales"],
        request=inputs.ParkSerializer,
        responses={200: s.SaleSerializer},
        examples=[examples.PARK],
    )
    def post(self, request: Request, sale_id: str) -> Response:
        """Put a cart aside under a label."""
        sale, given = self.sale(Act.SELL), self.validated(inputs.ParkSerializer)
        act = partial(
            carts.park_sale,
            sale.pk,
            shop_id=sale.shop_id,
            expected_version=self.if_match(),
            actor=self.actor,
            **given,
        )
        return self.answer(act, s.SaleSerializer)


class ResumeView(SaleBase):
    """Taking a cart up again."""

    conditional = frozenset({"POST"})

    @extend_schema(
        operation_id="resume_sale",
        tags=["sales"],
        request=inputs.ResumeSerializer,
        responses={200: s.SaleSerializer},
    )
    def post(self, request: Request, sale_id: str) -> Response:
        """Take up a parked cart, at any register of the shop."""
        sale, given = self.sale(Act.SELL), self.validated(inputs.ResumeSerializer)
        act = partial(
            carts.resume_sale,
            sale.pk,
            shop_id=sale.shop_id,
            expected_version=self.if_match(),
            actor=self.actor,
            **given,
        )
        return self.answer(act, s.SaleSerializer)


class VoidView(SaleBase):
    """Undoing a sale."""

    conditional = frozenset({"POST"})

    @extend_schema(
        operation_id="void_sale",
        tags=["sales"],
        request=inputs.VoidSerializer,
        responses={200: s.SaleSerializer},
        examples=[examples.VOID],
    )
    def post(self, request: Request, sale_id: str) -> Response:
        """Undo a sale of today, money and stock exactly; or give up a cart."""
        sale, given = self.sale(Act.SELL), self.validated(inputs.VoidSerializer)
        approved_by = self.approver(given, sale.shop_id, Act.VOID_SALE)
        act = partial(
            voiding.void_sale,
            sale.pk,
            shop_id=sale.shop_id,
            expected_version=self.if_match(),
            approved_by=approved_by,
            actor=self.actor,
            **given,
        )
        return self.answer(act, s.SaleSerializer)


class ReceiptView(SaleBase):
    """The receipt of a sale."""

    @extend_schema(
        operation_id="sale_receipt",
        tags=["sales"],
        parameters=[PAPER],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, sale_id: str) -> HttpResponse:
        """As PDF or as bytes for a receipt printer, in the language of the request."""
        sale = self.sale(Act.SEE_SALES)
        if not sale.number:
            raise NotFound(_("This sale has no receipt yet."))
        return paper_response(request, sale)


class MailView(SaleBase):
    """The receipt by e-mail."""

    @extend_schema(
        operation_id="mail_receipt",
        tags=["sales"],
        request=inputs.MailSerializer,
        responses={202: s.SaleSerializer},
        examples=[examples.MAIL],
    )
    def post(self, request: Request, sale_id: str) -> Response:
        """Send the receipt to an address; it goes out in a moment."""
        sale, given = self.sale(Act.SELL), self.validated(inputs.MailSerializer)
        act = partial(receipts.mail_receipt, sale.pk, shop_id=sale.shop_id, actor=self.actor, **given)
        return self.answer(act, s.SaleSerializer, 202)


class ReturnView(SaleBase):
    """What comes back of a sale."""

    @extend_schema(
        operation_id="return_sale",
        tags=["returns"],
        request=inputs.ReturnSerializer,
        responses={201: s.ReturnShownSerializer, (409, CONTENT_TYPE): RETURN_CONFLICTS},
        examples=[examples.RETURN, examples.EXCHANGE],
    )
    def post(self, request: Request, sale_id: str) -> Response:
        """Take units back and give their money, or something else instead; a credit note."""
        sale, given = self.sale(Act.TAKE_RETURN), self.validated(inputs.ReturnSerializer)
        approved_by = self.approver(given, sale.shop_id, Act.RETURN_WITHOUT_RECEIPT)
        taken = given.pop("exchange")
        kwargs: dict[str, Any] = {"shop_id": sale.shop_id, "given": inputs.return_of(given)}
        if taken is not None:
            kwargs |= {"cart": inputs.cart_of(taken), "payments": inputs.payments_of(taken["payments"])}
        verb: Any = returns.take_return if taken is None else returns.exchange
        act = partial(verb, sale.pk, approved_by=approved_by, actor=self.actor, **kwargs)
        return self.answer(act, s.ReturnShownSerializer, 201)
