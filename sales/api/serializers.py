"""How the counter looks over the wire."""

from typing import Any

from django.db.models import prefetch_related_objects
from django.utils import timezone
from rest_framework import serializers

from clutch.core.casing import ModelSerializer, Serializer
from clutch.core.fields import MoneyField
from sales import queries
from sales.enums import Tender
from sales.models import (
    AccountEntry,
    CashSession,
    CoreDeposit,
    LostSale,
    Payment,
    Register,
    ReturnLine,
    Sale,
    SaleLine,
    SaleReturn,
    SpecialOrder,
    TillPolicy,
)
from shops.enums import Role
from shops.models import Member


class SaleLineSerializer(ModelSerializer):
    """One line of a sale. `total` is with tax and without the core charge."""

    line_id = serializers.UUIDField(source="pk")
    part_id = serializers.UUIDField(allow_null=True)
    bin_id = serializers.UUIDField(allow_null=True)
    bin = serializers.CharField(source="bin.code", default=None, allow_null=True)
    list_price = MoneyField()
    unit_price = MoneyField()
    discount = MoneyField()
    net = MoneyField()
    tax = MoneyField()
    total = MoneyField()
    core_charge = MoneyField(help_text="Deposit for the old part, per piece.")
    returned = serializers.SerializerMethodField(help_text="How many units have come back.")

    class Meta:
        model = SaleLine
        fields = [
            "line_id", "part_id", "part_number", "name", "bin_id", "bin", "quantity", "list_price",
            "unit_price", "discount", "tax_class", "tax_rate", "net", "tax", "total", "core_charge",
            "returned",
        ]  # fmt: skip

    def get_returned(self, line: SaleLine) -> int:
        return sum(row.quantity for row in line.returns.all())


class SalePaymentSerializer(ModelSerializer):
    """Money that came (positive) or went (negative)."""

    payment_id = serializers.UUIDField(source="pk")
    amount = MoneyField()
    tendered = MoneyField(allow_null=True)

    class Meta:
        model = Payment
        fields = ["payment_id", "method", "amount", "tendered", "reference", "at"]


class SaleSerializer(ModelSerializer):
    """A sale with its lines and payments; `change` is what goes back of the cash."""

    sale_id = serializers.UUIDField(source="pk")
    shop_id = serializers.UUIDField()
    register_id = serializers.UUIDField(allow_null=True)
    register = serializers.CharField(source="register.code", default=None, allow_null=True)
    session_id = serializers.UUIDField(allow_null=True)
    customer_id = serializers.UUIDField(allow_null=True)
    customer = serializers.CharField(source="customer.name", default=None, allow_null=True)
    vehicle_id = serializers.UUIDField(allow_null=True)
    order_id = serializers.UUIDField(allow_null=True)
    clerk = serializers.CharField(default=None, allow_null=True)
    goods_total = MoneyField(help_text="Without tax.")
    discount_total = MoneyField()
    tax_total = MoneyField()
    core_total = MoneyField()
    delivery_fee = MoneyField()
    rounding = MoneyField(help_text="What the smallest coin added to the total; may be negative.")
    total = MoneyField()
    change = serializers.SerializerMethodField()
    receipt_url = serializers.SerializerMethodField()
    lines = SaleLineSerializer(many=True)
    payments = SalePaymentSerializer(many=True)

    class Meta:
        model = Sale
        fields = [
            "sale_id", "shop_id", "number", "status", "channel", "register_id", "register", "session_id",
            "customer_id", "customer", "vehicle_id", "order_id", "clerk", "currency",
            "prices_include_tax", "goods_total", "discount_total", "tax_total", "core_total",
            "delivery_fee", "rounding", "total", "change", "label", "note", "receipt_url",
            "created_at", "completed_at", "voided_at", "void_reason", "version", "lines", "payments",
        ]  # fmt: skip

    def to_representation(self, instance: Sale) -> Any:
        """With what is not loaded yet in one query each, however many lines there are."""
        prefetch_related_objects([instance], *queries.SHOWN)
        return super().to_representation(instance)

    def get_change(self, sale: Sale) -> str:
        return str(MoneyField().to_representation(queries.change_of(sale.payments.all())))

    def get_receipt_url(self, sale: Sale) -> str | None:
        return f"/receipt/{sale.receipt_token}" if sale.receipt_token else None


class SaleRowSerializer(ModelSerializer):
    """A sale in a list."""

    sale_id = serializers.UUIDField(source="pk")
    register_id = serializers.UUIDField(allow_null=True)
    register = serializers.CharField(source="register.code", default=None, allow_null=True)
    customer_id = serializers.UUIDField(allow_null=True)
    customer = serializers.CharField(source="customer.name", default=None, allow_null=True)
    clerk = serializers.CharField(default=None, allow_null=True)
    total = MoneyField()
    line_count = serializers.IntegerField()

    class Meta:
        model = Sale
        fields = [
            "sale_id", "number", "status", "channel", "register_id", "register", "customer_id",
            "customer", "clerk", "currency", "total", "label", "line_count", "created_at",
            "completed_at", "version",
        ]  # fmt: skip


class RegisterSerializer(ModelSerializer):
    """A register and its open session."""

    register_id = serializers.UUIDField(source="pk")
    shop_id = serializers.UUIDField()
    session_id = serializers.SerializerMethodField()

    class Meta:
        model = Register
        fields = ["register_id", "shop_id", "code", "name", "is_active", "session_id", "version"]

    def get_session_id(self, register: Register) -> str | None:
        found = [row for row in register.sessions.all() if row.status == "open"]
        return str(found[0].pk) if found else None


class PolicyShownSerializer(ModelSerializer):
    """How a shop runs its counter."""

    shop_id = serializers.UUIDField()
    cash_rounding = MoneyField()

    class Meta:
        model = TillPolicy
        fields = [
            "shop_id", "prices_include_tax", "standard_rate", "reduced_rate", "cash_rounding",
            "cashier_discount_percent", "return_days", "restocking_percent", "core_days",
            "receipt_footer", "needs_session", "lock_minutes", "version",
        ]  # fmt: skip


class ClerkRowSerializer(ModelSerializer):
    """A member who may stand at a till."""

    member_id = serializers.UUIDField(source="pk")
    name = serializers.CharField(source="user")
    has_pin = serializers.BooleanField()

    class Meta:
        model = Member
        fields = ["member_id", "name", "role", "has_pin"]


class ClerkSerializer(Serializer):
    """Who stands at the till now. Send `token` as the header `Clutch-Clerk`."""

    member_id = serializers.UUIDField(source="member.pk")
    name = serializers.CharField(source="member.user")
    role = serializers.ChoiceField(Role.choices, source="member.role")
    token = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds.")


class ApprovalSerializer(Serializer):
    """A word for one act, good for a short time. Send it as `approval` of the request."""

    member_id = serializers.UUIDField(source="member.pk")
    name = serializers.CharField(source="member.user")
    act = serializers.CharField()
    approval = serializers.CharField(source="token")
    expires_in = serializers.IntegerField(help_text="Seconds.")


class CashMovedSerializer(ModelSerializer):
    """Cash put into a drawer (positive) or taken out (negative)."""

    payment_id = serializers.UUIDField(source="pk")
    session_id = serializers.UUIDField()
    amount = MoneyField()

    class Meta:
        model = Payment
        fields = ["payment_id", "session_id", "amount", "reason", "at"]


class BlockSerializer(Serializer):
    """Sums of one kind of document."""

    count = serializers.IntegerField()
    goods = MoneyField()
    discount = MoneyField(required=False)
    tax = MoneyField()
    core = MoneyField()
    delivery = MoneyField(required=False)
    rounding = MoneyField(required=False)
    fee = MoneyField(required=False)
    total = MoneyField()


class TaxRowSerializer(Serializer):
    """Net and tax of one rate, of the lines of sales less what was undone."""

    rate = serializers.CharField()
    net = MoneyField()
    tax = MoneyField()


class TenderRowSerializer(Serializer):
    """What came and went by one way of paying."""

    method = serializers.ChoiceField(Tender.choices)
    received = MoneyField()
    paidOut = MoneyField()
    net = MoneyField()


class DrawerSerializer(Serializer):
    """The cash of a session."""

    openingFloat = MoneyField()
    received = MoneyField()
    paidOut = MoneyField()
    putIn = MoneyField()
    takenOut = MoneyField()
    expected = MoneyField()


class NumbersSerializer(Serializer):
    """The first and the last receipt."""

    first = serializers.CharField()
    last = serializers.CharField()


class ReportSerializer(Serializer):
    """The X report of a session; of a closed one the Z report, as it was fixed."""

    currency = serializers.CharField()
    sales = BlockSerializer()
    voids = BlockSerializer()
    returns = BlockSerializer()
    taxes = TaxRowSerializer(many=True)
    deposits = MoneyField(help_text="Paid ahead for special orders, less what was given back.")
    paidOnAccount = MoneyField()
    tenders = TenderRowSerializer(many=True)
    cash = DrawerSerializer()
    numbers = NumbersSerializer()


class SessionSerializer(ModelSerializer):
    """A cash session; what was expected, counted and missing stands there after the close."""

    session_id = serializers.UUIDField(source="pk")
    shop_id = serializers.UUIDField()
    register_id = serializers.UUIDField()
    register = serializers.CharField(source="register.code")
    opened_by = serializers.CharField()
    opening_float = MoneyField()
    closed_by = serializers.CharField(allow_null=True, default=None)
    expected_cash = MoneyField(allow_null=True)
    counted_cash = MoneyField(allow_null=True)
    difference = MoneyField(allow_null=True)

    class Meta:
        model = CashSession
        fields = [
            "session_id", "shop_id", "register_id", "register", "status", "opened_by", "created_at",
            "opening_float", "closed_by", "closed_at", "z_number", "expected_cash", "counted_cash",
            "difference", "denominations", "note", "version",
        ]  # fmt: skip


class ReturnLineSerializer(ModelSerializer):
    """Units that came back, or an old part for its deposit."""

    line_id = serializers.UUIDField(source="sale_line_id", allow_null=True)
    core_id = serializers.UUIDField(source="core_deposit_id", allow_null=True)
    part_id = serializers.UUIDField(allow_null=True)
    net = MoneyField()
    tax = MoneyField()
    core_charge = MoneyField(help_text="The deposits that went back with it.")

    class Meta:
        model = ReturnLine
        fields = [
            "line_id", "core_id", "part_id", "part_number", "name", "quantity", "condition", "reason",
            "net", "tax", "core_charge",
        ]  # fmt: skip


class ReturnShownSerializer(ModelSerializer):
    """A credit note. `refundTotal` is what its payments (negative) give back; `exchange` what was taken."""

    return_id = serializers.UUIDField(source="pk")
    shop_id = serializers.UUIDField()
    sale_id = serializers.UUIDField(allow_null=True)
    sale_number = serializers.CharField(source="sale.number", default="")
    exchange = SaleSerializer(allow_null=True)
    session_id = serializers.UUIDField(allow_null=True)
    customer_id = serializers.UUIDField(allow_null=True)
    customer = serializers.CharField(source="customer.name", default=None, allow_null=True)
    clerk = serializers.CharField(default=None, allow_null=True)
    goods_total = MoneyField(help_text="Without tax.")
    tax_total = MoneyField()
    core_total = MoneyField()
    delivery_fee = MoneyField(help_text="0 unless the delivery was given back too; its tax is in `taxTotal`.")
    restocking_fee = MoneyField()
    rounding = MoneyField()
    refund_total = MoneyField()
    lines = ReturnLineSerializer(many=True)
    payments = SalePaymentSerializer(many=True)

    class Meta:
        model = SaleReturn
        fields = [
            "return_id", "shop_id", "number", "sale_id", "sale_number", "exchange", "session_id",
            "customer_id", "customer", "phone", "clerk", "currency", "goods_total", "tax_total",
            "core_total", "delivery_fee", "restocking_fee", "rounding", "refund_total", "note", "created_at",
            "version", "lines", "payments",
        ]  # fmt: skip

    def to_representation(self, instance: SaleReturn) -> Any:
        """With what is not loaded yet in one query each."""
        prefetch_related_objects([instance], *queries.RETURN_SHOWN)
        return super().to_representation(instance)


class ReturnRowSerializer(ModelSerializer):
    """A credit note in a list."""

    return_id = serializers.UUIDField(source="pk")
    sale_id = serializers.UUIDField(allow_null=True)
    sale_number = serializers.CharField(source="sale.number", default="")
    exchange_id = serializers.UUIDField(allow_null=True)
    customer_id = serializers.UUIDField(allow_null=True)
    customer = serializers.CharField(source="customer.name", default=None, allow_null=True)
    clerk = serializers.CharField(default=None, allow_null=True)
    refund_total = MoneyField()

    class Meta:
        model = SaleReturn
        fields = [
            "return_id", "number", "sale_id", "sale_number", "exchange_id", "customer_id", "customer",
            "clerk", "currency", "refund_total", "created_at",
        ]  # fmt: skip


class CoreSerializer(ModelSerializer):
    """A deposit for old parts; `left` units may still come, until `expiresAt`."""

    core_id = serializers.UUIDField(source="pk")
    sale_id = serializers.UUIDField(source="sale_line.sale_id")
    sale_number = serializers.CharField(source="sale_line.sale.number")
    part_id = serializers.UUIDField(source="sale_line.part_id", allow_null=True)
    name = serializers.CharField(source="sale_line.name")
    part_number = serializers.CharField(source="sale_line.part_number")
    customer_id = serializers.UUIDField(allow_null=True)
    unit_charge = MoneyField()
    left = serializers.IntegerField()
    is_open = serializers.SerializerMethodField(help_text="By the clock, swept or not.")

    class Meta:
        model = CoreDeposit
        fields = [
            "core_id", "sale_id", "sale_number", "part_id", "name", "part_number", "customer_id",
            "unit_charge", "quantity", "left", "status", "is_open", "expires_at",
        ]  # fmt: skip

    def get_is_open(self, core: CoreDeposit) -> bool:
        return core.is_open_at(timezone.now())


class LostSaleSerializer(ModelSerializer):
    """What somebody asked for and did not get."""

    lost_sale_id = serializers.UUIDField(source="pk")
    part_id = serializers.UUIDField(allow_null=True)
    customer_id = serializers.UUIDField(allow_null=True)
    clerk = serializers.CharField(source="actor_name")

    class Meta:
        model = LostSale
        fields = [
            "lost_sale_id", "asked_for", "part_id", "quantity", "reason", "customer_id", "make_name",
            "model_name", "year", "clerk", "at",
        ]  # fmt: skip


class SpecialOrderSerializer(ModelSerializer):
    """A part that the shop gets for one customer, at the price agreed; `deposit` was paid ahead."""

    special_order_id = serializers.UUIDField(source="pk")
    shop_id = serializers.UUIDField()
    customer_id = serializers.UUIDField()
    customer = serializers.CharField(source="customer.name")
    part_id = serializers.UUIDField(allow_null=True)
    unit_price = MoneyField()
    deposit = MoneyField()
    sale_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = SpecialOrder
        fields = [
            "special_order_id", "shop_id", "number", "status", "customer_id", "customer", "part_id",
            "description", "quantity", "unit_price", "deposit", "expected_on", "sale_id", "note",
            "created_at", "version",
        ]  # fmt: skip


class AccountEntrySerializer(ModelSerializer):
    """One line of what is owed between a shop and a customer."""

    entry_id = serializers.UUIDField(source="pk")
    customer_id = serializers.UUIDField()
    amount = MoneyField()
    balance_after = MoneyField()

    class Meta:
        model = AccountEntry
        fields = [
            "entry_id", "customer_id", "account", "amount", "balance_after", "document_kind",
            "document_number", "due_on", "note", "at",
        ]  # fmt: skip
