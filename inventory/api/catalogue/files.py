"""Photos and documents of a part: uploaded as multipart, served only to who may see the part."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import parsers, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.casing import Serializer
from clutch.core.fields import LineField, PhotoField
from clutch.core.problem import CONTENT_TYPE
from clutch.core.schema import ProblemSerializer
from inventory.actions import part_files
from inventory.api.catalogue.views import TAGS, PartDetailView
from inventory.api.parts.serializers import PartDocumentSerializer, PartPhotoSerializer

PICTURE = {(200, "image/jpeg"): OpenApiTypes.BINARY}
FULL = OpenApiResponse(ProblemSerializer, "`photos_full`: the part has as many photos as it may.")


class PartPhotoInputSerializer(Serializer):
    """A photo as multipart/form-data: JPEG, PNG or WebP up to 10 MB."""

    photo = PhotoField()


class PhotoOrderSerializer(Serializer):
    """The photos in their order; the first is the cover, what is not named follows."""

    photo_ids = serializers.ListField(child=serializers.UUIDField(), max_length=part_files.MOST_PHOTOS)


class PartPhotosSerializer(Serializer):
    """The photos of a part in their order."""

    photos = PartPhotoSerializer(many=True)

    def to_representation(self, instance: Any) -> Any:
        """Of the rows that an act has returned."""
        return super().to_representation({"photos": instance})


class PartDocumentInputSerializer(Serializer):
    """A PDF as multipart/form-data, up to 10 MB; without a name it is called as its file."""

    file = serializers.FileField()
    name = LineField(max_length=120, required=False, allow_blank=True)


def private(file: Any, content_type: str) -> FileResponse:
    """A file that a browser keeps, no cache on the way does, and nobody sniffs."""
    response = FileResponse(file.open("rb"), content_type=content_type)
    response["Cache-Control"] = "private, max-age=86400"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


class StockPhotosView(PartDetailView):
    """The photos of a part."""

    parser_classes = [parsers.MultiPartParser, *PartDetailView.parser_classes]
    conditional = frozenset()

    @extend_schema(
        operation_id="add_stock_photo",
        summary="Add a photo",
        request={"multipart/form-data": PartPhotoInputSerializer},
        responses={201: PartPhotoSerializer, (409, CONTENT_TYPE): FULL},
        tags=TAGS,
    )
    def post(self, request: Request, stock_part_id: UUID) -> Response:
        """Add a photo behind those that are there; it is made smaller and loses what the camera wrote."""
        names = self.names()
        photo = self.validated(PartPhotoInputSerializer)["photo"]
        return self.answer(partial(part_files.add_photo, photo=photo, **names), PartPhotoSerializer, 201)

    @extend_schema(
        operation_id="order_stock_photos",
        summary="Put the photos in order",
        request={"application/json": PhotoOrderSerializer},
        responses=PartPhotosSerializer,
        tags=TAGS,
    )
    def put(self, request: Request, stock_part_id: UUID) -> Response:
        """Put the photos in an order; the first is the cover."""
        names = self.names()
        given = self.validated(PhotoOrderSerializer)
        return self.answer(partial(part_files.order_photos, **names, **given), PartPhotosSerializer)


class StockPhotoView(PartDetailView):
    """One photo of a part."""

    @extend_schema(operation_id="stock_photo", summary="A photo", responses=PICTURE, tags=TAGS)
    def get(self, request: Request, stock_part_id: UUID, photo_id: UUID) -> FileResponse:
        """The picture."""
        row = self.visible(self.known().photos.all(), pk=photo_id)
        return private(row.image, _kind(row.image))

    @extend_schema(
        operation_id="remove_stock_photo", summary="Remove a photo", responses={204: None}, tags=TAGS
    )
    def delete(self, request: Request, stock_part_id: UUID, photo_id: UUID) -> Response:
        """Remove a photo."""
        return self.answer(partial(part_files.remove_photo, photo_id, **self.names()), None, 204)


class SmallPhotoView(PartDetailView):
    """A photo as lists show it."""

    @extend_schema(operation_id="small_stock_photo", summary="A small photo", responses=PICTURE, tags=TAGS)
    def get(self, request: Request, stock_part_id: UUID, photo_id: UUID) -> FileResponse:
        """The picture, at most 240 px a side."""
        row = self.visible(self.known().photos.all(), pk=photo_id)
        file = row.small or row.image
        return private(file, _kind(file))


class StockDocumentsView(PartDetailView):
    """The documents of a part."""

    parser_classes = [parsers.MultiPartParser]

    @extend_schema(
        operation_id="add_stock_document",
        summary="Add a document",
        request={"multipart/form-data": PartDocumentInputSerializer},
        responses={
            201: PartDocumentSerializer,
            (409, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "`too_many`: remove one first."),
        },
        tags=TAGS,
    )
    def post(self, request: Request, stock_part_id: UUID) -> Response:
        """Add a data sheet, a drawing or a certificate as PDF."""
        names = self.names()
        given = self.validated(PartDocumentInputSerializer)
        return self.answer(partial(part_files.add_document, **names, **given), PartDocumentSerializer, 201)


class StockDocumentView(PartDetailView):
    """One document of a part."""

    @extend_schema(
        operation_id="stock_document",
        summary="A document",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        tags=TAGS,
    )
    def get(self, request: Request, stock_part_id: UUID, document_id: UUID) -> FileResponse:
        """The PDF."""
        row = self.visible(self.known().documents.all(), pk=document_id)
        return private(row.file, "application/pdf")

    @extend_schema(
        operation_id="remove_stock_document", summary="Remove a document", responses={204: None}, tags=TAGS
    )
    def delete(self, request: Request, stock_part_id: UUID, document_id: UUID) -> Response:
        """Remove a document."""
        return self.answer(partial(part_files.remove_document, document_id, **self.names()), None, 204)


def _kind(file: Any) -> str:
    return "image/webp" if str(file.name).endswith("webp") else "image/jpeg"
