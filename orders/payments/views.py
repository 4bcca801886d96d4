"""Where customers go to pay, where providers report, and the demo's pretended card page."""

import logging
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from payments import PaymentError
from payments.core import provider_factory

from clutch.core.errors import Conflict, NotFound, Unavailable
from clutch.feed.actor import Actor
from orders.actions.payment import pay_again
from orders.actions.settlement import settle_card_payment
from orders.enums import CardStatus
from orders.models import CardPayment, Order
from orders.payments import desk
from orders.payments.pretend import PretendProvider, is_allowed
from orders.payments.provider import provider_actor

logger = logging.getLogger(__name__)


@require_GET
@never_cache
@login_required
def pay(request: HttpRequest, number: str) -> HttpResponse:
    """Send the order's customer to the provider's page; back to the order when nothing is to pay."""
    order = get_object_or_404(Order, number=number, customer=request.user.pk)
    actor = Actor.user(request.user, "web")
    try:
        payment = pay_again(order.pk, actor=actor)
        return redirect(desk.open_checkout(payment.pk, actor=actor))
    except NotFound as error:
        raise Http404 from error
    except (Conflict, Unavailable) as error:
        again = isinstance(error, Unavailable)
        context = {"order": order, "says": error.detail, "again": again, "nav": "orders"}
        return render(request, "orders/cannot_pay.html", context, status=error.status)


@csrf_exempt
@require_POST
def report(request: HttpRequest, variant: str) -> HttpResponse:
    """Take what a provider sends; who is not the provider is refused, and nothing is written."""
    try:
        provider = provider_factory(variant)
    except ValueError as error:
        raise Http404 from error
    try:
        return _answer(provider, request)
    except PaymentError as error:
        logger.warning("refused a report for %s: %s", variant, error)
        return JsonResponse({"error": "refused"}, status=int(error.code or 400))


def _answer(provider: Any, request: HttpRequest) -> HttpResponse:
    found: HttpResponse = provider.process_data(None, request)
    return found


@csrf_exempt
@require_POST
def report_payment(request: HttpRequest, token: str) -> HttpResponse:
    """The same at the address of one payment, as django-payments gives it to providers."""
    payment = get_object_or_404(CardPayment, token=token)
    answer: HttpResponse = report(request, payment.variant)
    return answer


@csrf_protect
@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def pretend(request: HttpRequest, token: str) -> HttpResponse:
    """The pretended card page: the order's customer approves or refuses. The demo only."""
    if not is_allowed():
        raise Http404
    payments = CardPayment.objects.select_related("order")
    payment = get_object_or_404(payments, token=token, variant="pretend", order__customer=request.user.pk)
    if request.method == "GET" or payment.status != CardStatus.WAITING:
        context = {
            "payment": payment,
            "order": payment.order,
            "waiting": payment.status == CardStatus.WAITING,
            "nav": "orders",
        }
        return render(request, "orders/pretend_payment.html", context)
    choice = request.POST.get("choice")
    if choice not in ("approve", "refuse"):
        return HttpResponse(_("Choose to approve or to refuse."), status=400, content_type="text/plain")
    provider: PretendProvider = provider_factory("pretend", payment)
    said = provider.approve(payment) if choice == "approve" else provider.refuse(payment)
    settle_card_payment(payment.pk, report=said, actor=provider_actor("pretend"))
    return redirect(f"/orders/{payment.order.number}")
