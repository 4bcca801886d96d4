"""Payment, delivery, rating and messages as they go over the wire."""

from typing import Any

from rest_framework import serializers

from clutch.core.casing import ModelSerializer, Serializer, camel
from clutch.core.fields import LatitudeField, LineField, LongitudeField, MoneyField, PhotoField, ProseField
from orders import fulfilment_events as states
from orders import ledger
from orders.actions.fulfilment import CODE_TRIES, REPORTED
from orders.enums import EntryKind, MessageSide, PaymentMethod, PaymentStatus, Proof, TrackingKind
from orders.models import (
    CardPayment,
    Message,
    MessageThread,
    Order,
    PaymentEntry,
    Rating,
    Shipment,
    TrackingEvent,
)


class PaymentSerializer(Serializer):
    """How a payment stands. Amounts are decimal strings in `currency`."""

    order_id = serializers.UUIDField()
    order_number = serializers.CharField()
    payment_status = serializers.ChoiceField(PaymentStatus.choices)
    payment_method = serializers.ChoiceField(PaymentMethod.choices)
    currency = serializers.CharField()
    total = serializers.CharField(allow_null=True)
    due = serializers.CharField()
    outstanding = serializers.CharField(help_text="What the customer still has to pay.")
    authorised = serializers.BooleanField(help_text="A card holds, or has given, the whole total.")
    received = serializers.CharField()
    refund_due = serializers.CharField()
    refunded = serializers.CharField()
    partly_refunded = serializers.BooleanField()
    pay_before = serializers.CharField(allow_null=True, help_text="When the order returns to its quotes.")

    def to_representation(self, instance: Order) -> Any:
        """From an order."""
        return super().to_representation(states.payment_state(instance, ledger.balance(instance.pk)))


class PaymentEntrySerializer(ModelSerializer):
    """One line of the ledger."""

    entry_id = serializers.UUIDField(source="pk")
    kind = serializers.ChoiceField(EntryKind.choices)
    amount = serializers.SerializerMethodField(help_text="Signed.")

    class Meta:
        model = PaymentEntry
        fields = ["entry_id", "kind", "amount", "currency", "method", "at"]

    def get_amount(self, entry: PaymentEntry) -> str:
        return states.money(entry.amount, entry.currency)


class CardPaymentSerializer(ModelSerializer):
    """A card payment that waits for its customer."""

    payment_id = serializers.UUIDField(source="pk")
    order_id = serializers.UUIDField()
    total = MoneyField()

    class Meta:
        model = CardPayment
        fields = ["payment_id", "order_id", "total", "currency", "expires_at"]


class PaymentPageSerializer(CardPaymentSerializer):
    """The same with the provider's page."""

    payment_url = serializers.CharField()

    class Meta(CardPaymentSerializer.Meta):
        fields = [*CardPaymentSerializer.Meta.fields, "payment_url"]


class CashSerializer(Serializer):
    """Cash that the shop took."""

    amount = MoneyField()


class RefundSerializer(Serializer):
    """Money to be given back."""

    amount = MoneyField()
    reason = LineField(max_length=300)


class TrackingEventSerializer(Serializer):
    """One thing that happened on the way."""

    event_id = serializers.UUIDField()
    kind = serializers.ChoiceField(TrackingKind.choices)
    note = serializers.CharField()
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    at = serializers.CharField()

    def to_representation(self, instance: TrackingEvent) -> Any:
        """From a row."""
        return super().to_representation(states.tracking_state(instance))


class TrackingSerializer(Serializer):
    """A shipment and all that happened to it, the oldest first."""

    order_id = serializers.UUIDField()
    shop_id = serializers.UUIDField()
    courier_name = serializers.CharField()
    courier_phone = serializers.CharField()
    tracking_number = serializers.CharField()
    eta = serializers.CharField(allow_null=True)
    shipped_at = serializers.CharField(allow_null=True)
    delivered_at = serializers.CharField(allow_null=True)
    proof = serializers.ChoiceField(Proof.choices, allow_null=True)
    events = TrackingEventSerializer(many=True)

    def to_representation(self, instance: Any) -> Any:
        """From a shipment with its events."""
        events = sorted(instance.events.all(), key=lambda event: (event.at, event.pk))
        return super().to_representation({**states.shipment_state(instance), "events": events})


class DeliveredSerializer(TrackingSerializer):
    """The shipment of an order that has just been handed over."""

    def to_representation(self, instance: Order) -> Any:
        """From an order."""
        return super().to_representation(Shipment.objects.get(order=instance))


class NewTrackingEventSerializer(Serializer):
    """What a shop reports."""

    kind = serializers.ChoiceField([(kind.value, kind.label) for kind in REPORTED])
    note = LineField(max_length=300, required=False, allow_blank=True)
    latitude = LatitudeField(required=False, allow_null=True)
    longitude = LongitudeField(required=False, allow_null=True)
    eta = serializers.DateTimeField(required=False, allow_null=True)


class DeliveryPhotoSerializer(Serializer):
    """The photo of a delivery without the customer's code."""

    photo = PhotoField()


class DeliveryCodeSerializer(Serializer):
    """What the customer tells the courier."""

    code = serializers.CharField()
    tries_left = serializers.IntegerField()

    def to_representation(self, instance: Shipment) -> Any:
        """From a shipment."""
        left = max(CODE_TRIES - instance.wrong_codes, 0)
        return super().to_representation({"code": instance.code, "tries_left": left})


class ContactsSerializer(Serializer):
    """Who hands over to whom, and where; from the acceptance on."""

    order_id = serializers.UUIDField(source="pk")
    customer_name = serializers.CharField(source="customer.name")
    customer_phone = serializers.CharField(source="customer.phone", allow_null=True)
    address = serializers.CharField()
    latitude = serializers.FloatField()
    longitude = serializers.FloatField()
    shop_id = serializers.UUIDField()
    shop_name = serializers.CharField(source="shop.name")
    shop_phone = serializers.CharField(source="shop.phone")
    shop_address = serializers.CharField(source="shop.address")


class RatingSerializer(Serializer):
    """A rating."""

    order_id = serializers.UUIDField()
    shop_id = serializers.UUIDField()
    stars = serializers.IntegerField()
    comment = serializers.CharField()
    at = serializers.CharField()

    def to_representation(self, instance: Rating) -> Any:
        """From a row."""
        return super().to_representation(states.rating_state(instance))


class NewRatingSerializer(Serializer):
    """What a customer says."""

    stars = serializers.IntegerField(min_value=1, max_value=5)
    comment = ProseField(max_length=1000, required=False, allow_blank=True, default="")


class MessageSerializer(Serializer):
    """One message."""

    message_id = serializers.UUIDField()
    side = serializers.ChoiceField(MessageSide.choices)
    text = serializers.CharField()
    photo = serializers.CharField(allow_null=True, help_text="Path of the photo, for whoever may read.")
    at = serializers.CharField()

    def to_representation(self, instance: Message) -> Any:
        """From a row with its thread."""
        return super().to_representation(states.message_state(instance, instance.thread))


class NewTextSerializer(Serializer):
    """What is written. `shopId` may be left out where only one shop can be meant."""

    shop_id = serializers.UUIDField(required=False, allow_null=True)
    text = ProseField(max_length=2000, required=False, allow_blank=True, default="")


class NewMessageSerializer(NewTextSerializer):
    """The same as a form upload with a photo."""

    photo = PhotoField(required=False, allow_null=True)


class WhichThreadSerializer(Serializer):
    """Which conversation of an order is meant."""

    shop_id = serializers.UUIDField(required=False, allow_null=True)


class ThreadSerializer(Serializer):
    """A conversation, with what each side has not read."""

    order_id = serializers.UUIDField()
    shop_id = serializers.UUIDField()
    last_message_at = serializers.CharField(allow_null=True)
    customer_unread = serializers.IntegerField()
    shop_unread = serializers.IntegerField()
    customer_read_at = serializers.CharField(allow_null=True)
    shop_read_at = serializers.CharField(allow_null=True)

    def to_representation(self, instance: MessageThread) -> Any:
        """From a row."""
        return super().to_representation(states.thread_state(instance))


class NamedThreadSerializer(ThreadSerializer):
    """A conversation in a list, with the names of order and shop."""

    order_number = serializers.CharField()
    shop_name = serializers.CharField()

    def to_representation(self, instance: MessageThread) -> Any:
        """From a row with its order and shop."""
        return {
            **{camel(name): value for name, value in states.thread_state(instance).items()},
            "orderNumber": instance.order.number,
            "shopName": instance.shop.name,
        }
