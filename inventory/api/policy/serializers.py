"""How a stock policy looks over the wire."""

from rest_framework import serializers

from clutch.core.casing import ModelSerializer, Serializer
from clutch.core.fields import MoneyField
from inventory.models import StockPolicy


class StockPolicySerializer(ModelSerializer):
    """How a shop wants its stock handled; a shop that has never said so goes by the defaults.

    With `quoteUnattended` a quote goes by itself when each part is in stock, named by its own number,
    received or counted, and not below cost, and the total is at most `quoteMaxTotal`.
    """

    shop_id = serializers.UUIDField()
    quote_max_total = MoneyField(allow_null=True)

    class Meta:
        model = StockPolicy
        fields = [
            "shop_id",
            "allows_negative",
            "quote_holds_stock",
            "quote_unattended",
            "quote_max_total",
            "version",
        ]


class StockPolicyInputSerializer(Serializer):
    """All of it."""

    shop_id = serializers.UUIDField(required=False, allow_null=True)
    allows_negative = serializers.BooleanField()
    quote_holds_stock = serializers.BooleanField()
    quote_unattended = serializers.BooleanField()
    quote_max_total = MoneyField(allow_null=True)
