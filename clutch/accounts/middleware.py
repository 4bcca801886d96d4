"""What every request of a person gets: their time zone, and their guesses one at a time."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from allauth.core.exceptions import RateLimited
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from clutch.accounts.guard import one_at_a_time
from clutch.core.pages import error_page

# Of the API also GET: it checks codes of a password reset.
GUARDED = "/api/v1/auth/"
GUARDED_PAGES = ("/sign-in", "/sign-up", "/account")


class OneAtATimeMiddleware:
    """Runs the sign-in requests of one session one after the other; outside the session middleware,
    which saves the session at its end."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Wait for the session's earlier request, then pass on."""
        session = _session_name(request)
        if not session or not _is_guarded(request):
            return self.get_response(request)
        with one_at_a_time(f"session {session}"):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Too many text messages: allauth raises it through the sign-up of apps."""
        if not isinstance(error, RateLimited):
            return None
        if request.path.startswith(GUARDED):
            return JsonResponse({"status": 429}, status=429)
        return error_page(request, 429)


def _is_guarded(request: HttpRequest) -> bool:
    if request.path.startswith(GUARDED):
        return True
    return request.method != "GET" and request.path.startswith(GUARDED_PAGES)


def _session_name(request: HttpRequest) -> str:
    return (
        request.headers.get("X-Session-Token")
        or request.headers.get("Authorization")
        or request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    )


class TimeZoneMiddleware:
    """Shows times on pages in the person's zone, by default the market's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on in the zone of who asks. The API stays in UTC."""
        if request.path.startswith("/api/"):
            return self.get_response(request)
        # An anonymous request has no cookie of a session and asks the database nothing.
        known = settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated
        zone = getattr(request.user, "time_zone", "") if known else ""
        with timezone.override(ZoneInfo(zone or settings.MARKET_TIME_ZONE)):
            return self.get_response(request)
