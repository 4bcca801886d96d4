"""Scanning, and the codes of a part."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.api import ListView, StrictJSONParser
from clutch.core.problem import CONTENT_TYPE
from clutch.core.schema import ProblemSerializer
from inventory.actions import barcodes as acts
from inventory.api.barcodes import serializers
from inventory.api.base import StockView
from inventory.barcodes import codes_in_photo
from inventory.lookup import find_by_code, first_known
from inventory.models import Barcode
from inventory.printing import Copies, print_labels
from shops.models import Member
from shops.rules import Act, may, member_who_may, shops_of

NOTHING = {
    "kind": "nothing", "code": "", "symbology": "other", "isAttached": False, "mayAttach": False,
    "candidates": [], "suggestions": [], "bin": None, "alsoRead": [],
}  # fmt: skip


class ScanView(StockView):
    """What a code means."""

    parser_classes = [StrictJSONParser, MultiPartParser]

    @extend_schema(
        operation_id="scan_barcode",
        summary="Say what a scanned code means",
        description="Takes a code, or a photo that shows one. A code of the shop's parts is one part; any "
        "other number that a part is known by may be several. `unknown` comes with the parts that the "
        "code may belong to; `nothing` is a photo in which no code can be read.",
        request={
            "application/json": serializers.ScanInputSerializer,
            "multipart/form-data": serializers.ScanInputSerializer,
        },
        responses=serializers.FoundSerializer,
        tags=["barcodes"],
    )
    def post(self, request: Request) -> Response:
        """Look a code up; changes nothing."""
        given = self.validated(serializers.ScanInputSerializer)
        member = self.member(Act.SEE_STOCK, given.get("shop_id"))
        texts = codes_in_photo(given["photo"]) if "photo" in given else [given["code"]]
        return Response(answer_to(member, texts))


def answer_to(member: Member, texts: list[str]) -> Any:
    """What the codes mean, as the API says it to a member of the shop."""
    if not texts:
        return {**NOTHING, "currency": member.shop.currency}
    found = first_known(member.shop, texts) if len(texts) > 1 else find_by_code(member.shop, texts[0])
    context = {
        "may_edit": may(member, Act.EDIT_PARTS),
        "currency": member.shop.currency,
        "also_read": [text for text in texts if text != found.text],
    }
    return serializers.FoundSerializer(found, context=context).data


class BarcodesView(ListView, StockView):
    """The codes of a part."""

    serializer_class = serializers.BarcodeSerializer
    ordering = ("created_at",)

    def get_queryset(self) -> QuerySet[Barcode]:
        """Those of the part in the path."""
        if getattr(self, "swagger_fake_view", False):
            return Barcode.objects.none()
        return Barcode.objects.filter(part=self.part(self.kwargs["part_id"], Act.SEE_STOCK))

    @extend_schema(operation_id="part_barcodes", summary="Codes of a part", tags=["barcodes"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List them."""
        return self.list(request)

    @extend_schema(
        operation_id="attach_barcode",
        summary="Attach a code to a part",
        request=serializers.BarcodeInputSerializer,
        responses={
            201: serializers.BarcodeSerializer,
            (404, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "No shop of yours has this part."),
            (409, CONTENT_TYPE): OpenApiResponse(
                ProblemSerializer, "`barcode_taken`: another part has this code; it is named."
            ),
        },
        tags=["barcodes"],
    )
    def post(self, request: Request, part_id: UUID) -> Response:
        """Attach one; attaching it again changes how many units it means."""
        part = self.part(part_id, Act.EDIT_PARTS)
        given = self.validated(serializers.BarcodeInputSerializer)
        act = partial(acts.attach_barcode, part.pk, shop_id=part.shop_id, actor=self.actor, **given)
        return self.answer(act, serializers.BarcodeSerializer, 201)


class BarcodeView(StockView):
    """One code."""

    @extend_schema(
        operation_id="detach_barcode",
        summary="Take a code off its part",
        responses={204: None},
        tags=["barcodes"],
    )
    def delete(self, request: Request, barcode_id: UUID) -> Response:
        """Detach it."""
        row = self.visible(Barcode.objects.filter(shop__in=shops_of(request.user)), pk=barcode_id)
        member_who_may(request.user, row.shop_id, Act.EDIT_PARTS)
        act = partial(acts.detach_barcode, row.pk, shop_id=row.shop_id, actor=self.actor)
        return self.answer(act, None, 204)


class LabelsView(StockView):
    """Labels."""

    @extend_schema(
        operation_id="print_labels",
        summary="Labels of parts and bins as a PDF",
        description="Each with a barcode and a QR code that scanning finds. What has no code yet gets an "
        "in-store EAN-13.",
        request=serializers.LabelsInputSerializer,
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        tags=["barcodes"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Make them; the same again makes the same."""
        given = self.validated(serializers.LabelsInputSerializer)
        member = self.member(Act.EDIT_PARTS, given.pop("shop_id", None))
        wanted = [Copies(**item) for item in given.pop("items")]
        made = print_labels(member.shop, wanted, actor=self.actor, **given)
        return HttpResponse(made, content_type="application/pdf")
