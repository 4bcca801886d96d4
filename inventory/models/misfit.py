"""What was sold for a vehicle and did not fit it: the other half of fitment, learned from returns."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clutch.core.models import Fact
from inventory.models.part import Part
from shops.models import Make, Shop, VehicleModel


class Misfit(Fact):
    """Units of a part number that came back because they did not fit a vehicle.

    `part_key` is the number as it is compared (inventory.keys); the vehicle stands by name where
    no list has it. The document (a return at the counter, an order) is named without a foreign key.
    """

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    part = models.ForeignKey(Part, models.PROTECT, null=True, related_name="misfits")
    part_name = models.CharField(_("part"), max_length=120)
    part_number = models.CharField(_("part number"), max_length=60, blank=True)
    part_key = models.CharField(max_length=60, blank=True)
    brand = models.CharField(_("brand"), max_length=80, blank=True)
    make = models.ForeignKey(Make, models.PROTECT, null=True, related_name="+")
    model = models.ForeignKey(VehicleModel, models.PROTECT, null=True, related_name="+")
    make_name = models.CharField(_("make"), max_length=80, blank=True)
    model_name = models.CharField(_("model"), max_length=80, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True)
    vin = models.CharField(_("VIN or chassis number"), max_length=17, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    note = models.CharField(_("note"), max_length=300, blank=True)
    document_kind = models.CharField(max_length=20)
    document_id = models.UUIDField()
    document_number = models.CharField(_("document"), max_length=40, blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("part that did not fit")
        verbose_name_plural = _("parts that did not fit")
        indexes = [
            models.Index(
                fields=["part_key", "make", "model"], condition=~Q(part_key=""), name="misfits_by_number"
            ),
            models.Index(fields=["shop", "-at"], name="misfits_of_shop"),
        ]

    def __str__(self) -> str:
        return f"{self.part_number or self.part_name}: {self.make_name} {self.model_name}"
