"""How customers look over the wire."""

from typing import Any

from django.db.models import prefetch_related_objects
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clutch.core.casing import ModelSerializer, Serializer
from clutch.core.fields import MoneyField
from sales import queries
from sales.enums import HistoryKind
from sales.models import Customer, CustomerVehicle


class CustomerVehicleSerializer(ModelSerializer):
    """A vehicle of a customer. `warnings` come with the answer to a change only."""

    vehicle_id = serializers.UUIDField(source="pk")
    make = serializers.CharField(source="make_name")
    model: Any = serializers.CharField(source="model_name")
    make_id = serializers.IntegerField(allow_null=True)
    model_id = serializers.IntegerField(allow_null=True)
    warnings = serializers.SerializerMethodField(help_text="What looks odd and was taken all the same.")

    class Meta:
        model = CustomerVehicle
        fields = [
            "vehicle_id", "make", "make_id", "model", "model_id", "year", "vin", "plate", "mileage_km",
            "warnings", "version",
        ]  # fmt: skip

    def get_warnings(self, vehicle: CustomerVehicle) -> list[str]:
        return [str(warning) for warning in vehicle.warnings]


class DuplicateSerializer(ModelSerializer):
    """Another customer who may be the same: by phone, e-mail, tax number or VIN."""

    customer_id = serializers.UUIDField(source="pk")

    class Meta:
        model = Customer
        fields = ["customer_id", "number", "name", "phone"]


class CustomerRowSerializer(ModelSerializer):
    """A customer in a list. Amounts are in the shop's currency."""

    customer_id = serializers.UUIDField(source="pk")
    owed = MoneyField(source="balance.owed")
    store_credit = MoneyField(source="balance.credit")
    deposit = MoneyField(source="balance.deposit")
    credit_left = serializers.SerializerMethodField(help_text="What may still be bought on account.")

    class Meta:
        model = Customer
        fields = [
            "customer_id", "number", "kind", "name", "company", "phone", "customer_class", "status",
            "tags", "owed", "store_credit", "deposit", "credit_left", "created_at", "version",
        ]  # fmt: skip

    def get_credit_left(self, customer: Customer) -> str:
        return MoneyField().to_representation(queries.credit_left(customer))


class CustomerSerializer(CustomerRowSerializer):
    """A customer with everything that the shop knows of them."""

    shop_id = serializers.UUIDField()
    marketing_consent = serializers.SerializerMethodField()
    credit_limit = MoneyField()
    vehicles = CustomerVehicleSerializer(many=True, source="driven")
    merged_into_id = serializers.UUIDField(allow_null=True)
    duplicates = serializers.SerializerMethodField(help_text="Others of the shop who may be the same.")

    class Meta:
        model = Customer
        fields = [
            "customer_id", "shop_id", "number", "kind", "name", "phone", "second_phone", "email", "address",
            "district", "company", "contact_person", "tax_number", "customer_class", "discount_percent",
            "tags", "language", "receipt_by", "marketing_consent", "marketing_consent_at", "credit_limit",
            "terms_days", "credit_left", "owed", "store_credit", "deposit", "status", "notes", "vehicles",
            "duplicates", "merged_into_id", "erased_at", "created_at", "updated_at", "version",
        ]  # fmt: skip

    def to_representation(self, instance: Customer) -> Any:
        """With what is not loaded yet in one query each."""
        prefetch_related_objects([instance], queries.VEHICLES)
        return super().to_representation(instance)

    def get_marketing_consent(self, customer: Customer) -> bool:
        return customer.marketing_consent_at is not None

    @extend_schema_field(DuplicateSerializer(many=True))
    def get_duplicates(self, customer: Customer) -> Any:
        return DuplicateSerializer(queries.duplicates_of(customer), many=True).data


class HistoryRowSerializer(Serializer):
    """One thing that a customer and a shop had with one another; `id` is of that kind of document."""

    kind = serializers.ChoiceField(HistoryKind.choices)
    id = serializers.UUIDField(source="row_id")
    number = serializers.CharField(source="reference")
    at = serializers.DateTimeField(source="said_at")
    status = serializers.CharField(source="state", help_text="Of the document; empty where it has none.")
    amount = MoneyField(source="sum")
    note = serializers.CharField(source="said")
