"""The ledger of stock, what it sums to, and what is held."""

from datetime import datetime
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clutch.core.models import Entity, Fact
from inventory.enums import HoldKind, HoldStatus, MovementKind, Reason
from inventory.models.part import Part
from shops.models import Shop


class Bin(Entity):
    """A place in the shop: a shelf, a box, a room. `code` is what people call it.

    `label_code` is what a scanner reads from its label, given when the first one is printed.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="bins")
    code = models.CharField(_("code"), max_length=40)
    key = models.CharField(max_length=40, editable=False)
    name = models.CharField(_("name"), max_length=80, blank=True)
    label_code = models.CharField(_("code on the label"), max_length=20, blank=True, editable=False)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta(Entity.Meta):
        verbose_name = _("bin")
        verbose_name_plural = _("bins")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["shop", "key"], name="bin_once"),
            models.UniqueConstraint(
                fields=["shop", "label_code"], condition=~Q(label_code=""), name="bin_label_once"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Stock(models.Model):
    """What the movements of a part sum to; one row per part, and the lock of everything that moves it.

    `on_hand` in units, `value` in the shop's currency. `average_cost` is the moving average of the
    last moment with something on hand: it prices what is sold below zero. Written by
    `inventory.ledger` only, and proven by `manage.py check_stock`.
    """

    part = models.OneToOneField(Part, models.CASCADE, primary_key=True, related_name="stock")
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+")
    on_hand = models.IntegerField(default=0)
    value = models.DecimalField(max_digits=14, decimal_places=3, default=0)
    average_cost = models.DecimalField(max_digits=16, decimal_places=6, default=0)
    # Since when the part is at or under its reorder point; empty while it is above.
    low_since = models.DateTimeField(null=True)
    # When the stock was last received or counted: what is only typed in is not promised unattended.
    proven_at = models.DateTimeField(null=True)
    last_sold_at = models.DateTimeField(null=True)
    last_restocked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("stock")
        verbose_name_plural = _("stock")
        indexes = [
            models.Index(fields=["shop", "low_since"], condition=Q(low_since__isnull=False), name="stock_low")
        ]

    def __str__(self) -> str:
        return f"{self.part_id} {self.on_hand}"


class BinStock(models.Model):
    """How much of a part lies in a bin; no bin is what was never put anywhere. Written by the ledger."""

    id = models.BigAutoField(primary_key=True)
    part = models.ForeignKey(Part, models.CASCADE, related_name="bin_stock")
    bin = models.ForeignKey(Bin, models.PROTECT, null=True, related_name="stock")
    quantity = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("stock in a bin")
        verbose_name_plural = _("stock in bins")
        constraints = [
            models.UniqueConstraint(fields=["part", "bin"], name="bin_stock_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.part_id} {self.bin_id} {self.quantity}"


class Movement(Fact):
    """One line of the ledger: how many units of a part moved, why, by whom and what they were worth.

    `quantity` and `value` are signed and never change again. `on_hand_after` and `value_after` are
    the sums at that moment. The document is named by kind, id and number, without a foreign key.
    """

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    part = models.ForeignKey(Part, models.PROTECT, related_name="movements")
    bin = models.ForeignKey(Bin, models.PROTECT, null=True, related_name="+")
    # The order in the part's ledger, from 1.
    seq = models.PositiveIntegerField()
    kind = models.CharField(_("kind"), max_length=12, choices=MovementKind)
    quantity = models.IntegerField(_("quantity"))
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=3)
    on_hand_after = models.IntegerField()
    value_after = models.DecimalField(max_digits=14, decimal_places=3)
    reason = models.CharField(_("reason"), max_length=16, choices=Reason, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    document_kind = models.CharField(max_length=20, blank=True)
    document_id = models.UUIDField(null=True)
    document_number = models.CharField(_("document"), max_length=40, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=80)
    actor_name = models.CharField(_("by"), max_length=150, blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("movement")
        verbose_name_plural = _("movements")
        indexes = [
            models.Index(fields=["shop", "-at"], name="movements_of_shop"),
            models.Index(
                fields=["document_id"], condition=Q(document_id__isnull=False), name="movements_of_document"
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["part", "seq"], name="movement_seq")]

    def __str__(self) -> str:
        return f"{self.part_id} {self.quantity:+}"


class Hold(Entity):
    """Units that are promised to a document, without a foreign key to it.

    It counts as reserved while it is open and not past `expires_at`, swept or not.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+")
    part = models.ForeignKey(Part, models.CASCADE, related_name="holds")
    kind = models.CharField(_("kind"), max_length=4, choices=HoldKind)
    status = models.CharField(_("status"), max_length=8, choices=HoldStatus, default=HoldStatus.OPEN)
    quantity = models.PositiveIntegerField(_("quantity"))
    document_kind = models.CharField(max_length=20)
    document_id = models.UUIDField()
    # Which line of the document, where it has lines.
    document_line_id = models.UUIDField(null=True)
    document_number = models.CharField(_("document"), max_length=40, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True)

    class Meta(Entity.Meta):
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        indexes = [
            models.Index(fields=["part"], condition=Q(status="open"), name="open_holds_of_part"),
            models.Index(fields=["document_id"], name="holds_of_document"),
            models.Index(fields=["expires_at"], condition=Q(status="open"), name="holds_that_expire"),
        ]
        constraints = [models.CheckConstraint(condition=Q(quantity__gte=1), name="hold_quantity")]

    def __str__(self) -> str:
        return f"{self.document_number} {self.quantity}"

    def counts_at(self, now: datetime) -> bool:
        """Whether the hold reserves its units at `now`."""
        return self.status == HoldStatus.OPEN and (self.expires_at is None or now < self.expires_at)


def unit_cost(on_hand: int, value: Decimal, average: Decimal) -> Decimal:
    """The moving average per unit: value / on hand, or the last known average at or below zero."""
    return value / on_hand if on_hand > 0 else average
