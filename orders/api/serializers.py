"""How requests, quotes and orders look over the wire."""

from typing import Any, cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clutch.accounts.rules import staff_ready
from clutch.core.casing import ModelSerializer, Serializer
from clutch.core.fields import MoneyField
from inventory.enums import PartType
from orders import queries
from orders.actions.payment import payment_url
from orders.enums import (
    ACCEPTED_OR_LATER,
    OrderStatus,
    PaymentMethod,
    QuoteStatus,
)
from orders.models import LinePhoto, Order, OrderLine, Quote, QuoteLine
from shops.enums import ShopStatus


class VehicleSerializer(Serializer):
    """The vehicle of a request; `warnings` say what looked odd about it."""

    make = serializers.CharField(source="make_name")
    model = serializers.CharField(source="model_name")
    year = serializers.IntegerField(allow_null=True)
    vin = serializers.SerializerMethodField()
    warnings = serializers.ListField(child=serializers.CharField(), source="vehicle_warnings")

    def get_vin(self, order: Order) -> str | None:
        return order.vin or None


class PlaceSerializer(Serializer):
    """Where the parts go. For the shop of a cancelled order the district alone is left."""

    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    address = serializers.CharField(allow_null=True)
    district = serializers.CharField()


class LinePhotoSerializer(ModelSerializer):
    """A photo of a part; its address asks for the same sign-in as everything else."""

    photo_id = serializers.UUIDField(source="pk")
    url = serializers.SerializerMethodField()

    class Meta:
        model = LinePhoto
        fields = ["photo_id", "url", "width", "height"]

    def get_url(self, photo: LinePhoto) -> str:
        return queries.photo_url(photo)


class PartSerializer(ModelSerializer):
    """One requested part."""

    part_id = serializers.UUIDField(source="pk")
    photos = LinePhotoSerializer(many=True)

    class Meta:
        model = OrderLine
        fields = ["part_id", "name", "part_number", "quantity", "notes", "revision", "photos"]


class OfferSerializer(ModelSerializer):
    """One offer of a quote."""

    offer_id = serializers.UUIDField(source="pk")
    part_id = serializers.UUIDField(source="line_id")
    unit_price = MoneyField(allow_null=True)
    core_charge = MoneyField(allow_null=True)
    part_type = serializers.ChoiceField(PartType.choices, allow_blank=True)
    photo_url = serializers.SerializerMethodField()

    class Meta:
        model = QuoteLine
        fields = [
            "offer_id",
            "part_id",
            "available",
            "preferred",
            "unit_price",
            "core_charge",
            "part_type",
            "grade",
            "brand",
            "origin",
            "part_number",
            "warranty",
            "lead_time_minutes",
            "notes",
            "photo_url",
        ]

    def get_photo_url(self, offer: QuoteLine) -> str | None:
        return queries.offer_photo_url(offer) if offer.photo else None


class QuoteSerializer(ModelSerializer):
    """A quote. `totalPrice` = `partsTotal` + `coreCharges` + `deliveryFee`, in `currency`.

    `isCurrent` is false while the quote answers an older revision of the request: the shop has to
    confirm it before it can be accepted. `shopIsActive` is false while the shop is off the market
    (suspended or closed): its quote stands and cannot be accepted.
    """

    quote_id = serializers.UUIDField(source="pk")
    order_id = serializers.UUIDField()
    order_number = serializers.CharField(source="order.number")
    shop_id = serializers.UUIDField()
    shop_name = serializers.CharField(source="shop.name")
    shop_rating = serializers.FloatField(source="shop.rating", allow_null=True)
    shop_rating_count = serializers.IntegerField(source="shop.rating_count")
    shop_is_active = serializers.SerializerMethodField()
    distance_meters = serializers.IntegerField(source="invitation.distance_m")
    status = serializers.SerializerMethodField()
    is_current = serializers.SerializerMethodField()
    lines = OfferSerializer(many=True)
    delivery_fee = MoneyField()
    parts_total = MoneyField()
    core_charges = MoneyField()
    total_price = MoneyField()

    class Meta:
        model = Quote
        fields = [
            "quote_id",
            "order_id",
            "order_number",
            "shop_id",
            "shop_name",
            "shop_rating",
            "shop_rating_count",
            "shop_is_active",
            "distance_meters",
            "status",
            "revision",
            "answers_revision",
            "is_current",
            "version",
            "lines",
            "delivery_fee",
            "parts_total",
            "core_charges",
            "total_price",
            "currency",
            "available_parts",
            "missing_parts",
            "estimated_delivery_minutes",
            "notes",
            "expires_at",
            "withdraw_reason",
            "created_at",
            "updated_at",
        ]

    def to_representation(self, instance: Quote) -> Any:
        """With everything it shows loaded, whoever hands the quote in."""
        if not queries.is_loaded(instance, "lines"):
            instance = queries.quotes_shown(Quote.objects.filter(pk=instance.pk)).get()
        return super().to_representation(instance)

    @extend_schema_field(serializers.ChoiceField(QuoteStatus.choices))
    def get_status(self, quote: Quote) -> str:
        return quote.status_at(timezone.now())

    def get_shop_is_active(self, quote: Quote) -> bool:
        return quote.shop.status == ShopStatus.ACTIVE

    def get_is_current(self, quote: Quote) -> bool:
        return quote.answers_revision == quote.order.revision


class OrderSerializer(ModelSerializer):
    """A request, and the order it becomes. Who reads it sees the quotes that are theirs to see."""

    order_id = serializers.UUIDField(source="pk")
    order_number = serializers.CharField(source="number")
    customer_id = serializers.UUIDField()
    payment_method = serializers.ChoiceField(PaymentMethod.choices)
    payment_url = serializers.SerializerMethodField()
    pay_before = serializers.DateTimeField(source="payment_due_at", allow_null=True)
    vehicle = VehicleSerializer(source="*")
    delivery_location = PlaceSerializer(source="*")
    parts = PartSerializer(source="current_lines", many=True)
    quotes = QuoteSerializer(source="seen_quotes", many=True)
    selected_quote = serializers.UUIDField(source="selected_quote_id", allow_null=True)
    shop_id = serializers.UUIDField(allow_null=True)
    shop_name = serializers.CharField(source="shop.name", default=None, allow_null=True)
    total = MoneyField(allow_null=True)
    invited_shops = serializers.IntegerField(
        allow_null=True, help_text="How many shops were asked. 0: none takes it yet. Null for a shop."
    )
    search_radius_km = serializers.IntegerField(allow_null=True, help_text="Null for a shop.")
    is_open = serializers.SerializerMethodField(help_text="Whether shops can still quote.")

    class Meta:
        model = Order
        fields = [
            "order_id",
            "order_number",
            "request_id",
            "customer_id",
            "status",
            "payment_status",
            "payment_method",
            "payment_url",
            "pay_before",
            "urgency",
            "vehicle",
            "delivery_location",
            "parts",
            "quotes",
            "selected_quote",
            "shop_id",
            "shop_name",
            "currency",
            "total",
            "invited_shops",
            "is_open",
            "quotes_close_at",
            "search_radius_km",
            "revision",
            "version",
            "cancel_reason",
            "submitted_at",
            "accepted_at",
            "created_at",
            "updated_at",
        ]

    def to_representation(self, instance: Order) -> Any:
        """With everything it shows loaded, restricted to who asks."""
        if not queries.is_loaded(instance, "lines"):
            shown = queries.orders_shown(Order.objects.filter(pk=instance.pk), self.context["request"].user)
            instance = shown.get()
        shown = super().to_representation(instance)
        user = self.context["request"].user
        if user.pk == instance.customer_id:
            return shown
        # Asked once for a whole list.
        context = cast(dict[str, Any], self.context)
        if "staff_ready" not in context:
            context["staff_ready"] = staff_ready(user)
        return shown if context["staff_ready"] else self._sealed(shown, instance)

    @staticmethod
    def _sealed(shown: dict[str, Any], order: Order) -> dict[str, Any]:
        """Leave out what is not the shop's business: who else was asked, and a cancelled order's address."""
        shown.update(invitedShops=None, searchRadiusKm=None)
        if order.status not in ACCEPTED_OR_LATER:
            shown["deliveryLocation"].update(latitude=None, longitude=None, address=None)
        return shown

    @classmethod
    def still_allowed(cls, body: dict[str, Any], user: Any) -> dict[str, Any]:
        """A stored answer as its reader may see it now: the order may have been cancelled since."""
        order = Order.objects.get(pk=body["orderId"])
        whole = user.pk == order.customer_id or staff_ready(user)
        return body if whole else cls._sealed(body, order)

    def get_payment_url(self, order: Order) -> str | None:
        waits = order.status == OrderStatus.ACCEPTED and order.payment_due_at is not None
        return payment_url(order) if waits else None

    def get_is_open(self, order: Order) -> bool:
        return order.is_open(timezone.now())
