"""An import in one call, as its acts and jobs do it one after another."""

import io

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from clutch.feed.actor import Actor
from clutch.feed.jobs import run_due
from inventory.actions import importing
from inventory.models import ImportIssue
from shops.models import Member
from shops.tests.factories import MemberFactory


def actor_of(shop):
    """A person who may import."""
    member = Member.objects.filter(shop=shop, role="owner").first() or MemberFactory(shop=shop)
    return Actor.user(member.user, "portal", shop_id=shop.pk)


def csv(*lines, encoding="utf-8", name="parts.csv"):
    """A text file of lines."""
    return SimpleUploadedFile(name, "\n".join(lines).encode(encoding))


def xlsx(*rows, change=None, name="parts.xlsx"):
    """A workbook with one sheet of rows; `change(workbook, sheet)` may do more to it."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Parts"
    for row in rows:
        sheet.append(row)
    if change:
        change(book, sheet)
    content = io.BytesIO()
    book.save(content)
    return SimpleUploadedFile(name, content.getvalue())


def uploaded(shop, file, *, kind="price_list"):
    """A file taken in, with its suggested mapping."""
    return importing.upload_import(shop.pk, kind=kind, file=file, actor=actor_of(shop))


def checked(shop, file, *, kind="price_list", mapping=None, **options):
    """A file taken in, mapped as suggested unless said otherwise, and checked."""
    source = uploaded(shop, file, kind=kind)
    importing.map_import(
        source.pk, shop_id=shop.pk, mapping=mapping or source.mapping, options=importing.Options(**options),
        actor=actor_of(shop),
    )  # fmt: skip
    run_due()
    source.refresh_from_db()
    return source


def imported(shop, file, *, kind="price_list", **options):
    """A file brought all the way in; rows with errors are left out."""
    source = checked(shop, file, kind=kind, **options)
    assert source.status == "ready", source.failure
    importing.run_import(source.pk, shop_id=shop.pk, skip_errors=True, actor=actor_of(shop))
    run_due()
    source.refresh_from_db()
    return source


def undone(source):
    """An import taken back."""
    importing.undo_import(source.pk, shop_id=source.shop_id, actor=actor_of(source.shop))
    run_due()
    source.refresh_from_db()
    return source


def issues(source, *, at_undo=False):
    """(row, field, code) of each issue."""
    rows = ImportIssue.objects.filter(source=source, at_undo=at_undo).order_by("row", "id")
    return list(rows.values_list("row", "field", "code"))
