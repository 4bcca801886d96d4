"""Print labels: a list of parts and bins with quantities, on the paper that the shop has."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from clutch.core.errors import Invalid
from inventory.labels import MOST_LABELS, SHEETS
from inventory.lookup import find_by_code
from inventory.models import Bin, Part
from inventory.portal.page import StockPage
from inventory.printing import Copies, print_labels
from shops.rules import Act

# From one visit to the next: the paper does not change as often as the parts.
SHEET = "label_sheet"
MOST_ROWS = 200


@dataclass(frozen=True)
class Row:
    """A line of the list: a part or a bin, and how many labels of it."""

    field: str
    name: str
    number: str
    copies: int = 1


class LabelsPage(StockPage):
    """Base: the navigation shows "Labels"."""

    nav = "labels"

    def parts(self, ids: Iterable[UUID], copies: int = 1) -> list[Row]:
        """The parts of the shop among `ids`."""
        rows = Part.objects.filter(shop=self.shop, pk__in=list(ids)[:MOST_ROWS]).order_by("name", "pk")
        return [Row(f"part-{row.pk}", row.name, row.number, copies) for row in rows]

    def bins(self, ids: Iterable[UUID] | None = None) -> list[Row]:
        """The bins of the shop among `ids`, all without."""
        rows = Bin.objects.filter(shop=self.shop, is_active=True).order_by("code")
        if ids is not None:
            rows = rows.filter(pk__in=list(ids))
        return [Row(f"bin-{row.pk}", row.name or _("Bin"), row.code) for row in rows[:MOST_ROWS]]


class LabelsView(LabelsPage):
    """`/portal/labels`; `?part=ID&copies=4` and `?bins=all` fill the list."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the list."""
        self.require_act(Act.EDIT_PARTS)
        copies = _number(request.GET.get("copies", ""), 1, MOST_LABELS)
        rows = self.parts(_ids(request.GET.getlist("part")), copies)
        if request.GET.get("bins") == "all":
            rows += self.bins()
        return self.page(rows)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer the PDF, which the browser shows in a tab of its own."""
        self.require_act(Act.EDIT_PARTS)
        sheet = request.POST.get("sheet", "")
        wanted = list(_wanted(request))
        try:
            made = print_labels(
                self.shop,
                wanted,
                sheet=sheet,
                skip=_number(request.POST.get("skip", ""), 0, 64),
                with_prices="with_prices" in request.POST,
                actor=self.actor,
            )
        except Invalid as refused:
            messages.error(request, str(refused.detail))
            return redirect("stock:labels")
        request.session[SHEET] = sheet
        answer = HttpResponse(made, content_type="application/pdf")
        answer["Content-Disposition"] = 'inline; filename="labels.pdf"'
        return answer

    def page(self, rows: list[Row]) -> HttpResponse:
        """The form with its list."""
        chosen = self.request.session.get(SHEET, "a4-3x8")
        context = {"rows": rows, "sheets": SHEETS.values(), "chosen": chosen, "most": MOST_LABELS}
        return self.show("inventory/portal/labels/index.html", context)


class RowsView(LabelsPage):
    """What a scan adds to the list."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The rows of a code: a part, each of several brands, or a bin."""
        self.require_act(Act.EDIT_PARTS)
        code = request.GET.get("code", "")
        try:
            found = find_by_code(self.shop, code)
        except Invalid as refused:
            return self.show("inventory/portal/labels/rows.html", {"wrong": refused.detail})
        rows = self.parts(candidate.part.pk for candidate in found.candidates)
        if found.bin:
            rows = self.bins([found.bin.pk])
        wrong = "" if rows else _("Nothing has the code or number %(code)s.") % {"code": code}
        return self.show("inventory/portal/labels/rows.html", {"rows": rows, "wrong": wrong})


def _number(text: str, least: int, most: int) -> int:
    number = int(text) if text.isdecimal() and len(text) < 6 else least
    return min(max(number, least), most)


def _ids(texts: Iterable[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _wanted(request: HttpRequest) -> Iterable[Copies]:
    for name, text in request.POST.items():
        kind, _dash, rest = name.partition("-")
        copies = _number(str(text), 0, MOST_LABELS)
        for found in _ids([rest]) if kind in ("part", "bin") and copies else []:
            yield Copies(copies, part_id=found) if kind == "part" else Copies(copies, bin_id=found)
