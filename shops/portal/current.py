"""Which shop a person works in, when they belong to several."""

from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from clutch.core.errors import NotFound
from shops.models import Member
from shops.rules import memberships

SESSION_KEY = "portal_shop"
# A page sends the shop that it was shown for, in its forms and with every fragment it asks for:
# choosing another shop in a second tab must not turn the first tab's acts to that one.
FIELD, HEADER = "shop", "X-Shop"


def memberships_of(request: HttpRequest) -> list[Member]:
    """The active memberships of who asks, with their shops; read once per request."""
    found: list[Member] | None = getattr(request, "portal_memberships", None)
    if found is None:
        found = list(memberships(request.user)) if request.user.is_authenticated else []
        request.portal_memberships = found  # type: ignore[attr-defined]
    return found


def current_member(request: HttpRequest) -> Member | None:
    """The membership in the shop this request is about, or None for who has no shop.

    The shop that the page was shown for comes first, then the chosen one, then the first.
    Raises NotFound when the page was shown for a shop that the person has left since.
    """
    mine = {str(member.shop_id): member for member in memberships_of(request)}
    shown = request.headers.get(HEADER) or request.POST.get(FIELD)
    if shown:
        if shown not in mine:
            raise NotFound(_("There is no such shop."))
        return mine[shown]
    chosen = mine.get(request.session.get(SESSION_KEY, ""))
    return chosen or next(iter(mine.values()), None)


def choose_shop(request: HttpRequest, shop_id: UUID | str) -> Member:
    """Work in another of one's shops from now on. Raises NotFound for a shop one does not belong to."""
    for member in memberships_of(request):
        if str(member.shop_id) == str(shop_id):
            request.session[SESSION_KEY] = str(shop_id)
            return member
    raise NotFound(_("There is no such shop."))
