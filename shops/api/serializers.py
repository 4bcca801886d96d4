"""What the API shows and takes of vehicles, garages, shops, members and onboarding."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clutch.core.casing import ModelSerializer, Serializer
from clutch.core.fields import LineField
from clutch.core.schema import ProblemSerializer
from shops.enums import DocumentKind, Role, Step
from shops.links import join_url
from shops.models import (
    GarageVehicle,
    Make,
    Member,
    MemberInvite,
    Onboarding,
    OpeningHours,
    Shop,
    ShopDocument,
    VehicleModel,
)
from shops.rules import Act, may
from shops.vehicles import LEAST_YEAR, MOST_YEAR

TOLD_ONCE = _("The link was told once and is not kept. Make this one void and make a new one.")


class MakeSerializer(ModelSerializer):
    """A make."""

    class Meta:
        model = Make
        fields = ["id", "name", "is_common"]


class ModelOfMakeSerializer(ModelSerializer):
    """A model; an empty year is unknown or open."""

    class Meta:
        model = VehicleModel
        fields = ["id", "name", "kinds", "year_from", "year_to"]


class DecodedSerializer(Serializer):
    """What a VIN or chassis number says. Never an error: what is wrong is a warning."""

    vin = serializers.CharField()
    make = serializers.CharField()
    make_id = serializers.IntegerField(allow_null=True)
    model = serializers.CharField()
    model_id = serializers.IntegerField(allow_null=True)
    year = serializers.IntegerField(allow_null=True)
    manufacturer = serializers.CharField()
    country = serializers.CharField()
    details = serializers.DictField(child=serializers.CharField())
    warnings = serializers.ListField(child=serializers.CharField())


class GarageVehicleSerializer(ModelSerializer):
    """A vehicle of the garage. `warnings` come with the answer to a change only."""

    make = serializers.CharField(source="make_name")
    model = serializers.CharField(source="model_name")
    make_id = serializers.IntegerField(allow_null=True)
    model_id = serializers.IntegerField(allow_null=True)
    warnings = serializers.SerializerMethodField()

    class Meta:
        model = GarageVehicle
        fields = [
            "id", "make", "make_id", "model", "model_id", "year", "vin", "nickname", "is_default",
            "created_at", "warnings",
        ]  # fmt: skip

    def get_warnings(self, vehicle: GarageVehicle) -> list[str]:
        """What looks odd and was taken all the same."""
        return [str(warning) for warning in getattr(vehicle, "warnings", ())]


class GarageInputSerializer(Serializer):
    """A vehicle as a person names it. An odd year or VIN only warns."""

    make = LineField(max_length=80)
    model = LineField(max_length=80)
    year = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=LEAST_YEAR, max_value=MOST_YEAR
    )
    vin = LineField(max_length=40, required=False, allow_blank=True, allow_null=True, default="")
    nickname = LineField(max_length=60, required=False, allow_blank=True, default="")
    is_default = serializers.BooleanField(required=False, default=False)

    def validate_vin(self, value: str | None) -> str:
        """No number and an empty one are the same."""
        return value or ""


class OpeningHoursSerializer(ModelSerializer):
    """Opening hours of one day; `closes` at or before `opens` is on the next day."""

    opens = serializers.TimeField(format="%H:%M")
    closes = serializers.TimeField(format="%H:%M")

    class Meta:
        model = OpeningHours
        fields = ["weekday", "opens", "closes"]


class ShopSerializer(ModelSerializer):
    """A shop as its members see it."""

    makes = MakeSerializer(many=True)
    opening_hours = OpeningHoursSerializer(many=True)
    rating = serializers.FloatField(allow_null=True)

    class Meta:
        model = Shop
        fields = [
            "id", "name", "phone", "email", "address", "district", "latitude", "longitude",
            "delivery_radius_km", "time_zone", "currency", "makes", "serves_any_make", "opening_hours",
            "status", "changes_requested", "submitted_at", "verified_at", "inventory_setup",
            "pricing_strategy", "rating", "rating_count", "created_at", "version",
        ]  # fmt: skip


class MembershipSerializer(ModelSerializer):
    """One's own place in a shop, and what the role allows."""

    shop = ShopSerializer()
    may = serializers.SerializerMethodField()

    class Meta:
        model = Member
        fields = ["id", "role", "may", "shop"]

    def get_may(self, member: Member) -> list[str]:
        """The acts that the role allows."""
        return [act.value for act in Act if may(member, act)]


class MemberSerializer(ModelSerializer):
    """A member of a shop."""

    user_id = serializers.UUIDField()
    name = serializers.SerializerMethodField()
    phone = serializers.CharField(source="user.phone", allow_null=True)

    class Meta:
        model = Member
        fields = ["id", "user_id", "name", "phone", "role", "is_active", "created_at", "version"]

    def get_name(self, member: Member) -> str:
        """The person's name, or how they sign in."""
        return str(member.user)


class RoleSerializer(Serializer):
    """A role to be given."""

    role = serializers.ChoiceField(choices=Role.choices)


class InviteInputSerializer(RoleSerializer):
    """A link to be made."""

    note = LineField(max_length=80, required=False, allow_blank=True, default="")


class InviteSerializer(ModelSerializer):
    """A link that admits one person; the link itself is shown once, when it is made."""

    class Meta:
        model = MemberInvite
        fields = ["id", "role", "note", "expires_at", "created_at"]


class NewInviteSerializer(Serializer):
    """A link that was just made, with its token.

    The token is kept nowhere. Where the same Idempotency-Key is sent again, `token` and `url` are null and
    `hint` says what to do.
    """

    secrets = frozenset({"token", "url"})

    id = serializers.UUIDField(source="invite.id")
    role = serializers.CharField(source="invite.role")
    note = serializers.CharField(source="invite.note")
    expires_at = serializers.DateTimeField(source="invite.expires_at")
    token = serializers.CharField(allow_null=True)
    url = serializers.SerializerMethodField()
    hint = serializers.SerializerMethodField()

    def get_url(self, made: Any) -> str | None:
        """What to send to the person."""
        return join_url(made.token)

    def get_hint(self, _made: Any) -> str:
        """Empty where the link is told."""
        return ""

    @classmethod
    def still_allowed(cls, body: dict[str, Any], _user: Any) -> dict[str, Any]:
        """A repeated answer says why the link is not in it."""
        return {**body, "hint": str(TOLD_ONCE)}


class JoinSerializer(Serializer):
    """The token of a link."""

    token = LineField(max_length=100)


class DocumentSerializer(ModelSerializer):
    """A private document; `url` answers to those who may see it only."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = ShopDocument
        fields = ["id", "kind", "filename", "content_type", "size", "url", "created_at"]

    def get_url(self, document: ShopDocument) -> str:
        """Where the file is served."""
        return f"/api/v1/shop-documents/{document.pk}/file"


class DocumentInputSerializer(Serializer):
    """A document as multipart form."""

    kind = serializers.ChoiceField(choices=DocumentKind.choices)
    file = serializers.FileField()


class OnboardingSerializer(ModelSerializer):
    """An onboarding with what was saved of each step, null where nothing is."""

    shop_id = serializers.UUIDField(allow_null=True)
    completed_steps = serializers.ListField(child=serializers.IntegerField())
    steps = serializers.SerializerMethodField()
    documents = DocumentSerializer(many=True)

    class Meta:
        model = Onboarding
        fields = [
            "id", "status", "current_step", "completed_steps", "steps", *(step.column for step in Step),
            "documents", "shop_id", "created_at", "updated_at", "version",
        ]  # fmt: skip

    @extend_schema_field({"type": "array", "items": {"type": "object"}})
    def get_steps(self, onboarding: Onboarding) -> list[dict[str, Any]]:
        """The six steps in their order."""
        done = set(onboarding.completed_steps)
        return [
            {"step": step.value, "name": str(step.label), "completed": step.value in done} for step in Step
        ]


class MissingProblemSerializer(Serializer):
    """What is wrong with one field of a step; the field is empty for the whole step."""

    field = serializers.CharField()
    detail = serializers.CharField()


class MissingStepSerializer(Serializer):
    """A step that keeps an onboarding from completing."""

    step = serializers.IntegerField(min_value=1, max_value=6)
    name = serializers.CharField(help_text="In the person's language.")
    problems = MissingProblemSerializer(many=True)


class IncompleteOnboardingSerializer(ProblemSerializer):
    """The refusal (422) to complete an onboarding, step by step."""

    missing = MissingStepSerializer(many=True)


class StepInputSerializer(Serializer):
    """For the description only: the fields of one of the six steps, or the defaults of 4 and 5."""

    use_defaults = serializers.BooleanField(required=False)
