"""An exhausted pool or a restarting database answers 503, for pages and API alike."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clutch.core.problem import (
    RETRY_AFTER_SECONDS,
    is_unavailable,
    problem_response,
    unavailable_detail,
)


class UnavailableMiddleware:
    """Turns "no database connection" into 503 with Retry-After instead of a 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; Django calls `process_exception` when the view raises."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer 503 for an unreachable database; leave everything else to Django."""
        return unavailable(request) if is_unavailable(error) else None


def unavailable(request: HttpRequest) -> HttpResponse:
    """The 503 of this request: a problem for the API, a page for people."""
    headers = {"Retry-After": RETRY_AFTER_SECONDS}
    if request.path.startswith("/api/"):
        return problem_response(request, 503, "unavailable", unavailable_detail(), headers)
    # Without the request: its context processors would ask the database again.
    response = render(None, "errors/503.html", {"detail": unavailable_detail(), "status": 503}, status=503)
    response["Retry-After"] = RETRY_AFTER_SECONDS
    return response
