"""The page on which a phone counts. What it counts goes through the API."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core.errors import NotFound
from inventory.enums import CountStatus
from inventory.portal import count_reads
from inventory.portal.count_page import CountPage
from shops.rules import Act


class CountingView(CountPage):
    """Bin first, then part after part."""

    def get(self, request: HttpRequest, count_id: UUID) -> HttpResponse:
        """Show the page; a sheet that is not being counted shows its own."""
        self.require_act(Act.COUNT_STOCK)
        sheet = self.sheet(count_id)
        if sheet.status != CountStatus.COUNTING:
            return redirect("stock:count", count_id)
        context = {"sheet": sheet, "places": count_reads.places(sheet), "now": timezone.now()}
        return self.show("inventory/counts/counting.html", context)


class BinView(CountPage):
    """What stands on the sheet for one bin, for the counting page."""

    def get(self, request: HttpRequest, count_id: UUID) -> HttpResponse:
        """Answer it; `?bin=` empty is what lies in no bin."""
        self.require_act(Act.COUNT_STOCK)
        sheet = self.sheet(count_id)
        try:
            bin_id = UUID(request.GET["bin"]) if request.GET.get("bin") else None
        except ValueError as error:
            raise NotFound(_("There is no such bin.")) from error
        return JsonResponse(count_reads.in_bin(sheet, bin_id, sees_expected=self.sees_expected(sheet)))


class FindView(CountPage):
    """Parts by a typed name or number."""

    def get(self, request: HttpRequest, count_id: UUID) -> HttpResponse:
        """Answer them as buttons."""
        self.require_act(Act.COUNT_STOCK)
        self.sheet(count_id)
        text = request.GET.get("q", "").strip()[:120]
        parts = count_reads.found(self.shop, text) if len(text) > 1 else []
        return self.show("inventory/counts/found.html", {"parts": parts, "asked": text})
