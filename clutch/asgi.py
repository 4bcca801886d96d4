"""The ASGI application: pages and API by Django, the socket by Channels."""

import os
from typing import Any

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clutch.settings")
# Before the consumer, which imports models.
http = get_asgi_application()

from daphne.http_protocol import WebRequest  # noqa: E402

from clutch.core.bodies import bound_server, bounded  # noqa: E402
from clutch.live.consumer import stream  # noqa: E402

bound_server(WebRequest)


async def websocket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """There is one socket; any other path is refused before the handshake."""
    if scope["path"] == "/ws/v1/stream":
        await stream(scope, receive, send)
    else:
        await receive()
        await send({"type": "websocket.close"})


application = ProtocolTypeRouter({"http": bounded(http), "websocket": websocket})
