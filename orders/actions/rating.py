"""What a customer says of the shop after the delivery."""

from uuid import UUID

from django.utils.translation import gettext as _

from clutch.core.errors import Conflict, Invalid, NotFound
from clutch.feed.action import action
from clutch.feed.actor import Actor
from orders import fulfilment_events, locks
from orders import fulfilment_notices as notices
from orders.enums import OrderStatus
from orders.models import Rating
from shops.actions.rating import add_rating


@action
def rate_order(order_id: UUID, *, stars: int, comment: str, actor: Actor) -> Rating:
    """Rate a delivered order, once: 1 to 5 stars and a comment.

    Raises NotFound for another's order, Invalid at `stars`, and Conflict before the delivery or
    the second time.
    """
    order = locks.order(order_id)
    if order.customer_id != actor.user_id:
        raise NotFound(_("There is no such order."))
    if not 1 <= stars <= 5:
        message = _("Give 1 to 5 stars.")
        raise Invalid(message, fields={"stars": [message]})
    if order.status != OrderStatus.DELIVERED:
        raise Conflict(_("You can rate the shop after the delivery."), code="not_delivered")
    if Rating.objects.filter(order=order).exists():
        raise Conflict(_("You have rated this order already."), code="rated_already")
    assert order.shop_id is not None
    rating = Rating.objects.create(
        order=order, shop_id=order.shop_id, customer_id=order.customer_id, stars=stars, comment=comment
    )
    add_rating(order.shop_id, stars=stars, actor=actor)
    fulfilment_events.rated(order, rating)
    notices.rated(order, stars, comment, actor=actor)
    return rating
