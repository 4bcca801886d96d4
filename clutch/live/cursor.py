"""The cursor: how far a client has read, one number per stream, as one opaque word.

MessagePack in URL-safe base64: {letter of the kind + 16 bytes of the id: number}. It is not
signed, because it opens nothing: the server decides which streams a client reads, and of a
cursor it takes the numbers of those only.
"""

import base64
from collections.abc import Mapping
from uuid import UUID

import msgpack

from clutch.feed.streams import STAFF_STREAM, shop_stream, user_stream

Positions = dict[str, int]

# Nobody belongs to more streams than this; a longer word is not one of ours.
MOST_STREAMS = 1000
LONGEST = 40_000
LARGEST_SEQ = 2**63 - 1
_NAMES = {b"u": user_stream, b"s": shop_stream}
_LETTERS = {"user": b"u", "shop": b"s"}


class BadCursor(ValueError):
    """The word is not a cursor."""


def encode(positions: Mapping[str, int]) -> str:
    """Return the word for a number per stream."""
    packed = msgpack.packb({_key(stream): seq for stream, seq in sorted(positions.items())})
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def decode(word: str) -> Positions:
    """Return the number per stream; an empty word has none. Raises BadCursor for what is no cursor."""
    if not word:
        return {}
    if len(word) > LONGEST:
        raise BadCursor("too long")
    try:
        packed = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
        found = msgpack.unpackb(packed, max_map_len=MOST_STREAMS, strict_map_key=False)
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        raise BadCursor("not readable") from error
    if not isinstance(found, dict):
        raise BadCursor("not a map")
    return {_stream(key): _seq(seq) for key, seq in found.items()}


def _key(stream: str) -> bytes:
    kind, _, name = stream.partition("/")
    return _LETTERS[kind] + UUID(name).bytes if name else b"t"


def _stream(key: object) -> str:
    if key == b"t":
        return STAFF_STREAM
    if not isinstance(key, bytes) or len(key) != 17 or key[:1] not in _NAMES:
        raise BadCursor("not a stream")
    return _NAMES[key[:1]](UUID(bytes=key[1:]))


def _seq(seq: object) -> int:
    if not isinstance(seq, int) or isinstance(seq, bool) or not 0 <= seq <= LARGEST_SEQ:
        raise BadCursor("not a number")
    return seq
