"""How what belongs to a part looks over the wire."""

from typing import Any

from rest_framework import serializers

from clutch.core.casing import ModelSerializer, Serializer
from inventory import queries
from inventory.api.parts.serializers import PartNameSerializer, StockPartRowSerializer
from inventory.models import Fitment, Part, Supersession


class SuccessionEntrySerializer(ModelSerializer):
    """What was once said to replace a part; without `newPart` it was taken back."""

    new_part = PartNameSerializer(allow_null=True)

    class Meta:
        model = Supersession
        fields = ["at", "new_part", "note", "actor_name"]


class PartSuccessionSerializer(Serializer):
    """What replaces a part, step by step to the newest, what it replaces, and what was said before."""

    part_id = serializers.UUIDField(source="pk")
    replaced_by = PartNameSerializer(many=True)
    replaces = PartNameSerializer(many=True)
    history = SuccessionEntrySerializer(many=True)

    def to_representation(self, instance: Part) -> Any:
        """With all that it shows loaded. Four queries."""
        chain = queries.successors(instance.pk)[1:]
        found = Part.objects.in_bulk(chain)
        instance.replaced_by = [found[pk] for pk in chain]  # type: ignore[attr-defined]
        instance.replaces = instance.supersedes.order_by("name", "pk")  # type: ignore[attr-defined]
        instance.history = queries.replacing_history(instance.pk)  # type: ignore[attr-defined]
        return super().to_representation(instance)


class InterchangeSerializer(Serializer):
    """The parts that can stand in for a part, with what there is of each."""

    part_id = serializers.UUIDField(source="pk")
    interchange_id = serializers.UUIDField(allow_null=True)
    parts = StockPartRowSerializer(many=True)

    def to_representation(self, instance: Part) -> Any:
        """With the others of its group."""
        instance.parts = queries.parts_shown(queries.stand_ins(instance))  # type: ignore[attr-defined]
        return super().to_representation(instance)


class FitmentSerializer(ModelSerializer):
    """A vehicle that a part fits; what is empty means all."""

    fitment_id = serializers.UUIDField(source="pk")
    make_id = serializers.IntegerField()
    make = serializers.CharField(source="make.name")
    model_id = serializers.IntegerField(allow_null=True)
    model = serializers.CharField(source="model.name", default="")

    class Meta:
        model = Fitment
        fields = [
            "fitment_id", "make_id", "make", "model_id", "model", "year_from", "year_to", "engine",
            "position", "notes", "version",
        ]  # fmt: skip


class FitmentsSerializer(Serializer):
    """The vehicles that were said."""

    fitments = FitmentSerializer(many=True)

    def to_representation(self, instance: Any) -> Any:
        """Of the rows that an act has returned."""
        return super().to_representation({"fitments": instance})
