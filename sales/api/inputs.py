"""What clients send to the counter; the acts check what must hold whoever calls."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from clutch.core.casing import Serializer
from clutch.core.fields import LineField, MoneyField
from sales.actions.pins import APPROVABLE
from sales.api.base import ShopInputSerializer
from sales.enums import TILL_CHANNELS, Channel, Tender
from sales.inputs import CartInput, LineInput, PaymentInput
from sales.pricing import MOST_LINES, MOST_UNITS
from sales.tenders import MOST_PAYMENTS, TAKEN

DIRECTIONS = [("in", "in"), ("out", "out")]


def line(length: int, **kwargs: Any) -> LineField:
    """A line of text that may be left out."""
    return LineField(max_length=length, required=False, allow_blank=True, **kwargs)


def percent() -> serializers.DecimalField:
    """A percentage that may be left out."""
    return serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=Decimal(0), max_value=Decimal(100), required=False
    )


class LineInputSerializer(Serializer):
    """One line of a cart. All sums are made by the server."""

    part_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    name = line(120, default="", help_text="What is sold, where it is no part of the shop.")
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_UNITS)
    unit_price = MoneyField(
        required=False, allow_null=True, default=None, help_text="The shop's price of the day by default."
    )
    discount = MoneyField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Off the whole line; the customer's own discount by default.",
    )
    bin_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    takes_core = serializers.BooleanField(
        default=True, help_text="False where the old part is handed over at once: no deposit is asked."
    )


def approval(what: str) -> LineField:
    """The token that `POST /clerks/approve` gave."""
    return line(600, default="", help_text=f"A manager's word (`POST /clerks/approve`) for {what}.")


class CartSerializer(Serializer):
    """A whole cart."""

    approval = approval("a discount above the clerk's limit")
    register_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    customer_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    vehicle_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    channel = serializers.ChoiceField(TILL_CHANNELS, default=Channel.COUNTER.value)
    lines = LineInputSerializer(many=True, max_length=MOST_LINES)  # type: ignore[call-arg]
    delivery_fee = MoneyField(default=Decimal(0))
    label: Any = line(60, default="")
    note = line(300, default="")


class PaymentInputSerializer(Serializer):
    """One way of paying. Cash pays what the others leave; `tendered` is what was handed over."""

    method = serializers.ChoiceField([(tender.value, tender.label) for tender in TAKEN])
    amount = MoneyField(required=False, allow_null=True, default=None)
    tendered = MoneyField(required=False, allow_null=True, default=None)
    reference = line(80, default="")


class SaleInputSerializer(CartSerializer, ShopInputSerializer):
    """A new sale; with `payments` it is completed in the same act, without them it is a draft."""

    payments = PaymentInputSerializer(  # type: ignore[call-arg]
        many=True, max_length=MOST_PAYMENTS, required=False, allow_null=True, default=None
    )


class CompleteSerializer(Serializer):
    """How a sale is paid."""

    payments = PaymentInputSerializer(many=True, max_length=MOST_PAYMENTS)  # type: ignore[call-arg]


class ParkSerializer(Serializer):
    """What a cart is put aside as."""

    label: Any = line(60, default="")


class ResumeSerializer(Serializer):
    """At which register a cart is taken up."""

    register_id = serializers.UUIDField(required=False, allow_null=True, default=None)


class RegisterInputSerializer(ShopInputSerializer):
    """A new register."""

    code = LineField(max_length=8)
    name = LineField(max_length=60)


class RegisterChangeSerializer(Serializer):
    """What may change of a register."""

    name = LineField(max_length=60, required=False)
    is_active = serializers.BooleanField(required=False)


class OpenSessionSerializer(ShopInputSerializer):
    """The opening of a register."""

    register_id = serializers.UUIDField()
    opening_float = MoneyField()
    note = line(300, default="")


class MoveCashSerializer(Serializer):
    """Cash that is put into a drawer or taken out."""

    direction = serializers.ChoiceField(DIRECTIONS)
    amount = MoneyField()
    reason = LineField(max_length=200)


class CloseSessionSerializer(Serializer):
    """The count of a drawer: by coin and note, or its sum."""

    denominations = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=1_000_000),
        required=False,
        allow_null=True,
        default=None,
        help_text='How many there are of each coin and note, e.g. {"200": 3, "0.50": 4}.',
    )
    counted = MoneyField(required=False, allow_null=True, default=None)
    note = line(300, default="")


class PolicySerializer(ShopInputSerializer):
    """How a shop runs its counter. Percentages are 0 to 100; `cashRounding` is the smallest coin."""

    prices_include_tax = serializers.BooleanField(required=False)
    standard_rate = percent()
    reduced_rate = percent()
    cash_rounding = MoneyField(required=False)
    cashier_discount_percent = percent()
    return_days = serializers.IntegerField(min_value=0, max_value=3650, required=False)
    restocking_percent = percent()
    core_days = serializers.IntegerField(min_value=0, max_value=3650, required=False)
    receipt_footer = line(300)
    needs_session = serializers.BooleanField(required=False)


class PinSerializer(ShopInputSerializer):
    """The PIN of a member; one's own where none is named."""

    member_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    pin = LineField(max_length=8)


class ClerkInputSerializer(ShopInputSerializer):
    """Who takes over the till, and their PIN."""

    member_id = serializers.UUIDField()
    pin = LineField(max_length=8)


class ApproveSerializer(ClerkInputSerializer):
    """Who allows what, and their PIN."""

    act = serializers.ChoiceField([(act.value, act.value) for act in APPROVABLE])


def cart_of(given: dict[str, Any]) -> CartInput:
    """The cart of a validated body."""
    names = ("register_id", "customer_id", "vehicle_id", "delivery_fee", "label", "note")
    return CartInput(
        lines=[LineInput(**row) for row in given["lines"]],
        channel=Channel(given["channel"]),
        **{name: given[name] for name in names},
    )


def payments_of(rows: list[dict[str, Any]]) -> list[PaymentInput]:
    """The payments of a validated body."""
    return [PaymentInput(**{**row, "method": Tender(row["method"])}) for row in rows]
