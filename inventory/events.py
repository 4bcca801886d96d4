"""What is said about stock in the shop's stream."""

from collections.abc import Iterable

from clutch.feed.action import publish
from clutch.feed.streams import Event, shop_stream
from inventory.models import CountSheet, Hold, Part, PartImport, Stock, StockPolicy


def stock_changed(stocks: Iterable[Stock], *, origin: str = "") -> None:
    """Tell a shop's people what is on hand now of the parts that moved. One event per shop."""
    rows = sorted(stocks, key=lambda stock: stock.part_id)
    if not rows:
        return
    data = {
        "shopId": str(rows[0].shop_id),
        "parts": [{"partId": str(stock.part_id), "onHand": stock.on_hand} for stock in rows],
    }
    publish(Event((shop_stream(rows[0].shop_id),), "stock-changed", data, origin))


def hold_changed(hold: Hold) -> None:
    """Tell a shop's people that units were held, released, taken or handed over."""
    data = {
        "shopId": str(hold.shop_id),
        "holdId": str(hold.pk),
        "partId": str(hold.part_id),
        "kind": hold.kind,
        "status": hold.status,
        "quantity": hold.quantity,
        "documentKind": hold.document_kind,
        "documentId": str(hold.document_id),
        "documentNumber": hold.document_number,
        "expiresAt": hold.expires_at,
    }
    publish(Event((shop_stream(hold.shop_id),), "stock-hold-changed", data))


def part_changed(part: Part, change: str) -> None:
    """Tell a shop's people that a part was created, updated or deleted."""
    data = {"shopId": str(part.shop_id), "partId": str(part.pk), "change": change}
    publish(Event((shop_stream(part.shop_id),), "part-changed", data))


def import_changed(source: PartImport) -> None:
    """Tell a shop's people how far an import has come. Parts that it touches are not told one by one."""
    data = {
        "shopId": str(source.shop_id),
        "importId": str(source.pk),
        "number": source.number,
        "status": source.status,
        "progress": source.progress,
    }
    publish(Event((shop_stream(source.shop_id),), "import-changed", data))


def policy_changed(policy: StockPolicy) -> None:
    """Tell a shop's people that it handles its stock otherwise from now on."""
    data = {"shopId": str(policy.shop_id), "quoteUnattended": policy.quote_unattended}
    publish(Event((shop_stream(policy.shop_id),), "stock-policy-changed", data))


def count_changed(sheet: CountSheet) -> None:
    """Tell a shop's people that a stock-take began, or went on to its next state."""
    data = {
        "shopId": str(sheet.shop_id),
        "countId": str(sheet.pk),
        "number": sheet.number,
        "status": sheet.status,
    }
    publish(Event((shop_stream(sheet.shop_id),), "count-changed", data))
