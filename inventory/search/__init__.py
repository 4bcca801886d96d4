"""Finding parts: by any number in any form, then by how a number begins, then by words with typos."""

from inventory.search.filters import Filters, Vehicle
from inventory.search.finding import Hit, MatchedBy, Page, search

__all__ = ["Filters", "Hit", "MatchedBy", "Page", "Vehicle", "search"]
