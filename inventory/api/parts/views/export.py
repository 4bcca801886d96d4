"""Parts as a file."""

from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from clutch.core.spreadsheets import attachment, writer_of
from inventory.api.base import StockView
from inventory.api.parts import inputs
from inventory.api.parts.views.parts import filters_of
from inventory.exporting import Export
from shops.rules import Act, may

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ExportView(StockView):
    """What a list of parts shows, whole."""

    @extend_schema(
        operation_id="export_parts",
        summary="Parts as CSV or Excel",
        description="All that the same query of the list leads to, in its order, as a stream. An import "
        "takes the file as it is. Costs are for who may see them.",
        parameters=[inputs.ExportInputSerializer],
        responses={(200, "text/csv"): OpenApiTypes.BINARY, (200, XLSX): OpenApiTypes.BINARY},
        tags=["inventory"],
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Send the file as it is made."""
        checked = inputs.ExportInputSerializer(data=request.query_params)
        checked.is_valid(raise_exception=True)
        asked = checked.validated_data
        member = self.member(Act.SEE_STOCK, asked.get("shop_id"))
        export = Export(member.shop, asked.get("q", ""), filters_of(asked)[0], may(member, Act.SEE_COST))
        writer = writer_of(asked["file_format"], _("Parts"), export.headers())
        return attachment(writer, export.batches(), f"parts-{timezone.localdate():%Y-%m-%d}")
