"""The sections of a part's page that are edited in place: numbers, replacements, stand-ins, vehicles."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from clutch.core.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from clutch.core.photos import accept_photo
from inventory.actions.fitments import add_fitments, change_fitment, remove_fitments
from inventory.actions.numbers import add_number, change_number, remove_number
from inventory.actions.part_files import (
    add_document,
    add_photo,
    order_photos,
    remove_document,
    remove_photo,
)
from inventory.actions.parts import update_part
from inventory.actions.replacing import (
    join_interchange,
    leave_interchange,
    supersede_part,
    undo_supersession,
)
from inventory.models import Fitment, Part, PartNumber
from inventory.portal import reads
from inventory.portal.page import StockPage
from inventory.portal.part_forms import FilesForm, NumberForm, OtherPartForm, VehiclesForm
from inventory.search import Hit, search
from shops.models import VehicleModel
from shops.rules import Act

EXACT = ("number", "cross", "barcode")


@dataclass
class Done:
    """What an act has done, in words, and the fields that undo it; empty where nothing does."""

    text: str
    undo: dict[str, Any] = field(default_factory=dict)


class SectionView(StockPage):
    """A section of the page of one part: shown, and changed by what its buttons `do`."""

    template: ClassVar[str]
    form_class: ClassVar[type[forms.Form]]

    def get(self, request: HttpRequest, part_id: UUID) -> HttpResponse:
        """Show the section; `?edit=` opens its form with one row in it."""
        self.require_act(Act.SEE_STOCK)
        part = self.part(part_id)
        if request.headers.get("HX-Request") != "true":
            return redirect("stock:part", part_id=part.pk)
        row = self.row(part, request.GET.get("edit", ""))
        form = self.form(initial=self.form_class.said(row)) if row else self.form()  # type: ignore[attr-defined]
        return self.section(part, form, edited=row)

    def post(self, request: HttpRequest, part_id: UUID) -> HttpResponse:
        """Do one thing, and show the section with what came of it."""
        self.require_act(Act.EDIT_PARTS)
        part = self.part(part_id)
        act = getattr(self, f"do_{request.POST.get('do', '')}", None)
        if act is None:
            raise NotFound(_("There is nothing here."))
        form = self.form(request.POST, request.FILES)
        done = self.tried(partial(act, part, form), form)
        if done is None:
            row = self.row(part, request.POST.get("row", ""))
            return self.section(part, form, edited=row, status=422)
        if request.headers.get("HX-Request") != "true":
            messages.success(request, done.text)
            return redirect("stock:part", part_id=part.pk)
        return self.section(self.part(part_id), self.form(), done=done)

    def tried(self, act: Callable[[], Done | None], form: forms.Form) -> Done | None:
        """Run an act; a refusal goes into the form."""
        try:
            return act()
        except (NotFound, NotAllowed):
            raise
        except DomainError as refused:
            said = [str(text) for found in refused.fields.values() for text in found]
            for text in said or [str(refused.detail)]:
                form.add_error(None, text)
            return None

    def form(self, *args: Any, **kwargs: Any) -> Any:
        """A form whose fields have ids of their own on the page."""
        kwargs["auto_id"] = f"{self.form_class.__name__.lower()}_%s"
        return self.form_class(*args, **kwargs)

    def row(self, part: Part, key: str) -> Any:
        """The row that is being changed, or None."""
        return None

    def section(
        self, part: Part, form: forms.Form, *, done: Done | None = None, edited: Any = None, status: int = 200
    ) -> HttpResponse:
        """Render the section."""
        facts = reads.PartFacts(part, sees_cost=self.may(Act.SEE_COST))
        context = {"part": part, "facts": facts, "form": form, "done": done, "edited": edited}
        return self.show(self.template, {**context, **self.more(part, form)}, status=status)

    def more(self, part: Part, form: forms.Form) -> dict[str, Any]:
        """What only this section shows."""
        return {}

    def names(self, part: Part) -> dict[str, Any]:
        """Whose part it is and who acts."""
        return {"shop_id": self.member.shop_id, "actor": self.actor}

    def key(self) -> UUID:
        """The row that a button stands for. Raises NotFound."""
        try:
            return UUID(self.request.POST.get("row", ""))
        except ValueError as error:
            raise NotFound(_("There is nothing here.")) from error


class NumbersView(SectionView):
    """The other numbers."""

    template = "inventory/part/numbers.html"
    form_class = NumberForm

    def row(self, part: Part, key: str) -> PartNumber | None:
        """A number of the part."""
        return next((row for row in part.numbers.all() if str(row.pk) == key), None)

    def do_add(self, part: Part, form: NumberForm) -> Done | None:
        """Add one, or write the edited one anew."""
        if not form.is_valid():
            return None
        if self.request.POST.get("row"):
            names = {"part_id": part.pk, **self.names(part)}
            change_number(self.key(), given=form.given(), **names)
            return Done(_("Changed."))
        row = add_number(part.pk, given=form.given(), **self.names(part))
        return Done(_("Added: %(what)s.") % {"what": row.number})

    def do_remove(self, part: Part, form: NumberForm) -> Done:
        """Take one off."""
        row = remove_number(self.key(), part_id=part.pk, **self.names(part))
        return Done(_("Removed: %(what)s.") % {"what": row.number}, NumberForm.said(row))


class OtherPartView(SectionView):
    """Base: what is said about another part of the shop."""

    form_class = OtherPartForm

    def other(self, form: OtherPartForm) -> UUID | None:
        """The part that was chosen, or the only one that has the number."""
        if not form.is_valid():
            return None
        if chosen := form.cleaned_data["other"]:
            return UUID(str(chosen))
        hits = [hit for hit in self.hits(form.cleaned_data["q"]) if hit.matched_by in EXACT]
        if len(hits) != 1:
            form.add_error("q", _("Choose one of these parts.") if hits else _("No part has this number."))
            return None
        return hits[0].part_id

    def hits(self, text: str) -> list[Hit]:
        """What a text leads to."""
        return search(self.member.shop_id, text, limit=8).hits if text.strip() else []

    def more(self, part: Part, form: forms.Form) -> dict[str, Any]:
        """What may have been meant by a number that is not one part's alone."""
        text = form.data.get("q", "") if form.is_bound and form.errors else ""
        return {"found": [row for row in reads.rows(self.hits(text)) if row.part.pk != part.pk]}


class ReplacingView(OtherPartView):
    """What replaces it."""

    template = "inventory/part/replacing.html"

    def do_add(self, part: Part, form: OtherPartForm) -> Done | None:
        """Say what replaces it."""
        other = self.other(form)
        if other is None:
            return None
        supersede_part(part.pk, new_part_id=other, note=form.cleaned_data["note"], **self.names(part))
        return Done(_("Replaced from now on."))

    def do_remove(self, part: Part, form: OtherPartForm) -> Done:
        """Take it back."""
        was = part.superseded_by_id
        undo_supersession(part.pk, **self.names(part))
        return Done(_("Not replaced any more."), {"other": was})


class InterchangeView(OtherPartView):
    """What can stand in for it."""

    template = "inventory/part/interchange.html"

    def do_add(self, part: Part, form: OtherPartForm) -> Done | None:
        """Let another part stand in for it."""
        other = self.other(form)
        if other is None:
            return None
        join_interchange(part.pk, other_id=other, **self.names(part))
        return Done(_("They stand in for one another."))

    def do_remove(self, part: Part, form: OtherPartForm) -> Done:
        """Take this part, or another one, out of the group."""
        group = list(Part.objects.filter(interchange=part.interchange_id).values_list("pk", flat=True))
        leaving = self.key()
        if part.interchange_id is None or leaving not in group:
            raise NotFound(_("There is no such part."))
        leave_interchange(leaving, **self.names(part))
        other = next(pk for pk in group if pk != leaving) if leaving == part.pk else leaving
        return Done(_("Stands in no longer."), {"other": other})


class VehiclesView(SectionView):
    """The vehicles it fits."""

    template = "inventory/part/vehicles.html"
    form_class = VehiclesForm

    def row(self, part: Part, key: str) -> Fitment | None:
        """A vehicle of the part."""
        try:
            return part.fitments.select_related("make", "model").filter(pk=UUID(key)).first()
        except ValueError:
            return None

    def more(self, part: Part, form: forms.Form) -> dict[str, Any]:
        """The models of the make that is chosen."""
        make = str(form["make"].value() or "")
        models = VehicleModel.objects.filter(make=int(make)).order_by("name") if make.isdecimal() else []
        value = form["models"].value() or []
        chosen = value if isinstance(value, list) else [value]
        return {"models": models, "chosen": {str(model) for model in chosen}}

    def do_add(self, part: Part, form: VehiclesForm) -> Done | None:
        """Add vehicles, or say the edited one anew."""
        if not form.is_valid():
            return None
        given = form.given()
        if not self.request.POST.get("row"):
            rows = add_fitments(part.pk, given=given, **self.names(part))
            return Done(_("Vehicles: %(count)s.") % {"count": len(rows)})
        if len(given) > 1:
            form.add_error(None, _("This row is one vehicle: one model, one span of years."))
            return None
        change_fitment(self.key(), part_id=part.pk, given=given[0], **self.names(part))
        return Done(_("Changed."))

    def do_remove(self, part: Part, form: VehiclesForm) -> Done:
        """Say no longer that it fits one."""
        [row] = remove_fitments(part.pk, fitment_ids=[self.key()], **self.names(part))
        what = f"{row.make} {row.model or ''}".strip()
        return Done(_("Removed: %(what)s.") % {"what": what}, VehiclesForm.said(row))

    def do_universal(self, part: Part, form: VehiclesForm) -> Done:
        """Say that it fits any vehicle, or only those that are named."""
        given = {"is_universal": not part.is_universal}
        update_part(part.pk, given=given, **self.names(part))  # type: ignore[arg-type]  # one key of them
        return Done(_("Fits any vehicle.") if given["is_universal"] else _("Fits the named vehicles only."))


class ModelsView(StockPage):
    """The models of a make, to tick."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer them for `?make=`."""
        self.require_act(Act.EDIT_PARTS)
        make = request.GET.get("make", "")
        known = make.isdecimal() and len(make) < 10
        models = VehicleModel.objects.filter(make=int(make)).order_by("name") if known else []
        return self.show("inventory/part/models.html", {"models": models})


class FoundPartsView(StockPage):
    """Parts that a text leads to, as buttons of the form that asks."""

    def get(self, request: HttpRequest, part_id: UUID) -> HttpResponse:
        """Answer them for `?q=`, without the part itself."""
        self.require_act(Act.EDIT_PARTS)
        part = self.part(part_id)
        text = request.GET.get("q", "").strip()[:120]
        hits = search(self.member.shop_id, text, limit=8).hits if text else []
        found = [row for row in reads.rows(hits) if row.part.pk != part.pk]
        return self.show("inventory/part/found.html", {"found": found, "asked": text})


class FilesView(SectionView):
    """Photos and documents."""

    template = "inventory/part/files.html"
    form_class = FilesForm

    def do_photos(self, part: Part, form: FilesForm) -> Done | None:
        """Add photos, each in an act of its own: one that is refused keeps no other out."""
        chosen = self.request.FILES.getlist("photos")
        if not chosen:
            form.add_error("photos", _("Choose a photo."))
        added = 0
        for file in chosen:
            try:
                add_photo(part.pk, photo=accept_photo(file), **self.names(part))
                added += 1
            except (Invalid, Conflict) as refused:
                form.add_error("photos", f"{file.name}: {refused.detail}")
        return None if form.errors else Done(_("Photos: %(count)s.") % {"count": added})

    def do_document(self, part: Part, form: FilesForm) -> Done | None:
        """Add a PDF."""
        file = self.request.FILES.get("file")
        if file is None:
            form.add_error("file", _("Choose a PDF."))
            return None
        name = self.request.POST.get("name", "")[:120]
        row = add_document(part.pk, file=file, name=name, **self.names(part))
        return Done(_("Added: %(what)s.") % {"what": row.name})

    def do_cover(self, part: Part, form: FilesForm) -> Done:
        """Put a photo first."""
        order_photos(part.pk, photo_ids=[self.key()], **self.names(part))
        return Done(_("This photo is the cover now."))

    def do_earlier(self, part: Part, form: FilesForm) -> Done:
        """Move a photo one place towards the front."""
        keys = [photo.pk for photo in part.photos.all()]
        at = keys.index(self.key()) if self.key() in keys else 0
        keys[at - 1 : at + 1] = reversed(keys[at - 1 : at + 1])
        order_photos(part.pk, photo_ids=keys, **self.names(part))
        return Done(_("Moved."))

    def do_remove(self, part: Part, form: FilesForm) -> Done:
        """Remove a photo."""
        remove_photo(self.key(), part_id=part.pk, **self.names(part))
        return Done(_("The photo is removed."))

    def do_drop(self, part: Part, form: FilesForm) -> Done:
        """Remove a document."""
        remove_document(self.key(), part_id=part.pk, **self.names(part))
        return Done(_("The document is removed."))


SECTIONS: dict[str, type[SectionView]] = {
    "numbers": NumbersView,
    "replacing": ReplacingView,
    "interchange": InterchangeView,
    "vehicles": VehiclesView,
    "files": FilesView,
}
