"""What the ratings of its orders add up to for a shop."""

from uuid import UUID

from django.db.models import F

from clutch.feed.action import action
from clutch.feed.actor import Actor
from shops import locks
from shops.models import Shop


@action
def add_rating(shop_id: UUID, *, stars: int, actor: Actor) -> None:
    """Count one more rating of 1 to 5 stars into a shop's mean."""
    shop = locks.locked_shop(shop_id).get()
    Shop.objects.filter(pk=shop.pk).update(
        rating_sum=F("rating_sum") + stars, rating_count=F("rating_count") + 1
    )
