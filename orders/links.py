"""Which page shows an order to whom: the customer's, or the shop's."""

from collections.abc import Mapping
from uuid import UUID

from orders.models import Order
from shops.models import Member


def page_of(user_id: UUID, data: Mapping[str, str]) -> str:
    """The page of what a notification's `data` (orderId, shopId) names, for this person; or ""."""
    shop_id = UUID(data["shopId"]) if data.get("shopId") else None
    order = Order.objects.filter(pk=data["orderId"]).first() if data.get("orderId") else None
    if order is not None and order.customer_id == user_id:
        return f"/orders/{order.number}"
    if not shop_id or not Member.objects.filter(user=user_id, shop=shop_id, is_active=True).exists():
        return ""
    if order is None:
        return "/portal"
    won = order.shop_id == shop_id
    return f"/portal/{'orders' if won else 'requests'}/{order.number}"
