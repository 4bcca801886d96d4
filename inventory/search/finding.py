"""`search()`: the parts of a shop that a text, filters, or both lead to."""

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clutch.core.errors import Invalid
from inventory.search import browsing
from inventory.search.filters import EVERYTHING, Conditions, Filters, Vehicle, conditions, with_vehicle
from inventory.search.numbers import Asked, Row, by_number, replacements
from inventory.search.words import by_words

# A text that leads to more than these should say more.
MOST_HITS = 500
LONGEST_TEXT = 200


class MatchedBy(TextChoices):
    """Why a part was found, best first."""

    NUMBER = "number", gettext_lazy("number")
    CROSS = "cross", gettext_lazy("other number")
    BARCODE = "barcode", gettext_lazy("barcode")
    SUPERSESSION = "supersession", gettext_lazy("replacement")
    PREFIX = "prefix", gettext_lazy("beginning of a number")
    NAME = "name", gettext_lazy("name")


BY_RANK = list(MatchedBy)


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
    shop_id: UUID, text: str = "", *, filters: Filters = EVERYTHING, limit: int = 20, cursor: str = ""
) -> Page:
    """Find parts of a shop by a text, best first; without one all that the filters leave.

    A text is taken as a number in any form (own, other, barcode; what replaced it follows it), then
    as the beginning of one, then as words of name and brand with typos; where it has a digit and is
    a number, its words are not looked for. Without a text parts come by name, and what fits a
    vehicle in the order in which it was entered. At most 500 hits of a text. One to three
    statements, whose cost does not grow with the number of parts. Raises Invalid at `cursor`.
    """
    narrowed, vehicle = conditions(shop_id, filters), filters.vehicle
    text = text[:LONGEST_TEXT].replace("\0", "")
    if text.strip():
        return _by_text(shop_id, text, narrowed, vehicle, limit=limit, offset=_offset(cursor))
    after = _read(cursor)
    if vehicle is not None and vehicle.model_id is not None:
        last = after[1] if after else None
        return _listed(browsing.fitting(shop_id, vehicle, narrowed, limit + 1, last), limit)
    return _listed(browsing.by_name(shop_id, with_vehicle(narrowed, vehicle), limit + 1, after), limit)


def _listed(rows: Sequence[tuple[UUID, str]], limit: int) -> Page:
    """A page of a list that was read one row further, to know whether there is more."""
    hits = [Hit(part_id) for part_id, _name in rows[:limit]]
    if len(rows) <= limit:
        return Page(hits)
    part_id, name = rows[limit - 1]
    return Page(hits, _written([name, str(part_id)]))


def _by_text(
    shop_id: UUID, text: str, narrowed: Conditions, vehicle: Vehicle | None, *, limit: int, offset: int
) -> Page:
    fitting = with_vehicle(narrowed, vehicle)
    wanted = min(offset + limit + 1, MOST_HITS)
    found = _Hits()
    asked = Asked.of(text)
    is_number = False
    if asked.key:
        rows = by_number(shop_id, asked, fitting, wanted)
        exact = [row for row in rows if row.rank < BY_RANK.index(MatchedBy.PREFIX)]
        is_number = bool(exact) and any(char.isdigit() for char in asked.key)
        found.add_rows(exact)
        superseded = [row for row in exact if row.superseded_by]
        if superseded:
            found.add_rows(replacements(shop_id, superseded, fitting))
        found.add_rows(rows[len(exact) :])
    if not is_number and len(found.hits) < wanted:
        found.add(Hit(row.part_id, MatchedBy.NAME) for row in by_words(shop_id, text, narrowed, vehicle))
    hits = list(found.hits.values())[:MOST_HITS]
    end = offset + limit
    return Page(hits[offset:end], _written([end]) if len(hits) > end else "")


class _Hits:
    """Hits in their order, each part once, by the best that led to it."""

    def __init__(self) -> None:
        self.hits: dict[UUID, Hit] = {}

    def add(self, hits: Iterable[Hit]) -> None:
        for hit in hits:
            self.hits.setdefault(hit.part_id, hit)

    def add_rows(self, rows: Iterable[Row]) -> None:
        self.add(Hit(row.part_id, BY_RANK[row.rank], row.matched, row.replaces) for row in rows if row.passes)


def _written(position: list[object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    position = _decoded(cursor)
    if len(position) != 1 or not isinstance(position[0], int) or not 0 <= position[0] <= MOST_HITS:
        raise _wrong_cursor()
    return position[0]


def _read(cursor: str) -> tuple[str, UUID] | None:
    """The name and id behind which a list goes on."""
    if not cursor:
        return None
    position = _decoded(cursor)
    try:
        name, part_id = position
        return str(name), UUID(str(part_id))
    except ValueError as error:
        raise _wrong_cursor() from error


def _decoded(cursor: str) -> list[object]:
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor[:400] + "=="))
    except (ValueError, binascii.Error) as error:
        raise _wrong_cursor() from error
    return position if isinstance(position, list) else []


def _wrong_cursor() -> Invalid:
    message = _("This page does not exist. Begin with the first.")
    return Invalid(message, fields={"cursor": [message]})
