"""Registers, who works at them, cash sessions, and how a shop wants its counter run."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clutch.core.models import Entity, Fact
from sales.enums import SessionStatus, Tender
from shops.models import Member, Shop


class TillPolicy(Entity):
    """One row per shop; a shop without one goes by the defaults. Percentages are 0 to 100."""

    shop = models.OneToOneField(Shop, models.CASCADE, related_name="till_policy")
    prices_include_tax = models.BooleanField(_("prices include tax"), default=True)
    standard_rate = models.DecimalField(_("standard tax rate, %"), max_digits=5, decimal_places=2, default=14)
    reduced_rate = models.DecimalField(_("reduced tax rate, %"), max_digits=5, decimal_places=2, default=5)
    # The smallest coin: a cash total is rounded to it. 0 rounds nothing.
    cash_rounding = models.DecimalField(_("smallest coin"), max_digits=6, decimal_places=3, default=0)
    cashier_discount_percent = models.DecimalField(
        _("discount a cashier may give, %"), max_digits=5, decimal_places=2, default=5
    )
    return_days = models.PositiveSmallIntegerField(_("days to return"), default=14)
    restocking_percent = models.DecimalField(
        _("restocking fee, %"), max_digits=5, decimal_places=2, default=0
    )
    core_days = models.PositiveSmallIntegerField(_("days to bring the old part"), default=30)
    receipt_footer = models.CharField(_("last line of a receipt"), max_length=300, blank=True)
    needs_session = models.BooleanField(_("sell only in an open cash session"), default=True)
    # After so many minutes without a key a till asks for a PIN; 0 is never.
    lock_minutes = models.PositiveSmallIntegerField(_("lock the till after, minutes"), default=10)

    class Meta(Entity.Meta):
        verbose_name = _("counter policy")
        verbose_name_plural = _("counter policies")

    def __str__(self) -> str:
        return str(self.shop_id)


class Register(Entity):
    """A till. `code` stands in the numbers of its receipts."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="registers")
    code = models.CharField(_("code"), max_length=8)
    name = models.CharField(_("name"), max_length=60)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta(Entity.Meta):
        verbose_name = _("register")
        verbose_name_plural = _("registers")
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["shop", "code"], name="register_code")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ClerkPin(Entity):
    """The PIN by which a member takes over the till; only a hash of it is kept."""

    member = models.OneToOneField(Member, models.CASCADE, related_name="pin")
    pin_hash = models.CharField(max_length=128, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    locked_until = models.DateTimeField(null=True, editable=False)

    class Meta(Entity.Meta):
        verbose_name = _("PIN")
        verbose_name_plural = _("PINs")

    def __str__(self) -> str:
        return str(self.member_id)


class CashSession(Entity):
    """What happens at one register between the opening float and the count.

    `expected_cash`, `counted_cash` and `difference` are fixed at the close, with the Z number of
    the register. `denominations` maps a coin or note to how many were counted.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+")
    register = models.ForeignKey(Register, models.PROTECT, related_name="sessions")
    status = models.CharField(
        _("status"), max_length=8, choices=SessionStatus, default=SessionStatus.OPEN, editable=False
    )
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opening_float = models.DecimalField(_("opening float"), max_digits=12, decimal_places=3, default=0)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    z_number = models.PositiveIntegerField(_("Z number"), null=True, editable=False)
    expected_cash = models.DecimalField(max_digits=14, decimal_places=3, null=True, editable=False)
    counted_cash = models.DecimalField(max_digits=14, decimal_places=3, null=True, editable=False)
    difference = models.DecimalField(max_digits=14, decimal_places=3, null=True, editable=False)
    denominations = models.JSONField(default=dict, blank=True)
    totals = models.JSONField(default=dict, blank=True, editable=False)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta(Entity.Meta):
        verbose_name = _("cash session")
        verbose_name_plural = _("cash sessions")
        indexes = [models.Index(fields=["shop", "-created_at"], name="sessions_of_shop")]
        constraints = [
            models.UniqueConstraint(fields=["register"], condition=Q(status="open"), name="one_open_session"),
            models.UniqueConstraint(fields=["register", "z_number"], name="session_z_number"),
        ]

    def __str__(self) -> str:
        return f"{self.register_id} {self.created_at:%Y-%m-%d}"


class Payment(Fact):
    """Money that came in (positive) or went out (negative), for a document or without one.

    `amount` is what counts towards the document; for cash, `tendered` is what was handed over and
    `tendered - amount` the change. Cash in and out of a drawer without a document has a `reason`.
    """

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    session = models.ForeignKey(CashSession, models.PROTECT, null=True, related_name="payments")
    sale = models.ForeignKey("sales.Sale", models.PROTECT, null=True, related_name="payments")
    sale_return = models.ForeignKey("sales.SaleReturn", models.PROTECT, null=True, related_name="payments")
    special_order = models.ForeignKey(
        "sales.SpecialOrder", models.PROTECT, null=True, related_name="payments"
    )
    customer = models.ForeignKey("sales.Customer", models.PROTECT, null=True, related_name="payments")
    method = models.CharField(_("method"), max_length=12, choices=Tender)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=3)
    tendered = models.DecimalField(max_digits=14, decimal_places=3, null=True)
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=80)
    actor_name = models.CharField(_("by"), max_length=150, blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["shop", "-at"], name="payments_of_shop")]

    def __str__(self) -> str:
        return f"{self.method} {self.amount:+}"
