"""How picking lists look over the wire, and what is sent."""

from rest_framework import serializers

from clutch.core.casing import Serializer
from orders.api.inputs import ShopInputSerializer
from orders.models.order import MAX_QUANTITY


class PickPlaceSerializer(Serializer):
    """A bin; `code` is empty for what was never put anywhere."""

    code = serializers.CharField()
    quantity = serializers.IntegerField()


class PickSerializer(Serializer):
    """One bought part to pick. `onHand` and `held` are null for a part that is not from stock.

    `missing` is how many units were sold and are not held for the order.
    """

    offer_id = serializers.UUIDField(source="offer.pk")
    order_id = serializers.UUIDField(source="order.pk")
    order_number = serializers.CharField(source="order.number")
    stock_part_id = serializers.UUIDField(source="offer.stock_part_id", allow_null=True)
    name = serializers.CharField(source="offer.line.name")
    number = serializers.CharField()
    brand = serializers.CharField(source="offer.brand")
    quantity = serializers.IntegerField()
    picked = serializers.IntegerField(source="offer.picked")
    bins = PickPlaceSerializer(source="places", many=True)
    on_hand = serializers.IntegerField(allow_null=True)
    held = serializers.IntegerField(allow_null=True)
    missing = serializers.IntegerField()
    version = serializers.IntegerField(source="offer.version")


class PickedInputSerializer(ShopInputSerializer):
    """How many units lie ready."""

    picked = serializers.IntegerField(min_value=0, max_value=MAX_QUANTITY)


class ScanPickInputSerializer(ShopInputSerializer):
    """What was scanned; with `orderId` for that order alone."""

    # Scanners send separators that a line of text must not have.
    code = serializers.CharField(max_length=2000, trim_whitespace=False)
    order_id = serializers.UUIDField(required=False, allow_null=True)


class TakeInputSerializer(Serializer):
    """How many of the held units the counter takes; all by default."""

    quantity = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=MAX_QUANTITY)
