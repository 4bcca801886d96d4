"""How a shop wants its stock handled."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from clutch.core.models import Entity
from shops.models import Shop


class StockPolicy(Entity):
    """One row per shop; a shop without one goes by the defaults.

    The `quote_` fields are the rule for sending a drafted quote unattended: never below cost,
    only what was counted or received, and never above `quote_max_total` in the shop's currency.
    """

    shop = models.OneToOneField(Shop, models.CASCADE, related_name="stock_policy")
    allows_negative = models.BooleanField(
        _("sell below zero"),
        default=False,
        help_text=_("The counter may sell what the books do not show; it is said each time."),
    )
    quote_unattended = models.BooleanField(_("send quotes from stock by themselves"), default=False)
    quote_max_total = models.DecimalField(
        _("never above a total of"), max_digits=12, decimal_places=3, null=True, blank=True
    )
    quote_holds_stock = models.BooleanField(_("hold quoted parts"), default=True)

    class Meta(Entity.Meta):
        verbose_name = _("stock policy")
        verbose_name_plural = _("stock policies")

    def __str__(self) -> str:
        return str(self.shop_id)
