"""What the API shows and takes of a person."""

from django.conf import settings
from django.utils.translation import gettext as _
from fcm_django.models import DeviceType, FCMDevice
from rest_framework import serializers

from clutch.accounts.models import User
from clutch.core.casing import ModelSerializer, Serializer
from clutch.core.fields import LineField


class MeSerializer(ModelSerializer):
    """The signed-in person."""

    has_password = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = [
            "id",
            "name",
            "phone",
            "phone_verified",
            "email",
            "language",
            "time_zone",
            "has_password",
            "is_staff",
        ]
        read_only_fields = fields

    def get_has_password(self, user: User) -> bool:
        """Whether a password was set; without one the person signs in by code."""
        return user.has_usable_password()


class ProfileSerializer(Serializer):
    """What a person changes about themselves; what is left out stays."""

    name = LineField(max_length=120, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    time_zone = LineField(max_length=64, required=False, allow_blank=True)


class PasswordSerializer(Serializer):
    """A new password, and the old one unless this session was opened with a code just now."""

    new_password = serializers.CharField(max_length=128, trim_whitespace=False)
    current_password = serializers.CharField(max_length=128, trim_whitespace=False, required=False)


class DeviceSerializer(ModelSerializer):
    """A device that gets push messages."""

    class Meta:
        model = FCMDevice
        fields = ["id", "type", "name", "active"]
        read_only_fields = fields


class NewDeviceSerializer(Serializer):
    """The token that Firebase gave to an app."""

    token = LineField(max_length=4096)
    type = serializers.ChoiceField(choices=DeviceType.choices)
    name = LineField(max_length=255, required=False, allow_blank=True, default="")

    def validate_token(self, value: str) -> str:
        """A token has no blanks."""
        if any(character.isspace() for character in value):
            raise serializers.ValidationError(_("A token has no blanks."), code="invalid")
        return value
