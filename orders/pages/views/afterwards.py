"""What a customer does after the acceptance: a new delivery code, and a rating."""

from functools import partial

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from clutch.feed.actor import Actor
from orders.actions.fulfilment import renew_delivery_code
from orders.actions.rating import rate_order
from orders.pages.forms import RateForm
from orders.pages.reads import own_order
from orders.pages.views.acts import run
from orders.pages.views.orders import show_order


@login_required
@require_POST
def rate(request: HttpRequest, number: str) -> HttpResponse:
    """Say how the shop was."""
    order = own_order(request, number)
    form = RateForm(request.POST)
    if not form.is_valid():
        return show_order(request, order, status=400, rate_form=form)
    actor = Actor.user(request.user, "web")
    return run(request, order, partial(rate_order, order.pk, actor=actor, **form.cleaned_data))


@login_required
@require_POST
def renew_code(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for a new delivery code."""
    order = own_order(request, number)
    return run(request, order, partial(renew_delivery_code, order.pk, actor=Actor.user(request.user, "web")))
