"""Notifications as apps see them."""

from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework import serializers

from clutch.core.casing import ModelSerializer, Serializer
from clutch.core.fields import LineField, ProseField
from clutch.notifications import queries
from clutch.notifications.models import Broadcast, Notification


class NotificationSerializer(ModelSerializer):
    """One notification, in the language of the reader."""

    type = serializers.CharField(source="kind", read_only=True)
    title = serializers.SerializerMethodField()
    message = serializers.SerializerMethodField()
    read = serializers.SerializerMethodField()
    data: Any = serializers.DictField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Notification
        fields = ["id", "type", "title", "message", "data", "read", "read_at", "created_at"]

    def get_title(self, notification: Notification) -> str:
        """The title in the language of the request."""
        return queries.words(notification, get_language() or "en")[0]

    def get_message(self, notification: Notification) -> str:
        """The text in the language of the request."""
        return queries.words(notification, get_language() or "en")[1]

    def get_read(self, notification: Notification) -> bool:
        """Whether it was read."""
        return notification.read_at is not None


class UnreadSerializer(Serializer):
    """How many are unread."""

    unread = serializers.IntegerField()


class ChannelsSerializer(Serializer):
    """Through which channels a kind comes; what is left out stays as it is."""

    inbox = serializers.BooleanField(required=False)
    push = serializers.BooleanField(required=False)
    email = serializers.BooleanField(required=False)
    sms = serializers.BooleanField(required=False)


class ChoiceSerializer(Serializer):
    """What a person wants of one type."""

    type = serializers.CharField(source="kind", max_length=60)
    label: Any = serializers.CharField(read_only=True)
    channels = ChannelsSerializer()


class PreferencesSerializer(Serializer):
    """What a person wants to hear of, and how."""

    preferences = serializers.ListField(child=ChoiceSerializer(), max_length=200)


class WordsSerializer(Serializer):
    """A message in one more language."""

    title = LineField(max_length=255)
    message = ProseField(max_length=2000)


class BroadcastDataSerializer(Serializer):
    """What an app opens."""

    order_id = serializers.UUIDField(required=False)
    shop_id = serializers.UUIDField(required=False)


class SendSerializer(Serializer):
    """A message of the staff."""

    audience = serializers.ChoiceField(choices=Broadcast.Audience.choices)
    user_id = serializers.UUIDField(required=False)
    segment = serializers.CharField(required=False, max_length=80)
    title = LineField(max_length=255)
    message = ProseField(max_length=2000)
    translations: Any = serializers.DictField(child=WordsSerializer(), required=False, default=dict)
    data: Any = BroadcastDataSerializer(required=False)

    def validate_translations(self, value: dict[str, Any]) -> dict[str, Any]:
        """Only languages that there are."""
        unknown = sorted(set(value) - set(dict(settings.LANGUAGES)))
        if unknown:
            raise serializers.ValidationError(_("Unknown language: %(name)s.") % {"name": unknown[0][:20]})
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The target belongs to the audience."""
        field = {Broadcast.Audience.USER: "user_id", Broadcast.Audience.SEGMENT: "segment"}.get(
            attrs["audience"]
        )
        for name in ("user_id", "segment"):
            if name == field and not attrs.get(name):
                raise serializers.ValidationError({name: _("This field is needed for this audience.")})
            if name != field and name in attrs:
                raise serializers.ValidationError({name: _("This field does not belong to this audience.")})
        data = attrs.pop("data", {})
        wire = {"order_id": "orderId", "shop_id": "shopId"}
        attrs["data"] = {wire[name]: str(value) for name, value in data.items()}
        attrs["target"] = str(attrs.pop("user_id", "") or attrs.pop("segment", ""))
        return attrs


class BroadcastSerializer(ModelSerializer):
    """A message of the staff, and how far it is."""

    sent_by = serializers.CharField(source="sender_id", read_only=True)

    class Meta:
        model = Broadcast
        fields = [
            "id",
            "audience",
            "target",
            "title",
            "message",
            "state",
            "sent_count",
            "sent_by",
            "created_at",
            "finished_at",
        ]
