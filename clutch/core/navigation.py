"""What the navigation of a shop's pages shows. Each app adds its sections in its AppConfig."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# Under which word the sections stand together on a desk.
GROUPS = ("market", "counter", "stock", "business")


@dataclass(frozen=True)
class Section:
    """One entry: `key` is what a page calls itself by, `act` what the role must allow (shops.rules).

    The lowest `order` numbers stand in the bar of a phone; the others behind “More”. `count` names
    an address that answers the number at the entry, refreshed by the frames named in `live`.
    """

    key: str
    label: Any
    path: str
    icon: str
    group: str
    order: int
    act: str = ""
    count: str = ""
    live: str = ""


_sections: dict[str, Section] = {}


def register_section(section: Section) -> None:
    """Add a section; the same key again replaces it."""
    assert section.group in GROUPS, section.group
    _sections[section.key] = section


def sections() -> Sequence[Section]:
    """All sections in the order of their importance."""
    return sorted(_sections.values(), key=lambda section: section.order)
