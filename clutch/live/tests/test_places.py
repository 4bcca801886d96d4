"""Places for sockets: who is still signing in takes one too."""

import asyncio
from typing import Any

import pytest

from clutch.live import consumer, frames
from clutch.live.reader import Reader, get_reader

SCOPE: dict[str, Any] = {"headers": [], "query_string": b""}


class Wire:
    """One socket without a network: what the client says, and what it hears."""

    def __init__(self) -> None:
        self.said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.heard: list[dict[str, Any]] = []
        self.said.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.ensure_future(consumer.stream(SCOPE, self.said.get, self.send))

    async def send(self, message: dict[str, Any]) -> None:
        self.heard.append(message)

    async def end(self) -> int | None:
        """Wait until the server is done; the close code it gave."""
        await asyncio.wait_for(self.task, 5)
        return self.heard[-1].get("code")


@pytest.fixture
def most(settings: Any) -> int:
    settings.LIVE_MOST_SOCKETS = 2
    return 2


def test_sockets_that_wait_for_sign_in_are_counted(most: int, monkeypatch: Any) -> None:
    async def fill() -> list[int | None]:
        waiting = [Wire() for _ in range(most)]
        await asyncio.sleep(0)
        refused = await Wire().end()
        for each in waiting:
            assert [message["type"] for message in each.heard] == ["websocket.accept"]
        waiting[0].said.put_nowait({"type": "websocket.disconnect"})
        await waiting[0].end()
        waiting.append(again := Wire())
        again.said.put_nowait({"type": "websocket.receive", "text": "{}"})
        admitted = await again.end()
        monkeypatch.setattr(consumer, "SIGN_IN_SECONDS", 0.01)
        late = await Wire().end()
        waiting[1].task.cancel()
        await asyncio.gather(waiting[1].task, return_exceptions=True)
        assert get_reader().arriving == 0
        return [refused, admitted, late]

    codes = asyncio.run(fill())
    assert codes == [frames.TOO_MANY, frames.NOT_SIGNED_IN, frames.NOT_SIGNED_IN]


def test_who_is_signing_in_takes_the_place_of_a_long_poll(most: int) -> None:
    async def look() -> list[bool]:
        reader = Reader()
        before = reader.has_place("somebody")
        with reader.arrival(), reader.arrival():
            return [before, reader.has_place("somebody")]

    assert asyncio.run(look()) == [True, False]
