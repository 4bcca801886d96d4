"""Which open requests, quotes and orders want a part: what `settings.PART_MENTIONS` asks of this app."""

from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from inventory.models import Part, PartNumber
from orders.enums import LIVE_QUOTE, OPEN, InvitationStatus
from orders.models import OrderLine, QuoteLine
from orders.queries import TO_PICK

MOST = 20


def wanted_by(shop_id: UUID, part_id: UUID) -> list[dict[str, Any]]:
    """What wants a part of a shop at this moment: orders to hand over, quotes that stand, open requests.

    A request counts by any number that the part is known by; one that the shop has quoted or
    declined is not named again. Two queries.
    """
    now = timezone.now()
    own = Part.objects.filter(pk=part_id, shop=shop_id).values("number_key")
    keys = own.union(PartNumber.objects.filter(part=part_id, shop=shop_id).values("key"))
    offered = QuoteLine.objects.filter(shop=shop_id, preferred=True).filter(
        Q(stock_part=part_id) | Q(stock_part=None, part_key__in=keys)
    )
    standing = Q(quote__status__in=LIVE_QUOTE, quote__expires_at__gt=now) | Q(
        quote__order__selected_quote=F("quote"), quote__order__status__in=TO_PICK
    )
    rows = offered.filter(standing).select_related("line", "quote__order")
    # Sold before offered: while a request is open, no quote of it is selected.
    sold = F("quote__order__selected_quote").asc(nulls_last=True)
    found = [_offered(row) for row in rows.order_by(sold, "-quote__created_at", "pk")[:MOST]]
    return found + [_asked(line) for line in _requests(shop_id, keys, now)[:MOST]]


def _requests(shop_id: UUID, keys: QuerySet[Any, Any], now: Any) -> QuerySet[OrderLine]:
    return (
        OrderLine.objects.filter(
            part_key__in=keys,
            removed_in=None,
            order__status__in=OPEN,
            order__invitations__shop=shop_id,
            order__invitations__status=InvitationStatus.INVITED,
            order__invitations__deadline__gt=now,
        )
        .select_related("order")
        .order_by("order__quotes_close_at", "pk")
    )


def _offered(row: QuoteLine) -> dict[str, Any]:
    order = row.quote.order
    is_sold = order.selected_quote_id == row.quote_id
    return {
        "kind": _("Order") if is_sold else _("Sent quote"),
        "number": order.number,
        "path": f"/portal/{'orders' if is_sold else 'requests'}/{order.number}",
        "quantity": row.line.quantity,
        "note": _vehicle(order),
    }


def _asked(line: OrderLine) -> dict[str, Any]:
    order = line.order
    return {
        "kind": _("Request"),
        "number": order.number,
        "path": f"/portal/requests/{order.number}",
        "quantity": line.quantity,
        "note": _vehicle(order),
    }


def _vehicle(order: Any) -> str:
    return " ".join(str(word) for word in (order.make_name, order.model_name, order.year) if word)
