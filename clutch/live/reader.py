"""The reader: one per process (per event loop), for all sockets and long polls of that process.

Hints say which streams have grown; one query fetches what is new in all of them. A gap in the
hints (a lost line, a full queue) and every heartbeat compare all heads in one query. It reads
through its own connection: the ORM calls of all consumers share a single thread.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Iterator
from typing import Any, LiteralString
from weakref import WeakKeyDictionary

import psycopg
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings

from clutch.feed import hints
from clutch.live import audiences, frames
from clutch.live.frames import Frame
from clutch.live.listener import FIRST_PAUSE, LONGEST_PAUSE, connection_parameters
from clutch.live.subscription import Closed, Subscription

logger = logging.getLogger(__name__)

# Bounds of one query, and so of the memory that a herd of returning clients can take.
PER_STREAM = 50
PLACES_PER_QUERY = 500
# Sockets of one person in one process.
PER_USER = 20

HEADS: LiteralString = "SELECT stream, seq, pruned FROM feed_streamhead WHERE stream = ANY(%s)"
ENTRIES: LiteralString = """
SELECT want.n, e.stream, e.seq, e.type, e.data::text, e.at
FROM unnest(%s::text[], %s::bigint[]) WITH ORDINALITY AS want(stream, after, n)
CROSS JOIN LATERAL (
    SELECT * FROM feed_streamentry
    WHERE stream = want.stream AND seq > want.after ORDER BY seq LIMIT %s
) AS e
ORDER BY e.at, e.stream, e.seq
"""

Place = tuple[str, int]


class Reader:
    """Reads streams for its subscriptions. All methods are called on its event loop."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.subscribers: dict[str, set[Subscription]] = {}
        self.subscriptions: set[Subscription] = set()
        # Sockets whose sign-in is under way, and those of them that have not said who they are.
        self.arriving = 0
        self.unknown = 0
        # How many revocations were heard: what was asked before one of them is asked again.
        self.revocations = 0
        self.grown: set[str] = set()
        self.to_compare: set[str] = set()
        self.compare_all = False
        self.looking_after_all = False
        self.tasks: list[asyncio.Task[None]] = []
        self.checks: set[asyncio.Task[None]] = set()
        self.work = asyncio.Event()

    # Subscriptions.

    def has_room(self) -> bool:
        """Whether one more fits into this process, sockets that are still signing in counted."""
        return len(self.subscriptions) + self.arriving < settings.LIVE_MOST_SOCKETS

    @contextlib.contextmanager
    def arrival(self) -> Iterator[None]:
        """Hold a place for a socket while it signs in. Raises Closed when there is none."""
        if not self.has_room():
            raise Closed(frames.TOO_MANY, "too many connections; try again later")
        self.arriving += 1
        try:
            yield
        finally:
            self.arriving -= 1

    @contextlib.contextmanager
    def stranger(self) -> Iterator[None]:
        """Hold one of the few places for those who wait to say who they are. Raises Closed without one.

        So that nobody who only opens sockets takes the places of those who are known.
        """
        if self.unknown >= settings.LIVE_MOST_UNKNOWN:
            raise Closed(frames.TOO_MANY, "too many connections; try again later")
        self.unknown += 1
        try:
            yield
        finally:
            self.unknown -= 1

    def has_place(self, user_id: str) -> bool:
        """Whether one more fits into this process, and into one person's share of it."""
        own = sum(each.user_id == user_id for each in self.subscriptions)
        return own < PER_USER and self.has_room()

    def add(self, subscription: Subscription, *, asked_at: int | None = None) -> None:
        """Begin to serve a subscription: first what it missed, then what comes.

        `asked_at` is what `revocations` was before its streams were asked for.
        """
        self.subscriptions.add(subscription)
        if asked_at is not None and asked_at != self.revocations:
            self._look_after_soon({subscription.user_id})
        subscription.on_room(self._has_room)
        self.join(subscription, subscription.streams)
        if not self.tasks:
            self.tasks = [
                self.loop.create_task(call(), name=f"live {call.__name__}")
                for call in (self._read, self._hear, self._beat)
            ]

    def join(self, subscription: Subscription, streams: Iterable[str]) -> None:
        """Add streams to a subscription; each begins with `subscribed` unless its place is known."""
        for stream in streams:
            subscription.streams.add(stream)
            self.subscribers.setdefault(stream, set()).add(subscription)
            self.to_compare.add(stream)
        self.work.set()

    async def remove(self, subscription: Subscription) -> None:
        """Forget a subscription; without any, the reader rests and holds no connection."""
        self.subscriptions.discard(subscription)
        for stream in subscription.streams:
            if members := self.subscribers.get(stream):
                members.discard(subscription)
                if not members:
                    del self.subscribers[stream]
        if not self.subscriptions:
            await self.stop()

    async def wait(self, subscription: Subscription, seconds: float) -> None:
        """Wait until there is something for a subscription, or until the time is over."""
        self.add(subscription)
        try:
            with contextlib.suppress(TimeoutError, Closed):
                await asyncio.wait_for(subscription.next(), seconds)
        finally:
            await self.remove(subscription)

    async def stop(self) -> None:
        tasks, self.tasks = self.tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _has_room(self, subscription: Subscription) -> None:
        self.grown |= subscription.streams
        self.work.set()

    # Hints.

    def hint(self, message: dict[str, Any]) -> None:
        """Take one message of the group."""
        if message["type"] == "feed.hint":
            for stream, head in message["heads"].items():
                if any(each.read.get(stream, -1) < head for each in self.subscribers.get(stream, ())):
                    self.grown.add(stream)
        elif message["type"] == "feed.grown":
            self.compare_all = True
        elif message["type"] == "feed.revoked":
            self.revocations += 1
            self._look_after_soon(set(message["users"]))
        self.work.set()

    def gap(self) -> None:
        """Hints may be missing (called from any thread)."""
        self.loop.call_soon_threadsafe(self._after_gap)

    def _after_gap(self) -> None:
        self._compare_all()
        if not self.looking_after_all:
            self.looking_after_all = True
            self._look_after_soon(None)

    def _look_after_soon(self, user_ids: set[str] | None) -> None:
        # Kept in a set: the loop itself holds tasks weakly.
        task = self.loop.create_task(self.look_after(user_ids))
        self.checks.add(task)
        task.add_done_callback(self.checks.discard)

    def _compare_all(self) -> None:
        self.compare_all = True
        self.work.set()

    async def _hear(self) -> None:
        layer = get_channel_layer()
        assert layer is not None
        pause = FIRST_PAUSE
        while True:
            try:
                await self._hear_from(layer)
            except Exception as error:  # Redis is away, or came back empty
                logger.warning("no hints (%s); again in %.1f s", error, pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _hear_from(self, layer: Any) -> None:
        channel = await layer.new_channel()
        try:
            if hasattr(layer, "on_gap"):
                layer.on_gap(self.gap)
            await layer.group_add(hints.GROUP, channel)
            self._after_gap()
            while True:
                self.hint(await layer.receive(channel))
        finally:
            if hasattr(layer, "on_gap"):
                layer.off_gap(self.gap)
                layer.forget(channel)
            else:
                await layer.group_discard(hints.GROUP, channel)

    # Heartbeat.

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(settings.LIVE_HEARTBEAT_SECONDS)
            self._compare_all()
            for subscription in self.subscriptions:
                if subscription.has_room:
                    subscription.push(frames.control_frame("heartbeat"))
            await self.look_after(None)

    async def look_after(self, user_ids: set[str] | None) -> None:
        """Ask anew what people (None: all) may hear; close what ended, join what began."""
        if user_ids is None:
            # A gap that comes from here on asks once more.
            self.looking_after_all = False
        concerned = [each for each in self.subscriptions if user_ids is None or each.user_id in user_ids]
        if not concerned:
            return
        try:
            allowed = await database_sync_to_async(audiences.look_up)(
                {each.user_id for each in concerned},
                {each.session[0] for each in concerned if each.session},
            )
        except Exception:  # the database is away; the next heartbeat asks again
            logger.warning("audiences not checked", exc_info=True)
            return
        for each in concerned:
            self._apply(each, allowed)

    def _apply(self, subscription: Subscription, allowed: audiences.Allowed) -> None:
        streams = allowed.streams(subscription.user_id, subscription.session)
        if streams is None:
            subscription.close(frames.NOT_SIGNED_IN, "signed out")
        elif subscription.streams - streams:
            subscription.close(frames.NOT_ALLOWED, "membership ended")
        elif new := streams - subscription.streams:
            self.join(subscription, new)

    # Reading.

    async def _read(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**connection_parameters()) as connection:
                    self.compare_all = True
                    while True:
                        await self._catch_up(connection)
                        pause = FIRST_PAUSE
                        await self.work.wait()
                        self.work.clear()
            except psycopg.Error as error:
                logger.warning("not reading (%s); again in %.1f s", str(error).strip(), pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _catch_up(self, connection: "psycopg.AsyncConnection[Any]") -> None:
        while True:
            if self.compare_all or self.to_compare:
                await self._compare(connection)
            places = self._places()
            if not places:
                return
            await self._fetch(connection, places)

    async def _compare(self, connection: "psycopg.AsyncConnection[Any]") -> None:
        streams = list(self.subscribers if self.compare_all else self.to_compare)
        self.compare_all = False
        self.to_compare = set()
        cursor = await connection.execute(HEADS, [streams])
        found = {stream: (seq, pruned) for stream, seq, pruned in await cursor.fetchall()}
        for stream in streams:
            head, pruned = found.get(stream, (0, 0))
            for subscription in self.subscribers.get(stream, ()):
                if subscription.settle(stream, head, pruned):
                    self.grown.add(stream)

    def _places(self) -> dict[Place, list[Subscription]]:
        """Where to read on: readers at the same place share one read. Takes streams out of `grown`."""
        places: dict[Place, list[Subscription]] = {}
        while self.grown and len(places) < PLACES_PER_QUERY:
            stream = self.grown.pop()
            for subscription in self.subscribers.get(stream, ()):
                read = subscription.read.get(stream)
                if read is None:
                    self.to_compare.add(stream)
                elif subscription.has_room:
                    places.setdefault((stream, read), []).append(subscription)
                else:
                    subscription.starved = True
        return places

    async def _fetch(
        self, connection: "psycopg.AsyncConnection[Any]", places: dict[Place, list[Subscription]]
    ) -> None:
        wanted = list(places)
        query = [[stream for stream, _ in wanted], [read for _, read in wanted], PER_STREAM]
        cursor = await connection.execute(ENTRIES, query)
        counts = [0] * len(wanted)
        cache: dict[Place, Frame] = {}
        for n, stream, seq, kind, data, at in await cursor.fetchall():
            counts[n - 1] += 1
            if (frame := cache.get((stream, seq))) is None:
                frame = cache[stream, seq] = frames.entry_frame(stream, seq, kind, data, at)
            for subscription in places[wanted[n - 1]]:
                subscription.push_entry(frame)
        self.grown |= {
            stream for (stream, _), count in zip(wanted, counts, strict=True) if count >= PER_STREAM
        }


_readers: "WeakKeyDictionary[asyncio.AbstractEventLoop, Reader]" = WeakKeyDictionary()


def get_reader() -> Reader:
    """The reader of this process (of the running event loop)."""
    loop = asyncio.get_running_loop()
    if loop not in _readers:
        _readers[loop] = Reader()
    return _readers[loop]
