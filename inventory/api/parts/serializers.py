"""How parts and what moves them look over the wire. Quantities in units, amounts in the shop's currency."""

from decimal import Decimal
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clutch.core.casing import ModelSerializer, Serializer
from clutch.core.fields import MoneyField
from inventory import queries
from inventory.actions.part_values import proposed_price
from inventory.enums import MovementKind, PartStatus, PartType, Reason, TaxClass
from inventory.models import (
    Barcode,
    Bin,
    Category,
    Movement,
    Part,
    PartDocument,
    PartNumber,
    PartPhoto,
    PriceTier,
)
from inventory.models.stock import unit_cost
from inventory.search import MatchedBy

COST = "Null for a role that may not see cost."


class ShelfSerializer(ModelSerializer):
    """A bin in which a part lies or belongs."""

    bin_id = serializers.UUIDField(source="pk")

    class Meta:
        model = Bin
        fields = ["bin_id", "code", "name"]


class ParentCategorySerializer(ModelSerializer):
    """The category above a subcategory."""

    category_id = serializers.UUIDField(source="pk")

    class Meta:
        model = Category
        fields = ["category_id", "name"]


class CategoryNameSerializer(ParentCategorySerializer):
    """The category of a part; a subcategory names the one above it."""

    parent = ParentCategorySerializer(allow_null=True)

    class Meta(ParentCategorySerializer.Meta):
        fields = ["category_id", "name", "parent"]


class PartNameSerializer(ModelSerializer):
    """Another part, by what people call it."""

    part_id = serializers.UUIDField(source="pk")

    class Meta:
        model = Part
        fields = ["part_id", "number", "name"]


class TierSerializer(ModelSerializer):
    """The unit price from a quantity on."""

    unit_price = MoneyField()

    class Meta:
        model = PriceTier
        fields = ["min_quantity", "unit_price"]


class PartNumberSerializer(ModelSerializer):
    """Another number of a part."""

    number_id = serializers.UUIDField(source="pk")

    class Meta:
        model = PartNumber
        fields = ["number_id", "kind", "number", "brand"]


class CodeSerializer(ModelSerializer):
    """A barcode of a part."""

    barcode_id = serializers.UUIDField(source="pk")

    class Meta:
        model = Barcode
        fields = ["barcode_id", "code", "symbology", "units"]


class PartPhotoSerializer(ModelSerializer):
    """A photo; its address asks for the same sign-in as everything else."""

    photo_id = serializers.UUIDField(source="pk")
    url = serializers.SerializerMethodField()
    small_url = serializers.SerializerMethodField(help_text="At most 240 px a side.")

    class Meta:
        model = PartPhoto
        fields = ["photo_id", "url", "small_url", "position"]

    def get_url(self, photo: PartPhoto) -> str:
        return queries.photo_url(photo)

    def get_small_url(self, photo: PartPhoto) -> str:
        return queries.small_photo_url(photo)


class PartDocumentSerializer(ModelSerializer):
    """A document of a part; its address asks for the same sign-in as everything else."""

    document_id = serializers.UUIDField(source="pk")
    url = serializers.SerializerMethodField()

    class Meta:
        model = PartDocument
        fields = ["document_id", "name", "url"]

    def get_url(self, document: PartDocument) -> str:
        return f"/api/v1/inventory/parts/{document.part_id}/documents/{document.pk}"


class StockSerializer(Serializer):
    """What there is: available = on hand − reserved. The counter may also take what quotes hold."""

    on_hand = serializers.IntegerField()
    reserved = serializers.IntegerField()
    available = serializers.IntegerField()
    for_counter = serializers.IntegerField()
    value = MoneyField(allow_null=True, help_text=COST)
    average_cost = MoneyField(allow_null=True, help_text=COST)
    low_since = serializers.DateTimeField(allow_null=True)
    proven_at = serializers.DateTimeField(allow_null=True, help_text="Last received or counted.")
    last_sold_at = serializers.DateTimeField(allow_null=True)
    last_restocked_at = serializers.DateTimeField(allow_null=True)


def stock_of(part: Part, *, sees_cost: bool) -> dict[str, Any]:
    """The stock of a part that `queries.parts_shown` has loaded."""
    stock, reserved, soft = part.stock, _units(part, "reserved"), _units(part, "soft")
    return {
        "on_hand": stock.on_hand,
        "reserved": reserved,
        "available": stock.on_hand - reserved,
        "for_counter": stock.on_hand - (reserved - soft),
        "value": stock.value if sees_cost else None,
        "average_cost": unit_cost(stock.on_hand, stock.value, stock.average_cost) if sees_cost else None,
        "low_since": stock.low_since,
        "proven_at": stock.proven_at,
        "last_sold_at": stock.last_sold_at,
        "last_restocked_at": stock.last_restocked_at,
    }


def _units(part: Part, name: str) -> int:
    """An annotation of `queries.parts_shown`."""
    return int(getattr(part, name))


class StockPartRowSerializer(ModelSerializer):
    """A part in a list. `price` is that of one unit today, with its discount."""

    part_id = serializers.UUIDField(source="pk")
    shop_id = serializers.UUIDField()
    category = CategoryNameSerializer(allow_null=True)
    default_bin = ShelfSerializer(allow_null=True)
    part_type = serializers.ChoiceField(PartType.choices)
    status = serializers.ChoiceField(PartStatus.choices)
    currency = serializers.CharField(source="shop.currency")
    selling_price = MoneyField(allow_null=True)
    price = serializers.SerializerMethodField()
    core_charge = MoneyField(allow_null=True)
    superseded_by = PartNameSerializer(allow_null=True)
    photo_url = serializers.SerializerMethodField()
    stock = serializers.SerializerMethodField()

    class Meta:
        model = Part
        fields: list[str] = [
            "part_id", "shop_id", "number", "name", "brand", "part_type", "status", "category", "default_bin",
            "currency", "selling_price", "price", "core_charge", "is_universal", "superseded_by", "photo_url",
            "stock", "min_level", "max_level", "reorder_point", "reorder_quantity", "version",
        ]  # fmt: skip

    @property
    def sees_cost(self) -> bool:
        """Whether the reader's role shows cost; the view says so."""
        return bool(self.context.get("sees_cost"))

    @extend_schema_field(MoneyField(allow_null=True))
    def get_price(self, part: Part) -> str | None:
        price = part.price_on(timezone.localdate(timezone=part.shop.zone))
        return None if price is None else MoneyField().to_representation(price)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_photo_url(self, part: Part) -> str | None:
        photos = list(part.photos.all())
        return queries.small_photo_url(photos[0]) if photos else None

    @extend_schema_field(StockSerializer)
    def get_stock(self, part: Part) -> Any:
        return StockSerializer(stock_of(part, sees_cost=self.sees_cost)).data


class FoundPartSerializer(StockPartRowSerializer):
    """A part that was found, by what, and the number that matched.

    `replaces` is the part that was asked for when this one replaces it.
    """

    matched_by = serializers.ChoiceField(MatchedBy.choices, allow_blank=True, read_only=True)
    matched = serializers.CharField(read_only=True)
    replaces = serializers.UUIDField(read_only=True, allow_null=True)

    class Meta(StockPartRowSerializer.Meta):
        fields = [*StockPartRowSerializer.Meta.fields, "matched_by", "matched", "replaces"]


class StockPartSerializer(StockPartRowSerializer):
    """A part with everything that is said of it."""

    tax_class = serializers.ChoiceField(TaxClass.choices)
    cost_price = serializers.SerializerMethodField(help_text=COST)
    markup_percent = serializers.SerializerMethodField(help_text=COST)
    proposed_price = serializers.SerializerMethodField(help_text=f"Cost × markup. {COST}")
    discount_price = MoneyField(allow_null=True)
    interchange_id = serializers.UUIDField(allow_null=True)
    tiers = TierSerializer(many=True)
    numbers = PartNumberSerializer(many=True)
    barcodes = CodeSerializer(many=True)
    photos = PartPhotoSerializer(many=True)
    documents = PartDocumentSerializer(many=True)

    class Meta(StockPartRowSerializer.Meta):
        fields = [
            *StockPartRowSerializer.Meta.fields,
            "number_generated", "description", "origin", "length_mm", "width_mm", "height_mm", "weight_g",
            "cost_price", "markup_percent", "proposed_price", "discount_price", "discount_from",
            "discount_until", "tax_class", "warranty", "interchange_id", "tiers", "numbers", "barcodes",
            "photos", "documents", "created_at", "updated_at",
        ]  # fmt: skip

    def to_representation(self, instance: Part) -> Any:
        """With everything it shows loaded, whoever hands the part in."""
        if not hasattr(instance, "reserved"):
            instance = queries.parts_whole(Part.objects.filter(pk=instance.pk)).get()
        return super().to_representation(instance)

    def _cost(self, amount: Decimal | None) -> str | None:
        return MoneyField().to_representation(amount) if self.sees_cost and amount is not None else None

    @extend_schema_field(MoneyField(allow_null=True))
    def get_cost_price(self, part: Part) -> str | None:
        return self._cost(part.cost_price)

    @extend_schema_field(serializers.DecimalField(7, 2, allow_null=True))
    def get_markup_percent(self, part: Part) -> str | None:
        return str(part.markup_percent) if self.sees_cost and part.markup_percent is not None else None

    @extend_schema_field(MoneyField(allow_null=True))
    def get_proposed_price(self, part: Part) -> str | None:
        return self._cost(proposed_price(part, part.shop.currency))


class MovementSerializer(ModelSerializer):
    """One line of a part's ledger."""

    movement_id = serializers.UUIDField(source="pk")
    part_id = serializers.UUIDField()
    bin = ShelfSerializer(allow_null=True)
    kind = serializers.ChoiceField(MovementKind.choices)
    reason = serializers.ChoiceField(Reason.choices, allow_blank=True)
    value = serializers.SerializerMethodField("get_worth", help_text=COST)

    class Meta:
        model = Movement
        fields = [
            "movement_id", "part_id", "seq", "at", "kind", "quantity", "on_hand_after", "value", "bin",
            "reason", "note", "document_kind", "document_id", "document_number", "actor_name",
        ]  # fmt: skip

    @extend_schema_field(MoneyField(allow_null=True))
    def get_worth(self, movement: Movement) -> str | None:
        if not self.context.get("sees_cost"):
            return None
        return MoneyField().to_representation(movement.value)


class StockChangeSerializer(Serializer):
    """What a change of stock wrote, and what there is now."""

    part_id = serializers.UUIDField()
    stock = StockSerializer()
    movements = MovementSerializer(many=True)

    def to_representation(self, instance: Any) -> Any:
        """Of one movement or of several of the same part."""
        written = instance if isinstance(instance, list) else [instance]
        ids = [movement.pk for movement in written]
        rows = list(Movement.objects.filter(pk__in=ids).select_related("bin").order_by("seq"))
        part = queries.parts_shown(Part.objects.filter(pk=rows[0].part_id)).get()
        stock = stock_of(part, sees_cost=bool(self.context.get("sees_cost")))
        shown = {"part_id": part.pk, "stock": stock, "movements": rows}
        return super().to_representation(shown)


class LowPartSerializer(StockPartRowSerializer):
    """A part that runs low. `suggested` is the reorder quantity, or what fills up to the maximum."""

    suggested = serializers.SerializerMethodField()

    class Meta(StockPartRowSerializer.Meta):
        fields = [*StockPartRowSerializer.Meta.fields, "suggested"]

    def get_suggested(self, part: Part) -> int:
        if part.reorder_quantity:
            return part.reorder_quantity
        wanted = part.max_level if part.max_level is not None else max(part.min_level, part.reorder_point)
        return max(wanted - part.stock.on_hand + _units(part, "reserved"), 0)


class SearchedVehicleSerializer(Serializer):
    """The vehicle that the list is of, as the lists call it."""

    make_id = serializers.IntegerField()
    make = serializers.CharField(source="make_name")
    model_id = serializers.IntegerField(allow_null=True)
    model = serializers.CharField(source="model_name")
    year = serializers.IntegerField(allow_null=True)
    vin = serializers.CharField()
    warnings = serializers.ListField(child=serializers.CharField())


class PartPageSerializer(Serializer):
    """Some parts; `nextCursor` asks for the following ones, empty at the end."""

    results = FoundPartSerializer(many=True)
    next_cursor = serializers.CharField()
    vehicle = SearchedVehicleSerializer(allow_null=True)
