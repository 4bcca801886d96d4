"""Identifiers: time-ordered UUIDs, so that new rows land at the end of an index."""

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """Return a UUID version 7 (RFC 9562), ordered by its time of making."""
    return uuid_utils.compat.uuid7()
