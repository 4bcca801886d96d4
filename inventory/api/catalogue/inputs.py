"""What clients send of a part beside its main row."""

from typing import Any

from rest_framework import serializers

from clutch.core.casing import Serializer
from clutch.core.fields import LineField
from inventory.actions.fitments import LENGTHS, MOST_AT_ONCE, YEARS
from inventory.enums import NumberKind

MOST_MODELS = 200


class NumberChangeSerializer(Serializer):
    """Another number of a part."""

    number = LineField(max_length=60)
    kind = serializers.ChoiceField(NumberKind.choices, default=NumberKind.CROSS)
    brand = LineField(max_length=80, required=False, allow_blank=True)


class SupersessionInputSerializer(Serializer):
    """The part that replaces this one, and why or since when."""

    new_part_id = serializers.UUIDField()
    note = LineField(max_length=200, required=False, allow_blank=True)


class InterchangeInputSerializer(Serializer):
    """A part that can stand in for this one, and this one for it."""

    other_id = serializers.UUIDField()


def year() -> serializers.IntegerField:
    """An optional year."""
    return serializers.IntegerField(
        required=False, allow_null=True, min_value=YEARS.start, max_value=YEARS.stop - 1
    )


class FitmentFieldsSerializer(Serializer):
    """Years are inclusive; what is left out means all."""

    make_id = serializers.IntegerField(min_value=1)
    year_from = year()
    year_to = year()
    engine = LineField(max_length=LENGTHS["engine"], required=False, allow_blank=True)
    position = LineField(max_length=LENGTHS["position"], required=False, allow_blank=True)
    notes = LineField(
        max_length=LENGTHS["notes"], required=False, allow_blank=True, help_text="What else must hold."
    )


class FitmentChangeSerializer(FitmentFieldsSerializer):
    """One vehicle that a part fits, said anew."""

    model_id = serializers.IntegerField(required=False, allow_null=True, min_value=1)


class VehiclesInputSerializer(FitmentFieldsSerializer):
    """Vehicles of one make that a part fits; without `modelIds` every model of it."""

    model_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1), required=False, max_length=MOST_MODELS
    )


class FitmentsInputSerializer(Serializer):
    """Many vehicles at once: models of makes, each with its years."""

    fitments = VehiclesInputSerializer(many=True, max_length=MOST_AT_ONCE)  # type: ignore[call-arg]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Write a list of models out: one vehicle each."""
        written: list[dict[str, Any]] = []
        for said in attrs["fitments"]:
            models = said.pop("model_ids", []) or [None]
            written += [{**said, "model_id": model} for model in models]
        return {"fitments": written}
