"""Finding parts: by any number in any form, then by how a number begins, then by words with typos."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from inventory.keys import part_key, words_of

MOST_HITS = 500


class MatchedBy(TextChoices):
    """Why a part was found, best first."""

    NUMBER = "number", _("number")
    CROSS = "cross", _("other number")
    BARCODE = "barcode", _("barcode")
    SUPERSESSION = "supersession", _("replacement")
    PREFIX = "prefix", _("beginning of a number")
    NAME = "name", _("name")


@dataclass(frozen=True)
class Vehicle:
    """A vehicle of the lists; an empty field means any."""

    make_id: int
    model_id: int | None = None
    year: int | None = None
    engine: str = ""


@dataclass(frozen=True)
class Filters:
    """What a list of parts is narrowed to; empty fields do not narrow.

    `brand` in any spelling; a category counts with its subcategories; `bin_id` is a bin in which
    the part lies or belongs; `low` is at or under the reorder point.
    """

    brand: str = ""
    category_id: UUID | None = None
    bin_id: UUID | None = None
    in_stock: bool | None = None
    low: bool | None = None
    statuses: Collection[str] = ()
    vehicle: Vehicle | None = None


@dataclass(frozen=True)
class Hit:
    """A part that was found, by what, and the number or code that matched.

    `replaces` is the part that it replaces, when that is what was asked for.
    """

    part_id: UUID
    matched_by: str = ""
    matched: str = ""
    replaces: UUID | None = None


@dataclass(frozen=True)
class Page:
    """Some hits, best first; `next_cursor` asks for the following ones, empty at the end."""

    hits: list[Hit] = field(default_factory=list)
    next_cursor: str = ""


def search(
    shop_id: UUID, text: str = "", *, filters: Filters = Filters(), limit: int = 20, cursor: str = ""
) -> Page:
    """Find parts of a shop. Without a text: all that the filters leave, by name."""
    key = part_key(text)
    statement = """
        SELECT p.id, min(found.rank), min(found.matched) FROM (
            SELECT id AS part_id, 0 AS rank, number AS matched FROM inventory_part
            WHERE shop_id = %(shop)s AND number_key = %(key)s
            UNION ALL SELECT part_id, 1, number FROM inventory_partnumber
            WHERE shop_id = %(shop)s AND key = %(key)s
            UNION ALL SELECT part_id, 2, code FROM inventory_barcode
            WHERE shop_id = %(shop)s AND code = %(code)s
            UNION ALL SELECT id, 4, number FROM inventory_part
            WHERE shop_id = %(shop)s AND %(key)s <> '' AND number_key LIKE %(key)s || '%%'
            UNION ALL SELECT id, 5, '' FROM inventory_part
            WHERE shop_id = %(shop)s AND words LIKE ALL (%(words)s)
        ) AS found JOIN inventory_part p ON p.id = found.part_id
        GROUP BY p.id, p.name ORDER BY 2, p.name, p.id LIMIT %(limit)s
    """
    params: dict[str, Any] = {
        "shop": shop_id,
        "key": key,
        "code": text.strip(),
        "words": [f"%{word}%" for word in words_of(text)],
        "limit": limit,
    }
    ranks = list(MatchedBy.values)
    with connection.cursor() as cursor_:
        cursor_.execute(statement, params)
        return Page([Hit(row[0], ranks[row[1]], row[2]) for row in cursor_.fetchall()])
