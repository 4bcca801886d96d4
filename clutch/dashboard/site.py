"""The staff's site: what is stuck comes first."""

from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from clutch.accounts.staff import StaffSiteMixin


def stylesheet(request: HttpRequest) -> str:
    """The address of our own styles, for Unfold's settings."""
    return static("clutch/admin.css")


class StaffSite(StaffSiteMixin, UnfoldAdminSite):
    """The admin behind a second factor, with the dashboard as its first page."""

    index_title = _("What needs you")
    index_template = "admin/dashboard.html"
    enable_nav_sidebar = True

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """What is stuck, who waits, and how the market does today."""
        # The site is made while apps are still loading; the models come later.
        from clutch.dashboard import reads

        if request.headers.get("HX-Request") == "true":
            # The page asks for itself anew; a pile that grows shows without a reload.
            return TemplateResponse(request, "admin/needs.html", reads.dashboard())
        context = {**(extra_context or {}), **reads.dashboard()}
        page: TemplateResponse = super().index(request, context)
        return page
