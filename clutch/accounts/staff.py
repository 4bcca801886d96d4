"""The door to the admin: a second factor outside the demo, and our own sign-in page."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from clutch.accounts.models import User
from clutch.accounts.rules import staff_ready


class StaffSiteMixin:
    """For an AdminSite: `class Site(StaffSiteMixin, UnfoldAdminSite)`."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this person may see any page of the admin."""
        return staff_ready(request.user)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send people to the sign-in page, and staff without a second factor to its set-up.

        For who is signed in and not staff there is no admin: Http404.
        """
        wanted = request.GET.get("next", "")
        safe = url_has_allowed_host_and_scheme(
            wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )
        target = wanted if safe else request.path.removesuffix("login/")
        if request.headers.get("HX-Request") == "true":
            # The whole window goes there: a sign-in page does not belong into a fragment.
            return HttpResponse(headers={"HX-Refresh": "true"})
        user = request.user
        if isinstance(user, User) and user.is_active and user.is_staff:
            page = target if staff_ready(user) else f"/account/second-factor?{urlencode({'next': target})}"
            return HttpResponseRedirect(page)
        if user.is_authenticated:
            raise Http404
        return HttpResponseRedirect(f"/sign-in?{urlencode({'next': target})}")
