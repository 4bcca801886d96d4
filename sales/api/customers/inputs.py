"""What clients send about customers: shapes and bounds. What must hold whoever calls, the acts check."""

from typing import Any

from rest_framework import serializers

from clutch.core.casing import Serializer
from clutch.core.fields import LineField, MoneyField, ProseField
from sales.api.base import ShopInputSerializer
from sales.api.inputs import line, percent
from sales.enums import CustomerClass, CustomerKind, CustomerStatus, ReceiptBy

MOST_KILOMETRES = 10_000_000


class CustomerVehicleInputSerializer(Serializer):
    """A vehicle as a person names it."""

    make = LineField(max_length=80)
    model: Any = line(80)
    year = serializers.IntegerField(required=False, allow_null=True)
    vin = line(40, help_text="5 to 17 characters; spaces and dashes do not count.")
    plate = line(20)
    mileage_km = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=MOST_KILOMETRES
    )


class CustomerVehicleChangeSerializer(CustomerVehicleInputSerializer):
    """Changes of a vehicle; what is left out stays."""

    make = LineField(max_length=80, required=False)


class CustomerChangeSerializer(Serializer):
    """Changes of a customer; what is left out stays.

    `creditLimit`, `termsDays` and a suspension are for the roles that set credit, `discountPercent`
    for those who may exceed the cashiers' limit.
    """

    kind = serializers.ChoiceField(CustomerKind.choices, required=False)
    name = line(120, help_text="The company or the phone number where it is blank.")
    phone = line(30)
    second_phone = line(30)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    address = line(300)
    district = line(80)
    company = line(120)
    contact_person = line(120)
    tax_number = line(40)
    customer_class = serializers.ChoiceField(CustomerClass.choices, required=False)
    discount_percent = percent()
    tags = serializers.ListField(child=LineField(max_length=40), max_length=20, required=False)
    language = line(5)
    receipt_by = serializers.ChoiceField(ReceiptBy.choices, required=False, allow_blank=True)
    marketing_consent = serializers.BooleanField(required=False)
    credit_limit = MoneyField(required=False)
    terms_days = serializers.IntegerField(min_value=0, max_value=365, required=False)
    notes = ProseField(max_length=4000, required=False, allow_blank=True)
    status = serializers.ChoiceField(CustomerStatus.choices, required=False)


class MergeSerializer(Serializer):
    """Who becomes part of the customer in the path."""

    customer_id = serializers.UUIDField()


class StoreCreditSerializer(Serializer):
    """Store credit that is given, and why."""

    amount = MoneyField()
    reason = LineField(max_length=200)


class CustomerInputSerializer(CustomerChangeSerializer, ShopInputSerializer):
    """A new customer: a name or a phone number at least."""

    vehicles = CustomerVehicleInputSerializer(many=True, required=False, max_length=20)  # type: ignore[call-arg]
