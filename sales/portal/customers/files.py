"""Customers out of the system and into it: the export, and the way of a file with its preview."""

from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core.errors import DomainError, NotFound
from clutch.core.ids import new_id
from clutch.core.pages import new_key
from clutch.core.spreadsheets import FORMATS, stream, writer_of
from inventory.importing import reading
from inventory.importing.cells import as_text
from inventory.importing.issues import words
from sales import customer_tables as tables
from sales.actions.customer_import import MOST_ROWS, FileRow, Outcome, checked, import_customers
from sales.portal.customers.forms import FileForm
from sales.portal.customers.page import CustomerPage
from sales.portal.customers.reads import asked_of, listed
from shops.rules import Act

KEPT_SECONDS = 3600
MOST_COLUMNS = 40
SHOWN = 5
SHOWN_ERRORS = 100


class ExportView(CustomerPage):
    """What the list shows, as a file."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """CSV, or a workbook with `format=xlsx`; row by row, however many there are."""
        self.require_act(Act.TRANSFER_CUSTOMERS)
        kind = request.GET.get("format", "")
        writer = writer_of(kind if kind in FORMATS else "csv", _("Customers"), tables.headings())
        rows = tables.exported(listed(self.member.shop_id, asked_of(request.GET)))
        answer = StreamingHttpResponse(stream(writer, rows), content_type=writer.content_type)
        name = f"customers-{timezone.localdate().isoformat()}.{writer.extension}"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        answer["Cache-Control"] = "private, no-store"
        return answer


class ImportView(CustomerPage):
    """A file with customers."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for it."""
        self.require_act(Act.TRANSFER_CUSTOMERS)
        return self.ask(FileForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Read it and keep its rows for an hour; then its columns are shown."""
        self.require_act(Act.TRANSFER_CUSTOMERS)
        form = FileForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                table = read_table(form.cleaned_data["file"])
            except DomainError as refused:
                form.add_error("file", str(refused.detail))
            else:
                key = new_id()
                cache.set(kept(self.member.pk, key), table, KEPT_SECONDS)
                return redirect("customers:import-check", key)
        return self.ask(form, status=422)

    def ask(self, form: FileForm, *, status: int = 200) -> HttpResponse:
        """Render the form."""
        context = {"form": form, "most": MOST_ROWS, "fields": [name for _key, name in tables.fields()]}
        return self.show("sales/customers/import.html", context, status=status)


def kept(member_id: UUID, key: UUID) -> str:
    """Under which name a file's rows wait; only who brought it finds them."""
    return f"customers-import:{member_id}:{key}"


def read_table(file: Any) -> dict[str, Any]:
    """Name, headers, suggested fields and rows of a file, cells as text. Raises Invalid."""
    reading.check_file(file.name, file.size)
    raw = reading.raw(file)
    layout, sheets = reading.detect(raw)
    heads = reading.heads(raw, file.size, layout, sheets)
    sheet = next((name for name, head in heads.items() if tables.header_row(head)), next(iter(heads), ""))
    header = tables.header_row(heads[sheet]) if heads else 0
    if not header:
        message = _("No row of this file names a column that is known: add headers such as Name and Phone.")
        raise reading.refused(message, "no_headers")
    headers, fields = tables.suggested(heads[sheet], header)
    layout = reading.chosen(layout, sheets, sheet=sheet)
    rows: list[tuple[int, list[str]]] = []
    for number, cells in reading.open_reader(raw, file.size, layout).rows():
        texts = [as_text(cell) for cell in cells[:MOST_COLUMNS]]
        if number <= header or not any(text.strip() for text in texts):
            continue
        if len(rows) == MOST_ROWS:
            message = _("A file can have at most %(rows)s rows.") % {"rows": MOST_ROWS}
            raise reading.refused(message, "too_many_rows")
        rows.append((number, texts))
    if not rows:
        raise reading.refused(_("This file has no rows below its headers."), "no_rows")
    fields = fields[:MOST_COLUMNS]
    return {"name": file.name[:120], "headers": headers[:MOST_COLUMNS], "fields": fields, "rows": rows}


class CheckView(CustomerPage):
    """What a file would do: its columns, the first rows, and every error by row and column."""

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Show it; with `c0=name` and so on in the address as the columns are meant there."""
        self.require_act(Act.TRANSFER_CUSTOMERS)
        return self.look(self.table(key), key, request.GET)

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Bring in what can be taken."""
        self.require_act(Act.TRANSFER_CUSTOMERS)
        table = self.table(key)
        rows, _halves, _errors = self.read(table, self.columns(table, request.POST))
        done: list[Outcome] = []

        def act() -> Outcome:
            done.append(import_customers(self.member.shop_id, rows=rows, actor=self.actor))
            return done[0]

        to = reverse("customers:list")
        if rows and self.attempt(act, FileForm(), to):
            cache.delete(kept(self.member.pk, key))
            outcome = done[0] if done else Outcome()
            text = _("New customers: %(new)s. Changed: %(changed)s.")
            return self.moved(text % {"new": outcome.created, "changed": outcome.updated}, to)
        return self.look(table, key, request.POST, status=422)

    def table(self, key: UUID) -> dict[str, Any]:
        """The file that waits. Raises NotFound for another's, or after an hour."""
        found: dict[str, Any] | None = cache.get(kept(self.member.pk, key))
        if found is None:
            raise NotFound(_("This file has waited too long. Bring it again."))
        return found

    @staticmethod
    def columns(table: dict[str, Any], asked: Any) -> dict[str, int]:
        """The column of each field, as asked or as suggested; the first of several counts."""
        columns: dict[str, int] = {}
        for index, suggestion in enumerate(table["fields"]):
            field = asked.get(f"c{index}", suggestion)
            if field in tables.HEADERS:
                columns.setdefault(field, index)
        return columns

    def read(
        self, table: dict[str, Any], columns: dict[str, int]
    ) -> tuple[list[FileRow], list[FileRow], list[dict[str, Any]]]:
        """The rows that can be read, what can be read of the others, and what is wrong with these."""
        rows, halves, errors = [], [], []
        names = dict(tables.fields())
        for number, cells in table["rows"]:
            try:
                given: Any = tables.read_row(cells, columns, self.shop.currency)
            except tables.WrongCells as wrong:
                for field, bad in wrong.cells.items():
                    text, fix = words(bad.code, bad.params)
                    value = cells[columns[field]] if columns[field] < len(cells) else ""
                    errors.append(_error(number, names[field], value, text, fix))
                halves.append(FileRow(number, wrong.given))
                continue
            rows.append(FileRow(number, given, given.pop("number", "")))
        return rows, halves, errors

    @staticmethod
    def refusals(rows: list[FileRow], outcome: Outcome) -> list[dict[str, Any]]:
        """What the act would refuse, by row and column."""
        names, given = dict(tables.fields()), {row.row: row.given for row in rows}
        return [
            _error(number, names.get(field, field), given[number].get(field, ""), str(messages[0]), "")
            for number, wrong in outcome.refused
            for field, messages in wrong.items()
        ]

    def look(self, table: dict[str, Any], key: UUID, asked: Any, *, status: int = 200) -> HttpResponse:
        """Render what the file would do."""
        columns = self.columns(table, asked)
        rows, halves, errors = self.read(table, columns)
        _new, _changed, outcome = checked(self.shop, rows)
        errors += self.refusals(rows, outcome)
        # All that is wrong with a row is said at once.
        errors += self.refusals(halves, checked(self.shop, halves)[2])
        errors.sort(key=lambda error: error["row"])
        meant = {index: field for field, index in columns.items()}
        context = {
            "table": table,
            "columns": [(index, head, meant.get(index, "")) for index, head in enumerate(table["headers"])],
            "fields": tables.fields(),
            "first": table["rows"][:SHOWN],
            "outcome": outcome,
            "errors": errors[:SHOWN_ERRORS],
            "bad_rows": len({error["row"] for error in errors}),
            "named": any(name in columns for name in tables.NEEDED),
            "file_key": key,
            "key": self.request.POST.get("idempotency_key") or new_key(),
        }
        return self.show("sales/customers/import_check.html", context, status=status)


def _error(row: int, column: str, value: Any, text: str, fix: str) -> dict[str, Any]:
    return {"row": row, "column": column, "value": str(value)[:60], "text": text, "fix": fix}
