"""The way of an order from the shop to its customer, and the proof that it arrived."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clutch.core.models import Entity, Fact
from orders.enums import Proof, TrackingKind
from shops.storage import private_storage


def delivery_photo_path(shipment: "Shipment", filename: str) -> str:
    """Where the photo of a delivery lies under the private media folder."""
    return f"deliveries/{shipment.pk}{filename[filename.rfind('.') :]}"


class Shipment(Entity):
    """Who brings the order, and how its arrival is proved.

    The customer is shown `code` (six digits) and tells it to the courier. `wrong_codes` counts
    wrong guesses since the code was made; at the limit the code is void until the customer asks
    for a new one.
    """

    order = models.OneToOneField("orders.Order", models.PROTECT, related_name="shipment")
    shop = models.ForeignKey("shops.Shop", models.PROTECT, related_name="shipments")
    courier_name = models.CharField(_("courier"), max_length=120, blank=True)
    courier_phone = models.CharField(_("courier's phone"), max_length=16, blank=True)
    tracking_number = models.CharField(_("tracking number"), max_length=60, blank=True)
    eta = models.DateTimeField(_("expected arrival"), null=True, blank=True)
    code = models.CharField(max_length=6)
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    proof = models.CharField(max_length=10, choices=Proof, blank=True)
    photo = models.ImageField(upload_to=delivery_photo_path, storage=private_storage, blank=True)
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta(Entity.Meta):
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")

    def __str__(self) -> str:
        return f"{self.order_id} {self.tracking_number}".strip()


class TrackingEvent(Fact):
    """One thing that happened on the way. Position in degrees (WGS 84) where it is known."""

    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=TrackingKind)
    note = models.CharField(max_length=300, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta(Fact.Meta):
        verbose_name = _("tracking event")
        verbose_name_plural = _("tracking events")
        indexes = [models.Index(fields=["shipment", "at"], name="tracking_of_shipment")]
        constraints = [
            models.CheckConstraint(
                name="tracking_whole_position",
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
