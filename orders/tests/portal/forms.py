"""What a browser sends for a quote form."""

from typing import Any

from orders.models import Order, OrderLine, Quote
from shops.models import Shop


def lines_of(order: Order) -> list[OrderLine]:
    """The parts that are asked for now."""
    return list(order.lines.filter(removed_in=None))


def quote_form(order: Order, shop: Shop, *, price: str = "100.00", **changes: Any) -> dict[str, Any]:
    """One offer per part at one price, delivery 50.00 within 90 minutes; `changes` replace fields."""
    data: dict[str, Any] = {
        "shop": str(shop.pk),
        "revision": str(order.revision),
        "delivery_fee": "50.00",
        "estimated_delivery_minutes": "90",
        "notes": "",
        "offer": [],
    }
    for number, line in enumerate(lines_of(order)):
        data["offer"].append(f"{line.pk}:offer{number}")
        data[f"offer-offer{number}-unit_price"] = price
        data[f"preferred-{line.pk}"] = f"offer{number}"
    return {**data, **changes}


def revision_form(quote: Quote, **changes: Any) -> dict[str, Any]:
    """The form of a quote that stands, with the ids of its offers."""
    data = quote_form(quote.order, quote.shop, **changes)
    data |= {"quote": str(quote.pk), "version": str(quote.version)}
    for number, offer in enumerate(quote.lines.order_by("position")):
        data.setdefault(f"offer-offer{number}-offer_id", str(offer.pk))
    return {**data, **changes}
