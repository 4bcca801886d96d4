"""A sale and what may follow it: a return, an old part that comes back, a special order."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clutch.core.models import Entity, Fact
from inventory.enums import TaxClass
from inventory.models import Bin, Part
from sales.enums import (
    Channel,
    Condition,
    CoreStatus,
    LostReason,
    ReturnReason,
    SaleStatus,
    SpecialOrderStatus,
)
from sales.models.customer import Customer, CustomerVehicle
from sales.models.till import CashSession, Register
from shops.models import Shop


class Sale(Entity):
    """A sale at the counter, or what an order of the platform became when it was handed over.

    The server alone makes the sums (sales.sums), in `currency`: `total` = goods without tax + tax +
    delivery without tax + core charges + rounding of cash. `delivery_fee` is as prices are, with or
    without its tax. `number` is given at completion, gap-free per shop, register and year. A draft
    is the cart; a parked one waits for its customer.
    """

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="sales")
    register = models.ForeignKey(Register, models.PROTECT, null=True, blank=True, related_name="sales")
    session = models.ForeignKey(CashSession, models.PROTECT, null=True, blank=True, related_name="sales")
    number = models.CharField(_("number"), max_length=40, blank=True, editable=False)
    status = models.CharField(
        _("status"), max_length=10, choices=SaleStatus, default=SaleStatus.DRAFT, editable=False
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.COUNTER)
    clerk = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="sales")
    vehicle = models.ForeignKey(CustomerVehicle, models.SET_NULL, null=True, blank=True, related_name="+")
    order = models.OneToOneField(
        "orders.Order", models.PROTECT, null=True, blank=True, related_name="sale", editable=False
    )
    currency = models.CharField(_("currency"), max_length=3)
    prices_include_tax = models.BooleanField(_("prices include tax"), default=True)
    goods_total = models.DecimalField(_("goods"), max_digits=14, decimal_places=3, default=0)
    discount_total = models.DecimalField(_("discount"), max_digits=14, decimal_places=3, default=0)
    tax_total = models.DecimalField(_("tax"), max_digits=14, decimal_places=3, default=0)
    core_total = models.DecimalField(_("core charges"), max_digits=14, decimal_places=3, default=0)
    delivery_fee = models.DecimalField(_("delivery"), max_digits=14, decimal_places=3, default=0)
    delivery_tax = models.DecimalField(max_digits=14, decimal_places=3, default=0)
    rounding = models.DecimalField(_("rounding"), max_digits=6, decimal_places=3, default=0)
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=3, default=0)
    # Who allowed a discount that the clerk alone may not give.
    discount_approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    label = models.CharField(_("parked as"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    # Opens the receipt by link, for who was given it.
    receipt_token = models.CharField(max_length=43, blank=True, editable=False)
    completed_at = models.DateTimeField(_("completed"), null=True, editable=False)
    voided_at = models.DateTimeField(_("voided"), null=True, editable=False)
    void_reason = models.CharField(_("reason"), max_length=200, blank=True)
    # In which session the money of a voided sale went back.
    void_session = models.ForeignKey(CashSession, models.PROTECT, null=True, related_name="voids")
    void_approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta(Entity.Meta):
        verbose_name = _("sale")
        verbose_name_plural = _("sales")
        indexes = [
            models.Index(fields=["shop", "-created_at"], name="sales_of_shop"),
            models.Index(fields=["shop", "-completed_at"], condition=~Q(number=""), name="sales_completed"),
            models.Index(fields=["customer", "-completed_at"], name="sales_of_customer"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shop", "number"], condition=~Q(number=""), name="sale_number"),
            models.UniqueConstraint(
                fields=["receipt_token"], condition=~Q(receipt_token=""), name="receipt_token_once"
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(self.pk)


class SaleLine(Entity):
    """One part of a sale. `discount` is the amount off the whole line; `net + tax` is what it costs.

    `list_price` is what the shop asks, `unit_price` what was agreed. `cost` is what the ledger took
    for it at completion, positive, and never changes.
    """

    sale = models.ForeignKey(Sale, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField(_("position"))
    part = models.ForeignKey(Part, models.PROTECT, null=True, related_name="+")
    bin = models.ForeignKey(Bin, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    part_number = models.CharField(_("part number"), max_length=60, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    list_price = models.DecimalField(max_digits=12, decimal_places=3)
    unit_price = models.DecimalField(_("unit price"), max_digits=12, decimal_places=3)
    discount = models.DecimalField(_("discount"), max_digits=14, decimal_places=3, default=0)
    tax_class = models.CharField(max_length=10, choices=TaxClass, default=TaxClass.STANDARD)
    tax_rate = models.DecimalField(max_digits=5, decimal_places=2)
    net = models.DecimalField(max_digits=14, decimal_places=3)
    tax = models.DecimalField(max_digits=14, decimal_places=3)
    core_charge = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    cost = models.DecimalField(max_digits=14, decimal_places=3, null=True, editable=False)

    class Meta(Entity.Meta):
        verbose_name = _("line of a sale")
        verbose_name_plural = _("lines of sales")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=1, unit_price__gte=0, discount__gte=0), name="sale_line_sane"
            )
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"

    @property
    def total(self) -> Decimal:
        """What the line costs with tax, without its core charge."""
        return self.net + self.tax


class SaleReturn(Entity):
    """A credit note: what came back of a sale, or without a receipt. Cites the sale by its key.

    `refund_total` = goods without tax + tax + cores + delivery without its tax − restocking fee +
    rounding of cash, which is what its payments give back. `delivery_fee` is as the sale has it, and
    0 unless the delivery was given back too. With `exchange` the same act sold something else, and the
    difference alone was paid.
    """

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="sale_returns")
    number = models.CharField(_("number"), max_length=40, editable=False)
    sale = models.ForeignKey(Sale, models.PROTECT, null=True, related_name="returns")
    exchange = models.OneToOneField(Sale, models.PROTECT, null=True, blank=True, related_name="exchanged_for")
    session = models.ForeignKey(CashSession, models.PROTECT, null=True, related_name="returns")
    clerk = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="returns")
    phone = models.CharField(_("phone"), max_length=16, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    goods_total = models.DecimalField(max_digits=14, decimal_places=3)
    tax_total = models.DecimalField(max_digits=14, decimal_places=3)
    core_total = models.DecimalField(max_digits=14, decimal_places=3, default=0)
    delivery_fee = models.DecimalField(_("delivery"), max_digits=14, decimal_places=3, default=0)
    delivery_tax = models.DecimalField(max_digits=14, decimal_places=3, default=0)
    restocking_fee = models.DecimalField(_("restocking fee"), max_digits=14, decimal_places=3, default=0)
    rounding = models.DecimalField(max_digits=6, decimal_places=3, default=0)
    refund_total = models.DecimalField(_("refund"), max_digits=14, decimal_places=3)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta(Entity.Meta):
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        indexes = [models.Index(fields=["shop", "-created_at"], name="returns_of_shop")]
        constraints = [models.UniqueConstraint(fields=["shop", "number"], name="return_number")]

    def __str__(self) -> str:
        return self.number


class ReturnLine(Entity):
    """Units of one line that came back, in what condition and why. `cost` went back to the ledger."""

    sale_return = models.ForeignKey(SaleReturn, models.CASCADE, related_name="lines")
    sale_line = models.ForeignKey(SaleLine, models.PROTECT, null=True, related_name="returns")
    # The deposit that an old part alone brought back.
    core_deposit = models.ForeignKey(
        "sales.CoreDeposit", models.PROTECT, null=True, related_name="return_lines"
    )
    part = models.ForeignKey(Part, models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    quantity = models.PositiveIntegerField(_("quantity"))
    part_number = models.CharField(_("part number"), max_length=60, blank=True)
    condition = models.CharField(_("condition"), max_length=10, choices=Condition)
    reason = models.CharField(_("reason"), max_length=14, choices=ReturnReason)
    net = models.DecimalField(max_digits=14, decimal_places=3)
    tax = models.DecimalField(max_digits=14, decimal_places=3)
    core_charge = models.DecimalField(max_digits=14, decimal_places=3, default=0)
    cost = models.DecimalField(max_digits=14, decimal_places=3, default=0)

    class Meta(Entity.Meta):
        verbose_name = _("line of a return")
        verbose_name_plural = _("lines of returns")
        constraints = [models.CheckConstraint(condition=Q(quantity__gte=1), name="return_line_quantity")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"


class CoreDeposit(Entity):
    """The deposit for old parts of one line: they come back later, separately, or never."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    sale_line = models.OneToOneField(SaleLine, models.PROTECT, related_name="core_deposit")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    unit_charge = models.DecimalField(max_digits=12, decimal_places=3)
    quantity = models.PositiveIntegerField()
    returned = models.PositiveIntegerField(default=0)
    # Units whose deposit went back with the part itself.
    reversed = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=10, choices=CoreStatus, default=CoreStatus.OPEN)
    expires_at = models.DateTimeField()

    class Meta(Entity.Meta):
        verbose_name = _("core deposit")
        verbose_name_plural = _("core deposits")
        indexes = [models.Index(fields=["expires_at"], condition=Q(status="open"), name="cores_that_expire")]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=models.F("returned") + models.F("reversed")), name="core_returned"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sale_line_id} {self.returned}/{self.quantity}"

    @property
    def left(self) -> int:
        """For how many units the deposit still stands."""
        return self.quantity - self.returned - self.reversed

    def is_open_at(self, now: datetime) -> bool:
        """Whether an old part is still taken back at `now`, swept or not."""
        return self.status == CoreStatus.OPEN and now < self.expires_at


class LostSale(Fact):
    """What somebody asked for and did not get."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    part = models.ForeignKey(Part, models.PROTECT, null=True, related_name="+")
    asked_for = models.CharField(_("asked for"), max_length=120)
    part_key = models.CharField(max_length=60, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    reason = models.CharField(_("reason"), max_length=12, choices=LostReason)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    make_name = models.CharField(_("make"), max_length=80, blank=True)
    model_name = models.CharField(_("model"), max_length=80, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True)
    actor_id = models.CharField(max_length=80)
    actor_name = models.CharField(_("by"), max_length=150, blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("lost sale")
        verbose_name_plural = _("lost sales")
        indexes = [models.Index(fields=["shop", "-at"], name="lost_sales_of_shop")]

    def __str__(self) -> str:
        return self.asked_for


class SpecialOrder(Entity):
    """A part that the shop gets for one customer, against a deposit that stays a liability until then."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="special_orders")
    number = models.CharField(_("number"), max_length=40, editable=False)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=SpecialOrderStatus,
        default=SpecialOrderStatus.WAITING,
        editable=False,
    )
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="special_orders")
    part = models.ForeignKey(Part, models.PROTECT, null=True, related_name="+")
    description = models.CharField(_("description"), max_length=200)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = models.DecimalField(_("unit price"), max_digits=12, decimal_places=3)
    deposit = models.DecimalField(_("deposit"), max_digits=12, decimal_places=3, default=0)
    expected_on = models.DateField(_("expected"), null=True, blank=True)
    sale = models.ForeignKey(Sale, models.PROTECT, null=True, related_name="special_orders")
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta(Entity.Meta):
        verbose_name = _("special order")
        verbose_name_plural = _("special orders")
        constraints = [models.UniqueConstraint(fields=["shop", "number"], name="special_order_number")]

    def __str__(self) -> str:
        return self.number
