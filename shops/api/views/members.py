"""Members of a shop, and the links by which they join."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.api import ApiView, ListView
from shops.actions import members as acts
from shops.api.base import user_id
from shops.api.serializers import (
    InviteInputSerializer,
    InviteSerializer,
    JoinSerializer,
    MemberSerializer,
    NewInviteSerializer,
    RoleSerializer,
)
from shops.models import Member, MemberInvite
from shops.rules import Act, invites_for, member_who_may, members_for


class MembersView(ListView):
    """The members of a shop."""

    serializer_class = MemberSerializer
    ordering_fields = ("created_at", "role")
    ordering = ("created_at",)

    def get_queryset(self) -> QuerySet[Member]:
        """Those of the shop in the path."""
        if getattr(self, "swagger_fake_view", False):
            return Member.objects.none()
        return members_for(member_who_may(self.request.user, self.kwargs["shop_id"], Act.SEE_MEMBERS))

    @extend_schema(operation_id="shop_members", summary="Members of a shop", tags=["members"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the members."""
        return self.list(request)


class MemberView(ApiView):
    """One member."""

    @extend_schema(
        operation_id="shop_member_change",
        summary="Give a member another role",
        request=RoleSerializer,
        responses=MemberSerializer,
        examples=[OpenApiExample("a manager", {"role": "manager"}, request_only=True)],
        tags=["members"],
    )
    def put(self, request: Request, shop_id: UUID, member_id: UUID) -> Response:
        """Change the role of a member."""
        member_who_may(request.user, shop_id, Act.MANAGE_MEMBERS)
        given = self.validated(RoleSerializer)
        act = partial(
            acts.change_role,
            member_id,
            shop_id=shop_id,
            expected_version=self.if_match(),
            actor=self.actor,
            **given,
        )
        return self.answer(act, MemberSerializer)

    @extend_schema(
        operation_id="shop_member_remove",
        summary="Remove a member, or leave",
        responses={204: None},
        tags=["members"],
    )
    def delete(self, request: Request, shop_id: UUID, member_id: UUID) -> Response:
        """Remove a member; everyone may remove themselves."""
        member_who_may(request.user, shop_id, Act.SEE_MEMBERS)
        act = partial(acts.remove_member, member_id, shop_id=shop_id, actor=self.actor)
        return self.answer(act, None, 204)


class InvitesView(ListView):
    """Open links to join."""

    serializer_class = InviteSerializer
    ordering = ("-created_at",)

    def get_queryset(self) -> QuerySet[MemberInvite]:
        """Those of the shop in the path."""
        if getattr(self, "swagger_fake_view", False):
            return MemberInvite.objects.none()
        return invites_for(member_who_may(self.request.user, self.kwargs["shop_id"], Act.MANAGE_MEMBERS))

    @extend_schema(operation_id="shop_invites", summary="Open links to join a shop", tags=["members"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the links."""
        return self.list(request)

    @extend_schema(
        operation_id="shop_invite",
        summary="Make a link for one person to join",
        request=InviteInputSerializer,
        responses={201: NewInviteSerializer},
        examples=[OpenApiExample("a cashier", {"role": "cashier", "note": "Ali"}, request_only=True)],
        tags=["members"],
    )
    def post(self, request: Request, shop_id: UUID) -> Response:
        """Make a link; it is shown this once."""
        member_who_may(request.user, shop_id, Act.MANAGE_MEMBERS)
        given = self.validated(InviteInputSerializer)
        act = partial(acts.invite_member, shop_id, actor=self.actor, **given)
        return self.answer(act, NewInviteSerializer, 201)


class InviteView(ApiView):
    """One link."""

    @extend_schema(
        operation_id="shop_invite_revoke", summary="Make a link void", responses={204: None}, tags=["members"]
    )
    def delete(self, request: Request, shop_id: UUID, invite_id: UUID) -> Response:
        """Revoke a link."""
        member_who_may(request.user, shop_id, Act.MANAGE_MEMBERS)
        act = partial(acts.revoke_invite, invite_id, shop_id=shop_id, actor=self.actor)
        return self.answer(act, None, 204)


class JoinView(ApiView):
    """Joining."""

    @extend_schema(
        operation_id="shop_join",
        summary="Join a shop by a link",
        request=JoinSerializer,
        responses={201: MemberSerializer},
        examples=[OpenApiExample("the token of the link", {"token": "…"}, request_only=True)],
        tags=["members"],
    )
    def post(self, request: Request) -> Response:
        """Join with the role of the link."""
        given = self.validated(JoinSerializer)
        act = partial(acts.join_shop, given["token"], user_id=user_id(request), actor=self.actor)
        return self.answer(act, MemberSerializer, 201)
