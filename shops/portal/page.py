"""What every page of a shop shares: signed in, in a shop, in that shop's time."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views import View
from django_htmx.http import HttpResponseClientRedirect

from clutch.feed.actor import Actor
from shops.models import Member, Shop
from shops.portal.current import current_member, memberships_of


class ShopPage(LoginRequiredMixin, View):
    """A page or an act of one shop; `self.member` is who acts, in which shop and role.

    Who is not signed in is sent to sign in, who has no shop to the onboarding.
    """

    # The entry of the navigation that is marked.
    nav = ""
    member: Member

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the shop, and answer in its time zone."""
        if not request.user.is_authenticated:
            return self._leave(self.handle_no_permission())
        member = current_member(request)
        if member is None:
            return self._leave(redirect("/portal/onboarding"))
        self.member = member
        with timezone.override(self.shop.zone):
            return super().dispatch(request, *args, **kwargs)

    def _leave(self, answer: HttpResponseBase) -> HttpResponseBase:
        """Leave the page as a whole: a fragment must not be filled with another page."""
        if self.request.headers.get("HX-Request") == "true" and "Location" in answer.headers:
            return HttpResponseClientRedirect(answer.headers["Location"])
        return answer

    @property
    def shop(self) -> Shop:
        """The shop that the page is about."""
        return self.member.shop

    @property
    def actor(self) -> Actor:
        """Who acts, for the actions."""
        return Actor.user(self.request.user, "portal", shop_id=self.member.shop_id)

    def show(
        self, template: str, context: Mapping[str, Any], *, status: int = 200, fragment: str = ""
    ) -> HttpResponse:
        """Render a page, or its `fragment` alone where htmx asked for it."""
        asked = fragment and self.request.headers.get("HX-Request") == "true"
        frame = {
            "member": self.member,
            "shop": self.shop,
            "my_shops": memberships_of(self.request),
            "nav": self.nav,
        }
        return render(self.request, fragment if asked else template, {**frame, **context}, status=status)
