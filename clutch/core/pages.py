"""What server-rendered pages share: error pages, acts behind a form, and double submits."""

import hashlib
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar
from urllib.parse import unquote
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent, ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from clutch.core import errors
from clutch.core.bodies import TOO_LARGE
from clutch.core.errors import DomainError
from clutch.core.idempotency import Answer, KeyedRequest, Replayed, keyed
from clutch.core.ids import new_id
from clutch.core.middleware import unavailable
from clutch.core.problem import domain_response, is_unavailable, problem_response

R = TypeVar("R")

KEY_FIELD = "idempotency_key"

# --- error pages -------------------------------------------------------------------------------


def is_api(request: HttpRequest) -> bool:
    """Whether a path belongs to the API."""
    return request.path.startswith("/api/")


def error_page(request: HttpRequest, status: int, detail: object = "", *, page: str = "") -> HttpResponse:
    """Answer a page's refusal: a toast for htmx, else the page of this status, or the one named `page`."""
    fragment = request.headers.get("HX-Request") == "true"
    template = "errors/toast.html" if fragment else f"errors/{page or status}.html"
    # A fault of ours is shown without context processors: they could fail the same way again.
    seen = None if status >= 500 else request
    return render(seen, template, {"detail": detail, "status": status}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400, or 413 for a body over the limit (handler400)."""
    big = isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    if is_api(request):
        if big:
            return problem_response(request, 413, "too_large", _("The request is too large."))
        return problem_response(request, 400, "invalid", _("The request is not valid."))
    return error_page(request, 413 if big else 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403 (handler403)."""
    if is_api(request):
        return problem_response(request, 403, "not_allowed", _("You may not do this."))
    return error_page(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is missing or too old."""
    detail = _("This form was open for too long. Go back, reload the page and send it again.")
    if is_api(request):
        return problem_response(request, 403, "not_allowed", detail)
    return error_page(request, 403, detail, page="csrf")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404 (handler404)."""
    if is_api(request):
        return problem_response(request, 404, "not_found", _("There is nothing here."))
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 (handler500), or 503 where only the database was away. Django has logged it."""
    if is_unavailable(sys.exc_info()[1]):
        return unavailable(request)
    if is_api(request):
        detail = _("Something went wrong on our side. It has been noted; try again.")
        return problem_response(request, 500, "server_error", detail)
    return error_page(request, 500)


class BodyLimitMiddleware:
    """Answers 413 for a body over UPLOAD_MAX_BYTES, before anything reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at what the server has counted (`clutch.core.bodies`), and at what the request says."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        said = length.isdecimal() and (len(length) > 18 or int(length) > settings.UPLOAD_MAX_BYTES)
        if said or TOO_LARGE in getattr(request, "scope", {}):
            return bad_request(request, RequestDataTooBig())
        return self.get_response(request)


class NullCharacterMiddleware:
    """Refuses addresses with a null character, which no text in the database can have.

    A path is then not found, and a page's query is a bad request. The API's filters say it at their
    field.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the address as it was decoded."""
        if "\0" in request.path:
            return not_found(request)
        if not is_api(request) and "\0" in unquote(request.META.get("QUERY_STRING", "")):
            return bad_request(request)
        return self.get_response(request)


class DomainErrorMiddleware:
    """Turns a domain error that a page lets through into the page of its status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer domain errors; everything else goes on to Django."""
        if not isinstance(exception, errors.DomainError):
            return None
        if is_api(request):
            return domain_response(request, exception)
        # The detail of a 404 could tell that the thing exists.
        return error_page(request, exception.status, "" if exception.status == 404 else exception.detail)


# --- acts behind a form ------------------------------------------------------------------------


def domain_errors_to_form(form: BaseForm, error: DomainError) -> list[str]:
    """Show a refused act in the form it came from.

    Messages of `error.fields` go to the form's fields of the same name, everything else to the
    top of the form. Dotted names ("lines.0.unit_price") belong to rows of a formset: they are
    returned for the caller to place, and not added here.
    """
    dotted = [name for name in error.fields if "." in name]
    placed = False
    for name, found in error.fields.items():
        if name in dotted:
            continue
        field = name if name in form.fields else None
        form.add_error(field, [ValidationError(str(message), code=error.code) for message in found])
        placed = True
    if not placed and not dotted:
        form.add_error(None, ValidationError(str(error.detail), code=error.code))
    return dotted


def new_key() -> str:
    """A fresh idempotency key for a form that is about to be shown."""
    return str(new_id())


def attempted(request: HttpRequest, call: Callable[[], R], *, form: BaseForm | None = None) -> R | None:
    """Run one act for a page. On a refusal say so kindly and return None.

    Field errors land in `form`, those of rows ("lines.0.unit_price") and every other refusal
    become a message on the page that is shown next. What the person may not see stays a 404.
    """
    try:
        return call()
    except errors.NotFound:
        raise
    except errors.Invalid as refused:
        if form is not None:
            dotted = domain_errors_to_form(form, refused)
            left = [str(message) for name in dotted for message in refused.fields[name]]
        else:
            left = [str(m) for found in refused.fields.values() for m in found] or [str(refused.detail)]
        if left:
            messages.error(request, " ".join(left))
    except errors.DomainError as refused:
        messages.warning(request, str(refused.detail))
    return None


def once(request: HttpRequest, call: Callable[[], R], *, to: Callable[[R], str]) -> HttpResponseRedirect:
    """Run one act under the form's hidden key and redirect; a double submit gets the same redirect.

    `to` maps the result of the outermost action to an address. The same key with another content
    is another act: a person who goes back and edits means to send a second one. Raises what the
    act raises.
    """
    key = request.POST.get(KEY_FIELD, "")
    if not _is_key(key):
        return HttpResponseRedirect(to(call()))
    digest = content_hash(request)
    keyed_request = KeyedRequest(
        actor=f"user:{request.user.pk}",
        route=f"page {request.path}"[:200],
        key=f"{key}:{digest[:32]}",
        body_hash=digest,
        render=partial(_redirect_answer, to=to),
    )
    try:
        with keyed(keyed_request):
            result = call()
        return HttpResponseRedirect(to(result))
    except Replayed as replayed:
        return HttpResponseRedirect(replayed.answer.body["location"])


def _redirect_answer(result: Any, *, to: Callable[[Any], str]) -> Answer:
    return Answer(303, {"location": to(result)})


def _is_key(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def content_hash(request: HttpRequest) -> str:
    """Hash what a form says: its fields and its files' names and sizes, without the CSRF token."""
    fields = sorted((k, v) for k, v in request.POST.lists() if k != "csrfmiddlewaretoken")
    files = sorted((k, [(f.name, f.size) for f in v]) for k, v in request.FILES.lists())
    return hashlib.sha256(repr((fields, files)).encode()).hexdigest()


def page_or_fragment(request: HttpRequest, page: str, fragment: str) -> str:
    """The template to render: the fragment where htmx asked for it, else the page that includes it."""
    return fragment if request.headers.get("HX-Request") == "true" else page
