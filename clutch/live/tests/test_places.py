"""Places for sockets: who is still signing in takes one too; and what happens while somebody signs in."""

import asyncio
from typing import Any

import pytest

from clutch.live import audiences, consumer, frames
from clutch.live.audiences import Allowed, SignedIn
from clutch.live.reader import Reader, get_reader

SCOPE: dict[str, Any] = {"headers": [], "query_string": b""}


class Wire:
    """One socket without a network: what the client says, and what it hears."""

    def __init__(self, token: str = "") -> None:
        self.said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.heard: list[dict[str, Any]] = []
        self.said.put_nowait({"type": "websocket.connect"})
        headers = [(b"x-session-token", token.encode())] if token else []
        scope = {**SCOPE, "headers": headers}
        self.task = asyncio.ensure_future(consumer.stream(scope, self.said.get, self.send))

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


async def rest(reader: Reader) -> None:
    """What the reader does beside its sockets, when there is no database."""
    await asyncio.sleep(60)


@pytest.fixture
def no_database(monkeypatch: Any) -> None:
    """Readers that only rest, and a person "somebody" who may hear one stream."""
    for name in ("_read", "_hear", "_beat"):
        monkeypatch.setattr(Reader, name, rest)
    monkeypatch.setattr(audiences, "by_token", lambda token: SignedIn("somebody", frozenset({"s"}), None))


def test_strangers_do_not_take_the_places_of_those_who_are_known(settings: Any, no_database: None) -> None:
    settings.LIVE_MOST_UNKNOWN = 2

    async def crowd() -> tuple[int | None, int]:
        waiting = [Wire() for _ in range(2)]
        await asyncio.sleep(0)
        refused = await Wire().end()
        known = Wire(token="t")
        while not get_reader().subscriptions:
            await asyncio.sleep(0)
        served = len(get_reader().subscriptions)
        for each in (*waiting, known):
            each.said.put_nowait({"type": "websocket.disconnect"})
            await each.end()
        assert (get_reader().unknown, get_reader().arriving) == (0, 0)
        return refused, served

    assert asyncio.run(crowd()) == (frames.TOO_MANY, 1)


@pytest.mark.parametrize("heard_of", ["somebody", None])
def test_revocation_during_the_sign_in_closes_at_once(
    monkeypatch: Any, no_database: None, heard_of: str | None
) -> None:
    """What was asked before is asked again; also when hints were lost meanwhile (None)."""
    monkeypatch.setattr(audiences, "look_up", lambda *_args: Allowed({}, {}, frozenset()))

    async def sign_in() -> int | None:
        reader = get_reader()
        asked = audiences.by_token

        def and_then_revoked(token: str) -> SignedIn | None:
            found = asked(token)
            if heard_of:
                reader.loop.call_soon_threadsafe(reader.hint, {"type": "feed.revoked", "users": [heard_of]})
            return found

        monkeypatch.setattr(audiences, "by_token", and_then_revoked)
        wire = Wire(token="t")
        while not reader.subscriptions:
            await asyncio.sleep(0)
        if heard_of is None:
            reader.gap()
        return await wire.end()

    assert asyncio.run(sign_in()) == frames.NOT_SIGNED_IN
