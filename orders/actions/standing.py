"""What a shop's leaving the market, or coming back, means for the requests that it has quoted."""

from uuid import UUID

from django.utils import timezone

from orders import events
from orders.enums import LIVE_QUOTE, OPEN
from orders.models import Quote


def tell_customers(shop_id: UUID) -> None:
    """Tell who has a live quote of the shop: it cannot be accepted now, or can be again.

    Called by the act that moves the shop, through `ON_SHOP_STANDING`. Nothing is locked: acceptance looks
    at the shop itself, and what a customer hears too much or too late is put right by the next look.
    """
    live = Quote.objects.filter(
        shop=shop_id, status__in=LIVE_QUOTE, expires_at__gt=timezone.now(), order__status__in=OPEN
    )
    for quote in live.select_related("order", "shop").order_by("pk"):
        events.quote_updated(quote.order, quote)
