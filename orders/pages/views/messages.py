"""The conversation of a customer with one shop about one order."""

from functools import partial
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from clutch.core.pages import attempted, new_key, once, page_or_fragment
from clutch.feed.actor import Actor
from orders.actions.message import mark_read, send_message
from orders.models import Message, Order, Quote
from orders.pages.forms import MessageForm
from orders.pages.reads import own_order
from orders.pages.views.orders import private_file
from shops.models import Shop

SHOWN = 200


@login_required
@require_http_methods(["GET", "POST"])
def thread(request: HttpRequest, number: str, shop_id: UUID) -> HttpResponse:
    """Read and write; a shop that has neither quoted nor written is not found."""
    order = own_order(request, number)
    shop = _shop(order, shop_id)
    form = MessageForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        actor = Actor.user(request.user, "web")
        call = partial(send_message, order.pk, shop_id=shop_id, actor=actor, **form.cleaned_data)
        answer = attempted(request, partial(once, request, call, to=lambda _m: request.path), form=form)
        if not form.errors:
            return answer or redirect(request.path)
    return _show(request, order, shop, form)


def _show(request: HttpRequest, order: Order, shop: Shop, form: MessageForm) -> HttpResponse:
    rows = list(Message.objects.filter(thread__order=order, thread__shop=shop).order_by("-at")[:SHOWN])
    if order.message_threads.filter(shop=shop, customer_unread__gt=0).exists():
        mark_read(order.pk, shop_id=shop.pk, actor=Actor.user(request.user, "web"))
    context = {"order": order, "shop": shop, "rows": rows[::-1], "form": form, "key": new_key()}
    template = page_or_fragment(request, "orders/messages.html", "orders/messages/rows.html")
    return render(request, template, {**context, "nav": "orders"}, status=400 if form.errors else 200)


def _shop(order: Order, shop_id: UUID) -> Shop:
    known = Quote.objects.filter(order=order, shop=shop_id).exists()
    known = known or order.message_threads.filter(shop=shop_id, last_message_at__isnull=False).exists()
    if not known:
        raise Http404
    return get_object_or_404(Shop, pk=shop_id)


@login_required
@require_GET
def photo(request: HttpRequest, number: str, message_id: UUID) -> FileResponse:
    """A photo of the conversation."""
    order = own_order(request, number)
    return private_file(get_object_or_404(Message, pk=message_id, thread__order=order).photo)
