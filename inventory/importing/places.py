"""Categories and bins that a file names and the shop does not have yet."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from inventory.models import Bin, Category, PartImport

NAMED = """
SELECT DISTINCT ON ({keys}) {columns} FROM inventory_importrow
WHERE source_id = %s AND NOT is_bad AND {first} <> ''
ORDER BY {keys}, row
"""


def make_places(source: PartImport) -> dict[str, list[str]]:
    """Make what is missing before the rows are imported; return the keys of what was made, by kind."""
    made: dict[str, list[str]] = {}
    if "category" in source.fields:
        made["categories"] = _categories(source)
    if "bin" in source.fields:
        rows = _named(source, ["bin_key"], ["bin", "bin_key"])
        there = set(Bin.objects.filter(shop=source.shop_id).values_list("key", flat=True))
        bins = [Bin(shop_id=source.shop_id, code=code, key=key) for code, key in rows if key not in there]
        Bin.objects.bulk_create(bins, ignore_conflicts=True)
        made["bins"] = [str(row.pk) for row in bins]
    return made


def _categories(source: PartImport) -> list[str]:
    tops = _missing(source, [(None, name, key) for name, key in _named_tops(source)])
    made = [str(row.pk) for row in tops]
    if "subcategory" not in source.fields:
        return made
    parents = dict(Category.objects.filter(shop=source.shop_id, parent=None).values_list("key", "pk"))
    keys = ["category_key", "subcategory_key"]
    rows = _named(source, keys, [*keys, "subcategory"])
    wanted = [(parents[top], name, key) for top, key, name in rows if key and top in parents]
    return made + [str(row.pk) for row in _missing(source, wanted)]


def _named_tops(source: PartImport) -> list[tuple[str, str]]:
    return [(name, key) for name, key in _named(source, ["category_key"], ["category", "category_key"])]


def _missing(source: PartImport, wanted: Sequence[tuple[UUID | None, str, str]]) -> list[Category]:
    """Make those of (parent, name, key) that are not there."""
    there = set(Category.objects.filter(shop=source.shop_id).values_list("parent", "key"))
    rows = [
        Category(shop_id=source.shop_id, parent_id=parent, name=name, key=key)
        for parent, name, key in wanted
        if (parent, key) not in there
    ]
    return Category.objects.bulk_create(rows, ignore_conflicts=True)


def _named(source: PartImport, keys: list[str], columns: list[str]) -> list[tuple[str, ...]]:
    statement = NAMED.format(keys=", ".join(keys), columns=", ".join(columns), first=keys[0])
    with connection.cursor() as cursor:
        cursor.execute(statement, [source.pk])
        return list(cursor.fetchall())
