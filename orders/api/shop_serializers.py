"""Requests, quotes and drafts as the shop sees them that was asked."""

from typing import Any, cast
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clutch.core.casing import ModelSerializer, Serializer
from clutch.core.fields import MoneyField
from orders import queries
from orders.api.serializers import OfferSerializer, PartSerializer, QuoteSerializer, VehicleSerializer
from orders.enums import DeclineReason, InvitationStatus, RequestState
from orders.models import Invitation, QuoteDraft
from orders.stock_source import there_of
from shops.enums import ShopStatus


class ShopOfferSerializer(OfferSerializer):
    """One offer of the shop's own quote."""

    class Meta(OfferSerializer.Meta):
        fields = [*OfferSerializer.Meta.fields, "stock_part_id"]

    stock_part_id = serializers.UUIDField(
        allow_null=True, help_text="The shop's own part that is offered, and held while the quote stands."
    )


class ShopQuoteSerializer(QuoteSerializer):
    """A quote as its own shop sees it. `sentByRule`: the shop's rule for quotes from stock has sent it."""

    lines = ShopOfferSerializer(many=True)

    class Meta(QuoteSerializer.Meta):
        fields = [*QuoteSerializer.Meta.fields, "sent_by_rule"]


class ShopRequestSerializer(ModelSerializer):
    """A request that a shop was asked to quote."""

    order_id = serializers.UUIDField()
    order_number = serializers.CharField(source="order.number")
    shop_id = serializers.UUIDField()
    state = serializers.SerializerMethodField()
    can_quote = serializers.SerializerMethodField(
        help_text="Whether the shop may send a quote now: the request is open, and the shop active."
    )
    status = serializers.ChoiceField(InvitationStatus.choices)
    vehicle = VehicleSerializer(source="order")
    district = serializers.CharField(source="order.district")
    parts = PartSerializer(source="order.current_lines", many=True)
    urgency = serializers.CharField(source="order.urgency")
    currency = serializers.CharField(source="order.currency")
    revision = serializers.IntegerField(source="order.revision")
    distance_meters = serializers.IntegerField(source="distance_m")
    expires_at = serializers.DateTimeField(source="deadline")
    decline_reason = serializers.ChoiceField(DeclineReason.choices, allow_blank=True)
    quote = serializers.SerializerMethodField()
    draft_priced_parts = serializers.SerializerMethodField(
        help_text="How many parts the draft quote has a price for; null without a draft."
    )

    class Meta:
        model = Invitation
        fields = [
            "order_id",
            "order_number",
            "shop_id",
            "state",
            "can_quote",
            "status",
            "vehicle",
            "district",
            "parts",
            "urgency",
            "currency",
            "revision",
            "distance_meters",
            "estimated_delivery_minutes",
            "priority",
            "expires_at",
            "seen_at",
            "decline_reason",
            "decline_note",
            "quote",
            "draft_priced_parts",
            "version",
            "created_at",
        ]

    def to_representation(self, instance: Invitation) -> Any:
        """With everything it shows loaded."""
        if not queries.is_loaded(instance, "quotes"):
            instance = queries.requests_shown(Invitation.objects.filter(pk=instance.pk)).get()
        return super().to_representation(instance)

    @extend_schema_field(serializers.ChoiceField(RequestState.choices))
    def get_state(self, invitation: Invitation) -> str:
        return queries.request_state(invitation, timezone.now())

    def get_can_quote(self, invitation: Invitation) -> bool:
        is_open = queries.request_state(invitation, timezone.now()) == RequestState.OPEN
        return is_open and invitation.shop.status == ShopStatus.ACTIVE

    @extend_schema_field(ShopQuoteSerializer(allow_null=True))
    def get_quote(self, invitation: Invitation) -> Any:
        quote = queries.standing_quote(invitation)
        return ShopQuoteSerializer(quote, context=self.context).data if quote else None

    def get_draft_priced_parts(self, invitation: Invitation) -> int | None:
        draft = getattr(invitation, "draft", None)
        return draft.priced_parts if draft else None


class SourceSerializer(Serializer):
    """Where a proposed price comes from."""

    kind = serializers.CharField(help_text="stock: a part of the shop; quote: an earlier quote of it.")
    id = serializers.CharField()
    number = serializers.CharField(help_text="The number of the part, or of that quote's order.")
    at = serializers.DateTimeField()
    matched_by = serializers.CharField(
        help_text="part_number, cross_reference, supersession, fitment_and_name or name_and_make"
    )


class DraftStockSerializer(Serializer):
    """What there is now of the shop's own part that is proposed; `available` is not held for others."""

    part_id = serializers.UUIDField()
    on_hand = serializers.IntegerField()
    available = serializers.IntegerField()


class DraftLineSerializer(Serializer):
    """A proposed offer; `unitPrice` and `source` are null where nothing is known."""

    part_id = serializers.UUIDField()
    available = serializers.BooleanField()
    unit_price = MoneyField(allow_null=True)
    core_charge = MoneyField(allow_null=True, default=None)
    part_type = serializers.CharField(default="")
    grade = serializers.CharField(default="")
    brand = serializers.CharField(default="")
    origin = serializers.CharField(default="")
    part_number = serializers.CharField(default="")
    warranty = serializers.CharField(default="")
    lead_time_minutes = serializers.IntegerField(allow_null=True, default=None)
    is_exact = serializers.BooleanField(
        default=False, help_text="Whether the number asked for is this part's own, and no other part's."
    )
    stock = serializers.SerializerMethodField()
    # DRF takes declared fields off the class, so its own `source` is not shadowed.
    source = SourceSerializer(allow_null=True)  # type: ignore[assignment]

    @extend_schema_field(DraftStockSerializer(allow_null=True))
    def get_stock(self, line: Any) -> Any:
        part_id = UUID(line["stock_part_id"]) if line.get("stock_part_id") else None
        there = self.context["there"].get(part_id)
        if there is None:
            return None
        row = {"part_id": part_id, "on_hand": there.on_hand, "available": there.available}
        return DraftStockSerializer(row).data


class QuoteDraftSerializer(ModelSerializer):
    """A quote that was prepared for the shop; a person sends it, or the shop's rule has."""

    order_id = serializers.UUIDField(source="invitation.order_id")
    shop_id = serializers.UUIDField(source="invitation.shop_id")
    lines = DraftLineSerializer(many=True)
    delivery_fee = MoneyField()

    class Meta:
        model = QuoteDraft
        fields = [
            "order_id",
            "shop_id",
            "answers_revision",
            "lines",
            "delivery_fee",
            "estimated_delivery_minutes",
            "priced_parts",
            "unsent_reason",
            "updated_at",
        ]

    def to_representation(self, instance: QuoteDraft) -> Any:
        """With what is in stock now."""
        cast(dict[str, Any], self.context)["there"] = there_of([instance])
        return super().to_representation(instance)
