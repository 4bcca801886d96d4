"""Says once that a part has run low, and again only after it had recovered."""

from collections.abc import Iterable

from django.utils import timezone

from clutch.feed.actor import Actor
from clutch.notifications.actions import notify
from inventory import queries
from inventory.models import Part, Stock
from inventory.notices import STOCK_LOW


def note_crossings(stocks: Iterable[Stock], *, actor: Actor) -> None:
    """Notice which of the (locked) parts have fallen to their reorder point or risen above it.

    A part without a reorder point is never low. Only a fall is told, to those who look after stock.
    """
    fallen = settle_levels(stocks)
    people = queries.stock_keepers(fallen[0][0].shop_id) if fallen else []
    for stock, part in fallen:
        notify(
            people,
            kind=STOCK_LOW,
            params={"part": part.name, "number": part.number, "on_hand": stock.on_hand},
            data={"shopId": str(stock.shop_id), "partId": str(part.pk)},
            actor=actor,
        )


def settle_levels(stocks: Iterable[Stock]) -> list[tuple[Stock, Part]]:
    """Write down since when (locked) parts are low; return those that have just fallen, untold.

    Who moves a reorder point knows what is low then, and is not notified of it.
    """
    rows = {stock.part_id: stock for stock in stocks}
    points = Part.objects.filter(pk__in=rows, reorder_point__gt=0).only(
        "id", "name", "number", "reorder_point"
    )
    now = timezone.now()
    levels = {part.pk: part for part in points}
    fallen = [
        stock for stock in rows.values()
        if stock.low_since is None
        and stock.part_id in levels
        and stock.on_hand <= levels[stock.part_id].reorder_point
    ]  # fmt: skip
    risen = [
        stock for stock in rows.values()
        if stock.low_since is not None
        and (stock.part_id not in levels or stock.on_hand > levels[stock.part_id].reorder_point)
    ]  # fmt: skip
    if risen:
        Stock.objects.filter(part__in=[stock.part_id for stock in risen]).update(low_since=None)
    if fallen:
        Stock.objects.filter(part__in=[stock.part_id for stock in fallen]).update(low_since=now)
    for stock in fallen:
        stock.low_since = now
    return [(stock, levels[stock.part_id]) for stock in fallen]
