"""What the frame of every page shows: unread count, own shops, the clock, the map's tiles.

All of it is lazy: a fragment that does not show it costs no query.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from clutch.notifications import queries as notifications
from shops import rules as shop_rules
from shops.models import Member


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context processor of templates/base.html and templates/portal/base.html."""
    return {
        "server_time": timezone.now(),
        "live_cursor": getattr(request, "live_cursor", ""),
        "map_tile_url": settings.MAP_TILE_URL,
        "map_attribution": settings.MAP_ATTRIBUTION,
        "map_centre": settings.MAP_CENTRE,
        "is_demo_site": settings.DEMO,
        "unread_count": SimpleLazyObject(lambda: unread_count(request)),
        "my_memberships": SimpleLazyObject(lambda: memberships(request)),
    }


def unread_count(request: HttpRequest) -> int:
    """Unread notifications of the person who looks; 0 for nobody."""
    return notifications.unread_count(request.user) if request.user.is_authenticated else 0


def memberships(request: HttpRequest) -> list[Member]:
    """The active memberships of the person who looks, with their shops."""
    return list(shop_rules.memberships(request.user)) if request.user.is_authenticated else []
