"""How a shop wants its stock handled."""

from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Invalid
from clutch.core.money import MAX_AMOUNT, is_exact, minor_units
from clutch.feed.action import action
from clutch.feed.actor import Actor
from inventory import events, locks, rules
from inventory.models import StockPolicy
from shops.models import Shop
from shops.rules import Act


@action
def set_policy(
    shop_id: UUID,
    *,
    allows_negative: bool,
    quote_holds_stock: bool,
    quote_unattended: bool,
    quote_max_total: Decimal | None,
    expected_version: int | None = None,
    actor: Actor,
) -> StockPolicy:
    """Change a shop's stock policy, all of it at once.

    Quotes go by themselves only below a limit that somebody has set. Raises NotFound, NotAllowed,
    StaleVersion, and Invalid at `quote_max_total`.
    """
    rules.require(actor, shop_id, Act.SET_STOCK_POLICY)
    policy = locks.policy(shop_id)
    versions.check(policy, expected_version)
    _check_limit(shop_id, quote_max_total, wanted=quote_unattended)
    policy.allows_negative = allows_negative
    policy.quote_holds_stock = quote_holds_stock
    policy.quote_unattended = quote_unattended
    policy.quote_max_total = quote_max_total
    policy.save(update_fields=["allows_negative", "quote_holds_stock", "quote_unattended", "quote_max_total"])
    policy.refresh_from_db()
    events.policy_changed(policy)
    return policy


def _check_limit(shop_id: UUID, limit: Decimal | None, *, wanted: bool) -> None:
    currency = Shop.objects.values_list("currency", flat=True).get(pk=shop_id)
    if limit is None:
        said = _("Set a limit: above it you want to look at a quote yourself.") if wanted else ""
    elif not 0 < limit <= MAX_AMOUNT:
        said = _("Enter an amount above zero.")
    elif not is_exact(limit, currency):
        said = _("%(currency)s has %(decimals)d decimals.")
        said %= {"currency": currency, "decimals": minor_units(currency)}
    else:
        said = ""
    if said:
        raise Invalid(_("Check the limit."), fields={"quote_max_total": [said]})
