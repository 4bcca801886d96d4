"""The list of parts, the page of one, and the form that changes it."""

from functools import partial
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clutch.core.pages import new_key
from inventory.actions.parts import change_status, create_part, delete_part, update_part
from inventory.enums import PartStatus
from inventory.models import Movement, Part
from inventory.portal import reads
from inventory.portal.forms import PartForm, StatusForm
from inventory.portal.page import PartQuestion, StockPage
from inventory.portal.views import belonging
from inventory.search import Filters, Page, Vehicle, search
from inventory.vehicles import read_vehicle
from shops.rules import Act, may
from shops.vin import MOST, clean


def section_forms() -> dict[str, Any]:
    """The empty forms of the sections that are edited in place."""
    return {name: view().form() for name, view in belonging.SECTIONS.items()}


PER_PAGE = 30
MOVEMENTS = 15


class PartsView(StockPage):
    """The parts of the shop, found by any number or word."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show what is found; the list alone to htmx."""
        text = request.GET.get("q", "").strip()[:120]
        said = request.GET.get("vehicle", "").strip()[:80]
        vehicle, known = read_vehicle(said) if said else (None, None)
        found = self.found(text, vehicle)
        if text and not found.hits and not said and len(clean(text)) == MOST:
            # Nothing has this number, and it is as long as a VIN: what fits that vehicle?
            vehicle, known = read_vehicle(text)
            found = self.found("", vehicle) if vehicle else found
        context = {
            "search": text,
            "asked": request.GET,
            "rows": reads.rows(found.hits),
            "next_cursor": found.next_cursor,
            "vehicle": known,
            "vehicle_unknown": said and known is None,
            "statuses": PartStatus.choices,
            "categories": reads.categories_of(self.member.shop_id),
            "bins": reads.bins_of(self.member.shop_id),
            "narrowed": any(
                request.GET.get(name) for name in ("category", "bin", "stock", "status", "brand", "vehicle")
            ),
        }
        return self.show("inventory/list.html", context, fragment="inventory/rows.html")

    def found(self, text: str, vehicle: Vehicle | None) -> Page:
        """A page of what the text, the filters and the vehicle leave."""
        return search(
            self.member.shop_id, text, filters=self.filters(vehicle), limit=PER_PAGE,
            cursor=self.request.GET.get("after", ""),
        )  # fmt: skip

    def filters(self, vehicle: Vehicle | None = None) -> Filters:
        """What the list is narrowed to; what makes no sense narrows nothing."""
        asked = self.request.GET
        status = asked.get("status", "")
        stock = asked.get("stock", "")
        return Filters(
            brand=asked.get("brand", "").strip()[:80],
            category_id=_uuid(asked.get("category")),
            bin_id=_uuid(asked.get("bin")),
            in_stock={"in": True, "out": False}.get(stock),
            low=True if stock == "low" else None,
            statuses=[status] if status in PartStatus.values else [],
            vehicle=vehicle,
        )


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


class PartView(StockPage):
    """One part: what it is, what there is of it, what it fits, what moved, who wants it."""

    def get(self, request: HttpRequest, part_id: UUID) -> HttpResponse:
        """Show it; the live part is answered alone to htmx."""
        part = self.part(part_id)
        facts = reads.PartFacts(part, sees_cost=may(self.member, Act.SEE_COST))
        context = {
            "part": part,
            "facts": facts,
            "movements": self.movements(part.pk),
            "forms": section_forms(),
        }
        return self.show("inventory/part.html", context, fragment="inventory/state.html")

    @staticmethod
    def movements(part_id: UUID) -> list[Movement]:
        """The last movements; the rest has a page of its own."""
        return list(reads.movements(part_id)[:MOVEMENTS])


class MovementsView(StockPage):
    """The whole ledger of one part."""

    def get(self, request: HttpRequest, part_id: UUID) -> HttpResponse:
        """Show a page of it."""
        part = self.part(part_id)
        page = Paginator(reads.movements(part.pk), 50).get_page(request.GET.get("page"))
        return self.show("inventory/movements.html", {"part": part, "page_obj": page, "movements": page})


class PartFormView(StockPage):
    """Enter a part, or change one."""

    def get(self, request: HttpRequest, part_id: UUID | None = None) -> HttpResponse:
        """Show the form."""
        self.require_act(Act.EDIT_PARTS)
        part = self.part(part_id) if part_id else None
        initial = PartForm.initial_of(part) if part else self.asked()
        return self.answer(self.form(initial=initial), part)

    def post(self, request: HttpRequest, part_id: UUID | None = None) -> HttpResponse:
        """Save it, or show what was refused at its field."""
        self.require_act(Act.EDIT_PARTS)
        part = self.part(part_id) if part_id else None
        form = self.form(request.POST)
        to = reverse("stock:part", args=[part.pk]) if part else reverse("stock:parts")
        if form.is_valid() and self.attempt(self.act_of(part, form), form, to):
            text = _("Saved.") if part else _("The part is in your catalogue.")
            return self.moved(text, to if part else f"{to}?q={form.cleaned_data['name']}")
        return self.answer(form, part, status=422)

    def act_of(self, part: Part | None, form: PartForm) -> Any:
        """The one action."""
        shop_id, given = self.member.shop_id, form.given()
        if part is None:
            return partial(create_part, shop_id, given=given, actor=self.actor)
        version = self.request.POST.get("version", "")
        return partial(
            update_part, part.pk, shop_id=shop_id, given=given, actor=self.actor,
            expected_version=int(version) if version.isdecimal() else None,
        )  # fmt: skip

    def form(self, *args: Any, **kwargs: Any) -> PartForm:
        """The form, with what the role may see and set."""
        return PartForm(
            self.member.shop_id, *args,
            sets_prices=may(self.member, Act.SET_PRICES), sees_cost=may(self.member, Act.SEE_COST), **kwargs,
        )  # fmt: skip

    def asked(self) -> dict[str, Any]:
        """What the address brings along: a number that was searched and not found."""
        return {name: self.request.GET.get(name, "")[:120] for name in ("number", "name", "brand")}

    def answer(self, form: PartForm, part: Part | None, *, status: int = 200) -> HttpResponse:
        """Render the form."""
        version = self.request.POST.get("version") or (part.version if part else "")
        key = self.request.POST.get("idempotency_key") or new_key()
        context = {"form": form, "part": part, "part_version": version, "key": key}
        return self.show("inventory/form.html", context, status=status)


class StatusView(PartQuestion):
    """Take a part out of use, or into use again."""

    form_class = StatusForm
    title = gettext_lazy("In use or not")
    lead = gettext_lazy("A part that is not active stays in the books and is not offered any more.")
    button = gettext_lazy("Change")
    done_text = gettext_lazy("Changed.")

    def initial(self, subject: Part) -> dict[str, Any]:
        """As it is."""
        return {"status": subject.status}

    def perform(self, subject: Part, said: dict[str, Any]) -> Any:
        """Change it."""
        return change_status(
            subject.pk, shop_id=self.member.shop_id, status=said["status"], reason=said["reason"],
            actor=self.actor,
        )  # fmt: skip


class DeleteView(PartQuestion):
    """Delete a part that was entered by mistake."""

    title = gettext_lazy("Delete this part?")
    lead = gettext_lazy("Only a part that never moved can be deleted. This cannot be taken back.")
    button = gettext_lazy("Delete")
    tone = "danger"

    def post(self, request: HttpRequest, **names: Any) -> HttpResponse:
        """Delete it and leave its page; a refusal is shown in the question."""
        self.require(self.roles)
        part = self.subject(**names)
        form = self.form(part, request.POST)
        to = reverse("stock:parts")
        form.is_valid()
        act = partial(delete_part, part.pk, shop_id=self.member.shop_id, actor=self.actor)
        if self.attempt(act, form, to):
            return self.moved(_("Deleted."), to)
        return self.ask(form, status=422, **names)
