"""A channel layer over Postgres NOTIFY: nothing to install beside the database.

Groups live in each process's memory, every message is one NOTIFY that all processes hear, and
each hands it to its own members. Like every channel layer it may lose messages: it carries
hints, and after a lost line its readers are told to check everything (`on_gap`).
"""

import asyncio
import contextlib
import json
import logging
import secrets
import threading
from collections.abc import Callable, Sequence
from typing import Any

from asgiref.sync import sync_to_async
from channels.layers import BaseChannelLayer
from django.db import connection

from clutch.live.listener import Listener

logger = logging.getLogger(__name__)

CHANNEL = "clutch_layer"
# Postgres takes payloads of less than 8,000 bytes.
LARGEST_PAYLOAD = 7999

Message = dict[str, Any]
Queue = tuple[asyncio.AbstractEventLoop, "asyncio.Queue[Message]"]


class PostgresChannelLayer(BaseChannelLayer):
    """Channels and groups between processes. Only channels made by `new_channel` can be sent to."""

    extensions = ("groups",)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.token = secrets.token_hex(6)
        self.queues: dict[str, Queue] = {}
        self.groups: dict[str, set[str]] = {}
        self.gap_calls: set[Callable[[], None]] = set()
        self.lock = threading.RLock()
        self.listener: Listener | None = None

    async def new_channel(self, prefix: str = "specific") -> str:
        name = f"{prefix}.{self.token}!{secrets.token_hex(8)}"
        with self.lock:
            self.queues[name] = (asyncio.get_running_loop(), asyncio.Queue())
            if self.listener is None:
                self.listener = Listener(CHANNEL, self._hear, self._gap)
                self.listener.start()
        return name

    def forget(self, channel: str) -> None:
        """Drop a channel and its memberships."""
        with self.lock:
            self.queues.pop(channel, None)
            for members in self.groups.values():
                members.discard(channel)

    async def group_add(self, group: str, channel: str) -> None:
        with self.lock:
            self.groups.setdefault(group, set()).add(channel)

    async def group_discard(self, group: str, channel: str) -> None:
        with self.lock:
            self.groups.get(group, set()).discard(channel)

    async def receive(self, channel: str) -> Message:
        return await self.queues[channel][1].get()

    async def send(self, channel: str, message: Message) -> None:
        await sync_to_async(self.notify)([{"to": channel, "message": message}])

    async def group_send(self, group: str, message: Message) -> None:
        await sync_to_async(self.notify)([{"group": group, "message": message}])

    def group_send_now(self, group: str, messages: Sequence[Message]) -> None:
        """Send from synchronous code, over Django's own connection, in one statement."""
        self.notify([{"group": group, "message": message} for message in messages])

    def notify(self, envelopes: Sequence[Message]) -> None:
        """One NOTIFY each. Raises ValueError for a message that Postgres would not carry."""
        payloads = [json.dumps(envelope, separators=(",", ":")) for envelope in envelopes]
        if any(len(payload.encode()) > LARGEST_PAYLOAD for payload in payloads):
            raise ValueError(f"a message is larger than {LARGEST_PAYLOAD} bytes")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, p) FROM unnest(%s::text[]) AS p", [CHANNEL, payloads])

    def on_gap(self, call: Callable[[], None]) -> None:
        """Call this, in the listening thread, whenever messages may have been missed."""
        with self.lock:
            self.gap_calls.add(call)

    def off_gap(self, call: Callable[[], None]) -> None:
        with self.lock:
            self.gap_calls.discard(call)

    def _gap(self) -> None:
        with self.lock:
            calls = list(self.gap_calls)
        for call in calls:
            call()

    def _hear(self, payload: str) -> None:
        try:
            envelope = json.loads(payload)
            message = envelope["message"]
            with self.lock:
                names = [envelope["to"]] if "to" in envelope else list(self.groups.get(envelope["group"], ()))
                queues = [self.queues[name] for name in names if name in self.queues]
        except (ValueError, KeyError, TypeError):
            logger.warning("not a message of this layer: %.80s", payload)
            return
        for loop, queue in queues:
            with contextlib.suppress(RuntimeError):  # its loop has ended
                loop.call_soon_threadsafe(self._put, queue, message)

    def _put(self, queue: "asyncio.Queue[Message]", message: Message) -> None:
        if queue.qsize() < self.capacity:
            queue.put_nowait(message)
        else:
            self._gap()
