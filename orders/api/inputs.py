"""What clients send: shapes and bounds. What must hold whoever calls, the acts check."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from clutch.core.casing import Serializer
from clutch.core.fields import LatitudeField, LineField, LongitudeField, MoneyField, PhotoField, ProseField
from inventory.enums import PartType
from orders.checks import MAX_DELIVERY_MINUTES, MAX_LEAD_MINUTES, MAX_OFFERS_PER_PART
from orders.enums import DeclineReason, OrderStatus, PaymentMethod, Urgency
from orders.models.order import MAX_PARTS, MAX_QUANTITY
from shops.vehicles import LEAST_YEAR, MOST_YEAR


def line(max_length: int, **kwargs: Any) -> LineField:
    """An optional line of text."""
    return LineField(max_length=max_length, required=False, allow_blank=True, **kwargs)


class VehicleInputSerializer(Serializer):
    """A vehicle. What is in no list is typed; an odd year or VIN only warns."""

    make = LineField(max_length=80)
    model = line(80)
    year = serializers.IntegerField(
        required=False, allow_null=True, min_value=LEAST_YEAR, max_value=MOST_YEAR
    )
    vin = line(40, allow_null=True, help_text="VIN or chassis number, 5 to 17 characters.")


class DeliveryInputSerializer(Serializer):
    """Where the parts go. Shops see the district before a quote is accepted, and the rest after."""

    latitude = LatitudeField()
    longitude = LongitudeField()
    address = LineField(max_length=300)
    district = line(120)


class PartInputSerializer(Serializer):
    """One part. `partId` only when a request is amended."""

    part_id = serializers.UUIDField(required=False, allow_null=True)
    name = LineField(max_length=120)
    part_number = line(60)
    quantity = serializers.IntegerField(min_value=1, max_value=MAX_QUANTITY)
    notes = ProseField(max_length=500, required=False, allow_blank=True)


class OrderInputSerializer(Serializer):
    """A new request."""

    vehicle = VehicleInputSerializer()
    delivery_location = DeliveryInputSerializer()
    parts = PartInputSerializer(many=True, max_length=MAX_PARTS)  # type: ignore[call-arg]
    draft = serializers.BooleanField(default=False)
    payment_method = serializers.ChoiceField(PaymentMethod.choices, default=PaymentMethod.CASH)
    urgency = serializers.ChoiceField(Urgency.choices, default=Urgency.STANDARD)
    request_id = serializers.UUIDField(
        required=False, allow_null=True, help_text="Groups orders that come from one request."
    )


class OrderChangeSerializer(Serializer):
    """Changes of a draft, or of the parts of a request; what is left out stays."""

    vehicle = VehicleInputSerializer(required=False)
    delivery_location = DeliveryInputSerializer(required=False)
    parts = PartInputSerializer(many=True, max_length=MAX_PARTS, required=False)  # type: ignore[call-arg]
    payment_method = serializers.ChoiceField(PaymentMethod.choices, required=False)
    urgency = serializers.ChoiceField(Urgency.choices, required=False)


class StatusInputSerializer(Serializer):
    """A change of status by whom the table allows; the rest belongs to one status each."""

    status = serializers.ChoiceField(
        [
            (status.value, status.label)
            for status in (
                OrderStatus.SUBMITTED,
                OrderStatus.CANCELLED,
                OrderStatus.PROCESSING,
                OrderStatus.SHIPPED,
                OrderStatus.DELIVERED,
            )
        ]
    )
    reason = line(300, help_text="With cancelled.")
    courier_name = line(80, help_text="With shipped.")
    courier_phone = line(20, help_text="With shipped.")
    tracking_number = line(80, help_text="With shipped.")
    eta = serializers.DateTimeField(required=False, allow_null=True, help_text="With shipped.")
    code = line(12, help_text="With delivered: the customer's code. A photo goes to …/delivery-photo.")

    BELONGS = {
        OrderStatus.CANCELLED: {"reason"},
        OrderStatus.SHIPPED: {"courier_name", "courier_phone", "tracking_number", "eta"},
        OrderStatus.DELIVERED: {"code"},
    }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what does not belong to the status."""
        alien = set(attrs) - {"status"} - self.BELONGS.get(attrs["status"], set())
        if alien:
            message = _("This does not belong to this status.")
            raise serializers.ValidationError({name: [message] for name in sorted(alien)})
        return attrs


class AcceptInputSerializer(Serializer):
    """The quote to take. With `quoteVersion` a quote that was revised since is refused (409)."""

    quote_id = serializers.UUIDField()
    payment_method = serializers.ChoiceField(PaymentMethod.choices, required=False)
    quote_version = serializers.IntegerField(required=False, allow_null=True, min_value=1)


class ExtendInputSerializer(Serializer):
    """How much more opening time; the usual window by default."""

    minutes = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=1440)


class WidenInputSerializer(Serializer):
    """How far to search; twice as far as now by default."""

    radius_km = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=300)


class PhotoInputSerializer(Serializer):
    """A photo as multipart/form-data: JPEG, PNG or WebP up to 10 MB."""

    photo = PhotoField()


class ShopInputSerializer(Serializer):
    """Which shop acts; needed only by who belongs to several."""

    shop_id = serializers.UUIDField(required=False, allow_null=True)


class DeclineInputSerializer(ShopInputSerializer):
    """Why a shop does not quote. The customer does not see it."""

    reason = serializers.ChoiceField(DeclineReason.choices)
    note = line(300)


class OfferInputSerializer(Serializer):
    """One offer for one part; several for the same part are choices, one of them preferred."""

    part_id = serializers.UUIDField()
    available = serializers.BooleanField()
    preferred = serializers.BooleanField(required=False, allow_null=True)
    unit_price = MoneyField(required=False, allow_null=True)
    core_charge = MoneyField(
        required=False, allow_null=True, help_text="Deposit for the old part, per piece; given back for it."
    )
    part_type = serializers.ChoiceField(PartType.choices, required=False, allow_blank=True)
    grade = line(40)
    brand = line(80)
    origin = line(60)
    part_number = line(60)
    warranty = line(120)
    lead_time_minutes = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=MAX_LEAD_MINUTES
    )
    notes = ProseField(max_length=300, required=False, allow_blank=True)
    stock_part_id = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="The shop's own part that is offered. Left out, it is the one part with that number (and "
        "brand); null is for a part that would have to be got.",
    )


class OfferChangeSerializer(OfferInputSerializer):
    """The same in a revision; an offer that is named by its id keeps its photo."""

    offer_id = serializers.UUIDField(required=False, allow_null=True)


class QuoteInputSerializer(ShopInputSerializer):
    """A quote. All sums are made by the server."""

    order_id = serializers.CharField(max_length=40, help_text="UUID or CL- number.")
    lines = OfferInputSerializer(many=True, max_length=MAX_PARTS * MAX_OFFERS_PER_PART)  # type: ignore[call-arg]
    delivery_fee = MoneyField(default=0)
    estimated_delivery_minutes = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=MAX_DELIVERY_MINUTES
    )
    notes = ProseField(max_length=1000, required=False, allow_blank=True)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class QuoteChangeSerializer(Serializer):
    """A revision: all lines anew, of the rest what is given."""

    lines = OfferChangeSerializer(many=True, max_length=MAX_PARTS * MAX_OFFERS_PER_PART)  # type: ignore[call-arg]
    delivery_fee = MoneyField(required=False)
    estimated_delivery_minutes = serializers.IntegerField(
        required=False, min_value=1, max_value=MAX_DELIVERY_MINUTES
    )
    notes = ProseField(max_length=1000, required=False, allow_blank=True)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class WithdrawInputSerializer(Serializer):
    """Why a quote is taken back; in the body or as `?reason=`."""

    reason = line(300)
