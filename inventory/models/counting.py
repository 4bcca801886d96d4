"""Stock-taking: sheets, what was counted, and what it showed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clutch.core.models import Entity, Fact
from inventory.enums import CountKind, CountStatus, Reason
from inventory.models.part import Category, Part
from inventory.models.stock import Bin
from shops.models import Shop


class CountSheet(Entity):
    """A stock-take of some bins, of a category or of chosen parts; everything when none is named.

    `is_blind` hides what should be there from who counts. `places` is in how many places (a part in
    a bin) the books had anything of it when it began, for the progress. `lines_counted` and
    `lines_right` are fixed at the approval: their ratio is the accuracy kept over time.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="count_sheets")
    number = models.CharField(_("number"), max_length=40, editable=False)
    status = models.CharField(
        _("status"), max_length=10, choices=CountStatus, default=CountStatus.COUNTING, editable=False
    )
    is_blind = models.BooleanField(_("blind"), default=True)
    bins = models.ManyToManyField(Bin, blank=True, related_name="+", verbose_name=_("bins"))
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="+")
    parts = models.ManyToManyField(Part, blank=True, related_name="+", verbose_name=_("parts"))
    places = models.PositiveIntegerField(default=0, editable=False)
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


class CountEntry(Fact):
    """One thing that somebody said while counting, as it was said: the lines are their sum.

    `key` is made by the phone that counts, so that what it sends twice counts once. `part` is empty
    for a code that meant no single part. `counted_at` is when it was said, not when it came in.
    """

    sheet = models.ForeignKey("inventory.CountSheet", models.CASCADE, related_name="entries")
    key = models.UUIDField()
    kind = models.CharField(max_length=5, choices=CountKind)
    bin = models.ForeignKey(Bin, models.PROTECT, null=True, related_name="+")
    part = models.ForeignKey(Part, models.PROTECT, null=True, related_name="+")
    code = models.CharField(_("code"), max_length=120, blank=True)
    quantity = models.IntegerField(_("quantity"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    counted_at = models.DateTimeField(_("counted at"))
    actor_id = models.CharField(max_length=80)
    actor_name = models.CharField(_("by"), max_length=150, blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("entry of a count")
        verbose_name_plural = _("entries of a count")
        indexes = [models.Index(fields=["sheet", "part"], name="entries_of_line")]
        constraints = [models.UniqueConstraint(fields=["sheet", "key"], name="count_entry_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity}"


class CountLine(Entity):
    """What was counted of a part in a bin, and what the ledger said at that moment.

    The variance is `counted - expected`; sales after `counted_at` do not touch it, because the
    booking adds the variance to whatever is there by then. `moved` says that the ledger moved
    between the first and the last entry: which of them saw the unit, nobody knows.
    """

    sheet = models.ForeignKey(CountSheet, models.CASCADE, related_name="lines")
    part = models.ForeignKey(Part, models.PROTECT, related_name="+")
    bin = models.ForeignKey(Bin, models.PROTECT, null=True, related_name="+")
    counted = models.PositiveIntegerField(_("counted"))
    expected = models.IntegerField(_("expected"))
    moved = models.BooleanField(_("moved while it was counted"), default=False)
    # Nobody looked: whoever approved had what was not counted taken for gone.
    assumed = models.BooleanField(_("not counted, taken for none"), default=False)
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

    @property
    def variance(self) -> int:
        """Units found too many, below zero too few."""
        return self.counted - self.expected


class CountUnknown(Entity):
    """A code that was scanned while counting and means no part yet, or several; `note` says what it is on.

    Once resolved, the row stays as it was; what is scanned of the code afterwards makes another one.
    """

    sheet = models.ForeignKey(CountSheet, models.CASCADE, related_name="unknown")
    bin = models.ForeignKey(Bin, models.PROTECT, null=True, related_name="+")
    code = models.CharField(_("code"), max_length=120)
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    note = models.CharField(_("note"), max_length=200, blank=True)
    counted_at = models.DateTimeField(_("counted at"))
    resolved_part = models.ForeignKey(Part, models.SET_NULL, null=True, related_name="+")

    class Meta(Entity.Meta):
        verbose_name = _("unknown code")
        verbose_name_plural = _("unknown codes")
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "bin", "code"],
                condition=models.Q(resolved_part=None),
                name="unknown_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return self.code
