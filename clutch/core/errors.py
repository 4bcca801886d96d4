"""What a domain says when an act is not possible. Each error carries the HTTP status it becomes.

`code` is stable and for machines, `detail` is for people and already translated,
`fields` maps a Python field path ("lines.0.unit_price") to its messages.
"""

from collections.abc import Mapping, Sequence
from typing import Any


class DomainError(Exception):
    """Base of all refusals; never raised itself."""

    status = 400
    default_code = "error"

    def __init__(
        self,
        detail: object,
        *,
        code: str | None = None,
        fields: Mapping[str, Sequence[object]] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.default_code
        self.fields = {name: list(messages) for name, messages in (fields or {}).items()}
        self.extra = dict(extra or {})


class Invalid(DomainError):
    """The input cannot be accepted; `fields` says where."""

    status = 400
    default_code = "invalid"


class Incomplete(DomainError):
    """The input is well-formed, and something it needs is still missing (422)."""

    status = 422
    default_code = "incomplete"


class NotAllowed(DomainError):
    """The actor may see the thing but not do this with it."""

    status = 403
    default_code = "not_allowed"


class NotFound(DomainError):
    """It does not exist, or does not exist for this actor."""

    status = 404
    default_code = "not_found"


class Conflict(DomainError):
    """The state has moved on: the act is refused and nothing has changed."""

    status = 409
    default_code = "conflict"


class StaleVersion(DomainError):
    """`If-Match` named a version that is no longer current (412)."""

    status = 412
    default_code = "stale_version"


class Unavailable(DomainError):
    """Something the act needs does not answer now; trying again later may help."""

    status = 503
    default_code = "unavailable"
