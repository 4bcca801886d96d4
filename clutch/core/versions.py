"""Versions: the ETag of a row, and what `If-Match` is compared with under its lock."""

from typing import Any

from django.utils.translation import gettext as _

from clutch.core.errors import StaleVersion


def etag(version: int) -> str:
    """The entity tag of a version: `"3"`."""
    return f'"{version}"'


def read_if_match(header: str | None) -> int | None:
    """Return the version that an If-Match header names; None without one, or for `*`.

    Raises StaleVersion (412) for a tag that none of our rows can have.
    """
    tag = (header or "").strip()
    if tag in {"", "*"}:
        return None
    digits = tag.removeprefix("W/").strip('"')
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise _stale()
    return int(digits)


def check(row: Any, expected: int | None) -> None:
    """Raise StaleVersion when the caller saw another version of the locked row than it has now."""
    if expected is not None and row.version != expected:
        raise _stale(row.version)


def _stale(current: int | None = None) -> StaleVersion:
    return StaleVersion(
        _("Someone changed this in the meantime. Load it again before you save."),
        extra={} if current is None else {"currentVersion": current},
    )
