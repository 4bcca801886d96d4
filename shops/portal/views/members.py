"""Members of the shop, and the links by which they join."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views import View

from clutch.core.pages import attempted
from clutch.feed.actor import Actor
from shops.actions import members as acts
from shops.enums import Role
from shops.links import join_url
from shops.models import MemberInvite
from shops.portal.current import choose_shop
from shops.portal.forms import InviteForm
from shops.portal.page import ShopPage
from shops.rules import Act, invites_for, may, members_for

# The link that was just made, from one request to the next: it is shown once and not kept.
NEW_LINK = "new_join_link"


class MembersPage(ShopPage):
    """Base: the navigation shows "Members"."""

    nav = "members"

    def page(self, form: InviteForm | None = None, status: int = 200) -> HttpResponse:
        """The list, the links, and the form for a new one."""
        leads, owns = may(self.member, Act.MANAGE_MEMBERS), may(self.member, Act.MANAGE_OWNERS)
        rows = [
            {
                "member": member,
                "is_me": member.pk == self.member.pk,
                "may_change": leads and (owns or member.role != Role.OWNER),
            }
            for member in members_for(self.member)
        ]
        context = {
            "rows": rows,
            "leads": leads,
            "roles": [choice for choice in Role.choices if owns or choice[0] != Role.OWNER],
            "invites": invites_for(self.member) if leads else [],
            "form": form or InviteForm(owners=owns),
            "new_link": self.request.session.pop(NEW_LINK, ""),
        }
        return self.show("shops/portal/members.html", context, status=status)


class MembersView(MembersPage):
    """`/portal/members`."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        return self.page()


class InviteView(MembersPage):
    """A link for a colleague."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make it."""
        form = InviteForm(request.POST, owners=may(self.member, Act.MANAGE_OWNERS))
        if not form.is_valid():
            return self.page(form, status=400)
        call = partial(acts.invite_member, self.shop.pk, actor=self.actor, **form.cleaned_data)
        made = attempted(request, call, form=form)
        if made is not None:
            request.session[NEW_LINK] = join_url(made.token)
        return redirect("shop:members")


class RevokeView(MembersPage):
    """A link made void."""

    def post(self, request: HttpRequest, invite_id: UUID) -> HttpResponse:
        """Revoke it."""
        call = partial(acts.revoke_invite, invite_id, shop_id=self.shop.pk, actor=self.actor)
        if attempted(request, call) is not None:
            messages.success(request, _("The link is void."))
        return redirect("shop:members")


class RoleView(MembersPage):
    """Another role."""

    def post(self, request: HttpRequest, member_id: UUID) -> HttpResponse:
        """Give it."""
        role = request.POST.get("role", "")
        if role not in Role.values:
            raise Http404
        call = partial(acts.change_role, member_id, shop_id=self.shop.pk, role=role, actor=self.actor)
        if attempted(request, call) is not None:
            messages.success(request, _("The role is changed."))
        return redirect("shop:members")


class RemoveView(MembersPage):
    """A membership ended."""

    def post(self, request: HttpRequest, member_id: UUID) -> HttpResponse:
        """End it; one's own means leaving."""
        call = partial(acts.remove_member, member_id, shop_id=self.shop.pk, actor=self.actor)
        if attempted(request, call) is None:
            return redirect("shop:members")
        if member_id == self.member.pk:
            messages.success(request, _("You have left %(shop)s.") % {"shop": self.shop.name})
            return redirect("/")
        messages.success(request, _("They do not belong to the shop any more."))
        return redirect("shop:members")


class JoinView(LoginRequiredMixin, View):
    """`/portal/join/<token>`: the page that a link leads to."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Say which shop it is, and in which role."""
        invite = MemberInvite.objects.select_related("shop").filter(token_hash=acts.hash_token(token)).first()
        open_one = invite if invite and invite.is_open else None
        status = 200 if open_one else 410
        return render(request, "shops/portal/join.html", {"invite": open_one, "token": token}, status=status)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Join."""
        user = request.user.pk
        assert user is not None
        actor = Actor.user(request.user, "portal")
        member = attempted(request, partial(acts.join_shop, token, user_id=user, actor=actor))
        if member is None:
            return redirect("shop:join", token=token)
        choose_shop(request, member.shop_id)
        messages.success(request, _("Welcome to %(shop)s.") % {"shop": member.shop.name})
        return redirect("/portal")
