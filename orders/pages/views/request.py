"""The request form: shown, changed row by row, kept across a sign-in, and sent."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clutch.core.errors import Conflict, Invalid
from clutch.core.pages import once
from clutch.feed.actor import Actor
from orders.models import Order
from orders.pages import stash
from orders.pages.draft import Draft
from orders.pages.sending import send_request
from shops import vin as vins
from shops.models import Make, VehicleModel
from shops.vehicles import find_make, resolve

KEPT = "kept_request"


@require_http_methods(["GET", "POST"])
def request_page(request: HttpRequest) -> HttpResponse:
    """`/`: what do you need, for which vehicle, and where?"""
    if request.method == "POST":
        return _answer(request, Draft.sent(request))
    kept = request.session.get(KEPT)
    if kept and request.user.is_authenticated:
        draft = Draft.of_data(request, QueryDict(kept))
        messages.info(request, _("You are signed in. Everything is still here: look it over and send it."))
        return show(request, draft)
    return show(request, Draft.fresh(request))


def _answer(request: HttpRequest, draft: Draft) -> HttpResponse:
    if "add_part" in request.POST:
        return show(request, draft.with_row(request))
    if "remove_part" in request.POST:
        return show(request, draft.without_row(request, request.POST["remove_part"]))
    as_draft = "save_draft" in request.POST
    if not draft.is_valid(may_be_empty=as_draft):
        return show(request, draft, status=400)
    if not request.user.is_authenticated:
        return _sign_in_first(request, draft)
    return _send(request, draft, as_draft=as_draft)


def _send(request: HttpRequest, draft: Draft, *, as_draft: bool) -> HttpResponse:
    tokens = draft.tokens(request)
    call = partial(
        send_request,
        vehicle=draft.form.vehicle,
        delivery=draft.form.delivery,
        parts=draft.parts(),
        photos=[stash.contents(request, row) for row in tokens],
        draft=as_draft,
        actor=Actor.user(request.user, "web"),
    )
    try:
        answer = once(request, call, to=address_of)
    except Invalid as refused:
        draft.take_errors(refused)
        return show(request, draft, status=400)
    except Conflict as refused:
        messages.warning(request, str(refused.detail))
        return show(request, draft, status=409)
    stash.drop(request, [token for row in tokens for token in row])
    request.session.pop(KEPT, None)
    return answer


def address_of(order: Order) -> str:
    """The page of an order."""
    return reverse("customer:order", args=[order.number])


def _sign_in_first(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Keep the form in the session while its owner signs in."""
    request.session[KEPT] = draft.encoded()
    messages.info(request, _("Sign in or make an account to send your request. It is kept meanwhile."))
    return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': '/'})}")


def show(request: HttpRequest, draft: Draft, *, status: int = 200, **more: Any) -> HttpResponse:
    """Render the form."""
    makes = Make.objects.order_by("-is_common", "name").values_list("name", flat=True)
    context = {
        "draft": draft,
        "form": draft.form,
        "rows": draft.rows,
        "makes": makes,
        "nav": "orders" if draft.order else "request",
    }
    return render(request, "orders/request.html", {**context, **more}, status=status)


@require_GET
def models_of_make(request: HttpRequest) -> HttpResponse:
    """The options of the model field, for the make that was typed."""
    make = find_make(request.GET.get("make", "")[:80])
    models = VehicleModel.objects.filter(make=make) if make else VehicleModel.objects.none()
    return render(request, "orders/request/models.html", {"models": models[:400]})


@require_GET
def decoded_vin(request: HttpRequest) -> HttpResponse:
    """What a VIN says; never an obstacle."""
    number = vins.clean(request.GET.get("vin", "")[:40])
    decoded = vins.decode(number) if len(number) >= 5 else None
    # "HYUNDAI" in the makers' register is "Hyundai" in the lists.
    listed = resolve(decoded.make, decoded.model) if decoded and decoded.make else None
    return render(request, "orders/request/vin.html", {"decoded": decoded, "listed": listed})


@require_POST
def keep_photo(request: HttpRequest) -> HttpResponse:
    """Take one photo ahead of the form; answer its picture with the token in `data-token`."""
    file = request.FILES.get("photo")
    if file is None:
        return render(request, "orders/request/photo.html", {"problem": _("Choose a photo.")}, status=400)
    try:
        token = stash.put(request, file)
    except Invalid as refused:
        return render(request, "orders/request/photo.html", {"problem": refused.detail}, status=400)
    return render(request, "orders/request/photo.html", {"token": token})


@require_GET
def kept_photo(request: HttpRequest, token: str) -> FileResponse:
    """A photo of this session's stash."""
    file = stash.find(request, token)
    if file is None:
        raise Http404
    response = FileResponse(file)
    response["Cache-Control"] = "private, max-age=3600"
    return response
