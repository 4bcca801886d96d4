"""Backpressure: wait while a client does not take what was sent.

Daphne's `send` returns at once and keeps what the network did not take in memory, without
bound. Its transport tells a producer when to pause and when to go on; this is that producer.
Under a server whose `send` waits by itself nothing is attached, and nothing needed.
"""

import asyncio
from typing import Any

# Who takes nothing for so long is gone.
PATIENCE = 60.0


class Pressure:
    """A push producer on a Twisted transport (IPushProducer): it only remembers whether to pause."""

    def __init__(self) -> None:
        self.flows = asyncio.Event()
        self.flows.set()

    # The names are Twisted's.
    def pauseProducing(self) -> None:
        self.flows.clear()

    def resumeProducing(self) -> None:
        self.flows.set()

    def stopProducing(self) -> None:
        self.flows.set()

    async def wait(self) -> None:
        """Return when there is room. Raises TimeoutError after a minute without any."""
        if not self.flows.is_set():
            await asyncio.wait_for(self.flows.wait(), PATIENCE)


def attach(send: Any) -> Pressure:
    """Watch the connection that an ASGI `send` of daphne writes to."""
    pressure = Pressure()
    protocol = next(iter(getattr(send, "args", ())), None)
    transport: Any = getattr(protocol, "transport", None)
    if hasattr(transport, "registerProducer"):
        transport.unregisterProducer()
        transport.registerProducer(pressure, True)
    return pressure
