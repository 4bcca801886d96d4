"""What the API shows and takes of stock-taking."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clutch.core.casing import ModelSerializer, Serializer
from clutch.core.fields import LineField
from inventory import counting
from inventory.api.barcodes.serializers import BinSerializer
from inventory.enums import CountKind, CountStatus, Reason
from inventory.models import CountLine, CountSheet, CountUnknown


class CountedPartSerializer(Serializer):
    """A part on a sheet."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    name = serializers.CharField()
    brand = serializers.CharField()


class CountSheetSerializer(ModelSerializer):
    """A stock-take. `accuracy` is the share of its lines that the books had right, once approved.

    `places` is in how many places (a part in a bin) the books had any of it when it began.
    """

    status = serializers.ChoiceField(choices=CountStatus.choices)
    bins = BinSerializer(many=True)
    category_id = serializers.UUIDField(allow_null=True)
    category = serializers.CharField(source="category.name", default=None, allow_null=True)
    parts = CountedPartSerializer(many=True)
    accuracy = serializers.SerializerMethodField()

    class Meta:
        model = CountSheet
        fields = [
            "id", "number", "status", "is_blind", "bins", "category_id", "category", "parts",
            "places", "note", "lines_counted", "lines_right", "accuracy", "approved_at", "created_at",
            "version",
        ]  # fmt: skip

    def get_accuracy(self, sheet: CountSheet) -> float | None:
        return sheet.lines_right / sheet.lines_counted if sheet.lines_counted else None


class StartCountSerializer(Serializer):
    """What to count: bins, a category with what is below it, or parts; everything without any."""

    bin_ids = serializers.ListField(child=serializers.UUIDField(), required=False, default=list)
    category_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    part_ids = serializers.ListField(child=serializers.UUIDField(), required=False, default=list)
    is_blind = serializers.BooleanField(required=False, default=True)
    note = LineField(max_length=200, required=False, allow_blank=True, default="")
    shop_id = serializers.UUIDField(required=False)


class CountLineSerializer(ModelSerializer):
    """What was counted of a part in a bin.

    `expected`, `variance` and its value are null for who may not see them (yet); the value in the
    shop's currency, at the moving average.
    """

    part = CountedPartSerializer()
    bin = BinSerializer(allow_null=True)
    expected = serializers.SerializerMethodField()
    variance = serializers.SerializerMethodField()
    variance_value = serializers.SerializerMethodField()
    reason = serializers.ChoiceField(choices=["", *Reason.values])

    class Meta:
        model = CountLine
        fields = [
            "id", "part", "bin", "counted", "expected", "variance", "variance_value", "moved", "assumed",
            "counted_at", "reason",
        ]  # fmt: skip

    def get_expected(self, line: CountLine) -> int | None:
        return line.expected if self.context.get("sees_expected") else None

    def get_variance(self, line: CountLine) -> int | None:
        return line.variance if self.context.get("sees_expected") else None

    @extend_schema_field({"type": ["string", "null"], "format": "decimal"})
    def get_variance_value(self, line: CountLine) -> str | None:
        if not (self.context.get("sees_expected") and self.context.get("sees_cost")):
            return None
        return str(counting.variance_value(line, self.context["currency"]))


class UnknownCodeSerializer(ModelSerializer):
    """A code that was scanned and means no single part of the shop."""

    bin = BinSerializer(allow_null=True)

    class Meta:
        model = CountUnknown
        fields = ["id", "code", "quantity", "note", "bin", "counted_at"]


class CountUncountedSerializer(Serializer):
    """What the sheet covers and nobody counted."""

    part = CountedPartSerializer()
    bin = BinSerializer(allow_null=True)
    quantity = serializers.IntegerField()


class CountEntryInputSerializer(Serializer):
    """What somebody counted. `key` is the phone's own: sent again with it, it counts once."""

    key = serializers.UUIDField()
    quantity = serializers.IntegerField()
    kind = serializers.ChoiceField(
        choices=CountKind.choices,
        required=False,
        default=CountKind.ADD,
        help_text="add more, so many in all (total), or forget the line (reset).",
    )
    bin_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    part_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    code = LineField(max_length=120, required=False, allow_blank=True, default="")
    note = LineField(
        max_length=200, required=False, allow_blank=True, default="", help_text="What an unknown code is on."
    )
    counted_at = serializers.DateTimeField(
        source="at",
        required=False,
        allow_null=True,
        default=None,
        help_text="When it was said; now without it.",
    )


class CountTallySerializer(Serializer):
    """What stands on the sheet after an entry. Nothing of it: the line was taken away."""

    key = serializers.UUIDField(source="entry.key")
    line = CountLineSerializer(allow_null=True)
    unknown = UnknownCodeSerializer(allow_null=True)
    candidates = CountedPartSerializer(many=True, help_text="The parts that the code may mean.")


class CountReopenSerializer(Serializer):
    """The lines to be counted again."""

    recount = serializers.ListField(child=serializers.UUIDField(), required=False, default=list)


class CountLineReasonSerializer(Serializer):
    """Why one line differs."""

    line_id = serializers.UUIDField()
    reason = serializers.ChoiceField(choices=Reason.choices)


class CountReasonsSerializer(Serializer):
    """Why lines differ."""

    reasons = CountLineReasonSerializer(many=True, allow_empty=False)


class CountApproveSerializer(Serializer):
    """What becomes of what nobody counted; asked for when there is any."""

    zero_uncounted = serializers.BooleanField(required=False, allow_null=True, default=None)


class CountResolveSerializer(Serializer):
    """Which part an unknown code was, and whether it shall mean it from now on."""

    part_id = serializers.UUIDField()
    attach = serializers.BooleanField(required=False, default=False)


class CountAccuracySerializer(Serializer):
    """A month in which the shop counted."""

    month = serializers.DateField()
    lines_counted = serializers.IntegerField(source="counted")
    lines_right = serializers.IntegerField(source="right")
    accuracy = serializers.FloatField(source="share")
