"""What a customer does with a request. Each view: their own order, a form, one act, back to the page."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clutch.core.pages import attempted, new_key, once
from clutch.feed.actor import Actor
from orders.actions.acceptance import accept_quote
from orders.actions.cancelling import cancel_order
from orders.actions.requests import submit_order
from orders.actions.windows import extend_window, widen_search
from orders.models import Order
from orders.pages.forms import AcceptForm, CancelForm
from orders.pages.reads import OrderPage, Row, own_order
from orders.pages.views.orders import show_order
from orders.pages.views.request import address_of


def run(request: HttpRequest, order: Order, call: Callable[[], Any], *, to: str = "") -> HttpResponse:
    """Do one act once and go to the page `to`, by default the order's.

    What stood against it is said kindly, on the page that shows how things stand now.
    """
    address = address_of(order)
    done = attempted(request, partial(once, request, call, to=lambda _result: to or address))
    return done or redirect(address)


@login_required
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, number: str, quote_id: UUID) -> HttpResponse:
    """The last look before accepting: what comes, the final sum, and how it is paid."""
    order = own_order(request, number)
    page = OrderPage(order)
    row = next((row for row in page.rows if row.quote.pk == quote_id), None)
    initial = {"payment_method": order.payment_method}
    form = AcceptForm(request.POST) if request.method == "POST" else AcceptForm(initial=initial)
    if form.is_valid():
        actor = Actor.user(request.user, "web")
        call = partial(accept_quote, order.pk, quote_id=quote_id, actor=actor, **form.cleaned_data)
        # By card the next thing to do is to pay; the page of the order would only say so.
        to = reverse("pay", args=[order.number]) if form.cleaned_data["payment_method"] == "card" else ""
        return run(request, order, call, to=to)
    if order.selected_quote_id == quote_id:
        return redirect(address_of(order))
    if row is None or not page.is_request:
        messages.warning(request, _("This offer no longer stands. Here is how things are now."))
        return redirect(address_of(order))
    return _confirm(request, page, row, form)


def _confirm(request: HttpRequest, page: OrderPage, row: Row, form: AcceptForm) -> HttpResponse:
    context = {"page": page, "order": page.order, "row": row, "form": form, "key": new_key(), "nav": "orders"}
    return render(request, "orders/accept.html", context, status=400 if form.is_bound else 200)


@login_required
@require_POST
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Give the request or order up."""
    order = own_order(request, number)
    form = CancelForm(request.POST)
    if not form.is_valid():
        return show_order(request, order, status=400, cancel_form=form)
    actor = Actor.user(request.user, "web")
    return run(request, order, partial(cancel_order, order.pk, actor=actor, **form.cleaned_data))


@login_required
@require_POST
def extend(request: HttpRequest, number: str) -> HttpResponse:
    """Give the shops more time."""
    order = own_order(request, number)
    return run(request, order, partial(extend_window, order.pk, actor=Actor.user(request.user, "web")))


@login_required
@require_POST
def widen(request: HttpRequest, number: str) -> HttpResponse:
    """Ask shops farther away."""
    order = own_order(request, number)
    return run(request, order, partial(widen_search, order.pk, actor=Actor.user(request.user, "web")))


@login_required
@require_POST
def submit(request: HttpRequest, number: str) -> HttpResponse:
    """Send a draft as it stands."""
    order = own_order(request, number)
    return run(request, order, partial(submit_order, order.pk, actor=Actor.user(request.user, "web")))
