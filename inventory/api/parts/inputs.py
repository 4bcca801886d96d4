"""What clients send about parts: shapes and bounds. What must hold whoever calls, the acts check."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from clutch.core.casing import Serializer
from clutch.core.fields import LineField, MoneyField, ProseField
from clutch.core.spreadsheets import FORMATS
from inventory.enums import NumberKind, PartStatus, PartType, Reason, TaxClass
from shops.vehicles import LEAST_YEAR, MOST_YEAR

MOST_MILLIMETRES = 100_000
MOST_GRAMS = 10_000_000
MOST_LEVEL = 1_000_000


def line(max_length: int, **kwargs: Any) -> LineField:
    """An optional line of text."""
    return LineField(max_length=max_length, required=False, allow_blank=True, **kwargs)


def whole(most: int, *, null: bool = True) -> serializers.IntegerField:
    """An optional whole number from 0."""
    return serializers.IntegerField(required=False, allow_null=null, min_value=0, max_value=most)


def amount() -> MoneyField:
    """An optional amount."""
    return MoneyField(required=False, allow_null=True)


class NumberInputSerializer(Serializer):
    """Another number of a part."""

    number = LineField(max_length=60)
    kind = serializers.ChoiceField(NumberKind.choices, default=NumberKind.CROSS)
    brand = line(80)


class TierInputSerializer(Serializer):
    """The unit price from a quantity on."""

    min_quantity = serializers.IntegerField(min_value=2, max_value=MOST_LEVEL)
    unit_price = MoneyField()


class StockPartChangeSerializer(Serializer):
    """Changes of a part; what is left out stays. `numbers` and `tiers` replace all there were."""

    number = line(60, help_text="Blank in a new part: the next number of the shop's own series.")
    name = LineField(max_length=120, required=False)
    description = ProseField(max_length=4000, required=False, allow_blank=True)
    category_id = serializers.UUIDField(required=False, allow_null=True)
    brand = line(80)
    part_type = serializers.ChoiceField(PartType.choices, required=False)
    origin = line(60)
    status = serializers.ChoiceField(PartStatus.choices, required=False)
    length_mm = whole(MOST_MILLIMETRES)
    width_mm = whole(MOST_MILLIMETRES)
    height_mm = whole(MOST_MILLIMETRES)
    weight_g = whole(MOST_GRAMS)
    cost_price = amount()
    selling_price = amount()
    markup_percent = serializers.DecimalField(7, 2, required=False, allow_null=True, min_value=-99)
    discount_price = amount()
    discount_from = serializers.DateField(required=False, allow_null=True)
    discount_until = serializers.DateField(required=False, allow_null=True)
    core_charge = amount()
    tax_class = serializers.ChoiceField(TaxClass.choices, required=False)
    warranty = line(120)
    min_level = whole(MOST_LEVEL, null=False)
    max_level = whole(MOST_LEVEL)
    reorder_point = whole(MOST_LEVEL, null=False)
    reorder_quantity = whole(MOST_LEVEL, null=False)
    default_bin_id = serializers.UUIDField(required=False, allow_null=True)
    is_universal = serializers.BooleanField(required=False)
    numbers = NumberInputSerializer(many=True, required=False, max_length=1000)  # type: ignore[call-arg]
    tiers = TierInputSerializer(many=True, required=False, max_length=50)  # type: ignore[call-arg]


class StockPartInputSerializer(StockPartChangeSerializer):
    """A new part; the shop, for who belongs to several."""

    shop_id = serializers.UUIDField(required=False, allow_null=True)
    name = LineField(max_length=120)


class StockInputSerializer(Serializer):
    """A change of stock; the rest belongs to one kind each.

    receive: `quantity` units came in at `unitCost` (without it at the last cost). adjust: correct what
    the books say by `quantity`, which is signed, with a `reason`. transfer: from `binId` to `toBinId`.
    """

    kind = serializers.ChoiceField(
        [("receive", _("receive")), ("adjust", _("adjust")), ("transfer", _("transfer"))]
    )
    quantity = serializers.IntegerField(min_value=-1_000_000, max_value=1_000_000)
    bin_id = serializers.UUIDField(required=False, allow_null=True)
    to_bin_id = serializers.UUIDField(required=False, allow_null=True, help_text="With transfer.")
    unit_cost = MoneyField(required=False, allow_null=True, help_text="With receive, and adjust upwards.")
    reason = serializers.ChoiceField(Reason.choices, required=False, help_text="With adjust, and receive.")
    note = line(200)

    BELONGS = {
        "receive": {"unit_cost", "reason"},
        "adjust": {"unit_cost", "reason"},
        "transfer": {"to_bin_id"},
    }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what does not belong to the kind."""
        alien = set(attrs) - {"kind", "quantity", "bin_id", "note"} - self.BELONGS[attrs["kind"]]
        if alien:
            message = _("This does not belong to this kind of change.")
            raise serializers.ValidationError({name: [message] for name in sorted(alien)})
        return attrs


class SearchInputSerializer(Serializer):
    """What a list of parts is asked for, in the query."""

    shop_id = serializers.UUIDField(
        required=False, help_text="Which shop; needed only by who belongs to several."
    )
    q = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=200,
        help_text="A number in any form, the beginning of one, or words of name and brand, with typos.",
    )
    brand = line(80)
    category = serializers.UUIDField(required=False, help_text="With its subcategories.")
    bin = serializers.UUIDField(required=False, help_text="Lying or belonging there.")
    in_stock = serializers.BooleanField(required=False, allow_null=True, default=None)
    low = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="At or under the reorder point."
    )
    status = serializers.MultipleChoiceField(choices=PartStatus.choices, required=False)
    make_id = serializers.IntegerField(required=False, min_value=1, help_text="What fits a vehicle.")
    model_id = serializers.IntegerField(required=False, min_value=1)
    year = serializers.IntegerField(required=False, min_value=LEAST_YEAR, max_value=MOST_YEAR)
    engine = line(40)
    vin = line(40, help_text="Instead of make, model and year: a VIN that can be decoded.")
    page_size = serializers.IntegerField(required=False, default=20, min_value=1, max_value=100)
    cursor = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=600, help_text="From `nextCursor`."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Model, year and engine are of a make; a VIN says all three itself."""
        alone = [name for name in ("model_id", "year", "engine") if attrs.get(name)]
        if alone and "make_id" not in attrs and not attrs.get("vin"):
            raise serializers.ValidationError({name: [_("Say the make too.")] for name in alone})
        if attrs.get("vin") and "make_id" in attrs:
            raise serializers.ValidationError({"vin": [_("Send a VIN or a make, not both.")]})
        return attrs


class ExportInputSerializer(SearchInputSerializer):
    """The same for a file."""

    page_size = None  # type: ignore[assignment]  # all of it
    cursor = None  # type: ignore[assignment]
    file_format = serializers.ChoiceField(choices=FORMATS, required=False, default="csv")
