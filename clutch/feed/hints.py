"""Hints: "stream X is at N", sent after a commit. A lost one only delays; the stream is the truth."""

import functools
import logging
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

logger = logging.getLogger(__name__)

GROUP = "feed.hints"
# A NOTIFY carries less than 8,000 bytes: 100 streams or users fit with room to spare. Beyond
# ten messages it is cheaper that every reader compares all its heads once.
PER_MESSAGE = 100
MOST_MESSAGES = 10


def send_hint(heads: Mapping[str, int]) -> None:
    """Tell every process's reader which streams have grown. Never raises."""
    if len(heads) > PER_MESSAGE * MOST_MESSAGES:
        _send([{"type": "feed.grown"}])
    else:
        _send([{"type": "feed.hint", "heads": dict(part)} for part in _parts(heads.items())])


def send_revoked(*user_ids: UUID | str) -> None:
    """Tell the readers to ask anew what these people may hear. Never raises.

    Sent after a sign-out, a deactivation, and the end or beginning of a membership: sockets that
    may not stay are closed at once, the others gain what is new. Inside an act it leaves after
    the commit.
    """
    ids = sorted({str(user_id) for user_id in user_ids})
    messages = [{"type": "feed.revoked", "users": part} for part in _parts(ids)]
    transaction.on_commit(functools.partial(_send, messages))


def _parts(items: Iterable[Any]) -> Iterable[list[Any]]:
    rest = iter(items)
    while part := list(islice(rest, PER_MESSAGE)):
        yield part


def _send(messages: Sequence[dict[str, Any]]) -> None:
    try:
        layer = get_channel_layer()
        if layer is None or not messages:
            return
        if hasattr(layer, "group_send_now"):
            layer.group_send_now(GROUP, messages)
        else:
            async_to_sync(_send_all)(layer, messages)
    except Exception:  # the act is committed; its caller must hear of success
        logger.warning("hint not sent", exc_info=True)


async def _send_all(layer: Any, messages: Sequence[dict[str, Any]]) -> None:
    for message in messages:
        await layer.group_send(GROUP, message)
