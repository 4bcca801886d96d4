"""What the API shows and takes of codes."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clutch.core.casing import ModelSerializer, Serializer
from clutch.core.fields import LineField, MoneyField
from inventory.enums import PartStatus, PartType, Symbology
from inventory.labels import MOST_LABELS, SHEETS
from inventory.lookup import Candidate, Found
from inventory.models import Barcode, Bin, BinStock


class ScanInputSerializer(Serializer):
    """A code, or a photo that shows one (multipart); and the shop, for who belongs to several."""

    code = serializers.CharField(max_length=2000, required=False, trim_whitespace=False)
    photo = serializers.FileField(required=False)
    shop_id = serializers.UUIDField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of the two."""
        if ("code" in attrs) == ("photo" in attrs):
            raise serializers.ValidationError({"code": [_("Send a code or a photo.")]})
        return attrs


class BinSerializer(ModelSerializer):
    """A place in the shop."""

    class Meta:
        model = Bin
        fields = ["id", "code", "name"]


class BinStockSerializer(Serializer):
    """How many units lie in a bin; without a bin what was never put anywhere."""

    bin = BinSerializer(allow_null=True)
    quantity = serializers.IntegerField()


class ReplacementSerializer(Serializer):
    """The part that replaces another."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    name = serializers.CharField()


class CandidateSerializer(Serializer):
    """A part that a code means: what the counter needs to sell it. Quantities in units."""

    part_id = serializers.UUIDField(source="part.pk")
    version = serializers.IntegerField(source="part.version")
    number = serializers.CharField(source="part.number")
    name = serializers.CharField(source="part.name")
    brand = serializers.CharField(source="part.brand")
    part_type = serializers.ChoiceField(source="part.part_type", choices=PartType.choices)
    status = serializers.ChoiceField(source="part.status", choices=PartStatus.choices)
    matched_by = serializers.ChoiceField(
        source="match", choices=["barcode", "number", "other_number", "suggestion"]
    )
    units = serializers.IntegerField(help_text="How many units one scan stands for.")
    unit_price = MoneyField(source="price", allow_null=True)
    core_charge = MoneyField(source="part.core_charge", allow_null=True)
    tax_class = serializers.CharField(source="part.tax_class")
    on_hand = serializers.IntegerField(source="stock.on_hand")
    reserved = serializers.IntegerField(source="stock.reserved")
    available = serializers.IntegerField(source="stock.available")
    for_counter = serializers.IntegerField(
        source="stock.for_counter", help_text="What the counter may sell: holds of quotes give way."
    )
    default_bin = BinSerializer(source="part.default_bin", allow_null=True)
    bins = serializers.SerializerMethodField()
    superseded_by = ReplacementSerializer(source="part.superseded_by", allow_null=True)

    @extend_schema_field(BinStockSerializer(many=True))
    def get_bins(self, candidate: Candidate) -> Any:
        """Where the units lie, most first."""
        rows: list[BinStock] = candidate.bins
        return BinStockSerializer(rows, many=True).data


class FoundSerializer(Serializer):
    """What a code means in the shop."""

    kind = serializers.ChoiceField(choices=["part", "bin", "unknown", "nothing"])
    code = serializers.CharField(source="scan.code")
    symbology = serializers.ChoiceField(source="scan.symbology", choices=Symbology.choices)
    is_attached = serializers.BooleanField(help_text="The code itself belongs to the part.")
    may_attach = serializers.SerializerMethodField(
        help_text="The code belongs to nothing yet, and your role lets you attach it to a part."
    )
    currency = serializers.SerializerMethodField()
    candidates = CandidateSerializer(many=True, help_text="More than one: ask which is meant.")
    suggestions = CandidateSerializer(many=True, help_text="Parts that an unknown code may belong to.")
    bin = BinSerializer(allow_null=True)
    also_read = serializers.SerializerMethodField(help_text="The other codes of the photo.")

    def get_may_attach(self, found: Found) -> bool:
        return bool(self.context["may_edit"]) and found.bin is None and not found.is_attached

    def get_currency(self, found: Found) -> str:
        return str(self.context["currency"])

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_also_read(self, found: Found) -> list[str]:
        return list(self.context.get("also_read", []))


class BarcodeSerializer(ModelSerializer):
    """A code of a part."""

    part_id = serializers.UUIDField()

    class Meta:
        model = Barcode
        fields = ["id", "part_id", "code", "symbology", "units", "version", "created_at"]


class BarcodeInputSerializer(Serializer):
    """A code to attach; without a kind it is told by its characters."""

    code = LineField(max_length=120)
    symbology = serializers.ChoiceField(choices=Symbology.choices, required=False)
    units = serializers.IntegerField(required=False, default=1, min_value=1, max_value=10_000)


class LabelItemSerializer(Serializer):
    """How many labels of one part, or of one bin."""

    part_id = serializers.UUIDField(required=False)
    bin_id = serializers.UUIDField(required=False)
    copies = serializers.IntegerField(required=False, default=1, min_value=1, max_value=MOST_LABELS)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two."""
        if ("part_id" in attrs) == ("bin_id" in attrs):
            raise serializers.ValidationError({"part_id": [_("Name a part or a bin.")]})
        return attrs


class LabelsInputSerializer(Serializer):
    """Labels to print."""

    sheet = serializers.ChoiceField(choices=[(sheet.key, sheet.name) for sheet in SHEETS.values()])
    items = LabelItemSerializer(many=True, allow_empty=False)
    skip = serializers.IntegerField(
        required=False,
        default=0,
        min_value=0,
        max_value=64,
        help_text="Places of the first sheet to leave empty.",
    )
    with_prices = serializers.BooleanField(required=False, default=True)
    shop_id = serializers.UUIDField(required=False)
