"""What a shop asks for a part: the price that it has set, else its cost with its markup."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from clutch.core.money import round_money
from inventory.models import Part, Stock


def asking_price(
    part: Part, stock: Stock | None, *, strategy: Mapping[str, Any], currency: str, day: date, quantity: int
) -> Decimal | None:
    """The price of one unit on a day of the shop's calendar when `quantity` are asked for.

    A price that is set counts, with its discount dates and bulk prices (`Part.price_on`, which reads
    `tiers`). Without one it is cost × (1 + markup / 100), rounded as the shop's pricing strategy says;
    the part's own markup comes before the shop's. None where neither price nor cost is known.
    """
    price = part.price_on(day, quantity)
    if price is None:
        price = _marked_up(part, stock, strategy)
    return None if price is None else round_money(price, currency)


def _marked_up(part: Part, stock: Stock | None, strategy: Mapping[str, Any]) -> Decimal | None:
    cost = part.cost_price or (stock.average_cost if stock is not None else None)
    markup = part.markup_percent
    if markup is None and strategy.get("markupPercent") is not None:
        markup = Decimal(strategy["markupPercent"])
    if not cost or markup is None:
        return None
    price = cost * (1 + markup / 100)
    step = strategy.get("roundTo", "none")
    if step == "none":
        return price
    return (price / Decimal(step)).quantize(Decimal(1), rounding=ROUND_HALF_UP) * Decimal(step)


def highest_cost(part: Part, stock: Stock | None) -> Decimal | None:
    """What one unit cost at most, by the last list cost and by the moving average; None where unknown."""
    known = [cost for cost in (part.cost_price, stock.average_cost if stock else None) if cost]
    return max(known, default=None)
