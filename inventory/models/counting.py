"""Stock-taking: sheets, what was counted, and what it showed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clutch.core.models import Entity
from inventory.enums import CountStatus, Reason
from inventory.models.part import Category, Part
from inventory.models.stock import Bin
from shops.models import Shop


class CountSheet(Entity):
    """A stock-take of some bins or of a category; everything when neither is named.

    `is_blind` hides what should be there from who counts. `lines_counted` and `lines_right` are
    fixed at the approval: their ratio is the accuracy kept over time.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="count_sheets")
    number = models.CharField(_("number"), max_length=40, editable=False)
    status = models.CharField(
        _("status"), max_length=10, choices=CountStatus, default=CountStatus.COUNTING, editable=False
    )
    is_blind = models.BooleanField(_("blind"), default=True)
    bins = models.ManyToManyField(Bin, blank=True, related_name="+", verbose_name=_("bins"))
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(_("note"), max_length=200, blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    approved_at = models.DateTimeField(_("approved"), null=True, editable=False)
    lines_counted = models.PositiveIntegerField(default=0, editable=False)
    lines_right = models.PositiveIntegerField(default=0, editable=False)

    class Meta(Entity.Meta):
        verbose_name = _("count sheet")
        verbose_name_plural = _("count sheets")
        indexes = [models.Index(fields=["shop", "status", "-created_at"], name="sheets_of_shop")]
        constraints = [models.UniqueConstraint(fields=["shop", "number"], name="sheet_number")]

    def __str__(self) -> str:
        return self.number


class CountLine(Entity):
    """What was counted of a part in a bin, and what the ledger said at that moment.

    The variance is `counted - expected`; sales after `counted_at` do not touch it, because the
    booking adds the variance to whatever is there by then.
    """

    sheet = models.ForeignKey(CountSheet, models.CASCADE, related_name="lines")
    part = models.ForeignKey(Part, models.PROTECT, related_name="+")
    bin = models.ForeignKey(Bin, models.PROTECT, null=True, related_name="+")
    counted = models.PositiveIntegerField(_("counted"))
    expected = models.IntegerField(_("expected"))
    counted_at = models.DateTimeField(_("counted at"))
    counted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=16, choices=Reason, blank=True)

    class Meta(Entity.Meta):
        verbose_name = _("counted line")
        verbose_name_plural = _("counted lines")
        constraints = [
            models.UniqueConstraint(fields=["sheet", "part", "bin"], name="count_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.part_id} {self.counted}"


class CountUnknown(Entity):
    """A code that was scanned while counting and means no part yet."""

    sheet = models.ForeignKey(CountSheet, models.CASCADE, related_name="unknown")
    bin = models.ForeignKey(Bin, models.PROTECT, null=True, related_name="+")
    code = models.CharField(_("code"), max_length=120)
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    resolved_part = models.ForeignKey(Part, models.SET_NULL, null=True, related_name="+")

    class Meta(Entity.Meta):
        verbose_name = _("unknown code")
        verbose_name_plural = _("unknown codes")
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "bin", "code"], name="unknown_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.code
