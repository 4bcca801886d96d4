"""Where a page begins to listen: the stream heads as they were before its state was read."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from clutch.accounts.rules import staff_ready
from clutch.feed.streams import STAFF_STREAM, heads_of, shop_stream, user_stream
from clutch.live import cursor
from shops.rules import shops_of

# These are no live pages, or bring their own cursor.
NO_PAGES = ("/api/", "/admin", "/static/", "/media/")


class LiveCursorMiddleware:
    """Gives each page of a signed-in person its cursor (the meta tag `live-cursor`).

    Read before the view: what happens between the reading of the state and the opening of the
    socket is then replayed instead of lost. Two queries, for whole pages only.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Note the heads of the person's streams."""
        if _is_page(request) and request.user.is_authenticated:
            request.live_cursor = cursor.encode(heads_of(_streams(request.user)))  # type: ignore[attr-defined]


def _is_page(request: HttpRequest) -> bool:
    fragment = request.headers.get("HX-Request") == "true"
    return not fragment and not request.path.startswith(NO_PAGES)


def _streams(user: Any) -> list[str]:
    shops = [shop_stream(shop_id) for shop_id in shops_of(user)]
    return [user_stream(user.pk), *shops, *([STAFF_STREAM] if staff_ready(user) else [])]
