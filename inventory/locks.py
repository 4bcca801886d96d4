"""Every lock of this app, in the order of the house: import, part (its row), count sheet, stock (the ledger).

Each is ordered by primary key and spares foreign-key checks of others (`no_key`).
"""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clutch.core.errors import NotFound
from inventory.models import Bin, Category, CountSheet, Hold, Part, PartImport, Stock, StockPolicy


def parts(shop_id: UUID, ids: Collection[UUID]) -> QuerySet[Part]:
    """Parts of a shop, locked; who edits what a part is holds it."""
    rows = Part.objects.select_for_update(no_key=True, of=("self",))
    return rows.filter(shop=shop_id, pk__in=ids).order_by("pk")


def part(shop_id: UUID, part_id: UUID) -> Part:
    """One part of a shop, locked. Raises NotFound."""
    row = parts(shop_id, [part_id]).first()
    if row is None:
        raise NotFound(_("There is no such part."))
    return row


def categories(shop_id: UUID) -> QuerySet[Category]:
    """The whole tree of a shop's categories, locked: whoever changes its form sees all of it."""
    rows = Category.objects.select_for_update(no_key=True, of=("self",))
    return rows.filter(shop=shop_id).order_by("pk")


def bins(shop_id: UUID, ids: Collection[UUID]) -> QuerySet[Bin]:
    """Bins of a shop, locked; who edits what a bin is holds it."""
    rows = Bin.objects.select_for_update(no_key=True, of=("self",))
    return rows.filter(shop=shop_id, pk__in=ids).order_by("pk")


def stocks(shop_id: UUID, part_ids: Collection[UUID]) -> dict[UUID, Stock]:
    """The stock rows of parts of a shop, locked in the order of their parts; all or NotFound.

    Whoever moves or holds units takes all that they will need in one call, and last.
    """
    rows = (
        Stock.objects.select_for_update(no_key=True, of=("self",))
        .filter(shop=shop_id, part__in=part_ids)
        .order_by("part")
    )
    found = {row.part_id: row for row in rows}
    if len(found) != len(set(part_ids)):
        raise NotFound(_("There is no such part."))
    return found


def stocks_of(part_ids: Collection[UUID]) -> dict[UUID, Stock]:
    """The stock rows of parts of any shops, locked in the order of their parts."""
    rows = Stock.objects.select_for_update(no_key=True, of=("self",)).filter(part__in=part_ids)
    return {row.part_id: row for row in rows.order_by("part")} if part_ids else {}


def holds(ids: Collection[UUID]) -> QuerySet[Hold]:
    """Holds, locked."""
    return Hold.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids).order_by("pk")


def open_holds(document_ids: Collection[UUID]) -> QuerySet[Hold]:
    """The open holds of documents, locked; the documents must be locked before."""
    return (
        Hold.objects.select_for_update(no_key=True, of=("self",))
        .filter(document_id__in=document_ids, status="open")
        .order_by("pk")
    )


def policy(shop_id: UUID) -> StockPolicy:
    """A shop's stock policy, locked; it begins with the defaults where there was none."""
    StockPolicy.objects.bulk_create([StockPolicy(shop_id=shop_id)], ignore_conflicts=True)
    return StockPolicy.objects.select_for_update(no_key=True, of=("self",)).get(shop=shop_id)


def count_sheet(shop_id: UUID, sheet_id: UUID) -> CountSheet:
    """One count sheet of a shop, locked. Raises NotFound."""
    rows = CountSheet.objects.select_for_update(no_key=True, of=("self",))
    row = rows.filter(shop=shop_id, pk=sheet_id).first()
    if row is None:
        raise NotFound(_("There is no such count sheet."))
    return row


def part_import(shop_id: UUID | None, import_id: UUID) -> PartImport:
    """One import of a shop, locked; a worker names no shop. Raises NotFound.

    Each step of an import holds it, so two workers on one import take turns.
    """
    rows = PartImport.objects.select_for_update(no_key=True, of=("self",))
    row = rows.filter(pk=import_id, **({} if shop_id is None else {"shop": shop_id})).first()
    if row is None:
        raise NotFound(_("There is no such import."))
    return row
