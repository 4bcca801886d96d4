"""What goes in and out of the stream over HTTP."""

from typing import Any

from rest_framework import serializers

from clutch.core.casing import Serializer
from clutch.live import cursor
from clutch.live.subscription import ROOM

LONGEST_WAIT = 25


class StreamQuery(Serializer):
    """Where to read on, how long to wait for something, how much to take."""

    after = serializers.CharField(required=False, default="", allow_blank=True, max_length=cursor.LONGEST)
    wait = serializers.IntegerField(required=False, default=0, min_value=0, max_value=LONGEST_WAIT)
    limit = serializers.IntegerField(required=False, default=100, min_value=1, max_value=ROOM)

    def validate_after(self, word: str) -> dict[str, int]:
        """The positions of a cursor."""
        try:
            return cursor.decode(word)
        except cursor.BadCursor as error:
            raise serializers.ValidationError("This is no cursor.") from error


class FrameSerializer(Serializer):
    """One frame, as on the socket."""

    id = serializers.CharField(help_text="The cursor behind this frame.")
    stream = serializers.CharField()
    type = serializers.CharField()
    at = serializers.DateTimeField()
    data: Any = serializers.DictField()


class StreamAnswer(Serializer):
    """What came after the cursor, and where to read on."""

    events = FrameSerializer(many=True)
    cursor = serializers.CharField()
    more = serializers.BooleanField(help_text="Whether there is more at once.")
