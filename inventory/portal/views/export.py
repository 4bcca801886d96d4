"""The list of parts as a file: what its search and its filters show."""

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core.spreadsheets import FORMATS, attachment, writer_of
from inventory.exporting import Export
from inventory.portal.views.parts import PartsView
from inventory.vehicles import read_vehicle
from shops.rules import Act


class ExportView(PartsView):
    """CSV or a workbook, asked for as the list is."""

    def get(self, request: HttpRequest) -> HttpResponseBase:  # type: ignore[override]  # a file
        """Send the file as it is made."""
        self.require_act(Act.SEE_STOCK)
        said = request.GET.get("vehicle", "").strip()[:80]
        vehicle, _known = read_vehicle(said) if said else (None, None)
        export = Export(
            self.shop, request.GET.get("q", "").strip()[:120], self.filters(vehicle), self.may(Act.SEE_COST)
        )
        kind = request.GET.get("as", "")
        return file_of(export, kind if kind in FORMATS else FORMATS[0])


def file_of(export: Export, kind: str) -> StreamingHttpResponse:
    """The answer that sends a file of parts."""
    writer = writer_of(kind, _("Parts"), export.headers())
    return attachment(writer, export.batches(), f"parts-{timezone.localdate():%Y-%m-%d}")
