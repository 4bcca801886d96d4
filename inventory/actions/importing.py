"""Acts of an import: a file taken in, mapped, checked, imported, taken back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, BinaryIO
from uuid import UUID

from django.core.files.base import File
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Conflict, Invalid
from clutch.core.files import delete_after_commit, with_file
from clutch.core.numbers import take_number
from clutch.feed.action import action, enqueue
from clutch.feed.actor import Actor
from clutch.feed.transition import transition
from inventory import events, locks, rules
from inventory.enums import IMPORT_TRANSITIONS, ImportKind, ImportStatus
from inventory.importing import headers, reading, staging
from inventory.importing.fields import FIELDS, fields_for
from inventory.models import ImportHeader, PartImport
from shops.rules import Act

CHECK = "inventory.tasks.check_import"
RUN = "inventory.tasks.run_import"
UNDO = "inventory.tasks.undo_import"


MOST_SHEETS = 12
# An import of which nothing has been read.
UNREAD: dict[str, Any] = {
    "staged_through": 0,
    "share_done": 0,
    "rows_total": 0,
    "rows_bad": 0,
    "issues_total": 0,
    "to_create": 0,
    "to_update": 0,
    "notes": {},
    "failure": "",
}


@dataclass(frozen=True)
class Options:
    """What is said for a whole file.

    `mark` is the decimal mark; `rounded` lets amounts be rounded to the currency, `dates_meant`
    takes part numbers that look like dates as they are, `creates` makes parts that are not there.
    `fixed` are values for all rows that say nothing themselves.
    """

    mark: str = "."
    rounded: bool = False
    dates_meant: bool = False
    creates: bool = True
    fixed: Mapping[str, str] | None = None


def upload_import(shop_id: UUID, *, kind: str, file: Any, actor: Actor) -> PartImport:
    """Take in a file and look into it: its sheets, its headers, which column is meant by what.

    Raises Invalid at `file` for what is no table, too large or unpacks to too much.
    """
    rules.require(actor, shop_id, Act.IMPORT_PARTS)
    if kind not in ImportKind.values:
        raise Invalid(_("Choose what the file is."), fields={"kind": [_("Choose what the file is.")]})
    reading.check_file(file.name, file.size)
    content = reading.raw(file)
    layout, sheets = reading.detect(content)
    source = PartImport(
        shop_id=shop_id,
        kind=kind,
        file_name=file.name[-200:],
        file_size=file.size,
        file_hash=reading.file_hash(content),
        sheets=sheets,
        started_by_id=actor.user_id,
    )
    _look(source, content, layout)
    content.seek(0)
    return with_file(source.file, File(content, "import"), partial(_take_in, source, actor=actor))


@action
def _take_in(source: PartImport, *, actor: Actor) -> PartImport:
    """Give an import its number and keep it."""
    rules.require(actor, source.shop_id, Act.IMPORT_PARTS)
    year = timezone.localtime(timezone=source.shop.zone).year
    source.number = f"IM-{year}-{take_number(f'import/{source.shop_id}/{year}'):05d}"
    source._state.adding = True
    source.save(force_insert=True)
    events.import_changed(source)
    return source


def _look(source: PartImport, file: BinaryIO, layout: reading.Layout, header_row: int | None = None) -> None:
    """Read the first rows under a layout; set layout, headers and the suggested mapping.

    Where no sheet or no header row is said, the ones that name most fields are taken.
    """
    sheets = [layout.sheet] if layout.sheet else source.sheets[:MOST_SHEETS]
    heads = reading.heads(file, source.file_size, layout, sheets)
    remembered = remembered_headers(source.shop_id)
    found = {name: headers.find_header_row(head, remembered) for name, head in heads.items()}
    sheet = max(heads, key=lambda name: found[name][1])
    row = found[sheet][0] if header_row is None else header_row
    source.layout = replace(layout, sheet=sheet, header_row=row).to_json()
    source.headers = headers.headers_at(heads[sheet], row)
    source.mapping = headers.suggest(source.headers, source.kind, remembered)


@action
def set_layout(
    import_id: UUID,
    *,
    shop_id: UUID,
    sheet: str = "",
    header_row: int | None = None,
    encoding: str = "",
    delimiter: str = "",
    expected_version: int | None = None,
    actor: Actor,
) -> PartImport:
    """Say how the file is read; what is left out is found anew. What was mapped and checked is forgotten.

    Raises Invalid at the field for a sheet, row, character set or sign that the file cannot have.
    """
    rules.require(actor, shop_id, Act.IMPORT_PARTS)
    source = locks.part_import(shop_id, import_id)
    versions.check(source, expected_version)
    kept = reading.Layout.from_json(source.layout)
    layout = reading.chosen(kept, source.sheets, sheet=sheet, encoding=encoding, delimiter=delimiter)
    if header_row is not None and not 0 <= header_row <= reading.HEAD_ROWS:
        message = _("The headers stand in one of the first %(rows)s rows.") % {"rows": reading.HEAD_ROWS}
        raise Invalid(message, fields={"header_row": [message]})
    with source.file.open("rb") as file:
        _look(source, reading.raw(file), layout, header_row)
    if source.applied_through:
        raise already_running()
    staging.clear(source.pk)
    changes = {name: getattr(source, name) for name in ("layout", "headers", "mapping")}
    if source.status != ImportStatus.UPLOADED:
        source = transition(source, ImportStatus.UPLOADED, transitions=IMPORT_TRANSITIONS, actor=actor)
    for name, value in {**changes, **UNREAD, "round": source.round + 1}.items():
        setattr(source, name, value)
    source.save(update_fields=[*changes, *UNREAD, "round"])
    events.import_changed(source)
    return source


def remembered_headers(shop_id: UUID) -> dict[str, str]:
    """What the shop has meant by headers before."""
    return dict(ImportHeader.objects.filter(shop=shop_id).values_list("key", "field"))


@action
def map_import(
    import_id: UUID,
    *,
    shop_id: UUID,
    mapping: Mapping[str, int],
    options: Options,
    expected_version: int | None = None,
    actor: Actor,
) -> PartImport:
    """Say which column is which field, and check the file. What was checked before is forgotten.

    Raises Invalid at `mapping` for an unknown field or column, NotAllowed for prices or costs that
    the role may not set.
    """
    rules.require(actor, shop_id, Act.IMPORT_PARTS)
    _check_mapping(shop_id, mapping, options, actor)
    source = locks.part_import(shop_id, import_id)
    versions.check(source, expected_version)
    _check_columns(source, mapping)
    if source.applied_through:
        raise already_running()
    staging.clear(source.pk)
    source = transition(
        source,
        ImportStatus.CHECKING,
        transitions=IMPORT_TRANSITIONS,
        actor=actor,
        mapping=dict(mapping),
        options={**vars(options), "fixed": dict(options.fixed or {})},
        round=F("round") + 1,
        **UNREAD,
    )
    _remember(source)
    enqueue(CHECK, key=str(source.pk), import_id=str(source.pk))
    events.import_changed(source)
    return source


def _check_mapping(shop_id: UUID, mapping: Mapping[str, int], options: Options, actor: Actor) -> None:
    named = [*mapping, *(options.fixed or {})]
    unknown = [name for name in named if name not in FIELDS]
    if unknown:
        raise _at_mapping(_("There is no field “%(name)s”.") % {"name": unknown[0][:40]})
    _require_fields(named, shop_id, actor)
    if "number" not in mapping:
        raise _at_mapping(_("Say which column holds the part number."))


def already_running() -> Conflict:
    """The refusal of a change to a file of which rows are imported."""
    return Conflict(_("This file is being imported already."), code="wrong_status")


def _require_fields(names: Iterable[str], shop_id: UUID, actor: Actor) -> None:
    """Prices and costs need more than importing does."""
    for act in {FIELDS[name].act for name in names}:
        if act is not None:
            rules.require(actor, shop_id, act)


def _check_columns(source: PartImport, mapping: Mapping[str, int]) -> None:
    allowed = {field.name for field in fields_for(source.kind)}
    if not set(mapping) <= allowed:
        raise _at_mapping(_("A price list has no quantities; bring them as opening stock."))
    if source.kind == ImportKind.OPENING_STOCK and "quantity" not in mapping:
        raise _at_mapping(_("Say which column holds the quantity."))
    if not all(0 <= index < len(source.headers) for index in mapping.values()):
        raise _at_mapping(_("The file has no such column."))
    if len(set(mapping.values())) < len(mapping):
        raise _at_mapping(_("A column can be only one field."))


def _at_mapping(message: str) -> Invalid:
    return Invalid(message, code="mapping", fields={"mapping": [message]})


def _remember(source: PartImport) -> None:
    """Keep what the shop means by each header of this file; the columns it left out too."""
    meant = {index: name for name, index in source.mapping.items()}
    rows = {
        headers.header_key(text): meant.get(index, "")
        for index, text in reversed([*enumerate(source.headers)])
    }
    ImportHeader.objects.bulk_create(
        [ImportHeader(shop_id=source.shop_id, key=key, field=name) for key, name in rows.items() if key],
        update_conflicts=True,
        unique_fields=["shop", "key"],
        update_fields=["field"],
    )


@action
def run_import(import_id: UUID, *, shop_id: UUID, skip_errors: bool = False, actor: Actor) -> PartImport:
    """Import the checked rows. Raises Conflict `has_errors` unless those with errors may be left out."""
    rules.require(actor, shop_id, Act.IMPORT_PARTS)
    source = locks.part_import(shop_id, import_id)
    _require_fields(source.fields, shop_id, actor)
    if source.status == ImportStatus.FAILED and not source.applied_through:
        raise Conflict(_("This file could not be checked. Map it again."), code="wrong_status")
    if source.rows_bad and not skip_errors:
        message = _("Some rows have errors. Mend the file, or import it without them.")
        raise Conflict(message, code="has_errors", extra={"rowsBad": source.rows_bad})
    source = transition(
        source,
        ImportStatus.RUNNING,
        transitions=IMPORT_TRANSITIONS,
        actor=actor,
        started_by_id=actor.user_id,
        share_done=0,
    )
    enqueue(RUN, key=str(source.pk), import_id=str(source.pk))
    events.import_changed(source)
    return source


@action
def cancel_import(import_id: UUID, *, shop_id: UUID, actor: Actor) -> PartImport:
    """Give up a file of which nothing was imported; the file is removed. Raises Conflict."""
    rules.require(actor, shop_id, Act.IMPORT_PARTS)
    source = locks.part_import(shop_id, import_id)
    if source.applied_through:
        raise already_running()
    source = transition(source, ImportStatus.CANCELLED, transitions=IMPORT_TRANSITIONS, actor=actor)
    staging.clear(source.pk)
    delete_after_commit([source.file])
    events.import_changed(source)
    return source


@action
def undo_import(import_id: UUID, *, shop_id: UUID, actor: Actor) -> PartImport:
    """Take back all that an import did, but for what was changed or has moved since."""
    rules.require(actor, shop_id, Act.IMPORT_PARTS)
    source = locks.part_import(shop_id, import_id)
    _require_fields(source.fields, shop_id, actor)
    if source.status == ImportStatus.FAILED and not source.applied_through:
        raise Conflict(_("Nothing was imported, so there is nothing to undo."), code="wrong_status")
    source = transition(
        source,
        ImportStatus.UNDOING,
        transitions=IMPORT_TRANSITIONS,
        actor=actor,
        started_by_id=actor.user_id,
        share_done=0,
    )
    enqueue(UNDO, key=str(source.pk), import_id=str(source.pk))
    events.import_changed(source)
    return source
