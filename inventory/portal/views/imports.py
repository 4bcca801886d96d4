"""The way of a file through the shop's pages: chosen, mapped, checked, imported, taken back."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clutch.core.errors import Conflict, Invalid, NotFound
from clutch.core.pages import domain_errors_to_form, new_key, once
from clutch.core.spreadsheets import attachment, writer_of
from inventory.actions import importing as acts
from inventory.enums import ImportKind, ImportStatus
from inventory.importing import undoing
from inventory.importing.fields import labels
from inventory.importing.headers import column_name
from inventory.importing.issues import NOTES, words
from inventory.importing.preview import Preview, labelled, preview, refused_headers, refused_rows
from inventory.models import ImportIssue, PartImport
from inventory.portal.import_forms import LayoutForm, MappingForm, UploadForm
from inventory.portal.page import StockPage
from shops.portal.working import Question
from shops.rules import PERMISSIONS, Act

STEPS = (
    ("file", gettext_lazy("File")),
    ("columns", gettext_lazy("Columns")),
    ("check", gettext_lazy("Check")),
    ("done", gettext_lazy("Import")),
)
# Which step a file stands at.
STEP_OF = {
    ImportStatus.UPLOADED: "columns",
    ImportStatus.CHECKING: "check",
    ImportStatus.READY: "check",
}
AT_WORK = (ImportStatus.CHECKING, ImportStatus.RUNNING, ImportStatus.UNDOING)


class ImportPage(StockPage):
    """A page of imports; for who may import."""

    def source(self, import_id: UUID) -> PartImport:
        """An import of this shop. Raises NotFound for any other, NotAllowed by role."""
        self.require_act(Act.IMPORT_PARTS)
        found = (
            PartImport.objects.select_related("shop", "started_by")
            .filter(shop=self.shop, pk=import_id)
            .first()
        )
        if found is None:
            raise NotFound(_("There is no such import."))
        return found

    def steps(self, current: str) -> list[dict[str, Any]]:
        """The steps of the way, and which are done."""
        at = [key for key, _label in STEPS].index(current)
        return [
            {"label": label, "done": index < at, "current": index == at}
            for index, (_key, label) in enumerate(STEPS)
        ]


class ImportsView(ImportPage):
    """Choose a file and what it is; below, the former imports."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form and the list."""
        self.require_act(Act.IMPORT_PARTS)
        return self.page(UploadForm(initial={"kind": request.GET.get("kind", "")}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take the file in, or say at its field why not."""
        self.require_act(Act.IMPORT_PARTS)
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            given = form.cleaned_data
            act = partial(
                acts.upload_import, self.shop.pk, kind=given["kind"], file=given["file"], actor=self.actor
            )
            try:
                return once(request, act, to=lambda source: reverse("stock:import", args=[source.pk]))
            except Invalid as refused:
                domain_errors_to_form(form, refused)
        return self.page(form, status=422)

    def page(self, form: UploadForm, *, status: int = 200) -> HttpResponse:
        """The page with a form."""
        rows = PartImport.objects.filter(shop=self.shop).select_related("started_by").order_by("-created_at")
        context = {
            "form": form,
            "page_obj": self.page_of(rows),
            "key": new_key(),
            "steps": self.steps("file"),
            "kinds": ImportKind,
        }
        return self.show("inventory/portal/imports/list.html", context, status=status)


class ImportView(ImportPage):
    """One import, as far as it has come."""

    def get(self, request: HttpRequest, import_id: UUID) -> HttpResponse:
        """Show what is to be done next, how far the work is, or what came of it."""
        source = self.source(import_id)
        mapping = source.status == ImportStatus.UPLOADED or (
            request.GET.get("step") == "columns"
            and source.status in (ImportStatus.READY, ImportStatus.FAILED)
            and not source.applied_through
        )
        return self.columns(source) if mapping else self.state(source)

    def columns(
        self, source: PartImport, form: MappingForm | None = None, layout: LayoutForm | None = None,
        look: Preview | None = None,
    ) -> HttpResponse:  # fmt: skip
        """The page on which the columns are named."""
        look = look or preview(source)
        form = form or MappingForm(source, self.member, look)
        former = PartImport.objects.filter(
            shop=self.shop, file_hash=source.file_hash, status=ImportStatus.DONE
        )
        context = {
            "source": source,
            "look": look,
            "form": form,
            "layout": layout or LayoutForm(source),
            "letters": [
                column_name(n) for n in range(max((len(cells) for _row, cells in look.rows), default=0))
            ],
            "former": former.exclude(pk=source.pk).order_by("-created_at").first(),
            "steps": self.steps("columns"),
            "key": new_key(),
        }
        wrong = form.errors or (layout and layout.errors)
        return self.show("inventory/portal/imports/columns.html", context, status=422 if wrong else 200)

    def state(self, source: PartImport) -> HttpResponse:
        """The page of a file that is checked, imported or taken back."""
        status = ImportStatus(source.status)
        undone = status in (ImportStatus.UNDOING, ImportStatus.UNDONE)
        issues = ImportIssue.objects.filter(source=source, at_undo=undone).order_by("row", "id")
        page = self.page_of(issues) if status not in AT_WORK else None
        context = {
            "source": source,
            "at_work": status in AT_WORK,
            "rows_good": source.rows_total - source.rows_bad,
            "page_obj": page,
            "issues": [told(source, issue) for issue in page or ()],
            "notes": [
                {"text": NOTES[code], "rows": count, "first": row}
                for code, (count, row) in source.notes.items()
            ],
            "look": preview(source) if status == ImportStatus.READY else None,
            "meant": self.meant(source),
            "steps": self.steps(STEP_OF.get(status, "done")),
            "key": new_key(),
        }
        return self.show(
            "inventory/portal/imports/page.html", context, fragment="inventory/portal/imports/state.html"
        )

    @staticmethod
    def meant(source: PartImport) -> list[tuple[str, str]]:
        """Each column of the file with the field that it is."""
        names = labels()
        fields = {index: names[name] for name, index in source.mapping.items()}
        return [(header, fields.get(index, "")) for index, header in enumerate(source.headers)]


def told(source: PartImport, issue: ImportIssue) -> dict[str, Any]:
    """An error in words."""
    text, fix = words(issue.code, issue.params)
    return {
        "row": issue.row,
        "header": labelled(source, issue),
        "value": issue.value,
        "text": text,
        "fix": fix,
    }


class LayoutView(ImportView):
    """Say how the file is read."""

    def get(self, request: HttpRequest, import_id: UUID) -> HttpResponse:
        """The page of the columns holds the form."""
        return redirect("stock:import", import_id)

    def post(self, request: HttpRequest, import_id: UUID) -> HttpResponse:
        """Read it so, and suggest the columns anew."""
        source = self.source(import_id)
        form = LayoutForm(source, request.POST)
        to = reverse("stock:import", args=[source.pk])
        if form.is_valid():
            act = partial(acts.set_layout, source.pk, shop_id=self.shop.pk, actor=self.actor, **form.given())
            if self.attempt(act, form, to):
                return redirect(to)
        return self.columns(source, layout=form)


class MappingView(ImportView):
    """Say which column is which field."""

    def get(self, request: HttpRequest, import_id: UUID) -> HttpResponse:
        """The page of the columns holds the form."""
        return redirect("stock:import", import_id)

    def post(self, request: HttpRequest, import_id: UUID) -> HttpResponse:
        """Check the file so."""
        source = self.source(import_id)
        look = preview(source)
        form = MappingForm(source, self.member, look, request.POST)
        to = reverse("stock:import", args=[source.pk])
        if form.is_valid():
            act = partial(
                acts.map_import, source.pk, shop_id=self.shop.pk, mapping=form.mapping(),
                options=form.options(), actor=self.actor,
            )  # fmt: skip
            if self.attempt(act, form, to):
                return redirect(to)
        return self.columns(source, form, look=look)


class RunView(ImportPage):
    """Begin to import, or go on with one that broke off."""

    def post(self, request: HttpRequest, import_id: UUID) -> HttpResponse:
        """Run it; what it does is told as it comes along."""
        source = self.source(import_id)
        to = reverse("stock:import", args=[source.pk])
        skip = request.POST.get("skip_errors") == "on" or bool(source.applied_through)
        act = partial(acts.run_import, source.pk, shop_id=self.shop.pk, skip_errors=skip, actor=self.actor)
        try:
            return once(request, act, to=lambda _source: to)
        except Conflict as refused:
            return self.refuse(str(refused.detail), to)


class CancelView(ImportPage):
    """Give a file up."""

    def post(self, request: HttpRequest, import_id: UUID) -> HttpResponse:
        """Nothing of it was imported; it is removed."""
        source = self.source(import_id)
        act = partial(acts.cancel_import, source.pk, shop_id=self.shop.pk, actor=self.actor)
        to = reverse("stock:imports")
        try:
            once(request, act, to=lambda _source: to)
        except Conflict as refused:
            return self.refuse(str(refused.detail), reverse("stock:import", args=[source.pk]))
        return self.moved(_("The file is given up; nothing of it was imported."), to)


class UndoView(Question, ImportPage):
    """Take a whole import back; first what that would change is said."""

    roles = PERMISSIONS[Act.IMPORT_PARTS]
    title = gettext_lazy("Undo this import?")
    button = gettext_lazy("Undo the import")
    done_text = gettext_lazy("The import is being undone.")
    tone = "danger"

    @property
    def lead(self) -> Any:
        """What the undo would change, and what it would not."""
        return " ".join(foreseen(self.source(self.kwargs["import_id"])))

    def subject(self, import_id: UUID) -> PartImport:
        """The import."""
        return self.source(import_id)

    def perform(self, subject: PartImport, said: dict[str, Any]) -> Any:
        """Undo it."""
        return acts.undo_import(subject.pk, shop_id=self.shop.pk, actor=self.actor)

    def back(self, import_id: UUID) -> str:
        """The import's page."""
        return reverse("stock:import", args=[import_id])


def foreseen(source: PartImport) -> list[str]:
    """What an undo would do as things stand, in sentences."""
    would = undoing.foresee(source)
    said = [
        _("Parts that it made and that would be removed: %(n)s.") % {"n": would.remove},
        _("Parts that would get back what they had before: %(n)s.") % {"n": would.restore},
    ]
    if source.kind == ImportKind.OPENING_STOCK:
        said.append(_("Units that would leave the shelves again: %(n)s.") % {"n": source.units_moved})
    if would.moved:
        said.append(_("Parts that stay, because they were sold or moved since: %(n)s.") % {"n": would.moved})
    return [*said, _("What somebody has changed by hand since stays too, and is listed afterwards.")]


class RefusedView(ImportPage):
    """The rows with errors as a file to mend and to bring again."""

    def get(self, request: HttpRequest, import_id: UUID) -> HttpResponseBase:
        """A CSV file, row by row."""
        source = self.source(import_id)
        if not source.rows_bad or not source.file:
            raise NotFound(_("There is nothing here."))
        writer = writer_of("csv", source.number, refused_headers(source))
        return attachment(writer, refused_rows(source), f"{source.number}-refused")
