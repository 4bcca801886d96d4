"""The vehicles that a customer keeps."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clutch.core.models import Entity
from shops.models.vehicles import Make, VehicleModel


class GarageVehicle(Entity):
    """A vehicle of a customer. Names are as typed or as listed; `make` is empty when not listed."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="garage")
    make = models.ForeignKey(Make, models.SET_NULL, null=True, blank=True, related_name="+")
    model = models.ForeignKey(VehicleModel, models.SET_NULL, null=True, blank=True, related_name="+")
    make_name = models.CharField(_("make"), max_length=80)
    model_name = models.CharField(_("model"), max_length=80)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    vin = models.CharField(_("VIN or chassis number"), max_length=17, blank=True)
    nickname = models.CharField(_("name in the garage"), max_length=60, blank=True)
    is_default = models.BooleanField(_("default"), default=False)
    # What looked odd in the change just made; not kept.
    warnings: tuple[str, ...] = ()
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)

    class Meta(Entity.Meta):
        verbose_name = _("vehicle in a garage")
        verbose_name_plural = _("vehicles in garages")
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(is_default=True, archived_at__isnull=True),
                name="one_default_vehicle",
            ),
        ]

    def __str__(self) -> str:
        parts = [self.make_name, self.model_name, str(self.year or "")]
        return self.nickname or " ".join(part for part in parts if part)
