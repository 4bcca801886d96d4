"""Parts as a table for a spreadsheet: what a search or a filter shows, so written that an import reads it.

Headers and words are in the reader's language; an import knows both. Of numbers that are no OEM
number, all stand as cross-references; of several barcodes, the first; of a category that lies
deeper than two levels, the first and the last.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from clutch.core.money import minor_units
from clutch.core.spreadsheets import Row, Value
from inventory.enums import NumberKind
from inventory.importing.fields import labels
from inventory.models import Barcode, Category, Part, PartNumber
from inventory.search import Filters, search
from shops.models import Shop

BATCH = 500
COSTS = frozenset({"cost_price"})


@dataclass(frozen=True)
class Export:
    """What is written: parts of a shop that a text and filters lead to, with costs for who may see them."""

    shop: Shop
    text: str
    filters: Filters
    sees_cost: bool

    @property
    def fields(self) -> list[str]:
        """The columns, in their order."""
        return [name for name in COLUMNS if self.sees_cost or name not in COSTS]

    def headers(self) -> list[str]:
        """The header of each column, in the language of who reads."""
        # “Description” alone is what most programs call the name.
        names = {**labels(), "description": _("long description")}
        return [names[name] for name in self.fields]

    def batches(self) -> Iterator[list[Row]]:
        """The rows in the order of the list, a page at a time: six statements for each 500."""
        cells = [COLUMNS[name] for name in self.fields]
        cursor = ""
        while True:
            found = search(self.shop.pk, self.text, filters=self.filters, limit=BATCH, cursor=cursor)
            parts = _parts([hit.part_id for hit in found.hits], minor_units(self.shop.currency))
            yield [[cell(part) for cell in cells] for part in parts]
            cursor = found.next_cursor
            if not cursor:
                return


def _parts(ids: Sequence[UUID], decimals: int) -> list["_Shown"]:
    numbers = Prefetch("numbers", PartNumber.objects.order_by("kind", "number"), to_attr="shown_numbers")
    codes = Prefetch("barcodes", Barcode.objects.order_by("created_at", "pk"), to_attr="shown_codes")
    rows = (
        Part.objects.filter(pk__in=ids)
        .select_related("default_bin", "stock")
        .prefetch_related(numbers, codes)
    )
    there = rows.in_bulk()
    paths = _paths({part.category_id for part in there.values() if part.category_id})
    return [
        _Shown(part, paths.get(part.category_id, ("", "")), decimals)
        for key in ids
        if (part := there.get(key)) is not None
    ]


def _paths(ids: set[UUID | None]) -> dict[UUID | None, tuple[str, str]]:
    """The first and the last name on the way to each category; the last is empty for a first one."""
    known: dict[UUID, Category] = {}
    wanted = {key for key in ids if key}
    while wanted:
        found = Category.objects.in_bulk(wanted)
        known |= found
        wanted = {one.parent_id for one in found.values() if one.parent_id} - set(known)
    paths: dict[UUID | None, tuple[str, str]] = {}
    for key in ids:
        top = last = known[key]  # type: ignore[index]
        while top.parent_id is not None:
            top = known[top.parent_id]
        paths[key] = (top.name, last.name if last is not top else "")
    return paths


@dataclass(frozen=True)
class _Shown:
    """A part with what its cells need beside it."""

    part: Any
    path: tuple[str, str]
    decimals: int

    def amount(self, name: str) -> Value:
        value = getattr(self.part, name)
        return None if value is None else round(value, self.decimals)

    def numbers(self, *, oem: bool) -> str:
        """Numbers of a kind in one cell; an import parts them again."""
        rows = [row for row in self.part.shown_numbers if (row.kind == NumberKind.OEM) is oem]
        return "; ".join(dict.fromkeys(row.number for row in rows))


def _plain(name: str) -> Callable[[_Shown], Value]:
    return lambda shown: getattr(shown.part, name)


def _amount(name: str) -> Callable[[_Shown], Value]:
    return lambda shown: shown.amount(name)


COLUMNS: dict[str, Callable[[_Shown], Value]] = {
    "number": _plain("number"),
    "name": _plain("name"),
    "brand": _plain("brand"),
    "part_type": lambda shown: str(shown.part.get_part_type_display()),
    "category": lambda shown: shown.path[0],
    "subcategory": lambda shown: shown.path[1],
    "selling_price": _amount("selling_price"),
    "cost_price": _amount("cost_price"),
    "discount_price": _amount("discount_price"),
    "markup_percent": _plain("markup_percent"),
    "core_charge": _amount("core_charge"),
    "tax_class": lambda shown: str(shown.part.get_tax_class_display()),
    "quantity": lambda shown: shown.part.stock.on_hand,
    "bin": lambda shown: shown.part.default_bin.code if shown.part.default_bin else "",
    "barcode": lambda shown: shown.part.shown_codes[0].code if shown.part.shown_codes else "",
    "oem_numbers": lambda shown: shown.numbers(oem=True),
    "cross_numbers": lambda shown: shown.numbers(oem=False),
    "description": _plain("description"),
    "origin": _plain("origin"),
    "warranty": _plain("warranty"),
    "min_level": _plain("min_level"),
    "max_level": _plain("max_level"),
    "reorder_point": _plain("reorder_point"),
    "reorder_quantity": _plain("reorder_quantity"),
    "weight_g": _plain("weight_g"),
    "length_mm": _plain("length_mm"),
    "width_mm": _plain("width_mm"),
    "height_mm": _plain("height_mm"),
}
