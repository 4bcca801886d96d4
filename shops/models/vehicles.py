"""Makes and models, other spellings of makes, and what people typed that is not listed."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from clutch.core.models import Entity
from shops.enums import UnlistedStatus
from shops.keys import name_key


class Make(models.Model):
    """A maker of vehicles. `is_common` ones are offered first."""

    name = models.CharField(_("name"), max_length=80)
    key = models.CharField(max_length=80, unique=True, editable=False)
    is_common = models.BooleanField(_("common"), default=False)

    class Meta:
        verbose_name = _("make")
        verbose_name_plural = _("makes")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the key with the name."""
        self.key = name_key(self.name)
        super().save(*args, **kwargs)


class MakeAlias(models.Model):
    """Another spelling of a make: Arabic, short, or as customers once typed it."""

    name = models.CharField(_("name"), max_length=80)
    key = models.CharField(max_length=80, unique=True, editable=False)
    make = models.ForeignKey(Make, models.CASCADE, related_name="aliases", verbose_name=_("make"))

    class Meta:
        verbose_name = _("other name of a make")
        verbose_name_plural = _("other names of makes")
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} → {self.make}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the key with the name."""
        self.key = name_key(self.name)
        super().save(*args, **kwargs)


class VehicleModel(models.Model):
    """A model of a make. Years are inclusive; an empty one is unknown or open."""

    make = models.ForeignKey(Make, models.CASCADE, related_name="models", verbose_name=_("make"))
    name = models.CharField(_("name"), max_length=80)
    key = models.CharField(max_length=80, editable=False)
    kinds = models.CharField(_("kinds"), max_length=20, blank=True, help_text=_("car, mpv, truck"))
    year_from = models.PositiveSmallIntegerField(_("first year"), null=True, blank=True)
    year_to = models.PositiveSmallIntegerField(_("last year"), null=True, blank=True)

    class Meta:
        verbose_name = _("vehicle model")
        verbose_name_plural = _("vehicle models")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["make", "key"], name="one_model_per_name")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the key with the name."""
        self.key = name_key(self.name)
        super().save(*args, **kwargs)


class UnlistedVehicle(Entity):
    """A make or model that somebody typed and the lists lack; staff map or reject it.

    `times` counts how often it was typed. Once mapped, the same words resolve to `make` and
    `model`; `make` alone may be set when only the make became known.
    """

    make_name = models.CharField(_("make"), max_length=80)
    model_name = models.CharField(_("model"), max_length=80, blank=True)
    make_key = models.CharField(max_length=80, editable=False)
    model_key = models.CharField(max_length=80, editable=False, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    times = models.PositiveIntegerField(_("times"), default=1, editable=False)
    status = models.CharField(
        _("status"), max_length=10, choices=UnlistedStatus, default=UnlistedStatus.OPEN, editable=False
    )
    make = models.ForeignKey(Make, models.SET_NULL, null=True, blank=True, related_name="+")
    model = models.ForeignKey(VehicleModel, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta(Entity.Meta):
        verbose_name = _("unlisted vehicle")
        verbose_name_plural = _("unlisted vehicles")
        constraints = [
            models.UniqueConstraint(fields=["make_key", "model_key"], name="unlisted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.make_name} {self.model_name}".strip()
