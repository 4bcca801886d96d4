"""`GET /api/v1/stream`: the stream for clients without sockets."""

import functools
import json
from collections.abc import Callable, Coroutine
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpRequest
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.api import ApiView
from clutch.live import audiences
from clutch.live.api.serializers import StreamAnswer, StreamQuery
from clutch.live.reader import get_reader
from clutch.live.replay import replay
from clutch.live.subscription import Subscription

View = Callable[..., Coroutine[Any, Any, Any]]
EXAMPLE = OpenApiExample(
    "a quote has come",
    value={
        "events": [
            {
                "id": "gcQRdQGS8MEjRXq8je8BI0VniasM",
                "stream": "user/0192f0c1-2345-7abc-8def-0123456789ab",
                "type": "new-quote",
                "at": "2026-01-31T12:00:00.123456Z",
                "data": {
                    "orderId": "0192f0c1-9999-7abc-8def-0123456789ab",
                    "shopName": "Nile Parts",
                    "totalPrice": "900.00",
                },
            }
        ],
        "cursor": "gcQRdQGS8MEjRXq8je8BI0VniasM",
        "more": False,
    },
    response_only=True,
)


class StreamView(ApiView):
    """What came after a cursor."""

    @extend_schema(
        operation_id="read_stream",
        summary="Read the stream without a socket",
        description="The frames that `/ws/v1/stream` sends. With `wait`, an answer without events comes "
        "only after so many seconds, or as soon as there is one.",
        parameters=[StreamQuery],
        responses=StreamAnswer,
        examples=[EXAMPLE],
        tags=["stream"],
    )
    def get(self, request: Request) -> Response:
        """Answer from the streams that the person may hear."""
        query = StreamQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        found = replay(str(request.user.pk), audiences.streams_of(request.user), wanted["after"])
        events = [json.loads(found.take()) for _ in range(min(wanted["limit"], found.waiting))]
        answer = {"events": events, "cursor": found.place, "more": bool(found.waiting)}
        if not events and wanted["wait"]:
            # For `patient` below: what to wait for, and how long.
            request._request.__dict__["live"] = (found, wanted["wait"])
            if not connection.in_atomic_block:
                connection.close()  # a client that waits keeps nobody's place in the pool
        return Response(answer)


def patient(view: Callable[..., Any]) -> View:
    """Ask again when something has come, instead of answering at once that there is nothing."""

    @functools.wraps(view)
    async def waiting(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        answer = await sync_to_async(view)(request, *args, **kwargs)
        live: tuple[Subscription, int] | None = request.__dict__.pop("live", None)
        if live is None or not get_reader().has_place(live[0].user_id):
            return answer
        await get_reader().wait(*live)
        again = await sync_to_async(view)(request, *args, **kwargs)
        request.__dict__.pop("live", None)
        return again

    return waiting
