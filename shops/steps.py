"""What each step of onboarding takes, and with it a shop's profile: checked in one place.

Used by the API, by the pages and again when onboarding completes. What was saved is kept as it
goes over the wire (camelCase), under the column of its step.
"""

from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext as _
from rest_framework import serializers

from clutch.accounts.phones import normalise
from clutch.core.casing import Serializer, snake
from clutch.core.errors import Invalid
from clutch.core.fields import LatitudeField, LineField, LongitudeField, MoneyField
from clutch.core.problem import flatten
from shops.enums import Step
from shops.hours import DAY_MINUTES, WEEK_MINUTES
from shops.models import Make
from shops.models.shop import market_time_zone

MOST_INTERVALS = 42
PART_TYPES = ("genuine", "oes", "aftermarket", "used", "remanufactured")

# What one tap answers for the steps that most shops need not think about on their first day:
# stock is not kept here yet, all new part types are sold, a quarter is added to the cost,
# prices end in multiples of 5, delivery is free, and a quote holds for a day.
DEFAULTS: Mapping[Step, Mapping[str, Any]] = {
    Step.INVENTORY_SETUP: {
        "method": "quotes_only",
        "partTypes": ["genuine", "oes", "aftermarket"],
        "lowStockLevel": 2,
    },
    Step.PRICING_STRATEGY: {
        "markupPercent": "25.00",
        "roundTo": "5",
        "deliveryFee": "0.00",
        "quoteValidHours": 24,
    },
}
USE_DEFAULTS = "useDefaults"


class PhoneField(LineField):
    """A phone number as people write it; kept as E.164."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """Normalise, or say what a number looks like."""
        try:
            return normalise(super().to_internal_value(data))
        except DjangoValidationError as error:
            raise serializers.ValidationError(error.messages, code="invalid_phone") from error


class MinuteField(serializers.TimeField):
    """A time of day to the minute: "09:30"."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M", "%H:%M:%S"], **kwargs)

    def to_internal_value(self, value: Any) -> time:
        """Drop the seconds that some clients send."""
        return super().to_internal_value(value).replace(second=0, microsecond=0)


class IntervalSerializer(Serializer):
    """Opening hours of one day; `closes` at or before `opens` is on the next day."""

    weekday = serializers.IntegerField(min_value=0, max_value=6, help_text="0 is Monday")
    opens = MinuteField()
    closes = MinuteField()


class BusinessInfoSerializer(Serializer):
    """Step 1."""

    name = LineField(max_length=120, min_length=2)
    phone = PhoneField()
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True, default="")


class HoursSerializer(Serializer):
    """The opening hours of a week; both 00:00 is a whole day, all seven whole days is always open."""

    opening_hours = serializers.ListField(child=IntervalSerializer(), min_length=1, max_length=MOST_INTERVALS)

    def validate_opening_hours(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse hours that overlap, also over midnight and over the end of the week."""
        spans = sorted((*_span(row), index) for index, row in enumerate(value))
        if not spans:
            return value
        first = (spans[0][0] + WEEK_MINUTES, spans[0][1] + WEEK_MINUTES, spans[0][2])
        for one, other in pairwise([*spans, first]):
            if other[0] < one[1]:
                message = [_("These hours overlap with others.")]
                raise serializers.ValidationError({str(other[2]): {"opens": message}})
        return value


def _span(row: Mapping[str, Any]) -> tuple[int, int]:
    start = row["weekday"] * DAY_MINUTES + row["opens"].hour * 60 + row["opens"].minute
    end = row["weekday"] * DAY_MINUTES + row["closes"].hour * 60 + row["closes"].minute
    return start, end if row["closes"] > row["opens"] else end + DAY_MINUTES


class LocationInfoSerializer(HoursSerializer):
    """Step 2."""

    latitude = LatitudeField()
    longitude = LongitudeField()
    address = LineField(max_length=300, min_length=3)
    district = LineField(max_length=80, help_text="All that customers' requests and lists show of a place.")
    delivery_radius_km = serializers.IntegerField(min_value=1, max_value=500, default=20)
    time_zone = LineField(max_length=64, default=market_time_zone)

    def validate_time_zone(self, value: str) -> str:
        """Take IANA names only."""
        if value not in available_timezones():
            raise serializers.ValidationError(_("This time zone is not known."))
        return value


class VehicleBrandsSerializer(Serializer):
    """Step 3."""

    serves_any_make = serializers.BooleanField(default=False)
    make_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), max_length=1000, default=list
    )

    def validate_make_ids(self, value: list[int]) -> list[int]:
        """Refuse, at their places, ids that are no makes."""
        known = set(Make.objects.filter(pk__in=value).values_list("pk", flat=True))
        wrong = {str(n): [_("There is no such make.")] for n, pk in enumerate(value) if pk not in known}
        if wrong:
            raise serializers.ValidationError(wrong)
        return sorted(known)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A shop serves at least one make, or any."""
        if not (attrs["serves_any_make"] or attrs["make_ids"]):
            raise serializers.ValidationError({"make_ids": [_("Choose at least one make, or any make.")]})
        return attrs


class InventorySetupSerializer(Serializer):
    """Step 4: how the shop will keep its stock here, and what it sells."""

    method = serializers.ChoiceField(choices=["quotes_only", "spreadsheet", "own_system"])
    part_types = serializers.MultipleChoiceField(choices=PART_TYPES, allow_empty=False)
    low_stock_level = serializers.IntegerField(min_value=0, max_value=10_000, default=2)

    def validate_part_types(self, value: set[str]) -> list[str]:
        """In the order of the list, for JSON."""
        return [kind for kind in PART_TYPES if kind in value]


class PricingStrategySerializer(Serializer):
    """Step 5: what a quote starts from.

    `deliveryFee` is that of the shop's first draft quotes, and `quoteValidHours` how long its quotes
    stand after the close. Markup and rounding make prices from the cost of the shop's own stock.
    """

    markup_percent = serializers.DecimalField(
        max_digits=6, decimal_places=2, min_value=Decimal(0), max_value=Decimal(1000)
    )
    round_to = serializers.ChoiceField(choices=["none", "1", "5", "10"], default="none")
    delivery_fee = MoneyField(default=Decimal(0))
    quote_valid_hours = serializers.IntegerField(min_value=1, max_value=24 * 14, default=24)


class VerificationSerializer(Serializer):
    """Step 6: who stands behind the shop; the documents are uploaded beside it."""

    owner_name = LineField(max_length=120, min_length=2)
    commercial_register = LineField(max_length=40, min_length=2)
    tax_number = LineField(max_length=40, required=False, allow_blank=True, default="")


SERIALIZERS: Mapping[Step, type[Serializer]] = {
    Step.BUSINESS_INFO: BusinessInfoSerializer,
    Step.LOCATION_INFO: LocationInfoSerializer,
    Step.VEHICLE_BRANDS: VehicleBrandsSerializer,
    Step.INVENTORY_SETUP: InventorySetupSerializer,
    Step.PRICING_STRATEGY: PricingStrategySerializer,
    Step.VERIFICATION: VerificationSerializer,
}


class ShopProfileSerializer(BusinessInfoSerializer, LocationInfoSerializer, VehicleBrandsSerializer):
    """Everything of a shop that its owner and managers edit at once."""

    inventory_setup = InventorySetupSerializer(required=False)
    pricing_strategy = PricingStrategySerializer(required=False)


def checked(serializer: type[Serializer], payload: Any) -> dict[str, Any]:
    """Validate a payload in wire names; return Python names. Raises Invalid at the fields."""
    bound = serializer(data=payload)
    if not bound.is_valid():
        fields: dict[str, list[object]] = {}
        for found in flatten(bound.errors):
            fields.setdefault(snake(found["field"]), []).append(found["detail"])
        raise Invalid(_("Some fields need your attention."), fields=fields)
    return dict(bound.validated_data)


def clean_step(step: Step, payload: Any) -> dict[str, Any]:
    """Return what is to be kept of a step, in wire names; `{"useDefaults": true}` gives its defaults.

    Raises Invalid at the fields.
    """
    if payload == {USE_DEFAULTS: True} and step in DEFAULTS:
        payload = DEFAULTS[step]
    serializer = SERIALIZERS[step]
    return as_wire(serializer, checked(serializer, payload))


def as_wire(serializer: type[Serializer], values: Mapping[str, Any]) -> dict[str, Any]:
    """Show validated values as they go over the wire, in plain JSON types."""
    shown = dict(serializer(values).data)
    return {
        name: sorted(value, key=str) if isinstance(value, set) else value for name, value in shown.items()
    }
