"""Gap-free numbers that people read."""

from django.db import models


class NumberSeries(models.Model):
    """The last number given out in a series, e.g. "order/2026".

    The row is locked when a number is taken and released by the commit: an act that is rolled
    back gives its number back, so a series has no gaps.
    """

    name = models.CharField(primary_key=True, max_length=60)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "number series"

    def __str__(self) -> str:
        return f"{self.name} {self.last}"
