"""The list of a customer's orders, and the page of one: what it shows, and its fragments."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, IntegerField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from clutch.core.pages import new_key
from orders.enums import LIVE_QUOTE, OrderStatus
from orders.models import LinePhoto, Order, OrderLine, Quote, QuoteLine
from orders.pages.forms import CancelForm, RateForm
from orders.pages.reads import OrderPage, own_order, own_orders

PER_PAGE = 12
FILTERS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "": (_("All"), ()),
    "open": (_("Waiting for offers"), (OrderStatus.SUBMITTED, OrderStatus.QUOTED)),
    "under-way": (_("Under way"), (OrderStatus.ACCEPTED, OrderStatus.PROCESSING, OrderStatus.SHIPPED)),
    "done": (_("Delivered"), (OrderStatus.DELIVERED,)),
    "drafts": (_("Drafts"), (OrderStatus.DRAFT,)),
    "cancelled": (_("Cancelled"), (OrderStatus.CANCELLED,)),
}


@login_required
@require_GET
def order_list(request: HttpRequest) -> HttpResponse:
    """`/orders`: newest first, filtered by where they stand."""
    chosen = request.GET.get("show", "")
    statuses = FILTERS.get(chosen, FILTERS[""])[1]
    found = own_orders(request)
    orders = _for_list(found.filter(status__in=statuses) if statuses else found)
    context = {
        "page_obj": Paginator(orders, PER_PAGE).get_page(request.GET.get("page")),
        "filters": [(name, label, name == chosen) for name, (label, _statuses) in FILTERS.items()],
        "filtered": bool(statuses),
        "nav": "orders",
    }
    return render(request, "orders/orders.html", context)


def _for_list(orders: QuerySet[Order]) -> QuerySet[Order]:
    # Counted for the rows of the page alone, where a join would group all orders first.
    live = Quote.objects.filter(
        order=OuterRef("pk"), status__in=LIVE_QUOTE, expires_at__gt=timezone.now()
    ).order_by()
    offers = live.values("order").annotate(count=Count("pk")).values("count")
    current = OrderLine.objects.filter(removed_in=None)
    return (
        orders.select_related("shop")
        .annotate(offers=Coalesce(Subquery(offers, output_field=IntegerField()), 0))
        .prefetch_related(Prefetch("lines", queryset=current, to_attr="parts"))
        .order_by("-created_at")
    )


@login_required
@require_GET
def order_page(request: HttpRequest, number: str) -> HttpResponse:
    """`/orders/<number>`: the whole page."""
    return show_order(request, own_order(request, number))


@login_required
@require_GET
def order_part(request: HttpRequest, number: str, part: str) -> HttpResponse:
    """One live fragment of the page: `state` or `body`."""
    if part not in ("state", "body"):
        raise Http404
    return show_order(request, own_order(request, number), template=f"orders/order/{part}.html")


def show_order(
    request: HttpRequest, order: Order, *, template: str = "orders/order.html", status: int = 200, **more: Any
) -> HttpResponse:
    """Render an order's page or a fragment of it; `more` are forms that come back with errors."""
    context = {
        "page": OrderPage(order, sort=request.GET.get("sort", "")),
        "order": order,
        "cancel_form": CancelForm(),
        "rate_form": RateForm(),
        "key": new_key(),
        "nav": "orders",
        **more,
    }
    return render(request, template, context, status=status)


@login_required
@require_GET
def line_photo(request: HttpRequest, number: str, photo_id: UUID) -> FileResponse:
    """A photo of a requested part, for the customer who sent it."""
    photo = get_object_or_404(LinePhoto, pk=photo_id, line__order=own_order(request, number))
    return private_file(photo.file)


@login_required
@require_GET
def offer_photo(request: HttpRequest, number: str, offer_id: UUID) -> FileResponse:
    """A photo of an offered part, for the customer it is offered to."""
    offer = get_object_or_404(QuoteLine, pk=offer_id, quote__order=own_order(request, number))
    return private_file(offer.photo)


def private_file(file: Any) -> FileResponse:
    """Answer a file of the private storage. Raises Http404 where there is none."""
    if not file or not file.storage.exists(file.name):
        raise Http404
    response = FileResponse(file.open("rb"))
    response["Cache-Control"] = "private, max-age=3600"
    return response
