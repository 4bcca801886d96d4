"""Who may see and do what: querysets restricted to a user, and the sides of an order."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from clutch.accounts.models import User
from clutch.accounts.rules import staff_ready
from clutch.core.errors import NotAllowed, NotFound
from clutch.feed.actor import Actor
from orders.enums import WHO, OrderStatus, Side
from orders.models import Invitation, Order, Quote
from shops.enums import Role
from shops.models import Member

# Who answers for the shop on the market, who hands over goods, and who may give up an order.
QUOTING = frozenset({Role.OWNER, Role.MANAGER, Role.CASHIER})
HANDLING = frozenset({Role.OWNER, Role.MANAGER, Role.CASHIER, Role.STOREKEEPER})
RUNNING = frozenset({Role.OWNER, Role.MANAGER})
ANY_ROLE = frozenset(Role)

ROLES_FOR_STATUS: dict[str, frozenset[Role]] = {
    OrderStatus.QUOTED: QUOTING,
    OrderStatus.SUBMITTED: QUOTING,
    OrderStatus.PROCESSING: HANDLING,
    OrderStatus.SHIPPED: HANDLING,
    OrderStatus.DELIVERED: HANDLING,
    OrderStatus.CANCELLED: RUNNING,
}


def shop_ids_of(user_id: UUID | None) -> QuerySet[Member, UUID]:
    """The shops in which a user is an active member."""
    return Member.objects.filter(user=user_id, is_active=True).values_list("shop_id", flat=True)


def orders_for(user: Any) -> QuerySet[Order]:
    """The orders that a user may see whole: their own, those their shops won, all for staff."""
    if not user.is_authenticated:
        return Order.objects.none()
    if staff_ready(user):
        return Order.objects.all()
    return Order.objects.filter(Q(customer=user.pk) | Q(shop__in=shop_ids_of(user.pk)))


def conversable_orders(user: Any) -> QuerySet[Order]:
    """The orders about which a user may write: their own, and those their shops were asked for."""
    if not user.is_authenticated:
        return Order.objects.none()
    return Order.objects.filter(Q(customer=user.pk) | _asked(user))


def _asked(user: Any) -> Exists:
    """Whether a shop of the user was asked; looked up per order, since a shop is asked for many."""
    return Exists(Invitation.objects.filter(order=OuterRef("pk"), shop__in=shop_ids_of(user.pk)))


def requests_for(member: Member) -> QuerySet[Invitation]:
    """The requests that a member's shop was asked to quote, decided ones too."""
    return Invitation.objects.filter(shop=member.shop_id)


def quotes_for(user: Any) -> QuerySet[Quote]:
    """The quotes of all shops that a user belongs to. Sealed: nobody else's, staff apart."""
    if not user.is_authenticated:
        return Quote.objects.none()
    if staff_ready(user):
        return Quote.objects.all()
    return Quote.objects.filter(shop__in=shop_ids_of(user.pk))


def requests_seen_by(user: Any) -> QuerySet[Order]:
    """The orders whose parts and photos a user may see: as `orders_for`, and those asked of their shops."""
    if not user.is_authenticated:
        return Order.objects.none()
    if staff_ready(user):
        return Order.objects.all()
    own = Q(customer=user.pk) | Q(shop__in=shop_ids_of(user.pk))
    return Order.objects.filter(own | _asked(user))


def quotes_seen_by(user: Any) -> QuerySet[Quote]:
    """The quotes that a user may see: of their shops, on their own requests, all for staff."""
    if not user.is_authenticated or staff_ready(user):
        return quotes_for(user)
    return Quote.objects.filter(Q(shop__in=shop_ids_of(user.pk)) | Q(order__customer=user.pk))


def require_member(actor: Actor, shop_id: UUID, roles: Collection[str] = QUOTING) -> None:
    """Let pass who acts for a shop in one of the roles.

    Raises NotFound for who does not belong to the shop, NotAllowed for the wrong role.
    """
    member = Member.objects.filter(shop=shop_id, user=actor.user_id, is_active=True).first()
    if actor.user_id is None or member is None:
        raise NotFound(_("There is no such shop."))
    if member.role not in roles:
        raise NotAllowed(_("Your role in this shop does not include this."), code="wrong_role")


def is_staff(actor: Actor) -> bool:
    """Whether the actor is staff of the platform, in the admin (whose door asks) or through the API."""
    if actor.kind == "staff":
        return True
    if actor.kind != "user" or actor.user_id is None:
        return False
    user = User.objects.filter(pk=actor.user_id).first()
    return user is not None and staff_ready(user)


def sides(actor: Actor, order: Order) -> dict[Side, Role | None]:
    """On which sides of an order an actor stands; the value is the role in the shop."""
    if actor.kind == "system":
        return {Side.SYSTEM: None}
    found: dict[Side, Role | None] = {}
    if actor.user_id is not None and actor.user_id == order.customer_id:
        found[Side.CUSTOMER] = None
    if is_staff(actor):
        found[Side.STAFF] = None
    if order.shop_id is not None and actor.user_id is not None:
        member = Member.objects.filter(shop=order.shop_id, user=actor.user_id, is_active=True).first()
        if member is not None:
            found[Side.SHOP] = Role(member.role)
    return found


def require(actor: Actor, order: Order, to: str) -> frozenset[Side]:
    """Let pass who may move a locked order to a status; return the sides that allow it.

    Raises NotFound for who has nothing to do with the order and NotAllowed where the table names
    others. A change that does not exist at all is left to `transition()`, which answers 409.
    """
    mine = sides(actor, order)
    if not mine:
        raise NotFound(_("There is no such order."))
    allowed = WHO.get((order.status, to))
    if allowed is None:
        return frozenset(mine)
    roles = ROLES_FOR_STATUS.get(to, RUNNING)
    passing = frozenset(
        side for side, role in mine.items() if side in allowed and (side != Side.SHOP or role in roles)
    )
    if not passing:
        raise NotAllowed(_("You may not do this with this order."), code="wrong_side")
    return passing


def require_side(actor: Actor, order: Order, *allowed: Side) -> None:
    """Let pass who stands on one of the sides. Raises NotFound or NotAllowed as `require` does."""
    mine = sides(actor, order)
    if not mine:
        raise NotFound(_("There is no such order."))
    if not any(side in allowed for side in mine):
        raise NotAllowed(_("You may not do this with this order."), code="wrong_side")


def require_role(actor: Actor, order: Order, roles: Collection[str]) -> None:
    """Let pass the members of the selected shop in these roles, staff, and the system.

    Raises NotFound for who has nothing to do with the order, NotAllowed for everybody else.
    """
    mine = sides(actor, order)
    if not mine:
        raise NotFound(_("There is no such order."))
    if not ({Side.STAFF, Side.SYSTEM} & mine.keys() or mine.get(Side.SHOP) in roles):
        raise NotAllowed(_("You may not do this with this order."), code="wrong_side")
