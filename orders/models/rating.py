"""What a customer says of a shop after the delivery."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from clutch.core.models import Fact


class Rating(Fact):
    """One to five stars and a comment: once per order, by its customer, never changed."""

    order = models.OneToOneField("orders.Order", models.PROTECT, related_name="rating")
    shop = models.ForeignKey("shops.Shop", models.PROTECT, related_name="ratings")
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    stars = models.PositiveSmallIntegerField(
        _("stars"), validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    comment = models.TextField(_("comment"), max_length=1000, blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        indexes = [models.Index(fields=["shop", "-at"], name="ratings_of_shop")]
        constraints = [
            models.CheckConstraint(name="one_to_five_stars", condition=models.Q(stars__range=(1, 5))),
        ]

    def __str__(self) -> str:
        return f"{self.stars}/5"
