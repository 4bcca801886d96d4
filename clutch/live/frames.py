"""What goes over the wire: {id, stream, type, at, data}, with one JSON body shared by all its readers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

# Close codes of the socket, as documented for clients in docs/live.md: 4000 and the HTTP status.
BAD_CURSOR = 4400
NOT_SIGNED_IN = 4401
NOT_ALLOWED = 4403
TOO_LARGE = 4413
TOO_MANY = 4429


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame without its id. `body` is everything after the id, as JSON without the opening brace.

    `seq` is the number that the reader has reached in `stream` with it; heartbeats have neither.
    """

    stream: str | None
    seq: int
    body: str

    def text(self, cursor: str) -> str:
        """The frame as it is sent; `cursor` needs no escaping."""
        return f'{{"id":"{cursor}",{self.body}'


def entry_frame(stream: str, seq: int, kind: str, data: str, at: datetime) -> Frame:
    """A frame of a stream's entry; `data` is JSON already."""
    return Frame(stream, seq, _body(stream, kind, at, data))


def control_frame(
    kind: str, stream: str | None = None, seq: int = 0, data: Mapping[str, Any] | None = None
) -> Frame:
    """A frame that is no entry: subscribed, reset, heartbeat, error."""
    return Frame(stream, seq, _body(stream, kind, datetime.now(UTC), json.dumps(data or {})))


def _body(stream: str | None, kind: str, at: datetime, data: str) -> str:
    moment = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return f'"stream":{json.dumps(stream)},"type":{json.dumps(kind)},"at":"{moment}","data":{data}}}'
