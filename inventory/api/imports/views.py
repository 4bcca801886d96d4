"""Imports through the API: upload, map, look at what is wrong, run."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import parsers
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.api import ListView
from inventory.actions import importing as acts
from inventory.api.base import SHOP_ID, StockView
from inventory.api.imports import examples
from inventory.api.imports.filters import IssueFilter
from inventory.api.imports.serializers import (
    ImportSerializer,
    IssueSerializer,
    LayoutInputSerializer,
    MappingSerializer,
    RunSerializer,
    UploadSerializer,
)
from inventory.models import ImportIssue, PartImport
from shops.rules import Act, member_who_may, shops_of

TAGS = ["imports"]


class ImportApiView(StockView):
    """Base: one import of a shop of who asks."""

    def source(self) -> PartImport:
        """The import in the path. Raises NotFound for another shop's, NotAllowed by role."""
        mine = PartImport.objects.filter(shop__in=shops_of(self.request.user))
        found = self.visible(mine, pk=self.kwargs["import_id"])
        member_who_may(self.request.user, found.shop_id, Act.IMPORT_PARTS)
        return found


class ImportsView(ListView, StockView):
    """The imports of a shop."""

    serializer_class = ImportSerializer
    parser_classes = [parsers.MultiPartParser]
    ordering_fields = ("created_at",)
    ordering = ("-created_at",)

    def get_queryset(self) -> QuerySet[PartImport]:
        """Those of the shop that is named, or of the only one."""
        if getattr(self, "swagger_fake_view", False):
            return PartImport.objects.none()
        return PartImport.objects.filter(shop=self.member(Act.IMPORT_PARTS).shop_id)

    @extend_schema(operation_id="imports", summary="Imports of a shop", tags=TAGS, parameters=[SHOP_ID])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the imports, the newest first."""
        return self.list(request)

    @extend_schema(
        operation_id="import_upload",
        summary="Upload a file of parts",
        tags=TAGS,
        parameters=[SHOP_ID],
        request={"multipart/form-data": UploadSerializer},
        responses={201: ImportSerializer},
    )
    def post(self, request: Request) -> Response:
        """Take in a CSV or Excel file. The answer says what was found and suggests the mapping."""
        member = self.member(Act.IMPORT_PARTS)
        given = self.validated(UploadSerializer)
        act = partial(acts.upload_import, member.shop_id, actor=self.actor, **given)
        return self.answer(act, ImportSerializer, 201)


class ImportView(ImportApiView):
    """One import."""

    @extend_schema(
        operation_id="import_get", summary="How far an import is", tags=TAGS, responses=ImportSerializer
    )
    def get(self, request: Request, import_id: UUID) -> Response:
        """The import with its progress and counts."""
        return self.show(self.source(), ImportSerializer)


class LayoutView(ImportApiView):
    """How the file is read."""

    @extend_schema(
        operation_id="import_layout",
        summary="Choose sheet, header row, character set and separator",
        tags=TAGS,
        request=LayoutInputSerializer,
        responses=ImportSerializer,
        examples=[examples.LAYOUT],
    )
    def put(self, request: Request, import_id: UUID) -> Response:
        """Say how the file is read; the mapping is suggested anew. What is left out is found."""
        source, given = self.source(), self.validated(LayoutInputSerializer)
        act = partial(
            acts.set_layout, source.pk, shop_id=source.shop_id, expected_version=self.if_match(),
            actor=self.actor, **given,
        )  # fmt: skip
        return self.answer(act, ImportSerializer)


class MappingView(ImportApiView):
    """The mapping of an import."""

    @extend_schema(
        operation_id="import_map",
        summary="Map the columns and check the file",
        tags=TAGS,
        request=MappingSerializer,
        responses={202: ImportSerializer},
        examples=[examples.MAPPING],
    )
    def put(self, request: Request, import_id: UUID) -> Response:
        """Say which column is which field. The check of all rows begins at once."""
        source, given = self.source(), self.validated(MappingSerializer)
        mapping = {column["field"]: column["index"] for column in given["columns"] if column["field"]}
        options = acts.Options(
            mark=given["decimal_mark"],
            rounded=given["round_amounts"],
            dates_meant=given["dates_meant"],
            creates=given["create_parts"],
            fixed={item["field"]: item["value"] for item in given["fixed"]},
        )
        act = partial(
            acts.map_import, source.pk, shop_id=source.shop_id, mapping=mapping, options=options,
            expected_version=self.if_match(), actor=self.actor,
        )  # fmt: skip
        return self.answer(act, ImportSerializer, 202)


class IssuesView(ListView, ImportApiView):
    """What is wrong in a file."""

    serializer_class = IssueSerializer
    filterset_class = IssueFilter
    ordering = ("row", "id")

    def get_queryset(self) -> QuerySet[ImportIssue]:
        """The issues of the import in the path."""
        if getattr(self, "swagger_fake_view", False):
            return ImportIssue.objects.none()
        return ImportIssue.objects.filter(source=self.source()).select_related("source")

    @extend_schema(operation_id="import_issues", summary="Errors by row and column", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List every error with its fix, by row."""
        return self.list(request)


class RunView(ImportApiView):
    """Importing."""

    @extend_schema(
        operation_id="import_run",
        summary="Import the checked rows",
        tags=TAGS,
        request=RunSerializer,
        responses={202: ImportSerializer},
        examples=[examples.RUN],
    )
    def post(self, request: Request, import_id: UUID) -> Response:
        """Begin to import; what follows is told in the shop's stream as `import-changed`."""
        source, given = self.source(), self.validated(RunSerializer)
        act = partial(acts.run_import, source.pk, shop_id=source.shop_id, actor=self.actor, **given)
        return self.answer(act, ImportSerializer, 202)


class CancelView(ImportApiView):
    """Giving a file up."""

    @extend_schema(
        operation_id="import_cancel",
        summary="Give a file up before it is imported",
        tags=TAGS,
        request=None,
        responses=ImportSerializer,
    )
    def post(self, request: Request, import_id: UUID) -> Response:
        """Cancel; nothing of the file was imported, and it is removed."""
        source = self.source()
        act = partial(acts.cancel_import, source.pk, shop_id=source.shop_id, actor=self.actor)
        return self.answer(act, ImportSerializer)


class UndoView(ImportApiView):
    """Taking an import back."""

    @extend_schema(
        operation_id="import_undo",
        summary="Undo a whole import",
        tags=TAGS,
        request=None,
        responses={202: ImportSerializer},
    )
    def post(self, request: Request, import_id: UUID) -> Response:
        """Begin to undo. What was changed since stays, and is listed under `issues?atUndo=true`."""
        source = self.source()
        act = partial(acts.undo_import, source.pk, shop_id=source.shop_id, actor=self.actor)
        return self.answer(act, ImportSerializer, 202)
