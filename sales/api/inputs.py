"""What clients send to the counter; the acts check what must hold whoever calls."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from clutch.core.casing import Serializer
from clutch.core.fields import LineField, MoneyField
from inventory.actions.misfits import Vehicle
from sales.actions.pins import APPROVABLE
from sales.api.base import ShopInputSerializer
from sales.enums import (
    RETURN_REASONS,
    TILL_CHANNELS,
    Channel,
    Condition,
    LostReason,
    RefundBy,
    ReturnReason,
    Tender,
)
from sales.inputs import BackInput, CartInput, LineInput, LooseInput, PaymentInput, ReturnInput
from sales.pricing import MOST_LINES, MOST_UNITS
from sales.tenders import MOST_PAYMENTS, TAKEN
from shops.models import Make, VehicleModel
from shops.vehicles import LEAST_YEAR, MOST_YEAR

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
    lock_minutes = serializers.IntegerField(
        min_value=0,
        max_value=480,
        required=False,
        help_text="A till left alone so long asks for a PIN; 0 never.",
    )


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


class VehicleSerializer(Serializer):
    """A vehicle by what is known of it."""

    make_id = serializers.IntegerField(required=False, allow_null=True, default=None)
    model_id = serializers.IntegerField(required=False, allow_null=True, default=None)
    make_name = line(80, default="")
    model_name = line(80, default="")
    year = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=LEAST_YEAR, max_value=MOST_YEAR
    )
    vin = line(17, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The ids must be of the lists."""
        for name, table in (("make_id", Make), ("model_id", VehicleModel)):
            found: Any = table
            if attrs[name] is not None and not found.objects.filter(pk=attrs[name]).exists():
                raise serializers.ValidationError({name: [_("This is in no list.")]})
        return attrs


class VoidSerializer(Serializer):
    """Why a sale is undone."""

    reason = LineField(max_length=200)
    register_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    approval = approval("a clerk who may not void")


class MailSerializer(Serializer):
    """Where a receipt is sent, and in which language (the customer's by default)."""

    email = serializers.EmailField(max_length=254)
    language = line(5, default="")


class BackSerializer(Serializer):
    """Units of one line that come back."""

    line_id = serializers.UUIDField()
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_UNITS)
    condition = serializers.ChoiceField(Condition.choices, default=Condition.RESALEABLE.value)
    reason = serializers.ChoiceField(RETURN_REASONS)
    bin_id = serializers.UUIDField(required=False, allow_null=True, default=None)


class ExchangeSerializer(CartSerializer):
    """What is taken instead; `payments` pay what it costs more."""

    payments = PaymentInputSerializer(many=True, max_length=MOST_PAYMENTS, default=list)  # type: ignore[call-arg]


class ReturnSerializer(Serializer):
    """What comes back of a sale, and how its money goes; with `exchange` what is taken instead."""

    lines = BackSerializer(many=True, max_length=MOST_LINES)  # type: ignore[call-arg]
    refund = serializers.ChoiceField(RefundBy.choices, default=RefundBy.ORIGINAL.value)
    register_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    customer_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    restocking_fee = MoneyField(
        required=False, allow_null=True, default=None, help_text="The shop's percentage by default."
    )
    refund_delivery = serializers.BooleanField(
        default=False, help_text="Give the delivery back too: only when with this all of the sale is back."
    )
    vehicle = VehicleSerializer(required=False, allow_null=True, default=None)
    note = line(300, default="")
    exchange = ExchangeSerializer(required=False, allow_null=True, default=None)
    approval = approval("what comes back too late")


class LooseSerializer(Serializer):
    """Units of a part that come back without a receipt."""

    part_id = serializers.UUIDField()
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_UNITS)
    condition = serializers.ChoiceField(Condition.choices, default=Condition.RESALEABLE.value)
    reason = serializers.ChoiceField(RETURN_REASONS)
    bin_id = serializers.UUIDField(required=False, allow_null=True, default=None)


class LooseReturnSerializer(ShopInputSerializer):
    """A return without a receipt: store credit for the customer of that phone."""

    lines = LooseSerializer(many=True, max_length=MOST_LINES)  # type: ignore[call-arg]
    phone = LineField(max_length=30)
    name = line(120, default="")
    register_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    vehicle = VehicleSerializer(required=False, allow_null=True, default=None)
    note = line(300, default="")
    approval = approval("a clerk who may not take it without a receipt")


class CoreReturnSerializer(Serializer):
    """Old parts that come back for their deposit."""

    quantity = serializers.IntegerField(min_value=1, max_value=MOST_UNITS)
    refund = serializers.ChoiceField(RefundBy.choices, default=RefundBy.CASH.value)
    register_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    note = line(300, default="")


class LostSaleInputSerializer(ShopInputSerializer):
    """What somebody asked for and did not get."""

    asked_for = line(120, default="")
    part_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_UNITS, default=1)
    reason = serializers.ChoiceField(LostReason.choices, default=LostReason.OUT_OF_STOCK.value)
    customer_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    vehicle = VehicleSerializer(required=False, allow_null=True, default=None)


class SpecialOrderInputSerializer(ShopInputSerializer):
    """A part that the shop is to get for one customer, and its deposit."""

    customer_id = serializers.UUIDField()
    part_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    description = line(200, default="")
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_UNITS, default=1)
    unit_price = MoneyField()
    deposit = MoneyField(default=Decimal(0))
    payments = PaymentInputSerializer(many=True, max_length=MOST_PAYMENTS, default=list)  # type: ignore[call-arg]
    register_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    expected_on = serializers.DateField(required=False, allow_null=True, default=None)
    note = line(300, default="")


class OrderedSerializer(Serializer):
    """When a part is expected."""

    expected_on = serializers.DateField(required=False, allow_null=True, default=None)


class CollectSerializer(CompleteSerializer):
    """How what has come is paid; the deposit pays first."""

    register_id = serializers.UUIDField(required=False, allow_null=True, default=None)


class CancelSerializer(Serializer):
    """Why a special order is given up, and how its deposit goes back."""

    reason = LineField(max_length=200)
    refund = serializers.ChoiceField(RefundBy.choices, default=RefundBy.CASH.value)
    register_id = serializers.UUIDField(required=False, allow_null=True, default=None)


class AccountPaymentSerializer(ShopInputSerializer):
    """Money for what a customer owes."""

    customer_id = serializers.UUIDField()
    amount = MoneyField()
    payments = PaymentInputSerializer(many=True, max_length=MOST_PAYMENTS)  # type: ignore[call-arg]
    register_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    note = line(200, default="")


def vehicle_of(given: dict[str, Any] | None) -> Vehicle | None:
    """The vehicle of a validated body."""
    return Vehicle(**given) if given else None


def return_of(given: dict[str, Any]) -> ReturnInput:
    """The return of a validated body."""
    lines = [
        BackInput(
            **{
                **row,
                "condition": Condition(row["condition"]),
                "reason": ReturnReason(row["reason"]),
            }
        )
        for row in given["lines"]
    ]
    names = ("register_id", "customer_id", "restocking_fee", "refund_delivery", "note")
    return ReturnInput(
        lines=lines,
        refund=RefundBy(given["refund"]),
        vehicle=vehicle_of(given["vehicle"]),
        **{name: given[name] for name in names},
    )


def loose_of(rows: list[dict[str, Any]]) -> list[LooseInput]:
    """The lines of a validated return without a receipt."""
    return [
        LooseInput(
            **{
                **row,
                "condition": Condition(row["condition"]),
                "reason": ReturnReason(row["reason"]),
            }
        )
        for row in rows
    ]
