"""The same frames without a socket: what a client has missed, up to a limit."""

import json
from collections.abc import Collection, Mapping

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from clutch.feed import streams as feed
from clutch.live.frames import entry_frame
from clutch.live.subscription import ROOM, Subscription

HEADS = "SELECT stream, seq, pruned FROM feed_streamhead WHERE stream = ANY(%s)"


def replay(user_id: str, streams: Collection[str], after: Mapping[str, int]) -> Subscription:
    """Return a subscription whose buffer holds what comes after `after`. Two queries."""
    subscription = Subscription(user_id, streams, after)
    with connection.cursor() as cursor:
        cursor.execute(HEADS, [sorted(streams)])
        found = {stream: (seq, pruned) for stream, seq, pruned in cursor.fetchall()}
    grown = [stream for stream in sorted(streams) if subscription.settle(stream, *found.get(stream, (0, 0)))]
    for entry in feed.read_after({stream: subscription.read[stream] for stream in grown}, limit=ROOM):
        data = json.dumps(entry.data, cls=DjangoJSONEncoder)
        subscription.push_entry(entry_frame(entry.stream, entry.seq, entry.type, data, entry.at))
    return subscription
