"""Scan a code: which part it is, what it costs, where it lies; and attach a code that is new."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from clutch.core.errors import DomainError, Invalid, NotFound
from clutch.core.pages import attempted
from inventory import search
from inventory.actions.barcodes import attach_barcode, detach_barcode
from inventory.enums import Symbology
from inventory.lookup import Found, candidates, find_by_code
from inventory.models import Barcode
from inventory.portal.page import StockPage
from shops.rules import Act

FRAGMENT = "inventory/portal/scan/found.html"


class ScanPage(StockPage):
    """Base: the navigation shows "Scan"."""

    nav = "scan"

    def found(self, code: str, *, status: int = 200, **more: Any) -> HttpResponse:
        """What a code means, as the page or the part of it that changes."""
        context: dict[str, Any] = {"code": code, "may_attach": self.may(Act.EDIT_PARTS), **more}
        if code:
            try:
                found = find_by_code(self.shop, code)
                context |= {"found": found, "codes": self._codes(found)}
            except Invalid as refused:
                context["wrong"] = refused.detail
        return self.show("inventory/portal/scan/index.html", context, status=status, fragment=FRAGMENT)

    def _codes(self, found: Found) -> list[Barcode]:
        """All codes of the one part that was found."""
        if len(found.candidates) != 1:
            return []
        return list(Barcode.objects.filter(part=found.candidates[0].part).order_by("created_at"))


class ScanView(ScanPage):
    """`/portal/scan`."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the page, with what `?code=` means."""
        self.require_act(Act.SEE_STOCK)
        return self.found(request.GET.get("code", "").strip())


class PartsView(ScanPage):
    """Parts to attach a code to."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The parts that a few letters or digits find."""
        self.require_act(Act.EDIT_PARTS)
        text = request.GET.get("q", "").strip()
        hits = search.search(self.shop.pk, text, limit=8).hits if len(text) >= 2 else []
        rows = candidates(self.shop, {hit.part_id: "number" for hit in hits}, units=1)
        context = {"rows": rows, "asked": text, "code": request.GET.get("code", "")}
        return self.show("inventory/portal/scan/parts.html", context)


class AttachView(ScanPage):
    """A code for a part."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Attach it, and show what it means now."""
        self.require_act(Act.EDIT_PARTS)
        code, units = request.POST.get("code", "").strip(), request.POST.get("units", "1").strip()
        part = self.part(request.POST.get("part", ""))
        kind = request.POST.get("symbology") or None
        if kind not in {None, *Symbology.values}:
            raise NotFound(_("There is nothing here."))
        act = partial(
            attach_barcode,
            part.pk,
            shop_id=self.shop.pk,
            code=code,
            symbology=kind,
            units=int(units) if units.isdecimal() and len(units) < 10 else 0,
            actor=self.actor,
        )
        try:
            act()
        except NotFound:
            raise
        except DomainError as refused:
            said = [str(text) for found in refused.fields.values() for text in found]
            return self.found(code, status=422, refused=" ".join(said) or refused.detail)
        return self.found(code, said=_("The code is attached."))


class DetachView(ScanPage):
    """A code taken off its part."""

    def post(self, request: HttpRequest, barcode_id: UUID) -> HttpResponse:
        """Detach it."""
        self.require_act(Act.EDIT_PARTS)
        attempted(request, partial(detach_barcode, barcode_id, shop_id=self.shop.pk, actor=self.actor))
        code = request.POST.get("code", "")
        if request.headers.get("HX-Request") == "true":
            return self.found(code, said=_("The code is taken off."))
        return redirect(f"{reverse('stock:scan')}?code={code}")
