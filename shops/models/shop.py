"""A shop, its opening hours, and the table that matching reads."""

from datetime import time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clutch.core.models import Entity
from shops.enums import ShopStatus
from shops.models.fields import CubeField, MultiRangeField
from shops.models.vehicles import Make


def market_time_zone() -> str:
    """The IANA time zone of a new shop."""
    return settings.MARKET_TIME_ZONE


def market_currency() -> str:
    """The ISO 4217 currency of a new shop."""
    return settings.CURRENCY


class Shop(Entity):
    """A shop that sells parts. Degrees are WGS 84; the rating is `rating_sum / rating_count` of 1 to 5."""

    name = models.CharField(_("name"), max_length=120)
    phone = models.CharField(_("phone"), max_length=16, help_text=_("With country code: +201001234567"))
    email = models.EmailField(_("e-mail"), blank=True)
    address = models.CharField(_("address"), max_length=300)
    district = models.CharField(_("district"), max_length=80, blank=True)
    latitude = models.FloatField(_("latitude"))
    longitude = models.FloatField(_("longitude"))
    delivery_radius_km = models.PositiveSmallIntegerField(_("delivery radius, km"), default=20)
    time_zone = models.CharField(_("time zone"), max_length=64, default=market_time_zone)
    currency = models.CharField(_("currency"), max_length=3, default=market_currency)
    makes = models.ManyToManyField(Make, blank=True, related_name="shops", verbose_name=_("makes"))
    serves_any_make = models.BooleanField(_("serves any make"), default=False)
    status = models.CharField(
        _("status"),
        max_length=24,
        choices=ShopStatus,
        default=ShopStatus.PENDING_VERIFICATION,
        editable=False,
    )
    # What staff asked the owner to change before they verify; empty when nothing is asked.
    changes_requested = models.TextField(_("changes asked for"), blank=True)
    submitted_at = models.DateTimeField(_("sent for verification"), null=True, blank=True)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    commercial_register = models.CharField(_("commercial register number"), max_length=40, blank=True)
    tax_number = models.CharField(_("tax number"), max_length=40, blank=True)
    inventory_setup = models.JSONField(_("inventory set-up"), default=dict, blank=True)
    pricing_strategy = models.JSONField(_("pricing strategy"), default=dict, blank=True)
    rating_sum = models.PositiveIntegerField(default=0, editable=False)
    rating_count = models.PositiveIntegerField(default=0, editable=False)
    is_demo = models.BooleanField(_("demo"), default=False, editable=False)

    class Meta(Entity.Meta):
        verbose_name = _("shop")
        verbose_name_plural = _("shops")
        indexes = [models.Index(fields=["status", "submitted_at"], name="shops_by_status")]
        constraints = [
            # NaN is greater than every number in Postgres, so the upper bounds refuse it.
            models.CheckConstraint(condition=Q(latitude__range=(-90, 90)), name="shop_latitude"),
            models.CheckConstraint(condition=Q(longitude__range=(-180, 180)), name="shop_longitude"),
            models.CheckConstraint(condition=Q(delivery_radius_km__range=(1, 500)), name="shop_radius"),
            models.CheckConstraint(
                condition=Q(rating_sum__gte=F("rating_count"), rating_sum__lte=F("rating_count") * 5),
                name="shop_rating",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rating(self) -> float | None:
        """The mean of the ratings, 1.0 to 5.0, or None before the first."""
        return self.rating_sum / self.rating_count if self.rating_count else None

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.time_zone)


class OpeningHours(models.Model):
    """One interval of a shop's week, in its own time zone.

    `closes` at or before `opens` means the next day; both 00:00 is the whole day.
    A shop without any row is taken as always open.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(_("weekday"), help_text=_("0 is Monday"))
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens"]
        constraints = [
            models.UniqueConstraint(fields=["shop", "weekday", "opens"], name="opens_once"),
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="weekday_of_week"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens:%H:%M}-{self.closes:%H:%M}"

    @property
    def interval(self) -> tuple[int, time, time]:
        """(weekday, opens, closes)."""
        return self.weekday, self.opens, self.closes


class ServiceArea(models.Model):
    """What matching reads: one row per shop and make, or one row with no make for "any".

    Kept by `shops.actions.areas.rebuild_areas` in the transaction of every change of a shop.
    `radius_m` is the delivery radius in metres, `open_minutes` the minutes of the shop's local
    week (0 is Monday 00:00, 10,080 long) in which it is open, `location` is `ll_to_earth`.
    """

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="service_areas")
    make = models.ForeignKey(Make, models.CASCADE, null=True, related_name="+")
    location = CubeField()
    radius_m = models.PositiveIntegerField()
    time_zone = models.CharField(max_length=64)
    open_minutes = MultiRangeField()
    active = models.BooleanField()

    class Meta:
        verbose_name = _("service area")
        verbose_name_plural = _("service areas")
        indexes = [
            # Walked in order of distance: a search costs what it passes, not how many shops there are.
            # "Any make" has an index of its own: an inner GiST page cannot say that it holds no
            # NULL, so `make_id IS NULL` on the first one would read all of it.
            GistIndex(
                fields=["make", "location"],
                condition=Q(active=True, make__isnull=False),
                name="areas_of_make",
            ),
            GistIndex(
                fields=["location"],
                condition=Q(active=True, make__isnull=True),
                name="areas_of_any_make",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shop", "make"], name="one_area_per_make", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return f"{self.shop_id} {self.make_id or 'any'}"
