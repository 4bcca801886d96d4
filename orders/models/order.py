"""A request for parts, which becomes an order when a quote is accepted."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from clutch.core.ids import new_id
from clutch.core.models import Entity
from orders.enums import OPEN, OrderStatus, PaymentMethod, PaymentStatus, Urgency
from shops.storage import private_storage

MAX_PARTS = 50
MAX_QUANTITY = 999
MAX_PHOTOS = 8


class Order(Entity):
    """What a driver asks for: one vehicle, one place, up to 50 parts.

    `number` is CL-YYYY-NNNNNN, given at creation to drafts too: a draft is never deleted, only
    cancelled, so the series stays without gaps. `revision` is raised by every amendment of the
    parts; a quote answers one revision. `total` is what the customer owes, set by acceptance.
    """

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    # Several orders may come from one request of the customer (one per quote that was taken).
    request_id = models.UUIDField(_("request"), default=new_id, editable=False, db_index=True)
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="orders", verbose_name=_("customer")
    )

    make = models.ForeignKey("shops.Make", models.PROTECT, null=True, blank=True, related_name="+")
    model = models.ForeignKey("shops.VehicleModel", models.PROTECT, null=True, blank=True, related_name="+")
    make_name = models.CharField(_("make"), max_length=80)
    model_name = models.CharField(_("model"), max_length=80, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    vin = models.CharField(_("VIN or chassis number"), max_length=17, blank=True)
    # What looked odd about the vehicle; it warns and never blocks.
    vehicle_warnings = ArrayField(models.CharField(max_length=200), default=list, blank=True)

    latitude = models.FloatField(_("latitude"), validators=[MinValueValidator(-90), MaxValueValidator(90)])
    longitude = models.FloatField(
        _("longitude"), validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    address = models.CharField(_("address"), max_length=300)
    # All that a shop sees of the place before its quote is accepted.
    district = models.CharField(_("district"), max_length=120, blank=True)

    status = models.CharField(_("status"), max_length=12, choices=OrderStatus, default=OrderStatus.DRAFT)
    payment_status = models.CharField(
        _("payment"), max_length=10, choices=PaymentStatus, default=PaymentStatus.PENDING
    )
    payment_method = models.CharField(
        _("payment method"), max_length=10, choices=PaymentMethod, default=PaymentMethod.CASH
    )
    # Until then a card payment may be authorised; null for cash and once it is authorised.
    payment_due_at = models.DateTimeField(_("payment due"), null=True, blank=True)
    urgency = models.CharField(_("urgency"), max_length=10, choices=Urgency, default=Urgency.STANDARD)
    currency = models.CharField(_("currency"), max_length=3)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)

    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    quotes_close_at = models.DateTimeField(_("quotes close"), null=True, blank=True)
    # The close that was announced to the shops and the customer, so that it is said once.
    announced_close = models.DateTimeField(null=True, blank=True, editable=False)
    # How far the search for shops has gone: the number of the last wave, and its limit in km.
    wave = models.PositiveSmallIntegerField(_("wave"), default=0)
    search_radius_km = models.PositiveSmallIntegerField(_("search radius (km)"), default=0)

    selected_quote = models.OneToOneField(
        "orders.Quote", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("quote taken")
    )
    # The shop of the selected quote, so that "orders of my shop" is one index.
    shop = models.ForeignKey(
        "shops.Shop", models.PROTECT, null=True, blank=True, related_name="orders", verbose_name=_("shop")
    )
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=3, null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    cancel_reason = models.CharField(_("reason of cancelling"), max_length=300, blank=True)
    is_demo = models.BooleanField(_("demo"), default=False, editable=False)

    # Where to pay by card; set by the act that opened the payment, not a column.
    payment_url: str | None = None

    class Meta(Entity.Meta):
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = [
            models.Index(fields=["customer", "-created_at"], name="orders_of_customer"),
            models.Index(
                fields=["shop", "-accepted_at"], name="orders_of_shop", condition=models.Q(shop__isnull=False)
            ),
            # The desk of the staff: what is open or under way, the oldest first.
            models.Index(
                fields=["status", "submitted_at"],
                name="orders_under_way",
                condition=~models.Q(status__in=["draft", "delivered", "cancelled"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180
                ),
                name="order_place_on_earth",
            ),
            # Exactly-once acceptance, said once more by the database.
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "submitted", "quoted"], selected_quote__isnull=True)
                | models.Q(
                    status__in=["accepted", "processing", "shipped", "delivered"],
                    selected_quote__isnull=False,
                    shop__isnull=False,
                    total__isnull=False,
                )
                | models.Q(status="cancelled"),
                name="order_has_its_quote",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def current_lines(self) -> list["OrderLine"]:
        """The parts asked for now, from what is prefetched."""
        return [line for line in self.lines.all() if line.removed_in is None]

    @property
    def seen_quotes(self) -> list[Any]:
        """The quotes as prefetched for who looks (`orders.queries.orders_shown`)."""
        return list(self.quotes.all())

    def is_open(self, now: datetime) -> bool:
        """Whether shops may quote at `now`: submitted or quoted, and before the close."""
        return self.status in OPEN and self.quotes_close_at is not None and now < self.quotes_close_at


class OrderLine(Entity):
    """One part of a request. `revision` is the request's revision that last changed this line.

    An amendment never deletes a line, because quotes point to it: `removed_in` says with which
    revision it went.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("part"), max_length=120)
    part_number = models.CharField(_("part number"), max_length=60, blank=True)
    # Both as they are compared: see inventory.keys.
    part_key = models.CharField(max_length=60, blank=True, editable=False)
    name_key = models.CharField(max_length=120, blank=True, editable=False)
    quantity = models.PositiveSmallIntegerField(
        _("quantity"), validators=[MinValueValidator(1), MaxValueValidator(MAX_QUANTITY)]
    )
    notes = models.CharField(_("notes"), max_length=500, blank=True)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    removed_in = models.PositiveSmallIntegerField(_("removed in revision"), null=True, blank=True)

    class Meta(Entity.Meta):
        verbose_name = _("requested part")
        verbose_name_plural = _("requested parts")
        ordering = ["position", "id"]
        indexes = [models.Index(fields=["order", "position"], name="lines_of_order")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1, quantity__lte=MAX_QUANTITY), name="line_quantity_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"


def line_photo_path(photo: "LinePhoto", filename: str) -> str:
    """Where a photo lies under the private media folder; the name says nothing."""
    return f"orders/{photo.line.order_id}/{photo.pk}{filename[filename.rfind('.') :]}"


class LinePhoto(Entity):
    """A photo of a requested part: cleaned, private, served only to who may see the request."""

    line = models.ForeignKey(OrderLine, models.CASCADE, related_name="photos")
    file = models.ImageField(
        _("photo"),
        upload_to=line_photo_path,
        storage=private_storage,
        width_field="width",
        height_field="height",
    )
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)

    class Meta(Entity.Meta):
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.file)
