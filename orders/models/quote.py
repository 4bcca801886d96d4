"""What shops offer, and the drafts that are prepared for them."""

from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from clutch.core.models import Entity
from inventory.enums import PartType
from orders.enums import LIVE_QUOTE, QuoteStatus, Unsent
from orders.models.invitation import Invitation
from orders.models.order import Order, OrderLine
from shops.storage import private_storage


class Quote(Entity):
    """A shop's sealed answer to one revision of a request.

    The server alone makes the sums, in `currency`: `parts_total` is the preferred offers times
    their quantities, `core_charges` the refundable deposits for old parts, and `total_price` is
    parts + delivery + core charges: what the customer pays. `revision` counts the shop's own
    revisions of this quote, from 1.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="quotes")
    shop = models.ForeignKey("shops.Shop", models.PROTECT, related_name="quotes", verbose_name=_("shop"))
    invitation = models.ForeignKey(Invitation, models.PROTECT, related_name="quotes")
    status = models.CharField(_("status"), max_length=10, choices=QuoteStatus, default=QuoteStatus.SUBMITTED)
    answers_revision = models.PositiveSmallIntegerField(_("answers revision"))
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    currency = models.CharField(_("currency"), max_length=3)
    delivery_fee = models.DecimalField(_("delivery fee"), max_digits=12, decimal_places=3, default=0)
    estimated_delivery_minutes = models.PositiveIntegerField(
        _("delivery (minutes)"), validators=[MinValueValidator(1), MaxValueValidator(60 * 24 * 60)]
    )
    notes = models.CharField(_("notes"), max_length=1000, blank=True)
    parts_total = models.DecimalField(_("parts"), max_digits=12, decimal_places=3)
    core_charges = models.DecimalField(_("core charges"), max_digits=12, decimal_places=3, default=0)
    total_price = models.DecimalField(_("total"), max_digits=12, decimal_places=3)
    available_parts = models.PositiveSmallIntegerField(_("parts available"))
    missing_parts = models.PositiveSmallIntegerField(_("parts missing"))
    expires_at = models.DateTimeField(_("expires"))
    withdraw_reason = models.CharField(_("reason of withdrawal"), max_length=300, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Nobody has sent this revision: the shop's rule for quotes from stock did.
    sent_by_rule = models.BooleanField(_("sent by the shop's rule"), default=False, editable=False)

    class Meta(Entity.Meta):
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        indexes = [
            models.Index(fields=["shop", "-created_at"], name="quotes_of_shop"),
            models.Index(fields=["order", "total_price"], name="quotes_of_order"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "shop"],
                condition=models.Q(status__in=["submitted", "updated", "accepted", "lost"]),
                name="one_quote_per_shop",
            ),
            models.UniqueConstraint(
                fields=["order"], condition=models.Q(status="accepted"), name="one_accepted_quote"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    total_price=models.F("parts_total") + models.F("core_charges") + models.F("delivery_fee")
                ),
                name="quote_sums",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop_id} {self.total_price} {self.currency}"

    def status_at(self, now: datetime) -> QuoteStatus:
        """The status with an expiry that no job has swept yet already counted."""
        if self.status in LIVE_QUOTE and self.expires_at <= now:
            return QuoteStatus.EXPIRED
        return QuoteStatus(self.status)

    def is_live(self, now: datetime) -> bool:
        """Whether the quote stands at `now` (its revision apart)."""
        return self.status in LIVE_QUOTE and now < self.expires_at


def offer_photo_path(offer: "QuoteLine", filename: str) -> str:
    """Where the photo of an offer lies under the private media folder."""
    return f"quotes/{offer.quote_id}/{offer.pk}{filename[filename.rfind('.') :]}"


class QuoteLine(Entity):
    """One offer for one requested part. A part may have several; one available one is preferred.

    A line that is not available has no price. `shop`, `part_key` and `name_key` repeat what the
    quote and the requested part say: they are the index of what a shop has quoted before.
    """

    quote = models.ForeignKey(Quote, models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="offers")
    shop = models.ForeignKey("shops.Shop", models.PROTECT, related_name="+")
    # The shop's own part that is offered; empty for what it would have to get.
    stock_part = models.ForeignKey(
        "inventory.Part",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("part in stock"),
    )
    part_key = models.CharField(max_length=60, blank=True, editable=False)
    name_key = models.CharField(max_length=120, blank=True, editable=False)
    position = models.PositiveSmallIntegerField(_("position"))
    available = models.BooleanField(_("available"))
    preferred = models.BooleanField(_("preferred"), default=False)
    unit_price = models.DecimalField(_("unit price"), max_digits=12, decimal_places=3, null=True, blank=True)
    core_charge = models.DecimalField(
        _("core charge"), max_digits=12, decimal_places=3, null=True, blank=True
    )
    part_type = models.CharField(_("part type"), max_length=16, choices=PartType, blank=True)
    grade = models.CharField(_("grade"), max_length=40, blank=True)
    brand = models.CharField(_("brand"), max_length=80, blank=True)
    origin = models.CharField(_("country of origin"), max_length=60, blank=True)
    part_number = models.CharField(_("number offered"), max_length=60, blank=True)
    warranty = models.CharField(_("warranty"), max_length=120, blank=True)
    lead_time_minutes = models.PositiveIntegerField(_("lead time (minutes)"), null=True, blank=True)
    notes = models.CharField(_("notes"), max_length=300, blank=True)
    photo = models.ImageField(_("photo"), upload_to=offer_photo_path, storage=private_storage, blank=True)
    # How many units of an order's line lie ready, checked one by one.
    picked = models.PositiveSmallIntegerField(_("picked"), default=0, editable=False)

    class Meta(Entity.Meta):
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["position", "id"]
        indexes = [
            models.Index(
                fields=["shop", "part_key", "-created_at"],
                name="priced_by_number",
                condition=models.Q(available=True) & ~models.Q(part_key=""),
            ),
            models.Index(
                fields=["shop", "name_key", "-created_at"],
                name="priced_by_name",
                condition=models.Q(available=True),
            ),
            models.Index(
                fields=["stock_part"], name="offers_of_part", condition=models.Q(stock_part__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["quote", "line"], condition=models.Q(preferred=True), name="one_preferred_offer"
            ),
            models.CheckConstraint(
                condition=models.Q(available=True, unit_price__isnull=False, unit_price__gte=0)
                | models.Q(
                    available=False, unit_price__isnull=True, core_charge__isnull=True, preferred=False
                ),
                name="offer_priced_if_available",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.unit_price}"


class QuoteDraft(Entity):
    """A quote prepared for a shop; a person sends it, or the shop's rule for quotes from stock.

    `lines` is a list of offers with the fields of a quote line in snake_case, each with the id of
    its part and a `source`: which function priced it, from which document, and when. An offer from
    the shop's own stock has `stock_part_id`, and `is_exact` where the number asked for is its own.
    """

    invitation = models.OneToOneField(Invitation, models.CASCADE, related_name="draft")
    answers_revision = models.PositiveSmallIntegerField(_("answers revision"))
    lines = models.JSONField(_("lines"), default=list)
    delivery_fee = models.DecimalField(_("delivery fee"), max_digits=12, decimal_places=3, default=0)
    estimated_delivery_minutes = models.PositiveIntegerField(_("delivery (minutes)"))
    # How many of the requested parts have a price; with all of them one tap sends the quote.
    priced_parts = models.PositiveSmallIntegerField(_("parts priced"), default=0)
    # Why the shop's rule did not send it; empty where there is no such rule.
    unsent_reason = models.CharField(max_length=16, choices=Unsent, blank=True)

    class Meta(Entity.Meta):
        verbose_name = _("draft quote")
        verbose_name_plural = _("draft quotes")

    def __str__(self) -> str:
        return f"{self.invitation_id}"
