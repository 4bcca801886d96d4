"""What a file can say about a part: each field with its words, its columns, and how a cell becomes them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial

from django.utils.functional import Promise
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from clutch.core.errors import Invalid
from inventory.barcodes import barcode_key, checked_code
from inventory.enums import ImportKind, NumberKind, PartType, TaxClass
from inventory.importing import values
from inventory.importing.cells import Cell
from inventory.importing.header_words import PART_TYPES, TAX_CLASSES
from inventory.importing.issues import Bad
from inventory.keys import part_key, part_name_key
from shops.keys import name_key
from shops.rules import Act

MOST_UNITS = 1_000_000
MOST_LEVEL = 10_000_000
MOST_NUMBERS = 50
OPENING = frozenset({ImportKind.OPENING_STOCK})
BOTH = frozenset(ImportKind)


@dataclass(frozen=True)
class Rules:
    """What is said for a whole file: its decimal mark, the shop's currency, and what is let pass."""

    currency: str
    mark: str = "."
    rounded: bool = False
    dates_meant: bool = False


# From a cell to its values for the database, as many as the field has columns. Raises Bad.
Cleaner = Callable[[Cell], tuple[str, ...]]


@dataclass(frozen=True)
class Field:
    """A field of an import. `columns` are those of `ImportRow` that it fills.

    `act` is what the role of who imports must allow.
    """

    name: str
    label: Promise
    columns: tuple[str, ...]
    cleaner: Callable[[Rules], Cleaner]
    act: Act | None = None
    kinds: frozenset[ImportKind] = BOTH


def _line(most: int) -> Callable[[Rules], Cleaner]:
    return lambda rules: lambda cell: (values.line(cell, most),)


def _keyed(most: int, key: Callable[[str], str]) -> Callable[[Rules], Cleaner]:
    def clean(cell: Cell) -> tuple[str, ...]:
        text = values.line(cell, most)
        return text, key(text)[:most]

    return lambda rules: clean


def _prose(most: int) -> Callable[[Rules], Cleaner]:
    return lambda rules: lambda cell: (values.prose(cell, most),)


def _amount(rules: Rules) -> Cleaner:
    amount = partial(values.amount, mark=rules.mark, currency=rules.currency, rounded=rules.rounded)
    return lambda cell: (amount(cell),)


def _percent(rules: Rules) -> Cleaner:
    def clean(cell: Cell) -> tuple[str, ...]:
        bare = cell.strip().rstrip("%٪").strip() if isinstance(cell, str) else cell
        value = values.decimal(bare, rules.mark)
        if not 0 <= value <= 10_000:
            raise Bad("negative") if value < 0 else Bad("too_large", most=10_000)
        return (str(round(value, 2)),)

    return clean


def _whole(most: int) -> Callable[[Rules], Cleaner]:
    return lambda rules: lambda cell: (values.whole(cell, mark=rules.mark, most=most),)


def _number(rules: Rules) -> Cleaner:
    def clean(cell: Cell) -> tuple[str, ...]:
        text = values.part_number(cell, dates_meant=rules.dates_meant)
        return text, part_key(text)

    return clean


def _barcode(rules: Rules) -> Cleaner:
    def clean(cell: Cell) -> tuple[str, ...]:
        text = values.barcode(cell)
        try:
            code, kind = checked_code(text)
        except Invalid as refused:
            raise Bad("barcode_wrong") from refused
        return code, barcode_key(code), kind

    return clean


def _numbers(kind: NumberKind) -> Callable[[Rules], Cleaner]:
    """Several numbers in one cell, parted by commas, semicolons, slashes, bars or line breaks."""

    def build(rules: Rules) -> Cleaner:
        def clean(cell: Cell) -> tuple[str, ...]:
            parts = values.split_numbers(cell)
            if len(parts) > MOST_NUMBERS:
                raise Bad("too_many_numbers", most=MOST_NUMBERS)
            found: dict[str, str] = {}
            for part in parts:
                text = values.part_number(part, dates_meant=rules.dates_meant)
                found.setdefault(part_key(text), text)
            return (json.dumps([[kind, key, text] for key, text in found.items()], ensure_ascii=False),)

        return clean

    return build


def _choice(choices: type[PartType] | type[TaxClass], also: Mapping[str, str]) -> Callable[[Rules], Cleaner]:
    @cache
    def known() -> tuple[dict[str, str], str]:
        words = {name_key(word): value for value, listed in also.items() for word in listed.split("|")}
        for language in ("en", "ar"):
            with override(language):
                words |= {name_key(str(label)): value for value, label in choices.choices}
        words |= {name_key(value): value for value in choices.values}
        return words, ", ".join(choices.values)

    def build(rules: Rules) -> Cleaner:
        words, listed = known()
        return lambda cell: (values.choice(cell, words, listed),)

    return build


_ALL = (
    Field("number", _("part number"), ("number", "number_key"), _number),
    Field("name", _("name"), ("name", "name_key"), _keyed(120, part_name_key)),
    Field("brand", _("brand"), ("brand", "brand_key"), _keyed(80, name_key)),
    Field("part_type", _("part type"), ("part_type",), _choice(PartType, PART_TYPES)),
    Field("selling_price", _("price"), ("selling_price",), _amount, Act.SET_PRICES),
    Field("cost_price", _("cost"), ("cost_price",), _amount, Act.SEE_COST),
    Field("discount_price", _("discount price"), ("discount_price",), _amount, Act.SET_PRICES),
    Field("markup_percent", _("markup, %"), ("markup_percent",), _percent, Act.SET_PRICES),
    Field("core_charge", _("core charge"), ("core_charge",), _amount, Act.SET_PRICES),
    Field("tax_class", _("tax class"), ("tax_class",), _choice(TaxClass, TAX_CLASSES)),
    Field("category", _("category"), ("category", "category_key"), _keyed(80, name_key)),
    Field("subcategory", _("subcategory"), ("subcategory", "subcategory_key"), _keyed(80, name_key)),
    Field("description", _("description"), ("description",), _prose(4000)),
    Field("origin", _("country of origin"), ("origin",), _line(60)),
    Field("warranty", _("warranty"), ("warranty",), _line(120)),
    Field("oem_numbers", _("OEM numbers"), ("oem_numbers",), _numbers(NumberKind.OEM)),
    Field("cross_numbers", _("cross-references"), ("cross_numbers",), _numbers(NumberKind.CROSS)),
    Field("barcode", _("barcode"), ("barcode", "barcode_key", "symbology"), _barcode),
    Field("bin", _("bin"), ("bin", "bin_key"), _keyed(40, name_key)),
    Field("quantity", _("quantity"), ("quantity",), _whole(MOST_UNITS), kinds=OPENING),
    Field("unit_cost", _("cost of a unit in stock"), ("unit_cost",), _amount, Act.SEE_COST, OPENING),
    Field("min_level", _("minimum"), ("min_level",), _whole(MOST_LEVEL)),
    Field("max_level", _("maximum"), ("max_level",), _whole(MOST_LEVEL)),
    Field("reorder_point", _("reorder point"), ("reorder_point",), _whole(MOST_LEVEL)),
    Field("reorder_quantity", _("reorder quantity"), ("reorder_quantity",), _whole(MOST_LEVEL)),
    Field("weight_g", _("weight, g"), ("weight_g",), _whole(MOST_LEVEL)),
    Field("length_mm", _("length, mm"), ("length_mm",), _whole(MOST_LEVEL)),
    Field("width_mm", _("width, mm"), ("width_mm",), _whole(MOST_LEVEL)),
    Field("height_mm", _("height, mm"), ("height_mm",), _whole(MOST_LEVEL)),
)  # fmt: skip

FIELDS: Mapping[str, Field] = {field.name: field for field in _ALL}


def fields_for(kind: str) -> list[Field]:
    """What a file of a kind can say."""
    return [field for field in _ALL if kind in field.kinds]


def labels() -> dict[str, str]:
    """The name of each field in the language of who reads."""
    return {field.name: gettext(str(field.label)) for field in _ALL}
