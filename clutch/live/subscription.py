"""One client's place in its streams, with a bounded buffer between the reader and the client."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping

from clutch.live import cursor
from clutch.live.frames import Frame, control_frame

# A client that is this many frames behind gets nothing more from the reader until half are
# gone; the rest waits in its stream.
ROOM = 200


class Closed(Exception):
    """The server ends this subscription; `code` is the close code of the socket."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Subscription:
    """What one client hears. `read` is what the reader has put into the buffer, `sent` what went out.

    `read` has no number for a stream that is still to be compared with its head.
    """

    def __init__(
        self,
        user_id: str,
        streams: Iterable[str],
        after: Mapping[str, int],
        *,
        session: tuple[str, str] | None = None,
    ) -> None:
        self.user_id = user_id
        self.streams = set(streams)
        # Key and hash of the session that signed it in, for looking after it.
        self.session = session
        self.read = {stream: seq for stream, seq in after.items() if stream in self.streams}
        self.sent = dict(self.read)
        self.starved = False
        self._buffer: deque[Frame] = deque()
        self._closed: Closed | None = None
        self._changed = asyncio.Event()
        self._on_room: Callable[[Subscription], None] = lambda subscription: None

    @property
    def waiting(self) -> int:
        """How many frames are in the buffer."""
        return len(self._buffer)

    @property
    def place(self) -> str:
        """The cursor behind what went out."""
        return cursor.encode(self.sent)

    @property
    def has_room(self) -> bool:
        return len(self._buffer) < ROOM and self._closed is None

    def on_room(self, call: "Callable[[Subscription], None]") -> None:
        """Call this when a starved subscription has room again."""
        self._on_room = call

    def push(self, frame: Frame) -> None:
        """Take a frame; entries only while there is room."""
        if frame.stream is not None:
            self.read[frame.stream] = frame.seq
        self._buffer.append(frame)
        self._changed.set()

    def push_entry(self, frame: Frame) -> None:
        """Take the entry that follows; skip one that was read; begin anew after a hole."""
        assert frame.stream is not None
        read = self.read.get(frame.stream)
        if read is None or frame.seq <= read:
            return
        if not self.has_room:
            self.starved = True
            return
        if frame.seq > read + 1:
            # Pruned between two reads: say so, and go on from here.
            self.push(control_frame("reset", frame.stream, frame.seq - 1))
        self.push(frame)

    def settle(self, stream: str, head: int, pruned: int) -> bool:
        """Compare one stream with its head; return whether there is something to read."""
        read = self.read.get(stream)
        if read is None:
            self.push(control_frame("subscribed", stream, head))
        elif read > head or read < pruned:
            self.push(control_frame("reset", stream, head))
        else:
            return read < head
        return False

    def close(self, code: int, reason: str) -> None:
        """End it at once; frames in the buffer are dropped."""
        if self._closed is None:
            self._closed = Closed(code, reason)
            self._buffer.clear()
            self._changed.set()

    async def next(self) -> str:
        """Wait for the next frame; return its text with its cursor. Raises Closed."""
        while True:
            if self._closed:
                raise self._closed
            if self._buffer:
                return self.take()
            self._changed.clear()
            await self._changed.wait()

    def take(self) -> str:
        """The first frame of the buffer, as text with its cursor. Raises IndexError when it is empty."""
        frame = self._buffer.popleft()
        if self.starved and len(self._buffer) <= ROOM // 2:
            self.starved = False
            self._on_room(self)
        if frame.stream is not None:
            self.sent[frame.stream] = frame.seq
        return frame.text(self.place)
