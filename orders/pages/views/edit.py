"""The request form on a request that stands already: a draft goes on, a sent one changes its parts."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clutch.core.errors import DomainError, Invalid, NotFound
from clutch.core.pages import once
from clutch.feed.actor import Actor
from orders.enums import OPEN, OrderStatus
from orders.models import Order
from orders.pages import stash
from orders.pages.draft import Draft
from orders.pages.reads import own_order
from orders.pages.sending import change_request
from orders.pages.views.request import address_of, show


@login_required
@require_http_methods(["GET", "POST"])
def edit_page(request: HttpRequest, number: str) -> HttpResponse:
    """`/orders/<number>/edit`."""
    order = own_order(request, number)
    if order.status not in (OrderStatus.DRAFT, *OPEN):
        messages.warning(request, _("This can no longer be changed."))
        return redirect(address_of(order))
    if request.method == "GET":
        return show(request, Draft.of(request, order, list(order.lines.filter(removed_in=None))))
    draft = Draft.sent(request, order)
    if "add_part" in request.POST:
        return show(request, draft.with_row(request))
    if "remove_part" in request.POST:
        return show(request, draft.without_row(request, request.POST["remove_part"]))
    if not draft.is_valid(may_be_empty="save_draft" in request.POST):
        return show(request, draft, status=400)
    return _change(request, draft, order)


def _change(request: HttpRequest, draft: Draft, order: Order) -> HttpResponse:
    tokens = draft.tokens(request)
    whole = not draft.parts_only
    call = partial(
        change_request,
        order.pk,
        vehicle=draft.form.vehicle if whole else None,
        delivery=draft.form.delivery if whole else None,
        parts=draft.parts(),
        photos=[stash.contents(request, row) for row in tokens],
        send=whole and "save_draft" not in request.POST,
        expected_version=draft.version,
        actor=Actor.user(request.user, "web"),
    )
    try:
        answer = once(request, call, to=address_of)
    except NotFound:
        raise
    except Invalid as refused:
        draft.take_errors(refused)
        return show(request, draft, status=400)
    except DomainError as refused:
        # What was typed stays on the page; the message says what happened meanwhile.
        messages.warning(request, str(refused.detail))
        return show(request, draft, status=refused.status)
    stash.drop(request, [token for row in tokens for token in row])
    return answer
