"""Shops: profile, hours, opening and closing, documents."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.api import ApiView, ListView
from shops.actions import documents, profile, standing
from shops.api.serializers import (
    DocumentInputSerializer,
    DocumentSerializer,
    MembershipSerializer,
    ShopSerializer,
)
from shops.models import Member, ShopDocument
from shops.rules import Act, documents_for, member_who_may, memberships
from shops.steps import HoursSerializer, ShopProfileSerializer, checked

HOURS = OpenApiExample(
    "hours", {"openingHours": [{"weekday": 0, "opens": "09:00", "closes": "02:00"}]}, request_only=True
)


class ShopsView(ListView):
    """The shops that one belongs to."""

    serializer_class = MembershipSerializer
    ordering_fields = ("created_at",)
    ordering = ("created_at",)

    def get_queryset(self) -> QuerySet[Member]:
        """One's own memberships."""
        return memberships(self.request.user).prefetch_related("shop__makes", "shop__opening_hours")

    @extend_schema(operation_id="shops", summary="The shops that one belongs to", tags=["shops"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List one's shops."""
        return self.list(request)


class ShopView(ApiView):
    """One shop."""

    @extend_schema(
        operation_id="shop", summary="A shop one belongs to", responses=ShopSerializer, tags=["shops"]
    )
    def get(self, request: Request, shop_id: UUID) -> Response:
        """Show a shop to its members."""
        return self.show(member_who_may(request.user, shop_id, Act.SEE_SHOP).shop, ShopSerializer)

    @extend_schema(
        operation_id="shop_change",
        summary="Change the profile",
        request=ShopProfileSerializer,
        responses=ShopSerializer,
        tags=["shops"],
    )
    def put(self, request: Request, shop_id: UUID) -> Response:
        """Change the profile, its hours and its makes."""
        member_who_may(request.user, shop_id, Act.EDIT_SHOP)
        given = checked(ShopProfileSerializer, request.data)
        act = partial(
            profile.edit_shop,
            shop_id,
            hours=given.pop("opening_hours"),
            make_ids=given.pop("make_ids"),
            changes=given,
            expected_version=self.if_match(),
            actor=self.actor,
        )
        return self.answer(act, ShopSerializer)


class HoursView(ApiView):
    """Opening hours."""

    @extend_schema(
        operation_id="shop_hours",
        summary="Change the opening hours",
        request=HoursSerializer,
        responses=ShopSerializer,
        examples=[HOURS],
        tags=["shops"],
    )
    def put(self, request: Request, shop_id: UUID) -> Response:
        """Replace the opening hours."""
        member_who_may(request.user, shop_id, Act.EDIT_SHOP)
        given = checked(HoursSerializer, request.data)
        act = partial(
            profile.edit_shop,
            shop_id,
            changes={},
            hours=given["opening_hours"],
            expected_version=self.if_match(),
            actor=self.actor,
        )
        return self.answer(act, ShopSerializer)


class CloseView(ApiView):
    """Off the market."""

    @extend_schema(
        operation_id="shop_close",
        summary="Close the shop: no new requests",
        request=None,
        responses=ShopSerializer,
        tags=["shops"],
    )
    def post(self, request: Request, shop_id: UUID) -> Response:
        """Close one's shop."""
        member_who_may(request.user, shop_id, Act.OPEN_AND_CLOSE)
        return self.answer(partial(standing.close_shop, shop_id, actor=self.actor), ShopSerializer)


class ReopenView(ApiView):
    """Back onto the market."""

    @extend_schema(
        operation_id="shop_reopen",
        summary="Open the shop again",
        request=None,
        responses=ShopSerializer,
        tags=["shops"],
    )
    def post(self, request: Request, shop_id: UUID) -> Response:
        """Reopen one's shop."""
        member_who_may(request.user, shop_id, Act.OPEN_AND_CLOSE)
        return self.answer(partial(standing.reopen_shop, shop_id, actor=self.actor), ShopSerializer)


class ResubmitView(ApiView):
    """Verification again."""

    @extend_schema(
        operation_id="shop_resubmit",
        summary="Send for verification again, after the changes that were asked for",
        request=None,
        responses=ShopSerializer,
        tags=["shops"],
    )
    def post(self, request: Request, shop_id: UUID) -> Response:
        """Resubmit one's shop."""
        member_who_may(request.user, shop_id, Act.EDIT_SHOP)
        return self.answer(partial(standing.resubmit_shop, shop_id, actor=self.actor), ShopSerializer)


class DocumentsView(ListView):
    """Documents of a shop."""

    serializer_class = DocumentSerializer
    parser_classes = (MultiPartParser,)
    ordering = ("created_at",)

    def get_queryset(self) -> QuerySet[ShopDocument]:
        """The documents of the shop in the path, for those whose role shows them."""
        if getattr(self, "swagger_fake_view", False):
            return ShopDocument.objects.none()
        member = member_who_may(self.request.user, self.kwargs["shop_id"], Act.SEE_DOCUMENTS)
        return ShopDocument.objects.filter(shop=member.shop_id)

    @extend_schema(operation_id="shop_documents", summary="Documents of a shop", tags=["shops"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the documents."""
        return self.list(request)

    @extend_schema(
        operation_id="shop_document_add",
        summary="Add a document",
        request={"multipart/form-data": DocumentInputSerializer},
        responses={201: DocumentSerializer},
        tags=["shops"],
    )
    def post(self, request: Request, shop_id: UUID) -> Response:
        """Add a document."""
        member_who_may(request.user, shop_id, Act.EDIT_DOCUMENTS)
        given = self.validated(DocumentInputSerializer)
        act = partial(documents.add_document, shop_id=shop_id, actor=self.actor, **given)
        return self.answer(act, DocumentSerializer, 201)


class DocumentView(ApiView):
    """One document."""

    @extend_schema(
        operation_id="shop_document_remove",
        summary="Remove a document",
        responses={204: None},
        tags=["shops"],
    )
    def delete(self, request: Request, document_id: UUID) -> Response:
        """Remove a document of one's own onboarding or shop."""
        found = self.visible(documents_for(request.user), pk=document_id)
        if found.shop_id:
            member_who_may(request.user, found.shop_id, Act.EDIT_DOCUMENTS)
        act = partial(documents.remove_document, found.pk, actor=self.actor)
        return self.answer(act, None, 204)


class DocumentFileView(ApiView):
    """The file of a document: private, never at a public address."""

    @extend_schema(
        operation_id="shop_document_file",
        summary="The file",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        tags=["shops"],
    )
    def get(self, request: Request, document_id: UUID) -> FileResponse:
        """Serve the file to those who may see it."""
        found = self.visible(documents_for(request.user), pk=document_id)
        response = FileResponse(found.file.open(), content_type=found.content_type, filename=found.filename)
        response["Cache-Control"] = "private, no-store"
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response
